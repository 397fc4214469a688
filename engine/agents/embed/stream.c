/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/stream.h"

#include "engine/agents/embed/table.h"
#include "engine/probe/intervals.h"
#include "engine/probe/text.h"
#include "engine/wire/backlog.h"
#include "engine/wire/columns.h"
#include "engine/wire/records.h"
#include "engine/wire/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the program's records may take that are kept for a while, and how many of them are told at once: on a phone memory is dear. */
#define KEEPER_BYTES ((size_t) 1 << 20)
#define PAGE_RECORDS 1024u

/* What a stream of one program is called on the wire (HrSourceRole). */
#define ROLE_PROCESS 1u

struct _HrEmbedStream
{
  HrRegionReader *reader; /* borrowed */
  HrIntervals    *intervals;
  HrRecordKeeper *keeper;
  HrTable         table;
  HrBacklog      *backlog;
  uint64_t        epoch;
  char            detail[HR_WIRE_MAX_NAME + 1];
  bool            sampling;
  unsigned        generation;

  uint64_t sequence;
  int64_t  end_ns;
  uint64_t lost; /* since the last cut */
  uint64_t lost_total;
};

static uint32_t
sink_metric (void               *user_data,
             const HrMetricInfo *metric)
{
  HrEmbedStream *self = user_data;
  uint32_t       before = self->table.n_cells;
  uint32_t       number = hr_table_add_metric (&self->table, metric);

  self->generation += self->table.n_cells != before;

  return number;
}

static void
sink_add (void           *user_data,
          const HrSample *sample)
{
  hr_table_add (&((HrEmbedStream *) user_data)->table, sample);
}

static void
sink_preload (void           *user_data,
              const HrSample *sample)
{
  hr_table_preload (&((HrEmbedStream *) user_data)->table, sample);
}

/* Creates the stream of the program behind @reader (borrowed), whose first interval begins at @begin_ns (monotonic); what was counted
 * before stands in the totals. NULL when memory is short. */
HrEmbedStream *
hr_embed_stream_new (HrRegionReader             *reader,
                     const HrEmbedStreamOptions *options,
                     int64_t                     begin_ns)
{
  HrEmbedStream     *self = calloc (1, sizeof *self);
  const HrSampleSink sink = { sink_metric, sink_add, sink_preload, self };

  if (self == NULL)
    return NULL;

  self->reader = reader;
  self->epoch = options->epoch;
  self->sampling = true;
  self->end_ns = begin_ns;
  hr_text_copy (self->detail, sizeof self->detail, options->detail, SIZE_MAX);
  self->intervals = hr_intervals_new (reader, &sink, begin_ns);
  self->backlog = hr_backlog_new (options->backlog_bytes);
  self->keeper = hr_record_keeper_new (KEEPER_BYTES, NULL, HR_KEEPER_REACH_NS, begin_ns);
  if (self->intervals == NULL || self->backlog == NULL || self->keeper == NULL)
    {
      hr_embed_stream_free (self);
      return NULL;
    }
  hr_intervals_set_keeper (self->intervals, self->keeper);

  return self;
}

/* Accepts NULL. */
void
hr_embed_stream_free (HrEmbedStream *self)
{
  if (self == NULL)
    return;

  hr_intervals_free (self->intervals);
  hr_record_keeper_free (self->keeper);
  hr_backlog_free (self->backlog);
  hr_table_clear (&self->table);
  free (self);
}

/* Returns whether a position of (@uuid, @epoch) is one of this stream. */
bool
hr_embed_stream_is (const HrEmbedStream *self,
                    const uint8_t       *uuid,
                    uint64_t             epoch)
{
  return epoch == self->epoch && memcmp (uuid, hr_region_reader_header (self->reader)->uuid, HR_WIRE_UUID_BYTES) == 0;
}

/* Returns the number of the last snapshot, 0 before the first. */
uint64_t
hr_embed_stream_get_sequence (const HrEmbedStream *self)
{
  return self->sequence;
}

/* Returns a number that rises whenever what a hello says has changed. */
unsigned
hr_embed_stream_get_generation (const HrEmbedStream *self)
{
  return self->generation;
}

/* Returns whether the program records. */
bool
hr_embed_stream_get_sampling (const HrEmbedStream *self)
{
  return self->sampling;
}

/* Returns whether a link that is to get the snapshot @next can go on without totals. */
bool
hr_embed_stream_can_resume (const HrEmbedStream *self,
                            uint64_t             next)
{
  size_t size;

  return next == self->sequence + 1 || hr_backlog_get (self->backlog, next, &size) != NULL;
}

static void
note_sampling (HrEmbedStream *self,
               bool           sampling)
{
  self->generation += self->sampling != sampling;
  self->sampling = sampling;
}

/* Switches recording in the program. */
void
hr_embed_stream_set_sampling (HrEmbedStream *self,
                              bool           sampling)
{
  hr_region_reader_set_sampling (self->reader, sampling);
  note_sampling (self, sampling);
}

/* Leaves what was counted until @now_ns (monotonic), while nobody looked, to the totals: no snapshot tells of it, so its number is
 * one that the backlog never holds, and whoever resumes from before gets totals. */
void
hr_embed_stream_skip (HrEmbedStream *self,
                      int64_t        now_ns)
{
  hr_intervals_skip (self->intervals, now_ns);
  note_sampling (self, hr_intervals_get_sampling (self->intervals));
  hr_backlog_push (self->backlog, ++self->sequence, NULL, 0);
  self->end_ns = now_ns;
}

/* Looks at the region at @now_ns (monotonic). */
void
hr_embed_stream_collect (HrEmbedStream *self,
                         int64_t        now_ns)
{
  self->lost += hr_intervals_collect (self->intervals, now_ns);
  note_sampling (self, hr_intervals_get_sampling (self->intervals));
}

/* Adds one value of @metric to this interval. What is not finite was not measured. */
void
hr_embed_stream_measure (HrEmbedStream      *self,
                         const HrMetricInfo *metric,
                         double              value)
{
  const HrSampleSink sink = { sink_metric, sink_add, sink_preload, self };

  if (isfinite (value))
    hr_sample_sink_measure (&sink, metric, value);
}

static uint64_t
at_most (uint64_t value,
         uint64_t limit)
{
  return value < limit ? value : limit;
}

static uint8_t *
pack (Headroom__Frame__BodyCase body_case,
      void                     *body,
      size_t                   *out_size)
{
  Headroom__Frame frame = HEADROOM__FRAME__INIT;

  frame.body_case = body_case;
  frame.hello = body; /* all bodies begin at the same place */

  return hr_wire_pack (&frame, out_size);
}

static uint8_t *
pack_snapshot (HrEmbedStream *self,
               uint32_t       n_samples,
               int64_t        interval_ns,
               size_t        *out_size)
{
  Headroom__Snapshot snapshot = HEADROOM__SNAPSHOT__INIT;
  uint8_t           *bytes = NULL;

  snapshot.stream = HR_EMBED_STREAM;
  snapshot.sequence = self->sequence;
  snapshot.end_ns = (uint64_t) self->end_ns;
  snapshot.interval_ns = at_most ((uint64_t) interval_ns, HR_WIRE_MAX_INTERVAL_NS);
  snapshot.lost = at_most (self->lost, HR_WIRE_MAX_COUNT);
  snapshot.columns = hr_columns_new (self->table.samples, n_samples);
  if (snapshot.columns != NULL)
    bytes = pack (HEADROOM__FRAME__BODY_SNAPSHOT, &snapshot, out_size);
  free (snapshot.columns);

  return bytes;
}

/* Ends an interval at @now_ns (monotonic). Where nothing was measured the next snapshot covers this interval too, so that rates stay
 * true, unless sampling was off. A snapshot larger than a frame may be is a hole in the backlog, for which totals are sent. */
void
hr_embed_stream_cut (HrEmbedStream *self,
                     int64_t        now_ns)
{
  uint32_t n_samples = hr_table_take_pending (&self->table);
  int64_t  interval_ns = now_ns > self->end_ns ? now_ns - self->end_ns : 0;
  size_t   size = 0;
  uint8_t *packed;

  if (n_samples == 0)
    {
      if (!self->sampling)
        self->end_ns = now_ns;
      return;
    }

  self->sequence++;
  self->end_ns = now_ns;
  packed = pack_snapshot (self, n_samples, interval_ns, &size);
  hr_backlog_push (self->backlog, self->sequence, packed, size);
  self->lost_total += self->lost;
  self->lost = 0;
}

static void
fill_metrics (const HrEmbedStream *self,
              Headroom__Metric    *metrics,
              Headroom__Metric   **list)
{
  for (uint32_t i = 0; i < self->table.n_cells; i++)
    {
      const HrMetricInfo *info = &self->table.cells[i].info;

      headroom__metric__init (&metrics[i]);
      metrics[i].name = (char *) info->name;
      metrics[i].kind = info->kind;
      metrics[i].unit = info->unit;
      metrics[i].direction = info->direction;
      list[i] = &metrics[i];
    }
}

/* Adds the frame that opens the stream on a link, or tells that its metrics grew or recording was switched. Returns false when memory is
 * short. */
bool
hr_embed_stream_add_hello (const HrEmbedStream *self,
                           HrOutbox            *out)
{
  const HrRegionHeader *header = hr_region_reader_header (self->reader);
  Headroom__Hello       hello = HEADROOM__HELLO__INIT;
  Headroom__Metric     *metrics = calloc (self->table.n_cells + 1, sizeof *metrics);
  Headroom__Metric    **list = calloc (self->table.n_cells + 1, sizeof *list);
  uint8_t              *bytes = NULL;
  size_t                size = 0;

  if (metrics != NULL && list != NULL)
    {
      fill_metrics (self, metrics, list);
      hello.version = HR_WIRE_VERSION;
      hello.stream = HR_EMBED_STREAM;
      hello.uuid = (ProtobufCBinaryData){ HR_WIRE_UUID_BYTES, (uint8_t *) header->uuid };
      hello.epoch = self->epoch;
      hello.role = ROLE_PROCESS;
      hello.name = header->name[0] != '\0' ? (char *) header->name : (char *) "?";
      hello.detail = (char *) self->detail;
      hello.pid = header->pid;
      hello.sampling = self->sampling;
      hello.records = 1;
      hello.n_metrics = self->table.n_cells;
      hello.metrics = list;
      bytes = pack (HEADROOM__FRAME__BODY_HELLO, &hello, &size);
    }
  free (metrics);
  free (list);

  return hr_outbox_take (out, bytes, size);
}

/* A packed frame in a list. */
typedef struct _Packed Packed;
struct _Packed
{
  Packed  *next;
  uint8_t *bytes;
  size_t   size;
};

static uint8_t *
pack_totals (const HrEmbedStream *self,
             const HrSample      *samples,
             uint32_t             n_samples,
             uint32_t             n_left,
             size_t              *out_size)
{
  Headroom__Totals totals = HEADROOM__TOTALS__INIT;
  uint8_t         *bytes = NULL;

  totals.stream = HR_EMBED_STREAM;
  totals.sequence = self->sequence;
  totals.end_ns = (uint64_t) self->end_ns;
  totals.lost = at_most (self->lost_total, HR_WIRE_MAX_COUNT);
  totals.n_left = n_left;
  totals.columns = hr_columns_new (samples, n_samples);
  if (totals.columns != NULL)
    bytes = pack (HEADROOM__FRAME__BODY_TOTALS, &totals, out_size);
  free (totals.columns);

  return bytes;
}

/* Puts @samples in front of the *@n_frames in *@frames: one frame, or halves of them where one cannot hold them. What one metric
 * counted always fits. */
static bool
put_totals (const HrEmbedStream *self,
            const HrSample      *samples,
            uint32_t             n_samples,
            Packed             **frames,
            uint32_t            *n_frames)
{
  uint32_t half = n_samples / 2;
  Packed  *packed = calloc (1, sizeof *packed);

  if (packed == NULL)
    return false;

  packed->bytes = pack_totals (self, samples, n_samples, *n_frames, &packed->size);
  if (packed->bytes != NULL)
    {
      packed->next = *frames;
      *frames = packed;
      ++*n_frames;
      return true;
    }
  free (packed);

  return n_samples > 1 &&
         put_totals (self, samples + half, n_samples - half, frames, n_frames) &&
         put_totals (self, samples, half, frames, n_frames);
}

/* Adds everything counted up to and including the last snapshot, under that one's number: what a link begins with that did
 * not follow from the start. Returns false when memory is short; part of it may have been added then. */
bool
hr_embed_stream_add_totals (HrEmbedStream *self,
                            HrOutbox      *out)
{
  HrBucketCount  *buckets;
  uint32_t        n_samples, n_frames = 0;
  const HrSample *samples = hr_table_totals (&self->table, &n_samples, &buckets);
  Packed         *frames = NULL;
  bool            added = buckets != NULL && put_totals (self, samples, n_samples, &frames, &n_frames);

  while (frames != NULL)
    {
      Packed *packed = frames;

      frames = packed->next;
      added = hr_outbox_take (out, packed->bytes, packed->size) && added;
      free (packed);
    }
  free (buckets);

  return added;
}

/* Adds the frame that ends the stream, with @reason for a person. */
bool
hr_embed_stream_add_goodbye (const HrEmbedStream *self,
                             const char          *reason,
                             HrOutbox            *out)
{
  Headroom__Goodbye goodbye = HEADROOM__GOODBYE__INIT;
  size_t            size = 0;
  uint8_t          *bytes;

  goodbye.stream = HR_EMBED_STREAM;
  goodbye.reason = (char *) reason;

  bytes = pack (HEADROOM__FRAME__BODY_GOODBYE, &goodbye, &size);

  return hr_outbox_take (out, bytes, size);
}

/* Returns the frame of snapshot @sequence and its size, until the next cut; NULL where the backlog does not hold it. */
const uint8_t *
hr_embed_stream_get_frame (const HrEmbedStream *self,
                           uint64_t             sequence,
                           size_t              *out_size)
{
  return hr_backlog_get (self->backlog, sequence, out_size);
}

/* Adds the answer to the query @request: the next records that @query asks for, or that nothing is kept of the instance @uuid, which is
 * another. Returns false when memory is short. */
bool
hr_embed_stream_add_records (const HrEmbedStream *self,
                             uint32_t             request,
                             const uint8_t       *uuid,
                             const HrRecordQuery *query,
                             HrOutbox            *out)
{
  bool               known = memcmp (uuid, hr_region_reader_header (self->reader)->uuid, HR_WIRE_UUID_BYTES) == 0;
  Headroom__Records *records;
  HrRecordPage       page;
  uint8_t           *bytes = NULL;
  size_t             size = 0;

  if (!hr_record_page_init (&page, PAGE_RECORDS + 1))
    return false;

  hr_record_keeper_read (self->keeper, query, &page);
  records = hr_records_new (known ? &page : NULL);
  if (records != NULL)
    {
      records->request = request;
      bytes = pack (HEADROOM__FRAME__BODY_RECORDS, records, &size);
    }
  free (records);
  hr_record_page_clear (&page);

  return hr_outbox_take (out, bytes, size);
}
