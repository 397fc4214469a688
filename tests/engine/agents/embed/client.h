/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/sample.h"
#include "engine/wire/wire.h"

#include <glib.h>

G_BEGIN_DECLS

#define CLIENT_METRICS 512
/* No test waits longer for anything. */
#define CLIENT_PATIENCE_US (20 * G_USEC_PER_SEC)

/* What a desktop does, over a real socket, with nothing of the desktop's code but the wire: it adds up what it is told, and insists that
 * no number is missing and none comes twice. It outlives its links. */
typedef struct
{
  int           fd; /* -1: no link */
  HrFrameCutter cutter;
  void (*idle) (gpointer user_data); /* called while it waits; NULL: it sleeps in poll () */
  gpointer user_data;

  /* Of the stream. */
  gboolean known;
  guint8   uuid[16];
  guint64  epoch;
  guint64  sequence;
  char    *names[CLIENT_METRICS];
  HrKind   kinds[CLIENT_METRICS];
  guint    n_metrics;
  guint64  counts[CLIENT_METRICS];
  guint64  in_buckets[CLIENT_METRICS];
  double   sums[CLIENT_METRICS];
  double   last[CLIENT_METRICS];
  gint64   end_ns;

  /* Of what came. */
  gboolean totals_open; /* some of their frames are still to come */
  gboolean sampling;
  char     title[HR_WIRE_MAX_NAME + 1];
  char     detail[HR_WIRE_MAX_NAME + 1];
  guint64  pid;
  guint    role;
  guint    n_hellos;
  guint    n_snapshots;
  guint    n_totals;
  guint    n_goodbyes;
  guint    n_pongs;
  guint    n_found;
  guint    n_refusals;
  guint    n_answers; /* to queries */
  guint    n_records;
  guint64  n_lost;
  guint64  next_record;
  gboolean more_records;
  gboolean keeps_records;
  guint64  interval_ns;
} Client;

Client *client_new (void);
void    client_free (Client *self);

gboolean client_connect (Client     *self,
                         const char *address);
void     client_disconnect (Client *self);
void     client_send_bytes (Client     *self,
                            const void *bytes,
                            gsize       size);
void     client_send (Client                   *self,
                      Headroom__Frame__BodyCase body_case,
                      gpointer                  body);
void     client_access (Client     *self,
                        const char *token);
void     client_resume (Client *self);
void     client_open (Client     *self,
                      const char *address);
void     client_control (Client            *self,
                         Headroom__Control *control);
void     client_ping (Client *self);

gboolean client_read (Client *self);
gboolean client_is_closed (Client *self);
guint    client_metric (Client     *self,
                        const char *name);
guint64  client_count (Client     *self,
                       const char *name);

/* Reads until @condition holds; the test fails when the link ends first, or after a long time. */
#define client_wait(self, condition)                                    \
  G_STMT_START                                                          \
  {                                                                     \
    gint64 client_until = g_get_monotonic_time () + CLIENT_PATIENCE_US; \
    while (!(condition))                                                \
      {                                                                 \
        g_assert_cmpint (g_get_monotonic_time (), <, client_until);     \
        g_assert_true (client_read (self));                             \
      }                                                                 \
  }                                                                     \
  G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

G_END_DECLS
