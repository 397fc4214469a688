/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked about records themselves, and answered. */

#include "engine/link/message-private.h"
#include "engine/wire/records.h"

#include <string.h>

/* Returns (transfer full, nullable) @self, of that type, as a frame. Times before 0 are 0. */
GBytes *
hr_message_encode_query (const HrMessage *self)
{
  Headroom__Query query = HEADROOM__QUERY__INIT;

  query.request = self->query.request;
  query.uuid = (ProtobufCBinaryData){ HR_WIRE_UUID_BYTES, (uint8_t *) self->query.uuid };
  query.begin_ns = (uint64_t) CLAMP (self->query.what.begin_ns, 0, (gint64) HR_WIRE_MAX_TIME_NS);
  query.end_ns = (uint64_t) CLAMP (self->query.what.end_ns, 0, (gint64) HR_WIRE_MAX_TIME_NS);
  query.from = self->query.what.from;

  return hr_message_pack (HEADROOM__FRAME__BODY_QUERY, &query);
}

/* Returns (transfer full, nullable) @self, of that type, as a frame. */
GBytes *
hr_message_encode_records (const HrMessage *self)
{
  g_autofree Headroom__Records *records = hr_records_new (self->records.known ? &self->records.page : NULL);

  if (records == NULL)
    return NULL;

  records->request = self->records.request;

  return hr_message_pack (HEADROOM__FRAME__BODY_RECORDS, records);
}

/* Takes over what is asked about records, and answered. Returns FALSE for any other body, and when memory is short. */
gboolean
hr_message_decode_records (const Headroom__Frame *frame,
                           HrMessage             *out)
{
  switch ((int) frame->body_case)
    {
    case HEADROOM__FRAME__BODY_QUERY:
      out->type = HR_MESSAGE_QUERY;
      out->query.request = frame->query->request;
      memcpy (out->query.uuid, frame->query->uuid.data, HR_WIRE_UUID_BYTES);
      out->query.what = (HrRecordQuery){ (gint64) frame->query->begin_ns, (gint64) frame->query->end_ns, frame->query->from };
      return TRUE;
    case HEADROOM__FRAME__BODY_RECORDS:
      out->type = HR_MESSAGE_RECORDS;
      out->records.request = frame->records->request;
      out->records.known = frame->records->known != 0;
      return hr_records_unpack (frame->records, &out->records.page);
    default:
      return FALSE;
    }
}
