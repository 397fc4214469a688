/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* "HDRM": what `file` and desktops know a session by. */
#define HR_STORE_APPLICATION_ID 0x4844524d
#define HR_STORE_VERSION 1

/* How long a call waits for others that are in its way. */
#define HR_STORE_BUSY_TIMEOUT_MS 5000

#define HR_STORE_ERROR (hr_store_error_quark ())

typedef enum
{
  HR_STORE_ERROR_FOREIGN,   /* no session file */
  HR_STORE_ERROR_NEWER,     /* written by a newer Headroom */
  HR_STORE_ERROR_CORRUPTED, /* damaged: what is readable can be salvaged */
  HR_STORE_ERROR_FULL,      /* no space */
  HR_STORE_ERROR_READ_ONLY,
  HR_STORE_ERROR_BUSY, /* somebody else writes it */
  HR_STORE_ERROR_READ, /* cannot be opened or read: the system says why */
  HR_STORE_ERROR_WRITE,
  HR_STORE_ERROR_EXISTS, /* a new file was asked for */
  HR_STORE_ERROR_LIMIT,  /* more than fits */
  HR_STORE_ERROR_NOT_FOUND
} HrStoreError;

GQuark hr_store_error_quark (void);

gboolean hr_store_fail (GError    **error,
                        sqlite3    *db,
                        int         result,
                        const char *path);
gboolean hr_store_fail_system (GError    **error,
                               int         number,
                               const char *path);

sqlite3 *hr_store_open_to_write (const char *path,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;
sqlite3 *hr_store_open_alone (const char *path,
                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;
sqlite3 *hr_store_open_to_read (const char *path,
                                GError    **error) G_GNUC_WARN_UNUSED_RESULT;

sqlite3_stmt *hr_store_prepare (sqlite3    *db,
                                const char *sql,
                                GError    **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean      hr_store_run (sqlite3    *db,
                            const char *sql,
                            GError    **error);

G_END_DECLS
