/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/device-page.h"

#include "app/battery-card.h"
#include "app/device-wording.h"
#include "app/identity-card.h"
#include "app/labels.h"
#include "app/link-card.h"
#include "app/log-card.h"
#include "app/phone-card.h"
#include "app/programs-card.h"
#include "app/tiles.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* How often the page is set while it is in sight: of the link's quality nobody is told. */
#define REFRESH_SECONDS 1

struct _HrDevicePage
{
  GtkWidget parent_instance;

  /* Template children */
  GtkStack       *stack;
  GtkSpinner     *spinner;
  AdwStatusPage  *error;
  GtkWidget      *obstacle;
  GtkLabel       *obstacle_title;
  GtkLabel       *obstacle_advice;
  GtkWidget      *pair;
  HrIdentityCard *identity;
  HrBatteryCard  *battery;
  HrProgramsCard *programs;
  HrLinkCard     *link;
  HrPhoneCard    *phone;
  HrLogCard      *log;

  /* Owned */
  HrMonitor *monitor;
  HrSource  *device;

  guint timer; /* while mapped */
  guint tick;  /* the refresh that is due at the next frame, or 0 */
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (HrDevicePage, hr_device_page, GTK_TYPE_WIDGET)

HrDevicePageState
hr_device_page_get_state (HrDevicePage *self)
{
  const HrDevice *device;

  g_return_val_if_fail (HR_IS_DEVICE_PAGE (self), HR_DEVICE_PAGE_NONE);

  if (self->device == NULL)
    return HR_DEVICE_PAGE_NONE;

  device = hr_source_get_device (self->device);
  if (device == NULL)
    return HR_DEVICE_PAGE_WAITING;
  /* Who has told its name, or has an agent in it, has something to show, however it stands now. */
  if (device->name != NULL || device->product_type != NULL || hr_source_get_quality (self->device)->n_links > 0)
    return HR_DEVICE_PAGE_DATA;
  if (device->state == HR_DEVICE_ASKING)
    return HR_DEVICE_PAGE_WAITING;

  return device->state == HR_DEVICE_UNREACHABLE || device->state == HR_DEVICE_DETACHED ? HR_DEVICE_PAGE_ERROR : HR_DEVICE_PAGE_DATA;
}

static void
show_obstacle (HrDevicePage   *self,
               const HrDevice *device)
{
  const char      *title = hr_word_obstacle (device->state);
  g_autofree char *advice = hr_word_obstacle_advice (device);

  gtk_widget_set_visible (self->obstacle, title != NULL);
  gtk_widget_set_visible (self->pair, device->state == HR_DEVICE_NOT_PAIRED || device->state == HR_DEVICE_REFUSED);
  hr_label_set (self->obstacle_title, title != NULL ? title : "");
  hr_label_set (self->obstacle_advice, advice != NULL ? advice : "");
}

static void
show_error (HrDevicePage   *self,
            const HrDevice *device)
{
  g_autofree char *advice = hr_word_obstacle_advice (device);
  g_autofree char *text = g_markup_escape_text (advice != NULL ? advice : "", -1);

  adw_status_page_set_title (self->error, hr_word_obstacle (device->state));
  adw_status_page_set_description (self->error, text);
}

/* The link of a device is that of the agents in its programs: the page shows the first one that has any. */
static HrSource *
find_linked (HrDevicePage *self)
{
  GListModel *sources = hr_monitor_get_sources (self->monitor);

  if (hr_source_get_quality (self->device)->n_links > 0)
    return self->device;

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (hr_monitor_get_origin (self->monitor, source) == self->device && hr_source_get_quality (source)->n_links > 0)
        return source;
    }

  return self->device;
}

static void
refresh (HrDevicePage *self)
{
  static const char *const pages[] = { "none", "waiting", "error", "data" };
  HrDevicePageState        state = hr_device_page_get_state (self);

  gtk_stack_set_visible_child_name (self->stack, pages[state]);
  gtk_spinner_set_spinning (self->spinner, state == HR_DEVICE_PAGE_WAITING && self->timer != 0);
  if (state == HR_DEVICE_PAGE_ERROR)
    show_error (self, hr_source_get_device (self->device));
  if (state != HR_DEVICE_PAGE_DATA)
    return;

  show_obstacle (self, hr_source_get_device (self->device));
  hr_identity_card_refresh (self->identity, self->device);
  hr_battery_card_refresh (self->battery, self->device);
  hr_programs_card_refresh (self->programs);
  hr_link_card_refresh (self->link, find_linked (self));
  hr_phone_card_refresh (self->phone, self->device);
}

static gboolean
refresh_tick_cb (GtkWidget     *widget,
                 GdkFrameClock *clock,
                 gpointer       user_data)
{
  HrDevicePage *self = HR_DEVICE_PAGE (widget);

  self->tick = 0;
  refresh (self);

  return G_SOURCE_REMOVE;
}

/* However much a device tells at once, the cards are set once a frame, and not at all out of sight. */
static void
queue_refresh (HrDevicePage *self)
{
  if (self->timer != 0 && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), refresh_tick_cb, NULL, NULL);
}

static gboolean
refresh_cb (gpointer user_data)
{
  queue_refresh (user_data);

  return G_SOURCE_CONTINUE;
}

static void
device_notify_cb (HrDevicePage *self)
{
  queue_refresh (self);
}

static void
programs_chosen_cb (HrDevicePage *self,
                    HrSource     *source)
{
  g_signal_emit (self, chosen_signal, 0, source);
}

void
hr_device_page_set_source (HrDevicePage *self,
                           HrSource     *device)
{
  g_return_if_fail (HR_IS_DEVICE_PAGE (self));

  if (device == self->device)
    return;

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  g_set_object (&self->device, device);
  if (device != NULL)
    g_signal_connect_object (device, "notify", G_CALLBACK (device_notify_cb), self, G_CONNECT_SWAPPED);
  hr_programs_card_set_device (self->programs, device);
  hr_log_card_set_device (self->log, device);
  refresh (self);
}

void
hr_device_page_follow (HrDevicePage *self,
                       HrMonitor    *monitor)
{
  g_return_if_fail (HR_IS_DEVICE_PAGE (self));
  g_return_if_fail (self->monitor == NULL);

  self->monitor = g_object_ref (monitor);
  hr_programs_card_follow (self->programs, monitor);
  hr_log_card_follow (self->log, monitor);
}

static void
hr_device_page_map (GtkWidget *widget)
{
  HrDevicePage *self = HR_DEVICE_PAGE (widget);

  GTK_WIDGET_CLASS (hr_device_page_parent_class)->map (widget);

  self->timer = g_timeout_add_seconds (REFRESH_SECONDS, refresh_cb, self);
  refresh (self);
}

static void
hr_device_page_unmap (GtkWidget *widget)
{
  HrDevicePage *self = HR_DEVICE_PAGE (widget);

  g_clear_handle_id (&self->timer, g_source_remove);
  gtk_spinner_set_spinning (self->spinner, FALSE);

  GTK_WIDGET_CLASS (hr_device_page_parent_class)->unmap (widget);
}

static void
hr_device_page_dispose (GObject *object)
{
  HrDevicePage *self = HR_DEVICE_PAGE (object);

  if (self->device != NULL)
    g_signal_handlers_disconnect_by_data (self->device, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), HR_TYPE_DEVICE_PAGE);
  g_clear_object (&self->device);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (hr_device_page_parent_class)->dispose (object);
}

static void
hr_device_page_class_init (HrDevicePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_BATTERY_CARD);
  g_type_ensure (HR_TYPE_IDENTITY_CARD);
  g_type_ensure (HR_TYPE_LINK_CARD);
  g_type_ensure (HR_TYPE_LOG_CARD);
  g_type_ensure (HR_TYPE_PHONE_CARD);
  g_type_ensure (HR_TYPE_PROGRAMS_CARD);
  g_type_ensure (HR_TYPE_TILES);

  G_OBJECT_CLASS (klass)->dispose = hr_device_page_dispose;
  widget_class->map = hr_device_page_map;
  widget_class->unmap = hr_device_page_unmap;
  chosen_signal = g_signal_new ("chosen", HR_TYPE_DEVICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HR_TYPE_SOURCE);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/device-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, stack);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, error);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, obstacle);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, obstacle_title);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, obstacle_advice);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, pair);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, identity);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, battery);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, programs);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, link);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, phone);
  gtk_widget_class_bind_template_child (widget_class, HrDevicePage, log);
  gtk_widget_class_bind_template_callback (widget_class, programs_chosen_cb);
}

static void
hr_device_page_init (HrDevicePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
