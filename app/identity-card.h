/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Which device it is: name, product, system, UDID. */
#define HR_TYPE_IDENTITY_CARD (hr_identity_card_get_type ())
G_DECLARE_FINAL_TYPE (HrIdentityCard, hr_identity_card, HR, IDENTITY_CARD, GtkBox)

void hr_identity_card_refresh (HrIdentityCard *self, HrSource *source);

G_END_DECLS
