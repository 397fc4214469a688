/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/file-kinds.h"

#include <glib/gi18n.h>

/* Returns what the desktop calls files with @suffix; NULL: nothing that only those are. */
static const char *
type_of (const char *suffix)
{
  static const struct
  {
    const char *suffix;
    const char *type;
  } types[] = {
    { HR_FILE_KIND_SESSION, "application/vnd.headroom.session+sqlite3" },
    { "csv", "text/csv" },
    { "json", "application/json" },
    { "html", "text/html" },
    { "pdf", "application/pdf" },
    { "md", "text/markdown" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].suffix, suffix))
      return types[i].type;

  return NULL;
}

/* Has @chooser show files with one of @suffixes ("csv json"), which a file may also be known by its contents for, or all of them. */
void
hr_file_kinds_offer (GtkFileChooser *chooser,
                     const char     *suffixes)
{
  g_auto (GStrv) wanted = g_strsplit (suffixes, " ", -1);
  g_autofree char *list = g_strjoinv (", .", wanted);
  g_autofree char *name = g_strconcat (".", list, NULL);
  g_autoptr (GtkFileFilter) these = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (these, name);
  for (gsize i = 0; wanted[i] != NULL; i++)
    {
      gtk_file_filter_add_suffix (these, wanted[i]);
      if (type_of (wanted[i]) != NULL)
        gtk_file_filter_add_mime_type (these, type_of (wanted[i]));
    }
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");

  gtk_file_chooser_add_filter (chooser, these);
  gtk_file_chooser_add_filter (chooser, all);
  gtk_file_chooser_set_filter (chooser, these);
}
