/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/cli/wanted.h"
#include "engine/monitor.h"

G_BEGIN_DECLS

/* The one source that is watched: found by its address, its number or its name, and found again when it comes back. */
typedef struct _HrTarget HrTarget;

/* What its owner is told. None of them may free it. */
typedef struct
{
  /* The source has numbers, for the first time or again. */
  void (*found) (HrSource *source,
                 gpointer  user_data);
  /* NULL: not told. */
  void (*snapshot) (HrSource   *source,
                    HrSnapshot *snapshot,
                    gpointer    user_data);
  /* It is gone for now and waited for. */
  void (*lost) (const char *why,
                gpointer    user_data);
  /* Nothing will come any more. @begun: it had numbers once. */
  void (*ended) (const char *why,
                 gboolean    begun,
                 gpointer    user_data);
  /* Something that whoever asked should know. */
  void (*note) (const char *text,
                gpointer    user_data);
} HrTargetEvents;

HrTarget *hr_target_new (HrMonitor            *monitor,
                         const HrWanted       *wanted,
                         gint64                timeout_ns,
                         const HrTargetEvents *events,
                         gpointer              user_data,
                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void      hr_target_free (HrTarget *self);

HrSource *hr_target_get_source (HrTarget *self);

HrSource *hr_wanted_add (const HrWanted *self,
                         HrMonitor      *monitor,
                         GError        **error);
char     *hr_wanted_explain (const HrWanted *self,
                             HrMonitor      *monitor,
                             HrSource       *origin) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrTarget, hr_target_free)

G_END_DECLS
