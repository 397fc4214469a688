/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"

/* What one link told. */
typedef struct
{
  HrLink  *link;  /* owned */
  GString *heard; /* "ping 1|goodbye text|" and so on */
  guint    n_closed;
  GError  *error; /* the last of "closed" */
} Watch;

void watch_init (Watch  *self,
                 HrLink *link);
void watch_clear (Watch *self);
void watch_until_closed (Watch *self);
void watch_until_heard (Watch      *self,
                        const char *end);

void send_ping (HrLink *link,
                gint64  sent_ns);
