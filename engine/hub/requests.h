/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/link.h"

G_BEGIN_DECLS

/* What an agent is asked for beside its streams: which programs run there, and to measure one that has no probe. Searches end with
 * their link; what is watched is asked for again on the next. */
typedef struct _HrRequests HrRequests;

/* The answer to a search. */
typedef struct
{
  GPtrArray *programs; /* HrProgram */
  guint      n_more;   /* beyond those */
} HrFound;

void hr_found_free (HrFound *self);

HrRequests *hr_requests_new (void) G_GNUC_WARN_UNUSED_RESULT;
void        hr_requests_free (HrRequests *self);

void hr_requests_search (HrRequests *self,
                         HrLink     *link,
                         const char *text,
                         gint64      now_ns,
                         GTask      *task);
void hr_requests_take_found (HrRequests      *self,
                             const HrMessage *message);
void hr_requests_expire (HrRequests *self,
                         gint64      now_ns);
void hr_requests_fail (HrRequests   *self,
                       const GError *error);
void hr_requests_fail_closed (HrRequests *self);

void     hr_requests_watch (HrRequests *self,
                            HrLink     *link,
                            guint64     pid,
                            guint64     start_time);
void     hr_requests_leave (HrRequests *self,
                            HrLink     *link,
                            guint64     pid);
gboolean hr_requests_take_refusal (HrRequests *self,
                                   guint64     pid);
void     hr_requests_watch_again (HrRequests *self,
                                  HrLink     *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrFound, hr_found_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrRequests, hr_requests_free)

G_END_DECLS
