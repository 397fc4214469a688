/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/message.h"

#include "engine/link/link-private.h"
#include "engine/link/message-private.h"
#include "engine/wire/columns.h"

#include <stdlib.h>
#include <string.h>

/* How many names of metrics all peers together may bring into this program: with the longest ones, some 80 MB. */
#define MAX_NAMES_EVER (1 << 18)

G_DEFINE_QUARK (hr - link - error - quark, hr_link_error)

/* Frees what @self owns and leaves it { 0 }. */
void
hr_message_clear (HrMessage *self)
{
  switch (self->type)
    {
    case HR_MESSAGE_HELLO:
      g_free (self->hello.title);
      g_free (self->hello.detail);
      g_free (self->hello.metrics);
      break;
    case HR_MESSAGE_SNAPSHOT:
    case HR_MESSAGE_TOTALS:
      g_clear_pointer (&self->snapshot, hr_snapshot_unref);
      break;
    case HR_MESSAGE_GOODBYE:
      g_free (self->reason);
      break;
    case HR_MESSAGE_RESUME:
      g_free (self->resume.positions);
      break;
    case HR_MESSAGE_ACCESS:
      g_free (self->access.name);
      break;
    case HR_MESSAGE_SEARCH:
      g_free (self->search.text);
      break;
    case HR_MESSAGE_FOUND:
      for (guint i = 0; i < self->found.n_programs; i++)
        hr_program_free (self->found.programs[i]);
      g_free (self->found.programs);
      break;
    case HR_MESSAGE_REFUSAL:
      g_free (self->refusal.reason);
      break;
    case HR_MESSAGE_RECORDS:
      hr_record_page_clear (&self->records.page);
      break;
    case HR_MESSAGE_CONTROL:
    case HR_MESSAGE_PING:
    case HR_MESSAGE_PONG:
    case HR_MESSAGE_WATCH:
    case HR_MESSAGE_QUERY:
    default:
      break;
    }

  memset (self, 0, sizeof *self);
}

/* Names of programs and their arguments may be of any bytes and length; on the wire they are valid UTF-8 of at most
 * HR_WIRE_MAX_NAME bytes, and never empty where a name is @required. Returns: (transfer full) */
char *
hr_message_text (const char *text,
                 gboolean    required)
{
  char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  if (strlen (valid) > HR_WIRE_MAX_NAME)
    {
      char *end = valid + HR_WIRE_MAX_NAME;

      while (((guchar) *end & 0xc0) == 0x80)
        end--;
      *end = '\0';
    }

  if (required && *valid == '\0')
    {
      g_free (valid);
      valid = g_strdup ("?");
    }

  return valid;
}

/* Returns (transfer full, nullable) the frame of @body, NULL when it is above the wire's limit. */
GBytes *
hr_message_pack (Headroom__Frame__BodyCase body_case,
                 gpointer                  body)
{
  Headroom__Frame frame = HEADROOM__FRAME__INIT;
  size_t          size;
  uint8_t        *bytes;

  frame.body_case = body_case;
  frame.hello = body; /* all bodies begin at the same place */
  bytes = hr_wire_pack (&frame, &size);

  return bytes != NULL ? g_bytes_new_with_free_func (bytes, size, free, bytes) : NULL;
}

static GBytes *
encode_hello (const HrMessage *self)
{
  Headroom__Hello              hello = HEADROOM__HELLO__INIT;
  guint                        n = MIN (self->hello.n_metrics, HR_WIRE_MAX_METRICS);
  g_autofree char             *title = hr_message_text (self->hello.title, TRUE);
  g_autofree char             *detail = hr_message_text (self->hello.detail, FALSE);
  g_autofree Headroom__Metric *metrics = g_new (Headroom__Metric, n);
  g_autoptr (GPtrArray) list = g_ptr_array_sized_new (n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      const HrMetricInfo *info = &self->hello.metrics[i];

      headroom__metric__init (&metrics[i]);
      metrics[i].name = hr_message_text (info->name, TRUE);
      metrics[i].kind = info->kind;
      metrics[i].unit = info->unit;
      metrics[i].direction = info->direction;
      g_ptr_array_add (names, metrics[i].name);
      g_ptr_array_add (list, &metrics[i]);
    }

  hello.version = HR_WIRE_VERSION;
  hello.stream = self->stream;
  hello.uuid = (ProtobufCBinaryData){ HR_WIRE_UUID_BYTES, (uint8_t *) self->hello.name.uuid };
  hello.epoch = self->hello.name.epoch;
  hello.role = self->hello.role;
  hello.name = title;
  hello.detail = detail;
  hello.pid = self->hello.pid;
  hello.sampling = self->hello.sampling;
  hello.records = self->hello.records;
  hello.n_metrics = n;
  hello.metrics = (Headroom__Metric **) list->pdata;

  return hr_message_pack (HEADROOM__FRAME__BODY_HELLO, &hello);
}

static GBytes *
encode_snapshot (const HrMessage *self)
{
  Headroom__Snapshot            snapshot = HEADROOM__SNAPSHOT__INIT;
  g_autofree Headroom__Columns *columns = hr_columns_new (self->snapshot->samples, self->snapshot->n_samples);

  if (columns == NULL)
    return NULL;

  snapshot.stream = self->stream;
  snapshot.sequence = self->snapshot->sequence;
  snapshot.end_ns = (uint64_t) self->snapshot->end_ns;
  snapshot.interval_ns = (uint64_t) self->snapshot->interval_ns;
  snapshot.lost = MIN (self->snapshot->lost, HR_WIRE_MAX_COUNT);
  snapshot.columns = columns;

  return hr_message_pack (HEADROOM__FRAME__BODY_SNAPSHOT, &snapshot);
}

static GBytes *
encode_totals (const HrMessage *self)
{
  Headroom__Totals              totals = HEADROOM__TOTALS__INIT;
  g_autofree Headroom__Columns *columns = hr_columns_new (self->snapshot->samples, self->snapshot->n_samples);

  if (columns == NULL)
    return NULL;

  totals.stream = self->stream;
  totals.sequence = self->snapshot->sequence;
  totals.end_ns = (uint64_t) self->snapshot->end_ns;
  totals.lost = MIN (self->snapshot->lost, HR_WIRE_MAX_COUNT);
  totals.columns = columns;
  totals.n_left = self->n_left;

  return hr_message_pack (HEADROOM__FRAME__BODY_TOTALS, &totals);
}

static GBytes *
encode_goodbye (const HrMessage *self)
{
  Headroom__Goodbye goodbye = HEADROOM__GOODBYE__INIT;
  g_autofree char  *reason = hr_message_text (self->reason, FALSE);

  goodbye.stream = self->stream;
  goodbye.reason = reason;

  return hr_message_pack (HEADROOM__FRAME__BODY_GOODBYE, &goodbye);
}

static GBytes *
encode_control (const HrMessage *self)
{
  Headroom__Control control = HEADROOM__CONTROL__INIT;

  control.stream = self->stream;
  control.sampling = (Headroom__Switch) self->control.sampling;
  control.interval_ms = self->control.interval_ms;
  control.cleanup = self->control.cleanup;
  control.subscribed = (Headroom__Switch) self->control.subscribed;

  return hr_message_pack (HEADROOM__FRAME__BODY_CONTROL, &control);
}

static GBytes *
encode_resume (const HrMessage *self)
{
  Headroom__Resume               resume = HEADROOM__RESUME__INIT;
  guint                          n = MIN (self->resume.n_positions, HR_WIRE_MAX_METRICS);
  g_autofree Headroom__Position *positions = g_new (Headroom__Position, n);
  g_autoptr (GPtrArray) list = g_ptr_array_sized_new (n);

  for (guint i = 0; i < n; i++)
    {
      const HrPosition *position = &self->resume.positions[i];

      headroom__position__init (&positions[i]);
      positions[i].uuid = (ProtobufCBinaryData){ HR_WIRE_UUID_BYTES, (uint8_t *) position->name.uuid };
      positions[i].epoch = position->name.epoch;
      positions[i].sequence = position->sequence;
      g_ptr_array_add (list, &positions[i]);
    }

  resume.version = HR_WIRE_VERSION;
  resume.n_positions = n;
  resume.positions = (Headroom__Position **) list->pdata;

  return hr_message_pack (HEADROOM__FRAME__BODY_RESUME, &resume);
}

static GBytes *
encode_access (const HrMessage *self)
{
  Headroom__Access access = HEADROOM__ACCESS__INIT;
  g_autofree char *name = hr_message_text (self->access.name, FALSE);

  access.token = (ProtobufCBinaryData){ HR_TOKEN_BYTES, (uint8_t *) self->access.token };
  access.name = name;

  return hr_message_pack (HEADROOM__FRAME__BODY_ACCESS, &access);
}

static GBytes *
encode_ping (const HrMessage *self)
{
  Headroom__Ping ping = HEADROOM__PING__INIT;

  ping.sent_ns = (uint64_t) self->ping.sent_ns;

  return hr_message_pack (HEADROOM__FRAME__BODY_PING, &ping);
}

static GBytes *
encode_pong (const HrMessage *self)
{
  Headroom__Pong pong = HEADROOM__PONG__INIT;

  pong.sent_ns = (uint64_t) self->ping.sent_ns;
  pong.monotonic_ns = (uint64_t) self->ping.monotonic_ns;
  pong.realtime_ns = (uint64_t) self->ping.realtime_ns;

  return hr_message_pack (HEADROOM__FRAME__BODY_PONG, &pong);
}

/* Returns @self as one frame with its length in front, or NULL when that is above the wire's limit. Times are 0 or
 * later. Texts are cut to the wire's length and made valid; metrics beyond HR_WIRE_MAX_METRICS and samples that no peer
 * would take (count 0, not finite) are left out. */
GBytes *
hr_message_encode (const HrMessage *self)
{
  static GBytes *(*const encoders[]) (const HrMessage *) = {
    [HR_MESSAGE_HELLO] = encode_hello,
    [HR_MESSAGE_SNAPSHOT] = encode_snapshot,
    [HR_MESSAGE_TOTALS] = encode_totals,
    [HR_MESSAGE_GOODBYE] = encode_goodbye,
    [HR_MESSAGE_CONTROL] = encode_control,
    [HR_MESSAGE_RESUME] = encode_resume,
    [HR_MESSAGE_PING] = encode_ping,
    [HR_MESSAGE_PONG] = encode_pong,
    [HR_MESSAGE_ACCESS] = encode_access,
    [HR_MESSAGE_SEARCH] = hr_message_encode_search,
    [HR_MESSAGE_FOUND] = hr_message_encode_found,
    [HR_MESSAGE_WATCH] = hr_message_encode_watch,
    [HR_MESSAGE_REFUSAL] = hr_message_encode_refusal,
    [HR_MESSAGE_QUERY] = hr_message_encode_query,
    [HR_MESSAGE_RECORDS] = hr_message_encode_records,
  };

  g_return_val_if_fail ((guint) self->type < G_N_ELEMENTS (encoders), NULL);

  return encoders[self->type](self);
}

static HrLinkError
error_code (HrWireStatus status)
{
  switch (status)
    {
    case HR_WIRE_ERROR_TOO_LARGE:
      return HR_LINK_ERROR_TOO_LARGE;
    case HR_WIRE_ERROR_UNKNOWN:
      return HR_LINK_ERROR_UNKNOWN;
    case HR_WIRE_ERROR_VERSION:
      return HR_LINK_ERROR_VERSION;
    case HR_WIRE_ERROR_LIMIT:
    case HR_WIRE_ERROR_MEMORY:
      return HR_LINK_ERROR_LIMIT;
    case HR_WIRE_OK:
    case HR_WIRE_ERROR_EMPTY:
    case HR_WIRE_ERROR_GARBLED:
    case HR_N_WIRE_STATUSES:
    default:
      return HR_LINK_ERROR_GARBLED;
    }
}

/* Returns a new error that says what @status, which is not HR_WIRE_OK, means for a link. */
GError *
hr_link_error_new (HrWireStatus status)
{
  return g_error_new_literal (HR_LINK_ERROR, error_code (status), hr_wire_status_text (status));
}

static gboolean
decode_hello (const Headroom__Hello *hello,
              HrMessage             *out)
{
  if (hello->role > HR_SOURCE_PROCESS)
    return FALSE;

  out->type = HR_MESSAGE_HELLO;
  out->stream = hello->stream;
  memcpy (out->hello.name.uuid, hello->uuid.data, HR_WIRE_UUID_BYTES);
  out->hello.name.epoch = hello->epoch;
  out->hello.role = (HrSourceRole) hello->role;
  out->hello.title = g_strdup (hello->name);
  out->hello.detail = g_strdup (hello->detail);
  out->hello.pid = hello->pid;
  out->hello.sampling = hello->sampling != 0;
  out->hello.records = hello->records != 0;
  out->hello.n_metrics = (guint) hello->n_metrics;
  out->hello.metrics = g_new (HrMetricInfo, hello->n_metrics);

  for (gsize i = 0; i < hello->n_metrics; i++)
    {
      const Headroom__Metric *metric = hello->metrics[i];

      out->hello.metrics[i] = (HrMetricInfo){
        .name = g_intern_string (metric->name),
        .kind = (HrKind) metric->kind,
        .unit = (HrUnit) metric->unit,
        .direction = (HrDirection) metric->direction,
      };
    }

  return TRUE;
}

/* The columns are known to be consistent. */
static HrSnapshot *
decode_columns (const HrSnapshot        *head,
                const Headroom__Columns *columns)
{
  gsize                     n = columns != NULL ? columns->n_metric : 0;
  g_autofree HrSample      *samples = g_new (HrSample, n);
  g_autofree HrBucketCount *buckets = g_new (HrBucketCount, n > 0 ? columns->n_bucket : 0);
  HrBucketCount            *next = buckets;
  guint                     metric = 0;

  for (gsize i = 0, k = 0; i < n; i++)
    {
      uint32_t bucket = 0;

      metric += columns->metric[i];
      samples[i] = (HrSample){
        .metric = metric,
        .count = columns->count[i],
        .sum = columns->sum[i],
        .min = columns->min[i],
        .max = columns->max[i],
        .last = columns->last[i],
        .n_buckets = columns->n_buckets[i],
        .buckets = columns->n_buckets[i] > 0 ? next : NULL,
        .self = columns->n_self > 0 ? columns->self[i] : 0,
      };

      for (guint j = 0; j < columns->n_buckets[i]; j++, k++)
        {
          bucket += columns->bucket[k];
          *next++ = (HrBucketCount){ bucket, columns->bucket_count[k] };
        }
    }

  return hr_snapshot_new (head, samples, (guint) n);
}

static void
decode_snapshot (const Headroom__Snapshot *snapshot,
                 HrMessage                *out)
{
  const HrSnapshot head = {
    .sequence = snapshot->sequence,
    .end_ns = (gint64) snapshot->end_ns,
    .interval_ns = (gint64) snapshot->interval_ns,
    .lost = snapshot->lost,
  };

  out->type = HR_MESSAGE_SNAPSHOT;
  out->stream = snapshot->stream;
  out->snapshot = decode_columns (&head, snapshot->columns);
}

static void
decode_totals (const Headroom__Totals *totals,
               HrMessage              *out)
{
  const HrSnapshot head = {
    .sequence = totals->sequence,
    .end_ns = (gint64) totals->end_ns,
    .lost = totals->lost,
  };

  out->type = HR_MESSAGE_TOTALS;
  out->stream = totals->stream;
  out->n_left = totals->n_left;
  out->snapshot = decode_columns (&head, totals->columns);
}

static void
decode_control (const Headroom__Control *control,
                HrMessage               *out)
{
  out->type = HR_MESSAGE_CONTROL;
  out->stream = control->stream;
  out->control = (HrControl){
    .sampling = (HrSwitch) control->sampling,
    .interval_ms = control->interval_ms,
    .cleanup = control->cleanup != 0,
    .subscribed = (HrSwitch) control->subscribed,
  };
}

static void
decode_resume (const Headroom__Resume *resume,
               HrMessage              *out)
{
  out->type = HR_MESSAGE_RESUME;
  out->resume.n_positions = (guint) resume->n_positions;
  out->resume.positions = g_new (HrPosition, resume->n_positions);

  for (gsize i = 0; i < resume->n_positions; i++)
    {
      HrPosition *position = &out->resume.positions[i];

      memcpy (position->name.uuid, resume->positions[i]->uuid.data, HR_WIRE_UUID_BYTES);
      position->name.epoch = resume->positions[i]->epoch;
      position->sequence = resume->positions[i]->sequence;
    }
}

/* Says a checked frame in the model's words. False when the model does not know something in it. */
static gboolean
decode_frame (const Headroom__Frame *frame,
              HrMessage             *out)
{
  switch (frame->body_case)
    {
    case HEADROOM__FRAME__BODY_HELLO:
      return decode_hello (frame->hello, out);
    case HEADROOM__FRAME__BODY_SNAPSHOT:
      decode_snapshot (frame->snapshot, out);
      return TRUE;
    case HEADROOM__FRAME__BODY_TOTALS:
      decode_totals (frame->totals, out);
      return TRUE;
    case HEADROOM__FRAME__BODY_GOODBYE:
      out->type = HR_MESSAGE_GOODBYE;
      out->stream = frame->goodbye->stream;
      out->reason = g_strdup (frame->goodbye->reason);
      return TRUE;
    case HEADROOM__FRAME__BODY_CONTROL:
      decode_control (frame->control, out);
      return TRUE;
    case HEADROOM__FRAME__BODY_RESUME:
      decode_resume (frame->resume, out);
      return TRUE;
    case HEADROOM__FRAME__BODY_PING:
      out->type = HR_MESSAGE_PING;
      out->ping.sent_ns = (gint64) frame->ping->sent_ns;
      return TRUE;
    case HEADROOM__FRAME__BODY_PONG:
      out->type = HR_MESSAGE_PONG;
      out->ping.sent_ns = (gint64) frame->pong->sent_ns;
      out->ping.monotonic_ns = (gint64) frame->pong->monotonic_ns;
      out->ping.realtime_ns = (gint64) frame->pong->realtime_ns;
      return TRUE;
    case HEADROOM__FRAME__BODY_ACCESS:
      out->type = HR_MESSAGE_ACCESS;
      memcpy (out->access.token, frame->access->token.data, HR_TOKEN_BYTES);
      out->access.name = g_strdup (frame->access->name);
      return TRUE;
    case HEADROOM__FRAME__BODY_SEARCH:
    case HEADROOM__FRAME__BODY_FOUND:
    case HEADROOM__FRAME__BODY_WATCH:
    case HEADROOM__FRAME__BODY_REFUSAL:
      return hr_message_decode_programs (frame, out);
    case HEADROOM__FRAME__BODY_QUERY:
    case HEADROOM__FRAME__BODY_RECORDS:
      return hr_message_decode_records (frame, out);
    case HEADROOM__FRAME__BODY__NOT_SET:
    case _HEADROOM__FRAME__BODY__CASE_IS_INT_SIZE:
    default:
      return FALSE;
    }
}

/* Whether this program can bear the names of @hello that it has not met: interned ones are never given back, however often a
 * peer comes with others. Whoever names known metrics is served all the same. */
static gboolean
afford_names (const Headroom__Hello *hello)
{
  static gint n_ever; /* atomic */
  gint        n_new = 0;

  for (gsize i = 0; i < hello->n_metrics; i++)
    n_new += g_quark_try_string (hello->metrics[i]->name) == 0;

  if (n_new == 0)
    return TRUE;
  if (g_atomic_int_get (&n_ever) > MAX_NAMES_EVER - n_new)
    return FALSE;
  g_atomic_int_add (&n_ever, n_new);

  return TRUE;
}

/* Reads one frame's @body (without its length) into @out, which is overwritten: hr_message_clear () it. On failure (HR_LINK_ERROR) @out
 * is untouched. Names of metrics become interned strings, after all limits hold. */
gboolean
hr_message_decode (const guint8 *body,
                   gsize         size,
                   HrMessage    *out,
                   GError      **error)
{
  Headroom__Frame *frame = NULL;
  HrMessage        message;
  HrWireStatus     status = hr_wire_unpack (body, size, &frame);

  if (status == HR_WIRE_OK && frame->body_case == HEADROOM__FRAME__BODY_HELLO && !afford_names (frame->hello))
    {
      headroom__frame__free_unpacked (frame, NULL);
      status = HR_WIRE_ERROR_LIMIT;
    }
  if (status != HR_WIRE_OK)
    {
      g_propagate_error (error, hr_link_error_new (status));
      return FALSE;
    }

  memset (&message, 0, sizeof message);
  if (!decode_frame (frame, &message))
    status = HR_WIRE_ERROR_GARBLED;
  headroom__frame__free_unpacked (frame, NULL);

  if (status != HR_WIRE_OK)
    {
      g_propagate_error (error, hr_link_error_new (status));
      return FALSE;
    }

  *out = message;

  return TRUE;
}
