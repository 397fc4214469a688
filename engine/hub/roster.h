/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/hub/names.h"
#include "engine/hub/stream.h"

G_BEGIN_DECLS

/* Programs of one place that are followed; beyond them those that are gone give way, the oldest first. */
#define HR_ROSTER_MAX_SOURCES 1024

/* The sources of one agent, its computer or device (the origin) first, and the instances that brought them: which number the link gives
 * them, which source a program that comes back belongs to, and how many of all that are remembered. */
typedef struct _HrRoster HrRoster;

/* Whom it tells of sources that come and go. */
typedef struct
{
  void (*added) (HrSource *source,
                 gpointer  user_data);
  void (*removed) (HrSource *source,
                   gpointer  user_data);
} HrRosterEvents;

HrRoster *hr_roster_new (HrSource             *origin,
                         HrNames              *names,
                         const HrRosterEvents *events,
                         gpointer              user_data) G_GNUC_WARN_UNUSED_RESULT;
void      hr_roster_free (HrRoster *self);

HrSource *hr_roster_get_origin (HrRoster *self);
guint     hr_roster_get_n_sources (HrRoster *self);
HrSource *hr_roster_get_source (HrRoster *self,
                                guint     index);
gboolean  hr_roster_owns (HrRoster *self,
                          HrSource *source);
void      hr_roster_remove (HrRoster *self,
                            HrSource *source);
void      hr_roster_set_name (HrRoster   *self,
                              HrSource   *source,
                              const char *name);

/* For what is measured on this side of the link. */
HrSource *hr_roster_hold (HrRoster   *self,
                          const char *title);
void      hr_roster_release (HrRoster *self,
                             HrSource *source);

gboolean hr_roster_is_wanted (HrRoster *self,
                              HrSource *source);
void     hr_roster_set_wanted (HrRoster *self,
                               HrSource *source,
                               gboolean  wanted);

HrStream *hr_roster_take_hello (HrRoster        *self,
                                const HrMessage *message);
HrStream *hr_roster_find_stream (HrRoster *self,
                                 guint     number);
HrStream *hr_roster_find_instance (HrRoster           *self,
                                   const HrStreamName *name);
GArray   *hr_roster_list_recorded (HrRoster *self,
                                   HrSource *source,
                                   gint64    since_ns) G_GNUC_WARN_UNUSED_RESULT;
gboolean  hr_roster_is_live (HrRoster *self,
                             HrSource *source);
gboolean  hr_roster_find_number (HrRoster *self,
                                 HrSource *source,
                                 guint    *out_number);
void      hr_roster_end_stream (HrRoster *self,
                                guint     number);
void      hr_roster_leave (HrRoster *self);

GArray *hr_roster_get_positions (HrRoster *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrRoster, hr_roster_free)

G_END_DECLS
