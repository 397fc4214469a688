/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/token-store.h"
#include "engine/link/address.h"

G_BEGIN_DECLS

/* A network source that is known. */
typedef struct
{
  char    *address;     /* without secrets */
  char    *name;        /* what it was called when it was added */
  char    *fingerprint; /* of its certificate, in hexadecimal; "" where there is none */
  gint64   last_seen;   /* seconds since 1970; 0: never */
  gboolean revoked;
  char    *trouble; /* why it cannot be connected by itself; NULL: it can */
} HrPeerRecord;

/* Which network sources are known, and which are revoked: in settings, but for their tokens, which are in the token store alone. A
 * revoked one is refused by name, whatever link leads to it.
 *
 * Signals:
 *   "changed"  ()                    any record, or the trouble
 *   "restored" (const HrAddress *)   of hr_pairings_restore (): one can be connected, its token is there */
#define HR_TYPE_PAIRINGS (hr_pairings_get_type ())
G_DECLARE_FINAL_TYPE (HrPairings, hr_pairings, HR, PAIRINGS, GObject)

HrPairings *hr_pairings_new (GSettings          *settings,
                             const HrTokenStore *store,
                             gpointer            store_data) G_GNUC_WARN_UNUSED_RESULT;

guint               hr_pairings_get_n (HrPairings *self);
const HrPeerRecord *hr_pairings_get (HrPairings *self,
                                     guint       index);
const HrPeerRecord *hr_pairings_find (HrPairings *self,
                                      const char *address);

gboolean hr_pairings_admit (HrPairings      *self,
                            const HrAddress *address,
                            GError         **error);
void     hr_pairings_remember (HrPairings      *self,
                               const HrAddress *address,
                               const char      *name);
void     hr_pairings_see (HrPairings *self,
                          const char *address,
                          gint64      now);
void     hr_pairings_forget (HrPairings *self,
                             const char *address);
void     hr_pairings_revoke (HrPairings *self,
                             const char *address);
void     hr_pairings_allow (HrPairings *self,
                            const char *address);

void hr_pairings_restore (HrPairings *self);

/* Why tokens are kept for this session only; NULL: they are kept. */
const char *hr_pairings_get_trouble (HrPairings *self);

G_END_DECLS
