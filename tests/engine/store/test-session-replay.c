/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/block.h"
#include "engine/store/schema.h"
#include "tests/engine/store/session-fixture.h"

#define SEED 141421
#define N_CHUNKED (HR_CHUNK_SNAPSHOTS + 700)
#define N_SNAPSHOTS (N_CHUNKED + 95)

/* What a replay handed out. */
typedef struct
{
  GPtrArray *snapshots; /* HrSnapshot */
  GArray    *sources;   /* gint64, beside them */
  GArray    *received;  /* guint64, beside them: snapshots in their history so far */
  guint      stop_after;
  guint      give_up_after;
  guint      n_progress;
  double     share;
} Taken;

static gboolean
taken_snapshot_cb (const HrSessionSource *source,
                   HrHistory             *history,
                   HrSnapshot            *snapshot,
                   gpointer               user_data)
{
  Taken  *taken = user_data;
  guint64 received = hr_history_get_received (history);

  g_assert_true (hr_history_get_snapshot (history, hr_history_get_n_snapshots (history) - 1) == snapshot);
  g_ptr_array_add (taken->snapshots, hr_snapshot_ref (snapshot));
  g_array_append_val (taken->sources, source->id);
  g_array_append_val (taken->received, received);

  return taken->stop_after == 0 || taken->snapshots->len < taken->stop_after;
}

static gboolean
taken_progress_cb (double   share,
                   gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_cmpfloat (share, >=, taken->share);
  g_assert_cmpfloat (share, <=, 1);
  taken->share = share;
  taken->n_progress++;

  return taken->give_up_after == 0 || taken->n_progress < taken->give_up_after;
}

static void
taken_init (Taken *self)
{
  *self = (Taken){
    .snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref),
    .sources = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .received = g_array_new (FALSE, FALSE, sizeof (guint64)),
  };
}

static void
taken_clear (Taken *self)
{
  g_ptr_array_unref (self->snapshots);
  g_array_unref (self->sources);
  g_array_unref (self->received);
}

static gboolean
replay (SessionFixture *fixture,
        gint64          source,
        HrRange         range,
        Taken          *taken,
        GError        **error)
{
  static const HrReplayEvents events = { taken_snapshot_cb, taken_progress_cb };
  g_autoptr (GError) failure = NULL;
  g_autoptr (HrSession) session = hr_session_open (fixture->path, &failure);

  g_assert_no_error (failure);

  return hr_session_replay (session, source, range, &events, taken, error);
}

/* From chunks and batches alike everything comes back as it was. */
static void
test_replay_is_bit_for_bit (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  Taken          taken;
  gint64         metrics[N_KINDS];
  gint64         run, source;

  fixture_open (&fixture);
  taken_init (&taken);
  run = fixture_add_run (&fixture);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, run, 0, snapshots, N_CHUNKED, metrics);

  g_assert_true (replay (&fixture, 0, (HrRange){ 0 }, &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (taken.snapshots->len, ==, N_SNAPSHOTS);
  for (guint i = 0; i < N_SNAPSHOTS; i++)
    assert_snapshots_equal (g_ptr_array_index (taken.snapshots, i), g_ptr_array_index (snapshots, i));
  g_assert_cmpfloat (taken.share, ==, 1);
  taken_clear (&taken);
  fixture_clear (&fixture);
}

/* Several sources come in order of time, whichever stands first in the file. */
static void
test_replay_merges_sources (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) late = draw_snapshots (random, FIXTURE_BEGIN_US + 5033333, 300);
  g_autoptr (GPtrArray) early = draw_snapshots (random, FIXTURE_BEGIN_US, 200);
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  Taken          taken;
  gint64         metrics[2][N_KINDS];
  gint64         run, sources[2];

  fixture_open (&fixture);
  taken_init (&taken);
  run = fixture_add_run (&fixture);
  sources[0] = fixture_add_source (&fixture, "late", metrics[0]);
  sources[1] = fixture_add_source (&fixture, "early", metrics[1]);
  fixture_add (&fixture, sources[0], run, 0, late, 100, metrics[0]);
  fixture_add (&fixture, sources[1], run, 0, early, 0, metrics[1]);

  g_assert_true (replay (&fixture, 0, (HrRange){ 0 }, &taken, &error));
  g_assert_cmpuint (taken.snapshots->len, ==, 500);
  for (guint i = 1; i < 500; i++)
    g_assert_cmpint (((HrSnapshot *) g_ptr_array_index (taken.snapshots, i - 1))->time_us, <=,
                     ((HrSnapshot *) g_ptr_array_index (taken.snapshots, i))->time_us);
  g_assert_cmpint (g_array_index (taken.sources, gint64, 0), ==, sources[1]);
  g_assert_cmpint (g_array_index (taken.sources, gint64, 499), ==, sources[0]);
  taken_clear (&taken);

  taken_init (&taken);
  g_assert_true (replay (&fixture, sources[0], (HrRange){ 0 }, &taken, &error));
  g_assert_cmpuint (taken.snapshots->len, ==, 300);
  taken_clear (&taken);
  fixture_clear (&fixture);
}

/* A new run may be a new boot, whose monotonic clock says nothing to the old one: windows must not span both. */
static void
test_replay_begins_anew_with_each_run (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) first = draw_snapshots (random, FIXTURE_BEGIN_US, 50);
  g_autoptr (GPtrArray) second = draw_snapshots (random, FIXTURE_BEGIN_US + G_TIME_SPAN_HOUR, 50);
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  Taken          taken;
  gint64         metrics[N_KINDS];
  gint64         source;

  fixture_open (&fixture);
  taken_init (&taken);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, fixture_add_run (&fixture), 0, first, 50, metrics);
  fixture_add (&fixture, source, fixture_add_run (&fixture), 50, second, 0, metrics);
  taken.stop_after = 51;

  g_assert_true (replay (&fixture, 0, (HrRange){ 0 }, &taken, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (taken.snapshots->len, ==, 51);
  g_assert_cmpuint (g_array_index (taken.received, guint64, 49), ==, 50);
  g_assert_cmpuint (g_array_index (taken.received, guint64, 50), ==, 1);
  taken_clear (&taken);
  fixture_clear (&fixture);
}

/* A snapshot belongs to the range in which it ended, so that ranges side by side have each once. */
static void
test_replay_keeps_to_its_range (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  g_autoptr (GError) error = NULL;
  const guint    cuts[] = { 0, 777, HR_CHUNK_SNAPSHOTS, N_CHUNKED - 1, N_CHUNKED + 33, N_SNAPSHOTS };
  SessionFixture fixture;
  gint64         metrics[N_KINDS];
  gint64         run, source;

  fixture_open (&fixture);
  run = fixture_add_run (&fixture);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, run, 0, snapshots, N_CHUNKED, metrics);

  for (guint i = 0; i + 1 < G_N_ELEMENTS (cuts); i++)
    {
      HrRange range = { cuts[i] == 0 ? FIXTURE_BEGIN_US : ((HrSnapshot *) g_ptr_array_index (snapshots, cuts[i] - 1))->time_us,
                        ((HrSnapshot *) g_ptr_array_index (snapshots, cuts[i + 1] - 1))->time_us };
      Taken taken;

      taken_init (&taken);
      g_assert_true (replay (&fixture, source, range, &taken, &error));
      g_assert_cmpuint (taken.snapshots->len, ==, cuts[i + 1] - cuts[i]);
      assert_snapshots_equal (g_ptr_array_index (taken.snapshots, 0), g_ptr_array_index (snapshots, cuts[i]));
      taken_clear (&taken);
    }
  fixture_clear (&fixture);
}

static void
test_replay_is_given_up (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, N_SNAPSHOTS);
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  Taken          taken;
  gint64         metrics[N_KINDS];
  gint64         source;

  fixture_open (&fixture);
  taken_init (&taken);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, fixture_add_run (&fixture), 0, snapshots, N_CHUNKED, metrics);
  taken.give_up_after = 2;

  g_assert_false (replay (&fixture, 0, (HrRange){ 0 }, &taken, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (taken.snapshots->len, >, 0);
  g_assert_cmpuint (taken.snapshots->len, <, N_SNAPSHOTS);
  taken_clear (&taken);
  fixture_clear (&fixture);
}

/* Whoever judges by a replay must not do so by half of it. */
static void
test_replay_refuses_damage (void)
{
  static const char *const damages[][3] = {
    { "block", "samples", "id = 2" },
    { "chunk", "heads", "id = 1" },
    { "histogram", "buckets", "id = 1" },
    { "batch", "data", "id = 3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
      g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, 400);
      g_autoptr (GError) error = NULL;
      SessionFixture fixture;
      Taken          taken;
      gint64         metrics[N_KINDS];
      gint64         source;

      fixture_open (&fixture);
      taken_init (&taken);
      source = fixture_add_source (&fixture, "ranker", metrics);
      fixture_add (&fixture, source, fixture_add_run (&fixture), 0, snapshots, 300, metrics);
      fixture_damage (&fixture, damages[i][0], damages[i][1], damages[i][2]);

      g_assert_false (replay (&fixture, 0, (HrRange){ 0 }, &taken, &error));
      g_assert_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED);
      taken_clear (&taken);
      fixture_clear (&fixture);
    }
}

/* A replay that is under way when its batches become a chunk gets every snapshot once. */
static gboolean
chunked_snapshot_cb (const HrSessionSource *source,
                     HrHistory             *history,
                     HrSnapshot            *snapshot,
                     gpointer               user_data)
{
  gpointer       *data = user_data;
  SessionFixture *fixture = data[0];
  GPtrArray      *snapshots = data[1], *taken = data[2];

  g_ptr_array_add (taken, snapshot);
  g_assert_cmpuint (snapshot->sequence, ==, taken->len);
  if (taken->len == 25)
    {
      fixture_run (fixture, "BEGIN; DELETE FROM batch");
      fixture_add_chunk (fixture, source->id, 1, 0, snapshots, 0, snapshots->len, data[3]);
      fixture_run (fixture, "COMMIT");
    }

  return TRUE;
}

static void
test_replay_survives_chunking (void)
{
  static const HrReplayEvents events = { chunked_snapshot_cb, NULL };
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, 100);
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();
  g_autoptr (HrSession) session = NULL;
  g_autoptr (GError) error = NULL;
  SessionFixture fixture;
  gint64         metrics[N_KINDS];
  gint64         source;
  gpointer       data[] = { &fixture, snapshots, taken, metrics };

  fixture_open (&fixture);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, fixture_add_run (&fixture), 0, snapshots, 0, metrics);
  session = hr_session_open (fixture.path, &error);
  g_assert_no_error (error);

  g_assert_true (hr_session_replay (session, 0, (HrRange){ 0 }, &events, data, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (taken->len, ==, 100);
  g_clear_pointer (&session, hr_session_close);
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/session-replay/bit-for-bit", test_replay_is_bit_for_bit);
  g_test_add_func ("/store/session-replay/merge", test_replay_merges_sources);
  g_test_add_func ("/store/session-replay/runs", test_replay_begins_anew_with_each_run);
  g_test_add_func ("/store/session-replay/range", test_replay_keeps_to_its_range);
  g_test_add_func ("/store/session-replay/give-up", test_replay_is_given_up);
  g_test_add_func ("/store/session-replay/damage", test_replay_refuses_damage);
  g_test_add_func ("/store/session-replay/chunking", test_replay_survives_chunking);

  return g_test_run ();
}
