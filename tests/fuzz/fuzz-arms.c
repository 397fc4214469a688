/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a file of arms are refused and change nothing, or are what would be written again. */

#include "engine/thompson/arms-file.h"

#include <glib.h>
#include <string.h>

#define SOURCES 3
#define CATEGORIES 2
#define N_ARMS (SOURCES * CATEGORIES)
#define PACKED (36 + 16 * N_ARMS + 4)

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
check (const uint8_t *data,
       size_t         size)
{
  const HrArm prior = { 1, 1 };
  HrArm       storage[N_ARMS];
  HrArms      arms;
  uint8_t     packed[PACKED];

  hr_arms_init (&arms, storage, N_ARMS, SOURCES, CATEGORIES, prior);
  if (hr_arms_unpack (&arms, data, size) == HR_JOB_OK)
    {
      g_assert_cmpuint (hr_arms_packed_size (&arms), ==, PACKED);
      hr_arms_pack (&arms, packed);
      g_assert_cmpmem (packed, PACKED, data, size);
    }
  else
    for (int i = 0; i < N_ARMS; i++)
      g_assert_true (storage[i].alpha == 1 && storage[i].beta == 1);
}

/* Takes the bytes as they are, and again behind a checksum that is right: else hardly any input came further. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  uint8_t *sealed;
  uint32_t crc = 0xffffffffu;

  check (data, size);
  if (size < 4)
    return 0;

  sealed = g_memdup2 (data, size);
  for (size_t i = 0; i < size - 4; i++)
    {
      crc ^= sealed[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
  for (int i = 0; i < 4; i++)
    sealed[size - 4 + i] = (uint8_t) (~crc >> 8 * i);
  check (sealed, size);
  g_free (sealed);

  return 0;
}
