/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a session file: an error of the store, or something that every reader can be asked for. What can be opened can be salvaged,
 * and can be replayed then. Each file is looked at twice: as it is, and with checksums that are right, as whoever means harm would have them. */

#include "engine/store/schema.h"
#include "engine/store/session.h"

#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

#define MAX_SNAPSHOTS 5000
#define CHECKSUM_BYTES 4

/* What sealing a file may take of SQLite's time, in instructions. */
#define MAX_STEPS 200000

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static char *folder, *path, *copy;

static void
remove_all (void)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", "-lock" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *one = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *other = g_strconcat (copy, suffixes[i], NULL);

      g_unlink (one);
      g_unlink (other);
    }
}

static void
remove_folder_cb (void)
{
  remove_all ();
  g_rmdir (folder);
  g_free (folder);
  g_free (path);
  g_free (copy);
}

/* In memory where that can be had: nothing of it is to last. */
static void
make_folder (void)
{
  g_autofree char *shared = g_strdup ("/dev/shm/headroom-fuzz-XXXXXX");

  folder = g_mkdtemp (shared) != NULL ? g_steal_pointer (&shared) : g_dir_make_tmp ("headroom-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  path = g_build_filename (folder, "any.headroom", NULL);
  copy = g_build_filename (folder, "copy.headroom", NULL);
  atexit (remove_folder_cb);
}

static void
check_error (GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == HR_STORE_ERROR);
  g_error_free (error);
}

static void
read_metric (HrSession *session,
             gint64     metric,
             HrRange    range)
{
  static const guint resolutions[] = { 1, 30, 1000 };
  HrHistogram        histogram;
  GError            *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (resolutions); i++)
    {
      GArray *bins = hr_session_read_bins (session, metric, range, resolutions[i], &error);

      if (bins == NULL)
        check_error (g_steal_pointer (&error));
      for (guint k = 1; bins != NULL && k < bins->len; k++)
        g_assert_cmpint (g_array_index (bins, HrBin, k).begin_us, >=, g_array_index (bins, HrBin, k - 1).end_us);
      g_clear_pointer (&bins, g_array_unref);
    }
  if (!hr_session_read_histogram (session, metric, range, &histogram, &error))
    check_error (error);
}

static void
read_source (HrSession             *session,
             const HrSessionSource *source,
             HrRange                range)
{
  GError    *error = NULL;
  GPtrArray *windows = hr_session_read_raw (session, source->id, range, &error);

  if (windows == NULL)
    check_error (error);
  else
    g_ptr_array_unref (windows);
  for (guint i = 0; i < MIN (hr_session_get_n_metrics (session, source->id), 8); i++)
    read_metric (session, hr_session_get_metric (session, source->id, i)->id, range);
}

static void
read_notes (HrSession *session,
            HrRange    range)
{
  GError    *error = NULL;
  GPtrArray *alerts = hr_session_read_alerts (session, range, &error);
  GPtrArray *marks;

  if (alerts == NULL)
    check_error (g_steal_pointer (&error));
  g_clear_pointer (&alerts, g_ptr_array_unref);
  marks = hr_session_read_marks (session, range, &error);
  if (marks == NULL)
    check_error (error);
  g_clear_pointer (&marks, g_ptr_array_unref);
}

static gboolean
replayed_snapshot_cb (const HrSessionSource *source,
                      HrHistory             *history,
                      HrSnapshot            *snapshot,
                      gpointer               user_data)
{
  guint   *n = user_data;
  HrWindow window;

  if (hr_history_get_n_metrics (history) > 0)
    hr_history_window (history, 0, snapshot->end_ns, 60 * HR_NS_PER_SECOND, &window);

  return ++*n < MAX_SNAPSHOTS;
}

static gboolean
replay (HrSession *session,
        HrRange    range,
        GError   **error)
{
  static const HrReplayEvents events = { replayed_snapshot_cb, NULL };
  guint                       n = 0;

  return hr_session_replay (session, 0, range, &events, &n, error);
}

static void
salvage (HrSession *session)
{
  GError    *error = NULL;
  HrSession *saved;

  if (!hr_session_save (session, (HrRange){ 0 }, copy, TRUE, NULL, NULL, &error))
    {
      check_error (error);
      return;
    }
  saved = hr_session_open (copy, &error);
  g_assert_no_error (error);
  replay (saved, (HrRange){ 0 }, &error);
  g_assert_no_error (error);
  hr_session_close (saved);
}

/* SQL function: a blob with the checksum that it has to have. */
static void
seal_cb (sqlite3_context *context,
         int              n,
         sqlite3_value  **values)
{
  gsize   size = (gsize) sqlite3_value_bytes (values[0]);
  guint8 *bytes;
  guint32 checksum;

  if (size < CHECKSUM_BYTES)
    {
      sqlite3_result_value (context, values[0]);
      return;
    }
  bytes = g_memdup2 (sqlite3_value_blob (values[0]), size);
  checksum = GUINT32_TO_LE ((guint32) crc32_z (0, bytes, size - CHECKSUM_BYTES));
  memcpy (bytes + size - CHECKSUM_BYTES, &checksum, sizeof checksum);
  sqlite3_result_blob64 (context, bytes, size, g_free);
}

static int
give_up_cb (void *data)
{
  return 1;
}

/* Sets the checksums of all blobs right, as far as that can be done. */
static void
seal (void)
{
  static const char *const updates[] = {
    "UPDATE chunk SET heads = seal (heads)",
    "UPDATE tier SET fine = seal (fine), coarse = seal (coarse)",
    "UPDATE block SET samples = seal (samples)",
    "UPDATE histogram SET buckets = seal (buckets)",
    "UPDATE batch SET data = seal (data)",
    "UPDATE raw SET data = seal (data)",
  };
  sqlite3 *db = NULL;

  if (sqlite3_open (path, &db) == SQLITE_OK)
    {
      sqlite3_create_function (db, "seal", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, seal_cb, NULL, NULL);
      sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
      sqlite3_progress_handler (db, MAX_STEPS, give_up_cb, NULL);
      sqlite3_exec (db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", NULL, NULL, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (updates); i++)
        sqlite3_exec (db, updates[i], NULL, NULL, NULL);
    }
  sqlite3_close (db);
}

/* Asks the file for all there is. */
static void
read_all (void)
{
  GError    *error = NULL;
  HrSession *session = hr_session_open (path, &error);
  HrRange    ranges[2] = { { 0 } };

  if (session == NULL)
    {
      check_error (error);
      return;
    }

  ranges[1] = hr_session_get_range (session);
  ranges[1].begin_us += (ranges[1].end_us - ranges[1].begin_us) / 3;
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      for (guint k = 0; k < MIN (hr_session_get_n_sources (session), 8); k++)
        read_source (session, hr_session_get_source (session, k), ranges[i]);
      read_notes (session, ranges[i]);
      if (!replay (session, ranges[i], &error))
        check_error (g_steal_pointer (&error));
    }
  salvage (session);
  hr_session_close (session);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  if (folder == NULL)
    make_folder ();
  remove_all ();
  g_assert_true (g_file_set_contents_full (path, (const char *) data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  read_all ();
  seal ();
  read_all ();

  return 0;
}
