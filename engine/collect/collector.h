/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"

G_BEGIN_DECLS

/* Something that measures. A collector embeds this struct first. */
typedef struct _HrCollector HrCollector;

typedef struct
{
  const char *name;

  /* Adds what it measured at @now_ns (monotonic) to the feeds, and feeds to the array. */
  gboolean (*collect) (HrCollector *self,
                       gint64       now_ns,
                       GPtrArray   *feeds,
                       GError     **error);
  /* What the user should know although collecting goes on; NULL: nothing. May be NULL itself. */
  const char *(*notice) (HrCollector *self);
  void (*free) (HrCollector *self);
} HrCollectorClass;

struct _HrCollector
{
  const HrCollectorClass *klass;
};

#define HR_COLLECT_ERROR (hr_collect_error_quark ())

typedef enum
{
  HR_COLLECT_ERROR_UNREADABLE,
  HR_COLLECT_ERROR_MALFORMED,
  HR_COLLECT_ERROR_REFUSED /* what was asked for cannot be measured; the text can be shown */
} HrCollectError;

GQuark hr_collect_error_quark (void);

/* All collectors of an agent. One that fails rests for a while and is tried again; it never stops the others. */
typedef struct _HrCollectors HrCollectors;

HrCollectors *hr_collectors_new (void) G_GNUC_WARN_UNUSED_RESULT;
void          hr_collectors_free (HrCollectors *self);

void  hr_collectors_add (HrCollectors *self,
                         HrCollector  *collector);
void  hr_collectors_run (HrCollectors *self,
                         gint64        now_ns,
                         GPtrArray    *feeds);
guint hr_collectors_get_n_failing (const HrCollectors *self);
char *hr_collectors_describe (const HrCollectors *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrCollectors, hr_collectors_free)

G_END_DECLS
