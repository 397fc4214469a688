/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/application.h"

/* The real window within its application's own loop, with helpers that look at it as its reader does. */

#define MISSING_AGENT "/nonexistent/headroom-agent"

typedef struct _Fixture Fixture;

typedef struct
{
  const char *path;
  const char *agent; /* NULL: the one of the build */
  void (*run) (Fixture *fixture);
} Case;

struct _Fixture
{
  const Case    *test;
  HrApplication *application;
  HrMainWindow  *window;
  HrLiveView    *live;
  GPtrArray     *widgets; /* WeakWidget, owned: every widget that the window held at its end */
};

/* What a test program's main () does; without a display it is skipped. */
int run_cases (int         argc,
               char       *argv[],
               const Case *cases,
               guint       n_cases);

void       wait_for_text (Fixture    *fixture,
                          const char *text);
GtkWindow *wait_for_dialog (Fixture *fixture);

GtkWidget *find_text (GtkWidget  *widget,
                      const char *text);
GtkWidget *find_shown (GtkWidget *widget,
                       GType      type);

void assert_fits_phone (GtkWidget *widget);
