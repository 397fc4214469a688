/* SPDX-License-Identifier: MIT */

#include "engine/wire/check.h"

#include "engine/base/buckets.h"
#include "engine/base/units.h"

#include <math.h>
#include <string.h>

#define LAST_FIELD 63u
#define WIRE_VARINT 0u
#define WIRE_64_BITS 1u
#define WIRE_BYTES 2u
#define WIRE_32_BITS 5u

/* One field as it lies in a message: its number, its wire type, and where its content is. */
typedef struct
{
  uint64_t       number;
  unsigned       type;
  const uint8_t *begin;
  const uint8_t *end;
} Field;

/* Reads a number of at most ten bytes, seven bits each; moves *@at behind it. */
static bool
read_varint (const uint8_t **at,
             const uint8_t  *end,
             uint64_t       *out)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 70 && *at < end; shift += 7)
    {
      uint8_t byte = *(*at)++;

      if (shift < 64)
        value |= (uint64_t) (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *out = value;
          return true;
        }
    }

  return false;
}

/* Reads the next field's place; moves *@at behind it. False when it is cut short or of no known wire type. */
static bool
read_field (const uint8_t **at,
            const uint8_t  *end,
            Field          *out)
{
  uint64_t key, skipped, size = 0;

  if (!read_varint (at, end, &key))
    return false;

  out->number = key >> 3;
  out->type = key & 7;
  out->begin = *at;
  if (out->type == WIRE_VARINT)
    {
      if (!read_varint (at, end, &skipped))
        return false;
      out->end = *at;
      return true;
    }

  if (out->type == WIRE_64_BITS)
    size = 8;
  else if (out->type == WIRE_32_BITS)
    size = 4;
  else if (out->type != WIRE_BYTES || !read_varint (at, end, &size))
    return false;

  if (size > (uint64_t) (end - *at))
    return false;

  out->begin = *at;
  out->end = *at += size;

  return true;
}

/* Checks one message field by field. Protobuf allows a field to be repeated, merged and split at will, which makes
 * hostile frames cost far more than their size; here that is refused. Recurses no deeper than the schema. */
static HrWireStatus
scan_message (const ProtobufCMessageDescriptor *descriptor,
              const uint8_t                    *at,
              const uint8_t                    *end)
{
  uint64_t seen = 0;
  uint32_t n_listed = 0;

  while (at < end)
    {
      const ProtobufCFieldDescriptor *known;
      Field                           field;
      HrWireStatus                    status;

      if (!read_field (&at, end, &field) || field.number == 0 || field.number > LAST_FIELD)
        return HR_WIRE_ERROR_GARBLED;

      known = protobuf_c_message_descriptor_get_field (descriptor, (unsigned) field.number);
      if (known != NULL && known->label == PROTOBUF_C_LABEL_REPEATED && known->type == PROTOBUF_C_TYPE_MESSAGE)
        {
          if (++n_listed > HR_WIRE_MAX_METRICS)
            return HR_WIRE_ERROR_LIMIT;
        }
      else if (seen & UINT64_C (1) << field.number)
        return HR_WIRE_ERROR_GARBLED;

      seen |= UINT64_C (1) << field.number;
      if (known == NULL || field.type != WIRE_BYTES)
        continue;

      if (known->type == PROTOBUF_C_TYPE_STRING && field.begin < field.end &&
          memchr (field.begin, '\0', (size_t) (field.end - field.begin)) != NULL)
        return HR_WIRE_ERROR_GARBLED;

      if (known->type == PROTOBUF_C_TYPE_MESSAGE &&
          (status = scan_message (known->descriptor, field.begin, field.end)) != HR_WIRE_OK)
        return status;
    }

  return HR_WIRE_OK;
}

/* Checks the form of one frame's @body of @size bytes before anything is allocated for it: exactly one
 * known body, no field twice, no list longer than HR_WIRE_MAX_METRICS. */
HrWireStatus
hr_wire_scan (const uint8_t *body,
              size_t         size)
{
  const uint8_t                  *at = body;
  const ProtobufCFieldDescriptor *known = NULL;
  Field                           field;

  if (size == 0)
    return HR_WIRE_ERROR_EMPTY;
  if (size > HR_WIRE_MAX_FRAME)
    return HR_WIRE_ERROR_TOO_LARGE;
  if (!read_field (&at, body + size, &field) || field.number == 0)
    return HR_WIRE_ERROR_GARBLED;

  if (field.number <= LAST_FIELD)
    known = protobuf_c_message_descriptor_get_field (&headroom__frame__descriptor, (unsigned) field.number);
  if (known == NULL)
    return HR_WIRE_ERROR_UNKNOWN;
  if (field.type != WIRE_BYTES || at != body + size)
    return HR_WIRE_ERROR_GARBLED;

  return scan_message (known->descriptor, field.begin, field.end);
}

/* How many bytes the UTF-8 character at @text takes, 0 when it is none (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF). */
static size_t
utf8_length (const unsigned char *text)
{
  unsigned char lowest = 0x80, highest = 0xbf;
  size_t        length;

  if (text[0] < 0x80)
    return 1;
  if (text[0] < 0xc2 || text[0] > 0xf4)
    return 0;

  length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3
                                               : 4;
  if (text[0] == 0xe0)
    lowest = 0xa0;
  else if (text[0] == 0xed)
    highest = 0x9f;
  else if (text[0] == 0xf0)
    lowest = 0x90;
  else if (text[0] == 0xf4)
    highest = 0x8f;

  if (text[1] < lowest || text[1] > highest)
    return 0;
  for (size_t i = 2; i < length; i++)
    if ((text[i] & 0xc0) != 0x80)
      return 0;

  return length;
}

/* The terminating NUL ends every malformed character, so nothing is read behind it. */
static HrWireStatus
check_text (const char *text,
            bool        required)
{
  if (strlen (text) > HR_WIRE_MAX_NAME)
    return HR_WIRE_ERROR_LIMIT;
  if (required && *text == '\0')
    return HR_WIRE_ERROR_GARBLED;

  while (*text != '\0')
    {
      size_t length = utf8_length ((const unsigned char *) text);

      if (length == 0)
        return HR_WIRE_ERROR_GARBLED;
      text += length;
    }

  return HR_WIRE_OK;
}

static HrWireStatus
check_hello (const Headroom__Hello *hello)
{
  HrWireStatus status;

  if (hello->version != HR_WIRE_VERSION)
    return HR_WIRE_ERROR_VERSION;
  if (hello->uuid.len != HR_WIRE_UUID_BYTES)
    return HR_WIRE_ERROR_GARBLED;
  if ((status = check_text (hello->name, true)) != HR_WIRE_OK ||
      (status = check_text (hello->detail, false)) != HR_WIRE_OK)
    return status;

  for (size_t i = 0; i < hello->n_metrics; i++)
    {
      const Headroom__Metric *metric = hello->metrics[i];

      if ((status = check_text (metric->name, true)) != HR_WIRE_OK)
        return status;
      if (metric->kind >= HR_N_KINDS || metric->unit >= HR_N_UNITS || metric->direction >= HR_N_DIRECTIONS)
        return HR_WIRE_ERROR_GARBLED;
    }

  return HR_WIRE_OK;
}

/* The buckets of one sample. */
static HrWireStatus
check_buckets (const uint32_t *deltas,
               const uint64_t *counts,
               size_t          n)
{
  uint64_t bucket = 0;

  for (size_t i = 0; i < n; i++)
    {
      if ((i > 0 && deltas[i] == 0) || counts[i] == 0)
        return HR_WIRE_ERROR_GARBLED;

      bucket += deltas[i];
      if (bucket >= HR_N_BUCKETS || counts[i] > HR_WIRE_MAX_COUNT)
        return HR_WIRE_ERROR_LIMIT;
    }

  return HR_WIRE_OK;
}

/* The count and the values of sample @i. */
static HrWireStatus
check_values (const Headroom__Columns *columns,
              size_t                   i)
{
  const double values[] = { columns->sum[i], columns->min[i], columns->max[i], columns->last[i] };

  if (columns->count[i] == 0)
    return HR_WIRE_ERROR_GARBLED;
  if (columns->count[i] > HR_WIRE_MAX_COUNT)
    return HR_WIRE_ERROR_LIMIT;

  for (size_t k = 0; k < sizeof values / sizeof *values; k++)
    {
      if (!isfinite (values[k]))
        return HR_WIRE_ERROR_GARBLED;
      if (fabs (values[k]) > HR_WIRE_MAX_VALUE)
        return HR_WIRE_ERROR_LIMIT;
    }

  return columns->min[i] <= columns->max[i] ? HR_WIRE_OK : HR_WIRE_ERROR_GARBLED;
}

/* The self time of sample @i: a part of its sum, which is within the limits. NaN fails the comparisons. */
static HrWireStatus
check_self (const Headroom__Columns *columns,
            size_t                   i)
{
  double self;

  if (columns->n_self == 0)
    return HR_WIRE_OK;

  self = columns->self[i];

  return self >= 0 && (self <= columns->sum[i] || self <= 0) ? HR_WIRE_OK : HR_WIRE_ERROR_GARBLED;
}

/* Absent columns are no samples. */
static HrWireStatus
check_columns (const Headroom__Columns *columns)
{
  HrWireStatus status;
  uint64_t     metric = 0;
  size_t       n, begin = 0;

  if (columns == NULL)
    return HR_WIRE_OK;

  n = columns->n_metric;
  if (columns->n_count != n || columns->n_sum != n || columns->n_min != n || columns->n_max != n ||
      columns->n_last != n || columns->n_n_buckets != n || columns->n_bucket != columns->n_bucket_count ||
      (columns->n_self != n && columns->n_self != 0))
    return HR_WIRE_ERROR_GARBLED;

  for (size_t i = 0; i < n; i++)
    {
      if (i > 0 && columns->metric[i] == 0)
        return HR_WIRE_ERROR_GARBLED;
      metric += columns->metric[i];
      if (metric >= HR_WIRE_MAX_METRICS)
        return HR_WIRE_ERROR_LIMIT;
      if (columns->n_buckets[i] > columns->n_bucket - begin)
        return HR_WIRE_ERROR_GARBLED;
      if ((status = check_values (columns, i)) != HR_WIRE_OK || (status = check_self (columns, i)) != HR_WIRE_OK ||
          (status = check_buckets (columns->bucket + begin, columns->bucket_count + begin, columns->n_buckets[i])) != HR_WIRE_OK)
        return status;
      begin += columns->n_buckets[i];
    }

  return begin == columns->n_bucket ? HR_WIRE_OK : HR_WIRE_ERROR_GARBLED;
}

static HrWireStatus
check_snapshot (const Headroom__Snapshot *snapshot)
{
  if (snapshot->sequence == 0)
    return HR_WIRE_ERROR_GARBLED;
  if (snapshot->end_ns > HR_WIRE_MAX_TIME_NS || snapshot->interval_ns > HR_WIRE_MAX_INTERVAL_NS ||
      snapshot->lost > HR_WIRE_MAX_COUNT)
    return HR_WIRE_ERROR_LIMIT;

  return check_columns (snapshot->columns);
}

static HrWireStatus
check_totals (const Headroom__Totals *totals)
{
  /* A metric stands in one of the frames, so there are no more of them than metrics. */
  if (totals->end_ns > HR_WIRE_MAX_TIME_NS || totals->lost > HR_WIRE_MAX_COUNT || totals->n_left >= HR_WIRE_MAX_METRICS)
    return HR_WIRE_ERROR_LIMIT;

  return check_columns (totals->columns);
}

static HrWireStatus
check_control (const Headroom__Control *control)
{
  if ((unsigned) control->sampling > HEADROOM__SWITCH__ON || (unsigned) control->subscribed > HEADROOM__SWITCH__ON)
    return HR_WIRE_ERROR_GARBLED;

  return control->interval_ms > HR_WIRE_MAX_INTERVAL_NS / HR_NS_PER_MS ? HR_WIRE_ERROR_LIMIT : HR_WIRE_OK;
}

static HrWireStatus
check_resume (const Headroom__Resume *resume)
{
  if (resume->version != HR_WIRE_VERSION)
    return HR_WIRE_ERROR_VERSION;

  for (size_t i = 0; i < resume->n_positions; i++)
    if (resume->positions[i]->uuid.len != HR_WIRE_UUID_BYTES)
      return HR_WIRE_ERROR_GARBLED;

  return HR_WIRE_OK;
}

static HrWireStatus
check_access (const Headroom__Access *access)
{
  return access->token.len == HR_WIRE_TOKEN_BYTES ? check_text (access->name, false) : HR_WIRE_ERROR_GARBLED;
}

static HrWireStatus
check_search (const Headroom__Search *search)
{
  if (search->limit == 0 || search->limit > HR_WIRE_MAX_PROGRAMS)
    return HR_WIRE_ERROR_LIMIT;

  return check_text (search->text, false);
}

static HrWireStatus
check_found (const Headroom__Found *found)
{
  HrWireStatus status;

  if (found->n_programs > HR_WIRE_MAX_PROGRAMS)
    return HR_WIRE_ERROR_LIMIT;

  for (size_t i = 0; i < found->n_programs; i++)
    {
      const Headroom__Program *program = found->programs[i];

      if ((status = check_text (program->name, true)) != HR_WIRE_OK ||
          (status = check_text (program->command, false)) != HR_WIRE_OK ||
          (status = check_text (program->user, false)) != HR_WIRE_OK)
        return status;
      if (!isfinite (program->resident_mb))
        return HR_WIRE_ERROR_GARBLED;
      if (fabs (program->resident_mb) > HR_WIRE_MAX_VALUE)
        return HR_WIRE_ERROR_LIMIT;
    }

  return HR_WIRE_OK;
}

static HrWireStatus
check_watch (const Headroom__Watch *watch)
{
  return (unsigned) watch->watched > HEADROOM__SWITCH__ON ? HR_WIRE_ERROR_GARBLED : HR_WIRE_OK;
}

static HrWireStatus
check_time (uint64_t ns)
{
  return ns > HR_WIRE_MAX_TIME_NS ? HR_WIRE_ERROR_LIMIT : HR_WIRE_OK;
}

static HrWireStatus
check_query (const Headroom__Query *query)
{
  if (query->uuid.len != HR_WIRE_UUID_BYTES)
    return HR_WIRE_ERROR_GARBLED;

  return check_time (query->begin_ns | query->end_ns);
}

/* One record, whose time is @ns. */
static HrWireStatus
check_record (const Headroom__Records *records,
              size_t                   i,
              uint64_t                 ns)
{
  if (records->items[i] == 0 || !isfinite (records->value[i]))
    return HR_WIRE_ERROR_GARBLED;
  if (records->items[i] > HR_WIRE_MAX_COUNT || fabs (records->value[i]) > HR_WIRE_MAX_VALUE ||
      records->metric[i] >= HR_WIRE_MAX_METRICS)
    return HR_WIRE_ERROR_LIMIT;

  return check_time (ns);
}

static HrWireStatus
check_records (const Headroom__Records *records)
{
  HrWireStatus status;
  size_t       n = records->n_time;
  uint64_t     ns = 0; /* a negative time is a number beyond the limit */

  if (records->n_metric != n || records->n_value != n || records->n_items != n)
    return HR_WIRE_ERROR_GARBLED;
  if (n > HR_WIRE_MAX_RECORDS || records->lost > HR_WIRE_MAX_COUNT)
    return HR_WIRE_ERROR_LIMIT;

  for (size_t i = 0; i < n; i++)
    {
      ns += (uint64_t) records->time[i];
      if ((status = check_record (records, i, ns)) != HR_WIRE_OK)
        return status;
    }

  return check_time (records->since_ns | records->until_ns);
}

/* Checks what a frame says that was unpacked after hr_wire_scan (): the limits of wire.h, and that it does not contradict itself. */
HrWireStatus
hr_wire_check (const Headroom__Frame *frame)
{
  switch (frame->body_case)
    {
    case HEADROOM__FRAME__BODY_HELLO:
      return check_hello (frame->hello);
    case HEADROOM__FRAME__BODY_SNAPSHOT:
      return check_snapshot (frame->snapshot);
    case HEADROOM__FRAME__BODY_TOTALS:
      return check_totals (frame->totals);
    case HEADROOM__FRAME__BODY_GOODBYE:
      return check_text (frame->goodbye->reason, false);
    case HEADROOM__FRAME__BODY_CONTROL:
      return check_control (frame->control);
    case HEADROOM__FRAME__BODY_RESUME:
      return check_resume (frame->resume);
    case HEADROOM__FRAME__BODY_PING:
      return check_time (frame->ping->sent_ns);
    case HEADROOM__FRAME__BODY_PONG:
      return check_time (frame->pong->sent_ns | frame->pong->monotonic_ns | frame->pong->realtime_ns);
    case HEADROOM__FRAME__BODY_ACCESS:
      return check_access (frame->access);
    case HEADROOM__FRAME__BODY_SEARCH:
      return check_search (frame->search);
    case HEADROOM__FRAME__BODY_FOUND:
      return check_found (frame->found);
    case HEADROOM__FRAME__BODY_WATCH:
      return check_watch (frame->watch);
    case HEADROOM__FRAME__BODY_REFUSAL:
      return check_text (frame->refusal->reason, false);
    case HEADROOM__FRAME__BODY_QUERY:
      return check_query (frame->query);
    case HEADROOM__FRAME__BODY_RECORDS:
      return check_records (frame->records);
    case HEADROOM__FRAME__BODY__NOT_SET:
    case _HEADROOM__FRAME__BODY__CASE_IS_INT_SIZE:
    default:
      return HR_WIRE_ERROR_UNKNOWN;
    }
}
