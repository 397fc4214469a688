/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/collect/users.h"

#include "engine/collect/proc.h"

#include <pwd.h>

/* What a user's entry may take; where it takes more, the user's number stands for the name. */
#define USER_BYTES 4096

struct _HrUsers
{
  gatomicrefcount n_refs;
  GMutex          mutex; /* of what follows */
  GHashTable     *names; /* uid -> name */
  GHashTable     *asked; /* uids whose name a thread was sent for */
};

/* Makes an empty book of users. Returns: (transfer full) */
HrUsers *
hr_users_new (void)
{
  HrUsers *self = g_new0 (HrUsers, 1);

  g_atomic_ref_count_init (&self->n_refs);
  g_mutex_init (&self->mutex);
  self->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->asked = g_hash_table_new (NULL, NULL);

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrUsers *
hr_users_ref (HrUsers *self)
{
  g_atomic_ref_count_inc (&self->n_refs);

  return self;
}

/* Gives up one count. NULL is accepted. */
void
hr_users_unref (HrUsers *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->n_refs))
    return;

  g_hash_table_unref (self->names);
  g_hash_table_unref (self->asked);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static char *
ask_system (uid_t uid)
{
  char           room[USER_BYTES];
  struct passwd  entry;
  struct passwd *found = NULL;

  if (getpwuid_r (uid, &entry, room, sizeof room, &found) == 0 && found != NULL)
    return hr_proc_clean_text (found->pw_name);

  return g_strdup_printf ("%u", (guint) uid);
}

/* Returns: (transfer full): what the user @uid is called; its number where nobody knows. May take long the first time. */
char *
hr_users_find (HrUsers *self,
               uid_t    uid)
{
  char *name;

  g_mutex_lock (&self->mutex);
  name = g_strdup (g_hash_table_lookup (self->names, GUINT_TO_POINTER (uid)));
  g_mutex_unlock (&self->mutex);
  if (name != NULL)
    return name;

  name = ask_system (uid);
  g_mutex_lock (&self->mutex);
  g_hash_table_insert (self->names, GUINT_TO_POINTER (uid), g_strdup (name));
  g_mutex_unlock (&self->mutex);

  return name;
}

typedef struct
{
  HrUsers *users;
  uid_t    uid;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  hr_users_unref (question->users);
  g_free (question);
}

static void
ask (GTask        *task,
     gpointer      source,
     gpointer      task_data,
     GCancellable *cancellable)
{
  const Question       *question = task_data;
  g_autofree char *name G_GNUC_UNUSED = hr_users_find (question->users, question->uid);

  g_task_return_boolean (task, TRUE);
}

/* Returns: (transfer full) (nullable): what the user @uid is called, at once; NULL when that is not known yet, but will be: a thread
 * has been sent to ask. */
char *
hr_users_peek (HrUsers *self,
               uid_t    uid)
{
  g_autoptr (GTask) task = NULL;
  Question *question;
  gboolean  asks = FALSE;
  char     *name;

  g_mutex_lock (&self->mutex);
  name = g_strdup (g_hash_table_lookup (self->names, GUINT_TO_POINTER (uid)));
  if (name == NULL)
    asks = g_hash_table_add (self->asked, GUINT_TO_POINTER (uid));
  g_mutex_unlock (&self->mutex);
  if (!asks)
    return name;

  question = g_new (Question, 1);
  *question = (Question){ hr_users_ref (self), uid };
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, ask);

  return NULL;
}
