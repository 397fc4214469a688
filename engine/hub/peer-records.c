/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/peer-private.h"

#include "engine/base/clock.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How long an answer may take, and how long a link may be away: then what was to be had is forgotten there. */
#define ANSWER_NS (5 * (gint64) HR_NS_PER_SECOND)
#define AWAY_NS (40 * (gint64) HR_NS_PER_SECOND)

/* A window that is being filled. */
typedef struct
{
  GTask          *task;
  HrRecordWindow *window;
  GArray         *names;   /* HrStreamName: instances to be asked, the one that is being asked first */
  gint64          told_ns; /* when anything of it last came, or it began */
  guint           request; /* that waits for its answer; 0: none does */
} Fetch;

struct _HrFetches
{
  GPtrArray *fetches; /* Fetch, the oldest first; at most one of them waits for an answer */
  guint      n_asked;
  guint      timer;
};

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  g_object_unref (self->task);
  hr_record_window_unref (self->window);
  g_array_unref (self->names);
  g_free (self);
}

static HrFetches *
fetches_new (void)
{
  HrFetches *self = g_new0 (HrFetches, 1);

  self->fetches = g_ptr_array_new_with_free_func (fetch_free);

  return self;
}

/* Ends the fetch at @index. The list is in order before anybody is told, who may fetch again at once. @error: (nullable) */
static void
end_fetch (HrFetches    *self,
           guint         index,
           const GError *error)
{
  Fetch *fetch = g_ptr_array_steal_index (self->fetches, index);

  if (self->fetches->len == 0)
    g_clear_handle_id (&self->timer, g_source_remove);
  if (error != NULL)
    g_task_return_error (fetch->task, g_error_copy (error));
  else
    g_task_return_boolean (fetch->task, TRUE);
  fetch_free (fetch);
}

/* Ends all fetches: the peer is closed. NULL is accepted. */
void
hr_fetches_free (HrFetches *self)
{
  g_autoptr (GError) error = g_error_new_literal (HR_LINK_ERROR, HR_LINK_ERROR_CLOSED, _ ("The link is closed"));

  if (self == NULL)
    return;

  while (self->fetches->len > 0)
    end_fetch (self, 0, error);
  g_ptr_array_unref (self->fetches);
  g_free (self);
}

/* The stream that @fetch has to ask next; those that are not there any more are passed by. NULL when it is through. */
static HrStream *
next_stream (HrPeer *self,
             Fetch  *fetch)
{
  while (fetch->names->len > 0)
    {
      HrStream *stream = hr_roster_find_instance (self->roster, &g_array_index (fetch->names, HrStreamName, 0));

      if (stream != NULL && hr_stream_get_source (stream) == hr_record_window_get_source (fetch->window))
        return stream;
      g_array_remove_index (fetch->names, 0);
    }

  return NULL;
}

static void
ask (HrPeer   *self,
     Fetch    *fetch,
     HrStream *stream)
{
  HrMessage  message = { .type = HR_MESSAGE_QUERY };
  HrPosition position;

  hr_stream_get_position (stream, &position);
  if (++self->fetches->n_asked == 0)
    self->fetches->n_asked = 1;
  fetch->request = message.query.request = self->fetches->n_asked;
  fetch->told_ns = (gint64) hr_clock_monotonic ();
  memcpy (message.query.uuid, position.name.uuid, sizeof message.query.uuid);
  message.query.what = hr_record_window_get_query (fetch->window, position.name.uuid, &self->clock);
  hr_peer_send (self, &message);
}

/* Asks for the next page, of the oldest fetch that can be gone on with; one question at a time, so that nothing piles up on the link. */
void
hr_peer_go_on_fetching (HrPeer *self)
{
  g_autoptr (HrPeer) alive G_GNUC_UNUSED = g_object_ref (self);
  guint                    i = 0;

  if (self->fetches == NULL)
    return;

  for (guint k = 0; k < self->fetches->fetches->len; k++)
    if (((Fetch *) self->fetches->fetches->pdata[k])->request != 0)
      return;

  while (self->fetches != NULL && i < self->fetches->fetches->len)
    {
      Fetch    *fetch = self->fetches->fetches->pdata[i];
      HrStream *stream = next_stream (self, fetch);

      if (stream == NULL)
        {
          end_fetch (self->fetches, i, NULL);
          continue;
        }
      if (self->clock.known && hr_stream_keeps_records (stream))
        {
          ask (self, fetch, stream);
          return;
        }
      i++;
    }
}

static Fetch *
find_request (HrFetches *self,
              guint      request)
{
  for (guint i = 0; self != NULL && request != 0 && i < self->fetches->len; i++)
    if (((Fetch *) self->fetches->pdata[i])->request == request)
      return self->fetches->pdata[i];

  return NULL;
}

/* Takes in a page; one that nobody asked for is let go. */
void
hr_peer_take_records (HrPeer          *self,
                      const HrMessage *message)
{
  const HrRecordPage *page = &message->records.page;
  Fetch              *fetch = find_request (self->fetches, message->records.request);
  HrStream           *stream = fetch != NULL ? next_stream (self, fetch) : NULL;

  if (fetch == NULL)
    return;

  fetch->request = 0;
  fetch->told_ns = (gint64) hr_clock_monotonic ();
  if (stream != NULL && message->records.known)
    hr_record_window_take (fetch->window, stream, page, &self->clock);
  if (stream != NULL && !(message->records.known && page->more && page->n > 0))
    g_array_remove_index (fetch->names, 0);
  hr_peer_go_on_fetching (self);
}

/* The link is gone, and the answer with it: it is asked for again on the next. */
void
hr_peer_stop_fetching (HrPeer *self)
{
  for (guint i = 0; self->fetches != NULL && i < self->fetches->fetches->len; i++)
    ((Fetch *) self->fetches->fetches->pdata[i])->request = 0;
}

static gboolean
fetches_timer_cb (gpointer user_data)
{
  g_autoptr (HrPeer) self = g_object_ref (user_data);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("The agent does not tell the records"));
  gint64 now_ns = (gint64) hr_clock_monotonic ();

  /* Whoever is told may close the peer. */
  for (guint i = 0; self->fetches != NULL && i < self->fetches->fetches->len;)
    {
      Fetch *fetch = self->fetches->fetches->pdata[i];

      if (now_ns - fetch->told_ns > (fetch->request != 0 ? ANSWER_NS : AWAY_NS))
        end_fetch (self->fetches, i, error);
      else
        i++;
    }
  hr_peer_go_on_fetching (self);

  return self->fetches != NULL && self->fetches->timer != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Returns whether records of @source themselves can be asked for now. */
gboolean
hr_peer_keeps_records (HrPeer   *self,
                       HrSource *source)
{
  g_autoptr (GArray) names = hr_roster_list_recorded (self->roster, source, G_MAXINT64);

  return names->len > 0;
}

/* Fetches the records of @window that have been made and not been fetched yet. A link that is away is waited for a while, and gone on
 * from where the last one ended. */
void
hr_peer_fetch_async (HrPeer             *self,
                     HrRecordWindow     *window,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (fetch->task, hr_peer_fetch_async);
  fetch->window = hr_record_window_ref (window);
  fetch->names = hr_roster_list_recorded (self->roster, hr_record_window_get_source (window), hr_record_window_get_begin (window));
  fetch->told_ns = (gint64) hr_clock_monotonic ();
  if (self->fetches == NULL)
    self->fetches = fetches_new ();
  g_ptr_array_add (self->fetches->fetches, fetch);
  if (self->fetches->timer == 0)
    self->fetches->timer = g_timeout_add_seconds (1, fetches_timer_cb, self);
  hr_peer_go_on_fetching (self);
}

/* Returns FALSE with @error when not all came that may be there; what came stands in the window, and fetching again goes on. */
gboolean
hr_peer_fetch_finish (HrPeer       *self,
                      GAsyncResult *result,
                      GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
