/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-collect"

#include "engine/collect/regions.h"

#include "engine/base/clock.h"
#include "engine/collect/follower.h"
#include "engine/probe/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first interval of a program is not made longer than this, however long no round was run. */
#define FRESH_LIMIT_NS (10 * (gint64) HR_NS_PER_SECOND)
#define REAP_NS ((gint64) HR_NS_PER_SECOND)
/* So many programs are followed at once; a folder full of files must not use up descriptors and memory. */
#define MAX_FEEDS 256
/* What the records of all of them may take that are kept for a while. */
#define KEEPERS_BYTES (64 << 20)

/* One file of the folder, remembered by name so that it is opened once. */
typedef struct
{
  HrFollower *follower; /* NULL: refused, or its program is gone */
  char       *refused;  /* why it is not followed */
  gboolean    listed;
} Entry;

typedef struct
{
  HrCollector     parent;
  char           *root;
  char           *folder;
  guint64         epoch;
  guint64         grace_ns;
  HrKeeperBudget *budget;
  GHashTable     *entries; /* file name -> Entry */
  struct timespec changed; /* of the folder when it was last read */
  gboolean        settled; /* read once more since it changed */
  gint64          reaped_ns;
  gboolean        full; /* some programs are left out */
  char           *notice;
} Regions;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  hr_follower_free (entry->follower);
  g_free (entry->refused);
  g_free (entry);
}

static gboolean
has_stream (GPtrArray    *feeds,
            const guint8 *uuid)
{
  for (guint i = 0; i < feeds->len; i++)
    if (memcmp (hr_feed_get_name (feeds->pdata[i])->uuid, uuid, 16) == 0)
      return TRUE;

  return FALSE;
}

/* A program that began under this agent is measured from its first record on. Of an older one, what was before goes to the
 * totals: an earlier agent may have reported part of it, and only totals tell the desktop how much is new. */
static HrFollower *
follow (Regions        *self,
        HrRegionReader *reader,
        const char     *name,
        gint64          now_ns)
{
  const HrRegionHeader *header = hr_region_reader_header (reader);
  gint64                started_ns = (gint64) header->started_monotonic;
  gboolean              known = started_ns > 0 && started_ns <= now_ns;
  gboolean              whole = known && header->started_realtime >= self->epoch && now_ns - started_ns <= FRESH_LIMIT_NS;

  return hr_follower_new (reader, self->root, name, self->budget, self->epoch, whole ? started_ns : now_ns, !whole);
}

static void
open_region (Regions    *self,
             const char *name,
             Entry      *entry,
             gint64      now_ns,
             GPtrArray  *feeds)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  HrRegionReader  *reader = NULL;
  HrRegionStatus   status = hr_region_reader_open (path, &reader);

  if (status != HR_REGION_OK)
    {
      entry->refused = g_strdup (status == HR_REGION_ERROR_OPEN ? g_strerror (errno) : hr_region_status_text (status));
      g_debug ("%s: %s", path, entry->refused);
      return;
    }

  if (has_stream (feeds, hr_region_reader_header (reader)->uuid))
    {
      entry->refused = g_strdup ("a copy of another region");
      hr_region_reader_close (reader);
      return;
    }

  /* Left over from long ago: its numbers were read by whoever watched then. */
  if (!hr_region_reader_alive (reader) && hr_region_reap (path, hr_clock_realtime (), self->grace_ns))
    {
      hr_region_reader_close (reader);
      return;
    }

  entry->follower = follow (self, reader, name, now_ns);
  g_ptr_array_add (feeds, hr_feed_ref (hr_follower_get_feed (entry->follower)));
}

static gboolean
forget_unlisted (gpointer key,
                 gpointer value,
                 gpointer user_data)
{
  Entry *entry = value;

  return !entry->listed && entry->follower == NULL;
}

/* What the user is told about files that are not followed: one of them, and how many more. */
static void
update_notice (Regions *self)
{
  GHashTableIter iter;
  gpointer       name, value;
  const char    *first = NULL, *why = NULL;
  guint          n_refused = 0;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (((Entry *) value)->refused != NULL)
      {
        n_refused++;
        if (first == NULL || strcmp (name, first) < 0)
          {
            first = name;
            why = ((Entry *) value)->refused;
          }
      }

  g_clear_pointer (&self->notice, g_free);
  if (n_refused == 1)
    self->notice = g_strdup_printf ("“%s” is not followed: %s", first, why);
  else if (n_refused > 1)
    self->notice = g_strdup_printf ("“%s” and %u more are not followed: %s", first, n_refused - 1, why);
  else if (self->full)
    self->notice = g_strdup_printf ("more than %u programs: the others are not followed", MAX_FEEDS);
}

static gboolean
scan (Regions   *self,
      gint64     now_ns,
      GPtrArray *feeds,
      GError   **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, &cause);
  GHashTableIter iter;
  gpointer       value;
  const char    *name;

  if (folder == NULL)
    {
      g_set_error_literal (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, cause->message);
      return FALSE;
    }

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Entry *) value)->listed = FALSE;

  self->full = FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      Entry *entry = g_hash_table_lookup (self->entries, name);

      if (name[0] == '.' || !g_str_has_suffix (name, HR_REGION_SUFFIX))
        continue;
      if (entry == NULL && feeds->len > MAX_FEEDS)
        {
          self->full = TRUE;
          continue;
        }
      if (entry == NULL)
        {
          entry = g_new0 (Entry, 1);
          g_hash_table_insert (self->entries, g_strdup (name), entry);
          open_region (self, name, entry, now_ns, feeds);
        }
      entry->listed = TRUE;
    }
  g_hash_table_foreach_remove (self->entries, forget_unlisted, NULL);
  update_notice (self);

  return TRUE;
}

/* Reads the folder when it changed, and once more after that: two changes within one step of the file
 * system's clock look like one. A folder that is not there yet has no regions. */
static gboolean
scan_if_changed (Regions   *self,
                 gint64     now_ns,
                 GPtrArray *feeds,
                 GError   **error)
{
  struct stat folder;
  gboolean    same;

  if (stat (self->folder, &folder) < 0)
    return TRUE;

  same = folder.st_mtim.tv_sec == self->changed.tv_sec && folder.st_mtim.tv_nsec == self->changed.tv_nsec;
  if (same && self->settled && !self->full)
    return TRUE;
  if (!scan (self, now_ns, feeds, error))
    return FALSE;

  self->settled = same;
  self->changed = folder.st_mtim;

  return TRUE;
}

/* Removes the files of programs that are gone, once nobody can want them any more, and damaged ones likewise. */
static void
reap (Regions *self,
      gint64   now_ns)
{
  GHashTableIter iter;
  gpointer       name, value;

  if (self->reaped_ns != 0 && now_ns - self->reaped_ns < REAP_NS)
    return;

  self->reaped_ns = now_ns;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      Entry           *entry = value;
      g_autofree char *path = NULL;

      if (entry->follower != NULL)
        continue;
      path = g_build_filename (self->folder, name, NULL);
      hr_region_reap (path, hr_clock_realtime (), self->grace_ns);
    }
}

/* The grace counts from the file's time, and a program that was killed left its start there. Another agent may still be
 * reading: it has the whole grace from now. */
static void
begin_grace (Regions    *self,
             const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  if (utimensat (AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) != 0)
    g_debug ("%s: %s", path, g_strerror (errno));
}

static gboolean
regions_collect (HrCollector *collector,
                 gint64       now_ns,
                 GPtrArray   *feeds,
                 GError     **error)
{
  Regions       *self = (Regions *) collector;
  gboolean       scanned = scan_if_changed (self, now_ns, feeds, error);
  GHashTableIter iter;
  gpointer       name, value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      Entry *entry = value;

      if (entry->follower != NULL && !hr_follower_collect (entry->follower, now_ns))
        {
          g_clear_pointer (&entry->follower, hr_follower_free);
          begin_grace (self, name);
        }
    }
  reap (self, now_ns);

  return scanned;
}

static const char *
regions_notice (HrCollector *collector)
{
  return ((Regions *) collector)->notice;
}

static void
regions_free (HrCollector *collector)
{
  Regions *self = (Regions *) collector;

  g_hash_table_unref (self->entries);
  hr_keeper_budget_unref (self->budget);
  g_free (self->root);
  g_free (self->folder);
  g_free (self->notice);
  g_free (self);
}

/* Returns (transfer full) the path of the runtime folder; NULL with HR_COLLECT_ERROR_UNREADABLE when it is too long. */
char *
hr_regions_folder (GError **error)
{
  char path[PATH_MAX];

  if (hr_region_folder (path, sizeof path))
    return g_strdup (path);

  g_set_error_literal (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, "the path of the runtime folder is too long");

  return NULL;
}

/* Checks that @name leads nowhere else than to a place right in the runtime folder, and not to a hidden one. Else G_IO_ERROR_INVALID_FILENAME. */
gboolean
hr_regions_check_name (const char *name,
                       GError    **error)
{
  if (*name != '\0' && *name != '.' && strchr (name, '/') == NULL)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, "“%s” is not the name of a file", name);

  return FALSE;
}

/* Returns (transfer full) the path of the runtime folder, made with mode 0700 where it is missing; NULL with HR_COLLECT_ERROR_UNREADABLE
 * when that fails, or the folder is not this user's alone. */
char *
hr_regions_make_folder (GError **error)
{
  g_autofree char *path = hr_regions_folder (error);
  int              fd = path != NULL ? hr_folder_open (path) : -1;

  if (fd >= 0)
    {
      close (fd);
      return g_steal_pointer (&path);
    }
  if (path != NULL)
    g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_UNREADABLE, "“%s” cannot be used: %s", path, g_strerror (errno));

  return NULL;
}

/* Creates (transfer full) the collector of all instrumented programs of this user. The streams are of @epoch; the file
 * of a program that ended is removed after @grace_ns. */
HrCollector *
hr_regions_new (const char *root,
                const char *folder,
                guint64     epoch,
                guint64     grace_ns)
{
  static const HrCollectorClass klass = { "regions", regions_collect, regions_notice, regions_free };
  Regions                      *self = g_new0 (Regions, 1);

  self->parent.klass = &klass;
  self->root = g_strdup (root);
  self->folder = folder != NULL ? g_strdup (folder) : hr_regions_folder (NULL);
  if (self->folder == NULL)
    self->folder = g_strdup ("");
  self->epoch = epoch;
  self->grace_ns = grace_ns;
  self->budget = hr_keeper_budget_new (KEEPERS_BYTES);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);

  return &self->parent;
}
