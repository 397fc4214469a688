/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked about programs that run beside the agent, and answered. */

#include "engine/link/message-private.h"

/* Returns (transfer full, nullable) @self, of that type, as a frame. */
GBytes *
hr_message_encode_search (const HrMessage *self)
{
  Headroom__Search search = HEADROOM__SEARCH__INIT;
  g_autofree char *text = hr_message_text (self->search.text, FALSE);

  search.request = self->search.request;
  search.text = text;
  search.limit = CLAMP (self->search.limit, 1, HR_SEARCH_LIMIT);

  return hr_message_pack (HEADROOM__FRAME__BODY_SEARCH, &search);
}

/* The texts go to @texts, which frees them. A size that is none is not told. */
static void
fill_program (Headroom__Program *program,
              const HrProgram   *model,
              GPtrArray         *texts)
{
  headroom__program__init (program);
  program->pid = model->pid;
  program->start_time = model->start_time;
  program->name = hr_message_text (model->name, TRUE);
  program->command = hr_message_text (model->command, FALSE);
  program->user = hr_message_text (model->user, FALSE);
  program->resident_mb = model->resident_mb <= HR_WIRE_MAX_VALUE ? MAX (model->resident_mb, -1) : -1;
  program->instrumented = model->instrumented;
  program->watched = model->watched;
  g_ptr_array_add (texts, program->name);
  g_ptr_array_add (texts, program->command);
  g_ptr_array_add (texts, program->user);
}

/* Returns (transfer full, nullable) @self, of that type, as a frame. */
GBytes *
hr_message_encode_found (const HrMessage *self)
{
  Headroom__Found               found = HEADROOM__FOUND__INIT;
  guint                         n = MIN (self->found.n_programs, HR_SEARCH_LIMIT);
  g_autofree Headroom__Program *programs = g_new (Headroom__Program, n);
  g_autoptr (GPtrArray) list = g_ptr_array_sized_new (n);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      fill_program (&programs[i], self->found.programs[i], texts);
      g_ptr_array_add (list, &programs[i]);
    }
  found.request = self->found.request;
  found.n_programs = n;
  found.programs = (Headroom__Program **) list->pdata;
  found.n_more = self->found.n_more;

  return hr_message_pack (HEADROOM__FRAME__BODY_FOUND, &found);
}

/* Returns (transfer full, nullable) @self, of that type, as a frame. */
GBytes *
hr_message_encode_watch (const HrMessage *self)
{
  Headroom__Watch watch = HEADROOM__WATCH__INIT;

  watch.pid = self->watch.pid;
  watch.start_time = self->watch.start_time;
  watch.watched = (Headroom__Switch) self->watch.watched;

  return hr_message_pack (HEADROOM__FRAME__BODY_WATCH, &watch);
}

/* Returns (transfer full, nullable) @self, of that type, as a frame. */
GBytes *
hr_message_encode_refusal (const HrMessage *self)
{
  Headroom__Refusal refusal = HEADROOM__REFUSAL__INIT;
  g_autofree char  *reason = hr_message_text (self->refusal.reason, FALSE);

  refusal.pid = self->refusal.pid;
  refusal.reason = reason;

  return hr_message_pack (HEADROOM__FRAME__BODY_REFUSAL, &refusal);
}

static void
decode_found (const Headroom__Found *found,
              HrMessage             *out)
{
  out->type = HR_MESSAGE_FOUND;
  out->found.request = found->request;
  out->found.n_more = found->n_more;
  out->found.n_programs = (guint) found->n_programs;
  out->found.programs = g_new (HrProgram *, found->n_programs);

  for (gsize i = 0; i < found->n_programs; i++)
    {
      const Headroom__Program *program = found->programs[i];
      HrProgram                model = {
                       .pid = program->pid,
                       .start_time = program->start_time,
                       .name = program->name,
                       .command = program->command,
                       .user = program->user,
                       .resident_mb = program->resident_mb,
                       .instrumented = program->instrumented != 0,
                       .watched = program->watched != 0,
      };

      out->found.programs[i] = hr_program_copy (&model);
    }
}

/* Takes over what is asked about programs, and answered. Returns FALSE for any other body. */
gboolean
hr_message_decode_programs (const Headroom__Frame *frame,
                            HrMessage             *out)
{
  switch ((int) frame->body_case)
    {
    case HEADROOM__FRAME__BODY_SEARCH:
      out->type = HR_MESSAGE_SEARCH;
      out->search.request = frame->search->request;
      out->search.text = g_strdup (frame->search->text);
      out->search.limit = frame->search->limit;
      return TRUE;
    case HEADROOM__FRAME__BODY_FOUND:
      decode_found (frame->found, out);
      return TRUE;
    case HEADROOM__FRAME__BODY_WATCH:
      out->type = HR_MESSAGE_WATCH;
      out->watch.pid = frame->watch->pid;
      out->watch.start_time = frame->watch->start_time;
      out->watch.watched = (HrSwitch) frame->watch->watched;
      return TRUE;
    case HEADROOM__FRAME__BODY_REFUSAL:
      out->type = HR_MESSAGE_REFUSAL;
      out->refusal.pid = frame->refusal->pid;
      out->refusal.reason = g_strdup (frame->refusal->reason);
      return TRUE;
    default:
      return FALSE;
    }
}
