/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/roster.h"

#include <string.h>

/* Instances that no link speaks of, remembered so that a link that comes back resumes them. */
#define MAX_IDLE_INSTANCES 256

/* Instances of sources that the user removed while they ran: they do not come back by themselves. */
#define MAX_REMOVED 1024

/* A source. */
typedef struct
{
  HrSource *source;
  char     *title;  /* as its programs call themselves; its name may be longer */
  gboolean  wanted; /* the user did not disconnect it */
  guint     n_live; /* instances that the link speaks of; more than one while a program has ended and its next run is there */
} Entry;

/* An instance, and what the link calls it now. */
typedef struct
{
  HrStream *stream;
  gboolean  live;
  guint     number;
} Instance;

struct _HrRoster
{
  HrNames              *names;
  const HrRosterEvents *events;
  gpointer              user_data;

  GPtrArray  *entries;   /* Entry, the origin first */
  GHashTable *by_source; /* HrSource -> Entry */
  GPtrArray  *instances; /* Instance, oldest first */
  GHashTable *by_number; /* the link's stream number -> Instance */
  GArray     *removed;   /* HrStreamName, oldest first */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_object_unref (self->source);
  g_free (self->title);
  g_free (self);
}

static void
instance_free (gpointer data)
{
  Instance *self = data;

  hr_stream_free (self->stream);
  g_free (self);
}

static Entry *
find_entry (HrRoster *self,
            HrSource *source)
{
  return g_hash_table_lookup (self->by_source, source);
}

static void
add_entry (HrRoster   *self,
           HrSource   *source,
           const char *title)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->source = g_object_ref (source);
  entry->title = g_strdup (title);
  entry->wanted = TRUE;
  g_ptr_array_add (self->entries, entry);
  g_hash_table_insert (self->by_source, source, entry);
}

/* Makes the roster of @origin, whose name stands in @names already. @events: outlive it. Returns: (transfer full) */
HrRoster *
hr_roster_new (HrSource             *origin,
               HrNames              *names,
               const HrRosterEvents *events,
               gpointer              user_data)
{
  HrRoster *self = g_new0 (HrRoster, 1);

  self->names = hr_names_ref (names);
  self->events = events;
  self->user_data = user_data;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_source = g_hash_table_new (NULL, NULL);
  self->instances = g_ptr_array_new_with_free_func (instance_free);
  self->by_number = g_hash_table_new (NULL, NULL);
  self->removed = g_array_new (FALSE, FALSE, sizeof (HrStreamName));
  add_entry (self, origin, hr_source_get_name (origin));

  return self;
}

/* Frees @self and lets go of its names. NULL is accepted. */
void
hr_roster_free (HrRoster *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->entries->len; i++)
    hr_names_release (self->names, hr_source_get_name (hr_roster_get_source (self, i)));
  g_hash_table_unref (self->by_number);
  g_ptr_array_unref (self->instances);
  g_hash_table_unref (self->by_source);
  g_ptr_array_unref (self->entries);
  g_array_unref (self->removed);
  hr_names_unref (self->names);
  g_free (self);
}

/* Returns: (transfer none): the computer or device that all of them are on. */
HrSource *
hr_roster_get_origin (HrRoster *self)
{
  return hr_roster_get_source (self, 0);
}

/* Returns how many sources there are, the origin counted. */
guint
hr_roster_get_n_sources (HrRoster *self)
{
  return self->entries->len;
}

/* Returns: (transfer none): source @index, 0 being the origin. */
HrSource *
hr_roster_get_source (HrRoster *self,
                      guint     index)
{
  return ((Entry *) g_ptr_array_index (self->entries, index))->source;
}

/* Returns whether @source is one of them. */
gboolean
hr_roster_owns (HrRoster *self,
                HrSource *source)
{
  return g_hash_table_contains (self->by_source, source);
}

/* Adds a program that calls itself @title, which is its name unless that is taken. */
static HrSource *
add_program (HrRoster   *self,
             const char *title)
{
  HrSource        *origin = hr_roster_get_origin (self);
  g_autofree char *name = hr_names_claim (self->names, title, hr_source_get_title (origin), self);
  g_autoptr (HrSource) source = hr_source_new (HR_SOURCE_PROCESS, name);

  hr_source_set_place (source, hr_source_get_group (origin), hr_source_get_address (origin));
  add_entry (self, source, title);
  self->events->added (source, self->user_data);

  return source;
}

static gboolean
is_same (const HrStreamName *name,
         const HrStreamName *other)
{
  return memcmp (name->uuid, other->uuid, sizeof name->uuid) == 0;
}

static gboolean
was_removed (HrRoster           *self,
             const HrStreamName *name)
{
  for (guint i = 0; i < self->removed->len; i++)
    if (is_same (&g_array_index (self->removed, HrStreamName, i), name))
      return TRUE;

  return FALSE;
}

/* The link speaks of @instance no more. */
static void
end_instance (HrRoster *self,
              Instance *instance)
{
  if (!instance->live)
    return;

  instance->live = FALSE;
  g_hash_table_remove (self->by_number, GUINT_TO_POINTER (instance->number));
  find_entry (self, hr_stream_get_source (instance->stream))->n_live--;
}

static void
forget_instances (HrRoster *self,
                  HrSource *source)
{
  for (guint i = self->instances->len; i > 0; i--)
    {
      Instance  *instance = g_ptr_array_index (self->instances, i - 1);
      HrPosition position;

      if (hr_stream_get_source (instance->stream) != source)
        continue;
      hr_stream_get_position (instance->stream, &position);
      if (instance->live)
        g_array_append_val (self->removed, position.name);
      end_instance (self, instance);
      g_ptr_array_remove_index (self->instances, i - 1);
    }
  if (self->removed->len > MAX_REMOVED)
    g_array_remove_range (self->removed, 0, self->removed->len - MAX_REMOVED);
}

/* Removes @source, which is not the origin. The instance that brings it now stays away; a later one is a new source. */
void
hr_roster_remove (HrRoster *self,
                  HrSource *source)
{
  Entry *entry = find_entry (self, source);
  g_autoptr (HrSource) removed = g_object_ref (source);

  g_return_if_fail (entry != NULL && source != hr_roster_get_origin (self));

  forget_instances (self, source);
  hr_names_release (self->names, hr_source_get_name (source));
  g_hash_table_remove (self->by_source, source);
  g_ptr_array_remove (self->entries, entry);
  self->events->removed (removed, self->user_data);
}

/* Returns whether the user wants @source followed. */
gboolean
hr_roster_is_wanted (HrRoster *self,
                     HrSource *source)
{
  Entry *entry = find_entry (self, source);

  return entry != NULL && entry->wanted;
}

/* Notes whether the user wants @source followed. */
void
hr_roster_set_wanted (HrRoster *self,
                      HrSource *source,
                      gboolean  wanted)
{
  Entry *entry = find_entry (self, source);

  if (entry != NULL)
    entry->wanted = wanted;
}

/* Removes the oldest program that is gone, so that there is room for one more. Returns whether there is. */
static gboolean
make_room (HrRoster *self)
{
  if (self->entries->len < HR_ROSTER_MAX_SOURCES)
    return TRUE;

  for (guint i = 1; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->n_live == 0)
        {
          hr_roster_remove (self, entry->source);
          return TRUE;
        }
    }

  return FALSE;
}

/* Which source a new instance of a program belongs to: one that calls itself the same and whose last instance is gone, which has come
 * back; or else a new one. NULL when there is no room. */
static HrSource *
source_for_program (HrRoster   *self,
                    const char *title)
{
  for (guint i = 1; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->n_live == 0 && g_str_equal (entry->title, title))
        return entry->source;
    }

  return make_room (self) ? add_program (self, title) : NULL;
}

/* The same for any instance: there is one computer at most, and that is where the agent is. */
static HrSource *
source_for_instance (HrRoster        *self,
                     const HrMessage *message)
{
  Entry *origin = g_ptr_array_index (self->entries, 0);

  if (message->hello.role == HR_SOURCE_COMPUTER)
    return origin->n_live == 0 && hr_source_get_role (origin->source) == HR_SOURCE_COMPUTER ? origin->source : NULL;

  return source_for_program (self, message->hello.title);
}

/* Finds or makes the source of a program that is measured on this side of the link; no instance becomes its until it is released.
 * Returns: (transfer none) (nullable): NULL when there are too many */
HrSource *
hr_roster_hold (HrRoster   *self,
                const char *title)
{
  HrSource *source = source_for_program (self, title);

  if (source != NULL)
    find_entry (self, source)->n_live++;

  return source;
}

/* Nobody measures @source on this side any more. */
void
hr_roster_release (HrRoster *self,
                   HrSource *source)
{
  Entry *entry = find_entry (self, source);

  if (entry != NULL && entry->n_live > 0)
    entry->n_live--;
}

/* Calls @source @name, or what that becomes where it is taken. */
void
hr_roster_set_name (HrRoster   *self,
                    HrSource   *source,
                    const char *name)
{
  g_autofree char *claimed = NULL;

  hr_names_release (self->names, hr_source_get_name (source));
  claimed = hr_names_claim (self->names, name, NULL, self);
  hr_source_set_name (source, claimed);
}

/* Forgets the oldest instances that no link speaks of, when there are too many. */
static void
bound_instances (HrRoster *self)
{
  guint n_idle = self->instances->len - g_hash_table_size (self->by_number);

  for (guint i = 0; n_idle > MAX_IDLE_INSTANCES && i < self->instances->len;)
    if (((Instance *) g_ptr_array_index (self->instances, i))->live)
      {
        i++;
      }
    else
      {
        g_ptr_array_remove_index (self->instances, i);
        n_idle--;
      }
}

static Instance *
instance_for_hello (HrRoster        *self,
                    const HrMessage *message)
{
  HrSource *source;
  Instance *instance;

  for (guint i = 0; i < self->instances->len; i++)
    {
      instance = g_ptr_array_index (self->instances, i);
      if (hr_stream_is (instance->stream, &message->hello.name))
        return instance;
    }

  source = was_removed (self, &message->hello.name) ? NULL : source_for_instance (self, message);
  if (source == NULL)
    return NULL;

  instance = g_new0 (Instance, 1);
  instance->stream = hr_stream_new (source, &message->hello.name);
  g_ptr_array_add (self->instances, instance);

  return instance;
}

/* The link speaks of @instance by @number from now on, and of nothing else by it. */
static void
give_number (HrRoster *self,
             Instance *instance,
             guint     number)
{
  if (instance->live && instance->number == number)
    return;

  end_instance (self, instance);
  hr_roster_end_stream (self, number);
  instance->live = TRUE;
  instance->number = number;
  g_hash_table_insert (self->by_number, GUINT_TO_POINTER (number), instance);
  find_entry (self, hr_stream_get_source (instance->stream))->n_live++;
}

/* Takes in a hello, which opens an instance on this link or tells more of it. Returns: (transfer none) (nullable): its stream; NULL when
 * it is not followed: its source was removed, or there are too many */
HrStream *
hr_roster_take_hello (HrRoster        *self,
                      const HrMessage *message)
{
  Instance *instance = instance_for_hello (self, message);

  if (instance == NULL)
    {
      hr_roster_end_stream (self, message->stream);
      return NULL;
    }

  give_number (self, instance, message->stream);
  bound_instances (self);
  hr_stream_hello (instance->stream, &message->hello.name, message->hello.metrics, message->hello.n_metrics);
  hr_stream_note_records (instance->stream, message->hello.records);

  return instance->stream;
}

/* Returns: (transfer none) (nullable): what the link calls @number. */
HrStream *
hr_roster_find_stream (HrRoster *self,
                       guint     number)
{
  Instance *instance = g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (number));

  return instance != NULL ? instance->stream : NULL;
}

/* Returns: (transfer none) (nullable): the instance @name, whether the link speaks of it or not. */
HrStream *
hr_roster_find_instance (HrRoster           *self,
                         const HrStreamName *name)
{
  for (guint i = 0; i < self->instances->len; i++)
    {
      Instance *instance = g_ptr_array_index (self->instances, i);

      if (hr_stream_is (instance->stream, name))
        return instance->stream;
    }

  return NULL;
}

/* Returns: (transfer full): the instances of @source (HrStreamName), the oldest first, whose records are kept somewhere: those that the link
 * speaks of, and those from which anything came since @since_ns (our monotonic time). */
GArray *
hr_roster_list_recorded (HrRoster *self,
                         HrSource *source,
                         gint64    since_ns)
{
  GArray *names = g_array_new (FALSE, FALSE, sizeof (HrStreamName));

  for (guint i = 0; i < self->instances->len; i++)
    {
      Instance  *instance = g_ptr_array_index (self->instances, i);
      HrPosition position;

      if (hr_stream_get_source (instance->stream) != source || !hr_stream_kept_records (instance->stream) ||
          (!instance->live && hr_stream_get_heard (instance->stream) < since_ns))
        continue;
      hr_stream_get_position (instance->stream, &position);
      g_array_append_val (names, position.name);
    }

  return names;
}

/* Returns whether the link speaks of @source now. */
gboolean
hr_roster_is_live (HrRoster *self,
                   HrSource *source)
{
  Entry *entry = find_entry (self, source);

  return entry != NULL && entry->n_live > 0;
}

/* Writes the number under which the link speaks of @source now. Returns FALSE while it does not. */
gboolean
hr_roster_find_number (HrRoster *self,
                       HrSource *source,
                       guint    *out_number)
{
  for (guint i = self->instances->len; i > 0; i--)
    {
      Instance *instance = g_ptr_array_index (self->instances, i - 1);

      if (instance->live && hr_stream_get_source (instance->stream) == source)
        {
          *out_number = instance->number;
          return TRUE;
        }
    }

  return FALSE;
}

/* The link speaks of @number no more. */
void
hr_roster_end_stream (HrRoster *self,
                      guint     number)
{
  Instance *instance = g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (number));

  if (instance != NULL)
    end_instance (self, instance);
}

/* The link is gone, and its numbers with it. */
void
hr_roster_leave (HrRoster *self)
{
  for (guint i = 0; i < self->instances->len; i++)
    {
      Instance *instance = g_ptr_array_index (self->instances, i);

      end_instance (self, instance);
      hr_stream_leave (instance->stream);
    }
}

/* Returns: (transfer full): how far every instance was taken in (HrPosition), for a resume. */
GArray *
hr_roster_get_positions (HrRoster *self)
{
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (HrPosition));

  for (guint i = 0; i < self->instances->len; i++)
    {
      HrPosition position;

      hr_stream_get_position (((Instance *) g_ptr_array_index (self->instances, i))->stream, &position);
      g_array_append_val (positions, position);
    }

  return positions;
}
