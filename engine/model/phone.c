/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/phone.h"

#include <math.h>

/* Returns: (transfer full): a sample that tells nothing yet, with room for @n_processes. */
HrPhoneSample *
hr_phone_sample_new (guint n_processes)
{
  HrPhoneSample *self = g_new0 (HrPhoneSample, 1);

  self->total_cpu = NAN;
  self->frames_per_second = NAN;
  self->device_utilization = NAN;
  self->renderer_utilization = NAN;
  self->tiler_utilization = NAN;
  self->n_processes = n_processes;
  self->processes = g_new0 (HrPhoneProcess, n_processes);
  for (guint i = 0; i < n_processes; i++)
    {
      self->processes[i].cpu = NAN;
      self->processes[i].footprint_mb = NAN;
    }

  return self;
}

/* Frees @self with its processes and their names. Accepts NULL. */
void
hr_phone_sample_free (HrPhoneSample *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n_processes; i++)
    g_free (self->processes[i].name);
  g_free (self->processes);
  g_free (self->refused);
  g_free (self);
}
