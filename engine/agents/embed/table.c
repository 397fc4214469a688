/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 32u
#define FIRST_BUCKETS ((size_t) 256)

/* Frees what the table holds; it is as new. */
void
hr_table_clear (HrTable *self)
{
  for (uint32_t i = 0; i < self->n_cells; i++)
    {
      free ((char *) self->cells[i].info.name);
      free (self->cells[i].counts);
    }
  free (self->cells);
  free (self->samples);
  free (self->buckets);
  *self = (HrTable){ 0 };
}

static bool
grow_cells (HrTable *self)
{
  uint32_t     capacity = self->capacity > 0 ? 2 * self->capacity : FIRST_CAPACITY;
  HrTableCell *cells = realloc (self->cells, capacity * sizeof *cells);
  HrSample    *samples;

  if (cells == NULL)
    return false;
  self->cells = cells;

  samples = realloc (self->samples, capacity * sizeof *samples);
  if (samples == NULL)
    return false;
  self->samples = samples;
  self->capacity = capacity;

  return true;
}

static bool
make_cell (HrTableCell        *cell,
           const HrMetricInfo *metric)
{
  *cell = (HrTableCell){ .info = *metric };
  cell->info.name = strdup (metric->name);
  if (hr_kind_is_time (metric->kind))
    cell->counts = calloc (HR_N_BUCKETS, sizeof *cell->counts);
  if (cell->info.name != NULL && (cell->counts != NULL || !hr_kind_is_time (metric->kind)))
    return true;

  free ((char *) cell->info.name);
  free (cell->counts);

  return false;
}

/* Returns the number of @metric, which is added when there is none of its name. HR_TABLE_NO_METRIC when the name stands for
 * another kind or unit already, or memory is short. */
uint32_t
hr_table_add_metric (HrTable            *self,
                     const HrMetricInfo *metric)
{
  for (uint32_t i = 0; i < self->n_cells; i++)
    {
      const HrMetricInfo *known = &self->cells[i].info;

      if (strcmp (known->name, metric->name) == 0)
        return known->kind == metric->kind && known->unit == metric->unit ? i : HR_TABLE_NO_METRIC;
    }

  if ((self->n_cells == self->capacity && !grow_cells (self)) || !make_cell (&self->cells[self->n_cells], metric))
    return HR_TABLE_NO_METRIC;

  return self->n_cells++;
}

/* Counts @sample in @into, its buckets aside. */
static void
merge (HrSample       *into,
       const HrSample *sample)
{
  into->min = into->count == 0 || sample->min < into->min ? sample->min : into->min;
  into->max = into->count == 0 || sample->max > into->max ? sample->max : into->max;
  into->count += sample->count;
  into->sum += sample->sum;
  into->self += sample->self;
  into->last = sample->last;
}

/* Copies the buckets behind the others. Without memory the sample goes without: its count and sum are what matters most. */
static void
keep_buckets (HrTable        *self,
              HrTableCell    *cell,
              const HrSample *sample)
{
  size_t         needed = self->n_buckets + sample->n_buckets;
  size_t         capacity = self->buckets_capacity > 0 ? self->buckets_capacity : FIRST_BUCKETS;
  HrBucketCount *buckets;

  while (capacity < needed)
    capacity *= 2;
  if (capacity != self->buckets_capacity)
    {
      buckets = realloc (self->buckets, capacity * sizeof *buckets);
      if (buckets == NULL)
        return;
      self->buckets = buckets;
      self->buckets_capacity = capacity;
    }

  memcpy (self->buckets + self->n_buckets, sample->buckets, sample->n_buckets * sizeof *sample->buckets);
  cell->first = self->n_buckets;
  cell->pending.n_buckets = sample->n_buckets;
  self->n_buckets = needed;
}

/* Adds what was measured of one metric in this interval; of a time at most once, other kinds add up. */
void
hr_table_add (HrTable        *self,
              const HrSample *sample)
{
  HrTableCell *cell = &self->cells[sample->metric];

  merge (&cell->pending, sample);
  if (sample->n_buckets > 0)
    keep_buckets (self, cell, sample);
}

static void
add_to_totals (HrTableCell    *cell,
               const HrSample *sample)
{
  merge (&cell->totals, sample);
  for (uint32_t i = 0; cell->counts != NULL && i < sample->n_buckets; i++)
    cell->counts[sample->buckets[i].bucket] += sample->buckets[i].count;
}

/* Counts @sample as measured before the first interval: it stands in the totals, never in a snapshot. */
void
hr_table_preload (HrTable        *self,
                  const HrSample *sample)
{
  add_to_totals (&self->cells[sample->metric], sample);
}

/* Moves what is pending to the totals and to self->samples, ascending, whose buckets stay valid until the next is added. Returns how many
 * there are. */
uint32_t
hr_table_take_pending (HrTable *self)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < self->n_cells; i++)
    {
      HrTableCell *cell = &self->cells[i];

      if (cell->pending.count == 0)
        continue;
      cell->pending.metric = i;
      cell->pending.buckets = self->buckets + cell->first;
      add_to_totals (cell, &cell->pending);
      self->samples[n++] = cell->pending;
      cell->pending = (HrSample){ 0 };
    }
  self->n_buckets = 0;

  return n;
}

static size_t
count_filled (const HrTable *self)
{
  size_t n = 0;

  for (uint32_t i = 0; i < self->n_cells; i++)
    for (uint32_t k = 0; self->cells[i].counts != NULL && k < HR_N_BUCKETS; k++)
      n += self->cells[i].counts[k] > 0;

  return n;
}

static uint32_t
list_filled (const HrTableCell *cell,
             HrBucketCount     *row)
{
  uint32_t n = 0;

  for (uint32_t i = 0; cell->counts != NULL && i < HR_N_BUCKETS; i++)
    if (cell->counts[i] > 0)
      row[n++] = (HrBucketCount){ i, cell->counts[i] };

  return n;
}

/* Returns everything counted up to the last cut, *@out_n samples that stand in the table until it changes, their buckets in
 * *@out_buckets (free ()). NULL when memory is short. */
const HrSample *
hr_table_totals (HrTable        *self,
                 uint32_t       *out_n,
                 HrBucketCount **out_buckets)
{
  HrBucketCount *row = malloc ((count_filled (self) + 1) * sizeof *row);
  uint32_t       n = 0;

  *out_n = 0;
  *out_buckets = row;
  if (row == NULL)
    return NULL;

  for (uint32_t i = 0; i < self->n_cells; i++)
    {
      const HrTableCell *cell = &self->cells[i];

      if (cell->totals.count == 0)
        continue;
      self->samples[n] = cell->totals;
      self->samples[n].metric = i;
      self->samples[n].buckets = row;
      self->samples[n].n_buckets = list_filled (cell, row);
      row += self->samples[n++].n_buckets;
    }
  *out_n = n;

  return self->samples;
}
