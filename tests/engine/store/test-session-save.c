/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "engine/store/verify.h"
#include "tests/engine/store/session-fixture.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <string.h>

#define SEED 244948
#define N_CHUNKED (3 * HR_CHUNK_SNAPSHOTS + 700)
#define N_SNAPSHOTS (N_CHUNKED + 95)

/* A session, and where parts of it are saved. */
typedef struct
{
  SessionFixture file;
  GPtrArray     *snapshots;
  gint64         source;
  gint64         metrics[N_KINDS];
  char          *copy;
  HrSession     *session;
} Fixture;

static HrSession *
open_session (const char *path)
{
  g_autoptr (GError) error = NULL;
  HrSession *session = hr_session_open (path, &error);

  g_assert_no_error (error);

  return session;
}

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  fixture_open (&self->file);
  self->copy = g_build_filename (self->file.folder, "copy.headroom", NULL);
  self->snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  self->source = fixture_add_source (&self->file, "ranker", self->metrics);
  fixture_add (&self->file, self->source, fixture_add_run (&self->file), 1, self->snapshots, N_CHUNKED, self->metrics);
  self->session = open_session (self->file.path);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  hr_session_close (self->session);
  g_ptr_array_unref (self->snapshots);
  fixture_clear (&self->file);
  g_free (self->copy);
}

static gint64
time_of (Fixture *self,
         guint    index)
{
  return ((HrSnapshot *) g_ptr_array_index (self->snapshots, index))->time_us;
}

static void
save (Fixture *self,
      HrRange  range,
      gboolean salvage)
{
  g_autoptr (GError) error = NULL;

  hr_session_save (self->session, range, self->copy, salvage, NULL, NULL, &error);
  g_assert_no_error (error);
  hr_store_verify (self->copy, &error);
  g_assert_no_error (error);
}

static gboolean
taken_snapshot_cb (const HrSessionSource *source,
                   HrHistory             *history,
                   HrSnapshot            *snapshot,
                   gpointer               user_data)
{
  g_ptr_array_add (user_data, hr_snapshot_ref (snapshot));

  return TRUE;
}

/* Returns: (transfer full): all snapshots of the file. */
static GPtrArray *
replay (const char *path)
{
  static const HrReplayEvents events = { taken_snapshot_cb, NULL };
  GPtrArray                  *snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  g_autoptr (GError) error = NULL;
  HrSession *session = open_session (path);

  hr_session_replay (session, 0, (HrRange){ 0 }, &events, snapshots, &error);
  g_assert_no_error (error);
  hr_session_close (session);

  return snapshots;
}

static void
assert_copy_has (Fixture *self,
                 guint    first,
                 guint    n)
{
  g_autoptr (GPtrArray) found = replay (self->copy);

  g_assert_cmpuint (found->len, ==, n);
  for (guint i = 0; i < n; i++)
    assert_snapshots_equal (g_ptr_array_index (found, i), g_ptr_array_index (self->snapshots, first + i));
}

/* Chunks and batches alike come out as they were, and the copy is one file without batches. */
static void
test_save_all (Fixture      *self,
               gconstpointer data)
{
  g_autofree char *log = g_strconcat (self->copy, "-wal", NULL);

  save (self, (HrRange){ 0 }, FALSE);

  assert_copy_has (self, 0, N_SNAPSHOTS);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (hr_session_get_n_damaged (self->session), ==, 0);
}

/* A stretch is cut where it was asked to be, within chunks and batches. */
static void
test_save_stretches (Fixture      *self,
                     gconstpointer data)
{
  static const guint cuts[][2] = {
    { 100, 200 },
    { 5000, 2 * HR_CHUNK_SNAPSHOTS + 1 },
    { HR_CHUNK_SNAPSHOTS, 3 * HR_CHUNK_SNAPSHOTS },
    { 3000, N_CHUNKED + 13 },
    { N_CHUNKED + 3, N_CHUNKED + 57 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      save (self, (HrRange){ time_of (self, cuts[i][0] - 1), time_of (self, cuts[i][1] - 1) }, FALSE);
      assert_copy_has (self, cuts[i][0], cuts[i][1] - cuts[i][0]);
    }
}

/* Bins of a copy are those of the original, so its tiers are right too. */
static void
test_save_keeps_tiers (Fixture      *self,
                       gconstpointer data)
{
  HrRange    range = { time_of (self, 2999), time_of (self, N_CHUNKED + 12) };
  HrSession *copy;

  save (self, range, FALSE);
  copy = open_session (self->copy);
  for (guint n_bins = 1; n_bins <= 16384; n_bins *= 4)
    {
      g_autoptr (GArray) bins = hr_session_read_bins (copy, self->metrics[DURATION], (HrRange){ 0 }, n_bins, NULL);
      guint64 found = 0, expected = 0;

      for (guint i = 3000; i < N_CHUNKED + 13; i++)
        expected += ((HrSnapshot *) g_ptr_array_index (self->snapshots, i))->samples[DURATION].count;
      for (guint i = 0; i < bins->len; i++)
        found += g_array_index (bins, HrBin, i).count;
      g_assert_cmpuint (found, ==, expected);
    }
  hr_session_close (copy);
}

static gint64
count_rows (Fixture    *self,
            const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3       *db = hr_store_open_to_read (self->copy, &error);
  SessionFixture copy = { .db = db };
  gint64         n = fixture_ask (&copy, sql);

  sqlite3_close (db);

  return n;
}

/* A copy has what was in force or stood in its time, and no more. */
static void
test_save_takes_what_belongs_to_it (Fixture      *self,
                                    gconstpointer data)
{
  const gint64 begin_us = time_of (self, 999), end_us = time_of (self, 1999), second_us = G_USEC_PER_SEC;
  gint64       idle[N_KINDS];

  fixture_add_source (&self->file, "idle", idle);
  fixture_run (&self->file, "INSERT INTO contract (from_us, file, text) VALUES (1, 'a', 'gone'), (2, 'a', 'before'), (%" G_GINT64_FORMAT ", 'b', 'within'), (%" G_GINT64_FORMAT ", 'c', 'after')",
               begin_us + second_us, end_us + second_us);
  fixture_run (&self->file, "INSERT INTO mark (time_us, kind, text, n) VALUES (5, 'note', 'before', 0), (%" G_GINT64_FORMAT ", 'note', 'within', 0)",
               begin_us + second_us);
  fixture_run (&self->file,
               "INSERT INTO alert (run, number, source, budget, title, type, severity, unit, \"limit\", worst, raised_us, cleared_us) VALUES "
               "(1, 1, 's', 'b', 'gone', 'memory', 'low', 'MB', 1, 2, 1, 2), (1, 2, 's', 'b', 'standing', 'memory', 'low', 'MB', 1, 2, 1, NULL), "
               "(1, 3, 's', 'b', 'within', 'memory', 'low', 'MB', 1, 2, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ")",
               begin_us + second_us, begin_us + 2 * second_us);
  fixture_run (&self->file, "INSERT INTO recording (name, begin_us, end_us) VALUES ('it', %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "), ('more', 1, %" G_GINT64_FORMAT ")",
               begin_us, end_us, end_us);
  fixture_run (&self->file, "INSERT INTO run (begin_us, end_us, boot, version, host) VALUES (-10, -5, 'old', '0', '{}')");
  g_assert_true (hr_session_refresh (self->session, NULL));
  save (self, (HrRange){ begin_us, end_us }, FALSE);

  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM source"), ==, 1);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM metric"), ==, N_KINDS);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM contract WHERE text IN ('before', 'within')"), ==, 2);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM contract"), ==, 2);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM mark"), ==, 1);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM alert WHERE title IN ('standing', 'within')"), ==, 2);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM alert"), ==, 2);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM recording WHERE name = 'it'"), ==, 1);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM recording"), ==, 1);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM run"), ==, 1);
  g_assert_cmpint (count_rows (self, "SELECT end_us FROM run WHERE boot = 'b'"), ==, end_us);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM chunk WHERE run NOT IN (SELECT id FROM run)"), ==, 0);
}

static gboolean
given_up_progress_cb (double   share,
                      gpointer user_data)
{
  guint *n = user_data;

  g_assert_cmpfloat (share, >, 0);
  g_assert_cmpfloat (share, <=, 1);

  return ++*n < 3;
}

/* Who gives up finds the folder as it was, with the file that would have been replaced. */
static void
test_save_is_given_up (Fixture      *self,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint            n = 0, n_files;

  g_assert_true (g_file_set_contents (self->copy, "old", -1, NULL));
  n_files = count_files (self->file.folder);
  g_assert_false (hr_session_save (self->session, (HrRange){ 0 }, self->copy, FALSE, given_up_progress_cb, &n, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (count_files (self->file.folder), ==, n_files);
  g_assert_true (g_file_get_contents (self->copy, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
}

static void
test_save_spares_itself (Fixture      *self,
                         gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (self->file.folder, "no-folder", "copy.headroom", NULL);

  g_assert_false (hr_session_save (self->session, (HrRange){ 0 }, self->file.path, FALSE, NULL, NULL, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (hr_session_save (self->session, (HrRange){ 0 }, nowhere, FALSE, NULL, NULL, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ);
}

/* A damaged blob fails a plain copy; a salvaging one leaves out what it was of, and no more. */
static void
test_save_salvages_blobs (Fixture      *self,
                          gconstpointer data)
{
  static const struct
  {
    const char *table, *column, *where;
    guint       n_snapshots, n_gauges, n_damaged; /* that are lost; that are counted */
  } damages[] = {
    { "block", "samples", "chunk = 2 AND metric = 1", 0, HR_CHUNK_SNAPSHOTS, 1 },
    { "chunk", "heads", "id = 2", HR_CHUNK_SNAPSHOTS, HR_CHUNK_SNAPSHOTS, 1 },
    { "tier", "fine", "chunk = 2 AND metric = 1", 0, 0, 0 },
    { "batch", "data", "id = 3", 10, 10, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      Fixture own;
      g_autoptr (GPtrArray) found = NULL;
      g_autoptr (GError) error = NULL;
      guint n_gauges = 0;

      set_up (&own, NULL);
      fixture_damage (&own.file, damages[i].table, damages[i].column, damages[i].where);
      g_assert_false (hr_session_save (own.session, (HrRange){ 0 }, own.copy, FALSE, NULL, NULL, &error));
      g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
      g_assert_false (g_file_test (own.copy, G_FILE_TEST_EXISTS));

      save (&own, (HrRange){ 0 }, TRUE);
      found = replay (own.copy);
      for (guint k = 0; k < found->len; k++)
        n_gauges += hr_snapshot_find (g_ptr_array_index (found, k), GAUGE) != NULL;
      g_assert_cmpuint (found->len, ==, N_SNAPSHOTS - damages[i].n_snapshots);
      g_assert_cmpuint (n_gauges, ==, N_SNAPSHOTS - damages[i].n_gauges);
      g_assert_cmpuint (hr_session_get_n_damaged (own.session), ==, damages[i].n_damaged);
      tear_down (&own, NULL);
    }
}

/* Overwrites page @page of the closed file. */
static void
scribble (const char *path,
          gsize       page)
{
  g_autofree char *contents = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_assert_cmpuint ((page + 1) * 4096, <=, size);
  memset (contents + page * 4096, 0xa5, 4096);
  g_assert_true (g_file_set_contents (path, contents, (gssize) size, NULL));
}

/* Returns the page of the file that has @text in it. */
static gsize
find_page (const char *path,
           const char *text)
{
  g_autofree char *contents = NULL;
  const char      *found;
  gsize            size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  found = memmem (contents, size, text, strlen (text));
  g_assert_nonnull (found);

  return (gsize) (found - contents) / 4096;
}

/* Rows on both sides of a lost page are saved. */
static void
test_save_salvages_rows (Fixture      *self,
                         gconstpointer data)
{
  const guint n = 2000;
  gint64      n_saved;
  g_autoptr (GError) error = NULL;

  fixture_run (&self->file, "BEGIN");
  for (guint i = 0; i < n; i++)
    fixture_run (&self->file, "INSERT INTO mark (time_us, kind, text, n) VALUES (%" G_GINT64_FORMAT ", 'note', 'This is mark %04u.', 0)",
                 time_of (self, i), i);
  fixture_run (&self->file, "COMMIT");
  g_clear_pointer (&self->session, hr_session_close);
  fixture_close_file (&self->file);
  scribble (self->file.path, find_page (self->file.path, "This is mark 1000."));
  self->session = open_session (self->file.path);

  g_assert_false (hr_session_save (self->session, (HrRange){ 0 }, self->copy, FALSE, NULL, NULL, &error));
  g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
  save (self, (HrRange){ 0 }, TRUE);
  n_saved = count_rows (self, "SELECT count(*) FROM mark");
  g_assert_cmpint (n_saved, <, n);
  g_assert_cmpint (n_saved, >, n - 150);
  g_assert_cmpint (count_rows (self, "SELECT count(*) FROM mark WHERE text IN ('This is mark 0000.', 'This is mark 1999.')"), ==, 2);
  g_assert_cmpuint (hr_session_get_n_damaged (self->session), ==, 1);
  assert_copy_has (self, 0, N_SNAPSHOTS);
}

/* Whichever page is lost, beyond those that say what the file is: all of it that is readable is saved, and what is saved is what was. */
static void
test_save_salvages_pages (Fixture      *self,
                          gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  guint n_opened = 0, n_saved = 0;

  for (guint round = 0; round < 12; round++)
    {
      Fixture    own;
      GStatBuf   status;
      HrSession *damaged;
      g_autoptr (GError) error = NULL;

      set_up (&own, NULL);
      g_clear_pointer (&own.session, hr_session_close);
      fixture_close_file (&own.file);
      g_assert_cmpint (g_stat (own.file.path, &status), ==, 0);
      scribble (own.file.path, (gsize) g_rand_int_range (random, 2, (gint32) (status.st_size / 4096)));

      damaged = hr_session_open (own.file.path, &error);
      if (damaged != NULL)
        {
          n_opened++;
          if (hr_session_save (damaged, (HrRange){ 0 }, own.copy, TRUE, NULL, NULL, &error))
            {
              g_autoptr (GPtrArray) found = replay (own.copy);

              n_saved++;
              g_assert_cmpuint (found->len, >=, N_SNAPSHOTS - HR_CHUNK_SNAPSHOTS - 700 - 95);
              for (guint i = 0; i < found->len; i++)
                {
                  const HrSnapshot *snapshot = g_ptr_array_index (found, i);

                  g_assert_cmpint (snapshot->time_us, ==, time_of (&own, (guint) snapshot->sequence - 1));
                }
            }
        }
      g_test_message ("round %u: %s", round, error != NULL ? error->message : "saved");
      hr_session_close (damaged);
      tear_down (&own, NULL);
    }
  g_assert_cmpuint (n_opened, >=, 10);
  g_assert_cmpuint (n_saved, >=, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/session-save/all", Fixture, NULL, set_up, test_save_all, tear_down);
  g_test_add ("/store/session-save/stretches", Fixture, NULL, set_up, test_save_stretches, tear_down);
  g_test_add ("/store/session-save/tiers", Fixture, NULL, set_up, test_save_keeps_tiers, tear_down);
  g_test_add ("/store/session-save/belongings", Fixture, NULL, set_up, test_save_takes_what_belongs_to_it, tear_down);
  g_test_add ("/store/session-save/give-up", Fixture, NULL, set_up, test_save_is_given_up, tear_down);
  g_test_add ("/store/session-save/itself", Fixture, NULL, set_up, test_save_spares_itself, tear_down);
  g_test_add ("/store/session-save/salvage/blobs", Fixture, NULL, set_up, test_save_salvages_blobs, tear_down);
  g_test_add ("/store/session-save/salvage/rows", Fixture, NULL, set_up, test_save_salvages_rows, tear_down);
  g_test_add ("/store/session-save/salvage/pages", Fixture, NULL, set_up, test_save_salvages_pages, tear_down);

  return g_test_run ();
}
