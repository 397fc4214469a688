/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/history.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a source is. Travels on the wire: append only. */
typedef enum
{
  HR_SOURCE_COMPUTER,
  HR_SOURCE_PROCESS,
  HR_N_SOURCE_ROLES
} HrSourceRole;

typedef enum
{
  HR_SOURCE_CONNECTING,   /* nothing has arrived yet */
  HR_SOURCE_CONNECTED,    /* snapshots arrive */
  HR_SOURCE_STOPPED,      /* connected; sampling is frozen through the control word */
  HR_SOURCE_LOST,         /* the program or its link is gone; tried again by itself */
  HR_SOURCE_DISCONNECTED, /* by the user; stays so until they reconnect */
  HR_N_SOURCE_STATES
} HrSourceState;

/* Something that is watched: this computer or one program. Outlives its links and instances; what
 * arrived from it stands in its history. Properties (all notify): name, detail, state, message. */
#define HR_TYPE_SOURCE (hr_source_get_type ())
G_DECLARE_FINAL_TYPE (HrSource, hr_source, HR, SOURCE, GObject)

/* The UUID and epoch of the stream that feeds a source now. */
typedef struct
{
  guint8  uuid[16];
  guint64 epoch;
} HrStreamName;

HrSource *hr_source_new (HrSourceRole role,
                         const char  *name) G_GNUC_WARN_UNUSED_RESULT;

HrSourceRole hr_source_get_role (HrSource *self);
const char  *hr_source_get_name (HrSource *self);
const char  *hr_source_get_detail (HrSource *self);
void         hr_source_set_detail (HrSource   *self,
                                   const char *detail);
guint64      hr_source_get_pid (HrSource *self);
void         hr_source_set_pid (HrSource *self,
                                guint64   pid);

HrSourceState hr_source_get_state (HrSource *self);
const char   *hr_source_get_message (HrSource *self);
void          hr_source_set_state (HrSource     *self,
                                   HrSourceState state,
                                   const char   *message);
gboolean      hr_source_is_live (HrSource *self);

HrHistory *hr_source_get_history (HrSource *self);

gint64 hr_source_get_clock_error (HrSource *self);
void   hr_source_set_clock_error (HrSource *self,
                                  gint64    error_ns);

G_END_DECLS
