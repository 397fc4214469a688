/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/application.h"
#include "app/config.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int   argc,
      char *argv[])
{
  g_autoptr (HrApplication) application = NULL;
  HrSandbox *sandbox = hr_sandbox_new (NULL);

  hr_sandbox_enter (sandbox);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, HR_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("Headroom"));

  application = hr_application_new (HR_APP_ID, G_APPLICATION_HANDLES_OPEN, sandbox);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
