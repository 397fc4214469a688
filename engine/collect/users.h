/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What users are called. The system may ask a directory in the network for that, which takes as long as it takes: every name is asked for
 * once. Counted, and of use in any thread. */
typedef struct _HrUsers HrUsers;

HrUsers *hr_users_new (void) G_GNUC_WARN_UNUSED_RESULT;
HrUsers *hr_users_ref (HrUsers *self);
void     hr_users_unref (HrUsers *self);

char *hr_users_find (HrUsers *self,
                     uid_t    uid) G_GNUC_WARN_UNUSED_RESULT;
char *hr_users_peek (HrUsers *self,
                     uid_t    uid) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrUsers, hr_users_unref)

G_END_DECLS
