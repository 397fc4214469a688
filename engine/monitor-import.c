/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A foreign table becomes a session: rows go, a chunk at a time, into a file beside the one that was asked for, which takes its name when
 * all of it is there. */

#include "engine/monitor-import.h"

#include "engine/collect/csv-intake.h"
#include "engine/store/block.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define PIECE_BYTES ((gsize) 256 * 1024)
/* So many rows show how far apart they are. */
#define FIRST_ROWS 64
/* A row that comes later than so many of them is behind a gap. */
#define GAP_ROWS 3

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
/* Longer than any session can be. */
#define LONGEST_US (25 * 365 * DAY_US)

/* A source of the table, with what of it is not written yet. */
typedef struct
{
  gint64     id;
  gint64    *metric_ids; /* by the table's number of them; 0: not met yet */
  GPtrArray *waiting;    /* HrSnapshot */
  guint64    n;          /* ever */
  gint64     typical_ns; /* how far apart rows are; 0: not known yet */
  gint64     last_ns;    /* end of the newest row */
} Source;

typedef struct
{
  HrCsvIntake           *intake;
  HrWriter              *writer;
  const HrImportOptions *options;
  const char            *path;
  GHashTable            *sources;   /* by name */
  gint64                 origin_us; /* a day before the first row: the zero of the clock that a table has none of; 0: no row came yet */
  GError                *error;
} Import;

static void
source_free (gpointer data)
{
  Source *self = data;

  g_ptr_array_unref (self->waiting);
  g_free (self->metric_ids);
  g_free (self);
}

/* Frees what @self holds. */
void
hr_import_result_clear (HrImportResult *self)
{
  g_clear_pointer (&self->complaints, g_strfreev);
}

static int
compare_lengths (gconstpointer a,
                 gconstpointer b)
{
  gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

/* The median distance of the rows that wait; a second where there is but one. */
static gint64
measure_distance (const Source *self)
{
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 1; i < self->waiting->len; i++)
    {
      const HrSnapshot *before = g_ptr_array_index (self->waiting, i - 1), *snapshot = g_ptr_array_index (self->waiting, i);
      gint64            length = snapshot->end_ns - before->end_ns;

      g_array_append_val (lengths, length);
    }
  if (lengths->len == 0)
    return HR_NS_PER_SECOND;
  g_array_sort (lengths, compare_lengths);

  return g_array_index (lengths, gint64, lengths->len / 2);
}

/* How long the interval of a row is that the table does not say it of: since the row before, unless that is so long ago that there is a gap. */
static gint64
interval_between (const Source *self,
                  gint64        before_ns,
                  gint64        end_ns)
{
  gint64 length = end_ns - before_ns;

  return length <= GAP_ROWS * self->typical_ns ? length : self->typical_ns;
}

/* Gives the first rows their intervals, now that it is known how far apart they are. */
static void
settle_intervals (Source *self)
{
  gint64 before_ns = G_MININT64 / 2;

  if (self->typical_ns > 0)
    return;

  self->typical_ns = measure_distance (self);
  for (guint i = 0; i < self->waiting->len; i++)
    {
      HrSnapshot *snapshot = g_ptr_array_index (self->waiting, i);

      if (snapshot->interval_ns == 0)
        snapshot->interval_ns = interval_between (self, before_ns, snapshot->end_ns);
      before_ns = snapshot->end_ns;
    }
}

static gboolean
write_source (Import *self,
              Source *source)
{
  settle_intervals (source);
  if (source->waiting->len == 0)
    return TRUE;
  if (!hr_writer_add_snapshots (self->writer, source->id, (HrSnapshot *const *) source->waiting->pdata, source->waiting->len, source->metric_ids, &self->error) ||
      !hr_writer_commit (self->writer, &self->error))
    return FALSE;
  g_ptr_array_set_size (source->waiting, 0);

  return TRUE;
}

/* Returns: (transfer none) (nullable): what the file knows the source as, made when the table speaks of it for the first time */
static Source *
find_source (Import     *self,
             const char *name)
{
  Source          *source = g_hash_table_lookup (self->sources, name);
  g_autofree char *file = g_path_get_basename (self->path);
  g_autofree char *shown = g_filename_display_name (file);
  /* Translators: of a file. */
  g_autofree char *detail = g_strdup_printf (_ ("Imported from %s"), shown);
  HrSourceNote     note = { .name = (char *) name, .title = (char *) name, .detail = detail, .address = (char *) "csv:", .role = HR_SOURCE_PROCESS, .group = HR_GROUP_COMPUTER };
  gint64           id;

  if (source != NULL)
    return source;

  id = hr_writer_add_source (self->writer, &note, &self->error);
  if (id == 0)
    return NULL;
  source = g_new0 (Source, 1);
  source->id = id;
  source->metric_ids = g_new0 (gint64, MAX (hr_csv_intake_get_n_metrics (self->intake), 1));
  source->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_snapshot_unref);
  g_hash_table_insert (self->sources, g_strdup (name), source);

  return source;
}

/* Has the file know every metric that @row has. */
static gboolean
add_metrics (Import         *self,
             Source         *source,
             const HrCsvRow *row)
{
  for (guint i = 0; i < row->n_samples; i++)
    {
      gint64 *id = &source->metric_ids[row->samples[i].metric];

      if (*id == 0)
        *id = hr_writer_add_metric (self->writer, source->id, hr_csv_intake_get_metric (self->intake, row->samples[i].metric), &self->error);
      if (*id == 0)
        return FALSE;
    }

  return TRUE;
}

static gboolean
row_cb (const HrCsvRow *row,
        gpointer        user_data)
{
  Import    *self = user_data;
  Source    *source = find_source (self, row->source != NULL ? row->source : self->options->source);
  HrSnapshot head = { .interval_ns = row->interval_ns, .time_us = row->time_us, .lost = row->lost, .catch_up = row->catch_up };

  if (source == NULL || !add_metrics (self, source, row))
    return FALSE;
  if (self->origin_us == 0)
    self->origin_us = row->time_us - DAY_US;
  if (ABS (row->time_us - self->origin_us) > LONGEST_US)
    {
      g_set_error (&self->error, HR_CSV_ERROR, HR_CSV_ERROR_LIMIT, _ ("Line %" G_GUINT64_FORMAT " is more than 25 years from the first one"), row->line);
      return FALSE;
    }

  head.end_ns = (row->time_us - self->origin_us) * 1000;
  head.sequence = ++source->n;
  if (head.interval_ns == 0 && source->typical_ns > 0)
    head.interval_ns = interval_between (source, source->last_ns, head.end_ns);
  source->last_ns = head.end_ns;
  g_ptr_array_add (source->waiting, hr_snapshot_new (&head, row->samples, row->n_samples));
  if (source->typical_ns == 0 && source->waiting->len >= FIRST_ROWS)
    settle_intervals (source);

  return source->waiting->len < HR_CHUNK_SNAPSHOTS || write_source (self, source);
}

/* Takes the file in, piece by piece. */
static gboolean
read_table (Import       *self,
            GInputStream *in,
            goffset       size,
            HrProgress    progress,
            gpointer      user_data,
            GError      **error)
{
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  goffset          done = 0;
  gssize           n;

  while ((n = g_input_stream_read (in, piece, PIECE_BYTES, NULL, error)) > 0)
    {
      if (!hr_csv_intake_push (self->intake, piece, (gsize) n, error))
        return FALSE;
      if (self->error != NULL)
        return FALSE;
      done += n;
      if (progress != NULL && !progress (size > 0 ? MIN ((double) done / (double) size, 1) : 0, user_data))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The import was given up"));
          return FALSE;
        }
    }

  return n == 0 && hr_csv_intake_finish (self->intake, error) && self->error == NULL;
}

static gboolean
write_rest (Import *self)
{
  GHashTableIter iter;
  gpointer       source;

  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, NULL, &source))
    if (!write_source (self, source))
      return FALSE;

  return hr_writer_close (self->writer, &self->error);
}

static void
fill_in (const Import   *self,
         HrImportResult *out)
{
  out->n_rows = hr_csv_intake_get_n_rows (self->intake);
  out->n_bad = hr_csv_intake_get_n_bad (self->intake);
  out->n_metrics = hr_csv_intake_get_n_metrics (self->intake);
  out->n_sources = g_hash_table_size (self->sources);
  out->complaints = g_strdupv ((char **) hr_csv_intake_get_complaints (self->intake));
}

/* Imports into @temporary, which is not there. */
static gboolean
import_into (const char            *temporary,
             const char            *path,
             const HrImportOptions *options,
             HrProgress             progress,
             gpointer               user_data,
             HrImportResult        *out,
             GError               **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, error);
  g_autoptr (GFileInfo) info = in != NULL ? g_file_input_stream_query_info (in, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, NULL) : NULL;
  Import   import = { .options = options, .path = path };
  gboolean done;

  if (in == NULL)
    return FALSE;
  import.writer = hr_writer_open (temporary, TRUE, error);
  if (import.writer == NULL)
    return FALSE;

  import.sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, source_free);
  import.intake = hr_csv_intake_new (options->start_us, row_cb, &import);
  done = read_table (&import, G_INPUT_STREAM (in), info != NULL ? g_file_info_get_size (info) : 0, progress, user_data, error) && write_rest (&import);
  if (import.error != NULL)
    g_propagate_error (error, import.error);
  if (done)
    fill_in (&import, out);

  hr_csv_intake_free (import.intake);
  g_hash_table_unref (import.sources);
  hr_writer_free (import.writer);

  return done;
}

static void
remove_session (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_unlink (name);
    }
}

/* What is measured where nobody says: the file's name without its ending. */
static char *
name_of (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char            *name = g_filename_display_name (base);
  char            *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  if (strlen (name) > HR_CSV_MAX_NAME)
    *g_utf8_find_prev_char (name, name + HR_CSV_MAX_NAME) = '\0';

  return name;
}

/* Makes the table in @path, see engine/collect/csv-intake.c, a session file at @session, which takes the place of what is there, and appears whole
 * or not at all. Blocks: for a thread. @options, @progress: (nullable). @out: gets what became of it, to be cleared; untouched on failure. Returns FALSE
 * with HR_CSV_ERROR of the table, HR_STORE_ERROR of the session, or G_IO_ERROR, that of giving up included. */
gboolean
hr_import_csv (const char            *path,
               const char            *session,
               const HrImportOptions *options,
               HrProgress             progress,
               gpointer               user_data,
               HrImportResult        *out,
               GError               **error)
{
  g_autofree char *folder = g_path_get_dirname (session);
  g_autofree char *unique = g_uuid_string_random ();
  g_autofree char *base = g_strdup_printf (".import-%s.headroom", unique);
  g_autofree char *temporary = g_build_filename (folder, base, NULL);
  g_autofree char *name = name_of (path);
  HrImportOptions  chosen = options != NULL ? *options : (HrImportOptions){ NULL };

  if (chosen.source == NULL)
    chosen.source = name;
  if (!import_into (temporary, path, &chosen, progress, user_data, out, error))
    {
      remove_session (temporary);
      return FALSE;
    }
  if (g_rename (temporary, session) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno), "%s: %s", session, g_strerror (errno));
  remove_session (temporary);
  hr_import_result_clear (out);

  return FALSE;
}
