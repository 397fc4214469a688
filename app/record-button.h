/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/archive.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Begins and ends a recording (app.record), and shows how long it has gone on. */
#define HR_TYPE_RECORD_BUTTON (hr_record_button_get_type ())
G_DECLARE_FINAL_TYPE (HrRecordButton, hr_record_button, HR, RECORD_BUTTON, GtkWidget)

void hr_record_button_follow (HrRecordButton *self,
                              HrArchive      *archive);
/* Where there is little room, the time stands in place of the picture. */
void hr_record_button_set_compact (HrRecordButton *self,
                                   gboolean        compact);

G_END_DECLS
