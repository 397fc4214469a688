/* SPDX-License-Identifier: MIT */

/* The wire format, version 1.
 *
 * A byte stream of frames, each
 *
 *   uint32, little endian   length of what follows, 1 .. HR_WIRE_MAX_FRAME
 *   Frame                   protobuf of headroom.proto with exactly one body
 *
 * Stricter than protobuf: a field stands at most once (but for the lists of metrics and positions), its
 * number is below 64, and no string holds a NUL. So one byte of a frame costs its reader a bounded amount of
 * memory and time. A field that this version does not know is skipped; a body that it does not know is refused.
 *
 * Version 1 has grown: the kinds span and event, and Columns.self; Totals.n_left; Access, Search, Found, Watch and Refusal; Query and Records, and Hello.records that
 * says they are understood. A peer from
 * before that is understood (its self times are 0); one that is sent a span or an event refuses the hello as garbled, and
 * does not guess.
 *
 * Delta coding of Columns.metric (through the column) and Columns.bucket (through one sample): the first
 * number as it is, each further one as its distance from the one before, which is 1 or more. */

#include "engine/wire/wire.h"

#include "engine/wire/check.h"

#include <stdlib.h>

#define LENGTH_BYTES 4u

/* Returns what to tell a person about @status. */
const char *
hr_wire_status_text (HrWireStatus status)
{
  static const char *const texts[HR_N_WIRE_STATUSES] = {
    [HR_WIRE_OK] = "fine",
    [HR_WIRE_ERROR_TOO_LARGE] = "a frame is larger than 1 MiB",
    [HR_WIRE_ERROR_EMPTY] = "a frame is empty",
    [HR_WIRE_ERROR_GARBLED] = "a frame is garbled",
    [HR_WIRE_ERROR_UNKNOWN] = "a frame is of an unknown type",
    [HR_WIRE_ERROR_VERSION] = "the peer speaks another version of the protocol",
    [HR_WIRE_ERROR_LIMIT] = "a frame exceeds a limit of the protocol",
    [HR_WIRE_ERROR_MEMORY] = "out of memory",
  };

  return (unsigned) status < HR_N_WIRE_STATUSES ? texts[status] : "unknown";
}

/* Packs @frame with its length in front, as it is: its columns are to be delta-coded already, and nothing is
 * checked but the size. Returns malloc memory (free ()) and its size in @out_size, or NULL when the frame is above
 * HR_WIRE_MAX_FRAME, has no body, or memory is short. */
uint8_t *
hr_wire_pack (const Headroom__Frame *frame,
              size_t                *out_size)
{
  size_t   length = headroom__frame__get_packed_size (frame);
  uint8_t *bytes;

  if (length == 0 || length > HR_WIRE_MAX_FRAME)
    return NULL;

  bytes = malloc (LENGTH_BYTES + length);
  if (bytes == NULL)
    return NULL;

  for (unsigned i = 0; i < LENGTH_BYTES; i++)
    bytes[i] = (uint8_t) (length >> (8 * i));
  headroom__frame__pack (frame, bytes + LENGTH_BYTES);
  *out_size = LENGTH_BYTES + length;

  return bytes;
}

/* Unpacks and checks one frame's @body of @size bytes (without its length). On success the caller owns *@out
 * (headroom__frame__free_unpacked ()); its columns are still delta-coded. Otherwise *@out is untouched. Allocates
 * at most about ten times @size, whatever the bytes are. */
HrWireStatus
hr_wire_unpack (const uint8_t    *body,
                size_t            size,
                Headroom__Frame **out)
{
  HrWireStatus     status = hr_wire_scan (body, size);
  Headroom__Frame *frame;

  if (status != HR_WIRE_OK)
    return status;

  /* After the scan what is left to fail is a field of the wrong wire type, or memory. */
  frame = headroom__frame__unpack (NULL, size, body);
  if (frame == NULL)
    return HR_WIRE_ERROR_GARBLED;

  status = hr_wire_check (frame);
  if (status == HR_WIRE_OK)
    *out = frame;
  else
    headroom__frame__free_unpacked (frame, NULL);

  return status;
}
