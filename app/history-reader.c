/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/history-reader.h"

#include <string.h>

/* Bins of the whole: enough for a screen's width, so that something is there to be seen before finer ones are. */
#define N_WHOLE_BINS 1000

/* Records that are shown at once: more would be a block of dots. */
#define MAX_RECORDS 20000

struct _HrHistoryReader
{
  HrSession *session; /* owned; NULL: to be opened */
};

/* Returns a reader that has nothing open yet. */
HrHistoryReader *
hr_history_reader_new (void)
{
  return g_new0 (HrHistoryReader, 1);
}

/* Closes what is open. */
void
hr_history_reader_free (HrHistoryReader *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->session, hr_session_close);
  g_free (self);
}

/* Frees it; accepts NULL. */
void
hr_history_query_free (HrHistoryQuery *query)
{
  if (query == NULL)
    return;

  g_free (query->path);
  g_free (query->source);
  g_strfreev (query->metrics);
  g_free (query);
}

static void
source_clear (gpointer data)
{
  HrHistorySource *source = data;

  g_free (source->name);
  g_free (source->title);
}

static void
series_clear (gpointer data)
{
  HrHistorySeries *series = data;

  g_free (series->name);
  g_clear_pointer (&series->fine, g_array_unref);
  g_clear_pointer (&series->whole, g_array_unref);
  g_clear_pointer (&series->times_us, g_array_unref);
  g_clear_pointer (&series->values, g_array_unref);
}

static HrHistoryAnswer *
answer_new (void)
{
  HrHistoryAnswer *answer = g_new0 (HrHistoryAnswer, 1);

  answer->sources = g_array_new (FALSE, TRUE, sizeof (HrHistorySource));
  g_array_set_clear_func (answer->sources, source_clear);
  answer->series = g_array_new (FALSE, TRUE, sizeof (HrHistorySeries));
  g_array_set_clear_func (answer->series, series_clear);

  return answer;
}

/* Frees it; accepts NULL. */
void
hr_history_answer_free (HrHistoryAnswer *answer)
{
  if (answer == NULL)
    return;

  g_array_unref (answer->sources);
  g_array_unref (answer->series);
  g_clear_pointer (&answer->alerts, g_ptr_array_unref);
  g_clear_pointer (&answer->marks, g_ptr_array_unref);
  g_clear_pointer (&answer->contract, hr_contract_unref);
  g_free (answer->source);
  g_free (answer);
}

/* Returns what is known of the metric called @name; borrowed, NULL: nothing. */
const HrHistorySeries *
hr_history_answer_find (const HrHistoryAnswer *answer,
                        const char            *name)
{
  for (guint i = 0; i < answer->series->len; i++)
    {
      const HrHistorySeries *series = &g_array_index (answer->series, HrHistorySeries, i);

      if (g_str_equal (series->name, name))
        return series;
    }

  return NULL;
}

/* Has @path open and what was written to it since known. */
static gboolean
prepare (HrHistoryReader *self,
         const char      *path,
         GError         **error)
{
  if (self->session != NULL && !g_str_equal (hr_session_get_path (self->session), path))
    g_clear_pointer (&self->session, hr_session_close);
  if (self->session != NULL)
    {
      if (hr_session_refresh (self->session, error))
        return TRUE;
      /* What stands there next time may be another file. */
      g_clear_pointer (&self->session, hr_session_close);
      return FALSE;
    }

  self->session = hr_session_open (path, error);

  return self->session != NULL;
}

/* Lists the sources; returns the one that is asked for, or NULL. */
static const HrSessionSource *
find_source (HrHistoryReader      *self,
             const HrHistoryQuery *query,
             HrHistoryAnswer      *answer)
{
  const HrSessionSource *found = NULL;

  for (guint i = 0; i < hr_session_get_n_sources (self->session); i++)
    {
      const HrSessionSource *source = hr_session_get_source (self->session, i);
      HrHistorySource        entry = { g_strdup (source->what.name), g_strdup (source->what.title) };

      g_array_append_val (answer->sources, entry);
      if (source->n_snapshots > 0 && found == NULL && (query->source == NULL || g_str_equal (source->what.name, query->source)))
        found = source;
    }

  return found;
}

/* Returns what of @range lies in @within, where that is one. */
static HrRange
cut (HrRange range,
     HrRange within)
{
  if (within.begin_us == 0 && within.end_us == 0)
    return range;

  range.begin_us = CLAMP (range.begin_us, within.begin_us, within.end_us);
  range.end_us = CLAMP (range.end_us, range.begin_us, within.end_us);

  return range;
}

/* Returns what is to be seen: the stretch of a recording, or what was asked for. */
static HrRange
get_within (HrHistoryReader      *self,
            const HrHistoryQuery *query)
{
  for (guint i = 0; query->recording != 0 && i < hr_session_get_n_recordings (self->session); i++)
    {
      const HrSessionRecording *recording = hr_session_get_recording (self->session, i);

      if (recording->id == query->recording)
        return (HrRange){ recording->begin_us, recording->end_us != 0 ? recording->end_us : G_MAXINT64 };
    }

  return query->within;
}

static gboolean
is_wanted (const HrHistoryQuery *query,
           const char           *name)
{
  return query->metrics != NULL && g_strv_contains ((const char *const *) query->metrics, name);
}

/* Reads the bins of one metric as far as they are asked for. */
static gboolean
read_series (HrHistoryReader       *self,
             const HrHistoryQuery  *query,
             const HrSessionMetric *metric,
             HrHistoryAnswer       *answer,
             GError               **error)
{
  HrHistorySeries series = { .name = g_strdup (metric->info.name), .info = metric->info };

  series.info.name = series.name;
  if (is_wanted (query, series.name))
    {
      series.fine = hr_session_read_bins (self->session, metric->id, answer->range, query->n_bins, error);
      if (series.fine != NULL && query->whole)
        series.whole = hr_session_read_bins (self->session, metric->id, answer->bounds, N_WHOLE_BINS, error);
      if (series.fine == NULL || (query->whole && series.whole == NULL))
        {
          series_clear (&series);
          return FALSE;
        }
    }
  g_array_append_val (answer->series, series);

  return TRUE;
}

static gboolean
read_all_series (HrHistoryReader       *self,
                 const HrHistoryQuery  *query,
                 const HrSessionSource *source,
                 HrHistoryAnswer       *answer,
                 GCancellable          *cancellable,
                 GError               **error)
{
  for (guint i = 0; i < hr_session_get_n_metrics (self->session, source->id); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !read_series (self, query, hr_session_get_metric (self->session, source->id, i), answer, error))
      return FALSE;

  return TRUE;
}

static void
add_records (HrHistoryAnswer   *answer,
             const HrRawWindow *window,
             HrRange            range)
{
  answer->n_raw_lost += window->n_lost;
  for (guint i = 0; i < window->n; i++)
    {
      HrHistorySeries *series;

      if (window->times_us[i] < range.begin_us || window->times_us[i] > range.end_us || window->metrics[i] >= answer->series->len)
        continue;
      series = &g_array_index (answer->series, HrHistorySeries, window->metrics[i]);
      if (series->fine == NULL || (series->info.kind == HR_KIND_COUNTER || series->info.kind == HR_KIND_EVENT))
        continue;
      if (series->times_us == NULL)
        {
          series->times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
          series->values = g_array_new (FALSE, FALSE, sizeof (double));
        }
      if (series->times_us->len == MAX_RECORDS)
        continue;
      g_array_append_val (series->times_us, window->times_us[i]);
      g_array_append_val (series->values, window->values[i]);
    }
}

static gboolean
read_records (HrHistoryReader       *self,
              const HrSessionSource *source,
              HrHistoryAnswer       *answer,
              GError               **error)
{
  g_autoptr (GPtrArray) windows = hr_session_read_raw (self->session, source->id, answer->range, error);

  if (windows == NULL)
    return FALSE;
  for (guint i = 0; i < windows->len; i++)
    add_records (answer, g_ptr_array_index (windows, i), answer->range);

  return TRUE;
}

/* What the file's contract says last; one that cannot be read is none. */
static HrContract *
read_contract (HrSession *session)
{
  guint                    n = hr_session_get_n_contracts (session);
  const HrSessionContract *contract = n > 0 ? hr_session_get_contract (session, n - 1) : NULL;

  return contract != NULL ? hr_contract_parse (contract->text, strlen (contract->text), contract->file, NULL) : NULL;
}

static gboolean
read_whole (HrHistoryReader *self,
            HrHistoryAnswer *answer,
            GError         **error)
{
  answer->has_whole = TRUE;
  answer->contract = read_contract (self->session);
  answer->alerts = hr_session_read_alerts (self->session, answer->bounds, error);
  if (answer->alerts == NULL)
    return FALSE;
  answer->marks = hr_session_read_marks (self->session, answer->bounds, error);

  return answer->marks != NULL;
}

/* Reads what @query asks for. Returns: (transfer full) (nullable): NULL with @error set; a file that has nothing of the source is no error. */
HrHistoryAnswer *
hr_history_reader_read (HrHistoryReader      *self,
                        const HrHistoryQuery *query,
                        GCancellable         *cancellable,
                        GError              **error)
{
  g_autoptr (HrHistoryAnswer) answer = answer_new ();
  const HrSessionSource *source;

  if (!prepare (self, query->path, error))
    return NULL;

  source = find_source (self, query, answer);
  if (source == NULL)
    return g_steal_pointer (&answer);

  answer->source = g_strdup (source->what.name);
  answer->bounds = cut ((HrRange){ source->begin_us, source->end_us }, get_within (self, query));
  answer->range = cut (query->range, answer->bounds);
  if (!read_all_series (self, query, source, answer, cancellable, error))
    return NULL;
  if (query->raw && !read_records (self, source, answer, error))
    return NULL;
  if (query->whole && !read_whole (self, answer, error))
    return NULL;
  answer->n_damaged = hr_session_get_n_damaged (self->session);

  return g_steal_pointer (&answer);
}
