/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/device.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  HR_QUESTION_ASK,
  HR_QUESTION_PAIR,
  HR_N_QUESTIONS
} HrQuestion;

/* Asks a device, for as long as that takes. Runs in a thread of its own. */
typedef HrDevice *(*HrQuestionFunc) (const char *udid,
                                     HrQuestion  question);

/* Questions to devices, in a bounded number of threads: one at a time to each device, and none waited for longer than a limit. A question that
 * never ends keeps its thread, and its device cannot be asked anything else meanwhile; the others can. */
typedef struct _HrQuestions HrQuestions;

HrQuestions *hr_questions_new (HrQuestionFunc func,
                               guint          n_threads,
                               guint          limit_ms) G_GNUC_WARN_UNUSED_RESULT;
void         hr_questions_free (HrQuestions *self);

void      hr_questions_ask_async (HrQuestions        *self,
                                  const char         *udid,
                                  HrQuestion          question,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
HrDevice *hr_questions_ask_finish (GAsyncResult *result,
                                   GError      **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
