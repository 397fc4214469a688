/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/recorder-queue.h"

#include <math.h>

#define ITEM_BYTES 100

static HrItem *
make_snapshot (HrToldSource *source)
{
  const HrSnapshot head = { .sequence = 1 };
  HrItem          *item = g_new0 (HrItem, 1);

  item->type = HR_ITEM_SNAPSHOT;
  item->bytes = ITEM_BYTES;
  item->source = hr_told_source_ref (source);
  item->snapshot = hr_snapshot_new (&head, NULL, 0);

  return item;
}

static HrItem *
make_mark (void)
{
  HrItem *item = g_new0 (HrItem, 1);

  item->type = HR_ITEM_MARK;
  item->bytes = ITEM_BYTES;
  item->mark.value = NAN;

  return item;
}

static HrToldSource *
make_source (const char *name)
{
  HrToldSource *source = hr_told_source_new ();

  source->note.name = g_strdup (name);

  return source;
}

static void
free_all (HrQueue *queue,
          GQueue  *taken)
{
  HrItem *item;

  while ((item = g_queue_pop_head (taken)) != NULL)
    hr_queue_done (queue, item);
  g_assert_cmpuint (queue->bytes, ==, 0);
  g_assert_cmpuint (queue->n_snapshots, ==, 0);
  hr_queue_clear (queue);
}

/* Of each source is said how many were lost, where they would have stood; what was taken out still takes up room. */
static void
test_losses (void)
{
  HrToldSource *sources[] = { make_source ("first"), make_source ("second") };
  GQueue        taken = G_QUEUE_INIT;
  HrQueue       queue;
  HrItem       *loss;

  hr_queue_init (&queue, 2 * ITEM_BYTES);
  g_assert_true (hr_queue_push (&queue, make_snapshot (sources[0]), 1));
  g_assert_true (hr_queue_push (&queue, make_snapshot (sources[1]), 2));
  for (guint i = 0; i < 5; i++)
    g_assert_false (hr_queue_push (&queue, make_snapshot (sources[i % 2]), 3 + i));

  hr_queue_take (&queue, &taken);
  g_assert_cmpuint (taken.length, ==, 4);
  loss = g_queue_peek_nth (&taken, 2);
  g_assert_cmpint (loss->type, ==, HR_ITEM_LOSS);
  g_assert_cmpstr (loss->loss.source, ==, "first");
  g_assert_cmpuint (loss->loss.n, ==, 3);
  g_assert_cmpint (loss->loss.time_us, ==, 3);
  g_assert_cmpuint (((HrItem *) g_queue_peek_nth (&taken, 3))->loss.n, ==, 2);

  /* What is lost while that is written is another loss: the other is the thread's by now. */
  g_assert_false (hr_queue_push (&queue, make_snapshot (sources[0]), 9));
  g_assert_cmpuint (loss->loss.n, ==, 3);
  g_assert_cmpuint (queue.items.length, ==, 1);
  g_assert_cmpuint (queue.n_lost, ==, 6);

  hr_queue_take (&queue, &taken);
  free_all (&queue, &taken);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    hr_told_source_unref (sources[i]);
}

/* Two losses with something between them are two. */
static void
test_losses_apart (void)
{
  HrToldSource *source = make_source ("first");
  GQueue        taken = G_QUEUE_INIT;
  HrQueue       queue;

  hr_queue_init (&queue, ITEM_BYTES);
  g_assert_true (hr_queue_push (&queue, make_snapshot (source), 1));
  g_assert_false (hr_queue_push (&queue, make_snapshot (source), 2));
  queue.max_bytes = 2 * ITEM_BYTES;
  g_assert_true (hr_queue_push (&queue, make_snapshot (source), 3));
  g_assert_false (hr_queue_push (&queue, make_snapshot (source), 4));
  g_assert_cmpuint (queue.items.length, ==, 4);

  hr_queue_take (&queue, &taken);
  free_all (&queue, &taken);
  hr_told_source_unref (source);
}

/* What is small and rare finds room where snapshots do not, up to a point. */
static void
test_reserve (void)
{
  HrToldSource *source = make_source ("first");
  GQueue        taken = G_QUEUE_INIT;
  HrQueue       queue;

  hr_queue_init (&queue, 16 * ITEM_BYTES);
  for (guint i = 0; i < 16; i++)
    g_assert_true (hr_queue_push (&queue, make_snapshot (source), 1));
  g_assert_false (hr_queue_push (&queue, make_snapshot (source), 1));
  g_assert_true (hr_queue_push (&queue, make_mark (), 1));
  g_assert_false (hr_queue_push (&queue, make_mark (), 1));

  hr_queue_take (&queue, &taken);
  free_all (&queue, &taken);
  hr_told_source_unref (source);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/recorder-queue/losses", test_losses);
  g_test_add_func ("/store/recorder-queue/losses-apart", test_losses_apart);
  g_test_add_func ("/store/recorder-queue/reserve", test_reserve);

  return g_test_run ();
}
