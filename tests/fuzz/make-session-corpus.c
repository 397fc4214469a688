/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writes the corpus of fuzz-session: make-session-corpus FOLDER. Pages are as small as they can be, so that a fuzzer has little to turn. */

#include "engine/store/raw.h"
#include "tests/engine/store/session-fixture.h"

#include <string.h>

#define SEED 264575

static void
add_notes (SessionFixture *fixture)
{
  fixture_run (fixture, "INSERT INTO contract (from_us, file, text) VALUES (1, 'a.ini', '[budget]')");
  fixture_run (fixture, "INSERT INTO mark (time_us, kind, source, text, n, value) VALUES (%" G_GINT64_FORMAT ", 'loss', 'ranker', 'lost', 7, 0.5)",
               FIXTURE_BEGIN_US);
  fixture_run (fixture, "INSERT INTO recording (name, begin_us, end_us) VALUES ('one', 1, NULL)");
  fixture_run (fixture,
               "INSERT INTO alert (run, number, source, budget, title, type, severity, unit, \"limit\", worst, raised_us, cleared_us) VALUES "
               "(1, 1, 'ranker', 'rank', 'Ranking', 'performance', 'high', 'ms', 10, 15.5, %" G_GINT64_FORMAT ", NULL)",
               FIXTURE_BEGIN_US);
}

static void
add_raw (SessionFixture *fixture,
         gint64          source,
         const gint64   *metrics)
{
  const HrRawWindow window = {
    .n = 2,
    .times_us = (gint64[]){ FIXTURE_BEGIN_US + 1, FIXTURE_BEGIN_US + 2 },
    .metrics = (guint32[]){ 1, 0 },
    .values = (double[]){ 0.25, 0.5 },
    .items = (guint64[]){ 1, 2 },
  };
  g_autoptr (GBytes) bytes = hr_raw_write (&window, metrics);
  g_autoptr (GString) hex = g_string_new (NULL);
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  for (gsize i = 0; i < g_bytes_get_size (bytes); i++)
    g_string_append_printf (hex, "%02x", data[i]);
  fixture_run (fixture,
               "INSERT INTO raw (source, alert, begin_us, end_us, n, n_lost, data) VALUES (%" G_GINT64_FORMAT ", 1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 2, 0, x'%s')",
               source, FIXTURE_BEGIN_US, FIXTURE_BEGIN_US + G_USEC_PER_SEC, hex->str);
}

/* Writes a session of @n snapshots, @n_chunked of them in a chunk; @damaged: not as it was. */
static void
write_session (const char *folder,
               const char *name,
               guint       n,
               guint       n_chunked,
               gboolean    damaged)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) snapshots = draw_snapshots (random, FIXTURE_BEGIN_US, n);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *contents = NULL;
  SessionFixture   fixture;
  gint64           metrics[N_KINDS], run, source;
  gsize            size;

  fixture_open (&fixture);
  run = fixture_add_run (&fixture);
  source = fixture_add_source (&fixture, "ranker", metrics);
  fixture_add (&fixture, source, run, 1, snapshots, n_chunked, metrics);
  add_notes (&fixture);
  add_raw (&fixture, source, metrics);
  if (damaged)
    fixture_damage (&fixture, "block", "samples", "id = 1");
  fixture_run (&fixture, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
  fixture_close_file (&fixture);
  g_assert_true (g_file_get_contents (fixture.path, &contents, &size, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize) size, NULL));
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  if (argc != 2)
    {
      g_printerr ("Usage: make-session-corpus FOLDER\n");
      return 2;
    }

  write_session (argv[1], "batches", 15, 0, FALSE);
  write_session (argv[1], "chunk-and-batch", 75, 70, FALSE);
  write_session (argv[1], "damaged", 70, 70, TRUE);

  return 0;
}
