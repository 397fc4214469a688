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

#define LISTS (FORMAT (TEXT) | FORMAT (JSON) | FORMAT (NDJSON) | FORMAT (CSV))

typedef struct
{
  const char *name;
  const char *arguments; /* as the usage line has them */
  const char *summary;   /* of one line */
  guint       formats;
  HrFormat    format;  /* where none is asked for */
  guint       n_least; /* files */
  guint       n_most;
  gboolean    runs; /* a program that stands behind "--" */
} Command;

static const Command commands[HR_N_COMMANDS] = {
  [HR_COMMAND_SOURCES] = { "sources", "", "What can be watched, one line each", LISTS, HR_FORMAT_TEXT, 0, 0, FALSE },
  [HR_COMMAND_WATCH] = { "watch", "", "Live values of a source, by default of this computer", LISTS, HR_FORMAT_TEXT, 0, 0, FALSE },
  [HR_COMMAND_RECORD] = { "record", " -o FILE [-- COMMAND…]", "Write what is measured into a session file", 0, HR_FORMAT_TEXT, 0, 0, TRUE },
  [HR_COMMAND_CHECK] = { "check", " [SESSION | -- COMMAND… | --lint BUDGETS…]", "Hold what is measured against budgets", LISTS | FORMAT (JUNIT) | FORMAT (GITHUB) | FORMAT (MARKDOWN), HR_FORMAT_TEXT, 0, G_MAXUINT, TRUE },
  [HR_COMMAND_COMPARE] = { "compare", " BASE NEW | BASE… -- NEW…", "Say which metrics became better or worse from one session to another, or from several to as many others", FORMAT (TEXT) | FORMAT (JSON) | FORMAT (CSV) | FORMAT (MARKDOWN), HR_FORMAT_TEXT, 1, G_MAXUINT, FALSE },
  [HR_COMMAND_REPORT] = { "report", " SESSION", "Make a document of a session", FORMAT (HTML) | FORMAT (PDF) | FORMAT (JSON) | FORMAT (CSV), HR_FORMAT_HTML, 1, 1, FALSE },
  [HR_COMMAND_EXPORT] = { "export", " SESSION", "Write what a session holds as a table or as JSON", FORMAT (CSV) | FORMAT (JSON) | FORMAT (NDJSON), HR_FORMAT_CSV, 1, 1, FALSE },
  [HR_COMMAND_IMPORT] = { "import", " TABLE -o FILE", "Make a session file of a CSV table: times, and columns of values", 0, HR_FORMAT_TEXT, 1, 1, FALSE },
  [HR_COMMAND_DOCTOR] = { "doctor", "", "What works here, and what to do about the rest", FORMAT (TEXT) | FORMAT (JSON), HR_FORMAT_TEXT, 0, 0, FALSE },
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
  KIND_WAIT,     /* a time */
  KIND_STAMP     /* a moment */
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
  { "source", 's', IN (RECORD) | IN (CHECK), KIND_TEXT, AT (source), "SOURCE", "This source alone, as watch takes it; of a command or a session, a pattern of names (default: all there are)" },
  { "source", 's', IN (EXPORT), KIND_TEXT, AT (source), "PATTERN", "Of the sources whose names fit: * and ? stand for anything" },
  { "source", 's', IN (IMPORT), KIND_TEXT, AT (source), "NAME", "What was measured, where the table does not say (default: the table's name)" },
  { "metric", 'm', IN (EXPORT), KIND_TEXT, AT (metric), "PATTERN", "Of the metrics whose names fit" },
  { "contract", 'b', IN (WATCH) | IN (CHECK) | IN (RECORD) | IN (REPORT) | IN (DOCTOR), KIND_FILE, AT (contract), "FILE", "Judge by this file of budgets" },
  { "format", 'f', IN (SOURCES) | IN (WATCH) | IN (CHECK) | IN (COMPARE) | IN (REPORT) | IN (EXPORT) | IN (DOCTOR), KIND_FORMAT, AT (format), "FORMAT", NULL },
  { "output", 'o', IN (CHECK) | IN (COMPARE) | IN (REPORT) | IN (EXPORT), KIND_FILE, AT (output), "FILE", "Write to this file, not to standard output" },
  { "output", 'o', IN (RECORD) | IN (IMPORT), KIND_FILE, AT (output), "FILE", "The session file that is made" },
  { "record", 0, IN (CHECK), KIND_FILE, AT (record), "FILE", "Keep what is judged in a session file" },
  { "force", 0, IN (CHECK) | IN (RECORD) | IN (IMPORT), KIND_FLAG, AT (force), NULL, "Replace a session file that is there" },
  { "lint", 0, IN (CHECK), KIND_FLAG, AT (lint), NULL, "Only read the files of budgets" },
  { "from", 0, IN (REPORT) | IN (EXPORT), KIND_STAMP, AT (from_us), "MOMENT", "From this moment on, such as 2026-11-21T14:30:00Z" },
  { "start", 0, IN (IMPORT), KIND_STAMP, AT (from_us), "MOMENT", "When time 0 was, of a table that counts from its beginning" },
  { "to", 0, IN (REPORT) | IN (EXPORT), KIND_STAMP, AT (to_us), "MOMENT", "Up to this moment" },
  { "wait", 0, IN (SOURCES), KIND_WAIT, AT (wait_ns), "TIME", "How long sources are waited for (default: 1s)" },
  { "timeout", 0, IN (WATCH) | IN (RECORD) | IN (CHECK) | IN (DOCTOR), KIND_TIME, AT (timeout_ns), "TIME", "How long the first numbers are waited for (default: 5s)" },
  { "interval", 0, IN (WATCH), KIND_INTERVAL, AT (interval_ns), "TIME", "How often values are measured and told (default: measured every 100ms, told every 1s)" },
  { "interval", 0, IN (RECORD) | IN (CHECK), KIND_INTERVAL, AT (interval_ns), "TIME", "How often values are measured (default: 100ms)" },
  { "duration", 0, IN (WATCH) | IN (RECORD) | IN (CHECK), KIND_TIME, AT (duration_ns), "TIME", "End by itself after this time" },
  { "until-breach", 0, IN (RECORD), KIND_FLAG, AT (until_breach), NULL, "End 30 seconds after a budget is breached" },
  { "once", 0, IN (WATCH), KIND_FLAG, AT (once), NULL, "Tell the first values and end" },
  { "token-file", 0, IN (SOURCES) | IN (WATCH) | IN (RECORD) | IN (CHECK), KIND_FILE, AT (token_file), "FILE", "The token of the agent at tcp:, where it is not this user's own" },
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
      if (i == (int) commands[command].format)
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
    case KIND_STAMP:
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
take_stamp (const Option *option,
            const char   *text,
            gint64       *out,
            GError      **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GDateTime) moment = g_date_time_new_from_iso8601 (text, zone);

  if (moment == NULL)
    return usage_error (error, option->name, text, "a moment such as 2026-11-21T14:30:00Z");

  *out = g_date_time_to_unix (moment) * G_USEC_PER_SEC + g_date_time_get_microsecond (moment);

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

static gboolean
take_text (Reading *self,
           gsize    index,
           GError **error)
{
  const Option *option = &table[index];
  gpointer      at = (char *) self->options + option->at;

  if (option->kind == KIND_FORMAT)
    return take_format (self->options->command, self->texts[index], at, error);
  if (option->kind == KIND_STAMP)
    return take_stamp (option, self->texts[index], at, error);

  return take_time (option, self->texts[index], at, error);
}

/* Makes of the texts what they mean; what was not given stays as it is. */
static gboolean
take_texts (Reading *self,
            GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (self->texts[i] != NULL && !take_text (self, i, error))
      return FALSE;

  return TRUE;
}

/* Takes what stands behind "--": a program with its arguments, where the command runs one, and the newer sessions of a comparison. Returns
 * (transfer full) the rest, behind the command, which GLib takes for the program's name. */
static GStrv
make_line (HrOptions   *options,
           const char **arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, hr_command_name (options->command));
  for (; *arguments != NULL; arguments++)
    {
      if (g_str_equal (*arguments, "--") && (commands[options->command].runs || options->command == HR_COMMAND_COMPARE))
        {
          char ***behind = commands[options->command].runs ? &options->program : &options->others;

          *behind = g_strdupv ((char **) arguments + 1);
          break;
        }
      g_strv_builder_add (builder, *arguments);
    }

  return g_strv_builder_end (builder);
}

/* Of two sessions the second is the newer one. */
static void
part_sessions (HrOptions *options)
{
  if (options->others != NULL || g_strv_length (options->files) != 2)
    return;

  options->others = g_new0 (char *, 2);
  options->others[0] = g_steal_pointer (&options->files[1]);
}

/* Takes what is left of the line when the options are gone; GLib leaves a "--" there before what looks like an option. */
static gboolean
take_files (HrOptions   *options,
            char *const *left,
            GError     **error)
{
  const Command *command = &commands[options->command];
  guint          n;

  if (*left != NULL && g_str_equal (*left, "--"))
    left++;
  n = g_strv_length ((char **) left);
  if (n > command->n_most)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument “%s”", left[command->n_most]);
  else if (n < command->n_least)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s takes%s", command->name, command->arguments);
  else
    options->files = g_strdupv ((char **) left);
  if (options->files != NULL && options->command == HR_COMMAND_COMPARE)
    part_sessions (options);

  return options->files != NULL;
}

/* What is wrong with what compare alone was given. */
static const char *
find_contradiction_of_compare (const HrOptions *options)
{
  guint n = g_strv_length (options->files);

  if (options->others == NULL)
    return "compare takes BASE NEW, or several of either: BASE… -- NEW…";
  if (g_strv_length (options->others) != n)
    return "compare takes as many sessions behind -- as before it";
  if (n == 2)
    return "two sessions of either say nothing that one does not: compare takes one, or three and more";

  return NULL;
}

/* The same of check. */
static const char *
find_contradiction_of_check (const HrOptions *options)
{
  guint    n_files = g_strv_length (options->files);
  gboolean live = options->record != NULL || options->duration_ns != 0 || options->interval_ns != 0;

  if (options->lint && (live || options->program != NULL || options->source != NULL))
    return "--lint reads files of budgets, and nothing else";
  if (options->lint && options->format != HR_N_FORMATS && options->format != HR_FORMAT_TEXT)
    return "--lint tells text";
  if (options->lint && n_files == 0 && options->contract == NULL)
    return "--lint takes files of budgets";
  if (!options->lint && n_files > 1)
    return "check takes one session";
  if (!options->lint && n_files > 0 && options->program != NULL)
    return "check takes a session or a command, not both";
  if (!options->lint && n_files > 0 && live)
    return "--record, --duration and --interval are for what is measured now, not for a session";

  return NULL;
}

/* Returns what is wrong with what was asked for together; NULL: nothing. */
static const char *
find_contradiction (const HrOptions *options)
{
  if (options->program != NULL && options->program[0] == NULL)
    return "-- takes a command";
  if ((options->command == HR_COMMAND_RECORD || options->command == HR_COMMAND_IMPORT) && options->output == NULL)
    return "--output is needed: the session file that is made";
  if (options->to_us != 0 && options->to_us <= options->from_us)
    return "--to is not after --from";

  if (options->command == HR_COMMAND_COMPARE)
    return find_contradiction_of_compare (options);

  return options->command == HR_COMMAND_CHECK ? find_contradiction_of_check (options) : NULL;
}

static gboolean
is_consistent (const HrOptions *options,
               GError         **error)
{
  const char *contradiction = find_contradiction (options);

  if (contradiction != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, contradiction);

  return contradiction == NULL;
}

/* Takes the format that the name of the output ends with, where none was asked for. */
static void
guess_format (HrOptions *options)
{
  const char *dot = options->output != NULL ? strrchr (options->output, '.') : NULL;

  if (dot != NULL && commands[options->command].format != HR_FORMAT_TEXT)
    take_format (options->command, dot + 1, &options->format, NULL);
}

/* Reads @arguments, the command's own and NULL at the end. Returns FALSE with G_OPTION_ERROR, @out untouched. */
gboolean
hr_options_parse (HrOptions   *out,
                  HrCommand    command,
                  const char **arguments,
                  GError     **error)
{
  g_auto (HrOptions) options = { .command = command, .format = HR_N_FORMATS, .timeout_ns = DEFAULT_TIMEOUT_NS, .wait_ns = DEFAULT_WAIT_NS };
  g_auto (Reading) reading = { 0 };
  g_auto (GStrv) line = make_line (&options, arguments);

  reading_init (&reading, command, &options);
  if (!g_option_context_parse_strv (reading.context, &line, error) || !take_texts (&reading, error) ||
      !take_files (&options, line + 1, error) || !is_consistent (&options, error))
    return FALSE;

  if (options.format == HR_N_FORMATS)
    {
      options.format = commands[command].format;
      guess_format (&options);
    }
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
  g_strfreev (self->others);
  g_strfreev (self->program);
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
