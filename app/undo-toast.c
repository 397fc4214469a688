/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/undo-toast.h"

#include <glib/gi18n.h>

typedef struct
{
  HrUndoFunc     commit;
  HrUndoFunc     undo;
  gpointer       user_data;
  GDestroyNotify user_data_free;
  gboolean       decided;
} Offer;

static void
decide (Offer     *offer,
        HrUndoFunc func)
{
  if (!offer->decided)
    {
      offer->decided = TRUE;
      func (offer->user_data);
    }
}

static void
toast_button_cb (AdwToast *toast,
                 Offer    *offer)
{
  decide (offer, offer->undo);
}

static void
toast_dismissed_cb (AdwToast *toast,
                    Offer    *offer)
{
  decide (offer, offer->commit);
}

/* The toast ends, whoever ended it. */
static void
offer_free (gpointer data)
{
  Offer *offer = data;

  decide (offer, offer->commit);
  offer->user_data_free (offer->user_data);
  g_free (offer);
}

void
hr_undo_toast_offer (AdwToastOverlay *overlay,
                     const char      *text,
                     HrUndoFunc       commit,
                     HrUndoFunc       undo,
                     gpointer         user_data,
                     GDestroyNotify   user_data_free)
{
  AdwToast *toast = adw_toast_new (text);
  Offer    *offer = g_new0 (Offer, 1);

  *offer = (Offer){ commit, undo, user_data, user_data_free, FALSE };
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "hr-offer", offer, offer_free);
  g_signal_connect (toast, "button-clicked", G_CALLBACK (toast_button_cb), offer);
  g_signal_connect (toast, "dismissed", G_CALLBACK (toast_dismissed_cb), offer);
  adw_toast_overlay_add_toast (overlay, toast);
}
