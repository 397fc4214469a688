/* SPDX-License-Identifier: MIT */

#include "engine/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 997u

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* Whatever passed the checks can be said again, and means the same then. */
static void
check_repack (const Headroom__Frame *frame)
{
  Headroom__Frame *again = NULL;
  size_t           size;
  uint8_t         *packed = hr_wire_pack (frame, &size);

  /* Fields that this version does not know are kept, and default values left out: the size may differ, never grow. */
  if (packed == NULL || hr_wire_unpack (packed + 4, size - 4, &again) != HR_WIRE_OK || again->body_case != frame->body_case)
    abort ();

  headroom__frame__free_unpacked (again, NULL);
  free (packed);
}

static HrWireStatus
read_frames (HrFrameCutter *cutter)
{
  const uint8_t *body;
  size_t         size;
  HrWireStatus   status;

  while ((status = hr_frame_cutter_next (cutter, &body, &size)) == HR_WIRE_OK && body != NULL)
    {
      Headroom__Frame *frame = NULL;

      status = hr_wire_unpack (body, size, &frame);
      if ((status == HR_WIRE_OK) != (frame != NULL))
        abort ();
      if (status != HR_WIRE_OK)
        return status;

      check_repack (frame);
      headroom__frame__free_unpacked (frame, NULL);
    }

  return status;
}

/* A byte stream from a peer that means no good: cut in chunks, unpacked, checked. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  HrFrameCutter cutter = { 0 };
  HrWireStatus  status = HR_WIRE_OK;

  while (size > 0 && status == HR_WIRE_OK)
    {
      size_t n = size < CHUNK_BYTES ? size : CHUNK_BYTES;

      status = hr_frame_cutter_push (&cutter, data, n);
      if (status == HR_WIRE_OK)
        status = read_frames (&cutter);
      data += n;
      size -= n;
    }

  if (strlen (hr_wire_status_text (status)) == 0)
    abort ();
  hr_frame_cutter_clear (&cutter);

  return 0;
}
