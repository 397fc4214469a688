/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The processor's counter is used where it counts evenly, and nowhere else. */

#include "engine/base/ticks.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* Both clocks of a machine of our own. Each look at either takes it @step_ns further; with a seed, one look of eight is
 * interrupted for @interrupt_ns first. */
typedef struct
{
  uint64_t now_ns;
  uint64_t step_ns;
  double   ticks_a_ns;
  uint64_t turn_ns; /* from here on the counter runs at @ticks_a_ns_after; 0: never */
  double   ticks_a_ns_after;
  uint32_t seed; /* 0: never interrupted */
  uint64_t interrupt_ns;
} Machine;

#define STARTED_NS 5000000000u
#define STARTED_TICKS ((uint64_t) 1 << 40)

static Machine machine;

static void
look (void)
{
  machine.now_ns += machine.step_ns;
  if (machine.seed == 0)
    return;

  /* Numerical Recipes' generator; its high bits are good enough. */
  machine.seed = machine.seed * 1664525u + 1013904223u;
  if (machine.seed >> 29 == 0)
    machine.now_ns += machine.interrupt_ns;
}

static uint64_t
machine_monotonic (void)
{
  look ();

  return machine.now_ns;
}

static uint64_t
machine_counter (void)
{
  uint64_t turn = machine.turn_ns;
  uint64_t since;
  double   ticks;

  look ();
  since = machine.now_ns - STARTED_NS;
  if (turn > 0 && since > turn)
    ticks = (double) turn * machine.ticks_a_ns + (double) (since - turn) * machine.ticks_a_ns_after;
  else
    ticks = (double) since * machine.ticks_a_ns;

  return STARTED_TICKS + (uint64_t) (int64_t) ticks;
}

static bool
calibrate (const Machine *as,
           HrTickClock   *out)
{
  machine = *as;
  machine.now_ns = STARTED_NS;

  return hr_tick_clock_calibrate (HR_TICKS_TSC, machine_counter, machine_monotonic, out);
}

/* Lets the machine be calibrated and compares the scale, within @tolerance of the right one. */
static void
assert_calibrated (const Machine *as,
                   double         tolerance)
{
  HrTickClock clock;
  double      expected = (double) HR_TICK_SCALE_ONE / as->ticks_a_ns;

  g_assert_true (calibrate (as, &clock));
  g_assert_cmpint (clock.source, ==, HR_TICKS_TSC);
  g_assert_cmpfloat_with_epsilon ((double) clock.scale / expected, 1, tolerance);
}

static void
test_an_even_counter_gets_its_scale (void)
{
  const double rates[] = { 0.0125, 0.0245, 0.1, 1, 1.9968, 2.4, 3.7, 5.5 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    assert_calibrated (&(Machine){ .step_ns = 20, .ticks_a_ns = rates[i] }, 1e-4);
}

static void
assert_refused (const Machine *as)
{
  const HrTickClock before = { HR_TICKS_CNTVCT, 12345 };
  HrTickClock       clock = before;

  g_assert_false (calibrate (as, &clock));
  g_assert_cmpint (clock.source, ==, before.source);
  g_assert_cmpuint (clock.scale, ==, before.scale);
}

static void
test_bad_counters_are_refused (void)
{
  assert_refused (&(Machine){ .step_ns = 20, .ticks_a_ns = 0 });
  assert_refused (&(Machine){ .step_ns = 20, .ticks_a_ns = -2.4 });
  assert_refused (&(Machine){ .step_ns = 20, .ticks_a_ns = 1 / 101.0 });
  assert_refused (&(Machine){ .step_ns = 20, .ticks_a_ns = 1e-7 });
}

/* It changes its speed in the middle of the two milliseconds, stands, turns round, or is set back. */
static void
test_counters_of_two_speeds_are_refused (void)
{
  const double after[] = { 2.41, 2.39, 1.2, 4.8, 0, -2.4, -1e6 };

  for (gsize i = 0; i < G_N_ELEMENTS (after); i++)
    assert_refused (&(Machine){ .step_ns = 20, .ticks_a_ns = 2.4, .turn_ns = 1000000, .ticks_a_ns_after = after[i] });
}

/* Interrupts fall between the readings of one moment as often as not. */
static void
test_interrupts_do_not_spoil_it (void)
{
  for (uint32_t seed = 1; seed <= 40; seed++)
    assert_calibrated (&(Machine){ .step_ns = 20, .ticks_a_ns = 2.4, .seed = seed, .interrupt_ns = 70000 }, 1e-4);
}

static void
test_ticks_are_nanoseconds_of_that_scale (void)
{
  const double rates[] = { 0.0125, 1, 2.4, 3.7 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      uint64_t scale = (uint64_t) ((double) HR_TICK_SCALE_ONE / rates[i] + 0.5);

      for (uint64_t ticks = 1; ticks < G_MAXINT64 / 100; ticks = ticks * 3 + 1)
        {
          double expected = (double) ticks / rates[i];

          g_assert_cmpfloat_with_epsilon ((double) hr_ticks_to_ns (ticks, scale), expected, 1 + expected * 1e-9);
        }
    }

  g_assert_cmpuint (hr_ticks_to_ns (G_MAXINT64, HR_TICK_SCALE_ONE), ==, G_MAXINT64);
  g_assert_cmpuint (hr_ticks_to_ns (0, UINT64_MAX), ==, 0);
  g_assert_cmpuint (hr_ticks_to_ns (((uint64_t) 1 << 62) + 3, HR_TICK_SCALE_ONE / 2), ==, ((uint64_t) 1 << 61) + 1);
}

static void
test_what_ends_before_it_begins_takes_no_time (void)
{
  g_assert_cmpuint (hr_ticks_between (10, 25), ==, 15);
  g_assert_cmpuint (hr_ticks_between (25, 25), ==, 0);
  g_assert_cmpuint (hr_ticks_between (25, 24), ==, 0);
  g_assert_cmpuint (hr_ticks_between (UINT64_MAX, 1), ==, 2);
}

/* Without the wish the environment may have one, as where the suite is run for the fallback. */
static void
test_the_environment_chooses_the_fallback (void)
{
  if (g_test_subprocess ())
    {
      HrTickMoment now;

      g_assert_cmpint (hr_tick_clock_get ()->source, ==, HR_TICKS_MONOTONIC);
      g_assert_cmpuint (hr_tick_clock_get ()->scale, ==, HR_TICK_SCALE_ONE);
      g_assert_cmpstr (hr_tick_source_name (hr_tick_clock_get ()->source), ==, "clock_gettime");
      now = hr_tick_moment_now (HR_TICKS_MONOTONIC);
      g_assert_cmpuint (now.ticks, ==, now.monotonic_ns);
      return;
    }

  g_setenv ("HEADROOM_CLOCK", "monotonic", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_unsetenv ("HEADROOM_CLOCK");
}

static void
test_sources_have_names (void)
{
  g_assert_cmpstr (hr_tick_source_name (HR_TICKS_TSC), ==, "TSC");
  g_assert_cmpstr (hr_tick_source_name (HR_TICKS_CNTVCT), ==, "CNTVCT");
  g_assert_cmpstr (hr_tick_source_name (HR_N_TICK_SOURCES), ==, "unknown");
  g_assert_false (hr_tick_source_is_fit (HR_N_TICK_SOURCES));
  g_assert_true (hr_tick_source_is_fit (HR_TICKS_MONOTONIC));
}

/* Whoever interrupts us interrupts us between the readings of the system's clock too. */
static void
test_ticks_agree_with_the_system_clock (void)
{
  const HrTickClock *clock = hr_tick_clock_get ();
  const uint64_t     spin_ns = 20000000;
  const uint64_t     tolerance_ns = spin_ns / 1000;
  uint64_t           before[2], after[2], begin, end, elapsed;

  before[0] = hr_clock_monotonic ();
  begin = hr_ticks_now (clock->source);
  before[1] = hr_clock_monotonic ();
  while (hr_clock_monotonic () - before[1] < spin_ns)
    ;
  after[0] = hr_clock_monotonic ();
  end = hr_ticks_now (clock->source);
  after[1] = hr_clock_monotonic ();

  elapsed = hr_ticks_to_ns (hr_ticks_between (begin, end), clock->scale);
  g_test_message ("%s: %g ns a tick, %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " ns", hr_tick_source_name (clock->source),
                  (double) clock->scale / (double) HR_TICK_SCALE_ONE, elapsed, after[0] - before[1], after[1] - before[0]);
  g_assert_cmpuint (elapsed, >=, after[0] - before[1] - tolerance_ns);
  g_assert_cmpuint (elapsed, <=, after[1] - before[0] + tolerance_ns);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/ticks/scale", test_an_even_counter_gets_its_scale);
  g_test_add_func ("/base/ticks/refused", test_bad_counters_are_refused);
  g_test_add_func ("/base/ticks/two-speeds", test_counters_of_two_speeds_are_refused);
  g_test_add_func ("/base/ticks/interrupts", test_interrupts_do_not_spoil_it);
  g_test_add_func ("/base/ticks/nanoseconds", test_ticks_are_nanoseconds_of_that_scale);
  g_test_add_func ("/base/ticks/backwards", test_what_ends_before_it_begins_takes_no_time);
  g_test_add_func ("/base/ticks/fallback", test_the_environment_chooses_the_fallback);
  g_test_add_func ("/base/ticks/names", test_sources_have_names);
  g_test_add_func ("/base/ticks/agree", test_ticks_agree_with_the_system_clock);

  return g_test_run ();
}
