/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli doctor: what works here, and what to do about the rest. It looks, and changes nothing. */

#include "app/cli/findings.h"
#include "app/cli/run.h"
#include "app/config.h"
#include "app/places.h"
#include "engine/probe/reader.h"
#include "engine/store/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What is told once a second and needs two looks is there after that. */
#define SETTLE_MS 2500
#define BUS_TIMEOUT_MS 1000
/* A program's region begins with less. */
#define REGION_BYTES (1024 * 1024)

typedef struct
{
  HrRun       run;
  HrFindings *findings;
  HrSource   *computer;
  HrSource   *program; /* that is measured without a probe, to see whether one can be; NULL: not yet */
  guint64     pid;     /* its; 0: not known yet */
  gint64      begin_us;
  gint64      answered_us; /* 0: the agent has told no numbers yet */
  guint       timeout_source;
} Doctor;

static void
look_at_versions (Doctor *self)
{
  struct utsname system;

  if (uname (&system) != 0)
    memset (&system, 0, sizeof system);
  hr_findings_add (self->findings, "version", HR_FINDING_OK, NULL, "Headroom %s, GLib %u.%u.%u, %s %s %s", HR_VERSION,
                   glib_major_version, glib_minor_version, glib_micro_version, system.sysname, system.release, system.machine);
}

/* Whether @bus has, or can start, @name. */
static gboolean
has_name (GDBusConnection *bus,
          const char      *method,
          const char      *name)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, NULL,
                                                             G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, NULL);
  g_autofree const char **names = NULL;

  if (answer == NULL)
    return FALSE;

  g_variant_get (answer, "(^a&s)", &names);

  return g_strv_contains (names, name);
}

static gboolean
bus_offers (GDBusConnection *bus,
            const char      *name)
{
  return has_name (bus, "ListNames", name) || has_name (bus, "ListActivatableNames", name);
}

/* Says nothing where there is no sandbox. */
static void
look_at_sandbox (Doctor *self)
{
  static const char name[] = "sandbox";
  const HrSandbox  *sandbox = self->run.options->sandbox;
  g_autofree char  *remedy = hr_sandbox_get_remedy (sandbox);
  g_autofree char  *advice = remedy != NULL ? g_strdup_printf ("run %s", remedy) : g_strdup ("install Headroom anew");
  g_autoptr (GError) why = hr_sandbox_explain (sandbox);
  g_autoptr (GDBusConnection) bus = NULL;

  if (hr_sandbox_get_kind (sandbox) == HR_SANDBOX_NONE)
    return;

  bus = why == NULL ? g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL) : NULL;
  if (why != NULL)
    hr_findings_add (self->findings, name, HR_FINDING_BROKEN, advice, "%s", why->message);
  else if (self->answered_us == 0 && (bus == NULL || !bus_offers (bus, "org.freedesktop.Flatpak")))
    hr_findings_add (self->findings, name, HR_FINDING_BROKEN, "install flatpak-session-helper on the host, which comes with Flatpak", "nobody on the session bus starts programs on the host");
  else
    hr_findings_add (self->findings, name, HR_FINDING_OK, NULL, "Headroom is in a Flatpak, and may start its agent on the host");
}

static void
look_at_contract (Doctor *self)
{
  HrContract *contract = hr_monitor_get_contract (self->run.monitor);

  hr_findings_add (self->findings, "contract", HR_FINDING_OK, NULL, "%s has %u budgets", hr_contract_get_file (contract), hr_contract_get_n_budgets (contract));
}

/* Whether a file of a region's size can be made in @folder; it never has a name. */
static gboolean
can_hold_region (const char *folder)
{
  int      fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  int      cause = errno;
  gboolean fits;

  /* Where the file system has no such files, what it allows has to do. */
  if (fd < 0 && (cause == EOPNOTSUPP || cause == EISDIR))
    return g_access (folder, W_OK | X_OK) == 0;
  if (fd < 0)
    return FALSE;

  cause = posix_fallocate (fd, 0, REGION_BYTES);
  fits = cause == 0;
  close (fd);
  errno = cause;

  return fits;
}

static void
look_at_folder (Doctor *self)
{
  static const char name[] = "runtime folder";
  char              path[PATH_MAX];
  struct stat       info;

  if (!hr_region_folder (path, sizeof path))
    {
      hr_findings_add (self->findings, name, HR_FINDING_BROKEN, "shorten HEADROOM_RUNTIME_DIR or XDG_RUNTIME_DIR", "its path is too long");
    }
  else if (g_lstat (path, &info) != 0)
    {
      g_autofree char *parent = g_path_get_dirname (path);
      gboolean         possible = errno == ENOENT && g_access (parent, W_OK | X_OK) == 0;

      hr_findings_add (self->findings, name, possible ? HR_FINDING_OK : HR_FINDING_BROKEN, possible ? NULL : "set HEADROOM_RUNTIME_DIR to a folder of your own",
                       "%s %s", path, possible ? "is made with the first program that records" : "cannot be made");
    }
  else if (!S_ISDIR (info.st_mode) || info.st_uid != geteuid () || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      hr_findings_add (self->findings, name, HR_FINDING_BROKEN, "it must be a folder of yours that nobody else can write to", "%s is not trusted", path);
    }
  else if (!can_hold_region (path))
    {
      hr_findings_add (self->findings, name, HR_FINDING_BROKEN, "programs cannot record there", "%s: %s", path, g_strerror (errno));
    }
  else
    {
      hr_findings_add (self->findings, name, HR_FINDING_OK, NULL, "programs can record in %s", path);
    }
}

/* The nearest folder above @path that is there. Returns: (transfer full) */
static char *
find_folder (const char *path)
{
  char *folder = g_path_get_dirname (path);

  while (!g_file_test (folder, G_FILE_TEST_IS_DIR) && !g_str_equal (folder, "/") && !g_str_equal (folder, "."))
    {
      char *parent = g_path_get_dirname (folder);

      g_free (folder);
      folder = parent;
    }

  return folder;
}

static void
look_at_history (Doctor *self)
{
  static const char name[] = "history";
  g_autofree char  *path = hr_places_history ();
  g_autofree char  *folder = find_folder (path);
  g_autofree char  *free_text = NULL;
  g_autofree char  *size = NULL;
  g_autoptr (GError) error = NULL;
  struct statvfs space;
  struct stat    info;

  if (statvfs (folder, &space) == 0)
    free_text = g_format_size ((guint64) space.f_bavail * space.f_frsize);

  if (g_access (folder, W_OK | X_OK) != 0)
    {
      hr_findings_add (self->findings, name, HR_FINDING_WARNING, "make it writable, or nothing is kept", "%s: %s", folder, g_strerror (errno));
      return;
    }
  if (g_stat (path, &info) != 0)
    {
      hr_findings_add (self->findings, name, HR_FINDING_OK, NULL, "%s is not there yet; %s are free", path, free_text);
      return;
    }

  size = g_format_size ((guint64) info.st_size);
  if (!hr_store_verify (path, &error))
    hr_findings_add (self->findings, name, HR_FINDING_WARNING, "move it away, and a new one is begun", "%s, %s: %s", path, size, error->message);
  else if (g_access (path, W_OK) != 0)
    hr_findings_add (self->findings, name, HR_FINDING_WARNING, "make it writable, or nothing is kept", "%s, %s, cannot be written to", path, size);
  else
    hr_findings_add (self->findings, name, HR_FINDING_OK, NULL, "%s has %s and is sound; %s are free", path, size, free_text);
}

static gboolean
has_metric (HrSource   *source,
            const char *name)
{
  HrHistory *history = source != NULL ? hr_source_get_history (source) : NULL;
  guint      metric;

  return history != NULL && hr_history_find_metric (history, name, &metric) && hr_history_get_totals (history, metric)->count > 0;
}

static void
look_at_agent (Doctor *self)
{
  g_autofree char *agent = hr_places_find_program (g_getenv ("HEADROOM_BUILD_DIR"), HR_AGENT_BUILD_PATH, "headroom-agent");
  const char      *message = hr_source_get_message (self->computer);

  if (self->run.barred != NULL)
    return;

  if (!g_file_test (agent, G_FILE_TEST_IS_EXECUTABLE))
    hr_findings_add (self->findings, "agent", HR_FINDING_BROKEN, "install it, or set HEADROOM_BUILD_DIR", "%s is not there", agent);
  else if (self->answered_us == 0)
    hr_findings_add (self->findings, "agent", HR_FINDING_BROKEN, "start it by hand to see what it says", "%s: %s", agent, message != NULL ? message : "it told nothing in time");
  else
    hr_findings_add (self->findings, "agent", HR_FINDING_OK, NULL, "%s told its first numbers after %" G_GINT64_FORMAT " ms", agent, (self->answered_us - self->begin_us) / 1000);
}

/* What the agent can measure shows in what it has told. */
static void
look_at_metrics (Doctor *self)
{
  if (self->answered_us == 0)
    return;

  if (has_metric (self->computer, "cpu_pressure"))
    hr_findings_add (self->findings, "pressure", HR_FINDING_OK, NULL, "the kernel tells how long tasks wait (PSI)");
  else
    hr_findings_add (self->findings, "pressure", HR_FINDING_WARNING, "boot a kernel that has CONFIG_PSI with psi=1", "the kernel does not tell how long tasks wait");

  if (has_metric (self->program, "memory_usage_mb"))
    hr_findings_add (self->findings, "processes", HR_FINDING_OK, NULL, "programs without a probe are measured, their share of memory too (smaps)");
  else if (has_metric (self->program, "memory_rss_mb"))
    hr_findings_add (self->findings, "processes", HR_FINDING_WARNING, "allow /proc/PID/smaps_rollup to be read", "programs are measured, but not their share of shared memory");
  else
    hr_findings_add (self->findings, "processes", HR_FINDING_WARNING, "allow /proc to be read", "programs without a probe cannot be measured");
}

static void
look_at_devices (Doctor *self)
{
  const char *trouble = hr_monitor_get_device_trouble (self->run.monitor);

  if (self->answered_us == 0)
    return;

  if (trouble != NULL)
    hr_findings_add (self->findings, "devices", HR_FINDING_WARNING, NULL, "%s", trouble);
  else
    hr_findings_add (self->findings, "devices", HR_FINDING_OK, NULL, "usbmuxd answers");
}

/* A sandbox keeps its secrets in a file of its own, for which the desktop has the key. */
static gboolean
portal_has_key (GDBusConnection *bus)
{
  g_autoptr (GVariant) version = g_dbus_connection_call_sync (bus, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                                                              "org.freedesktop.DBus.Properties", "Get",
                                                              g_variant_new ("(ss)", "org.freedesktop.portal.Secret", "version"),
                                                              G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, NULL);

  return version != NULL;
}

static gboolean
can_keep_secrets (Doctor          *self,
                  GDBusConnection *bus)
{
  if (hr_sandbox_get_kind (self->run.options->sandbox) == HR_SANDBOX_NONE)
    return bus_offers (bus, "org.freedesktop.secrets");

  return portal_has_key (bus);
}

static void
look_at_secrets (Doctor *self)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);

  if (bus == NULL)
    hr_findings_add (self->findings, "secret service", HR_FINDING_WARNING, "needed to remember pairings with other computers", "there is no session bus");
  else if (can_keep_secrets (self, bus))
    hr_findings_add (self->findings, "secret service", HR_FINDING_OK, NULL, "pairings with other computers are remembered");
  else
    hr_findings_add (self->findings, "secret service", HR_FINDING_WARNING, "install one, such as gnome-keyring", "pairings with other computers are not remembered");
}

static gboolean
is_complete (Doctor *self)
{
  return has_metric (self->computer, "cpu_pressure") && has_metric (self->program, "memory_usage_mb");
}

static gboolean
timeout_cb (gpointer user_data)
{
  Doctor *self = user_data;

  self->timeout_source = 0;
  g_main_loop_quit (self->run.loop);

  return G_SOURCE_REMOVE;
}

static void
watch_pid (Doctor *self,
           guint64 pid)
{
  self->pid = pid;
  hr_monitor_watch (self->run.monitor, self->computer, pid, 0);
}

static void
searched_cb (GObject      *monitor,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GPtrArray) programs = hr_monitor_search_finish (HR_MONITOR (monitor), result, NULL, NULL);
  const HrProgram *newest = NULL;

  for (guint i = 0; programs != NULL && i < programs->len; i++)
    {
      const HrProgram *program = programs->pdata[i];

      if (newest == NULL || program->start_time > newest->start_time)
        newest = program;
    }
  if (newest != NULL)
    watch_pid (user_data, newest->pid);
}

/* Has a program of this user measured from outside: this one, or where it has another number out there, the agent that it has just started. */
static void
watch_program (Doctor *self)
{
  if (hr_sandbox_get_kind (self->run.options->sandbox) == HR_SANDBOX_NONE)
    watch_pid (self, (guint64) getpid ());
  else
    hr_monitor_search_async (self->run.monitor, self->computer, "headroom-agent", NULL, searched_cb, self);
}

static void
monitor_snapshot_cb (HrMonitor  *monitor,
                     HrSource   *source,
                     HrSnapshot *snapshot,
                     Doctor     *self)
{
  if (source == self->computer && self->answered_us == 0)
    {
      self->answered_us = g_get_monotonic_time ();
      g_clear_handle_id (&self->timeout_source, g_source_remove);
      self->timeout_source = g_timeout_add (SETTLE_MS, timeout_cb, self);
      watch_program (self);
      hr_monitor_follow_devices (monitor, NULL);
    }
  if (self->pid != 0 && hr_source_get_role (source) == HR_SOURCE_PROCESS && hr_source_get_pid (source) == self->pid)
    g_set_object (&self->program, source);
  if (is_complete (self))
    g_main_loop_quit (self->run.loop);
}

static void
examine (Doctor *self)
{
  g_autofree char *text = NULL;

  self->findings = hr_findings_new ();
  self->computer = g_list_model_get_item (hr_monitor_get_sources (self->run.monitor), 0);
  self->begin_us = g_get_monotonic_time ();
  self->timeout_source = g_timeout_add ((guint) MIN (self->run.options->timeout_ns / HR_NS_PER_MS + 1, G_MAXINT32), timeout_cb, self);
  g_signal_connect (self->run.monitor, "snapshot", G_CALLBACK (monitor_snapshot_cb), self);
  if (self->run.barred == NULL)
    g_main_loop_run (self->run.loop);
  g_signal_handlers_disconnect_by_data (self->run.monitor, self);

  look_at_versions (self);
  look_at_contract (self);
  look_at_sandbox (self);
  look_at_agent (self);
  look_at_folder (self);
  look_at_metrics (self);
  look_at_devices (self);
  look_at_secrets (self);
  look_at_history (self);

  text = hr_findings_print (self->findings, self->run.options->format);
  hr_output_write (&self->run.output, text, -1);
  self->run.status = hr_exit_join (hr_findings_judge (self->findings), self->run.output.failed ? HR_EXIT_INTERNAL : HR_EXIT_OK);
}

/* Looks at all that Headroom needs or can use. */
HrExit
hr_doctor_run (const HrOptions *options)
{
  Doctor self = { 0 };

  if (hr_run_begin (&self.run, options, NULL, NULL))
    examine (&self);

  g_clear_handle_id (&self.timeout_source, g_source_remove);
  g_clear_object (&self.computer);
  g_clear_object (&self.program);
  hr_findings_free (self.findings);
  hr_run_clear (&self.run);

  return self.run.status;
}
