/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/figures.h"

#include "engine/base/units.h"

#include <math.h>

#define MAX_CORES 1024.0
#define MAX_FRAMES_PER_SECOND 1000.0
#define MAX_MB 1e9

/* Before iOS 14 cpuUsage is a fortieth of what it has been since. */
#define OLD_CPU_FACTOR 40
#define FIRST_NEW_MAJOR 14u

static const char *const attribute_names[HR_N_PHONE_ATTRIBUTES] = { "name", "cpuUsage", "physFootprint" };

/* Sets @self to rows of nothing, as a phone of @major_version tells them. */
void
hr_phone_rows_init (HrPhoneRows *self,
                    guint        major_version)
{
  for (guint i = 0; i < HR_N_PHONE_ATTRIBUTES; i++)
    self->places[i] = -1;
  self->cpu_factor = major_version < FIRST_NEW_MAJOR ? OLD_CPU_FACTOR : 1;
}

static gboolean
offers (const HrValue *offered,
        const char    *name)
{
  for (guint i = 0; i < hr_value_get_n_items (offered); i++)
    if (g_strcmp0 (hr_value_get_text (hr_value_get_item (offered, i)), name) == 0)
      return TRUE;

  return FALSE;
}

/* Returns: (transfer full): what to ask for, of the attributes that the phone offers: few, because a phone that is asked for
 * all of them takes seconds for a sample. */
HrValue *
hr_phone_rows_choose (HrPhoneRows   *self,
                      const HrValue *offered)
{
  HrValue *chosen = hr_value_new_array ();

  for (guint i = 0; i < HR_N_PHONE_ATTRIBUTES; i++)
    if (offers (offered, attribute_names[i]))
      {
        self->places[i] = (int) hr_value_get_n_items (chosen);
        hr_value_append (chosen, hr_value_new_string (attribute_names[i]));
      }

  return chosen;
}

/* A number that is no figure was not told. */
static double
number_within (const HrValue *value,
               double         factor,
               double         most)
{
  double number = hr_value_get_number (value) * factor;

  return number >= 0 && number <= most ? number : NAN;
}

static const HrValue *
row_value (const HrPhoneRows *rows,
           const HrValue     *row,
           HrPhoneAttribute   attribute)
{
  return rows->places[attribute] >= 0 ? hr_value_get_item (row, (guint) rows->places[attribute]) : NULL;
}

/* Fills the processes of @sample from {pid: row}. A key that is no number stays a process without a name. */
static void
read_processes (const HrPhoneRows *rows,
                const HrValue     *processes,
                HrPhoneSample     *sample)
{
  guint n = 0;

  for (guint i = 0; i < sample->n_processes; i++)
    {
      const HrValue  *pid = g_ptr_array_index (processes->keys, i);
      const HrValue  *row = hr_value_get_item (processes, i);
      const char     *name = hr_value_get_text (row_value (rows, row, HR_PHONE_ATTRIBUTE_NAME));
      HrPhoneProcess *process = &sample->processes[n];

      if (pid->type != HR_VALUE_INTEGER || pid->integer < 0 || name == NULL)
        continue;

      process->pid = (guint64) pid->integer;
      process->name = g_strdup (name);
      process->cpu = number_within (row_value (rows, row, HR_PHONE_ATTRIBUTE_CPU), rows->cpu_factor / 100, MAX_CORES);
      process->footprint_mb = number_within (row_value (rows, row, HR_PHONE_ATTRIBUTE_FOOTPRINT), 1.0 / HR_BYTES_PER_MB, MAX_MB);
      n++;
    }
  sample->n_processes = n;
}

/* Finds @key in one of the dictionaries of the array that a sample is. */
static const HrValue *
find_part (const HrValue *value,
           const char    *key)
{
  const HrValue *found = NULL;

  for (guint i = 0; i < hr_value_get_n_items (value) && found == NULL; i++)
    found = hr_value_get (hr_value_get_item (value, i), key);

  return found;
}

static guint
number_of_cores (const HrValue *value)
{
  double enabled = number_within (find_part (value, "EnabledCPUs"), 1, MAX_CORES);
  double all = number_within (find_part (value, "CPUCount"), 1, MAX_CORES);

  return enabled >= 1 ? (guint) enabled : all >= 1 ? (guint) all
                                                   : 0;
}

/* Returns: (transfer full) (nullable): the sample that a message of sysmontap is, NULL when it is none: a heartbeat, or its first word. */
HrPhoneSample *
hr_phone_sample_from_sysmontap (const HrPhoneRows *rows,
                                const HrValue     *value)
{
  const HrValue *processes = find_part (value, "Processes");
  const HrValue *load = hr_value_get (find_part (value, "SystemCPUUsage"), "CPU_TotalLoad");
  HrPhoneSample *sample;

  if (value->type != HR_VALUE_ARRAY || (processes == NULL && load == NULL))
    return NULL;
  if (processes != NULL && processes->type != HR_VALUE_DICTIONARY)
    processes = NULL;

  sample = hr_phone_sample_new (hr_value_get_n_items (processes));
  sample->n_cores = number_of_cores (value);
  sample->total_cpu = number_within (load, 0.01, MAX_CORES);
  if (processes != NULL)
    read_processes (rows, processes, sample);

  return sample;
}

/* Returns: (transfer full) (nullable): the sample that a message of graphics is, NULL when it is none. */
HrPhoneSample *
hr_phone_sample_from_graphics (const HrValue *value)
{
  const HrValue *frames = hr_value_get (value, "CoreAnimationFramesPerSecond");
  const HrValue *device = hr_value_get (value, "Device Utilization %");
  HrPhoneSample *sample;

  if (frames == NULL && device == NULL)
    return NULL;

  sample = hr_phone_sample_new (0);
  sample->frames_per_second = number_within (frames, 1, MAX_FRAMES_PER_SECOND);
  sample->device_utilization = number_within (device, 0.01, 1);
  sample->renderer_utilization = number_within (hr_value_get (value, "Renderer Utilization %"), 0.01, 1);
  sample->tiler_utilization = number_within (hr_value_get (value, "Tiler Utilization %"), 0.01, 1);

  return sample;
}
