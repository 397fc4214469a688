/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hostile agents over every kind of socket at once, each beside a good one on the same listener and in the same hub: theirs is the
 * link that ends, by name. */

#include "engine/hub/hub.h"
#include "engine/link/network.h"
#include "engine/wire/wire.h"
#include "tests/folder.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define N_WAYS 3
#define NAMES_A_HELLO 4000
#define N_HELLOS 17
#define N_ROUNDS 6
#define MOST_GROWTH_KB (256 << 10)
#define MARKED_VALUE 1234.5

typedef struct
{
  HrPeer   *peer;
  HrSource *origin;
  HrLink   *link; /* the agent's end, owned */
  guint     n_resumes;
  gboolean  answering;
  gboolean  naming; /* brings names over every link */
} Agent;

typedef struct
{
  HrListener *listener;
  HrOpener   *opener;
  Agent       good;
  Agent       hostile;
  Agent      *next; /* whose link is given out next */
} Way;

typedef struct
{
  char       *folder;
  char       *path;
  HrIdentity *identity;
  HrHub      *hub;
  Way         ways[N_WAYS]; /* a Unix socket, plain TCP, TLS */
} Fixture;

static const HrMetricInfo latency = { "thompson_duration_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER };

#define wait_until(condition) \
  while (!(condition))        \
  g_main_context_iteration (NULL, TRUE)

static void
say_hello (HrLink             *link,
           guint               stream,
           const HrMetricInfo *metrics,
           guint               n_metrics)
{
  HrMessage hello = { .type = HR_MESSAGE_HELLO, .stream = stream };

  hello.hello.name = (HrStreamName){ .uuid = { (guint8) stream }, .epoch = 1 };
  hello.hello.role = HR_SOURCE_COMPUTER;
  hello.hello.title = (char *) "agent";
  hello.hello.detail = (char *) "";
  hello.hello.sampling = TRUE;
  hello.hello.metrics = (HrMetricInfo *) metrics;
  hello.hello.n_metrics = n_metrics;
  hr_link_send (link, &hello);
}

/* Names that nobody has heard before, in good hellos: more of them than one link may bring. */
static void
say_names (HrLink *link)
{
  static guint             n_ever;
  g_autofree HrMetricInfo *metrics = g_new0 (HrMetricInfo, NAMES_A_HELLO);

  for (guint hello = 1; hello <= N_HELLOS; hello++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < NAMES_A_HELLO; i++)
        {
          char *name = g_strdup_printf ("%050u", n_ever++);

          g_ptr_array_add (names, name);
          metrics[i] = (HrMetricInfo){ name, HR_KIND_GAUGE, HR_UNIT_COUNT, HR_DIRECTION_LOWER };
        }
      say_hello (link, hello, metrics, NAMES_A_HELLO);
    }
}

static void
message_cb (HrLink          *link,
            const HrMessage *message,
            Agent           *agent)
{
  /* The hostile ones owe no answer. */
  if (message->type == HR_MESSAGE_PING && agent->answering)
    hr_link_send (link, &(HrMessage){ .type = HR_MESSAGE_PONG, .ping = { message->ping.sent_ns, 1, 1 } });
  if (message->type != HR_MESSAGE_RESUME)
    return;

  agent->n_resumes++;
  if (agent->naming)
    say_names (link);
}

static void
link_cb (HrListener *listener,
         HrLink     *link,
         Way        *way)
{
  g_set_object (&way->next->link, link);
  g_signal_connect (link, "message", G_CALLBACK (message_cb), way->next);
  hr_link_start (link);
}

static void
connect_agent (Fixture    *fixture,
               Way        *way,
               Agent      *agent,
               const char *name)
{
  way->next = agent;
  agent->peer = hr_hub_add (fixture->hub, way->opener, &(HrOrigin){ HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, name, name });
  agent->origin = hr_peer_get_origin (agent->peer);
  hr_peer_connect (agent->peer, agent->origin);
  wait_until (agent->n_resumes == 1);
}

static HrOpener *
opener_of (HrListener       *listener,
           const HrIdentity *identity,
           gboolean          secured)
{
  HrPairing pairing = { .host = (char *) "127.0.0.1", .port = hr_listener_get_port (listener), .secured = secured };

  memcpy (pairing.token, identity->token, sizeof pairing.token);
  memcpy (pairing.fingerprint, identity->fingerprint, sizeof pairing.fingerprint);

  return hr_opener_new_tcp (&pairing);
}

static GBytes *
snapshot_frame (guint64 sequence,
                gint64  end_ns)
{
  const HrSample sample = { 0, 1, MARKED_VALUE, MARKED_VALUE, MARKED_VALUE, MARKED_VALUE, 0, NULL };
  g_autoptr (HrSnapshot) snapshot = hr_snapshot_new (&(HrSnapshot){ .sequence = sequence, .end_ns = end_ns, .interval_ns = 5 }, &sample, 1);

  return hr_message_encode (&(HrMessage){ .type = HR_MESSAGE_SNAPSHOT, .stream = 1, .snapshot = snapshot });
}

static void
say_snapshot (HrLink *link,
              guint64 sequence,
              gint64  end_ns)
{
  g_autoptr (GBytes) frame = snapshot_frame (sequence, end_ns);

  hr_link_send_raw (link, frame);
}

static guint64
count_of (HrSource *source)
{
  HrHistory *history = hr_source_get_history (source);

  return hr_history_get_n_metrics (history) > 0 ? hr_history_get_totals (history, 0)->count : 0;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Way *ways = fixture->ways;

  fixture->folder = g_dir_make_tmp ("headroom-hostile-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "agent", NULL);
  fixture->identity = hr_identity_load (fixture->folder, &error);
  g_assert_no_error (error);
  ways[0].listener = hr_listener_new_unix (fixture->path, &error);
  ways[1].listener = hr_listener_new_tcp ("127.0.0.1", 0, fixture->identity, &error);
  ways[2].listener = hr_listener_new_tcp ("0.0.0.0", 0, fixture->identity, &error);
  g_assert_no_error (error);
  ways[0].opener = hr_opener_new_unix (fixture->path);
  ways[1].opener = opener_of (ways[1].listener, fixture->identity, FALSE);
  ways[2].opener = opener_of (ways[2].listener, fixture->identity, TRUE);

  fixture->hub = hr_hub_new ();
  for (guint i = 0; i < N_WAYS; i++)
    {
      g_autofree char *good = g_strdup_printf ("good-%u", i);
      g_autofree char *hostile = g_strdup_printf ("hostile-%u", i);

      g_signal_connect (ways[i].listener, "link", G_CALLBACK (link_cb), &ways[i]);
      ways[i].good.answering = TRUE;
      connect_agent (fixture, &ways[i], &ways[i].good, good);
      say_hello (ways[i].good.link, 1, &latency, 1);
      say_snapshot (ways[i].good.link, 1, 100);
      connect_agent (fixture, &ways[i], &ways[i].hostile, hostile);
    }
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < N_WAYS; i++)
    {
      Way *way = &fixture->ways[i];

      /* The good one has the same link as in the beginning. */
      say_snapshot (way->good.link, 2, 200);
      wait_until (count_of (way->good.origin) == 2);
      g_assert_cmpuint (way->good.n_resumes, ==, 1);
      g_assert_cmpint (hr_source_get_state (way->good.origin), ==, HR_SOURCE_CONNECTED);
    }
  g_assert_finalize_object (fixture->hub);
  for (guint i = 0; i < N_WAYS; i++)
    {
      g_object_unref (fixture->ways[i].good.link);
      g_object_unref (fixture->ways[i].hostile.link);
      hr_opener_unref (fixture->ways[i].opener);
      g_object_unref (fixture->ways[i].listener);
    }
  hr_identity_free (fixture->identity);
  remove_folder (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

/* Waits until each hostile agent's link has ended, for a reason that says @word. */
static void
wait_for_ends (Fixture    *fixture,
               const char *word)
{
  for (guint i = 0; i < N_WAYS; i++)
    {
      Agent *hostile = &fixture->ways[i].hostile;

      wait_until (hr_peer_get_trouble (hostile->peer) != NULL);
      g_test_message ("%s", hr_peer_get_trouble (hostile->peer));
      g_assert_nonnull (strstr (hr_peer_get_trouble (hostile->peer), word));
    }
}

/* The same bytes to every hostile agent's link. */
static void
say_everywhere (Fixture *fixture,
                GBytes  *bytes)
{
  for (guint i = 0; i < N_WAYS; i++)
    hr_link_send_raw (fixture->ways[i].hostile.link, bytes);
}

static void
test_a_length_of_4_gb (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\xff\xff\xff\xff....", 8);

  say_everywhere (fixture, bytes);
  wait_for_ends (fixture, "large");
}

static void
test_a_million_metrics_in_one_hello (Fixture      *fixture,
                                     gconstpointer data)
{
  /* Two bytes a metric: tag 9, length 0. Before them the frame's length, and the hello as its field 1 with its length. */
  const guint n = (HR_WIRE_MAX_FRAME - 4) / 2;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) packed = NULL;
  const guint  hello_size = 2 * n;
  const guint  size = hello_size + 4;
  const guint8 head[] = { size & 0xff, size >> 8 & 0xff, size >> 16 & 0xff, size >> 24, 0x0a, hello_size & 0x7f, 0, 0 };
  guint8      *at;

  g_byte_array_append (bytes, head, sizeof head);
  bytes->data[5] = 0x80 | (hello_size & 0x7f);
  bytes->data[6] = 0x80 | (hello_size >> 7 & 0x7f);
  bytes->data[7] = (guint8) (hello_size >> 14);
  g_byte_array_set_size (bytes, sizeof head + hello_size);
  at = bytes->data + sizeof head;
  for (guint i = 0; i < n; i++)
    {
      at[2 * i] = 0x4a;
      at[2 * i + 1] = 0;
    }
  packed = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  say_everywhere (fixture, packed);
  wait_for_ends (fixture, "limit");
}

static gsize
resident_kb (void)
{
  g_autofree char *text = NULL;
  gsize            pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  pages = (gsize) g_ascii_strtoull (strchr (text, ' '), NULL, 10);

  return pages * (gsize) sysconf (_SC_PAGESIZE) / 1024;
}

/* Every link that the hub opens brings other names, and names are kept for ever: 6 x 68 000 of 50 bytes over three kinds of
 * socket, more than a million in all. */
static void
test_a_million_metrics_in_many_hellos (Fixture      *fixture,
                                       gconstpointer data)
{
  gsize before = resident_kb ();

  for (guint i = 0; i < N_WAYS; i++)
    {
      fixture->ways[i].hostile.naming = TRUE;
      say_names (fixture->ways[i].hostile.link);
    }
  for (guint i = 0; i < N_WAYS; i++)
    wait_until (fixture->ways[i].hostile.n_resumes >= N_ROUNDS);
  wait_for_ends (fixture, "limit");

#ifndef __SANITIZE_ADDRESS__
  g_test_message ("%" G_GSIZE_FORMAT " KB more", resident_kb () - before);
  g_assert_cmpuint (resident_kb (), <, before + MOST_GROWTH_KB);
#else
  (void) before;
#endif
}

static void
test_time_that_goes_backwards (Fixture      *fixture,
                               gconstpointer data)
{
  for (guint i = 0; i < N_WAYS; i++)
    {
      HrLink *link = fixture->ways[i].hostile.link;

      say_hello (link, 1, &latency, 1);
      say_snapshot (link, 1, 1000);
      say_snapshot (link, 2, 999);
    }
  wait_for_ends (fixture, "time went backwards");
  for (guint i = 0; i < N_WAYS; i++)
    g_assert_cmpuint (count_of (fixture->ways[i].hostile.origin), ==, 1);
}

static void
test_numbers_that_are_none (Fixture      *fixture,
                            gconstpointer data)
{
  const double marked = MARKED_VALUE, nothing = NAN;
  g_autoptr (GBytes) frame = snapshot_frame (1, 100);
  g_autoptr (GBytes) spoilt = NULL;
  gsize         size;
  const guint8 *bytes = g_bytes_get_data (frame, &size);
  guint8       *copy = g_memdup2 (bytes, size);
  guint         n = 0;

  for (gsize i = 0; i + sizeof marked <= size; i++)
    if (memcmp (copy + i, &marked, sizeof marked) == 0)
      {
        memcpy (copy + i, &nothing, sizeof nothing);
        n++;
      }
  g_assert_cmpuint (n, >, 0);
  spoilt = g_bytes_new_take (copy, size);

  for (guint i = 0; i < N_WAYS; i++)
    say_hello (fixture->ways[i].hostile.link, 1, &latency, 1);
  say_everywhere (fixture, spoilt);
  wait_for_ends (fixture, "garbled");
}

static gboolean
second_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GBytes) byte = g_bytes_new_static ("\x10", 1);

  say_everywhere (fixture, byte);

  return G_SOURCE_CONTINUE;
}

/* Whoever says no whole word in three seconds says nothing. */
static void
test_a_byte_a_second (Fixture      *fixture,
                      gconstpointer data)
{
  guint source = g_timeout_add (1000, second_cb, fixture);

  for (guint i = 0; i < N_WAYS; i++)
    say_hello (fixture->ways[i].hostile.link, 1, &latency, 1);
  wait_for_ends (fixture, "does not answer");
  g_source_remove (source);
}

#define ADD(path, test) g_test_add ("/hub/hostile/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("length", test_a_length_of_4_gb);
  ADD ("metrics", test_a_million_metrics_in_one_hello);
  ADD ("backwards", test_time_that_goes_backwards);
  ADD ("nan", test_numbers_that_are_none);
  ADD ("slow", test_a_byte_a_second);
  /* The last: it takes all the names that this program can bear. */
  ADD ("names", test_a_million_metrics_in_many_hellos);

  return g_test_run ();
}
