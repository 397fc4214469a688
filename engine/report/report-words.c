/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/report/report-words.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>

/* What of a description of a host is read: it comes from a file from outside. */
#define HOST_BYTES 4096
#define VALUE_BYTES 64

/* "14.2 ms"; a dash for what nobody measured. */
char *
hr_words_value (double value,
                HrUnit unit)
{
  char text[VALUE_BYTES];

  hr_value_format (value, unit, text, sizeof text);

  return g_strdup (text);
}

/* "12,345" as the language groups digits. */
char *
hr_words_count (guint64 count)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, count);
}

/* "1.2 MB". */
char *
hr_words_size (guint64 bytes)
{
  return hr_words_value ((double) bytes / HR_BYTES_PER_MB, HR_UNIT_MEGABYTES);
}

static char *
format_time (gint64      time_us,
             const char *format)
{
  g_autoptr (GDateTime) time = time_us > 0 ? g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC) : NULL;

  return time != NULL ? g_date_time_format (time, format) : g_strdup ("–");
}

/* "2026-03-01 12:00:00", in UTC, as the report says once at its top; a dash for no time. */
char *
hr_words_time (gint64 time_us)
{
  return format_time (time_us, "%Y-%m-%d %H:%M:%S");
}

/* What stands on an axis: the day only where there are several, seconds only where they count. */
char *
hr_words_clock (gint64   time_us,
                gboolean with_day,
                gboolean with_seconds)
{
  if (with_day)
    return format_time (time_us, "%m-%d %H:%M");

  return format_time (time_us, with_seconds ? "%H:%M:%S" : "%H:%M");
}

/* "250 ms", "12 s", "5 min 10 s", "23 h 59 min". */
char *
hr_words_stretch (gint64 length_us)
{
  gint64 seconds = (length_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC;

  if (length_us <= 0)
    return g_strdup ("–");
  if (seconds < 60)
    return hr_words_value ((double) length_us / 1e3, HR_UNIT_MILLISECONDS);
  if (seconds < 3600)
    return g_strdup_printf (seconds % 60 != 0 ? _ ("%d min %d s") : _ ("%d min"), (int) (seconds / 60), (int) (seconds % 60));

  return g_strdup_printf (seconds / 60 % 60 != 0 ? _ ("%d h %d min") : _ ("%d h"), (int) (seconds / 3600), (int) (seconds / 60 % 60));
}

/* "2026-03-01 12:00:00 to 12:05:00 UTC". */
char *
hr_words_range (HrRange range)
{
  g_autofree char *begin = hr_words_time (range.begin_us);
  g_autofree char *end = hr_words_time (range.end_us);
  gboolean         one_day = strncmp (begin, end, strlen ("2026-03-01")) == 0;

  if (range.end_us <= 0)
    return g_strdup (_ ("nothing was measured"));

  /* Translators: two moments; the second without its day where that is the same. */
  return g_strdup_printf (_ ("%s to %s UTC"), begin, one_day ? end + strlen ("2026-03-01 ") : end);
}

/* "Ranking latency", or the name that a program gave. */
char *
hr_words_metric (const HrMetricInfo *metric)
{
  const HrKnownMetric *known = hr_metric_catalog_find (metric->name);

  return g_strdup (known != NULL && g_str_equal (known->name, metric->name) ? _ (known->title) : metric->name);
}

/* "limit 10 ms", "minimum 12/s". */
char *
hr_words_limit (const HrReportLimit *limit,
                HrUnit               unit)
{
  g_autofree char *value = hr_words_value (limit->value, unit);

  return g_strdup_printf (limit->least ? _ ("minimum %s") : _ ("limit %s"), value);
}

/* The contract's file without its folder, which is nobody's matter elsewhere. @report: has a contract */
char *
hr_report_contract_file (const HrReport *report)
{
  g_autofree char *base = g_path_get_basename (hr_contract_get_file (report->contract));

  return g_filename_display_name (base);
}

/* What the results were judged by. */
char *
hr_words_contract (const HrReport *report)
{
  g_autofree char *file = NULL;
  const char      *name;

  if (report->contract == NULL)
    return g_strdup (_ ("Not judged: there is no contract in the session, and none was given"));

  name = hr_contract_get_name (report->contract);
  file = hr_report_contract_file (report);

  /* Translators: a contract's name and its file. */
  return g_strdup_printf (report->contract_origin == HR_REPORT_CONTRACT_GIVEN ? _ ("Judged by “%s” (%s), as given for this report")
                                                                              : _ ("Judged by “%s” (%s), as recorded in the session"),
                          name, file);
}

/* Appends member @name of @host, and @after, where it is a text or a number. */
static void
append_member (GString    *out,
               JsonObject *host,
               const char *name,
               const char *before,
               const char *after)
{
  JsonNode        *node = json_object_get_member (host, name);
  g_autofree char *number = NULL;
  const char      *text = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    text = json_node_get_string (node);
  else if (json_node_get_value_type (node) == G_TYPE_INT64 || json_node_get_value_type (node) == G_TYPE_DOUBLE)
    text = number = g_strdup_printf ("%.0f", json_node_get_double (node));
  if (text != NULL && *text != '\0')
    g_string_append_printf (out, "%s%s%s", out->len > 0 ? before : "", text, after);
}

/* "host, Debian 12, Linux 6.1, 2 x Some Processor, 8192 MB" of what a run says of the computer that recorded; a dash where that is not to be read. */
char *
hr_words_host (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  JsonObject *host;

  if (json == NULL || strlen (json) > HOST_BYTES || !json_parser_load_from_data (parser, json, -1, NULL) ||
      json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return g_strdup ("–");

  host = json_node_get_object (json_parser_get_root (parser));
  append_member (out, host, "name", "", "");
  append_member (out, host, "system", ", ", "");
  append_member (out, host, "kernel", ", ", "");
  append_member (out, host, "processors", ", ", " × ");
  append_member (out, host, "processor", g_str_has_suffix (out->str, " × ") ? "" : ", ", "");
  append_member (out, host, "memory_mb", ", ", " MB");
  if (out->len == 0)
    g_string_append (out, "–");

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* What the whole comes to, looked up in our domain. */
const char *
hr_words_answer (HrOutcome outcome)
{
  static const char *const words[HR_N_OUTCOMES] = { N_ ("Passed"), N_ ("Undecided"), N_ ("Failed") };

  return _ (words[outcome]);
}

/* How one budget came out, looked up in our domain. */
const char *
hr_words_outcome (HrOutcome outcome)
{
  static const char *const words[HR_N_OUTCOMES] = { N_ ("Within"), N_ ("No data"), N_ ("Over") };

  return _ (words[outcome]);
}

/* Returns how @outcome is coloured. */
HrTone
hr_words_outcome_tone (HrOutcome outcome)
{
  static const HrTone tones[HR_N_OUTCOMES] = { HR_TONE_GOOD, HR_TONE_FAINT, HR_TONE_BAD };

  return tones[outcome];
}

/* "low" to "critical", looked up in our domain; a dash for none. */
const char *
hr_words_severity (HrSeverity severity)
{
  static const char *const words[HR_N_SEVERITIES] = { "–", N_ ("low"), N_ ("medium"), N_ ("high"), N_ ("critical") };

  return (unsigned) severity < HR_N_SEVERITIES && severity != HR_SEVERITY_NONE ? _ (words[severity]) : words[0];
}

/* Returns how all of it stands: NO_DATA where there was nothing to judge by. */
HrOutcome
hr_report_get_outcome (const HrReport *self)
{
  return self->assessment != NULL ? hr_assessment_get_outcome (self->assessment) : HR_OUTCOME_NO_DATA;
}

/* How a budget stood at its worst. */
static HrJudgement
judgement_of (const HrBudgetResult *result)
{
  HrJudgement judgement = { .budget = result->budget, .unit = result->unit, .value = result->worst, .limit = result->limit, .severity = result->severity };
  gboolean    compliance = result->budget->statistic == HR_STATISTIC_COMPLIANCE;

  judgement.used = compliance                        ? (1 - result->worst) / (1 - result->budget->minimum)
                   : isnan (result->budget->minimum) ? result->worst / result->limit
                                                     : result->limit / result->worst;
  judgement.standing = result->outcome == HR_OUTCOME_PASS     ? HR_STANDING_WITHIN
                       : result->outcome == HR_OUTCOME_BREACH ? HR_STANDING_OVER
                                                              : HR_STANDING_NO_DATA;

  return judgement;
}

/* Whether @other is the worse of two that have data. */
static gboolean
is_worse (const HrJudgement *one,
          const HrJudgement *other)
{
  if (one->standing != other->standing)
    return other->standing > one->standing;

  return other->used > one->used;
}

/* What a person would say of the whole session, in the words of the live verdict. */
char *
hr_report_sentence (const HrReport *self)
{
  guint                   n = self->assessment != NULL ? hr_assessment_get_n_results (self->assessment) : 0;
  g_autofree HrJudgement *judgements = g_new0 (HrJudgement, MAX (n, 1));
  HrVerdict               verdict = { .contract = self->contract, .judgements = judgements, .n_judgements = n, .worst_index = -1 };
  gint64                  over_us = 0;

  if (n == 0)
    return g_strdup (_ ("Nothing was judged"));

  for (guint i = 0; i < n; i++)
    {
      const HrBudgetResult *result = hr_assessment_get_result (self->assessment, i);

      judgements[i] = judgement_of (result);
      if (judgements[i].standing == HR_STANDING_NO_DATA || (verdict.worst_index >= 0 && !is_worse (&judgements[verdict.worst_index], &judgements[i])))
        continue;
      verdict.worst_index = (int) i;
      verdict.worst = judgements[i].standing;
      over_us = result->over_us;
    }

  return hr_verdict_sentence (&verdict, over_us * 1000);
}

/* "4 of 6 budgets kept, 1 over, 1 without data". */
char *
hr_report_tally (const HrReport *self)
{
  guint n[HR_N_OUTCOMES] = { 0 };
  guint n_results = self->assessment != NULL ? hr_assessment_get_n_results (self->assessment) : 0;

  if (n_results == 0)
    return g_strdup (_ ("no budget"));

  for (guint i = 0; i < n_results; i++)
    n[hr_assessment_get_result (self->assessment, i)->outcome]++;

  /* Translators: of budgets. */
  return g_strdup_printf (_ ("%u of %u within, %u over, %u without data"), n[HR_OUTCOME_PASS], n_results, n[HR_OUTCOME_BREACH], n[HR_OUTCOME_NO_DATA]);
}
