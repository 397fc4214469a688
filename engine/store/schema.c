/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session is one SQLite file. While it is written it stands in WAL mode, with -wal and -shm beside it; closed, it is one file.
 *
 * Times that end in _us are UTC, microseconds since 1970; times that end in _ns are the monotonic clock of the computer that wrote, and can be
 * compared within one boot. Words (roles, groups, kinds, units, …) are the names that the engine has for them. What was measured of a
 * source stands in chunks, and while it is younger than a chunk in batches; the bytes of blobs are specified in block.c. */

#include "engine/store/schema.h"

#include "engine/store/lent.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* How often SQLite takes the log into the file, in pages of 4 KiB. */
#define CHECKPOINT_PAGES "1000"

/* What the log may keep of the disk once it was taken in. */
#define LOG_BYTES "8388608"

/* Version 1. Every later version adds a step below, and never changes one. */
static const char version_1[] =
    /* One opening of the file by a writer; end_us is NULL while it is written, or when its writer was killed. n_commits counts its
     * transactions, so that after a failure it can be told whether the last one is there. */
    "CREATE TABLE run ("
    " id INTEGER PRIMARY KEY, begin_us INTEGER NOT NULL, end_us INTEGER, n_commits INTEGER NOT NULL DEFAULT 0,"
    " boot TEXT NOT NULL, version TEXT NOT NULL, host TEXT NOT NULL);" /* host: JSON */
    "CREATE TABLE source ("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, detail TEXT, address TEXT NOT NULL,"
    " origin TEXT, role TEXT NOT NULL, place TEXT NOT NULL);"
    "CREATE TABLE metric ("
    " id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, name TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL,"
    " direction TEXT NOT NULL, UNIQUE (source, name, kind, unit));"
    /* Up to 4 096 snapshots of one source and run without a gap between them; number counts the source's snapshots. */
    "CREATE TABLE chunk ("
    " id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, run INTEGER NOT NULL REFERENCES run, number INTEGER NOT NULL,"
    " n INTEGER NOT NULL, begin_us INTEGER NOT NULL, end_us INTEGER NOT NULL, heads BLOB NOT NULL, UNIQUE (source, number));"
    "CREATE INDEX chunk_by_time ON chunk (source, end_us, begin_us);"
    /* What a metric came to in a chunk, and in 64 and 512 snapshots of it. */
    "CREATE TABLE tier ("
    " metric INTEGER NOT NULL REFERENCES metric, chunk INTEGER NOT NULL REFERENCES chunk, count INTEGER NOT NULL,"
    " sum REAL, min REAL, max REAL, fine BLOB NOT NULL, coarse BLOB NOT NULL, PRIMARY KEY (metric, chunk)) WITHOUT ROWID;"
    "CREATE TABLE block ("
    " id INTEGER PRIMARY KEY, metric INTEGER NOT NULL REFERENCES metric, chunk INTEGER NOT NULL REFERENCES chunk, n INTEGER NOT NULL,"
    " samples BLOB NOT NULL, UNIQUE (metric, chunk));"
    "CREATE TABLE histogram ("
    " id INTEGER PRIMARY KEY, metric INTEGER NOT NULL REFERENCES metric, chunk INTEGER NOT NULL REFERENCES chunk, buckets BLOB NOT NULL,"
    " UNIQUE (metric, chunk));"
    /* Snapshots that are no chunk yet. */
    "CREATE TABLE batch ("
    " id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, run INTEGER NOT NULL REFERENCES run, number INTEGER NOT NULL,"
    " n INTEGER NOT NULL, begin_us INTEGER NOT NULL, end_us INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (source, number));"
    /* Judged by this text from that time on. */
    "CREATE TABLE contract (id INTEGER PRIMARY KEY, from_us INTEGER NOT NULL, file TEXT NOT NULL, text TEXT NOT NULL);"
    "CREATE TABLE alert ("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, number INTEGER NOT NULL, source TEXT NOT NULL, budget TEXT NOT NULL,"
    " title TEXT NOT NULL, type TEXT NOT NULL, severity TEXT NOT NULL, unit TEXT NOT NULL, \"limit\" REAL NOT NULL, worst REAL NOT NULL,"
    " raised_us INTEGER NOT NULL, cleared_us INTEGER, UNIQUE (run, number));"
    "CREATE INDEX alert_by_time ON alert (raised_us);"
    "CREATE TABLE mark ("
    " id INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, kind TEXT NOT NULL, source TEXT, text TEXT NOT NULL, n INTEGER NOT NULL, value REAL);"
    "CREATE INDEX mark_by_time ON mark (time_us);"
    /* Records themselves, around a breach. */
    "CREATE TABLE raw ("
    " id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source, alert INTEGER REFERENCES alert, begin_us INTEGER NOT NULL,"
    " end_us INTEGER NOT NULL, n INTEGER NOT NULL, n_lost INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX raw_by_time ON raw (source, end_us);"
    /* A stretch that was given a name; end_us is NULL while it goes on. */
    "CREATE TABLE recording (id INTEGER PRIMARY KEY, name TEXT NOT NULL, begin_us INTEGER NOT NULL, end_us INTEGER);";

static const char *const steps[HR_STORE_VERSION] = { version_1 };

G_DEFINE_QUARK (hr - store - error - quark, hr_store_error)

/* Sets @error by what the system said of @path, an errno. Returns FALSE. */
gboolean
hr_store_fail_system (GError    **error,
                      int         number,
                      const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  switch (number)
    {
    case ENOSPC:
    case EDQUOT:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FULL, _ ("There is no space left for “%s”"), name);
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ_ONLY, _ ("“%s” cannot be written to"), name);
      break;
    default:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ, _ ("“%s” cannot be opened: %s"), name, g_strerror (number));
      break;
    }

  return FALSE;
}

/* Sets @error by what SQLite said of a reading or writing that failed. */
static void
fail_to_write (GError    **error,
               sqlite3    *db,
               int         result,
               const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  int              number = db != NULL ? sqlite3_system_errno (db) : 0;
  gboolean         of_system = (result & 0xff) == SQLITE_IOERR && number != 0;

  if (of_system && (number == ENOSPC || number == EDQUOT || number == EROFS))
    hr_store_fail_system (error, number, path);
  else if (of_system)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_WRITE, _ ("“%s” could not be written: %s"), name, g_strerror (number));
  else
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_WRITE, _ ("“%s” could not be written: %s"), name,
                 db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (result));
}

/* Sets @error by what SQLite said of @path. Returns FALSE. */
gboolean
hr_store_fail (GError    **error,
               sqlite3    *db,
               int         result,
               const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  int              system_error = db != NULL ? sqlite3_system_errno (db) : 0;

  switch (result & 0xff)
    {
    case SQLITE_FULL:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FULL, _ ("There is no space left for “%s”"), name);
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ_ONLY, _ ("“%s” cannot be written to"), name);
      break;
    case SQLITE_NOTADB:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN, _ ("“%s” is no session file"), name);
      break;
    case SQLITE_CORRUPT:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_CORRUPTED, _ ("“%s” is damaged"), name);
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_BUSY, _ ("“%s” is being written by another program"), name);
      break;
    case SQLITE_CANTOPEN:
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ, _ ("“%s” cannot be opened: %s"), name,
                   system_error != 0 ? g_strerror (system_error) : sqlite3_errstr (result));
      break;
    default:
      fail_to_write (error, db, result, path);
      break;
    }

  return FALSE;
}

/* Compiles @sql. Returns: (transfer full) (nullable): to be finalized; NULL with @error set */
sqlite3_stmt *
hr_store_prepare (sqlite3    *db,
                  const char *sql,
                  GError    **error)
{
  sqlite3_stmt *statement = NULL;
  int           result = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (result != SQLITE_OK)
    hr_store_fail (error, db, result, sqlite3_db_filename (db, "main"));

  return statement;
}

/* Runs @sql, of one or more statements, for what it does alone. */
gboolean
hr_store_run (sqlite3    *db,
              const char *sql,
              GError    **error)
{
  int result = sqlite3_exec (db, sql, NULL, NULL, NULL);

  return result == SQLITE_OK || hr_store_fail (error, db, result, sqlite3_db_filename (db, "main"));
}

/* Writes the number that PRAGMA @pragma answers to @out. */
static gboolean
read_pragma (sqlite3    *db,
             const char *pragma,
             gint64     *out,
             GError    **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA %s", pragma);
  sqlite3_stmt    *statement = hr_store_prepare (db, sql, error);
  int              result;

  if (statement == NULL)
    return FALSE;

  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *out = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return result == SQLITE_ROW || hr_store_fail (error, db, result, sqlite3_db_filename (db, "main"));
}

/* Whether what is open is a session that this version understands; @out_version gets 0 for a file that is still empty. */
static gboolean
check (sqlite3    *db,
       const char *path,
       gint64     *out_version,
       GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  gint64           application, version, n_pages;

  if (!read_pragma (db, "page_count", &n_pages, error) || !read_pragma (db, "application_id", &application, error) ||
      !read_pragma (db, "user_version", &version, error))
    return FALSE;

  if (n_pages > 0 && application != HR_STORE_APPLICATION_ID)
    {
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN, _ ("“%s” is no session file"), name);
      return FALSE;
    }
  if (version > HR_STORE_VERSION)
    {
      g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_NEWER, _ ("“%s” was written by a newer Headroom"), name);
      return FALSE;
    }
  *out_version = version;

  return TRUE;
}

/* Brings the tables from @version to this one, all or nothing. */
static gboolean
migrate (sqlite3 *db,
         gint64   version,
         GError **error)
{
  g_autofree char *numbers = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;", HR_STORE_APPLICATION_ID, HR_STORE_VERSION);

  if (version == HR_STORE_VERSION)
    return TRUE;

  if (!hr_store_run (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (gint64 i = version; i < HR_STORE_VERSION; i++)
    if (!hr_store_run (db, steps[i], error))
      return FALSE;

  return hr_store_run (db, numbers, error) && hr_store_run (db, "COMMIT", error);
}

/* @path is a name, or with SQLITE_OPEN_URI among @flags a URI; @vfs: (nullable): SQLite's way to files, NULL: the usual one */
static sqlite3 *
open_file (const char *path,
           int         flags,
           const char *vfs,
           GError    **error)
{
  sqlite3 *db = NULL;
  int      result;

  hr_store_admit_lent_files ();
  result = sqlite3_open_v2 (path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  if (result != SQLITE_OK)
    {
      hr_store_fail (error, db, result, path);
      sqlite3_close (db);
      return NULL;
    }

  sqlite3_busy_timeout (db, HR_STORE_BUSY_TIMEOUT_MS);
  /* What comes from others is data: no SQL of theirs runs. */
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);

  return db;
}

/* Brings what is open to the newest schema, with every commit synced before it returns. Closes @db, which may be NULL, and returns NULL on failure. */
static sqlite3 *
prepare_to_write (sqlite3    *db,
                  const char *path,
                  GError    **error)
{
  gint64 version;

  if (db == NULL)
    return NULL;

  /* auto_vacuum has to be said before the first table. */
  if (check (db, path, &version, error) && hr_store_run (db, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                                                             "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = " LOG_BYTES ";"
                                                             "PRAGMA wal_autocheckpoint = " CHECKPOINT_PAGES,
                                                         error) &&
      migrate (db, version, error))
    return db;

  sqlite3_close (db);

  return NULL;
}

/* Opens @path to be written, made when it is not there, in the newest schema. Every commit is synced before it returns.
 * Returns: (transfer full) (nullable): to be closed by whoever asked */
sqlite3 *
hr_store_open_to_write (const char *path,
                        GError    **error)
{
  return prepare_to_write (open_file (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL, error), path, error);
}

/* hr_store_open_to_write () of a file that nobody else knows of: it is neither locked nor is its log shared, both of which some file systems cannot do.
 * Returns: (transfer full) (nullable): to be closed by whoever asked */
sqlite3 *
hr_store_open_alone (const char *path,
                     GError    **error)
{
  sqlite3 *db = open_file (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix-none", error);

  /* Alone before the first look into it: the log's index is in memory then, and in no file that would be mapped. */
  if (db != NULL && !hr_store_run (db, "PRAGMA locking_mode = EXCLUSIVE", error))
    g_clear_pointer (&db, sqlite3_close);

  return prepare_to_write (db, path, error);
}

/* Opening a pipe would wait for whoever writes into it, and of a folder SQLite only says that it cannot be opened. */
static gboolean
check_is_file (const char *path,
               GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  GStatBuf         status;

  if (g_stat (path, &status) != 0)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ, _ ("“%s” cannot be opened: %s"), name, g_strerror (errno));
  else if (!S_ISREG (status.st_mode))
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ, _ ("“%s” is no file"), name);
  else
    return TRUE;

  return FALSE;
}

/* Whether @path has no log beside it that would have to be read with it. */
static gboolean
has_no_log (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf         status;

  return g_stat (log, &status) != 0 || status.st_size == 0;
}

static gboolean
folder_is_writable (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return faccessat (AT_FDCWD, folder, W_OK, AT_EACCESS) == 0;
}

/* Opens @path as a file that nobody can write, which takes no file beside it. */
static sqlite3 *
open_immutable (const char *path,
                GError    **error)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);
  g_autofree char *uri = g_strdup_printf ("file:%s?immutable=1", escaped);

  return open_file (uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL, error);
}

/* Whether @db holds a session of this version. */
static gboolean
check_to_read (sqlite3    *db,
               const char *path,
               GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);
  gint64           version;

  if (!check (db, path, &version, error))
    return FALSE;

  if (version == 0)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_FOREIGN, _ ("“%s” is no session file"), name);
  else if (version < HR_STORE_VERSION)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ_ONLY, _ ("“%s” is of an older version and would have to be written to"), name);

  return version == HR_STORE_VERSION;
}

/* Whether SQLite was refused for want of locks, which some file systems do not have: that of files which a sandbox is lent, for one. */
static gboolean
lacks_locks (sqlite3 *db)
{
  int code = db != NULL ? sqlite3_extended_errcode (db) : SQLITE_OK;

  return code == SQLITE_IOERR_LOCK || code == SQLITE_IOERR_RDLOCK;
}

/* Whether the header of the file at @path says that a log belongs to it, as it does until its writer closes it. Not to be asked where there are locks:
 * to close any descriptor takes away those that this process has. */
static gboolean
is_unclosed (const char *path)
{
  static const char magic[] = "SQLite format 3";
  char              header[20] = "";
  int               fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean          unclosed = fd >= 0 && pread (fd, header, sizeof header, 0) == sizeof header && memcmp (header, magic, sizeof magic) == 0 && header[18] == 2;

  if (fd >= 0)
    close (fd);

  return unclosed;
}

/* Says what to do about the log of @path, which is needed and cannot be used. */
static void
fail_unclosed (const char *path,
               gboolean    lockless,
               GError    **error)
{
  g_autofree char *name = g_path_get_basename (path);

  if (lockless)
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ,
                 _ ("“%s” is being written, or was not closed by its writer, and the log beside it cannot be reached from here"), name);
  else
    g_set_error (error, HR_STORE_ERROR, HR_STORE_ERROR_READ,
                 _ ("“%s” was not closed by its writer: copy it, with the log beside it, to where files can be written"), name);
}

/* Opens @path, which is there, to be read, whether or not somebody writes it. In a folder that cannot be written to SQLite cannot make the
 * files beside it by which readers and writers know of each other; without a log there is no writer, and none are needed. Nor are they where the file
 * system has no locks, but there nothing beside the file need be in sight: its header has to say that no log belongs to it.
 * Returns: (transfer full) (nullable): to be closed by whoever asked */
sqlite3 *
hr_store_open_to_read (const char *path,
                       GError    **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean lockless, refused, unclosed;
  sqlite3 *db;

  if (!check_is_file (path, error))
    return NULL;

  db = open_file (path, SQLITE_OPEN_READONLY, NULL, &failure);
  if (db != NULL && check_to_read (db, path, &failure))
    return db;
  lockless = lacks_locks (db);
  sqlite3_close (db);

  refused = lockless || g_error_matches (failure, HR_STORE_ERROR, HR_STORE_ERROR_READ) || g_error_matches (failure, HR_STORE_ERROR, HR_STORE_ERROR_READ_ONLY);
  unclosed = lockless ? is_unclosed (path) : !has_no_log (path);
  if (refused && !unclosed && g_access (path, R_OK) == 0)
    {
      g_clear_error (&failure);
      db = open_immutable (path, &failure);
      if (db != NULL && check_to_read (db, path, &failure))
        return db;
      sqlite3_close (db);
    }
  else if (refused && unclosed && (lockless || !folder_is_writable (path)))
    {
      g_clear_error (&failure);
      fail_unclosed (path, lockless, &failure);
    }
  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}
