/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One line of the statistics: a title, a dim note and a value at the end. The accessible name of the value
 * reads "TITLE: VALUE". */
#define HR_TYPE_FACT (hr_fact_get_type ())
G_DECLARE_FINAL_TYPE (HrFact, hr_fact, HR, FACT, GtkBox)

/* @note: NULL for none. @exact: the unrounded value in the C locale, NULL for none. */
void hr_fact_set (HrFact     *self,
                  const char *value,
                  const char *note,
                  const char *exact);

G_END_DECLS
