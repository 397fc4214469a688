/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/names.h"

struct _HrNames
{
  GHashTable *owners; /* name -> whose it is */
};

/* Makes a register without names. Returns: (transfer full) */
HrNames *
hr_names_new (void)
{
  HrNames *self = g_rc_box_new0 (HrNames);

  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

/* Returns: (transfer full): @self, counted once more. */
HrNames *
hr_names_ref (HrNames *self)
{
  return g_rc_box_acquire (self);
}

static void
names_clear (gpointer data)
{
  HrNames *self = data;

  g_hash_table_unref (self->owners);
}

/* Gives up one count. NULL is accepted. */
void
hr_names_unref (HrNames *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, names_clear);
}

/* Returns whether nobody has @name. */
gboolean
hr_names_is_free (HrNames    *self,
                  const char *name)
{
  return !g_hash_table_contains (self->owners, name);
}

/* Takes @name for @owner, or what it becomes where it is taken: "NAME (PLACE)" when another owner has it, and with a number behind
 * it from the second one on. @place: (nullable): NULL for what is a place itself. Returns: (transfer full): the name, to be
 * released */
char *
hr_names_claim (HrNames      *self,
                const char   *name,
                const char   *place,
                gconstpointer owner)
{
  gboolean         foreign = !hr_names_is_free (self, name) && g_hash_table_lookup (self->owners, name) != owner;
  g_autofree char *base = foreign && place != NULL ? g_strdup_printf ("%s (%s)", name, place) : g_strdup (name);
  g_autofree char *claimed = g_strdup (base);

  for (guint i = 2; !hr_names_is_free (self, claimed); i++)
    {
      g_free (claimed);
      claimed = g_strdup_printf ("%s (%u)", base, i);
    }
  g_hash_table_insert (self->owners, g_strdup (claimed), (gpointer) owner);

  return g_steal_pointer (&claimed);
}

/* Lets somebody else have @name. */
void
hr_names_release (HrNames    *self,
                  const char *name)
{
  g_hash_table_remove (self->owners, name);
}
