/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/host-page.h"
#include "tests/app/window-fixture.h"

#include <glib/gstdio.h>

static const char closed_info[] = "[Application]\nname=io.github.headroom.Headroom\n";
static const char broken_info[] = "[Session Bus Policy]\norg.freedesktop.Flatpak=talk\n";

/* Returns the sandbox of which Flatpak says @info; NULL: there is none. */
static HrSandbox *
make_sandbox (const char *info)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-host-page-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "info", NULL);
  HrSandbox       *sandbox;

  if (info != NULL)
    g_assert_true (g_file_set_contents (path, info, -1, NULL));
  sandbox = hr_sandbox_new (path);
  g_remove (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);

  return sandbox;
}

static HrHostPage *
make_page (const HrSandbox *sandbox)
{
  HrHostPage *page = g_object_ref_sink (g_object_new (HR_TYPE_HOST_PAGE, NULL));

  hr_host_page_set_sandbox (page, sandbox);

  return page;
}

static HrSource *
make_source (const char *address)
{
  HrSource *source = hr_source_new (HR_SOURCE_COMPUTER, "host");

  hr_source_set_place (source, HR_GROUP_COMPUTER, address);

  return source;
}

/* This computer alone, and only where a sandbox is in the way. */
static void
test_what_is_explained (void)
{
  g_autoptr (HrSandbox) none = make_sandbox (NULL);
  g_autoptr (HrSandbox) closed = make_sandbox (closed_info);
  g_autoptr (HrSource) here = make_source ("local:");
  g_autoptr (HrSource) elsewhere = make_source ("tcp:atlas:7777");
  HrHostPage *page = make_page (NULL);

  g_assert_false (hr_host_page_explains (page, here));
  hr_host_page_set_sandbox (page, none);
  g_assert_false (hr_host_page_explains (page, here));
  g_assert_false (hr_host_page_is_closed (page));
  hr_host_page_set_sandbox (page, closed);
  g_assert_true (hr_host_page_is_closed (page));
  g_assert_true (hr_host_page_explains (page, here));
  g_assert_false (hr_host_page_explains (page, elsewhere));
  g_assert_false (hr_host_page_explains (page, NULL));
  g_assert_finalize_object (page);
}

/* The command that opens it stands there for whoever can use it, and fits a phone. */
static void
test_page (void)
{
  g_autoptr (HrSandbox) closed = make_sandbox (closed_info);
  g_autoptr (HrSandbox) broken = make_sandbox (broken_info);
  g_autoptr (HrSource) here = make_source ("local:");
  HrHostPage *page = make_page (closed);
  GtkWidget  *command;

  g_assert_true (hr_host_page_set_source (page, here));
  command = find_text (GTK_WIDGET (page), "flatpak override --user");
  g_assert_nonnull (command);
  g_assert_true (gtk_widget_get_visible (gtk_widget_get_parent (command)));
  assert_fits_phone (GTK_WIDGET (page));

  hr_host_page_set_sandbox (page, broken);
  g_assert_true (hr_host_page_set_source (page, here));
  g_assert_null (find_text (GTK_WIDGET (page), "flatpak override --user"));
  g_assert_nonnull (find_text (GTK_WIDGET (page), "This Computer Is Not Reached"));
  g_assert_finalize_object (page);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return 77;

  g_test_add_func ("/host-page/explained", test_what_is_explained);
  g_test_add_func ("/host-page/page", test_page);

  return g_test_run ();
}
