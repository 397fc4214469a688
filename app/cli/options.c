/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/options.h"

#include "engine/base/duration.h"
#include "engine/base/units.h"

#include <string.h>

#define DEFAULT_TIMEOUT_NS (5 * (gint64) HR_NS_PER_SECOND)
#define DEFAULT_WAIT_NS (1 * (gint64) HR_NS_PER_SECOND)
#define LEAST_INTERVAL_NS (10 * (gint64) HR_NS_PER_MS)
#define LONGEST_INTERVAL_NS (60 * (gint64) HR_NS_PER_SECOND)

#define FORMAT(name) (1u << HR_FORMAT_##name)
#define IN(name) (1u << HR_COMMAND_##name)
#define EVERYWHERE ((1u << HR_N_COMMANDS) - 1)

typedef struct
{
  const char *name;
  const char *arguments; /* as the usage line has them */
  const char *summary;   /* of one line */
  guint       formats;
  guint       n_files; /* at most */
} Command;

static const Command commands[HR_N_COMMANDS] = {
  [HR_COMMAND_SOURCES] = { "sources", "", "What can be watched, one line each", FORMAT (TEXT) | FORMAT (JSON) | FORMAT (NDJSON) | FORMAT (CSV), 0 },
  [HR_COMMAND_WATCH] = { "watch", "", "Live values of a source, by default of this computer", FORMAT (TEXT) | FORMAT (JSON) | FORMAT (NDJSON) | FORMAT (CSV), 0 },
  [HR_COMMAND_DOCTOR] = { "doctor", "", "What works here, and what to do about the rest", FORMAT (TEXT) | FORMAT (JSON), 0 },
};

/* How the text behind an option is taken. */
typedef enum
{
  KIND_FLAG,
  KIND_TEXT,
  KIND_FILE,
  KIND_FORMAT,
  KIND_INTERVAL, /* a time from 10ms to 60s */
  KIND_TIME,     /* a time above 0 */
  KIND_WAIT      /* a time */
} Kind;

typedef struct
{
  const char *name;
  char        letter;
  guint       commands; /* that know it */
  Kind        kind;
  gsize       at; /* where it stands in HrOptions */
  const char *value;
  const char *help;
} Option;

#define AT(member) offsetof (HrOptions, member)

static const Option table[] = {
  { "source", 's', IN (SOURCES) | IN (WATCH), KIND_TEXT, AT (source), "SOURCE", "local:, unix:PATH, tcp:HOST:PORT, a pairing link, usb:UDID[:PORT], pid:N or a program's name" },
  { "contract", 'b', IN (WATCH) | IN (DOCTOR), KIND_FILE, AT (contract), "FILE", "Judge by this file of budgets" },
  { "format", 'f', EVERYWHERE, KIND_FORMAT, AT (format), "FORMAT", NULL },
  { "wait", 0, IN (SOURCES), KIND_WAIT, AT (wait_ns), "TIME", "How long sources are waited for (default: 1s)" },
  { "timeout", 0, IN (WATCH) | IN (DOCTOR), KIND_TIME, AT (timeout_ns), "TIME", "How long the first numbers are waited for (default: 5s)" },
  { "interval", 0, IN (WATCH), KIND_INTERVAL, AT (interval_ns), "TIME", "How often values are measured and told (default: measured every 100ms, told every 1s)" },
  { "duration", 0, IN (WATCH), KIND_TIME, AT (duration_ns), "TIME", "End by itself after this time" },
  { "once", 0, IN (WATCH), KIND_FLAG, AT (once), NULL, "Tell the first values and end" },
  { "token-file", 0, IN (SOURCES) | IN (WATCH), KIND_FILE, AT (token_file), "FILE", "The token of the agent at tcp:, where it is not this user's own" },
  { "quiet", 'q', EVERYWHERE, KIND_FLAG, AT (quiet), NULL, "Tell nothing but errors on standard error" },
};

/* What GLib reads, and where it puts what it found. */
typedef struct
{
  GOptionContext *context;
  HrOptions      *options;
  char           *texts[G_N_ELEMENTS (table)]; /* of what is no text in the end */
  char           *formats;                     /* the help on --format */
} Reading;

/* Returns the one of @a and @b that counts when both hold: what went wrong first on the way to a verdict. */
HrExit
hr_exit_join (HrExit a,
              HrExit b)
{
  static const HrExit order[HR_N_EXITS] = { HR_EXIT_USAGE, HR_EXIT_INTERNAL, HR_EXIT_UNAVAILABLE, HR_EXIT_BREACH, HR_EXIT_PROGRAM, HR_EXIT_NO_DATA, HR_EXIT_OK };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (a == order[i] || b == order[i])
      return order[i];

  return HR_EXIT_INTERNAL;
}

/* Returns the name by which --format knows it. */
const char *
hr_format_name (HrFormat format)
{
  static const char *const names[HR_N_FORMATS] = { "text", "json", "ndjson", "csv", "junit", "github", "markdown", "html", "pdf" };

  return (guint) format < HR_N_FORMATS ? names[format] : "unknown";
}

/* Returns the word that stands behind headroom-cli. */
const char *
hr_command_name (HrCommand command)
{
  return (guint) command < HR_N_COMMANDS ? commands[command].name : "unknown";
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

/* Returns (transfer full) the names of the formats that @command has: "text (default), json or csv". */
static char *
list_formats (HrCommand command)
{
  GString *list = g_string_new (NULL);
  guint    left = commands[command].formats;

  for (int i = 0; i < HR_N_FORMATS; i++)
    {
      if ((left & (1u << i)) == 0)
        continue;
      left &= ~(1u << i);
      if (list->len > 0)
        g_string_append (list, left != 0 ? ", " : " or ");
      g_string_append (list, hr_format_name ((HrFormat) i));
      if (i == HR_FORMAT_TEXT)
        g_string_append (list, " (default)");
    }

  return g_string_free (list, FALSE);
}

static GOptionEntry
make_entry (Reading *self,
            gsize    index)
{
  const Option *option = &table[index];
  GOptionEntry  entry = { .long_name = option->name, .short_name = option->letter, .arg_description = option->value };

  entry.description = option->kind == KIND_FORMAT ? self->formats : option->help;
  entry.arg_data = (char *) self->options + option->at;
  switch (option->kind)
    {
    case KIND_FLAG:
      entry.arg = G_OPTION_ARG_NONE;
      break;
    case KIND_FILE:
      entry.arg = G_OPTION_ARG_FILENAME;
      break;
    case KIND_FORMAT:
    case KIND_INTERVAL:
    case KIND_TIME:
    case KIND_WAIT:
      entry.arg_data = &self->texts[index];
      entry.arg = G_OPTION_ARG_STRING;
      break;
    case KIND_TEXT:
    default:
      entry.arg = G_OPTION_ARG_STRING;
    }

  return entry;
}

/* Has what @command knows be read into @options. */
static void
reading_init (Reading   *self,
              HrCommand  command,
              HrOptions *options)
{
  *self = (Reading){ .context = g_option_context_new (NULL), .options = options, .formats = list_formats (command) };
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const GOptionEntry entries[] = { make_entry (self, i), { NULL } };

      if ((table[i].commands & (1u << command)) != 0)
        g_option_context_add_main_entries (self->context, entries, NULL);
    }
  g_option_context_set_help_enabled (self->context, FALSE);
}

static void
reading_clear (Reading *self)
{
  g_option_context_free (self->context);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_free (self->texts[i]);
  g_free (self->formats);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
usage_error (GError    **error,
             const char *option,
             const char *text,
             const char *wanted)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s takes %s, not “%s”", option, wanted, text);

  return FALSE;
}

static gboolean
take_time (const Option *option,
           const char   *text,
           gint64       *out,
           GError      **error)
{
  gint64 time;

  if (!hr_duration_parse (text, &time))
    return usage_error (error, option->name, text, "a time such as 500ms, 10s or 2min");
  if (option->kind == KIND_INTERVAL && (time < LEAST_INTERVAL_NS || time > LONGEST_INTERVAL_NS))
    return usage_error (error, option->name, text, "a time from 10ms to 60s");
  if (time < (option->kind == KIND_WAIT ? 0 : 1))
    return usage_error (error, option->name, text, "a time above 0");

  *out = time;

  return TRUE;
}

static gboolean
take_format (HrCommand   command,
             const char *text,
             HrFormat   *out,
             GError    **error)
{
  g_autofree char *known = NULL;

  for (int i = 0; i < HR_N_FORMATS; i++)
    if ((commands[command].formats & (1u << i)) != 0 && g_str_equal (hr_format_name ((HrFormat) i), text))
      {
        *out = (HrFormat) i;
        return TRUE;
      }
  known = list_formats (command);

  return usage_error (error, "format", text, known);
}

/* Makes of the texts what they mean; what was not given stays as it is. */
static gboolean
take_texts (Reading *self,
            GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      gpointer at = (char *) self->options + table[i].at;

      if (self->texts[i] == NULL)
        continue;
      if (!(table[i].kind == KIND_FORMAT ? take_format (self->options->command, self->texts[i], at, error) : take_time (&table[i], self->texts[i], at, error)))
        return FALSE;
    }

  return TRUE;
}

/* Returns (transfer full) @arguments behind the command, which GLib takes for the program's name. */
static GStrv
make_line (HrCommand    command,
           const char **arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, hr_command_name (command));
  g_strv_builder_addv (builder, arguments);

  return g_strv_builder_end (builder);
}

/* Takes what is left of the line when the options are gone. */
static gboolean
take_files (HrOptions         *options,
            const char *const *left,
            GError           **error)
{
  guint most = commands[options->command].n_files;

  if (g_strv_length ((char **) left) > most)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”", left[most]);
      return FALSE;
    }

  options->files = g_strdupv ((char **) left);

  return TRUE;
}

/* Reads @arguments, the command's own and NULL at the end. Returns FALSE with G_OPTION_ERROR, @out untouched. */
gboolean
hr_options_parse (HrOptions   *out,
                  HrCommand    command,
                  const char **arguments,
                  GError     **error)
{
  g_auto (HrOptions) options = { .command = command, .timeout_ns = DEFAULT_TIMEOUT_NS, .wait_ns = DEFAULT_WAIT_NS };
  g_auto (Reading) reading = { 0 };
  g_auto (GStrv) line = make_line (command, arguments);

  reading_init (&reading, command, &options);
  if (!g_option_context_parse_strv (reading.context, &line, error) || !take_texts (&reading, error) ||
      !take_files (&options, (const char *const *) line + 1, error))
    return FALSE;

  *out = options;
  options = (HrOptions){ 0 };

  return TRUE;
}

/* Frees what @self owns and leaves it { 0 }. */
void
hr_options_clear (HrOptions *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].kind == KIND_TEXT || table[i].kind == KIND_FILE)
      g_clear_pointer ((char **) (gpointer) ((char *) self + table[i].at), g_free);
  g_strfreev (self->files);
  memset (self, 0, sizeof *self);
}

/* Returns (transfer full) the help of @command. */
char *
hr_options_describe (HrCommand command)
{
  g_auto (HrOptions) options = { 0 };
  g_auto (Reading) reading = { 0 };
  g_autofree char *help = NULL;
  const char      *rest;

  reading_init (&reading, command, &options);
  help = g_option_context_get_help (reading.context, TRUE, NULL);

  /* Its first lines name the program without the command. */
  rest = strstr (help, "\n\n");

  return g_strdup_printf ("Usage:\n  headroom-cli %s [OPTION…]%s\n\n%s.\n%s", hr_command_name (command), commands[command].arguments,
                          commands[command].summary, rest != NULL ? rest + 1 : "");
}

/* Returns (transfer full) the commands, a line each. */
char *
hr_options_describe_all (void)
{
  GString *list = g_string_new (NULL);

  for (int i = 0; i < HR_N_COMMANDS; i++)
    g_string_append_printf (list, "  %-12s %s\n", commands[i].name, commands[i].summary);

  return g_string_free (list, FALSE);
}
