/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A sandbox is lent a file by the desktop's document portal under a path that nobody has ever seen, "/run/user/1000/doc/2883fac5/ours.csv". Newer portals
 * tell of such a file where it is on the host. */

#include "engine/model/shown-path.h"

#include <string.h>
#include <sys/xattr.h>

/* What the portal keeps of each file it lends: its path on the host, with a NUL behind it or not. */
#define HOST_PATH "user.document-portal.host-path"

/* More than any path. */
#define MAX_PATH_BYTES 4096

/* Where Flatpak mounts the documents of an app, besides the runtime folder. */
#define FLATPAK_DOCUMENTS "/run/flatpak/doc/"

/* Whether @path was lent by the portal. */
static gboolean
is_lent (const char *path)
{
  g_autofree char *documents = g_build_filename (g_get_user_runtime_dir (), "doc", "", NULL);

  return g_str_has_prefix (path, documents) || g_str_has_prefix (path, FLATPAK_DOCUMENTS);
}

/* Returns: (transfer full): what the file at @path is called for people, as valid text: its path; one that was lent by the document portal by its path on
 * the host where that is told, else by its name alone. @path: in the file system's encoding; nothing need be there */
char *
hr_shown_path (const char *path)
{
  char    host[MAX_PATH_BYTES + 1] = "";
  ssize_t length = 0;

  if (!is_lent (path))
    return g_filename_display_name (path);

  length = getxattr (path, HOST_PATH, host, MAX_PATH_BYTES);
  if (length > 0 && *host == '/')
    return g_filename_display_name (host);

  return g_filename_display_basename (path);
}

/* Returns: (transfer full): @text, which may name the file at @path, with what that is called for people in place of @path. */
char *
hr_shown_text (const char *text,
               const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *shown = hr_shown_path (path);
  GString         *told = g_string_new (text);

  if (*name != '\0' && !g_str_equal (name, shown))
    g_string_replace (told, name, shown, 0);

  return g_string_free (told, FALSE);
}
