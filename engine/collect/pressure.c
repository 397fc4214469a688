/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /proc/pressure/{cpu,memory,io} (Documentation/accounting/psi.rst of Linux), times in microseconds since boot:
 *
 *     some avg10=0.00 avg60=0.00 avg300=0.00 total=0
 *     full avg10=0.00 avg60=0.00 avg300=0.00 total=0
 *
 * The averages are the kernel's own and slow; what an interval was like says the difference of the totals. */

#define G_LOG_DOMAIN "headroom-collect"

#include "engine/collect/pressure.h"

#include <string.h>

#define SHORTEST_NS ((gint64) HR_NS_PER_SECOND)
/* A program that was asked to clean up is left alone for so long. */
#define CLEANUP_NS (30 * (gint64) HR_NS_PER_SECOND)

static const HrMetricInfo cpu_metric = { "cpu_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo memory_metric = { "memory_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo memory_full_metric = { "memory_pressure_full", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };
static const HrMetricInfo io_metric = { "io_pressure", HR_KIND_RATIO, HR_UNIT_RATIO, HR_DIRECTION_LOWER };

/* What is read, and the metrics that come of it. */
static const struct
{
  const char         *path;
  const HrMetricInfo *some;
  const HrMetricInfo *full; /* NULL: not told */
} resources[] = {
  { "/proc/pressure/cpu", &cpu_metric, NULL },
  { "/proc/pressure/memory", &memory_metric, &memory_full_metric },
  { "/proc/pressure/io", &io_metric, NULL },
};
#define MEMORY 1

/* An event that is raised when a share reaches @from, and again only after it has fallen below half of that. */
typedef struct
{
  HrMetricInfo metric;
  double       from;
} Threshold;

static const Threshold some_threshold = { { "memory pressure", HR_KIND_EVENT, HR_UNIT_RATIO, HR_DIRECTION_LOWER }, 0.10 };
static const Threshold full_threshold = { { "memory pressure critical", HR_KIND_EVENT, HR_UNIT_RATIO, HR_DIRECTION_LOWER }, 0.05 };

typedef struct
{
  HrCollector parent;
  HrFeed     *computer;
  char       *root;
  gboolean    absent;    /* this kernel tells nothing */
  gint64      before_ns; /* 0: not read yet */
  HrPressure  before[G_N_ELEMENTS (resources)];
  gboolean    short_of_memory;
  gboolean    critical;
  gboolean    asked; /* for a cleanup, at @asked_ns */
  gint64      asked_ns;
} Pressure;

/* Reads one average, "avg10=1.23 ", whose value nobody needs. Returns what follows, NULL when it is not as expected. */
static const char *
skip_average (const char *text,
              const char *key)
{
  gsize       length = strlen (key);
  const char *end;

  if (strncmp (text, key, length) != 0)
    return NULL;

  text += length;
  end = text + strspn (text, "0123456789.");

  return end > text && *end == ' ' ? end + 1 : NULL;
}

/* Reads one line that begins with @word. Returns what follows it, NULL when it is not as expected. */
static const char *
parse_line (const char *text,
            const char *word,
            guint64    *out_us)
{
  static const char *const averages[] = { "avg10=", "avg60=", "avg300=" };
  char                    *end;
  guint64                  total;

  text = g_str_has_prefix (text, word) ? text + strlen (word) : NULL;
  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (averages); i++)
    text = skip_average (text, averages[i]);
  if (text == NULL || !g_str_has_prefix (text, "total=") || !g_ascii_isdigit (text[strlen ("total=")]))
    return NULL;

  total = g_ascii_strtoull (text + strlen ("total="), &end, 10);
  if (*end != '\n' || total == G_MAXUINT64)
    return NULL;
  *out_us = total;

  return end + 1;
}

/* Reads one file of /proc/pressure. Kernels before 5.13 do not say when all tasks wait for a processor. FALSE, with
 * @out untouched, when a line is not as expected, missing, or twice there. */
gboolean
hr_pressure_parse (const char *text,
                   HrPressure *out)
{
  HrPressure pressure = { 0 };

  text = parse_line (text, "some ", &pressure.some_us);
  if (text != NULL && *text != '\0')
    text = parse_line (text, "full ", &pressure.full_us);
  if (text == NULL || *text != '\0')
    return FALSE;

  *out = pressure;

  return TRUE;
}

/* Returns whether this process lacked what it may have again later. */
static gboolean
is_shortage (const GError *error)
{
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_MFILE) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NFILE) ||
         g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOMEM);
}

/* Reads all files. Where there are none the kernel does not account for pressure (or was told not to: then they cannot
 * be read), and will not before it starts again. That is nothing wrong. */
static gboolean
read_all (Pressure   *self,
          HrPressure *now,
          GError    **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      g_autofree char *path = g_strconcat (self->root, resources[i].path, NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) cause = NULL;

      if (!g_file_get_contents (path, &text, NULL, &cause))
        {
          if (is_shortage (cause))
            {
              g_set_error_literal (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, cause->message);
              return FALSE;
            }
          g_debug ("no pressure is told: %s", cause->message);
          self->absent = TRUE;
          return TRUE;
        }
      if (!hr_pressure_parse (text, &now[i]))
        {
          g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_MALFORMED, "%s is not as expected", path);
          return FALSE;
        }
    }

  return TRUE;
}

/* Returns the share of @elapsed_ns that the counter grew by. It may be a little more than all of it: the kernel adds up
 * at moments of its own. */
static double
share (guint64 now_us,
       guint64 before_us,
       gint64  elapsed_ns)
{
  return now_us > before_us ? MIN ((double) (now_us - before_us) * 1000 / (double) elapsed_ns, 1) : 0;
}

/* Raises the event when @value comes to the threshold. Returns whether it is, or has not yet fallen far enough since. */
static gboolean
watch (Pressure        *self,
       const Threshold *threshold,
       double           value,
       gboolean         raised)
{
  if (raised)
    return value >= threshold->from / 2;
  if (value < threshold->from)
    return FALSE;

  hr_feed_measure (self->computer, &threshold->metric, value);

  return TRUE;
}

static void
ask_for_cleanup (Pressure  *self,
                 gint64     now_ns,
                 GPtrArray *feeds)
{
  if (self->asked && now_ns - self->asked_ns < CLEANUP_NS)
    return;

  for (guint i = 0; i < feeds->len; i++)
    hr_feed_request_cleanup (feeds->pdata[i]);
  self->asked = TRUE;
  self->asked_ns = now_ns;
}

static void
measure (Pressure         *self,
         const HrPressure *now,
         gint64            now_ns,
         GPtrArray        *feeds)
{
  gint64 elapsed_ns = now_ns - self->before_ns;

  for (gsize i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      double some = share (now[i].some_us, self->before[i].some_us, elapsed_ns);
      double full = share (now[i].full_us, self->before[i].full_us, elapsed_ns);

      hr_feed_measure (self->computer, resources[i].some, some);
      if (resources[i].full != NULL)
        hr_feed_measure (self->computer, resources[i].full, full);
      if (i == MEMORY)
        {
          self->short_of_memory = watch (self, &some_threshold, some, self->short_of_memory);
          self->critical = watch (self, &full_threshold, full, self->critical);
        }
    }
  if (self->critical)
    ask_for_cleanup (self, now_ns, feeds);
}

static gboolean
pressure_collect (HrCollector *collector,
                  gint64       now_ns,
                  GPtrArray   *feeds,
                  GError     **error)
{
  Pressure  *self = (Pressure *) collector;
  HrPressure now[G_N_ELEMENTS (resources)];

  if (self->absent || (self->before_ns != 0 && now_ns - self->before_ns < SHORTEST_NS))
    return TRUE;

  /* Differences across a pause would be averages over the pause. */
  if (!hr_feed_get_sampling (self->computer))
    {
      self->before_ns = 0;
      return TRUE;
    }
  if (!read_all (self, now, error))
    {
      self->before_ns = 0;
      return FALSE;
    }
  if (self->absent)
    return TRUE;

  if (self->before_ns != 0)
    measure (self, now, now_ns, feeds);
  memcpy (self->before, now, sizeof now);
  self->before_ns = now_ns;

  return TRUE;
}

static void
pressure_free (HrCollector *collector)
{
  Pressure *self = (Pressure *) collector;

  hr_feed_unref (self->computer);
  g_free (self->root);
  g_free (self);
}

/* Creates (transfer full) the collector of this computer's pressure, which adds to the feed @computer. */
HrCollector *
hr_pressure_new (const char *root,
                 HrFeed     *computer)
{
  static const HrCollectorClass klass = { "pressure", pressure_collect, NULL, pressure_free };
  Pressure                     *self = g_new0 (Pressure, 1);

  self->parent.klass = &klass;
  self->computer = hr_feed_ref (computer);
  self->root = g_strdup (root);

  return &self->parent;
}
