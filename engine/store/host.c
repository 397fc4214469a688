/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/host.h"

#include "engine/base/units.h"

#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

/* Where a Flatpak, whose /etc tells of its runtime, has what tells of the system around it. */
#define OUTSIDE_RELEASE "/run/host/os-release"

/* Returns (transfer full) what @path holds, without blanks around it; "" when it cannot be read. */
static char *
read_line (const char *path)
{
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("");

  return g_strstrip (text);
}

/* Returns: (transfer full) (nullable): what the system calls itself whose os-release is the file @path; NULL where that is not there, or does not say. */
char *
hr_host_read_system (const char *path)
{
  g_autoptr (GKeyFile) release = g_key_file_new ();
  g_autofree char *lines = read_line (path);
  g_autofree char *text = g_strconcat ("[release]\n", lines, NULL);
  g_autofree char *name = NULL;

  if (!g_key_file_load_from_data (release, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return NULL;

  name = g_key_file_get_value (release, "release", "PRETTY_NAME", NULL);

  return name != NULL ? g_shell_unquote (name, NULL) : NULL;
}

/* Returns (transfer full) what the first processor calls itself. */
static char *
read_processor (void)
{
  g_autofree char *text = read_line ("/proc/cpuinfo");
  const char      *line = strstr (text, "model name");
  const char      *value = line != NULL ? strchr (line, ':') : NULL;

  if (value == NULL)
    return g_strdup ("");

  return g_strstrip (g_strndup (value + 1, strcspn (value + 1, "\n")));
}

/* Asks the system what this computer is. */
void
hr_host_read (HrHost *out)
{
  struct utsname names = { 0 };
  struct sysinfo info = { 0 };

  uname (&names);
  sysinfo (&info);
  out->name = g_strdup (g_get_host_name ());
  out->boot = read_line ("/proc/sys/kernel/random/boot_id");
  out->system = hr_host_read_system (OUTSIDE_RELEASE);
  if (out->system == NULL)
    out->system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  if (out->system == NULL)
    out->system = g_strdup (names.sysname);
  out->kernel = g_strdup_printf ("%s %s", names.sysname, names.release);
  out->processor = read_processor ();
  out->processors = g_get_num_processors ();
  out->memory_mb = (guint64) info.totalram * info.mem_unit / HR_BYTES_PER_MB;
}

/* Frees what @self points to. */
void
hr_host_clear (HrHost *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->boot, g_free);
  g_clear_pointer (&self->system, g_free);
  g_clear_pointer (&self->kernel, g_free);
  g_clear_pointer (&self->processor, g_free);
}
