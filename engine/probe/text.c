/* SPDX-License-Identifier: MIT */

#include "engine/probe/text.h"

#include <stdint.h>
#include <string.h>

/* Returns how many bytes the UTF-8 character at @text has, 0 where it is none. */
static size_t
character_bytes (const uint8_t *text,
                 size_t         length)
{
  /* The least code point that needs this many bytes: shorter ones are overlong. */
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  uint32_t              code;
  size_t                bytes;

  if (text[0] < 0x80)
    return 1;

  bytes = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3
                                                : 2;
  if (text[0] < 0xc2 || text[0] > 0xf4 || bytes > length)
    return 0;

  code = text[0] & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; i++)
    {
      if ((text[i] & 0xc0) != 0x80)
        return 0;
      code = code << 6 | (text[i] & 0x3f);
    }

  return code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : bytes;
}

/* Copies @text, at most @length bytes or up to its NUL, to @out of @size bytes: always closed by a NUL, valid UTF-8 cut
 * between two characters, with a '_' for each byte that is a control character or no UTF-8. Bytes behind the NUL are
 * zeroed. Returns whether all of @text went over as it was. */
bool
hr_text_copy (char       *out,
              size_t      size,
              const char *text,
              size_t      length)
{
  size_t used = 0;
  bool   whole = true;

  length = strnlen (text, length);
  memset (out, 0, size);
  for (size_t i = 0; i < length;)
    {
      size_t bytes = character_bytes ((const uint8_t *) text + i, length - i);
      bool   replaced = bytes == 0 || (uint8_t) text[i] < 0x20 || text[i] == 0x7f;

      if (used + (replaced ? 1 : bytes) >= size)
        return false;

      if (replaced)
        out[used] = '_';
      else
        memcpy (out + used, text + i, bytes);
      used += replaced ? 1 : bytes;
      i += bytes > 0 ? bytes : 1;
      whole = whole && !replaced;
    }

  return whole;
}
