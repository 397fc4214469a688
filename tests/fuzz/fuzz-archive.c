/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a keyed archive: a value that can be written again, or a named error. */

#include "engine/link/dtx/archive.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrValue) value = hr_archive_decode (data, size, &error);

  g_assert_true ((value == NULL) == (error != NULL));
  if (value != NULL)
    {
      g_autoptr (GBytes) bytes = hr_archive_encode (value);

      /* Written in another way, it may be too large where it was not before. */
      hr_value_free (hr_archive_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
    }

  return 0;
}
