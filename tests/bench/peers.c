/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/peers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef HAVE_SYSPROF
#include <sysprof-capture.h>

/* After so many marks the file is written from its beginning again: its pages are there by then, as they are in a ring. */
#define MARKS_A_FILE 20000

typedef struct
{
  SysprofCaptureWriter *writer;
  int                   fd;
  guint64               n_marks;
} Capture;

/* A mark of sysprof with the two clock readings that it takes to know its duration, while it is really capturing. */
static void
sysprof_mark (guint64  n,
              gpointer user_data)
{
  Capture *self = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      gint64 begin = SYSPROF_CAPTURE_CURRENT_TIME;

      sysprof_capture_writer_add_mark (self->writer, begin, -1, getpid (), (guint64) (SYSPROF_CAPTURE_CURRENT_TIME - begin),
                                       "bench", "scope", NULL);
      if (++self->n_marks % MARKS_A_FILE == 0)
        lseek (self->fd, 0, SEEK_SET);
    }
}

/* Adds sysprof's mark as a peer of the result @name. */
void
hr_add_sysprof (HrBench    *bench,
                const char *name)
{
  Capture capture = { .fd = memfd_create ("sysprof", MFD_CLOEXEC) };

  sysprof_clock_init ();
  capture.writer = capture.fd < 0 ? NULL : sysprof_capture_writer_new_from_fd (dup (capture.fd), 0);
  if (capture.writer != NULL)
    {
      hr_bench_run_peer (bench, name, "sysprof's mark", sysprof_mark, &capture);
      sysprof_capture_writer_unref (capture.writer);
    }
  if (capture.fd >= 0)
    close (capture.fd);
}
#else
/* Says that sysprof was not there to be measured. */
void
hr_add_sysprof (HrBench    *bench,
                const char *name)
{
  g_print ("No sysprof-capture (libsysprof-4-dev) to compare with.\n");
}
#endif

/* Adds a scope of two LTTng-UST events as a peer of the result @name: disabled, and recorded by a session daemon that is
 * started for it. */
void
hr_add_lttng (HrBench    *bench,
              const char *name)
{
  const char      *folder = g_getenv ("HEADROOM_BUILD_DIR");
  g_autofree char *program = g_build_filename (folder != NULL ? folder : "_build", "tests/bench/lttng-scope", NULL);
  const char      *argv[] = { "sh", LTTNG_SCRIPT, program, NULL };
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaint, NULL, NULL))
    return;

  words = g_strsplit (g_strstrip (output), " ", -1);
  if (g_strv_length (words) != 2)
    {
      g_print ("No LTTng-UST to compare with: %s\n", g_strstrip (complaint));
      return;
    }

  hr_bench_add_peer (bench, name, "LTTng-UST disabled", g_ascii_strtod (words[0], NULL));
  hr_bench_add_peer (bench, name, "LTTng-UST", g_ascii_strtod (words[1], NULL));
}
