/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "engine/store/session.h"

G_BEGIN_DECLS

/* Something that takes its time: how far it is stands on a terminal, and SIGINT and SIGTERM have it given up. One at a time. */
typedef struct
{
  HrOutput output;  /* standard error */
  gint64   told_us; /* when it was told last; 0: not yet */
} HrWait;

void     hr_wait_begin (HrWait          *self,
                        const HrOptions *options);
gboolean hr_wait_progress (double   share,
                           gpointer user_data);
void     hr_wait_end (HrWait *self);

HrExit hr_wait_fail (const GError *error);

G_END_DECLS
