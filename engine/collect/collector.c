/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-collect"

#include "engine/collect/collector.h"

/* A failed collector rests this long, twice as long after each further failure in a row. */
#define FIRST_REST_NS ((gint64) HR_NS_PER_SECOND)
#define LONGEST_REST_NS (60 * (gint64) HR_NS_PER_SECOND)

typedef struct
{
  HrCollector *collector; /* owned */
  GError      *error;     /* of the last run; NULL when it went well */
  gint64       rest_ns;
  gint64       next_ns;
} Entry;

struct _HrCollectors
{
  GArray *entries;
};

G_DEFINE_QUARK (hr - collect - error - quark, hr_collect_error)

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  entry->collector->klass->free (entry->collector);
  g_clear_error (&entry->error);
}

/* Creates an empty list of collectors. */
HrCollectors *
hr_collectors_new (void)
{
  HrCollectors *self = g_new0 (HrCollectors, 1);

  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);

  return self;
}

/* Frees the list and its collectors. Accepts NULL. */
void
hr_collectors_free (HrCollectors *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->entries);
  g_free (self);
}

/* Appends @collector (transfer full); it runs after those added before. */
void
hr_collectors_add (HrCollectors *self,
                   HrCollector  *collector)
{
  Entry entry = { .collector = collector };

  g_array_append_val (self->entries, entry);
}

static void
run_entry (Entry     *entry,
           gint64     now_ns,
           GPtrArray *feeds)
{
  g_autoptr (GError) error = NULL;

  if (entry->error != NULL && now_ns < entry->next_ns)
    return;

  if (entry->collector->klass->collect (entry->collector, now_ns, feeds, &error))
    {
      g_clear_error (&entry->error);
      entry->rest_ns = 0;
      return;
    }

  entry->rest_ns = entry->rest_ns == 0 ? FIRST_REST_NS : MIN (2 * entry->rest_ns, LONGEST_REST_NS);
  entry->next_ns = now_ns + entry->rest_ns;
  g_debug ("%s failed, next try in %" G_GINT64_FORMAT " s: %s", entry->collector->klass->name,
           entry->rest_ns / HR_NS_PER_SECOND, error->message);
  g_clear_error (&entry->error);
  entry->error = g_steal_pointer (&error);
}

/* Lets every collector measure that is not resting after a failure. */
void
hr_collectors_run (HrCollectors *self,
                   gint64        now_ns,
                   GPtrArray    *feeds)
{
  for (guint i = 0; i < self->entries->len; i++)
    run_entry (&g_array_index (self->entries, Entry, i), now_ns, feeds);
}

/* Returns how many collectors failed when they last ran. */
guint
hr_collectors_get_n_failing (const HrCollectors *self)
{
  guint n_failing = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n_failing += g_array_index (self->entries, Entry, i).error != NULL;

  return n_failing;
}

/* Returns (transfer full) the failures and notices in one line, "regions: … · process: …"; NULL when all is well. */
char *
hr_collectors_describe (const HrCollectors *self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry            *entry = &g_array_index (self->entries, Entry, i);
      const HrCollectorClass *klass = entry->collector->klass;
      const char             *text = NULL;

      if (entry->error != NULL)
        text = entry->error->message;
      else if (klass->notice != NULL)
        text = klass->notice (entry->collector);
      if (text != NULL)
        g_string_append_printf (line, "%s%s: %s", line->len > 0 ? " · " : "", klass->name, text);
    }

  return line->len > 0 ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}
