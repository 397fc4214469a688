/* SPDX-License-Identifier: MIT */

#include "engine/wire/records.h"

#include <math.h>
#include <stdlib.h>

/* What the peer would refuse a whole link for: a region may hold any number. */
static bool
record_travels (const HrRecordPage *page,
                uint32_t            i)
{
  return page->times_ns[i] >= 0 && (uint64_t) page->times_ns[i] <= HR_WIRE_MAX_TIME_NS && page->metrics[i] < HR_WIRE_MAX_METRICS &&
         page->items[i] > 0 && page->items[i] <= HR_WIRE_MAX_COUNT && fabs (page->values[i]) <= HR_WIRE_MAX_VALUE;
}

static uint64_t
wire_time (int64_t ns)
{
  if (ns < 0)
    return 0;

  return (uint64_t) ns < HR_WIRE_MAX_TIME_NS ? (uint64_t) ns : HR_WIRE_MAX_TIME_NS;
}

/* Returns records with room for @n, all of them empty. */
static Headroom__Records *
make_room (uint32_t n)
{
  Headroom__Records *records = malloc (sizeof *records + n * (sizeof *records->time + sizeof *records->value + sizeof *records->items + sizeof *records->metric));

  if (records == NULL)
    return NULL;

  /* The wide ones first, so that each begins where its type may. */
  headroom__records__init (records);
  records->time = (int64_t *) (void *) (records + 1);
  records->value = (double *) (void *) (records->time + n);
  records->items = (uint64_t *) (void *) (records->value + n);
  records->metric = (uint32_t *) (void *) (records->items + n);

  return records;
}

/* Returns @page as it travels: times delta-coded, without records that no peer would take, which count as lost. @page: NULL: nothing is kept of what was asked for. Malloc memory, one block (free ());
 * NULL when memory is short. */
Headroom__Records *
hr_records_new (const HrRecordPage *page)
{
  Headroom__Records *records = make_room (page != NULL ? page->n : 0);
  size_t             n = 0;
  int64_t            before_ns = 0;
  uint64_t           lost;

  if (records == NULL || page == NULL)
    return records;

  for (uint32_t i = 0; i < page->n; i++)
    if (record_travels (page, i))
      {
        records->time[n] = page->times_ns[i] - before_ns;
        records->metric[n] = page->metrics[i];
        records->value[n] = page->values[i];
        records->items[n++] = page->items[i];
        before_ns = page->times_ns[i];
      }

  lost = page->lost + (page->n - n);
  records->known = 1;
  records->n_time = records->n_metric = records->n_value = records->n_items = n;
  records->next = page->next;
  records->more = page->more;
  records->lost = lost < HR_WIRE_MAX_COUNT ? lost : HR_WIRE_MAX_COUNT;
  records->since_ns = wire_time (page->since_ns);
  records->until_ns = wire_time (page->until_ns);

  return records;
}

/* Writes what came over the wire to @out: hr_record_page_clear () it. Returns false, @out untouched, when memory is short. */
bool
hr_records_unpack (const Headroom__Records *records,
                   HrRecordPage            *out)
{
  HrRecordPage page;
  int64_t      ns = 0;

  if (!hr_record_page_init (&page, (uint32_t) records->n_time))
    return false;

  page.n = (uint32_t) records->n_time;
  for (uint32_t i = 0; i < page.n; i++)
    {
      page.times_ns[i] = ns += records->time[i];
      page.metrics[i] = records->metric[i];
      page.values[i] = records->value[i];
      page.items[i] = records->items[i];
    }
  page.next = records->next;
  page.more = records->more != 0;
  page.lost = records->lost;
  page.since_ns = (int64_t) records->since_ns;
  page.until_ns = (int64_t) records->until_ns;
  *out = page;

  return true;
}
