/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/sandbox.h"

#include "app/config.h"
#include "app/loader.h"
#include "engine/probe/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INFO_PATH "/.flatpak-info"
/* Flatpak writes some hundred bytes, and a line for each extension; as many for mounts. */
#define INFO_LIMIT (64 * 1024)
#define INSTANCE_LIMIT 64

#define SPAWN "flatpak-spawn"
/* Who starts programs on the host. */
#define HELPER "org.freedesktop.Flatpak"

#define USBMUXD "USBMUXD_SOCKET_ADDRESS"
#define FOLDER "HEADROOM_RUNTIME_DIR"

/* The word of a line of mountinfo, counted from 0. */
#define MOUNT_POINT 4

/* What stands in the loader's list of folders for something else. */
#define NOT_IN_FOLDERS ":;$"

struct _HrSandbox
{
  HrSandboxKind  kind;
  HrSandboxError why; /* it is closed */

  /* All but @application are NULL unless it is open. */
  char *application;
  char *instance;
  char *app;     /* where the host has what is /app here */
  char *runtime; /* where the host has what is /usr here */
  char *usbmuxd; /* where this program was told that usbmuxd is; NULL: nowhere */
};

G_DEFINE_QUARK (hr - sandbox - error - quark, hr_sandbox_error)

/* Returns (transfer full) what @path holds; NULL with errno, which is EFBIG for more than there can be. */
static char *
read_text (const char *path)
{
  g_autofree char *text = g_malloc (INFO_LIMIT + 1);
  gsize            length = 0;
  gssize           n = -1;
  int              fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int              cause = errno;

  while (fd >= 0 && length <= INFO_LIMIT && (n = read (fd, text + length, INFO_LIMIT + 1 - length)) > 0)
    length += (gsize) n;
  if (fd >= 0)
    {
      cause = n < 0 ? errno : EFBIG;
      close (fd);
    }
  if (n < 0 || length > INFO_LIMIT)
    {
      errno = cause;
      return NULL;
    }

  text[length] = '\0';

  return g_steal_pointer (&text);
}

/* Whether a policy about @pattern is one about @name: "a.b.*" is about a.b and all below it. */
static gboolean
is_about (const char *pattern,
          const char *name)
{
  gsize length = strlen (pattern);

  if (!g_str_has_suffix (pattern, ".*"))
    return g_str_equal (pattern, name);

  length -= strlen (".*");

  return strncmp (pattern, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* Whether the app may speak to the helper: Flatpak adds up all that is allowed. */
static gboolean
may_use_host (GKeyFile *info)
{
  static const char bus[] = "Session Bus Policy";
  g_auto (GStrv) sockets = g_key_file_get_string_list (info, "Context", "sockets", NULL, NULL);
  g_auto (GStrv) names = g_key_file_get_keys (info, bus, NULL, NULL);

  if (sockets != NULL && g_strv_contains ((const char *const *) sockets, "session-bus"))
    return TRUE;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *policy = g_key_file_get_string (info, bus, names[i], NULL);

      if (is_about (names[i], HELPER) && (g_strcmp0 (policy, "talk") == 0 || g_strcmp0 (policy, "own") == 0))
        return TRUE;
    }

  return FALSE;
}

/* Returns (transfer full) the folder that stands behind @key; NULL for what is none, or could not be handed to the loader. */
static char *
take_folder (GKeyFile   *info,
             const char *key)
{
  g_autofree char *path = g_key_file_get_string (info, "Instance", key, NULL);

  if (path == NULL || *path != '/' || strpbrk (path, NOT_IN_FOLDERS) != NULL)
    return NULL;
  for (const char *c = path; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return NULL;

  return g_steal_pointer (&path);
}

/* It becomes part of a file's name. */
static char *
take_instance (GKeyFile *info)
{
  static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_";
  g_autofree char                                        *instance = g_key_file_get_string (info, "Instance", "instance-id", NULL);

  if (instance == NULL || *instance == '\0' || strlen (instance) > INSTANCE_LIMIT || instance[strspn (instance, letters)] != '\0')
    return NULL;

  return g_steal_pointer (&instance);
}

/* It becomes part of a command for a shell. */
static char *
take_application (GKeyFile *info)
{
  g_autofree char *application = g_key_file_get_string (info, "Application", "name", NULL);

  if (application == NULL || !g_application_id_is_valid (application))
    return g_strdup (HR_APP_ID);

  return g_steal_pointer (&application);
}

static void
close_for (HrSandbox     *self,
           HrSandboxError why)
{
  self->kind = HR_SANDBOX_CLOSED;
  self->why = why;
}

static void
take_info (HrSandbox *self,
           GKeyFile  *info)
{
  g_free (self->application);
  self->application = take_application (info);
  self->instance = take_instance (info);
  self->app = take_folder (info, "app-path");
  self->runtime = take_folder (info, "runtime-path");

  if (!may_use_host (info))
    close_for (self, HR_SANDBOX_ERROR_PERMISSION);
  else if (self->instance == NULL || self->app == NULL || self->runtime == NULL)
    close_for (self, HR_SANDBOX_ERROR_UNKNOWN);
}

static gboolean
has_spawn (void)
{
  g_autofree char *path = g_find_program_in_path (SPAWN);

  return path != NULL;
}

/* Reads what Flatpak says in the file @info of the sandbox that this program is in. @info: (nullable): NULL for the one that HEADROOM_FLATPAK_INFO names, or
 * else the usual one. Without the file there is no sandbox; a file that says nothing sensible is a closed one. Returns: (transfer full) */
HrSandbox *
hr_sandbox_new (const char *info)
{
  HrSandbox       *self = g_new0 (HrSandbox, 1);
  g_autofree char *text = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (info == NULL)
    info = g_getenv ("HEADROOM_FLATPAK_INFO");
  if (info == NULL)
    info = INFO_PATH;

  text = read_text (info);
  if (text == NULL && (errno == ENOENT || errno == ENOTDIR))
    return self;

  self->kind = HR_SANDBOX_OPEN;
  self->application = g_strdup (HR_APP_ID);
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    close_for (self, HR_SANDBOX_ERROR_UNKNOWN);
  else
    take_info (self, file);
  if (self->kind == HR_SANDBOX_OPEN && !has_spawn ())
    close_for (self, HR_SANDBOX_ERROR_MISSING);

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_sandbox_free (HrSandbox *self)
{
  if (self == NULL)
    return;

  g_free (self->application);
  g_free (self->instance);
  g_free (self->app);
  g_free (self->runtime);
  g_free (self->usbmuxd);
  g_free (self);
}

/* The name of the relay's socket in the runtime folder, which the host and the sandbox share. */
static char *
name_relay (const HrSandbox *self)
{
  return g_strconcat ("usbmuxd-", self->instance, NULL);
}

/* Whether @path is @folder or within it. Returns what follows the folder, else NULL. */
static const char *
find_rest (const char *path,
           const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0') ? path + length : NULL;
}

/* Returns: (transfer full) (nullable): the runtime folder of the host, where Flatpak has mounted that in another place than @usual, the one of this program: on
 * both sides it has the path that it has on the host, but the folder above it is not always the same. NULL where @usual is it, or none is found.
 * @mounts: as in mountinfo, proc (5) */
char *
hr_sandbox_find_folder (const char *mounts,
                        const char *usual)
{
  g_auto (GStrv) lines = g_strsplit (mounts, "\n", -1);
  g_autofree char *ending = g_strrstr (usual, "/") != NULL ? g_strdup (g_strrstr (usual, "/")) : NULL;
  g_autofree char *found = NULL;

  for (guint i = 0; ending != NULL && lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", MOUNT_POINT + 2);
      g_autofree char *place = g_strv_length (words) > MOUNT_POINT ? g_strcompress (words[MOUNT_POINT]) : NULL;

      if (g_strcmp0 (place, usual) == 0)
        return NULL;
      /* What the user has let the app see of his own is another matter. */
      if (found == NULL && place != NULL && g_str_has_suffix (place, ending) && find_rest (place, g_get_home_dir ()) == NULL)
        found = g_steal_pointer (&place);
    }

  return g_steal_pointer (&found);
}

/* Has this program share a runtime folder with the host. */
static void
enter_folder (void)
{
  g_autofree char *mounts = read_text ("/proc/self/mountinfo");
  g_autofree char *shared = NULL;
  char             folder[PATH_MAX];

  if (mounts == NULL || g_getenv (FOLDER) != NULL || !hr_region_folder (folder, sizeof folder))
    return;

  shared = hr_sandbox_find_folder (mounts, folder);
  if (shared != NULL)
    g_setenv (FOLDER, shared, TRUE);
}

/* Has this program, and all that it starts here, record where the agent on the host looks, and reach the host's usbmuxd by way of the agent's relay, once the
 * agent runs. Changes the environment, and so belongs before the first thread. */
void
hr_sandbox_enter (HrSandbox *self)
{
  g_autofree char *name = NULL;
  g_autofree char *address = NULL;
  char             folder[PATH_MAX];

  if (self->kind != HR_SANDBOX_OPEN)
    return;
  enter_folder ();
  if (!hr_region_folder (folder, sizeof folder))
    return;

  name = name_relay (self);
  address = g_strconcat ("UNIX:", folder, "/", name, NULL);
  g_free (self->usbmuxd);
  self->usbmuxd = g_strdup (g_getenv (USBMUXD));
  g_setenv (USBMUXD, address, TRUE);
}

/* Returns whether there is a sandbox, and what it allows. */
HrSandboxKind
hr_sandbox_get_kind (const HrSandbox *self)
{
  return self->kind;
}

static GError *
explain (HrSandboxError why)
{
  switch (why)
    {
    case HR_SANDBOX_ERROR_PERMISSION:
      return g_error_new_literal (HR_SANDBOX_ERROR, (gint) why, _ ("Flatpak does not allow Headroom to start its agent outside the sandbox, and inside it this computer cannot be measured"));
    case HR_SANDBOX_ERROR_MISSING:
      return g_error_new_literal (HR_SANDBOX_ERROR, (gint) why, _ ("The Flatpak runtime has no flatpak-spawn, with which Headroom starts its agent outside the sandbox"));
    case HR_SANDBOX_ERROR_UNKNOWN:
    default:
      return g_error_new_literal (HR_SANDBOX_ERROR, (gint) why, _ ("Flatpak does not say where on this computer Headroom is installed, so that its agent cannot be started outside the sandbox"));
    }
}

/* Returns: (transfer full) (nullable): why no program can be started on the host, for people; NULL where one can. */
GError *
hr_sandbox_explain (const HrSandbox *self)
{
  return self->kind == HR_SANDBOX_CLOSED ? explain (self->why) : NULL;
}

/* Returns: (transfer full) (nullable): the command that opens the sandbox from the app's next start on; NULL where none does. */
char *
hr_sandbox_get_remedy (const HrSandbox *self)
{
  if (self->kind != HR_SANDBOX_CLOSED || self->why != HR_SANDBOX_ERROR_PERMISSION)
    return NULL;

  return g_strconcat ("flatpak override --user --talk-name=" HELPER " ", self->application, NULL);
}

/* Returns: (transfer full): where the host has what is at the absolute @path here. What is neither of the app nor of its runtime is the
 * user's, and in the same place. */
char *
hr_sandbox_map (const HrSandbox *self,
                const char      *path)
{
  const char *rest = find_rest (path, "/app");

  if (rest != NULL && self->app != NULL)
    return g_strconcat (self->app, rest, NULL);

  rest = find_rest (path, "/usr");
  if (rest != NULL && self->runtime != NULL)
    return g_strconcat (self->runtime, rest, NULL);

  return g_strdup (path);
}

static void
add_variable (GStrvBuilder *argv,
              const char   *name,
              const char   *value)
{
  g_autofree char *word = g_strdup_printf ("--env=%s=%s", name, value);

  g_strv_builder_add (argv, word);
}

/* The host's environment stays, but for what would have libraries of the host come in among ours. */
static void
add_environment (const HrSandbox *self,
                 GStrvBuilder    *argv,
                 const HrLoader  *loader)
{
  g_autofree char *modules = hr_sandbox_map (self, loader->gio_modules);

  add_variable (argv, "GIO_MODULE_DIR", modules);
  add_variable (argv, "GIO_EXTRA_MODULES", "");
  add_variable (argv, "GIO_USE_VFS", "local");
  add_variable (argv, "LD_PRELOAD", "");
  add_variable (argv, "LD_AUDIT", "");
  if (self->usbmuxd != NULL)
    add_variable (argv, USBMUXD, self->usbmuxd);
}

/* Runs @agent by the loader and with the libraries that it was built for. */
static void
add_loader (const HrSandbox *self,
            GStrvBuilder    *argv,
            const HrLoader  *loader,
            const char      *agent)
{
  g_autofree char *interpreter = hr_sandbox_map (self, loader->interpreter);
  g_autofree char *program = hr_sandbox_map (self, agent);
  g_autofree char *name = g_path_get_basename (agent);
  g_autoptr (GString) folders = g_string_new (NULL);

  for (guint i = 0; loader->libraries[i] != NULL; i++)
    {
      g_autofree char *folder = hr_sandbox_map (self, loader->libraries[i]);

      g_string_append_printf (folders, "%s%s", i > 0 ? ":" : "", folder);
    }
  g_strv_builder_add_many (argv, interpreter, "--inhibit-cache", "--library-path", folders->str, "--argv0", name, program, NULL);
}

/* Returns: (transfer full): program and arguments that start @agent where it sees this computer: itself, or in an open sandbox flatpak-spawn, which has the
 * host run the very same file by the loader and the libraries of the Flatpak's runtime, so that the host needs none. The agent ends with the sandbox, has
 * descriptor 3 of its starter, and relays usbmuxd. @regions: (nullable): the folder in the runtime folder where the programs record that it is to follow,
 * NULL for that folder itself; of use in a sandbox alone. NULL with @error where no agent can see this computer. */
char **
hr_sandbox_command (const HrSandbox *self,
                    const char      *agent,
                    const char      *regions,
                    GError         **error)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (HrLoader) loader = { 0 };
  g_autofree char *relay = NULL;

  if (self->kind == HR_SANDBOX_NONE)
    {
      g_strv_builder_add (argv, agent);
      return g_strv_builder_end (argv);
    }
  if (self->kind == HR_SANDBOX_CLOSED || !hr_loader_find (&loader, agent))
    {
      g_propagate_error (error, explain (self->kind == HR_SANDBOX_CLOSED ? self->why : HR_SANDBOX_ERROR_UNKNOWN));
      return NULL;
    }

  relay = name_relay (self);
  g_strv_builder_add_many (argv, SPAWN, "--host", "--watch-bus", "--forward-fd=3", "--directory=/", NULL);
  add_environment (self, argv, &loader);
  add_loader (self, argv, &loader, agent);
  g_strv_builder_add_many (argv, "--relay-usbmuxd", relay, NULL);
  if (regions != NULL)
    g_strv_builder_add_many (argv, "--regions", regions, NULL);

  return g_strv_builder_end (argv);
}
