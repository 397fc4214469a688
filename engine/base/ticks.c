/* SPDX-License-Identifier: MIT */

#include "engine/base/ticks.h"

#include "engine/base/platform.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#if HR_PLATFORM_LINUX
#include <sys/prctl.h>
#endif
#endif

/* Each half of the calibration takes so long. A moment is off by some 20 ns, the rate therefore by some 10 ppm. */
#define HALF_NS 1000000u

/* The halves of an even counter agree within this. */
#define MAX_DISAGREEMENT 1e-3

/* A counter slower than this tells durations less exactly than clock_gettime (). */
#define MAX_NS_A_TICK 100.0

#define MOMENT_TRIES 16

/* Returns what hr_clock_monotonic () does, to a program that is compiled without clock_gettime (). */
uint64_t
hr_clock_monotonic_call (void)
{
  return hr_clock_monotonic ();
}

/* Returns what hr_clock_realtime () does, to a program that is compiled without clock_gettime (). */
uint64_t
hr_clock_realtime_call (void)
{
  return hr_clock_realtime ();
}

/* Reads both clocks as close together as a few tries allow: an interrupt between them would spoil a single one. */
static HrTickMoment
read_moment (uint64_t (*counter) (void),
             uint64_t (*monotonic) (void))
{
  HrTickMoment best = { 0 };
  uint64_t     best_width = UINT64_MAX;

  for (int i = 0; i < MOMENT_TRIES; i++)
    {
      uint64_t before = monotonic ();
      uint64_t ticks = counter ();
      uint64_t width = monotonic () - before;

      if (width < best_width)
        {
          best = (HrTickMoment){ ticks, before + width / 2 };
          best_width = width;
        }
    }

  return best;
}

static void
wait_until (uint64_t (*monotonic) (void),
            uint64_t ns)
{
  while (monotonic () < ns)
    ;
}

/* Returns nanoseconds a tick between two moments, 0 where the counter or the clock did not rise. */
static double
rate_between (HrTickMoment from,
              HrTickMoment to)
{
  return to.ticks > from.ticks && to.monotonic_ns > from.monotonic_ns
             ? (double) (to.monotonic_ns - from.monotonic_ns) / (double) (to.ticks - from.ticks)
             : 0;
}

/* Finds out how long a tick of @counter is by running it beside @monotonic (ns) for two milliseconds of the latter. Returns false,
 * with *out untouched, where the counter stands, is too coarse, or runs at two speeds in the two halves. */
bool
hr_tick_clock_calibrate (HrTickSource source,
                         uint64_t (*counter) (void),
                         uint64_t (*monotonic) (void),
                         HrTickClock *out)
{
  HrTickMoment moments[3];
  double       first, second, whole;

  for (int i = 0; i < 3; i++)
    {
      if (i > 0)
        wait_until (monotonic, moments[i - 1].monotonic_ns + HALF_NS);
      moments[i] = read_moment (counter, monotonic);
    }

  first = rate_between (moments[0], moments[1]);
  second = rate_between (moments[1], moments[2]);
  whole = rate_between (moments[0], moments[2]);
  if (first <= 0 || second <= 0 || whole > MAX_NS_A_TICK ||
      first - second > whole * MAX_DISAGREEMENT || second - first > whole * MAX_DISAGREEMENT)
    return false;

  *out = (HrTickClock){ source, (uint64_t) (whole * (double) HR_TICK_SCALE_ONE + 0.5) };

  return true;
}

#if defined(__x86_64__) && HR_PLATFORM_LINUX
/* Whether the kernel keeps time by something slow: it does so when it found the counter uneven, or unequal between processors. */
static bool
kernel_distrusts_counter (void)
{
  static const char *const slow[] = { "hpet", "acpi_pm", "jiffies", "refined-jiffies" };
  char                     name[64] = "";
  int                      fd = open ("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC);
  ssize_t                  length = fd < 0 ? 0 : read (fd, name, sizeof name - 1);

  if (fd >= 0)
    close (fd);
  name[length > 0 ? length : 0] = '\0';
  name[strcspn (name, "\n")] = '\0';
  for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++)
    if (strcmp (name, slow[i]) == 0)
      return true;

  return false;
}

/* A process can be forbidden to read it. */
static bool
system_grants_counter (void)
{
  int mode;

  return prctl (PR_GET_TSC, &mode) == 0 && mode == PR_TSC_ENABLE && !kernel_distrusts_counter ();
}
#elif defined(__x86_64__)
/* Apple's x86-64, that of a simulator, keeps its own time by the counter; nothing else tells. */
static bool
system_grants_counter (void)
{
  return true;
}
#endif

#if defined(__x86_64__)
/* The counter must run at one rate whatever the processor does (CPUID 80000007H, EDX bit 8), and the process may read it. */
static bool
counter_is_fit (void)
{
  unsigned a, b, c, d;

  return __get_cpuid (0x80000007u, &a, &b, &c, &d) != 0 && (d & 1u << 8) != 0 && system_grants_counter ();
}
#else
/* ARM's generic timer is even and common to all processors by its architecture. */
static bool
counter_is_fit (void)
{
  return true;
}
#endif

/* Returns whether this process may read @source, and it is said to run evenly: hr_tick_clock_calibrate () sees whether
 * that is true. */
bool
hr_tick_source_is_fit (uint32_t source)
{
  return source == HR_TICKS_MONOTONIC || (source == HR_TICKS_COUNTER && counter_is_fit ());
}

/* Returns the time now on the clock of @source, one that is fit, and on CLOCK_MONOTONIC, read within some 20 ns of each other. */
HrTickMoment
hr_tick_moment_now (uint32_t source)
{
  uint64_t now;

  if (source != HR_TICKS_MONOTONIC)
    return read_moment (hr_ticks_counter, hr_clock_monotonic);

  now = hr_clock_monotonic ();

  return (HrTickMoment){ now, now };
}

static HrTickClock    process_clock;
static pthread_once_t process_clock_known = PTHREAD_ONCE_INIT;

static void
choose_clock (void)
{
  const char *wish = getenv ("HEADROOM_CLOCK");

  process_clock = (HrTickClock){ HR_TICKS_MONOTONIC, HR_TICK_SCALE_ONE };
  if ((wish == NULL || strcmp (wish, "monotonic") != 0) && hr_tick_source_is_fit (HR_TICKS_COUNTER))
    hr_tick_clock_calibrate (HR_TICKS_COUNTER, hr_ticks_counter, hr_clock_monotonic, &process_clock);
}

/* Returns how this process counts, found out by the first call in about two milliseconds and the same ever after. It is the
 * processor's counter where that is even and readable and HEADROOM_CLOCK is not "monotonic", else CLOCK_MONOTONIC. */
const HrTickClock *
hr_tick_clock_get (void)
{
  pthread_once (&process_clock_known, choose_clock);

  return &process_clock;
}

/* Returns the source's name for people: "TSC", "CNTVCT" or "clock_gettime". */
const char *
hr_tick_source_name (HrTickSource source)
{
  static const char *const names[HR_N_TICK_SOURCES] = { "clock_gettime", "TSC", "CNTVCT" };

  return (unsigned) source < HR_N_TICK_SOURCES ? names[source] : "unknown";
}
