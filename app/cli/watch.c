/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli watch: the live values of one source, drawn on a terminal, or told line by line. */

#include "app/cli/document.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "app/cli/target.h"
#include "engine/base/clock.h"

#include <string.h>

#define REFRESH_MS 1000
/* What is measured once a second and needs two looks is there after that. */
#define FIRST_MS 1200

#define ENTER_SCREEN "\033[?1049h\033[?25l\033[2J"
#define LEAVE_SCREEN "\033[?25h\033[?1049l"
#define TO_BEGIN "\033[H"
#define END_OF_LINE "\033[K\n"
#define END_OF_PAGE "\033[J"

typedef struct
{
  HrRun     run;
  HrTarget *target;
  char     *trouble; /* why there is nothing now; NULL: all is well */
  char     *last;    /* JSON: the readout to be printed at the end; live: the last page */
  gboolean  begun;
  gboolean  drawing; /* the terminal shows our page */
  gboolean  headed;  /* CSV: its first row is written */
  gint64    told_us; /* the time of the last readout that was told */
  guint     refresh_source;
  guint     duration_source;
} Watch;

static void
emit (Watch      *self,
      const char *text)
{
  if (!hr_output_write (&self->run.output, text, -1))
    hr_run_quit (&self->run, self->run.output.failed ? HR_EXIT_INTERNAL : HR_EXIT_OK);
}

/* The page in one piece: each line ends what stood behind it, so nothing flickers. */
static void
draw (Watch      *self,
      const char *page)
{
  g_autoptr (GString) frame = g_string_new (self->drawing ? TO_BEGIN : ENTER_SCREEN TO_BEGIN);
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);

  for (guint i = 0; lines[i] != NULL && (*lines[i] != '\0' || lines[i + 1] != NULL); i++)
    g_string_append_printf (frame, "%s" END_OF_LINE, lines[i]);
  g_string_append (frame, END_OF_PAGE);
  self->drawing = TRUE;
  emit (self, frame->str);
}

/* What the terminal showed before stands there again, and below it the last page. */
static void
stop_drawing (Watch *self)
{
  if (!self->drawing)
    return;

  self->drawing = FALSE;
  hr_output_write (&self->run.output, LEAVE_SCREEN, -1);
  if (self->last != NULL)
    hr_output_write (&self->run.output, self->last, -1);
}

static void
keep (Watch *self,
      char  *text)
{
  g_free (self->last);
  self->last = text;
}

static void
tell_page (Watch           *self,
           const HrReadout *readout)
{
  guint width, height;

  hr_output_get_size (&self->run.output, &width, &height);
  keep (self, hr_table_format (readout, width, height, TRUE));
  draw (self, self->last);
}

static void
tell_rows (Watch           *self,
           const HrReadout *readout)
{
  g_autoptr (GString) rows = g_string_new (self->headed ? NULL : HR_DOCUMENT_CSV_HEAD);

  self->headed = TRUE;
  hr_document_add_rows (rows, readout);
  emit (self, rows->str);
}

static void
tell (Watch           *self,
      const HrReadout *readout)
{
  g_autofree char *line = NULL;

  switch (self->run.options->format)
    {
    case HR_FORMAT_JSON:
      keep (self, hr_document_format (readout, TRUE));
      break;
    case HR_FORMAT_NDJSON:
      line = hr_document_format (readout, FALSE);
      emit (self, line);
      break;
    case HR_FORMAT_CSV:
      tell_rows (self, readout);
      break;
    case HR_FORMAT_TEXT:
    case HR_N_FORMATS:
    default:
      if (self->run.output.live && !self->run.options->once)
        tell_page (self, readout);
      else
        {
          line = self->run.options->once ? hr_table_format (readout, G_MAXINT16, G_MAXUINT, FALSE) : hr_line_format (readout);
          emit (self, line);
        }
    }
}

/* Tells how the source stands now; nothing while nothing new has come, except that a page is kept up to date. */
static void
refresh (Watch *self)
{
  HrSource *source = hr_target_get_source (self->target);
  g_auto (HrReadout) readout = { 0 };

  if (source == NULL)
    {
      if (self->drawing && self->trouble != NULL)
        draw (self, self->trouble);
      return;
    }

  hr_readout_take (&readout, self->run.monitor, source, (gint64) hr_clock_monotonic ());
  if (readout.time_us == self->told_us && !self->run.output.live)
    return;

  self->told_us = readout.time_us;
  tell (self, &readout);
}

static gboolean
refresh_cb (gpointer user_data)
{
  Watch *self = user_data;

  refresh (self);
  if (self->run.options->once)
    hr_run_quit (&self->run, self->run.status);

  return G_SOURCE_CONTINUE;
}

/* Judged is what has arrived: that is one object of JSON for each snapshot. */
static void
monitor_verdict_changed_cb (HrMonitor *monitor,
                            HrSource  *source,
                            Watch     *self)
{
  if (source == hr_target_get_source (self->target) && hr_monitor_get_verdict (monitor, source) != NULL)
    refresh (self);
}

static gboolean
duration_cb (gpointer user_data)
{
  Watch *self = user_data;

  self->duration_source = 0;
  hr_run_quit (&self->run, HR_EXIT_OK);

  return G_SOURCE_REMOVE;
}

static guint
refresh_ms (const HrOptions *options)
{
  if (options->interval_ns > 0)
    return (guint) (options->interval_ns / HR_NS_PER_MS);

  return options->once ? FIRST_MS : REFRESH_MS;
}

static void
begin (Watch *self)
{
  const HrOptions *options = self->run.options;

  self->begun = TRUE;
  if (options->duration_ns > 0)
    self->duration_source = g_timeout_add ((guint) MIN (options->duration_ns / HR_NS_PER_MS, G_MAXINT32), duration_cb, self);
  if (options->format == HR_FORMAT_NDJSON && !options->once)
    g_signal_connect (self->run.monitor, "verdict-changed", G_CALLBACK (monitor_verdict_changed_cb), self);
  else
    self->refresh_source = g_timeout_add (refresh_ms (options), refresh_cb, self);
}

static void
target_found_cb (HrSource *source,
                 gpointer  user_data)
{
  Watch *self = user_data;

  if (self->trouble != NULL && !self->drawing)
    hr_output_say (&self->run.output, "%s: it is back", self->run.wanted.text);
  g_clear_pointer (&self->trouble, g_free);
  if (!self->begun)
    begin (self);
}

/* A page is drawn at once when there is something to draw. */
static void
target_snapshot_cb (HrSource   *source,
                    HrSnapshot *snapshot,
                    gpointer    user_data)
{
  Watch *self = user_data;

  if (self->run.output.live && self->run.options->format == HR_FORMAT_TEXT && !self->run.options->once && !self->drawing)
    refresh (self);
}

static void
target_lost_cb (const char *why,
                gpointer    user_data)
{
  Watch           *self = user_data;
  g_autofree char *text = hr_text_about (self->run.wanted.text, why);

  g_free (self->trouble);
  self->trouble = g_strdup_printf ("%s; waiting for it", text);
  if (self->drawing)
    {
      g_autofree char *clean = hr_text_clean (self->trouble);

      draw (self, clean);
    }
  else
    hr_output_say (&self->run.output, "%s", self->trouble);
}

static void
target_ended_cb (const char *why,
                 gboolean    begun,
                 gpointer    user_data)
{
  Watch           *self = user_data;
  g_autofree char *text = hr_text_about (self->run.wanted.text, why);

  stop_drawing (self);
  if (begun)
    hr_output_say (&self->run.output, "%s", text);
  else
    hr_output_complain ("%s", text);
  hr_run_quit (&self->run, begun ? HR_EXIT_OK : HR_EXIT_UNAVAILABLE);
}

static void
target_note_cb (const char *text,
                gpointer    user_data)
{
  Watch *self = user_data;

  if (!self->drawing)
    hr_output_say (&self->run.output, "%s", text);
}

static void
watch (Watch *self)
{
  static const HrTargetEvents events = { target_found_cb, target_snapshot_cb, target_lost_cb, target_ended_cb, target_note_cb };
  g_autoptr (GError) error = NULL;

  self->target = hr_target_new (self->run.monitor, &self->run.wanted, self->run.options->timeout_ns, &events, self, &error);
  if (self->target == NULL)
    {
      hr_output_complain ("%s: %s", self->run.wanted.text, error->message);
      self->run.status = HR_EXIT_UNAVAILABLE;
      return;
    }

  hr_run_loop (&self->run);

  stop_drawing (self);
  if (self->run.options->format == HR_FORMAT_JSON && self->last != NULL)
    hr_output_write (&self->run.output, self->last, -1);
  if (self->run.output.failed)
    self->run.status = HR_EXIT_INTERNAL;
}

/* Shows the source until it is told to end. */
HrExit
hr_watch_run (const HrOptions *options)
{
  Watch self = { 0 };

  if (hr_run_begin (&self.run, options, options->source, NULL) && hr_run_require (&self.run))
    watch (&self);

  if (self.run.monitor != NULL)
    g_signal_handlers_disconnect_by_data (self.run.monitor, &self);
  g_clear_handle_id (&self.refresh_source, g_source_remove);
  g_clear_handle_id (&self.duration_source, g_source_remove);
  hr_target_free (self.target);
  hr_run_clear (&self.run);
  g_free (self.trouble);
  g_free (self.last);

  return self.run.status;
}
