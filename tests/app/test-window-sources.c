/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/app/window-fixture.h"

#include "app/add-source-dialog.h"
#include "app/device-page.h"
#include "app/peers-dialog.h"
#include "app/places.h"
#include "app/watch-dialog.h"

#define STILL_US (G_USEC_PER_SEC / 2)

/* A page of its own in a window of a phone's width. */
static HrDevicePage *
new_device_page (Fixture *fixture)
{
  HrDevicePage *page = g_object_ref_sink (g_object_new (HR_TYPE_DEVICE_PAGE, NULL));

  hr_device_page_follow (page, hr_application_get_monitor (fixture->application));

  return page;
}

static void
tell_device (HrSource     *source,
             HrDeviceState state,
             const char   *name)
{
  g_autoptr (HrDevice) device = hr_device_new ("00008030-000000000000002E");

  device->state = state;
  device->name = g_strdup (name);
  hr_source_set_device (source, device);
}

/* What the page shows of a device that has told so much of itself. */
static void
test_device_states (Fixture *fixture)
{
  g_autoptr (HrDevicePage) page = new_device_page (fixture);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_DEVICE, "iPhone");

  hr_source_set_place (source, HR_GROUP_USB, "usb:00008030-000000000000002E");
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_NONE);
  hr_device_page_set_source (page, source);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_WAITING);
  tell_device (source, HR_DEVICE_ASKING, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_WAITING);
  tell_device (source, HR_DEVICE_UNREACHABLE, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_ERROR);
  tell_device (source, HR_DEVICE_NOT_PAIRED, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_DATA);
  tell_device (source, HR_DEVICE_DETACHED, "Anna's iPhone");
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_DATA);
  hr_device_page_set_source (page, NULL);
  g_assert_cmpint (hr_device_page_get_state (page), ==, HR_DEVICE_PAGE_NONE);
}

/* Whatever it says, in text of twice the size too. */
static void
test_device_narrow (Fixture *fixture)
{
  g_autoptr (HrDevicePage) page = new_device_page (fixture);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_DEVICE, "iPhone");
  HrLinkQuality quality = { .round_trip_ns = 900000, .best_round_trip_ns = 400000, .clock_error_ns = 200000, .n_snapshots = 27914, .n_links = 2 };

  hr_source_set_place (source, HR_GROUP_USB, "usb:00008030-000000000000002E");
  hr_source_set_quality (source, &quality);
  for (int i = 0; i < HR_N_DEVICE_STATES; i++)
    {
      tell_device (source, (HrDeviceState) i, "The telephone of somebody with a rather long name");
      hr_device_page_set_source (page, NULL);
      hr_device_page_set_source (page, source);
      assert_fits_phone (GTK_WIDGET (page));
    }
  hr_device_page_set_source (page, NULL);
}

/* Adds an agent behind a socket that nobody listens on, and shows it. */
static HrSource *
add_unreachable (Fixture *fixture)
{
  g_autoptr (HrAddress) address = hr_address_parse ("unix:/nonexistent/agent.socket", NULL);
  HrSource *source = hr_monitor_add (hr_application_get_monitor (fixture->application), address, NULL);

  hr_main_window_select (fixture->window, hr_source_get_name (source));
  g_assert_true (hr_main_window_get_source (fixture->window) == source);

  return source;
}

static gboolean
is_listed (Fixture  *fixture,
           HrSource *source)
{
  return g_list_model_get_n_items (hr_monitor_get_sources (hr_application_get_monitor (fixture->application))) == 2 &&
         find_text (GTK_WIDGET (fixture->window), hr_source_get_title (source)) != NULL;
}

/* Waits until @widget has come to rest. A toast that is dismissed while it still slides in makes libadwaita 1.2 use what it has freed; no
 * reader is so quick. */
static void
wait_until_still (Fixture   *fixture,
                  GtkWidget *widget)
{
  graphene_rect_t before = { 0 }, now;
  gint64          since_us = g_get_monotonic_time ();

  while (g_get_monotonic_time () - since_us < STILL_US)
    {
      g_main_context_iteration (NULL, FALSE);
      if (!gtk_widget_compute_bounds (widget, GTK_WIDGET (fixture->window), &now) || !graphene_rect_equal (&before, &now))
        since_us = g_get_monotonic_time ();
      before = now;
    }
}

/* What is forgotten is out of sight at once, and another source in its place; it can be taken back. */
static void
test_forget_and_undo (Fixture *fixture)
{
  g_autoptr (HrSource) source = g_object_ref (add_unreachable (fixture));

  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "forget"));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "forget", NULL);
  while (hr_main_window_get_source (fixture->window) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hr_main_window_get_source (fixture->window) != source);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (fixture->window), "forget"));

  wait_for_text (fixture, "Undo");
  wait_until_still (fixture, find_text (GTK_WIDGET (fixture->window), "Undo"));
  g_signal_emit_by_name (find_text (GTK_WIDGET (fixture->window), "Undo"), "clicked");
  g_assert_true (hr_main_window_get_source (fixture->window) == source);
  g_assert_true (is_listed (fixture, source));
  /* The toast itself goes by and by. */
  while (find_text (GTK_WIDGET (fixture->window), "Undo") != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Whoever leaves before has not thought better of it. */
static void
test_forget_and_leave (Fixture *fixture)
{
  add_unreachable (fixture);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "forget", NULL);
  wait_for_text (fixture, "Undo");
}

static void
test_rename (Fixture *fixture)
{
  HrSource  *source = add_unreachable (fixture);
  GtkWindow *dialog;
  GtkWidget *entry;

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), "rename", NULL);
  dialog = wait_for_dialog (fixture);
  entry = gtk_widget_get_last_child (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog)));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, hr_source_get_title (source));
  gtk_editable_set_text (GTK_EDITABLE (entry), "The other one");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_assert_cmpstr (hr_source_get_title (source), ==, "The other one");
  g_assert_nonnull (find_text (GTK_WIDGET (fixture->window), "The other one"));
}

/* The token has a row where the address wants one, and what is wrong is said beside it. */
static void
test_add_source (Fixture *fixture)
{
  HrMonitor *monitor = hr_application_get_monitor (fixture->application);
  g_autoptr (GSettings) settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), NULL);
  g_autoptr (HrPairings) pairings = hr_pairings_new (settings, &hr_secret_token_store, NULL);
  GtkWindow *dialog = hr_add_source_dialog_new (GTK_WINDOW (fixture->window), monitor, pairings);
  GtkWidget *address;

  gtk_window_present (dialog);
  address = find_shown (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW);
  g_assert_null (find_shown (GTK_WIDGET (dialog), ADW_TYPE_PASSWORD_ENTRY_ROW));
  gtk_editable_set_text (GTK_EDITABLE (address), "127.0.0.1:7777");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "token of the agent is missing"));
  gtk_editable_set_text (GTK_EDITABLE (find_shown (GTK_WIDGET (dialog), ADW_TYPE_PASSWORD_ENTRY_ROW)), "00112233445566778899aabbccddeeff");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "It will be called “127.0.0.1:7777”."));
  gtk_editable_set_text (GTK_EDITABLE (address), "box.lan:7777");
  g_assert_nonnull (find_text (GTK_WIDGET (dialog), "“box.lan” is another computer"));
  gtk_window_destroy (dialog);
}

/* Returns the dialogs that are there then. */
static GPtrArray *
open_link (Fixture    *fixture,
           const char *link)
{
  g_autoptr (GFile) file = g_file_new_for_uri (link);
  GListModel *windows = gtk_window_get_toplevels ();
  GPtrArray  *dialogs = g_ptr_array_new_with_free_func (g_object_unref);

  G_APPLICATION_GET_CLASS (fixture->application)->open (G_APPLICATION (fixture->application), &file, 1, "");
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (HR_IS_ADD_SOURCE_DIALOG (window))
        g_ptr_array_add (dialogs, g_steal_pointer (&window));
    }

  return dialogs;
}

static void
assert_offers (Fixture    *fixture,
               const char *link,
               const char *text)
{
  g_autoptr (GPtrArray) dialogs = open_link (fixture, link);
  GtkWidget *address;

  g_assert_cmpuint (dialogs->len, ==, 1);
  gtk_window_present (dialogs->pdata[0]);
  g_assert_nonnull (find_text (dialogs->pdata[0], text));
  address = find_shown (dialogs->pdata[0], ADW_TYPE_ENTRY_ROW);
  g_assert_cmpuint (strlen (gtk_editable_get_text (GTK_EDITABLE (address))), <=, HR_ADDRESS_LIMIT + 1);
}

/* A link from elsewhere is shown, whatever it is, and nothing is added before its user does; many are one dialog. */
static void
test_open_link (Fixture *fixture)
{
  GListModel      *sources = hr_monitor_get_sources (hr_application_get_monitor (fixture->application));
  guint            n = g_list_model_get_n_items (sources);
  g_autofree char *endless = g_strnfill (1 << 20, 'x');
  g_autofree char *too_long = g_strconcat ("headroom://", endless, NULL);

  assert_offers (fixture, "headroom://127.0.0.1:7777/#00112233445566778899aabbccddeeff", "It will be called “127.0.0.1:7777”.");
  assert_offers (fixture, too_long, "at most 512 bytes");
  assert_offers (fixture, "headroom://box.lan:7777/#00112233445566778899aabbccddeeff", "names no certificate");
  g_assert_cmpuint (g_list_model_get_n_items (sources), ==, n);
}

static void
test_dialogs_narrow (Fixture *fixture)
{
  HrMonitor *monitor = hr_application_get_monitor (fixture->application);
  g_autoptr (GSettings) settings = hr_places_settings (g_getenv ("HEADROOM_BUILD_DIR"), NULL);
  g_autoptr (HrPairings) pairings = hr_pairings_new (settings, &hr_secret_token_store, NULL);
  g_autoptr (HrAddress) address = hr_address_parse ("unix:/a/rather/long/path/of/the/socket/that/an/agent/listens/on", NULL);
  GtkWindow *parent = GTK_WINDOW (fixture->window);
  GtkWindow *dialogs[3];

  hr_pairings_remember (pairings, address, "The computer of somebody with a rather long name");
  dialogs[0] = hr_add_source_dialog_new (parent, monitor, pairings);
  dialogs[1] = hr_peers_dialog_new (parent, monitor, pairings);
  dialogs[2] = hr_watch_dialog_new (parent, monitor, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      gtk_window_present (dialogs[i]);
      while (i == 1 && find_text (GTK_WIDGET (dialogs[i]), "Revoke") == NULL)
        g_main_context_iteration (NULL, TRUE);
      assert_fits_phone (GTK_WIDGET (dialogs[i]));
      gtk_window_destroy (dialogs[i]);
    }
}

/* Which actions there are depends on what is selected. */
static void
test_source_actions (Fixture *fixture)
{
  GActionGroup *actions = G_ACTION_GROUP (fixture->window);

  g_assert_true (g_action_group_get_action_enabled (actions, "rename"));
  g_assert_false (g_action_group_get_action_enabled (actions, "forget"));
  g_assert_false (g_action_group_get_action_enabled (actions, "pair"));
  g_assert_false (g_action_group_get_action_enabled (actions, "show-origin"));
  g_assert_true (g_action_group_get_action_enabled (actions, "add-source"));
}

int
main (int   argc,
      char *argv[])
{
  static const Case cases[] = {
    { "/window-sources/forget-and-undo", MISSING_AGENT, test_forget_and_undo },
    { "/window-sources/forget-and-leave", MISSING_AGENT, test_forget_and_leave },
    { "/window-sources/rename", MISSING_AGENT, test_rename },
    { "/window-sources/add-source", MISSING_AGENT, test_add_source },
    { "/window-sources/open-link", MISSING_AGENT, test_open_link },
    { "/window-sources/dialogs-narrow", MISSING_AGENT, test_dialogs_narrow },
    { "/window-sources/source-actions", MISSING_AGENT, test_source_actions },
    { "/window-sources/device-states", MISSING_AGENT, test_device_states },
    { "/window-sources/device-narrow", MISSING_AGENT, test_device_narrow },
  };

  return run_cases (argc, argv, cases, G_N_ELEMENTS (cases));
}
