/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/session.h"

#include <sqlite3.h>

/* A session file that is filled row by row, for those who read it. */
typedef struct
{
  char    *folder;
  char    *path;
  sqlite3 *db; /* NULL once it is closed */
} SessionFixture;

/* What snapshots of the fixture are made of. */
enum
{
  GAUGE,    /* "load", of two decimals */
  DURATION, /* "job", with buckets */
  COUNTER,  /* "jobs" */
  EVENT,    /* "miss", seldom there */
  N_KINDS
};

#define FIXTURE_BEGIN_US G_GINT64_CONSTANT (1700000000000000)
#define FIXTURE_INTERVAL_US 100000

void fixture_open (SessionFixture *self);
void fixture_close_file (SessionFixture *self);
void fixture_clear (SessionFixture *self);

void   fixture_run (SessionFixture *self,
                    const char     *sql,
                    ...) G_GNUC_PRINTF (2, 3);
gint64 fixture_ask (SessionFixture *self,
                    const char     *sql);

gint64 fixture_add_run (SessionFixture *self);
gint64 fixture_add_source (SessionFixture *self,
                           const char     *name,
                           gint64         *out_metrics);
void   fixture_add_chunk (SessionFixture *self,
                          gint64          source,
                          gint64          run,
                          gint64          number,
                          GPtrArray      *snapshots,
                          guint           first,
                          guint           n,
                          const gint64   *metrics);
void   fixture_add_batch (SessionFixture *self,
                          gint64          source,
                          gint64          run,
                          gint64          number,
                          GPtrArray      *snapshots,
                          guint           first,
                          guint           n,
                          const gint64   *metrics);
void   fixture_add (SessionFixture *self,
                    gint64          source,
                    gint64          run,
                    gint64          number,
                    GPtrArray      *snapshots,
                    guint           n_chunked,
                    const gint64   *metrics);
void   fixture_damage (SessionFixture *self,
                       const char     *table,
                       const char     *column,
                       const char     *where);

GPtrArray *draw_snapshots (GRand *random,
                           gint64 begin_us,
                           guint  n);
void       assert_snapshots_equal (const HrSnapshot *a,
                                   const HrSnapshot *b);
