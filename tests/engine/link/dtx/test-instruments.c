/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/instruments-private.h"
#include "tests/engine/link/emulator.h"

#include <math.h>
#include <string.h>

/* No answer takes as long; a test that waits for one has failed then. */
#define CAP_SECONDS 40

static const char *iphone;

typedef struct
{
  Emulator       emulator;
  HrInstruments *instruments;
  GPtrArray     *samples; /* HrPhoneSample */
  guint          n_ended;
  GError        *error;
} Fixture;

/* What has to be copied of a sample that is only lent. */
static HrPhoneSample *
copy_sample (const HrPhoneSample *sample)
{
  HrPhoneSample  *copy = hr_phone_sample_new (sample->n_processes);
  HrPhoneProcess *processes = copy->processes;

  *copy = *sample;
  copy->processes = processes;
  copy->refused = g_strdup (sample->refused);
  for (guint i = 0; i < sample->n_processes; i++)
    {
      processes[i] = sample->processes[i];
      processes[i].name = g_strdup (sample->processes[i].name);
    }

  return copy;
}

static void
sample_cb (HrInstruments       *instruments,
           const HrPhoneSample *sample,
           gpointer             user_data)
{
  Fixture *self = user_data;

  g_ptr_array_add (self->samples, copy_sample (sample));
}

static void
ended_cb (HrInstruments *instruments,
          const GError  *error,
          gpointer       user_data)
{
  Fixture *self = user_data;

  self->n_ended++;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
free_sample (gpointer sample)
{
  hr_phone_sample_free (sample);
}

static void
fixture_init (Fixture      *self,
              gconstpointer version)
{
  g_autofree char *argument = version != NULL ? g_strconcat ("--version=", version, NULL) : NULL;

  emulator_start (&self->emulator, iphone, NULL, argument);
  self->samples = g_ptr_array_new_with_free_func (free_sample);
}

static void
let_go (Fixture *self)
{
  g_signal_handlers_disconnect_by_data (self->instruments, self);
  g_clear_object (&self->instruments);
}

static void
fixture_clear (Fixture      *self,
               gconstpointer version)
{
  if (self->instruments != NULL)
    let_go (self);
  emulator_stop (&self->emulator);
  g_ptr_array_unref (self->samples);
  g_clear_error (&self->error);
}

/* @version: what is known of the phone, NULL for nothing. @patience_ms: 0 for what is usual. */
static void
start_with_patience (Fixture    *self,
                     const char *version,
                     guint       patience_ms)
{
  g_autoptr (HrDevice) device = hr_device_new (EMULATED_UDID);

  device->product_version = g_strdup (version);
  self->n_ended = 0;
  self->instruments = hr_instruments_new (device);
  g_signal_connect (self->instruments, "sample", G_CALLBACK (sample_cb), self);
  g_signal_connect (self->instruments, "ended", G_CALLBACK (ended_cb), self);
  if (patience_ms > 0)
    hr_instruments_set_patience (self->instruments, patience_ms);
  hr_instruments_start (self->instruments);
}

static void
start (Fixture    *self,
       const char *version)
{
  start_with_patience (self, version, 0);
}

static gboolean
too_late_cb (gpointer data)
{
  g_error ("nothing came in %d s", CAP_SECONDS);

  return G_SOURCE_REMOVE;
}

static void
wait_until (gboolean (*done) (Fixture *),
            Fixture *self)
{
  guint cap = g_timeout_add_seconds (CAP_SECONDS, too_late_cb, NULL);

  while (!done (self))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (cap);
}

static gboolean
has_ended (Fixture *self)
{
  return self->n_ended > 0;
}

static const HrPhoneSample *
last_sample (Fixture *self,
             gboolean (*is_it) (const HrPhoneSample *))
{
  for (guint i = self->samples->len; i > 0; i--)
    if (is_it (g_ptr_array_index (self->samples, i - 1)))
      return g_ptr_array_index (self->samples, i - 1);

  return NULL;
}

/* The second sample is the first with loads. */
static gboolean
has_loads (const HrPhoneSample *sample)
{
  return sample->n_processes > 0 && !isnan (sample->processes[0].cpu);
}

static gboolean
has_frames (const HrPhoneSample *sample)
{
  return !isnan (sample->frames_per_second);
}

static gboolean
has_both (Fixture *self)
{
  return has_ended (self) || (last_sample (self, has_loads) != NULL && last_sample (self, has_frames) != NULL);
}

#define TELL                                                                                           \
  "{'do': 'instruments', 'interval': 0.25, 'cores': 6, 'total_load': 150.0, 'frames_per_second': 59, " \
  "'graphics': {'Device Utilization %': 40}, "                                                         \
  "'processes': [{'pid': 612, 'name': 'Ranker', 'cpuUsage': 120.0, 'physFootprint': 180000000}]"

static void
check_figures (Fixture *self)
{
  const HrPhoneSample *loads, *frames;

  g_assert_no_error (self->error);
  loads = last_sample (self, has_loads);
  g_assert_cmpuint (loads->n_cores, ==, 6);
  g_assert_cmpfloat_with_epsilon (loads->total_cpu, 1.5, 1e-9);
  g_assert_cmpuint (loads->n_processes, ==, 1);
  g_assert_cmpuint (loads->processes[0].pid, ==, 612);
  g_assert_cmpstr (loads->processes[0].name, ==, "Ranker");
  g_assert_cmpfloat_with_epsilon (loads->processes[0].cpu, 1.2, 1e-9);
  g_assert_cmpfloat (loads->processes[0].footprint_mb, ==, 180);
  frames = last_sample (self, has_frames);
  g_assert_cmpfloat (frames->frames_per_second, ==, 59);
  g_assert_cmpfloat (frames->device_utilization, ==, 0.4);
}

/* Whether the phone knows of no connection any more. */
static gboolean
phone_is_left (Fixture *self)
{
  g_autofree char *status = emulator_ask (&self->emulator, "{'do': 'status'}");

  return strstr (status, "\"connections\": 1") == NULL;
}

static void
stop (Fixture *self)
{
  gint64 begin = g_get_monotonic_time ();

  hr_instruments_stop (self->instruments);
  g_assert_cmpuint (self->n_ended, ==, 0);
  wait_until (has_ended, self);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
  g_assert_error (self->error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED);
  g_clear_error (&self->error);
  hr_instruments_stop (self->instruments);
  while (!phone_is_left (self))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (self->n_ended, ==, 1);
}

/* With TLS to the end, or, before iOS 14, with TLS for the handshake alone. The version may be known or not. */
static void
test_figures_arrive (Fixture      *self,
                     gconstpointer version)
{
  g_autofree char *status = NULL;

  emulator_do (&self->emulator, TELL "}");
  start (self, version);
  wait_until (has_both, self);
  check_figures (self);
  stop (self);

  status = emulator_ask (&self->emulator, "{'do': 'status'}");
  g_assert_nonnull (strstr (status, "\"unacknowledged\": 0"));
  g_assert_null (strstr (status, "\"acknowledged\": 0"));
}

static void
test_fragments_and_longer_headers_arrive (Fixture      *self,
                                          gconstpointer version)
{
  emulator_do (&self->emulator, TELL ", 'fragment': 100, 'surplus': 24}");
  start (self, NULL);
  wait_until (has_both, self);
  check_figures (self);
  stop (self);
}

static void
ends_with (Fixture           *self,
           HrInstrumentsError code,
           const char        *word)
{
  wait_until (has_ended, self);
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_error (self->error, HR_INSTRUMENTS_ERROR, (int) code);
  if (strstr (self->error->message, word) == NULL)
    g_error ("\"%s\" does not speak of \"%s\"", self->error->message, word);
}

static void
test_a_newer_phone_points_to_the_agent (Fixture      *self,
                                        gconstpointer version)
{
  /* Known already, it need not even be there. */
  emulator_do (&self->emulator, "{'do': 'detach'}");
  start (self, version);
  g_assert_cmpuint (self->n_ended, ==, 0);
  ends_with (self, HR_INSTRUMENTS_ERROR_TOO_NEW, "agent");
  let_go (self);
  emulator_do (&self->emulator, "{'do': 'attach'}");

  /* The same when its version has to be asked for. */
  start (self, NULL);
  ends_with (self, HR_INSTRUMENTS_ERROR_TOO_NEW, "iOS 17");
}

static void
test_without_developer_image_it_says_what_to_do (Fixture      *self,
                                                 gconstpointer version)
{
  emulator_do (&self->emulator, "{'do': 'developer', 'mounted': false}");
  start (self, NULL);
  ends_with (self, HR_INSTRUMENTS_ERROR_NO_IMAGE, "Developer Mode");
}

static void
test_a_locked_phone_is_unreachable (Fixture      *self,
                                    gconstpointer version)
{
  emulator_do (&self->emulator, "{'do': 'lock'}");
  start (self, NULL);
  ends_with (self, HR_INSTRUMENTS_ERROR_UNREACHABLE, "Unlock");
}

static void
test_a_detached_phone_is_unreachable (Fixture      *self,
                                      gconstpointer version)
{
  emulator_do (&self->emulator, "{'do': 'detach'}");
  start (self, "16.7");
  ends_with (self, HR_INSTRUMENTS_ERROR_UNREACHABLE, "plug it in");
}

static void
test_unplugging_ends_it (Fixture      *self,
                         gconstpointer version)
{
  emulator_do (&self->emulator, TELL "}");
  start (self, NULL);
  wait_until (has_both, self);
  emulator_do (&self->emulator, "{'do': 'detach'}");
  ends_with (self, HR_INSTRUMENTS_ERROR_CLOSED, "hung up");
}

/* What goes wrong with a message ends the connection by name; a new one works. */
static void
test_bad_messages_end_it_by_name (Fixture      *self,
                                  gconstpointer version)
{
  static const struct
  {
    const char        *wrong;
    HrInstrumentsError code;
    const char        *word;
  } cases[] = {
    { "compressed", HR_INSTRUMENTS_ERROR_COMPRESSED, "compressed" },
    { "length", HR_INSTRUMENTS_ERROR_PROTOCOL, "longer" },
    { "garbage", HR_INSTRUMENTS_ERROR_PROTOCOL, "does not begin" },
    { "cut", HR_INSTRUMENTS_ERROR_CLOSED, "in the middle" },
  };

  emulator_do (&self->emulator, TELL "}");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *command = g_strdup_printf ("{'do': 'instruments', 'wrong': '%s'}", cases[i].wrong);

      g_ptr_array_set_size (self->samples, 0);
      start (self, NULL);
      wait_until (has_both, self);
      emulator_do (&self->emulator, command);
      ends_with (self, cases[i].code, cases[i].word);
      let_go (self);
    }

  g_ptr_array_set_size (self->samples, 0);
  g_clear_error (&self->error);
  start (self, NULL);
  wait_until (has_both, self);
  check_figures (self);
  stop (self);
}

/* A phone that says nothing more is left at once all the same. */
static void
test_stopping_waits_for_no_phone (Fixture      *self,
                                  gconstpointer version)
{
  emulator_do (&self->emulator, "{'do': 'instruments', 'wrong': 'hang'}");
  start (self, NULL);
  while (phone_is_left (self))
    g_main_context_iteration (NULL, FALSE);
  stop (self);
}

/* Whether the main loop has a timer to wait for. */
static gboolean
has_timer (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD       fds[64];
  gint          priority, timeout_ms = 0;

  g_assert_true (g_main_context_acquire (context));
  while (timeout_ms == 0)
    {
      while (g_main_context_iteration (context, FALSE))
        ;
      g_main_context_prepare (context, &priority);
      g_main_context_query (context, priority, &timeout_ms, fds, G_N_ELEMENTS (fds));
    }
  g_main_context_release (context);

  return timeout_ms > 0;
}

static void
test_a_phone_that_never_tells_is_given_up (Fixture      *self,
                                           gconstpointer version)
{
  emulator_do (&self->emulator, "{'do': 'instruments', 'wrong': 'hang'}");
  start_with_patience (self, NULL, 500);
  ends_with (self, HR_INSTRUMENTS_ERROR_UNREACHABLE, "not told anything");
  while (!phone_is_left (self))
    g_main_context_iteration (NULL, FALSE);
  let_go (self);

  /* Patience is for the first word alone. */
  emulator_do (&self->emulator, TELL ", 'wrong': null}");
  g_clear_error (&self->error);
  start (self, NULL);
  g_assert_true (has_timer ());
  wait_until (has_both, self);
  g_assert_no_error (self->error);
  g_assert_false (has_timer ());
  stop (self);
}

#define OTHER_UDID "00008030-000000000000002F"

/* Starts to measure another phone, and waits until that tells something. Returns: (transfer full) */
static HrInstruments *
measure_another (Fixture *self)
{
  g_autoptr (HrDevice) device = hr_device_new (OTHER_UDID);
  HrInstruments *other = hr_instruments_new (device);
  Fixture        heard = { .samples = g_ptr_array_new_with_free_func (free_sample) };

  g_signal_connect (other, "sample", G_CALLBACK (sample_cb), &heard);
  g_signal_connect (other, "ended", G_CALLBACK (ended_cb), &heard);
  hr_instruments_start (other);
  wait_until (has_both, &heard);
  g_assert_no_error (heard.error);
  g_signal_handlers_disconnect_by_data (other, &heard);
  g_ptr_array_unref (heard.samples);

  return other;
}

/* While a phone is measured, whoever else wants to waits; another phone begins and tells in that time. */
static void
test_a_phone_has_one_connection (Fixture      *self,
                                 gconstpointer version)
{
  g_autoptr (HrInstruments) first = NULL;
  g_autoptr (HrInstruments) other = NULL;

  emulator_do (&self->emulator, "{'do': 'add', 'udid': '" OTHER_UDID "', 'version': '16.7'}");
  emulator_do (&self->emulator, TELL ", 'udid': '" OTHER_UDID "'}");
  emulator_do (&self->emulator, TELL ", 'udid': '" EMULATED_UDID "'}");
  start (self, NULL);
  wait_until (has_both, self);
  g_signal_handlers_disconnect_by_data (self->instruments, self);
  first = g_steal_pointer (&self->instruments);
  g_ptr_array_set_size (self->samples, 0);

  start (self, NULL);
  other = measure_another (self);
  g_assert_cmpuint (self->samples->len, ==, 0);
  g_assert_cmpuint (self->n_ended, ==, 0);

  hr_instruments_stop (other);
  hr_instruments_stop (first);
  wait_until (has_both, self);
  check_figures (self);
  stop (self);
}

/* Whoever lets go of it without stopping hears nothing more, and the phone is free. */
static void
test_letting_go_stops (Fixture      *self,
                       gconstpointer version)
{
  emulator_do (&self->emulator, TELL "}");
  start (self, NULL);
  wait_until (has_both, self);
  g_assert_finalize_object (self->instruments);
  self->instruments = NULL;
  while (!phone_is_left (self))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

#define ADD(path, version, func) g_test_add (path, Fixture, version, fixture_init, func, fixture_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  iphone = argv[1];

  ADD ("/instruments/ios-16", "16.7", test_figures_arrive);
  ADD ("/instruments/ios-13", "13.5", test_figures_arrive);
  ADD ("/instruments/unknown-version", NULL, test_figures_arrive);
  ADD ("/instruments/fragments", "15.2", test_fragments_and_longer_headers_arrive);
  ADD ("/instruments/too-new", "17.4", test_a_newer_phone_points_to_the_agent);
  ADD ("/instruments/no-image", "16.7", test_without_developer_image_it_says_what_to_do);
  ADD ("/instruments/locked", "16.7", test_a_locked_phone_is_unreachable);
  ADD ("/instruments/detached", "16.7", test_a_detached_phone_is_unreachable);
  ADD ("/instruments/unplugged", "16.7", test_unplugging_ends_it);
  ADD ("/instruments/bad-messages", "16.7", test_bad_messages_end_it_by_name);
  ADD ("/instruments/stopping", "16.7", test_stopping_waits_for_no_phone);
  ADD ("/instruments/never-tells", "16.7", test_a_phone_that_never_tells_is_given_up);
  ADD ("/instruments/one-connection", "16.7", test_a_phone_has_one_connection);
  ADD ("/instruments/letting-go", "16.7", test_letting_go_stops);

  return g_test_run ();
}
