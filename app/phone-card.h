/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a device tells of itself without an agent in it, or why it does not. */
#define HR_TYPE_PHONE_CARD (hr_phone_card_get_type ())
G_DECLARE_FINAL_TYPE (HrPhoneCard, hr_phone_card, HR, PHONE_CARD, GtkBox)

void hr_phone_card_refresh (HrPhoneCard *self, HrSource *source);

G_END_DECLS
