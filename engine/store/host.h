/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The computer that this runs on, as far as a measurement depends on it. */
typedef struct
{
  char   *name;
  char   *boot;   /* names the time since it was started; "" where the system does not tell */
  char   *system; /* "Debian GNU/Linux 12 (bookworm)" */
  char   *kernel;
  char   *processor; /* "" where the system does not tell */
  guint   processors;
  guint64 memory_mb;
} HrHost;

void hr_host_read (HrHost *out);
void hr_host_clear (HrHost *self);

char *hr_host_read_system (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrHost, hr_host_clear)

G_END_DECLS
