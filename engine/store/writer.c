/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The writer: its file, its transactions and its rows. Snapshots are pending.c's matter, letting go of what is old is expiry.c's.
 *
 * A failed sync leaves nobody knowing what of a file's pages is on the disk: the system may well say from its memory that all of them are
 * there. So after any failure the file is closed and opened anew (hr_writer_reopen ()), whereby all of its log is written into it once more and
 * synced, and the log begins anew; only then what is found in it counts. */

#include "engine/store/writer-private.h"

#include "engine/store/host.h"
#include "engine/store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* How long the end waits for readers that keep the file from being one alone. */
#define PARTING_TIMEOUT_MS 500

static gint64
read_utc (gpointer data)
{
  return g_get_real_time ();
}

static gint64
read_monotonic (gpointer data)
{
  return g_get_monotonic_time ();
}

const HrStoreClock hr_store_clock = { read_utc, read_monotonic, NULL };

/* The name of what is open may stand for another file by now, or for none. */
static gboolean
check_file (HrWriter *self,
            GError  **error)
{
  g_autofree char *name = NULL;
  struct stat      there;

  if (stat (self->path, &there) == 0 && there.st_ino == self->file.st_ino && there.st_dev == self->file.st_dev)
    return TRUE;

  name = g_path_get_basename (self->path);
  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ, _ ("“%s” was removed or replaced while it was written"), name);

  return FALSE;
}

/* Begins a transaction unless one has begun. */
gboolean
hr_writer_begin (HrWriter *self,
                 GError  **error)
{
  if (self->writing)
    return TRUE;
  if (self->db == NULL)
    return hr_store_fail (error, NULL, SQLITE_CANTOPEN, self->path);

  self->writing = check_file (self, error) && hr_writer_run_sql (self, "BEGIN IMMEDIATE", error);

  return self->writing;
}

/* Rolls back unless what was asked for was @done. Returns @done. What is known of sources is read again after that. */
gboolean
hr_writer_end (HrWriter *self,
               gboolean  done)
{
  if (done)
    return TRUE;

  if (self->db != NULL && !sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  self->writing = FALSE;
  g_hash_table_remove_all (self->sources);

  return FALSE;
}

static void
close_file (HrWriter *self)
{
  for (guint i = 0; i < HR_N_STATEMENTS; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
  g_clear_pointer (&self->db, sqlite3_close);
}

/* Syncs the log. It has no locks of SQLite's that closing a descriptor of it could take away. */
static gboolean
sync_log (HrWriter *self,
          GError  **error)
{
  g_autofree char *name = g_path_get_basename (self->path);
  int              fd = open (sqlite3_filename_wal (sqlite3_db_filename (self->db, "main")), O_RDONLY | O_CLOEXEC);
  int              number;

  if (fd < 0)
    return errno == ENOENT || hr_store_fail_system (error, errno, self->path);

  number = fsync (fd) == 0 ? 0 : errno;
  close (fd);
  if (number == 0)
    return TRUE;
  g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_WRITE, _ ("“%s” could not be written: %s"), name, g_strerror (number));

  return FALSE;
}

/* Has what is in the log written into the file and synced, and the log emptied: what of it is not on the disk would otherwise end it, should the
 * power fail, and what stands before that would come after what stands in the file. That readers are in the way matters only when @all of it has to be. */
static gboolean
empty_log (HrWriter *self,
           gboolean  all,
           GError  **error)
{
  int result;

  if (!all)
    sqlite3_busy_timeout (self->db, 0);
  result = sqlite3_wal_checkpoint_v2 (self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  sqlite3_busy_timeout (self->db, HR_STORE_BUSY_TIMEOUT_MS);
  if (result == SQLITE_OK)
    return sync_log (self, error);

  return (!all && (result & 0xff) == SQLITE_BUSY) || hr_writer_fail (self, result, error);
}

static gboolean
open_file (HrWriter *self,
           gboolean  after_failure,
           GError  **error)
{
  self->db = self->alone ? hr_store_open_alone (self->path, error) : hr_store_open_to_write (self->path, error);
  if (self->db == NULL || !empty_log (self, after_failure, error))
    return FALSE;
  if (stat (self->path, &self->file) != 0)
    return hr_store_fail_system (error, errno, self->path);

  return TRUE;
}

/* What was being written when its writer was killed ended with the last that it wrote. There is no other writer: the lock is ours. */
static gboolean
end_dead_runs (HrWriter *self,
               GError  **error)
{
  return hr_writer_run_sql (self,
                            "UPDATE run SET end_us = max (begin_us, coalesce ((SELECT max (end_us) FROM chunk WHERE run = run.id), 0),"
                            " coalesce ((SELECT max (end_us) FROM batch WHERE run = run.id), 0)) WHERE end_us IS NULL;"
                            "UPDATE recording SET end_us = max (begin_us, coalesce ((SELECT max (end_us) FROM run), 0)) WHERE end_us IS NULL",
                            error);
}

static gboolean
add_run (HrWriter *self,
         GError  **error)
{
  g_auto (HrHost) host = { NULL };
  sqlite3_stmt *statement = hr_writer_statement (self, HR_STATEMENT_ADD_RUN, error);

  if (statement == NULL)
    return FALSE;

  hr_host_read (&host);
  sqlite3_bind_int64 (statement, 1, self->run_begin_us);
  hr_bind_text (statement, 2, host.boot);
  hr_bind_text (statement, 3, HR_VERSION);
  hr_bind_text (statement, 4, host.name);
  hr_bind_text (statement, 5, host.system);
  hr_bind_text (statement, 6, host.kernel);
  hr_bind_text (statement, 7, host.processor);
  sqlite3_bind_int64 (statement, 8, host.processors);
  sqlite3_bind_int64 (statement, 9, (gint64) host.memory_mb);
  self->run = hr_writer_run_for_id (self, statement, error);
  self->n_commits = 0;

  return self->run != 0;
}

/* Begins a run of this writer in the file. */
static gboolean
begin_run (HrWriter *self,
           GError  **error)
{
  return hr_writer_end (self, hr_writer_begin (self, error) && end_dead_runs (self, error) && add_run (self, error)) &&
         hr_writer_commit (self, error);
}

/* A file that is there already is refused, whatever is in it. */
static gboolean
create (const char *path,
        GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int              fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

  if (fd < 0 && errno == EEXIST)
    {
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_EXISTS, _ ("“%s” is there already"), name);
      return FALSE;
    }
  if (fd < 0)
    return hr_store_fail_system (error, errno, path);
  /* Nobody else can have locks on it: it is new. */
  close (fd);

  return TRUE;
}

/* Takes away what create () made: whoever tries again finds no file that was not wanted. */
static void
uncreate (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      unlink (file);
    }
}

/* A writer of @path that has opened nothing yet. */
static HrWriter *
new_writer (const char         *path,
            const HrStoreClock *clock)
{
  HrWriter *self = g_new0 (HrWriter, 1);

  self->path = g_strdup (path);
  self->clock = *clock;
  self->lock = (HrWriterLock) HR_WRITER_LOCK_INIT;
  self->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->told = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->run_begin_us = clock->utc_us (clock->data);

  return self;
}

/* Opens the file, which was made by this writer if it is @created, and begins a run in it. */
static gboolean
open_and_begin (HrWriter *self,
                gboolean  created,
                GError  **error)
{
  if (open_file (self, FALSE, error) && begin_run (self, error))
    return TRUE;

  close_file (self);
  if (created)
    uncreate (self->path);

  return FALSE;
}

/* hr_writer_open () with another clock. */
HrWriter *
hr_writer_open_with_clock (const char         *path,
                           gboolean            create_new,
                           const HrStoreClock *clock,
                           GError            **error)
{
  g_autoptr (HrWriter) self = new_writer (path, clock);

  if (!hr_writer_lock_take (&self->lock, path, error) || (create_new && !create (path, error)) || !open_and_begin (self, create_new, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* hr_writer_open () of a new file that nobody else knows of, such as one that gets its name when it is whole: also where the file system has no locks. It
 * cannot be opened anew after a failure. */
HrWriter *
hr_writer_open_alone (const char *path,
                      GError    **error)
{
  g_autoptr (HrWriter) self = new_writer (path, &hr_store_clock);

  self->alone = TRUE;
  if (!create (path, error) || !open_and_begin (self, TRUE, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* Opens the session at @path to be written, made when it is not there, and begins a run in it. What another writer left unfinished when it
 * was killed is brought to an end. @create_new: refuse a file that is there (HR_STORE_ERROR_EXISTS)
 * Returns: (transfer full) (nullable): NULL with @error, HR_STORE_ERROR_BUSY while another writes it */
HrWriter *
hr_writer_open (const char *path,
                gboolean    create_new,
                GError    **error)
{
  return hr_writer_open_with_clock (path, create_new, &hr_store_clock, error);
}

/* Whether the run that is known from before is in the file; @out_n_commits gets how many transactions it has there. */
static gboolean
find_run (HrWriter *self,
          gint64   *out_n_commits,
          GError  **error)
{
  sqlite3_stmt *statement = hr_store_prepare (self->db, "SELECT n_commits FROM run WHERE id = ?1 AND begin_us = ?2 AND end_us IS NULL", error);
  int           result;

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, self->run);
  sqlite3_bind_int64 (statement, 2, self->run_begin_us);
  result = sqlite3_step (statement);
  *out_n_commits = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : -1;
  sqlite3_finalize (statement);

  return result == SQLITE_ROW || result == SQLITE_DONE || hr_writer_fail (self, result, error);
}

/* After any failure: closes the file and opens it anew, whereby its log is taken into it and synced, and goes on with the run. @out_committed says
 * whether the transaction that failed is in it nevertheless; if not, it has to be written again. All of what was told of sources has to be
 * told again. May be called until it succeeds. */
gboolean
hr_writer_reopen (HrWriter *self,
                  gboolean *out_committed,
                  GError  **error)
{
  gint64 n_commits;

  hr_writer_end (self, FALSE);
  close_file (self);
  hr_writer_lock_release (&self->lock);
  g_hash_table_remove_all (self->told);

  if (!hr_writer_lock_take (&self->lock, self->path, error) || !open_file (self, TRUE, error) || !find_run (self, &n_commits, error) ||
      (n_commits < 0 && !begin_run (self, error)))
    {
      close_file (self);
      return FALSE;
    }

  *out_committed = n_commits > self->n_commits;
  self->n_commits = MAX (n_commits, self->n_commits);

  return TRUE;
}

/* Commits what was written, which is on the disk then. */
gboolean
hr_writer_commit (HrWriter *self,
                  GError  **error)
{
  sqlite3_stmt *statement;

  if (!self->writing)
    return TRUE;

  statement = hr_writer_statement (self, HR_STATEMENT_COUNT_COMMIT, error);
  if (statement != NULL)
    sqlite3_bind_int64 (statement, 1, self->run);
  if (!hr_writer_end (self, statement != NULL && hr_writer_run (self, statement, error) && hr_writer_run_sql (self, "COMMIT", error)))
    return FALSE;

  self->writing = FALSE;
  self->n_commits++;

  return TRUE;
}

static gboolean
end_run (HrWriter *self,
         GError  **error)
{
  sqlite3_stmt *statement;

  if (!hr_writer_begin (self, error))
    return FALSE;
  statement = hr_writer_statement (self, HR_STATEMENT_END_RUN, error);
  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, self->run);
  sqlite3_bind_int64 (statement, 2, self->clock.utc_us (self->clock.data));

  return hr_writer_run (self, statement, error);
}

/* Makes one file of it, unless somebody reads it: then the log stays until the next writer. */
static gboolean
leave_one_file (HrWriter *self,
                GError  **error)
{
  int result;

  sqlite3_busy_timeout (self->db, PARTING_TIMEOUT_MS);
  if (!hr_writer_run_sql (self, "PRAGMA optimize", error))
    return FALSE;
  result = sqlite3_wal_checkpoint_v2 (self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_exec (self->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);

  return result == SQLITE_OK || (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED || hr_writer_fail (self, result, error);
}

/* Ends the run: makes chunks of what stands singly, commits, and leaves one file. @self is to be freed whether it succeeds or not; after a
 * failure what was committed is there. */
gboolean
hr_writer_close (HrWriter *self,
                 GError  **error)
{
  gboolean more = TRUE;

  while (more)
    if (!hr_writer_settle (self, TRUE, &more, error) || !hr_writer_commit (self, error))
      return FALSE;
  if (!hr_writer_end (self, end_run (self, error)) || !hr_writer_commit (self, error) || !leave_one_file (self, error))
    return FALSE;

  close_file (self);
  hr_writer_lock_release (&self->lock);

  return TRUE;
}

/* Frees @self; without hr_writer_close () the file is left as a crash would leave it. NULL is accepted. */
void
hr_writer_free (HrWriter *self)
{
  if (self == NULL)
    return;

  close_file (self);
  hr_writer_lock_release (&self->lock);
  g_hash_table_unref (self->sources);
  g_hash_table_unref (self->told);
  g_free (self->path);
  g_free (self);
}

/* Returns how much of the disk the file takes, with its log. */
guint64
hr_writer_get_bytes (HrWriter *self)
{
  g_autofree char *log = g_strdup_printf ("%s-wal", self->path);
  struct stat      file;
  guint64          bytes = 0;

  if (stat (self->path, &file) == 0)
    bytes += (guint64) file.st_size;
  if (stat (log, &file) == 0)
    bytes += (guint64) file.st_size;

  return bytes;
}
