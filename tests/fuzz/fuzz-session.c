/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a session file: an error of the store, or something that every reader can be asked for. What can be opened can be salvaged,
 * and can be replayed then. */

#include "engine/store/schema.h"
#include "engine/store/session.h"

#include <glib/gstdio.h>

#define MAX_SNAPSHOTS 5000

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

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  GError    *error = NULL;
  HrSession *session;
  HrRange    ranges[2] = { { 0 } };

  if (folder == NULL)
    make_folder ();
  remove_all ();
  g_assert_true (g_file_set_contents_full (path, (const char *) data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  session = hr_session_open (path, &error);
  if (session == NULL)
    {
      check_error (error);
      return 0;
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

  return 0;
}
