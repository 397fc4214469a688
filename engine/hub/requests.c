/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/requests.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>

/* An agent that knows no searches says nothing to one. */
#define PATIENCE_NS (5 * (gint64) HR_NS_PER_SECOND)

typedef struct
{
  GTask *task;
  gint64 asked_ns;
} Search;

typedef struct
{
  guint64  pid;
  guint64  start_time;
  gboolean again; /* asked for after a link was lost: the program may have ended meanwhile, which is no news */
} Watch;

struct _HrRequests
{
  GHashTable *searches; /* request number -> Search */
  guint       n_asked;
  GArray     *watches; /* Watch */
};

static void
search_free (gpointer data)
{
  Search *self = data;

  g_object_unref (self->task);
  g_free (self);
}

/* Frees @self with its programs. NULL is accepted. */
void
hr_found_free (HrFound *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->programs);
  g_free (self);
}

/* Makes the list of requests, none yet. Returns: (transfer full) */
HrRequests *
hr_requests_new (void)
{
  HrRequests *self = g_new0 (HrRequests, 1);

  self->searches = g_hash_table_new_full (NULL, NULL, NULL, search_free);
  self->watches = g_array_new (FALSE, FALSE, sizeof (Watch));

  return self;
}

/* Asks over @link for programs whose name or command holds @text. @task, which is kept meanwhile, is returned a HrFound, or an
 * error when none comes within 5 s. */
void
hr_requests_search (HrRequests *self,
                    HrLink     *link,
                    const char *text,
                    gint64      now_ns,
                    GTask      *task)
{
  HrMessage message = { .type = HR_MESSAGE_SEARCH };
  Search   *search = g_new0 (Search, 1);

  search->task = g_object_ref (task);
  search->asked_ns = now_ns;
  message.search.request = ++self->n_asked;
  message.search.text = (char *) text;
  message.search.limit = HR_SEARCH_LIMIT;
  g_hash_table_insert (self->searches, GUINT_TO_POINTER (message.search.request), search);
  hr_link_send (link, &message);
}

/* Takes in the answer to a search; one that nobody asked for, or asks for any more, is let go. */
void
hr_requests_take_found (HrRequests      *self,
                        const HrMessage *message)
{
  gpointer search;
  HrFound *found;

  if (!g_hash_table_steal_extended (self->searches, GUINT_TO_POINTER (message->found.request), NULL, &search))
    return;

  found = g_new0 (HrFound, 1);
  found->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);
  found->n_more = message->found.n_more;
  for (guint i = 0; i < message->found.n_programs; i++)
    g_ptr_array_add (found->programs, hr_program_copy (message->found.programs[i]));
  g_task_return_pointer (((Search *) search)->task, found, (GDestroyNotify) hr_found_free);
  search_free (search);
}

/* Ends the searches that were asked for at @asked_ns or earlier with @error. Whoever asked may ask again at once: the list is in order
 * before anybody is told. */
static void
fail_asked_until (HrRequests   *self,
                  gint64        asked_ns,
                  const GError *error)
{
  g_autoptr (GPtrArray) failed = g_ptr_array_new_with_free_func (search_free);
  GHashTableIter iter;
  gpointer       search;

  g_hash_table_iter_init (&iter, self->searches);
  while (g_hash_table_iter_next (&iter, NULL, &search))
    if (((Search *) search)->asked_ns <= asked_ns)
      {
        g_ptr_array_add (failed, search);
        g_hash_table_iter_steal (&iter);
      }

  for (guint i = 0; i < failed->len; i++)
    g_task_return_error (((Search *) failed->pdata[i])->task, g_error_copy (error));
}

/* Ends searches that have waited for too long at @now_ns. */
void
hr_requests_expire (HrRequests *self,
                    gint64      now_ns)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("The agent does not answer the search"));

  fail_asked_until (self, now_ns - PATIENCE_NS, error);
}

/* Ends all searches with @error: their link is gone. */
void
hr_requests_fail (HrRequests   *self,
                  const GError *error)
{
  fail_asked_until (self, G_MAXINT64, error);
}

/* The same, by our own will. */
void
hr_requests_fail_closed (HrRequests *self)
{
  g_autoptr (GError) error = g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, _ ("The link is closed"));

  hr_requests_fail (self, error);
}

static void
send_watch (HrLink  *link,
            guint64  pid,
            guint64  start_time,
            HrSwitch watched)
{
  HrMessage message = { .type = HR_MESSAGE_WATCH, .watch = { pid, start_time, watched } };

  if (link != NULL)
    hr_link_send (link, &message);
}

static gboolean
drop_watch (HrRequests *self,
            guint64     pid,
            gboolean   *out_again)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = &g_array_index (self->watches, Watch, i);

      if (watch->pid != pid)
        continue;
      *out_again = watch->again;
      g_array_remove_index (self->watches, i);
      return TRUE;
    }

  return FALSE;
}

/* Has the program @pid measured, on @link (nullable) and on those that come after it. */
void
hr_requests_watch (HrRequests *self,
                   HrLink     *link,
                   guint64     pid,
                   guint64     start_time)
{
  Watch    watch = { .pid = pid, .start_time = start_time };
  gboolean again;

  drop_watch (self, pid, &again);
  g_array_append_val (self->watches, watch);
  send_watch (link, pid, start_time, HR_SWITCH_ON);
}

/* Has the program @pid measured no longer; nothing happens when nobody asked for it. */
void
hr_requests_leave (HrRequests *self,
                   HrLink     *link,
                   guint64     pid)
{
  gboolean again;

  if (drop_watch (self, pid, &again))
    send_watch (link, pid, 0, HR_SWITCH_OFF);
}

/* Takes in that the program @pid is not measured. Returns whether anybody has to be told. */
gboolean
hr_requests_take_refusal (HrRequests *self,
                          guint64     pid)
{
  gboolean again = FALSE;

  return drop_watch (self, pid, &again) && !again;
}

/* Asks for every watched program on a new link. */
void
hr_requests_watch_again (HrRequests *self,
                         HrLink     *link)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = &g_array_index (self->watches, Watch, i);

      watch->again = TRUE;
      send_watch (link, watch->pid, watch->start_time, HR_SWITCH_ON);
    }
}

/* Frees @self; searches under way fail. NULL is accepted. */
void
hr_requests_free (HrRequests *self)
{
  if (self == NULL)
    return;

  hr_requests_fail_closed (self);
  g_hash_table_unref (self->searches);
  g_array_unref (self->watches);
  g_free (self);
}
