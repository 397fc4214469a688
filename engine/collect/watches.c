/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/watches.h"

#include "engine/collect/proc.h"
#include "engine/collect/programs.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* How often a program is looked for that the kernel does not tell the end of. */
#define LOOK_NS ((gint64) HR_NS_PER_SECOND)

typedef struct
{
  HrFeed    *feed;
  GPtrArray *owners; /* borrowed addresses */
  uid_t      uid;
  gboolean   named; /* the feed tells what the user is called */
  int        pidfd; /* tells the end of the program, whoever has its number then; -1: none */
  gint64     looked_ns;
} Watch;

typedef struct
{
  HrCollector  parent;
  char        *root;
  HrUsers     *users;
  HrStreamName computer;
  GPtrArray   *watches; /* Watch */
} Watches;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  hr_feed_unref (watch->feed);
  g_ptr_array_unref (watch->owners);
  if (watch->pidfd >= 0)
    close (watch->pidfd);
  g_free (watch);
}

static gboolean
is_same (const HrFeed *feed,
         guint64       pid,
         guint64       start_time)
{
  guint64 known = hr_feed_get_start_time (feed);

  return hr_feed_get_pid (feed) == pid && hr_feed_get_ended (feed) == NULL && (start_time == 0 || known == 0 || known == start_time);
}

static Watch *
find_watch (const Watches *self,
            const HrFeed  *feed)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (((Watch *) self->watches->pdata[i])->feed == feed)
      return self->watches->pdata[i];

  return NULL;
}

static Watch *
find_program (const Watches *self,
              guint64        pid,
              guint64        start_time)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (is_same (((Watch *) self->watches->pdata[i])->feed, pid, start_time))
      return self->watches->pdata[i];

  return NULL;
}

static gboolean
has_owner (const Watch  *watch,
           gconstpointer owner)
{
  return g_ptr_array_find (watch->owners, owner, NULL);
}

/* Returns whether a region of this program is followed: one of @feeds that nobody asked for is of it. */
gboolean
hr_watches_is_instrumented (HrCollector *collector,
                            GPtrArray   *feeds,
                            guint64      pid,
                            guint64      start_time)
{
  const Watches *self = (const Watches *) collector;

  for (guint i = 0; i < feeds->len; i++)
    if (is_same (feeds->pdata[i], pid, start_time) && find_watch (self, feeds->pdata[i]) == NULL)
      return TRUE;

  return FALSE;
}

static void
add_owner (Watch        *watch,
           gconstpointer owner)
{
  if (!has_owner (watch, owner))
    g_ptr_array_add (watch->owners, (gpointer) owner);
}

/* The instance is the same whichever agent watches it: named by the computer's run, the program's number and when it began. */
static void
name_instance (const Watches   *self,
               const HrProgram *program,
               guint8          *out_uuid)
{
  const guint64 numbers[] = { GUINT64_TO_LE (program->pid), GUINT64_TO_LE (program->start_time) };
  guint8        digest[32];
  gsize         length = sizeof digest;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, self->computer.uuid, sizeof self->computer.uuid);
  g_checksum_update (checksum, (const guchar *) numbers, sizeof numbers);
  g_checksum_get_digest (checksum, digest, &length);
  memcpy (out_uuid, digest, sizeof self->computer.uuid);
}

static HrFeed *
make_feed (const Watches   *self,
           const HrProgram *program,
           guint64          epoch,
           gint64           now_ns)
{
  HrStreamName name = { .epoch = epoch };
  HrFeed      *feed;

  name_instance (self, program, name.uuid);
  feed = hr_feed_new (&name, HR_SOURCE_PROCESS, program->name, now_ns);
  hr_feed_set_process (feed, program->pid, program->start_time);

  return feed;
}

/* Says whose the program is: by number until the name is known. */
static void
tell_user (Watches *self,
           Watch   *watch)
{
  g_autofree char *user = hr_users_peek (self->users, watch->uid);
  g_autofree char *detail = NULL;

  watch->named = user != NULL;
  if (user == NULL)
    user = g_strdup_printf ("%u", (guint) watch->uid);
  detail = g_strdup_printf ("pid %" G_GUINT64_FORMAT " · %s", hr_feed_get_pid (watch->feed), user);
  hr_feed_set_detail (watch->feed, detail);
}

/* Writes what tells the end of the program @pid: -1 where the kernel has no such thing, or the numbers are not this kernel's. FALSE where @pid
 * is one thread of a program. */
static gboolean
open_pidfd (const Watches *self,
            guint64        pid,
            int           *out)
{
  *out = *self->root == '\0' && pid <= G_MAXINT32 ? pidfd_open ((pid_t) pid, 0) : -1;

  return *out >= 0 || *self->root != '\0' || (errno != EINVAL && errno != ENOENT);
}

/* Has the program @pid, which began at @start_time (0: whenever), measured for @owner; @epoch: of a new stream, later than any before. A new
 * feed is added to @feeds. Where its region is followed there is nothing to do, and that is no failure. FALSE with
 * HR_COLLECT_ERROR_REFUSED, whose text can be shown. */
gboolean
hr_watches_begin (HrCollector  *collector,
                  GPtrArray    *feeds,
                  guint64       pid,
                  guint64       start_time,
                  gconstpointer owner,
                  guint64       epoch,
                  gint64        now_ns,
                  GError      **error)
{
  Watches *self = (Watches *) collector;
  Watch   *watch = find_program (self, pid, start_time);
  int      pidfd;
  uid_t    uid;
  gboolean whole;
  g_autoptr (HrProgram) program = NULL;

  if (hr_watches_is_instrumented (collector, feeds, pid, start_time))
    return TRUE;
  if (watch != NULL)
    {
      add_owner (watch, owner);
      return TRUE;
    }
  if (self->watches->len >= HR_WATCHES_MAX)
    {
      g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "%d programs are watched already", HR_WATCHES_MAX);
      return FALSE;
    }

  /* Opened first: if the number changes hands from now on, this says so. */
  whole = open_pidfd (self, pid, &pidfd);
  program = hr_programs_look (self->root, pid, start_time, &uid, error);
  if (program == NULL || !whole)
    {
      if (program != NULL)
        g_set_error (error, HR_COLLECT_ERROR, HR_COLLECT_ERROR_REFUSED, "The number %" G_GUINT64_FORMAT " belongs to one thread of a program", pid);
      if (pidfd >= 0)
        close (pidfd);
      return FALSE;
    }

  watch = g_new0 (Watch, 1);
  watch->feed = make_feed (self, program, epoch, now_ns);
  watch->owners = g_ptr_array_new ();
  watch->uid = uid;
  watch->pidfd = pidfd;
  watch->looked_ns = now_ns;
  tell_user (self, watch);
  add_owner (watch, owner);
  g_ptr_array_add (self->watches, watch);
  g_ptr_array_add (feeds, hr_feed_ref (watch->feed));

  return TRUE;
}

/* Takes the owner off; what nobody wants any more ends. */
static void
drop_owner (Watches      *self,
            Watch        *watch,
            gconstpointer owner)
{
  if (!g_ptr_array_remove (watch->owners, (gpointer) owner) || watch->owners->len > 0)
    return;

  hr_feed_end (watch->feed, "nobody watches it any more");
  g_ptr_array_remove (self->watches, watch);
}

/* Has the program @pid measured for @owner no longer: the feed ends with its last owner. */
void
hr_watches_end (HrCollector  *collector,
                guint64       pid,
                guint64       start_time,
                gconstpointer owner)
{
  Watches *self = (Watches *) collector;
  Watch   *watch = find_program (self, pid, start_time);

  if (watch != NULL)
    drop_owner (self, watch, owner);
}

/* Ends all that @owner has asked for. */
void
hr_watches_leave (HrCollector  *collector,
                  gconstpointer owner)
{
  Watches *self = (Watches *) collector;

  for (guint i = self->watches->len; i > 0; i--)
    drop_owner (self, self->watches->pdata[i - 1], owner);
}

/* Returns whether @owner has asked for the program @pid that began at @start_time. */
gboolean
hr_watches_has (HrCollector  *collector,
                guint64       pid,
                guint64       start_time,
                gconstpointer owner)
{
  const Watch *watch = find_program ((Watches *) collector, pid, start_time);

  return watch != NULL && has_owner (watch, owner);
}

/* Returns whether @feed concerns @owner: what nobody asked for concerns everybody. */
gboolean
hr_watches_concern (HrCollector  *collector,
                    const HrFeed *feed,
                    gconstpointer owner)
{
  const Watch *watch = find_watch ((Watches *) collector, feed);

  return watch == NULL || has_owner (watch, owner);
}

static gboolean
is_gone (Watches *self,
         Watch   *watch,
         gint64   now_ns)
{
  struct pollfd end = { .fd = watch->pidfd, .events = POLLIN };
  char          text[HR_PROC_TEXT_SIZE];
  HrProcStat    stat;

  if (watch->pidfd >= 0)
    return poll (&end, 1, 0) > 0;
  if (now_ns - watch->looked_ns < LOOK_NS)
    return FALSE;

  watch->looked_ns = now_ns;

  return hr_proc_read (self->root, hr_feed_get_pid (watch->feed), "stat", text, sizeof text) <= 0 || !hr_proc_parse_stat (text, &stat) ||
         stat.ended || stat.start_time != hr_feed_get_start_time (watch->feed);
}

static gboolean
watches_collect (HrCollector *collector,
                 gint64       now_ns,
                 GPtrArray   *feeds,
                 GError     **error)
{
  Watches *self = (Watches *) collector;

  for (guint i = self->watches->len; i > 0; i--)
    {
      Watch  *watch = self->watches->pdata[i - 1];
      HrFeed *feed = watch->feed;

      if (!watch->named)
        tell_user (self, watch);
      if (is_gone (self, watch, now_ns))
        hr_feed_end (feed, "the program ended");
      else if (hr_watches_is_instrumented (collector, feeds, hr_feed_get_pid (feed), hr_feed_get_start_time (feed)))
        hr_feed_end (feed, "the program has opened a probe");
      if (hr_feed_get_ended (feed) != NULL)
        g_ptr_array_remove_index (self->watches, i - 1);
    }

  return TRUE;
}

static void
watches_free (HrCollector *collector)
{
  Watches *self = (Watches *) collector;

  g_ptr_array_unref (self->watches);
  hr_users_unref (self->users);
  g_free (self->root);
  g_free (self);
}

/* Creates (transfer full) the collector of what is watched on the computer whose stream is @computer and whose users are @users. It runs
 * after the one that follows regions. */
HrCollector *
hr_watches_new (const char         *root,
                HrUsers            *users,
                const HrStreamName *computer)
{
  static const HrCollectorClass klass = { "watches", watches_collect, NULL, watches_free };
  Watches                      *self = g_new0 (Watches, 1);

  self->parent.klass = &klass;
  self->root = g_strdup (root);
  self->users = hr_users_ref (users);
  self->computer = *computer;
  self->watches = g_ptr_array_new_with_free_func (watch_free);

  return &self->parent;
}
