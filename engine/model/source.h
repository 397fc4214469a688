/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/device.h"
#include "engine/model/history.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a source is. Travels on the wire: append only. */
typedef enum
{
  HR_SOURCE_COMPUTER,
  HR_SOURCE_PROCESS,
  HR_SOURCE_DEVICE, /* what hangs on a cable: never on the wire */
  HR_N_SOURCE_ROLES
} HrSourceRole;

/* Where it is. */
typedef enum
{
  HR_GROUP_COMPUTER,
  HR_GROUP_USB,
  HR_GROUP_NETWORK,
  HR_N_SOURCE_GROUPS
} HrSourceGroup;

/* How well the link to it goes. */
typedef struct
{
  gint64  round_trip_ns;      /* of the last ping; negative: none yet */
  gint64  best_round_trip_ns; /* negative: none yet */
  gint64  clock_error_ns;     /* of its mapped time stamps, either way; negative: none yet */
  guint64 n_snapshots;        /* received, catching up aside */
  guint64 n_lost_records;     /* overtaken in a ring before anybody read them: their counts are in the totals */
  guint64 n_catch_ups;        /* gaps that only totals could close */
  guint64 n_resent;           /* snapshots that came from the backlog after a link was lost */
  guint   n_links;            /* opened so far */
} HrLinkQuality;

typedef enum
{
  HR_SOURCE_CONNECTING,   /* nothing has arrived yet */
  HR_SOURCE_CONNECTED,    /* snapshots arrive */
  HR_SOURCE_STOPPED,      /* connected; sampling is frozen through the control word */
  HR_SOURCE_LOST,         /* the program or its link is gone; tried again by itself */
  HR_SOURCE_DISCONNECTED, /* by the user, or because no link can be; stays so until they reconnect */
  HR_N_SOURCE_STATES
} HrSourceState;

/* Something that is watched: a computer, a device or one program. Outlives its links and instances; what
 * arrived from it stands in its history. Properties (all notify): name, title, detail, state, message, device. */
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

/* The address of the agent that was started for this computer. */
#define HR_SOURCE_LOCAL_ADDRESS "local:"

/* Where it is, and the address of the link that brings it ("local:", "usb:UDID", "tcp:HOST:PORT"), by which settings know it again. */
HrSourceGroup hr_source_get_group (HrSource *self);
const char   *hr_source_get_address (HrSource *self);
void          hr_source_set_place (HrSource     *self,
                                   HrSourceGroup group,
                                   const char   *address);
gboolean      hr_source_is_here (HrSource *self);

/* The name is unique among the sources of a hub; the title is what its user calls it, or the name. */
const char *hr_source_get_name (HrSource *self);
void        hr_source_set_name (HrSource   *self,
                                const char *name);
const char *hr_source_get_title (HrSource *self);
void        hr_source_set_title (HrSource   *self,
                                 const char *title);
const char *hr_source_get_detail (HrSource *self);
void        hr_source_set_detail (HrSource   *self,
                                  const char *detail);
guint64     hr_source_get_pid (HrSource *self);
void        hr_source_set_pid (HrSource *self,
                               guint64   pid);

HrSourceState hr_source_get_state (HrSource *self);
const char   *hr_source_get_message (HrSource *self);
void          hr_source_set_state (HrSource     *self,
                                   HrSourceState state,
                                   const char   *message);
gboolean      hr_source_is_live (HrSource *self);

HrHistory *hr_source_get_history (HrSource *self);

const HrLinkQuality *hr_source_get_quality (HrSource *self);
void                 hr_source_set_quality (HrSource            *self,
                                            const HrLinkQuality *quality);

/* What a device says of itself; NULL for what is none. */
const HrDevice *hr_source_get_device (HrSource *self);
void            hr_source_set_device (HrSource       *self,
                                      const HrDevice *device);

G_END_DECLS
