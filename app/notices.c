/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/notices.h"

/* More than anybody puts off within ten minutes; those whose time is over make room. */
#define MAX_SNOOZES 1024

struct _HrNotices
{
  GHashTable *until; /* by source and budget: gint64 *, when it is told of again */
};

/* Names are lines of contracts and of the wire: none has this character. */
static char *
key_of (const char *source,
        const char *budget)
{
  return g_strdup_printf ("%s\n%s", source, budget);
}

/* Returns: (transfer full): of everything */
HrNotices *
hr_notices_new (void)
{
  HrNotices *self = g_new0 (HrNotices, 1);

  self->until = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

/* NULL is accepted. */
void
hr_notices_free (HrNotices *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->until);
  g_free (self);
}

static gboolean
is_over (gpointer key,
         gpointer until,
         gpointer now_us)
{
  return *(const gint64 *) until <= *(const gint64 *) now_us;
}

/* Puts off what @budget of @source has to say until HR_SNOOZE_US after @now_us. */
void
hr_notices_snooze (HrNotices  *self,
                   const char *source,
                   const char *budget,
                   gint64      now_us)
{
  gint64 *until = g_new (gint64, 1);

  *until = now_us + HR_SNOOZE_US;
  g_hash_table_foreach_remove (self->until, is_over, &now_us);
  if (g_hash_table_size (self->until) >= MAX_SNOOZES)
    g_hash_table_remove_all (self->until);
  g_hash_table_replace (self->until, key_of (source, budget), until);
}

/* Returns whether @budget of @source is put off at @now_us. */
gboolean
hr_notices_is_snoozed (HrNotices  *self,
                       const char *source,
                       const char *budget,
                       gint64      now_us)
{
  g_autofree char *key = key_of (source, budget);
  const gint64    *until = g_hash_table_lookup (self->until, key);

  return until != NULL && now_us < *until;
}

/* Returns whether to tell of @alert at @now_us: it is at least @least, goes on, and is not put off. */
gboolean
hr_notices_wants (HrNotices *self,
                  HrAlert   *alert,
                  HrSeverity least,
                  gint64     now_us)
{
  return hr_alert_is_active (alert) && hr_alert_get_severity (alert) >= least &&
         !hr_notices_is_snoozed (self, hr_alert_get_source (alert), hr_alert_get_budget (alert), now_us);
}
