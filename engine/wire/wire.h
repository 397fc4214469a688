/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/wire/byte-queue.h"
#include "engine/wire/headroom.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HR_WIRE_VERSION 1u
#define HR_WIRE_MAX_FRAME (1u << 20) /* bytes after the length */
#define HR_WIRE_MAX_METRICS 4096u
#define HR_WIRE_MAX_NAME 256u /* bytes */
#define HR_WIRE_UUID_BYTES 16u
#define HR_WIRE_TOKEN_BYTES 16u
#define HR_WIRE_MAX_PROGRAMS 1024u
#define HR_WIRE_MAX_RECORDS 32768u                              /* of a page: they fit in a frame, whatever they are */
#define HR_WIRE_MAX_COUNT (UINT64_C (1) << 53)                  /* exact in a double */
#define HR_WIRE_MAX_VALUE 1e18                                  /* either sign; sums of them stay finite */
#define HR_WIRE_MAX_TIME_NS (UINT64_C (1) << 62)                /* sums of two stay within int64_t */
#define HR_WIRE_MAX_INTERVAL_NS (UINT64_C (86400) * 1000000000) /* one day */
#define HR_WIRE_MAX_PENDING (2 * (HR_WIRE_MAX_FRAME + 4))       /* bytes that a cutter holds */

typedef enum
{
  HR_WIRE_OK,
  HR_WIRE_ERROR_TOO_LARGE, /* a frame above HR_WIRE_MAX_FRAME */
  HR_WIRE_ERROR_EMPTY,     /* a frame of length 0 */
  HR_WIRE_ERROR_GARBLED,   /* not protobuf, or columns that contradict each other */
  HR_WIRE_ERROR_UNKNOWN,   /* a frame without a body that this version knows */
  HR_WIRE_ERROR_VERSION,   /* another version of the protocol */
  HR_WIRE_ERROR_LIMIT,     /* more metrics, longer names or larger numbers than allowed */
  HR_WIRE_ERROR_MEMORY,
  HR_N_WIRE_STATUSES
} HrWireStatus;

const char *hr_wire_status_text (HrWireStatus status);

/* Packs @frame with its length in front. Returns malloc memory (free ()) and its size in @out_size, or NULL
 * when it is above HR_WIRE_MAX_FRAME, has no body, or memory is short. */
uint8_t *hr_wire_pack (const Headroom__Frame *frame,
                       size_t                *out_size);

/* Unpacks and checks one frame's body (without its length): every limit above, columns of equal length,
 * ascending metrics and buckets (still delta-coded in *@out), known kinds, no NaN, no self time beyond its sum. On success *@out is to be freed with headroom__frame__free_unpacked (). */
HrWireStatus hr_wire_unpack (const uint8_t    *body,
                             size_t            size,
                             Headroom__Frame **out);

/* Cuts a byte stream into frames. Start from { 0 }. */
typedef HrByteQueue HrFrameCutter;

HrWireStatus hr_frame_cutter_push (HrFrameCutter *self,
                                   const uint8_t *bytes,
                                   size_t         size);
HrWireStatus hr_frame_cutter_next (HrFrameCutter  *self,
                                   const uint8_t **out_body,
                                   size_t         *out_size);
void         hr_frame_cutter_clear (HrFrameCutter *self);
