/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /proc/diskstats, one device a line (Documentation/admin-guide/iostats.rst of Linux):
 *
 *     8  0 sda READS MERGED SECTORS_READ MS WRITES MERGED SECTORS_WRITTEN MS …
 *     8  1 sda1 …
 *
 * A sector is 512 bytes here whatever the disk's own is. */

#include "engine/collect/diskstats.h"

#include <stdio.h>
#include <string.h>

#define SECTOR_BYTES 512

/* Devices that stand on others would count the same bytes twice; the rest are no disks. */
static gboolean
is_layered (const char *name)
{
  static const char *const prefixes[] = { "loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;

  return FALSE;
}

/* Partitions follow their disk: sda1 after sda, nvme0n1p1 after nvme0n1. */
static gboolean
is_partition (const char *name,
              const char *disk)
{
  gsize length = strlen (disk);

  if (length == 0 || strncmp (name, disk, length) != 0)
    return FALSE;

  name += length;
  if (g_ascii_isdigit (disk[length - 1]))
    {
      if (*name != 'p')
        return FALSE;
      name++;
    }

  return g_ascii_isdigit (*name);
}

/* Adds up what all whole disks have read and written since boot, in bytes. FALSE when a line is not as
 * expected; nothing is written then. */
gboolean
hr_diskstats_parse (const char *text,
                    guint64    *out_read_bytes,
                    guint64    *out_written_bytes)
{
  guint64 n_read = 0, n_written = 0;
  char    disk[64] = "";

  for (const char *line = text; line != NULL && *line != '\0';)
    {
      char    name[64];
      guint64 read, written;

      if (sscanf (line, "%*u %*u %63s %*u %*u %" G_GUINT64_FORMAT " %*u %*u %*u %" G_GUINT64_FORMAT,
                  name, &read, &written) != 3)
        return FALSE;

      if (!is_layered (name) && !is_partition (name, disk))
        {
          memcpy (disk, name, sizeof disk);
          n_read += read;
          n_written += written;
        }

      line = strchr (line, '\n');
      if (line != NULL)
        line++;
    }

  *out_read_bytes = n_read * SECTOR_BYTES;
  *out_written_bytes = n_written * SECTOR_BYTES;

  return TRUE;
}
