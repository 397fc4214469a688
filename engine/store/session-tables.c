/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The small tables of a session, which are held in memory: sources, metrics, recordings, runs, contracts. Whatever the file says is checked
 * and bounded here before anybody sees it. */

#include "engine/store/session-private.h"

#include "engine/store/words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_SOURCES 16384
#define MAX_METRICS 262144
#define MAX_ROWS 100000

/* Longer than any that comes over the wire. */
#define MAX_NAME_BYTES 1024

static void
source_clear (HrSessionSource *self)
{
  hr_source_note_clear (&self->what);
}

static void
recording_clear (HrSessionRecording *self)
{
  g_free (self->name);
}

static void
run_clear (HrSessionRun *self)
{
  g_free (self->boot);
  g_free (self->version);
  g_free (self->host);
}

static void
contract_clear (HrSessionContract *self)
{
  g_free (self->file);
  g_free (self->text);
}

static GArray *
array_new (gsize          element_size,
           GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, TRUE, (guint) element_size);

  if (clear != NULL)
    g_array_set_clear_func (array, clear);

  return array;
}

/* Sets @error: @table is larger than anything of ours. Returns FALSE. */
gboolean
hr_session_fail_limit (HrSession  *self,
                       const char *table,
                       GError    **error)
{
  g_autofree char *name = g_path_get_basename (self->path);

  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_LIMIT, _ ("“%s” has more rows of “%s” than can be read"), name, table);

  return FALSE;
}

static gboolean
read_source (HrSession    *self,
             sqlite3_stmt *row,
             gpointer      user_data,
             GError      **error)
{
  HrSessionSource  source = { .id = sqlite3_column_int64 (row, 0) };
  g_autofree char *role_word = hr_session_column_text (row, 6);
  g_autofree char *group_word = hr_session_column_text (row, 7);
  guint            role, group;

  if (self->sources->len >= MAX_SOURCES)
    return hr_session_fail_limit (self, "source", error);

  source.what.name = hr_session_column_text (row, 1);
  source.what.title = hr_session_column_text (row, 2);
  source.what.detail = hr_session_column_text (row, 3);
  source.what.address = hr_session_column_text (row, 4);
  source.what.origin = hr_session_column_text (row, 5);
  if (source.what.name == NULL || source.what.title == NULL || source.what.address == NULL ||
      !hr_store_find_word (HR_WORDS_ROLE, role_word, &role) || !hr_store_find_word (HR_WORDS_GROUP, group_word, &group))
    {
      hr_session_add_damaged (self, "source", 0, source.id);
      source_clear (&source);
      return TRUE;
    }
  source.what.role = (HrSourceRole) role;
  source.what.group = (HrSourceGroup) group;
  g_array_append_val (self->sources, source);

  return TRUE;
}

/* Reads a metric whose columns are those of HR_QUERY_METRICS. Returns FALSE when it is none. */
gboolean
hr_session_read_metric (sqlite3_stmt    *row,
                        HrSessionMetric *out)
{
  g_autofree char *name = hr_session_column_text (row, 2);
  g_autofree char *kind_word = hr_session_column_text (row, 3);
  g_autofree char *unit_word = hr_session_column_text (row, 4);
  g_autofree char *direction_word = hr_session_column_text (row, 5);
  guint            kind, unit, direction;

  if (name == NULL || strlen (name) > MAX_NAME_BYTES || !hr_store_find_word (HR_WORDS_KIND, kind_word, &kind) ||
      !hr_store_find_word (HR_WORDS_UNIT, unit_word, &unit) || !hr_store_find_word (HR_WORDS_DIRECTION, direction_word, &direction))
    return FALSE;

  *out = (HrSessionMetric){
    .id = sqlite3_column_int64 (row, 0),
    .source = sqlite3_column_int64 (row, 1),
    .info = { g_intern_string (name), (HrKind) kind, (HrUnit) unit, (HrDirection) direction },
  };

  return TRUE;
}

static gboolean
read_metric (HrSession    *self,
             sqlite3_stmt *row,
             gpointer      user_data,
             GError      **error)
{
  HrSessionMetric metric;

  if (self->metrics->len >= MAX_METRICS)
    return hr_session_fail_limit (self, "metric", error);
  if (hr_session_read_metric (row, &metric))
    g_array_append_val (self->metrics, metric);
  else
    hr_session_add_damaged (self, "metric", 0, sqlite3_column_int64 (row, 0));

  return TRUE;
}

static gboolean
read_recording (HrSession    *self,
                sqlite3_stmt *row,
                gpointer      user_data,
                GError      **error)
{
  HrSessionRecording recording = { .id = sqlite3_column_int64 (row, 0), .name = hr_session_column_text (row, 1) };

  if (self->recordings->len >= MAX_ROWS)
    {
      recording_clear (&recording);
      return hr_session_fail_limit (self, "recording", error);
    }
  recording.begin_us = sqlite3_column_int64 (row, 2);
  recording.end_us = sqlite3_column_int64 (row, 3);
  if (recording.name == NULL)
    recording.name = g_strdup ("");
  g_array_append_val (self->recordings, recording);

  return TRUE;
}

static gboolean
read_run (HrSession    *self,
          sqlite3_stmt *row,
          gpointer      user_data,
          GError      **error)
{
  HrSessionRun run = { .begin_us = sqlite3_column_int64 (row, 1), .end_us = sqlite3_column_int64 (row, 2) };

  if (self->runs->len >= MAX_ROWS)
    return hr_session_fail_limit (self, "run", error);

  run.boot = hr_session_column_text (row, 3);
  run.version = hr_session_column_text (row, 4);
  run.host = hr_session_column_text (row, 5);
  if (run.boot == NULL || run.version == NULL || run.host == NULL)
    {
      hr_session_add_damaged (self, "run", 0, sqlite3_column_int64 (row, 0));
      run_clear (&run);
      return TRUE;
    }
  g_array_append_val (self->runs, run);

  return TRUE;
}

static gboolean
read_contract (HrSession    *self,
               sqlite3_stmt *row,
               gpointer      user_data,
               GError      **error)
{
  HrSessionContract contract = { .from_us = sqlite3_column_int64 (row, 1) };

  if (self->contracts->len >= MAX_ROWS)
    return hr_session_fail_limit (self, "contract", error);

  contract.file = hr_session_column_text (row, 2);
  contract.text = hr_session_column_text (row, 3);
  if (contract.file == NULL || contract.text == NULL)
    {
      hr_session_add_damaged (self, "contract", 0, sqlite3_column_int64 (row, 0));
      contract_clear (&contract);
      return TRUE;
    }
  g_array_append_val (self->contracts, contract);

  return TRUE;
}

static int
compare_ids (gint64 a,
             gint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_sources (gconstpointer a,
                 gconstpointer b)
{
  return compare_ids (((const HrSessionSource *) a)->id, ((const HrSessionSource *) b)->id);
}

static int
compare_metrics (gconstpointer a,
                 gconstpointer b)
{
  const HrSessionMetric *one = a, *other = b;
  int                    by_source = compare_ids (one->source, other->source);

  return by_source != 0 ? by_source : compare_ids (one->id, other->id);
}

static int
compare_contracts (gconstpointer a,
                   gconstpointer b)
{
  return compare_ids (((const HrSessionContract *) a)->from_us, ((const HrSessionContract *) b)->from_us);
}

/* Returns: (transfer none) (nullable): the source with @id. */
static HrSessionSource *
find_source (HrSession *self,
             gint64     id)
{
  const HrSessionSource wanted = { .id = id };
  guint                 index;

  if (!g_array_binary_search (self->sources, &wanted, compare_sources, &index))
    return NULL;

  return &g_array_index (self->sources, HrSessionSource, index);
}

/* Returns: (transfer none) (nullable): what source @id is called; NULL when it is not known. */
const char *
hr_session_get_source_name (HrSession *self,
                            gint64     id)
{
  const HrSessionSource *source = find_source (self, id);

  return source != NULL ? source->what.name : NULL;
}

/* Adds a chunk or batch to what there is of its source. */
static gboolean
read_extent (HrSession    *self,
             sqlite3_stmt *row,
             gpointer      user_data,
             GError      **error)
{
  HrSessionSource *source = find_source (self, sqlite3_column_int64 (row, 1));
  gint64           n = sqlite3_column_int64 (row, 2);
  gint64           begin_us = sqlite3_column_int64 (row, 3), end_us = sqlite3_column_int64 (row, 4);

  if (source == NULL || n < 1 || n > HR_CHUNK_SNAPSHOTS)
    return TRUE;

  source->begin_us = source->n_snapshots == 0 ? begin_us : MIN (source->begin_us, begin_us);
  source->end_us = source->n_snapshots == 0 ? end_us : MAX (source->end_us, end_us);
  source->n_snapshots += (guint64) n;

  return TRUE;
}

/* Returns where @source's metrics begin among all. */
static guint
find_metrics (HrSession *self,
              gint64     source)
{
  guint low = 0, high = self->metrics->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->metrics, HrSessionMetric, middle).source < source)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/* Counts each source's metrics, which stand in order. */
static void
count_metrics (HrSession *self)
{
  for (guint i = 0; i < self->metrics->len; i++)
    {
      HrSessionSource *source = find_source (self, g_array_index (self->metrics, HrSessionMetric, i).source);

      if (source != NULL)
        source->n_metrics++;
    }
}

/* Reads all of the tables, which are empty. */
static gboolean
read_tables (HrSession *self,
             GError   **error)
{
  static const char extent[] = "source, n, begin_us, end_us";

  if (!hr_session_scan (self, "source", "name, title, detail, address, origin, role, place", FALSE, read_source, NULL, error) ||
      !hr_session_scan (self, "metric", "source, name, kind, unit, direction", FALSE, read_metric, NULL, error) ||
      !hr_session_scan (self, "recording", "name, begin_us, end_us", FALSE, read_recording, NULL, error) ||
      !hr_session_scan (self, "run", "begin_us, end_us, boot, version, host", FALSE, read_run, NULL, error) ||
      !hr_session_scan (self, "contract", "from_us, file, text", FALSE, read_contract, NULL, error))
    return FALSE;

  g_array_sort (self->sources, compare_sources);
  g_array_sort (self->metrics, compare_metrics);
  g_array_sort (self->contracts, compare_contracts);
  count_metrics (self);

  return hr_session_scan (self, "chunk", extent, FALSE, read_extent, NULL, error) && hr_session_scan (self, "batch", extent, FALSE, read_extent, NULL, error);
}

/* Returns a number that is another after somebody else wrote. */
static gint64
read_data_version (HrSession *self)
{
  sqlite3_stmt *version = hr_session_query (self, HR_QUERY_DATA_VERSION, NULL);
  gint64        result = -1;

  if (version != NULL && sqlite3_step (version) == SQLITE_ROW)
    result = sqlite3_column_int64 (version, 0);
  if (version != NULL)
    sqlite3_reset (version);

  return result;
}

/* Reads the tables anew if anything was written since: sources, metrics, recordings, runs and contracts may be more, and what the session
 * owns of them is freed. On failure the tables may be empty. */
gboolean
hr_session_refresh (HrSession *self,
                    GError   **error)
{
  gboolean ok;
  gint64   version;

  if (!hr_session_begin (self, error))
    return FALSE;

  version = read_data_version (self);
  ok = version >= 0 && version == self->data_version;
  if (!ok)
    {
      hr_session_clear_tables (self);
      hr_session_init_tables (self);
      ok = read_tables (self, error);
      self->data_version = ok ? version : -1;
    }
  hr_session_end (self);

  return ok;
}

/* Makes the tables, empty. */
void
hr_session_init_tables (HrSession *self)
{
  self->data_version = -1;
  self->sources = array_new (sizeof (HrSessionSource), (GDestroyNotify) source_clear);
  self->metrics = array_new (sizeof (HrSessionMetric), NULL);
  self->recordings = array_new (sizeof (HrSessionRecording), (GDestroyNotify) recording_clear);
  self->runs = array_new (sizeof (HrSessionRun), (GDestroyNotify) run_clear);
  self->contracts = array_new (sizeof (HrSessionContract), (GDestroyNotify) contract_clear);
}

/* Frees the tables. */
void
hr_session_clear_tables (HrSession *self)
{
  g_array_unref (self->sources);
  g_array_unref (self->metrics);
  g_array_unref (self->recordings);
  g_array_unref (self->runs);
  g_array_unref (self->contracts);
}

/* Returns how many sources there were at the last refresh. */
guint
hr_session_get_n_sources (HrSession *self)
{
  return self->sources->len;
}

/* Returns: (transfer none): source number @index of them. */
const HrSessionSource *
hr_session_get_source (HrSession *self,
                       guint      index)
{
  g_return_val_if_fail (index < self->sources->len, NULL);

  return &g_array_index (self->sources, HrSessionSource, index);
}

/* Returns how many metrics @source had at the last refresh. */
guint
hr_session_get_n_metrics (HrSession *self,
                          gint64     source)
{
  const HrSessionSource *found = find_source (self, source);

  return found != NULL ? found->n_metrics : 0;
}

/* Returns: (transfer none): metric number @index of @source's: the number by which replayed snapshots name it. */
const HrSessionMetric *
hr_session_get_metric (HrSession *self,
                       gint64     source,
                       guint      index)
{
  g_return_val_if_fail (index < hr_session_get_n_metrics (self, source), NULL);

  return &g_array_index (self->metrics, HrSessionMetric, find_metrics (self, source) + index);
}

/* Returns how many stretches have a name. */
guint
hr_session_get_n_recordings (HrSession *self)
{
  return self->recordings->len;
}

/* Returns: (transfer none): recording number @index, in the order in which they were made. */
const HrSessionRecording *
hr_session_get_recording (HrSession *self,
                          guint      index)
{
  g_return_val_if_fail (index < self->recordings->len, NULL);

  return &g_array_index (self->recordings, HrSessionRecording, index);
}

/* Returns how often a writer opened the file. */
guint
hr_session_get_n_runs (HrSession *self)
{
  return self->runs->len;
}

/* Returns: (transfer none): run number @index, the oldest first. */
const HrSessionRun *
hr_session_get_run (HrSession *self,
                    guint      index)
{
  g_return_val_if_fail (index < self->runs->len, NULL);

  return &g_array_index (self->runs, HrSessionRun, index);
}

/* Returns how many contracts were in force one after the other. */
guint
hr_session_get_n_contracts (HrSession *self)
{
  return self->contracts->len;
}

/* Returns: (transfer none): contract number @index, in order of time. */
const HrSessionContract *
hr_session_get_contract (HrSession *self,
                         guint      index)
{
  g_return_val_if_fail (index < self->contracts->len, NULL);

  return &g_array_index (self->contracts, HrSessionContract, index);
}

/* Returns from where to where there is anything of any source; 0, 0 for an empty session. */
HrRange
hr_session_get_range (HrSession *self)
{
  HrRange range = { 0 };

  for (guint i = 0; i < self->sources->len; i++)
    {
      const HrSessionSource *source = &g_array_index (self->sources, HrSessionSource, i);

      if (source->n_snapshots == 0)
        continue;
      range.begin_us = range.end_us == 0 ? source->begin_us : MIN (range.begin_us, source->begin_us);
      range.end_us = MAX (range.end_us, source->end_us);
    }

  return range;
}
