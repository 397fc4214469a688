/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The file that a stretch is saved in: made under another name beside it, and moved over what is there when it is whole. */

#include "engine/store/session-save.h"

#include "engine/store/session-pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* What SQLite may have beside a file. */
static const char *const companions[] = { "-wal", "-shm" };

static void
remove_companions (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *companion = g_strconcat (path, companions[i], NULL);

      g_unlink (companion);
    }
}

/* Makes a rename last. */
static gboolean
sync_folder (const char *path,
             GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int              fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean         ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    hr_store_fail_system (error, errno, path);
  if (fd >= 0)
    close (fd);

  return ok;
}

/* Moves the whole file @part to @path. A log that the file there may have must not be taken for the new one's. */
static gboolean
put_in_place (const char *part,
              const char *path,
              GError    **error)
{
  remove_companions (path);
  if (g_rename (part, path) != 0)
    return hr_store_fail_system (error, errno, path);

  return sync_folder (path, error);
}

/* A session that is read cannot be replaced by a part of itself. */
static gboolean
check_is_another (HrSession  *self,
                  const char *path,
                  GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  GStatBuf         own, other;

  if (g_stat (self->path, &own) != 0 || g_stat (path, &other) != 0 || own.st_dev != other.st_dev || own.st_ino != other.st_ino)
    return TRUE;

  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY, _ ("“%s” is being read: save under another name"), name);

  return FALSE;
}

/* Lists the sources that the stretch has something of, and how much there is to do. */
static gboolean
list_sources (HrSave  *self,
              GError **error)
{
  self->extent = (HrRange){ G_MAXINT64, G_MININT64 };
  for (guint i = 0; i < hr_session_get_n_sources (self->session); i++)
    {
      const HrSessionSource *source = hr_session_get_source (self->session, i);
      GArray                *metrics = hr_session_read_metrics (self->session, source->id, error);

      if (metrics == NULL)
        return FALSE;

      self->n_all += source->n_snapshots;
      g_hash_table_insert (self->metrics, g_memdup2 (&source->id, sizeof source->id), metrics);
      if (source->n_snapshots > 0)
        {
          self->extent.begin_us = MIN (self->extent.begin_us, source->begin_us);
          self->extent.end_us = MAX (self->extent.end_us, source->end_us);
        }
    }
  self->extent.begin_us = CLAMP (self->extent.begin_us, self->range.begin_us, self->range.end_us);
  self->extent.end_us = CLAMP (self->extent.end_us, self->extent.begin_us, self->range.end_us);

  return TRUE;
}

/* Sources without a sample in the stretch are none of it. */
static const char drop_idle[] = "DELETE FROM source WHERE id NOT IN (SELECT source FROM chunk UNION SELECT source FROM batch UNION SELECT source FROM raw);"
                                "DELETE FROM metric WHERE source NOT IN (SELECT id FROM source)";

/* Fills the new file, which its writer has begun a run in. That is none of the stretch's. */
static gboolean
fill (HrSave  *self,
      GError **error)
{
  gboolean ok = hr_session_begin (self->session, error);

  if (!ok)
    return FALSE;

  ok = list_sources (self, error) && hr_writer_begin (self->writer, error) && hr_writer_run_sql (self->writer, "DELETE FROM run", error);
  self->writer->run = 0;
  ok = ok && hr_save_take_tables (self, error) && hr_save_take_pieces (self, error) && hr_writer_run_sql (self->writer, drop_idle, error) &&
       hr_writer_commit (self->writer, error);
  hr_session_end (self->session);

  return ok && hr_writer_close (self->writer, error);
}

static gboolean
save (HrSave     *self,
      const char *part,
      const char *path,
      GError    **error)
{
  gboolean ok;

  self->writer = hr_writer_open_alone (part, error);
  if (self->writer == NULL)
    return FALSE;

  ok = fill (self, error);
  hr_writer_free (self->writer);
  ok = ok && put_in_place (part, path, error);
  if (!ok)
    {
      g_unlink (part);
      remove_companions (part);
    }

  return ok;
}

/* Writes what ended within @range (0, 0: all), after its beginning, to a session file of its own at @path, with the sources, metrics, runs, contracts,
 * alerts, marks, raw records and recordings that have to do with it; a file that is there is replaced once the new one is whole and on the disk.
 * Damage is an error, HR_STORE_ERROR_CORRUPTED, or with @salvage left out and counted, see hr_session_get_n_damaged (). @progress:
 * (nullable): may give up, G_IO_ERROR_CANCELLED; like after any failure, nothing of the new file is left then. The session is not to be refreshed
 * meanwhile. */
gboolean
hr_session_save (HrSession  *self,
                 HrRange     range,
                 const char *path,
                 gboolean    salvage,
                 HrProgress  progress,
                 gpointer    user_data,
                 GError    **error)
{
  HrSave           stretch = { .session = self, .range = range, .salvage = salvage, .progress = progress, .user_data = user_data };
  g_autofree char *part = g_strdup_printf ("%s.%08x.part", path, g_random_int ());
  HrWriterLock     lock = HR_WRITER_LOCK_INIT;
  gboolean         ok;

  if (range.begin_us == 0 && range.end_us == 0)
    stretch.range = (HrRange){ -HR_SESSION_TIME_MAX - 1, HR_SESSION_TIME_MAX };
  if (!check_is_another (self, path, error) || !hr_session_resolve (self, 0, &stretch.range, error) || !hr_writer_lock_take_if_any (&lock, path, error))
    return FALSE;

  stretch.metrics = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  ok = save (&stretch, part, path, error);
  g_hash_table_unref (stretch.metrics);
  hr_writer_lock_release (&lock);

  return ok;
}
