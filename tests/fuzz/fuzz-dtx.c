/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as what a phone says: cut as the first byte tells, they end the conversation by name or are answered. */

#include "engine/link/dtx/conversation.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message.h"

#include <math.h>

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check_sample (HrPhoneSample *sample,
              gpointer       user_data)
{
  g_assert_true (isnan (sample->total_cpu) || sample->total_cpu >= 0);
  for (guint i = 0; i < sample->n_processes; i++)
    g_assert_true (g_utf8_validate (sample->processes[i].name, -1, NULL));
  hr_phone_sample_free (sample);
}

/* The same bytes to the reader alone: every message can be read, whatever it is about. */
static void
read_messages (const guint8 *data,
               gsize         size)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  HrDtxMessage *message;

  if (!hr_dtx_reader_push (reader, data, size, NULL))
    return;

  while ((message = hr_dtx_reader_next (reader, NULL)) != NULL)
    {
      g_assert_cmpuint (message->arguments->len, <=, HR_DTX_MAX_ARGUMENTS);
      hr_value_free (hr_dtx_message_decode (message, NULL));
      g_bytes_unref (hr_dtx_message_encode (message));
      hr_dtx_message_free (message);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  gsize chunk = size > 0 ? 1 + data[0] : 1;
  g_autoptr (HrDtxConversation) conversation = hr_dtx_conversation_new (15, check_sample, NULL);
  g_autoptr (GError) error = NULL;

  if (size == 0)
    return 0;

  read_messages (data + 1, size - 1);
  for (gsize at = 1; at < size && error == NULL; at += chunk)
    {
      GBytes *output;

      if (!hr_dtx_conversation_push (conversation, data + at, MIN (chunk, size - at), &error))
        g_assert_true (error->domain == HR_INSTRUMENTS_ERROR);
      g_assert_cmpuint (hr_dtx_conversation_get_wanted (conversation), >, 0);
      output = hr_dtx_conversation_take_output (conversation);
      g_clear_pointer (&output, g_bytes_unref);
    }

  return 0;
}
