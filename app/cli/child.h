/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sandbox.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A command that is run to be measured, with a runtime folder of its own: what records there, and nothing else, was started by it. */
typedef struct _HrChild HrChild;

/* @status: as waitpid () says it */
typedef void (*HrChildEnded) (int      status,
                              gpointer user_data);

HrChild *hr_child_new (char           **argv,
                       const HrSandbox *sandbox,
                       HrChildEnded     ended,
                       gpointer         user_data,
                       GError         **error) G_GNUC_WARN_UNUSED_RESULT;
void     hr_child_free (HrChild *self);

const char *hr_child_get_regions (HrChild *self);

gboolean hr_child_start (HrChild *self,
                         GError **error);
void     hr_child_signal (HrChild *self,
                          int      number);
gboolean hr_child_is_running (HrChild *self);

/* What a shell says of a command that it could not start. */
#define HR_CHILD_NOT_STARTED (127 << 8)

char *hr_child_describe (int status) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrChild, hr_child_free)

G_END_DECLS
