/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The Flatpak that this program may be in, which sees neither the programs nor the devices of the computer. A way leads out of it where the user allows
 * it: flatpak-spawn starts a program on the host. */
typedef struct _HrSandbox HrSandbox;

typedef enum
{
  HR_SANDBOX_NONE, /* it is in none */
  HR_SANDBOX_OPEN, /* programs can be started on the host */
  HR_SANDBOX_CLOSED
} HrSandboxKind;

/* Why it is closed. */
#define HR_SANDBOX_ERROR (hr_sandbox_error_quark ())

typedef enum
{
  HR_SANDBOX_ERROR_PERMISSION, /* the user has to allow it: hr_sandbox_get_remedy () */
  HR_SANDBOX_ERROR_MISSING,    /* there is no flatpak-spawn */
  HR_SANDBOX_ERROR_UNKNOWN     /* Flatpak does not say, or not in words that are known, where it has put the app */
} HrSandboxError;

GQuark hr_sandbox_error_quark (void);

/* What Flatpak says is in the file @info; NULL: in the usual one. */
HrSandbox *hr_sandbox_new (const char *info) G_GNUC_WARN_UNUSED_RESULT;
void       hr_sandbox_free (HrSandbox *self);

/* Leads this program to the host's runtime folder, and its libraries to the host's usbmuxd. Before there is any thread. */
void  hr_sandbox_enter (HrSandbox *self);
char *hr_sandbox_find_folder (const char *mounts,
                              const char *usual) G_GNUC_WARN_UNUSED_RESULT;

HrSandboxKind hr_sandbox_get_kind (const HrSandbox *self);
GError       *hr_sandbox_explain (const HrSandbox *self) G_GNUC_WARN_UNUSED_RESULT;
char         *hr_sandbox_get_remedy (const HrSandbox *self) G_GNUC_WARN_UNUSED_RESULT;

char  *hr_sandbox_map (const HrSandbox *self,
                       const char      *path) G_GNUC_WARN_UNUSED_RESULT;
char **hr_sandbox_command (const HrSandbox *self,
                           const char      *agent,
                           const char      *regions,
                           GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSandbox, hr_sandbox_free)

G_END_DECLS
