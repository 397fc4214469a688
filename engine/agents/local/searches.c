/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/local/searches.h"

#include "engine/collect/programs.h"

#include <gio/gio.h>

/* So many searches wait; whoever asks faster than lists can be made has nothing found for the oldest of them. */
#define MAX_WAITING 64

typedef struct
{
  gpointer   owner; /* NULL: left */
  guint      request;
  char      *text;
  guint      limit;
  GPtrArray *found; /* HrProgram; NULL: not looked for yet */
  guint      n_more;
} Query;

/* What one list is made for. */
typedef struct
{
  char      *root;
  HrUsers   *users;
  GPtrArray *queries; /* Query */
} Batch;

struct _HrSearches
{
  char           *root;
  HrUsers        *users;
  HrSearchesFound found; /* NULL: nobody is told any more */
  gpointer        user_data;
  GPtrArray      *waiting; /* Query */
  GPtrArray      *running; /* Query, of the list that is being made; NULL: none */
};

static void
query_free (gpointer data)
{
  Query *query = data;

  g_free (query->text);
  g_clear_pointer (&query->found, g_ptr_array_unref);
  g_free (query);
}

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_free (batch->root);
  hr_users_unref (batch->users);
  g_ptr_array_unref (batch->queries);
  g_free (batch);
}

static void
searches_clear (gpointer data)
{
  HrSearches *self = data;

  g_free (self->root);
  hr_users_unref (self->users);
  g_ptr_array_unref (self->waiting);
}

/* Creates the searches of the computer at @root ("" or a folder that stands for /), whose users are @users. */
HrSearches *
hr_searches_new (const char     *root,
                 HrUsers        *users,
                 HrSearchesFound found,
                 gpointer        user_data)
{
  HrSearches *self = g_rc_box_new0 (HrSearches);

  self->root = g_strdup (root);
  self->users = hr_users_ref (users);
  self->found = found;
  self->user_data = user_data;
  self->waiting = g_ptr_array_new_with_free_func (query_free);

  return self;
}

/* Frees @self; nobody is told of what is still looked for. Accepts NULL. */
void
hr_searches_free (HrSearches *self)
{
  if (self == NULL)
    return;

  self->found = NULL;
  g_rc_box_release_full (self, searches_clear);
}

static void
answer (HrSearches *self,
        Query      *query)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  if (self->found != NULL && query->owner != NULL)
    self->found (query->owner, query->request, query->found != NULL ? query->found : nothing, query->n_more, self->user_data);
}

/* In a thread of its own: it has the queries' texts to itself until it returns. */
static void
look (GTask        *task,
      gpointer      source,
      gpointer      task_data,
      GCancellable *cancellable)
{
  Batch *batch = task_data;

  g_autoptr (GPtrArray) programs = hr_programs_list (batch->root, batch->users);

  for (guint i = 0; i < batch->queries->len; i++)
    {
      Query *query = batch->queries->pdata[i];

      query->found = hr_programs_find (programs, query->text, query->limit, &query->n_more);
    }
  g_task_return_boolean (task, TRUE);
}

static void list_ready_cb (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);

static void
start (HrSearches *self)
{
  g_autoptr (GTask) task = NULL;
  Batch *batch;

  if (self->running != NULL || self->waiting->len == 0)
    return;

  self->running = self->waiting;
  self->waiting = g_ptr_array_new_with_free_func (query_free);
  batch = g_new0 (Batch, 1);
  batch->root = g_strdup (self->root);
  batch->users = hr_users_ref (self->users);
  batch->queries = g_ptr_array_ref (self->running);
  task = g_task_new (NULL, NULL, list_ready_cb, g_rc_box_acquire (self));
  g_task_set_task_data (task, batch, batch_free);
  g_task_run_in_thread (task, look);
}

static void
list_ready_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  HrSearches *self = user_data;
  g_autoptr (GPtrArray) queries = g_steal_pointer (&self->running);

  for (guint i = 0; i < queries->len; i++)
    answer (self, queries->pdata[i]);
  if (self->found != NULL)
    start (self);
  g_rc_box_release_full (self, searches_clear);
}

/* Looks for at most @limit programs whose name or command holds @text; @request comes back with what was found. */
void
hr_searches_add (HrSearches *self,
                 gpointer    owner,
                 guint       request,
                 const char *text,
                 guint       limit)
{
  Query *query = g_new0 (Query, 1);

  query->owner = owner;
  query->request = request;
  query->text = g_strdup (text);
  query->limit = limit;
  if (self->waiting->len == MAX_WAITING)
    {
      Query *oldest = g_ptr_array_steal_index (self->waiting, 0);

      answer (self, oldest);
      query_free (oldest);
    }
  g_ptr_array_add (self->waiting, query);
  start (self);
}

static void
forget (GPtrArray    *queries,
        gconstpointer owner)
{
  for (guint i = 0; i < queries->len; i++)
    if (((Query *) queries->pdata[i])->owner == owner)
      ((Query *) queries->pdata[i])->owner = NULL;
}

/* Tells @owner of nothing any more. */
void
hr_searches_leave (HrSearches   *self,
                   gconstpointer owner)
{
  forget (self->waiting, owner);
  if (self->running != NULL)
    forget (self->running, owner);
}
