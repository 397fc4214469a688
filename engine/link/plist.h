/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <plist/plist.h>

G_BEGIN_DECLS

/* No good property list of a daemon or a device is longer. */
#define HR_PLIST_MAX_BYTES (1u << 20)

plist_t hr_plist_parse (const guint8 *bytes,
                        gsize         size) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_plist_to_xml (plist_t list) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_plist_to_binary (plist_t list) G_GNUC_WARN_UNUSED_RESULT;

/* What a dictionary says under a key. */
char    *hr_plist_dup_string (plist_t     dict,
                              const char *key) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_plist_get_uint (plist_t     dict,
                            const char *key,
                            guint64     max,
                            guint64    *out);
gboolean hr_plist_get_int (plist_t     dict,
                           const char *key,
                           gint64     *out);
gboolean hr_plist_get_bool (plist_t     dict,
                            const char *key,
                            gboolean   *out);
GBytes  *hr_plist_dup_data (plist_t     dict,
                            const char *key) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
