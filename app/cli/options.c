/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/options.h"

#include "engine/base/duration.h"
#include "engine/base/units.h"

#include <string.h>

#define DEFAULT_TIMEOUT_NS (5 * (gint64) HR_NS_PER_SECOND)
#define DEFAULT_WAIT_NS (1 * (gint64) HR_NS_PER_SECOND)
#define LEAST_INTERVAL_NS (10 * (gint64) HR_NS_PER_MS)
#define LONGEST_INTERVAL_NS (60 * (gint64) HR_NS_PER_SECOND)

/* The texts as they are given; NULL where they are not. */
typedef struct
{
  char    *format;
  char    *source;
  char    *contract;
  char    *token_file;
  char    *timeout;
  char    *wait;
  char    *interval;
  char    *duration;
  gboolean once;
  gboolean quiet;
} Given;

/* Returns "sources" or "watch". */
const char *
hr_command_name (HrCommand command)
{
  static const char *const names[HR_N_COMMANDS] = { "sources", "watch" };

  return (guint) command < HR_N_COMMANDS ? names[command] : "unknown";
}

/* Finds the command that is called @name. */
gboolean
hr_command_find (const char *name,
                 HrCommand  *out)
{
  for (int i = 0; i < HR_N_COMMANDS; i++)
    if (g_str_equal (hr_command_name ((HrCommand) i), name))
      {
        *out = (HrCommand) i;
        return TRUE;
      }

  return FALSE;
}

static void
given_clear (Given *self)
{
  g_free (self->format);
  g_free (self->source);
  g_free (self->contract);
  g_free (self->token_file);
  g_free (self->timeout);
  g_free (self->wait);
  g_free (self->interval);
  g_free (self->duration);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Given, given_clear)

static GOptionContext *
make_context (HrCommand command,
              Given    *given)
{
  const GOptionEntry common[] = {
    { "source", 's', 0, G_OPTION_ARG_STRING, &given->source, "local:, unix:PATH, tcp:HOST:PORT, a pairing link, usb:UDID[:PORT], pid:N or a program's name", "SOURCE" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &given->format, "text (default), json, ndjson or csv", "FORMAT" },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &given->token_file, "The token of the agent at tcp:, where it is not this user's own", "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &given->quiet, "Tell nothing but errors on standard error", NULL },
    { NULL }
  };
  const GOptionEntry sources[] = {
    { "wait", 0, 0, G_OPTION_ARG_STRING, &given->wait, "How long sources are waited for (default: 1s)", "TIME" },
    { NULL }
  };
  const GOptionEntry watch[] = {
    { "contract", 'b', 0, G_OPTION_ARG_FILENAME, &given->contract, "Judge by this file of budgets", "FILE" },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &given->timeout, "How long the first numbers are waited for (default: 5s)", "TIME" },
    { "interval", 0, 0, G_OPTION_ARG_STRING, &given->interval, "How often values are measured and told (default: measured every 100ms, told every 1s)", "TIME" },
    { "duration", 0, 0, G_OPTION_ARG_STRING, &given->duration, "End by itself after this time", "TIME" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &given->once, "Tell the first values and end", NULL },
    { NULL }
  };
  GOptionContext *context = g_option_context_new (NULL);

  g_option_context_set_summary (context, command == HR_COMMAND_SOURCES ? "Lists what can be watched, one line each." : "Shows live values of a source, by default of this computer.");
  g_option_context_add_main_entries (context, common, NULL);
  g_option_context_add_main_entries (context, command == HR_COMMAND_SOURCES ? sources : watch, NULL);
  g_option_context_set_help_enabled (context, FALSE);

  return context;
}

static gboolean
usage_error (GError    **error,
             const char *option,
             const char *text,
             const char *wanted)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s takes %s, not “%s”", option, wanted, text);

  return FALSE;
}

/* Reads a time of @least to @most; where none was given @out stays as it is. */
static gboolean
take_time (const char *text,
           const char *option,
           gint64      least,
           gint64      most,
           gint64     *out,
           GError    **error)
{
  gint64 time;

  if (text == NULL)
    return TRUE;
  if (!hr_duration_parse (text, &time))
    return usage_error (error, option, text, "a time such as 500ms, 10s or 2min");
  if (time < least || time > most)
    return usage_error (error, option, text, least == LEAST_INTERVAL_NS ? "a time from 10ms to 60s" : "a time above 0");

  *out = time;

  return TRUE;
}

static gboolean
take_format (const char *text,
             HrFormat   *out,
             GError    **error)
{
  static const char *const names[HR_N_FORMATS] = { "text", "json", "ndjson", "csv" };

  if (text == NULL)
    return TRUE;

  for (int i = 0; i < HR_N_FORMATS; i++)
    if (g_str_equal (names[i], text))
      {
        *out = (HrFormat) i;
        return TRUE;
      }

  return usage_error (error, "format", text, "text, json, ndjson or csv");
}

/* Reads @arguments, the command's own and NULL at the end. Returns FALSE with G_OPTION_ERROR, @out untouched. */
gboolean
hr_options_parse (HrOptions   *out,
                  HrCommand    command,
                  const char **arguments,
                  GError     **error)
{
  g_auto (Given) given = { 0 };
  HrOptions options = { .command = command, .timeout_ns = DEFAULT_TIMEOUT_NS, .wait_ns = DEFAULT_WAIT_NS };
  g_autoptr (GOptionContext) context = make_context (command, &given);
  g_auto (GStrv) list = NULL;
  GStrvBuilder *builder = g_strv_builder_new ();

  /* GLib takes the first for the program's name. */
  g_strv_builder_add (builder, hr_command_name (command));
  g_strv_builder_addv (builder, arguments);
  list = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);

  if (!g_option_context_parse_strv (context, &list, error))
    return FALSE;
  if (list[1] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”", list[1]);
      return FALSE;
    }
  if (!take_format (given.format, &options.format, error) ||
      !take_time (given.timeout, "timeout", 1, G_MAXINT64, &options.timeout_ns, error) ||
      !take_time (given.wait, "wait", 0, G_MAXINT64, &options.wait_ns, error) ||
      !take_time (given.interval, "interval", LEAST_INTERVAL_NS, LONGEST_INTERVAL_NS, &options.interval_ns, error) ||
      !take_time (given.duration, "duration", 1, G_MAXINT64, &options.duration_ns, error))
    return FALSE;

  options.source = g_steal_pointer (&given.source);
  options.contract = g_steal_pointer (&given.contract);
  options.token_file = g_steal_pointer (&given.token_file);
  options.once = given.once;
  options.quiet = given.quiet;
  *out = options;

  return TRUE;
}

/* Frees what @self owns and leaves it { 0 }. */
void
hr_options_clear (HrOptions *self)
{
  g_free (self->source);
  g_free (self->contract);
  g_free (self->token_file);
  memset (self, 0, sizeof *self);
}

/* Returns (transfer full) the help of @command. */
char *
hr_options_describe (HrCommand command)
{
  g_auto (Given) given = { 0 };
  g_autoptr (GOptionContext) context = make_context (command, &given);
  g_autofree char *usage = g_strdup_printf ("Usage:\n  headroom-cli %s [OPTION…]\n", hr_command_name (command));
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  const char      *rest = strchr (help, '\n');

  /* Its first lines name the program without the command. */
  rest = rest != NULL ? strstr (rest, "\n\n") : NULL;

  return g_strconcat (usage, rest != NULL ? rest + 1 : "", NULL);
}
