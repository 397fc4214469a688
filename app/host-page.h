/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sandbox.h"
#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What stands between an app in a sandbox and this computer, and what its user can do about it.
 * Signal "copied" (): the command for that is on the clipboard. */
#define HR_TYPE_HOST_PAGE (hr_host_page_get_type ())
G_DECLARE_FINAL_TYPE (HrHostPage, hr_host_page, HR, HOST_PAGE, GtkWidget)

void     hr_host_page_set_sandbox (HrHostPage      *self,
                                   const HrSandbox *sandbox);
gboolean hr_host_page_is_closed (HrHostPage *self);

/* Whether there is anything to be said of @source, which may be NULL. */
gboolean hr_host_page_explains (HrHostPage *self,
                                HrSource   *source);
/* Says it, if there is. */
gboolean hr_host_page_set_source (HrHostPage *self,
                                  HrSource   *source);

G_END_DECLS
