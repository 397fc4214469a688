/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One process of the phone in one sample of sysmontap. */
typedef struct
{
  guint64 pid;
  char   *name;
  double  cpu;          /* of one core, 0.. ; NaN: not told (the first sample has none) */
  double  footprint_mb; /* physFootprint; NaN: not told */
} HrPhoneProcess;

/* What the phone told since the last one. A number that is not in it is NaN. */
typedef struct
{
  double          total_cpu; /* of all cores, 0.. number of cores */
  guint           n_cores;   /* 0: not told */
  HrPhoneProcess *processes;
  guint           n_processes;
  double          frames_per_second;
  double          device_utilization; /* of the GPU, 0..1; and of its parts */
  double          renderer_utilization;
  double          tiler_utilization;
  char           *refused; /* which figures the phone will not tell, and why, for people; mostly NULL */
} HrPhoneSample;

HrPhoneSample *hr_phone_sample_new (guint n_processes) G_GNUC_WARN_UNUSED_RESULT;
void           hr_phone_sample_free (HrPhoneSample *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrPhoneSample, hr_phone_sample_free)

G_END_DECLS
