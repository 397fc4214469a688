/* SPDX-License-Identifier: MIT */

/* The records of a region, one by one, and how many there were. */

#include "engine/probe/reader-private.h"

#include <math.h>

/* Records copied at once, before it is asked whether the writer has overtaken them. */
#define CHUNK_RECORDS 256u

/* Copies the @n records behind the first @first of a lane. */
static void
copy_records (const HrRegionReader *self,
              const HrRegionLane   *lane,
              uint64_t              first,
              uint32_t              n,
              HrRegionRecord       *out)
{
  const HrRegionRecord *ring = (const HrRegionRecord *) ((const char *) lane + self->header.records_offset);

  for (uint32_t i = 0; i < n; i++)
    hr_words_copy (&out[i], &ring[(first + i) & (self->header.lane_records - 1)], sizeof *out);
}

/* Delivers what is whole of @n copied records, and counts the rest as lost. @overtaken is how many of the lane's
 * records were being written over, at the latest, while we copied: in the header's words, record i (the first is 1)
 * stays where i > reserve - lane_records. */
static uint64_t
deliver (HrRegionReader       *self,
         const HrRegionRecord *records,
         uint64_t              first,
         uint32_t              n,
         uint64_t              overtaken,
         HrRegionRecordFunc    record,
         void                 *user_data)
{
  uint32_t n_metrics = hr_region_reader_n_metrics (self);
  uint64_t delivered = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      if (first + i < overtaken || records[i].metric >= n_metrics || records[i].weight == 0 || !isfinite (records[i].value))
        continue;
      record (&records[i], user_data);
      delivered++;
    }
  self->lost += n - delivered;

  return delivered;
}

/* How many of a lane's records are written over, or about to be, with @reserve records begun. */
static uint64_t
overtaken_by (const HrRegionReader *self,
              uint64_t              reserve)
{
  return reserve > self->header.lane_records ? reserve - self->header.lane_records : 0;
}

/* Delivers what lane @index holds up to now, in chunks. The end is fixed at the beginning: a fast writer does not keep us here. */
static uint64_t
drain_lane (HrRegionReader    *self,
            uint32_t           index,
            HrRegionRecordFunc record,
            void              *user_data)
{
  const HrRegionLane *lane = hr_reader_lane (self, index);
  HrRegionRecord      chunk[CHUNK_RECORDS];
  uint64_t            end = __atomic_load_n (&lane->commit, __ATOMIC_ACQUIRE);
  uint64_t            delivered = 0;
  uint64_t           *cursor = &self->cursors[index];

  if (end > *cursor && end - *cursor > self->header.lane_records)
    {
      self->lost += end - self->header.lane_records - *cursor;
      *cursor = end - self->header.lane_records;
    }

  while (*cursor < end)
    {
      uint32_t n = hr_reader_at_most (CHUNK_RECORDS, (uint32_t) (end - *cursor));
      uint64_t reserve;

      copy_records (self, lane, *cursor, n, chunk);
      __atomic_thread_fence (__ATOMIC_ACQUIRE);
      reserve = hr_word_load (&lane->reserve);
      if (hr_region_reader_status (self) != HR_REGION_OK)
        break;

      delivered += deliver (self, chunk, *cursor, n, overtaken_by (self, reserve), record, user_data);
      *cursor += n;
    }

  return delivered;
}

/* Delivers every record that came since the last call, lane by lane, each lane's oldest first. Returns how many; those that were
 * written over before we came, or are no records, are counted by hr_region_reader_lost (). Every record of the program is
 * either delivered or lost, once. A region cut short delivers nothing more. */
uint64_t
hr_region_reader_drain (HrRegionReader    *self,
                        HrRegionRecordFunc record,
                        void              *user_data)
{
  uint32_t n_lanes = hr_reader_n_lanes (self);
  uint64_t delivered = 0;

  hr_reader_clock_follow (self);
  for (uint32_t i = 0; i < n_lanes; i++)
    if (hr_word_load (&hr_reader_lane (self, i)->commit) > self->cursors[i] && hr_region_reader_status (self) == HR_REGION_OK)
      delivered += drain_lane (self, i, record, user_data);

  return delivered;
}

/* Returns how many records hr_region_reader_drain () came too late for, in all. */
uint64_t
hr_region_reader_lost (const HrRegionReader *self)
{
  return self->lost;
}

/* Returns how many scopes and values the program left out because one of several is measured. */
uint64_t
hr_region_reader_skipped (HrRegionReader *self)
{
  uint32_t n_lanes = hr_reader_n_lanes (self);
  uint64_t skipped = 0;

  for (uint32_t i = 0; i < n_lanes; i++)
    skipped += hr_word_load (&hr_reader_lane (self, i)->skipped);

  return skipped;
}

/* Returns how many records the program has made, those that were lost to us too. */
uint64_t
hr_region_reader_written (HrRegionReader *self)
{
  uint32_t n_lanes = hr_reader_n_lanes (self);
  uint64_t written = 0;

  for (uint32_t i = 0; i < n_lanes; i++)
    written += hr_word_load (&hr_reader_lane (self, i)->commit);

  return written;
}

/* Returns how many of the program's records found no lane or no metric. */
uint64_t
hr_region_reader_unplaced (HrRegionReader *self)
{
  return hr_word_load (&self->shared->unplaced);
}
