/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli: Headroom for terminals and scripts. */

#include "app/cli/run.h"
#include "app/config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

/* Whoever has closed one of them gets nothing, rather than another file written to. */
static void
reserve_standard_files (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDWR) != fd)
      _exit (HR_EXIT_INTERNAL);
}

static HrExit
print (const char *text)
{
  HrOutput output;

  hr_output_init (&output, STDOUT_FILENO, TRUE);
  hr_output_write (&output, text, -1);

  return output.failed ? HR_EXIT_INTERNAL : HR_EXIT_OK;
}

/* Returns (transfer full) the help on all of it. */
static char *
make_help (void)
{
  g_autofree char *commands = hr_options_describe_all ();

  return g_strconcat ("Usage:\n"
                      "  headroom-cli COMMAND [OPTION…]\n"
                      "\n"
                      "Commands:\n",
                      commands,
                      "\n"
                      "Options:\n"
                      "  -h, --help   Show this help; behind a command, its own\n"
                      "  --version    Print the version\n"
                      "\n"
                      "man headroom-cli says the rest.\n",
                      NULL);
}

static gboolean
asks_for_help (const char **arguments)
{
  for (; *arguments != NULL; arguments++)
    if (g_str_equal (*arguments, "--help") || g_str_equal (*arguments, "-h"))
      return TRUE;

  return FALSE;
}

static HrExit
run_command (HrCommand        command,
             const char     **arguments,
             const HrSandbox *sandbox)
{
  static HrExit (*const commands[HR_N_COMMANDS]) (const HrOptions *) = {
    [HR_COMMAND_SOURCES] = hr_sources_run,
    [HR_COMMAND_WATCH] = hr_watch_run,
    [HR_COMMAND_RECORD] = hr_record_run,
    [HR_COMMAND_CHECK] = hr_check_run,
    [HR_COMMAND_COMPARE] = hr_compare_run,
    [HR_COMMAND_REPORT] = hr_report_run,
    [HR_COMMAND_EXPORT] = hr_export_run,
    [HR_COMMAND_IMPORT] = hr_import_run,
    [HR_COMMAND_DOCTOR] = hr_doctor_run,
  };
  g_auto (HrOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (asks_for_help (arguments))
    {
      g_autofree char *text = hr_options_describe (command);

      return print (text);
    }

  if (!hr_options_parse (&options, command, arguments, &error))
    {
      hr_output_complain ("%s", error->message);
      return HR_EXIT_USAGE;
    }

  options.sandbox = sandbox;

  return commands[command](&options);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (HrSandbox) sandbox = hr_sandbox_new (NULL);
  g_autofree char *help = make_help ();
  HrCommand        command;

  hr_sandbox_enter (sandbox);
  setlocale (LC_ALL, "");
  reserve_standard_files ();
  signal (SIGPIPE, SIG_IGN);

  if (argc < 2)
    {
      g_printerr ("%s", help);
      return HR_EXIT_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    return print (help);
  if (g_str_equal (argv[1], "--version"))
    return print ("headroom-cli " HR_VERSION "\n");
  if (!hr_command_find (argv[1], &command))
    {
      hr_output_complain ("“%s” is no command; headroom-cli --help lists them", argv[1]);
      return HR_EXIT_USAGE;
    }

  return run_command (command, (const char **) argv + 2, sandbox);
}
