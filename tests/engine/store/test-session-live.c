/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sessions as their writer makes them, read when it is done and while it is at it. */

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "tests/engine/store/session-fixture.h"
#include "tests/folder.h"

#define SEED 282842
#define N_SNAPSHOTS (2 * HR_CHUNK_SNAPSHOTS + 333)
#define N_AT_ONCE 13

typedef struct
{
  char      *folder;
  char      *path;
  GPtrArray *snapshots;
  HrWriter  *writer;
  gint64     source;
  gint64     metrics[N_KINDS];
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  static const HrMetricInfo metrics[N_KINDS] = {
    [GAUGE] = { "load", HR_KIND_GAUGE, HR_UNIT_RATIO, HR_DIRECTION_LOWER },
    [DURATION] = { "job", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER },
    [COUNTER] = { "jobs", HR_KIND_COUNTER, HR_UNIT_COUNT, HR_DIRECTION_HIGHER },
    [EVENT] = { "miss", HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER },
  };
  char               name[] = "ranker", title[] = "The ranker", address[] = "local:";
  const HrSourceNote note = { .name = name, .title = title, .address = address, .role = HR_SOURCE_PROCESS };
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("headroom-live-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "live.headroom", NULL);
  self->snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  self->writer = hr_writer_open (self->path, TRUE, &error);
  g_assert_no_error (error);
  self->source = hr_writer_add_source (self->writer, &note, &error);
  for (guint i = 0; i < N_KINDS; i++)
    self->metrics[i] = hr_writer_add_metric (self->writer, self->source, &metrics[i], &error);
  hr_writer_commit (self->writer, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  hr_writer_free (self->writer);
  g_ptr_array_unref (self->snapshots);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

/* Writes all snapshots, a few a commit. */
static gpointer
write_all (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_SNAPSHOTS; i += N_AT_ONCE)
    {
      hr_writer_add_snapshots (self->writer, self->source, (HrSnapshot *const *) self->snapshots->pdata + i, MIN (N_AT_ONCE, N_SNAPSHOTS - i),
                               self->metrics, &error);
      g_assert_no_error (error);
      hr_writer_commit (self->writer, &error);
      g_assert_no_error (error);
    }
  hr_writer_close (self->writer, &error);
  g_assert_no_error (error);

  return NULL;
}

typedef struct
{
  Fixture *fixture;
  guint    n;
} Replay;

static gboolean
replayed_snapshot_cb (const HrSessionSource *source,
                      HrHistory             *history,
                      HrSnapshot            *snapshot,
                      gpointer               user_data)
{
  Replay *replay = user_data;

  assert_snapshots_equal (snapshot, g_ptr_array_index (replay->fixture->snapshots, replay->n++));

  return TRUE;
}

/* Returns how many snapshots there are, which are the first that were written, all of them. */
static guint
replay (Fixture   *self,
        HrSession *session)
{
  static const HrReplayEvents events = { replayed_snapshot_cb, NULL };
  Replay                      taken = { self, 0 };
  g_autoptr (GError) error = NULL;

  hr_session_replay (session, 0, (HrRange){ 0 }, &events, &taken, &error);
  g_assert_no_error (error);

  return taken.n;
}

static HrSession *
open_session (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  HrSession *session = hr_session_open (self->path, &error);

  g_assert_no_error (error);

  return session;
}

/* What a writer wrote comes back bit for bit, from one file. */
static void
test_live_reads_back (Fixture      *self,
                      gconstpointer data)
{
  HrSession *session;

  write_all (self);
  session = open_session (self);
  g_assert_cmpuint (count_files (self->folder), ==, 1);
  g_assert_cmpuint (hr_session_get_source (session, 0)->n_snapshots, ==, N_SNAPSHOTS);
  g_assert_cmpint (hr_session_get_run (session, 0)->end_us, >, 0);
  g_assert_cmpuint (replay (self, session), ==, N_SNAPSHOTS);
  hr_session_close (session);
}

static guint64
count_jobs (Fixture   *self,
            HrSession *session,
            guint      n_bins)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) bins = hr_session_read_bins (session, self->metrics[GAUGE], (HrRange){ 0 }, n_bins, &error);
  guint64 count = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < bins->len; i++)
    count += g_array_index (bins, HrBin, i).count;

  return count;
}

/* Whoever reads meanwhile sees a beginning of what is written, each time no less, whatever stands in batches or becomes a chunk just then. */
static void
test_live_reads_while_it_is_written (Fixture      *self,
                                     gconstpointer data)
{
  HrSession *session = open_session (self);
  GThread   *thread = g_thread_new ("writer", write_all, self);
  g_autoptr (GError) error = NULL;
  guint64 n = 0, n_last = 0;

  while (n < N_SNAPSHOTS)
    {
      n = count_jobs (self, session, n_last % 2 == 0 ? 10 : 2000);
      g_assert_cmpuint (n, >=, n_last);
      n_last = n;
      n = replay (self, session);
      g_assert_cmpuint (n, >=, n_last);
      n_last = n;
      hr_session_refresh (session, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (hr_session_get_source (session, 0)->n_snapshots, >=, n_last);
    }
  g_thread_join (thread);
  g_assert_cmpuint (n, ==, N_SNAPSHOTS);
  g_assert_cmpuint (hr_session_get_n_damaged (session), ==, 0);
  hr_session_close (session);
}

/* A copy of what is still being written is whole. */
static void
test_live_saves_while_it_is_written (Fixture      *self,
                                     gconstpointer data)
{
  HrSession       *session = open_session (self);
  GThread         *thread = g_thread_new ("writer", write_all, self);
  g_autofree char *path = g_build_filename (self->folder, "copy.headroom", NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  while (n < N_SNAPSHOTS)
    {
      HrSession *copy;

      hr_session_refresh (session, &error);
      g_assert_no_error (error);
      n = (guint) hr_session_get_source (session, 0)->n_snapshots;
      hr_session_save (session, (HrRange){ 0 }, path, FALSE, NULL, NULL, &error);
      g_assert_no_error (error);
      copy = hr_session_open (path, &error);
      g_assert_no_error (error);
      if (n > 0)
        g_assert_cmpuint (replay (self, copy), >=, n);
      hr_session_close (copy);
    }
  g_thread_join (thread);
  hr_session_close (session);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/session-live/reads-back", Fixture, NULL, set_up, test_live_reads_back, tear_down);
  g_test_add ("/store/session-live/while-written", Fixture, NULL, set_up, test_live_reads_while_it_is_written, tear_down);
  g_test_add ("/store/session-live/saved-while-written", Fixture, NULL, set_up, test_live_saves_while_it_is_written, tear_down);

  return g_test_run ();
}
