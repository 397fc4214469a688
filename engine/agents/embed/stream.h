/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/agents/embed/outbox.h"
#include "engine/base/record-page.h"
#include "engine/base/sample.h"
#include "engine/probe/reader.h"

/* The name of the only stream on a link. */
#define HR_EMBED_STREAM 1u

/* What the program counts, as one stream of the wire: the table of metrics, their totals, and the last snapshots packed. */
typedef struct _HrEmbedStream HrEmbedStream;

typedef struct
{
  uint64_t    epoch;
  const char *detail;
  size_t      backlog_bytes;
} HrEmbedStreamOptions;

HrEmbedStream *hr_embed_stream_new (HrRegionReader             *reader,
                                    const HrEmbedStreamOptions *options,
                                    int64_t                     begin_ns);
void           hr_embed_stream_free (HrEmbedStream *self);

/* What it is now. */
bool     hr_embed_stream_is (const HrEmbedStream *self,
                             const uint8_t       *uuid,
                             uint64_t             epoch);
uint64_t hr_embed_stream_get_sequence (const HrEmbedStream *self);
unsigned hr_embed_stream_get_generation (const HrEmbedStream *self);
bool     hr_embed_stream_get_sampling (const HrEmbedStream *self);
bool     hr_embed_stream_can_resume (const HrEmbedStream *self,
                                     uint64_t             next);

/* An interval. */
void hr_embed_stream_skip (HrEmbedStream *self,
                           int64_t        now_ns);
void hr_embed_stream_collect (HrEmbedStream *self,
                              int64_t        now_ns);
void hr_embed_stream_measure (HrEmbedStream      *self,
                              const HrMetricInfo *metric,
                              double              value);
void hr_embed_stream_cut (HrEmbedStream *self,
                          int64_t        now_ns);

/* Commands. */
void hr_embed_stream_set_sampling (HrEmbedStream *self,
                                   bool           sampling);

/* Frames. */
bool           hr_embed_stream_add_hello (const HrEmbedStream *self,
                                          HrOutbox            *out);
bool           hr_embed_stream_add_totals (HrEmbedStream *self,
                                           HrOutbox      *out);
bool           hr_embed_stream_add_goodbye (const HrEmbedStream *self,
                                            const char          *reason,
                                            HrOutbox            *out);
const uint8_t *hr_embed_stream_get_frame (const HrEmbedStream *self,
                                          uint64_t             sequence,
                                          size_t              *out_size);
bool           hr_embed_stream_add_records (const HrEmbedStream *self,
                                            uint32_t             request,
                                            const uint8_t       *uuid,
                                            const HrRecordQuery *query,
                                            HrOutbox            *out);
