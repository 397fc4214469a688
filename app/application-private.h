/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/application.h"
#include "app/archive.h"
#include "app/background.h"
#include "app/notices.h"
#include "app/sessions.h"

G_BEGIN_DECLS

/* As the setting close-while-recording numbers them. */
enum
{
  HR_CLOSE_ASK,
  HR_CLOSE_BACKGROUND,
  HR_CLOSE_STOP
};

/* Nobody is expected to wait longer than this in front of a window. */
#define HR_LONG_JOB_US (5 * G_USEC_PER_SEC)

typedef void (*HrChosen) (HrApplication *self,
                          const char    *path);

struct _HrApplication
{
  AdwApplication parent_instance;

  /* Owned */
  HrSandbox    *sandbox;
  char         *agent_option;
  char         *workload_option;
  char         *contract_option;
  GSettings    *settings;
  HrMonitor    *monitor;
  HrWorkload   *workload;
  HrPairings   *pairings;
  HrArchive    *archive;
  HrSessions   *sessions;
  GListStore   *jobs; /* HrJob: that are under way */
  HrNotices    *notices;
  HrBackground *background;     /* NULL: there is no bus */
  GCancellable *cancellable;    /* of everything that answers later */
  guint         end_signals[2]; /* sources of SIGINT and SIGTERM */

  /* Borrowed: GTK's */
  HrMainWindow *window;

  gboolean in_background; /* without a window, since a recording goes on, or is just being brought to its end */
  gboolean ending;
  gboolean archive_closed;
  gboolean hurried; /* it was asked to end twice */
};

void  _hr_application_do_with_frame (HrApplication  *self,
                                     GtkTickCallback callback,
                                     gpointer        user_data);
void  _hr_application_choose (HrApplication       *self,
                              const char          *title,
                              GtkFileChooserAction what,
                              const char          *name,
                              const char          *suffixes,
                              HrChosen             chosen);
char *_hr_application_take_path (HrApplication *self,
                                 GFile         *file) G_GNUC_WARN_UNUSED_RESULT;

void _hr_application_add_actions (HrApplication *self);
void _hr_application_add_session_actions (HrApplication *self);
void _hr_application_open_file (HrApplication *self,
                                GFile         *file);
void _hr_application_restore_contract (HrApplication *self,
                                       const char    *path);
void _hr_application_follow_alerts (HrApplication *self);
void _hr_application_withdraw_alerts (HrApplication *self);
void _hr_application_follow_sources (HrApplication *self);

void     _hr_application_notify (HrApplication *self,
                                 const char    *id,
                                 const char    *title,
                                 const char    *body,
                                 const char    *label,
                                 const char    *action,
                                 GVariant      *target);
gboolean _hr_application_is_unseen (HrApplication *self,
                                    gint64         elapsed_us);

void _hr_application_start_archive (HrApplication *self);
void _hr_application_follow_window (HrApplication *self);
void _hr_application_close_archive (HrApplication *self);

G_END_DECLS
