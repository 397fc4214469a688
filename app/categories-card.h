/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/reading.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a program's allocation categories have in use. Not there for a source that has none. */
#define HR_TYPE_CATEGORIES_CARD (hr_categories_card_get_type ())
G_DECLARE_FINAL_TYPE (HrCategoriesCard, hr_categories_card, HR, CATEGORIES_CARD, GtkBox)

void hr_categories_card_refresh (HrCategoriesCard *self,
                                 const HrReading  *reading);

G_END_DECLS
