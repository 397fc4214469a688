/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/source.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How well the link to a source goes that is not on this computer. */
#define HR_TYPE_LINK_CARD (hr_link_card_get_type ())
G_DECLARE_FINAL_TYPE (HrLinkCard, hr_link_card, HR, LINK_CARD, GtkBox)

void hr_link_card_refresh (HrLinkCard *self, HrSource *source);

G_END_DECLS
