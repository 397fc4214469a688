/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/snapshot.h"

#define DAY_SNAPSHOTS 864000 /* 24 h at 10 Hz */
#define DAY_METRICS 10       /* of a source, at most */
#define DAY_BEGIN_US G_GINT64_CONSTANT (1700000000000000)
#define DAY_INTERVAL_US 100000
#define DAY_JITTER_US 200 /* either way */

typedef enum
{
  DAY_GAUGE,    /* two decimals, wandering about a level; times within 0.2 ms of even ones */
  DAY_DOUBLES,  /* every bit of the mantissa drawn; times as those */
  DAY_INTEGERS, /* at even times; one of a hundred differs from the one before */
  N_DAY_KINDS
} DayKind;

/* A day that is drawn as it goes: the same one for the same seed. */
typedef struct
{
  DayKind kind;
  GRand  *random;
  double  values[DAY_METRICS];
} StoreDay;

extern const char *const store_day_names[N_DAY_KINDS];

void        store_day_init (StoreDay *self,
                            DayKind   kind,
                            guint32   seed);
void        store_day_clear (StoreDay *self);
double      store_day_draw_value (StoreDay *self,
                                  guint     metric);
HrSnapshot *store_day_draw_snapshot (StoreDay *self,
                                     guint     number,
                                     guint     n_metrics) G_GNUC_WARN_UNUSED_RESULT;
