/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/agentless.h"

#include "engine/base/clock.h"
#include "engine/collect/phone.h"
#include "engine/link/dtx/instruments.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* A phone that is asked again and again wedges until it is started anew. */
#define RETRY_MS 30000

/* Of processes at a time. */
#define MAX_WATCHED 64

/* A program that is watched, and its series. */
typedef struct
{
  HrIntake *intake;
  guint64   pid;
} Watched;

struct _HrAgentless
{
  HrPeer  *peer;
  HrPhone *phone;
  void (*changed) (gpointer user_data);
  gpointer user_data;

  HrInstruments *instruments; /* NULL while nothing is measured */
  guint          retry_source;
  gboolean       hopeless; /* it will not go before the phone is plugged in anew */
  char          *trouble;
  GPtrArray     *programs; /* HrProgram, as told last; NULL: never */
  GArray        *watched;  /* Watched */
  HrDevice      *device;   /* the one to try again */
};

static void start (HrAgentless *self);

static void
set_trouble (HrAgentless *self,
             const char  *trouble)
{
  if (g_strcmp0 (self->trouble, trouble) == 0)
    return;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  self->changed (self->user_data);
}

static HrProgram *
program_new (HrAgentless          *self,
             const HrPhoneProcess *process)
{
  HrProgram *program = g_new0 (HrProgram, 1);

  program->pid = process->pid;
  program->name = g_strdup (process->name != NULL ? process->name : "?");
  program->command = g_strdup ("");
  program->user = g_strdup ("");
  program->resident_mb = isfinite (process->footprint_mb) ? process->footprint_mb : -1;

  return program;
}

static void
keep_programs (HrAgentless         *self,
               const HrPhoneSample *sample)
{
  if (sample->n_processes == 0)
    return;

  g_clear_pointer (&self->programs, g_ptr_array_unref);
  self->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);
  for (guint i = 0; i < sample->n_processes; i++)
    g_ptr_array_add (self->programs, program_new (self, &sample->processes[i]));
}

static void
instruments_sample_cb (HrInstruments       *instruments,
                       const HrPhoneSample *sample,
                       HrAgentless         *self)
{
  keep_programs (self, sample);
  hr_phone_add (self->phone, sample);
  set_trouble (self, NULL);
}

static void
retry_cb (gpointer user_data)
{
  HrAgentless *self = user_data;

  self->retry_source = 0;
  start (self);
}

static void
clear_instruments (HrAgentless *self)
{
  if (self->instruments != NULL)
    g_signal_handlers_disconnect_by_data (self->instruments, self);
  g_clear_object (&self->instruments);
  g_clear_handle_id (&self->retry_source, g_source_remove);
}

/* Nothing is told of watched programs for now. */
static void
lose_watched (HrAgentless *self,
              const char  *why)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      HrSource *source = hr_intake_get_source (g_array_index (self->watched, Watched, i).intake);

      if (hr_peer_wants (self->peer, source))
        hr_peer_set_state (self->peer, source, HR_SOURCE_LOST, why);
    }
}

static void
instruments_ended_cb (HrInstruments *instruments,
                      const GError  *error,
                      HrAgentless   *self)
{
  clear_instruments (self);
  self->hopeless = g_error_matches (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_TOO_NEW) ||
                   g_error_matches (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_NO_IMAGE);
  if (!self->hopeless)
    self->retry_source = g_timeout_add_once (RETRY_MS, retry_cb, self);
  lose_watched (self, error->message);
  set_trouble (self, error->message);
}

static void
start (HrAgentless *self)
{
  self->instruments = hr_instruments_new (self->device);
  g_signal_connect (self->instruments, "sample", G_CALLBACK (instruments_sample_cb), self);
  g_signal_connect (self->instruments, "ended", G_CALLBACK (instruments_ended_cb), self);
  hr_instruments_start (self->instruments);
}

/* Measures @device from now on, unless it has shown that it will not. One that tells no version yet is not asked. */
void
hr_agentless_start (HrAgentless    *self,
                    const HrDevice *device)
{
  gint64 now_ns = (gint64) hr_clock_monotonic ();

  if (self->instruments != NULL || self->retry_source != 0 || self->hopeless || hr_device_get_major_version (device) == 0)
    return;

  hr_device_free (self->device);
  self->device = hr_device_copy (device);
  for (guint i = 0; i < self->watched->len; i++)
    hr_intake_skip (g_array_index (self->watched, Watched, i).intake, now_ns);
  start (self);
}

/* Measures no longer. @why: for people, what becomes of the programs */
void
hr_agentless_stop (HrAgentless *self,
                   const char  *why)
{
  clear_instruments (self);
  lose_watched (self, why);
}

/* Measures no longer, and says so to nobody. */
void
hr_agentless_close (HrAgentless *self)
{
  clear_instruments (self);
  g_signal_handlers_disconnect_by_data (self->peer, self);
}

/* The phone was plugged in anew: what it would not do before is asked for again. */
void
hr_agentless_forgive (HrAgentless *self)
{
  self->hopeless = FALSE;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  set_trouble (self, NULL);
}

/* Returns: (transfer none) (nullable): why there are no figures, for people. */
const char *
hr_agentless_get_trouble (HrAgentless *self)
{
  return self->trouble;
}

static gboolean
is_watched (HrAgentless *self,
            guint64      pid)
{
  for (guint i = 0; i < self->watched->len; i++)
    if (g_array_index (self->watched, Watched, i).pid == pid)
      return TRUE;

  return FALSE;
}

static HrProgram *
describe (HrAgentless     *self,
          const HrProgram *program)
{
  HrProgram *copy = hr_program_copy (program);

  copy->watched = is_watched (self, program->pid);
  copy->instrumented = !copy->watched && hr_peer_find_pid (self->peer, program->pid) != NULL;

  return copy;
}

/* Looks among the programs that the phone told of last. Returns: (transfer full): NULL with @error (G_IO_ERROR_NOT_SUPPORTED) when it
 * never did */
HrFound *
hr_agentless_search (HrAgentless *self,
                     const char  *text,
                     GError     **error)
{
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  HrFound         *found;

  if (self->programs == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           self->trouble != NULL ? self->trouble : _ ("This phone has not told of its programs"));
      return NULL;
    }

  found = g_new0 (HrFound, 1);
  found->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_program_free);
  for (guint i = 0; i < self->programs->len; i++)
    {
      const HrProgram *program = g_ptr_array_index (self->programs, i);
      g_autofree char *name = g_utf8_casefold (program->name, -1);

      if (strstr (name, wanted) == NULL)
        continue;
      if (found->programs->len < HR_SEARCH_LIMIT)
        g_ptr_array_add (found->programs, describe (self, program));
      else
        found->n_more++;
    }

  return found;
}

static const HrProgram *
find_program (HrAgentless *self,
              guint64      pid)
{
  for (guint i = 0; self->programs != NULL && i < self->programs->len; i++)
    if (((HrProgram *) g_ptr_array_index (self->programs, i))->pid == pid)
      return g_ptr_array_index (self->programs, i);

  return NULL;
}

/* Measures the program @pid of the phone as a source of its own. Returns FALSE with @error when the phone tells of no such program, or too
 * many are watched. */
gboolean
hr_agentless_watch (HrAgentless *self,
                    guint64      pid,
                    GError     **error)
{
  const HrProgram *program = find_program (self, pid);
  Watched          watched = { .pid = pid };
  HrSource        *source;

  if (is_watched (self, pid))
    return TRUE;

  source = program != NULL && self->watched->len < MAX_WATCHED ? hr_peer_hold_program (self->peer, program->name) : NULL;
  if (source == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           program == NULL ? _ ("The phone tells of no such program") : _ ("Too many programs of this phone are watched"));
      return FALSE;
    }

  hr_source_set_pid (source, pid);
  hr_source_set_detail (source, _ ("measured from outside"));
  watched.intake = hr_intake_new (source, (gint64) hr_clock_monotonic ());
  g_array_append_val (self->watched, watched);
  hr_phone_watch (self->phone, hr_intake_get_feed (watched.intake), pid, program->name);
  hr_peer_set_state (self->peer, source, HR_SOURCE_CONNECTING, NULL);

  return TRUE;
}

/* Forgets the series of @pid, wherever it stands by now. */
static void
drop_watched (HrAgentless *self,
              guint64      pid)
{
  for (guint i = self->watched->len; i > 0; i--)
    if (g_array_index (self->watched, Watched, i - 1).pid == pid)
      g_array_remove_index (self->watched, i - 1);
}

static void
watched_clear (gpointer data)
{
  hr_intake_free (((Watched *) data)->intake);
}

/* Cuts one program's series; returns FALSE when that was its last. Whoever hears of it may have forgotten the program. */
static gboolean
cut_watched (HrAgentless   *self,
             const Watched *watched,
             gint64         now_ns,
             gint64         now_us)
{
  g_autoptr (HrSource) source = g_object_ref (hr_intake_get_source (watched->intake));
  g_autoptr (HrSnapshot) snapshot = hr_intake_cut (watched->intake, now_ns, now_us);
  g_autofree char *ended = g_strdup (hr_feed_get_ended (hr_intake_get_feed (watched->intake)));

  if (snapshot != NULL && hr_peer_wants (self->peer, source))
    {
      hr_peer_set_state (self->peer, source, HR_SOURCE_CONNECTED, NULL);
      hr_peer_append (self->peer, source, snapshot);
    }
  if (ended == NULL)
    return TRUE;

  hr_peer_release_program (self->peer, source);
  if (hr_peer_wants (self->peer, source))
    hr_peer_set_state (self->peer, source, HR_SOURCE_LOST, ended);

  return FALSE;
}

/* Ends an interval of every watched program's series. */
void
hr_agentless_cut (HrAgentless *self,
                  gint64       now_ns,
                  gint64       now_us)
{
  for (guint i = self->watched->len; i > 0; i--)
    {
      Watched watched;

      if (i > self->watched->len)
        continue;
      watched = g_array_index (self->watched, Watched, i - 1);
      if (!cut_watched (self, &watched, now_ns, now_us))
        drop_watched (self, watched.pid);
    }
}

static void
peer_source_removed_cb (HrPeer      *peer,
                        HrSource    *source,
                        HrAgentless *self)
{
  for (guint i = self->watched->len; i > 0; i--)
    {
      Watched *watched = &g_array_index (self->watched, Watched, i - 1);

      if (hr_intake_get_source (watched->intake) != source)
        continue;
      hr_phone_unwatch (self->phone, watched->pid);
      g_array_remove_index (self->watched, i - 1);
    }
}

/* Makes what measures the phone that @peer stands for, its own figures into @feed. Returns: (transfer full) */
HrAgentless *
hr_agentless_new (HrPeer *peer,
                  HrFeed *feed,
                  void (*changed) (gpointer user_data),
                  gpointer user_data)
{
  HrAgentless *self = g_new0 (HrAgentless, 1);

  self->peer = g_object_ref (peer);
  self->phone = hr_phone_new (feed);
  self->changed = changed;
  self->user_data = user_data;
  self->watched = g_array_new (FALSE, FALSE, sizeof (Watched));
  g_array_set_clear_func (self->watched, watched_clear);
  g_signal_connect (peer, "source-removed", G_CALLBACK (peer_source_removed_cb), self);

  return self;
}

/* Frees @self; nothing is measured any more. NULL is accepted. */
void
hr_agentless_free (HrAgentless *self)
{
  if (self == NULL)
    return;

  clear_instruments (self);
  g_signal_handlers_disconnect_by_data (self->peer, self);
  hr_phone_free (self->phone);
  g_array_unref (self->watched);
  g_clear_pointer (&self->programs, g_ptr_array_unref);
  hr_device_free (self->device);
  g_object_unref (self->peer);
  g_free (self->trouble);
  g_free (self);
}
