/* SPDX-License-Identifier: MIT */

#include "engine/probe/category-series.h"

#include "engine/base/metric-names.h"

#include <stdio.h>
#include <stdlib.h>

/* A level that does not change is told this often, so that it stays on the screen. */
#define STEADY_NS HR_NS_PER_SECOND

#define NAME_BYTES (HR_REGION_NAME_BYTES + 32)

typedef struct
{
  uint32_t in_use; /* the metrics' numbers in the sink; HR_SINK_NO_METRIC: the name is taken */
  uint32_t allocated;
  uint64_t allocated_bytes; /* as of the last look */
  int64_t  in_use_bytes;    /* as told last */
  int64_t  told_ns;
  bool     told;
} Category;

struct _HrCategorySeries
{
  HrRegionReader *reader; /* borrowed */
  HrSampleSink    sink;
  uint32_t        n_categories;
  Category        categories[];
};

typedef void (*AddFunc) (void           *user_data,
                         const HrSample *sample);

/* Creates what follows the categories of the program behind @reader (borrowed) and tells @sink (copied). NULL without memory. */
HrCategorySeries *
hr_category_series_new (HrRegionReader     *reader,
                        const HrSampleSink *sink)
{
  size_t            n_most = hr_region_reader_header (reader)->categories_max;
  HrCategorySeries *self = calloc (1, sizeof *self + n_most * sizeof self->categories[0]);

  if (self == NULL)
    return NULL;

  self->reader = reader;
  self->sink = *sink;

  return self;
}

/* Accepts NULL. */
void
hr_category_series_free (HrCategorySeries *self)
{
  free (self);
}

static uint32_t
add_metric (HrCategorySeries *self,
            const char       *prefix,
            const char       *category,
            HrKind            kind)
{
  char         name[NAME_BYTES];
  HrMetricInfo metric = { name, kind, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

  snprintf (name, sizeof name, "%s%s", prefix, category);

  return self->sink.metric (self->sink.user_data, &metric);
}

/* Takes the categories over that the program has added since. */
static void
grow (HrCategorySeries *self)
{
  uint32_t n_categories = hr_region_reader_n_categories (self->reader);

  for (; self->n_categories < n_categories; self->n_categories++)
    {
      Category        *category = &self->categories[self->n_categories];
      HrRegionCategory region;

      category->in_use = category->allocated = HR_SINK_NO_METRIC;
      if (hr_region_reader_category (self->reader, self->n_categories, &region))
        {
          category->in_use = add_metric (self, HR_CATEGORY_IN_USE, region.name, HR_KIND_GAUGE);
          category->allocated = add_metric (self, HR_CATEGORY_ALLOCATED, region.name, HR_KIND_COUNTER);
        }
    }
}

static void
add_megabytes (HrCategorySeries *self,
               uint32_t          metric,
               double            bytes,
               AddFunc           add)
{
  double   value = bytes / HR_BYTES_PER_MB;
  HrSample sample = { .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };

  if (metric != HR_SINK_NO_METRIC)
    add (self->sink.user_data, &sample);
}

/* Counts what was allocated since the last look. */
static void
add_allocated (HrCategorySeries    *self,
               Category            *category,
               const HrRegionUsage *usage,
               AddFunc              add)
{
  if (usage->allocated_bytes > category->allocated_bytes)
    add_megabytes (self, category->allocated, (double) (usage->allocated_bytes - category->allocated_bytes), add);
  category->allocated_bytes = usage->allocated_bytes;
}

/* Tells the level where it has changed, and else once in a while. A program that frees what it never allocated shows as
 * less than nothing: its books are wrong, and it should see that. */
static void
tell_in_use (HrCategorySeries    *self,
             Category            *category,
             const HrRegionUsage *usage,
             int64_t              now_ns)
{
  int64_t in_use = (int64_t) (usage->allocated_bytes - usage->freed_bytes);

  if (category->told && in_use == category->in_use_bytes && now_ns - category->told_ns < STEADY_NS)
    return;

  add_megabytes (self, category->in_use, (double) in_use, self->sink.add);
  category->in_use_bytes = in_use;
  category->told_ns = now_ns;
  category->told = true;
}

/* Counts what was allocated until now as before the first interval. */
void
hr_category_series_preload (HrCategorySeries *self)
{
  grow (self);
  for (uint32_t i = 0; i < self->n_categories; i++)
    {
      HrRegionUsage usage;

      if (hr_region_reader_usage (self->reader, i, &usage))
        add_allocated (self, &self->categories[i], &usage, self->sink.preload);
    }
}

/* Looks at the books again, at @now_ns (monotonic). While the program does not sample nothing is told, and what was
 * allocated meanwhile is left out: in the first interval afterwards it would look like a burst. */
void
hr_category_series_collect (HrCategorySeries *self,
                            int64_t           now_ns,
                            bool              sampling)
{
  grow (self);
  for (uint32_t i = 0; i < self->n_categories; i++)
    {
      Category     *category = &self->categories[i];
      HrRegionUsage usage;

      if (!hr_region_reader_usage (self->reader, i, &usage))
        continue;
      if (sampling)
        {
          add_allocated (self, category, &usage, self->sink.add);
          tell_in_use (self, category, &usage, now_ns);
        }
      else
        category->allocated_bytes = usage.allocated_bytes;
    }
}
