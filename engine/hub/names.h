/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names of a hub's sources, no two of which are the same: contracts, alerts and files know a source by its name. */
typedef struct _HrNames HrNames;

HrNames *hr_names_new (void) G_GNUC_WARN_UNUSED_RESULT;
HrNames *hr_names_ref (HrNames *self);
void     hr_names_unref (HrNames *self);

char *hr_names_claim (HrNames      *self,
                      const char   *name,
                      const char   *place,
                      gconstpointer owner) G_GNUC_WARN_UNUSED_RESULT;
void  hr_names_release (HrNames    *self,
                        const char *name);

gboolean hr_names_is_free (HrNames    *self,
                           const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrNames, hr_names_unref)

G_END_DECLS
