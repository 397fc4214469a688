/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/categories.h"

#include "engine/model/category.h"

/* A level that does not change is told this often, so that it stays on the screen. */
#define STEADY_NS ((gint64) HR_NS_PER_SECOND)

typedef struct
{
  guint    in_use; /* the metrics in the feed; HR_FEED_NO_METRIC: the name is taken */
  guint    allocated;
  guint64  allocated_bytes; /* as of the last look */
  gint64   in_use_bytes;    /* as told last */
  gint64   told_ns;
  gboolean told;
} Category;

struct _HrCategories
{
  HrRegionReader *reader; /* borrowed, as is the feed */
  HrFeed         *feed;
  GArray         *categories; /* Category */
};

/* Creates what follows the categories of the program behind @reader for @feed; both are borrowed. */
HrCategories *
hr_categories_new (HrRegionReader *reader,
                   HrFeed         *feed)
{
  HrCategories *self = g_new0 (HrCategories, 1);

  self->reader = reader;
  self->feed = feed;
  self->categories = g_array_new (FALSE, TRUE, sizeof (Category));

  return self;
}

/* Accepts NULL. */
void
hr_categories_free (HrCategories *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->categories);
  g_free (self);
}

static guint
add_metric (HrCategories *self,
            const char   *prefix,
            const char   *category,
            HrKind        kind)
{
  g_autofree char *name = g_strconcat (prefix, category, NULL);
  HrMetricInfo     metric = { name, kind, HR_UNIT_MEGABYTES, HR_DIRECTION_LOWER };

  return hr_feed_add_metric (self->feed, &metric);
}

/* Takes the categories over that the program has added since. */
static void
grow (HrCategories *self)
{
  guint n_categories = hr_region_reader_n_categories (self->reader);

  for (guint i = self->categories->len; i < n_categories; i++)
    {
      HrRegionCategory region;
      Category         category = { .in_use = HR_FEED_NO_METRIC, .allocated = HR_FEED_NO_METRIC };

      if (hr_region_reader_category (self->reader, i, &region))
        {
          category.in_use = add_metric (self, HR_CATEGORY_IN_USE, region.name, HR_KIND_GAUGE);
          category.allocated = add_metric (self, HR_CATEGORY_ALLOCATED, region.name, HR_KIND_COUNTER);
        }
      g_array_append_val (self->categories, category);
    }
}

static void
add_megabytes (HrCategories *self,
               guint         metric,
               double        bytes,
               void (*add) (HrFeed         *feed,
                            const HrSample *sample))
{
  double   value = bytes / HR_BYTES_PER_MB;
  HrSample sample = { .metric = metric, .count = 1, .sum = value, .min = value, .max = value, .last = value };

  if (metric != HR_FEED_NO_METRIC)
    add (self->feed, &sample);
}

/* Counts what was allocated since the last look. */
static void
add_allocated (HrCategories        *self,
               Category            *category,
               const HrRegionUsage *usage,
               void (*add) (HrFeed         *feed,
                            const HrSample *sample))
{
  if (usage->allocated_bytes > category->allocated_bytes)
    add_megabytes (self, category->allocated, (double) (usage->allocated_bytes - category->allocated_bytes), add);
  category->allocated_bytes = usage->allocated_bytes;
}

/* Tells the level where it has changed, and else once in a while. A program that frees what it never allocated shows as
 * less than nothing: its books are wrong, and it should see that. */
static void
tell_in_use (HrCategories        *self,
             Category            *category,
             const HrRegionUsage *usage,
             gint64               now_ns)
{
  gint64 in_use = (gint64) (usage->allocated_bytes - usage->freed_bytes);

  if (category->told && in_use == category->in_use_bytes && now_ns - category->told_ns < STEADY_NS)
    return;

  add_megabytes (self, category->in_use, (double) in_use, hr_feed_add);
  category->in_use_bytes = in_use;
  category->told_ns = now_ns;
  category->told = TRUE;
}

/* Counts what was allocated until now in the feed's totals and in no snapshot. */
void
hr_categories_preload (HrCategories *self)
{
  grow (self);
  for (guint i = 0; i < self->categories->len; i++)
    {
      HrRegionUsage usage;

      if (hr_region_reader_usage (self->reader, i, &usage))
        add_allocated (self, &g_array_index (self->categories, Category, i), &usage, hr_feed_preload);
    }
}

/* Looks at the books again, at @now_ns (monotonic). While the feed does not sample nothing is told, and what was
 * allocated meanwhile is left out: in the first interval afterwards it would look like a burst. */
void
hr_categories_collect (HrCategories *self,
                       gint64        now_ns)
{
  gboolean sampling = hr_feed_get_sampling (self->feed);

  grow (self);
  for (guint i = 0; i < self->categories->len; i++)
    {
      Category     *category = &g_array_index (self->categories, Category, i);
      HrRegionUsage usage;

      if (!hr_region_reader_usage (self->reader, i, &usage))
        continue;
      if (sampling)
        {
          add_allocated (self, category, &usage, hr_feed_add);
          tell_in_use (self, category, &usage, now_ns);
        }
      else
        category->allocated_bytes = usage.allocated_bytes;
    }
}
