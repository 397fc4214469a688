/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/conversation.h"

#include "engine/base/units.h"
#include "engine/link/dtx/archive.h"
#include "engine/link/dtx/figures.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message.h"

/* How often samples are asked for; phones take their time all the same. */
#define INTERVAL_MS 1000

/* The channels that we open, by the numbers we give them; 0 is the connection itself. */
enum
{
  CHANNEL_GRAPHICS = 1,
  CHANNEL_DEVICE_INFO,
  CHANNEL_SYSMONTAP,
  N_CHANNELS
};

static const char *const services[N_CHANNELS] = {
  [CHANNEL_GRAPHICS] = "com.apple.instruments.server.services.graphics.opengl",
  [CHANNEL_DEVICE_INFO] = "com.apple.instruments.server.services.deviceinfo",
  [CHANNEL_SYSMONTAP] = "com.apple.instruments.server.services.sysmontap",
};

/* What is asked of the phone, one after the other on each way: deviceinfo says what sysmontap can be asked for. */
typedef enum
{
  STEP_NONE,
  STEP_OPEN_DEVICE_INFO,
  STEP_PROCESS_ATTRIBUTES,
  STEP_SYSTEM_ATTRIBUTES,
  STEP_OPEN_SYSMONTAP,
  STEP_CONFIGURE,
  STEP_START_SYSMONTAP,
  STEP_OPEN_GRAPHICS,
  STEP_START_GRAPHICS,
  N_STEPS
} Step;

struct _HrDtxConversation
{
  HrPhoneSampleFunc func;
  gpointer          user_data;

  HrDtxReader *reader;
  GByteArray  *output;
  guint32      identifier;     /* of what we said last */
  guint32      asked[N_STEPS]; /* what each step was asked with; 0: nothing waits for its answer */
  gboolean     greeted;        /* the phone told its capabilities */
  gboolean     refused[N_CHANNELS];

  HrPhoneRows rows;
  HrValue    *process_attributes; /* that we ask for; NULL: not known yet */
};

static void
queue (HrDtxConversation  *self,
       const HrDtxMessage *message)
{
  g_autoptr (GBytes) bytes = hr_dtx_message_encode (message);
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (self->output, data, (guint) size);
}

/* Says @call (transfer full) on @channel. With a step, an answer is wanted. */
static void
say (HrDtxConversation *self,
     gint32             channel,
     Step               step,
     HrDtxMessage      *call)
{
  call->identifier = ++self->identifier;
  call->channel = channel;
  call->expects_reply = step != STEP_NONE;
  self->asked[step] = call->identifier;
  queue (self, call);
  hr_dtx_message_free (call);
}

/* What we understand: blocks of compressed messages are not among it. */
static void
greet (HrDtxConversation *self)
{
  g_autoptr (HrValue) capabilities = hr_value_new_dictionary ();
  HrDtxMessage *call = hr_dtx_message_new_call ("_notifyOfPublishedCapabilities:");

  hr_value_set (capabilities, "com.apple.private.DTXBlockCompression", hr_value_new_integer (0));
  hr_value_set (capabilities, "com.apple.private.DTXConnection", hr_value_new_integer (1));
  hr_dtx_message_add_archive (call, capabilities);
  say (self, 0, STEP_NONE, call);
}

/* Begins a conversation with a phone of iOS @major_version: the greeting waits in the output. @func is called with each sample, from
 * within hr_dtx_conversation_push ().
 *
 * Returns: (transfer full) */
HrDtxConversation *
hr_dtx_conversation_new (guint             major_version,
                         HrPhoneSampleFunc func,
                         gpointer          user_data)
{
  HrDtxConversation *self = g_new0 (HrDtxConversation, 1);

  self->func = func;
  self->user_data = user_data;
  self->reader = hr_dtx_reader_new ();
  self->output = g_byte_array_new ();
  hr_phone_rows_init (&self->rows, major_version);
  greet (self);

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_dtx_conversation_free (HrDtxConversation *self)
{
  if (self == NULL)
    return;

  hr_dtx_reader_free (self->reader);
  g_byte_array_unref (self->output);
  hr_value_free (self->process_attributes);
  g_free (self);
}

static void
open_channel (HrDtxConversation *self,
              gint32             channel,
              Step               step)
{
  g_autoptr (HrValue) service = hr_value_new_string (services[channel]);
  HrDtxMessage *call = hr_dtx_message_new_call ("_requestChannelWithCode:identifier:");

  hr_dtx_message_add_int32 (call, channel);
  hr_dtx_message_add_archive (call, service);
  say (self, 0, step, call);
}

/* @offered: the attributes of the whole phone; one is asked for, as nobody has seen what a phone makes of none. */
static void
configure (HrDtxConversation *self,
           const HrValue     *offered)
{
  g_autoptr (HrValue) config = hr_value_new_dictionary ();
  HrValue      *system_attributes = hr_value_new_array ();
  HrDtxMessage *call = hr_dtx_message_new_call ("setConfig:");
  const char   *first = hr_value_get_text (hr_value_get_item (offered, 0));

  if (first != NULL)
    hr_value_append (system_attributes, hr_value_new_string (first));

  hr_value_set (config, "ur", hr_value_new_integer (INTERVAL_MS));
  hr_value_set (config, "bm", hr_value_new_integer (0));
  hr_value_set (config, "cpuUsage", hr_value_new_boolean (TRUE));
  hr_value_set (config, "physFootprint", hr_value_new_boolean (TRUE));
  hr_value_set (config, "sampleInterval", hr_value_new_integer (INTERVAL_MS * HR_NS_PER_MS));
  hr_value_set (config, "procAttrs", g_steal_pointer (&self->process_attributes));
  hr_value_set (config, "sysAttrs", system_attributes);
  hr_dtx_message_add_archive (call, config);
  say (self, CHANNEL_SYSMONTAP, STEP_CONFIGURE, call);
}

static void
start_graphics (HrDtxConversation *self)
{
  HrDtxMessage *call = hr_dtx_message_new_call ("startSamplingAtTimeInterval:");

  /* At its own pace, which is once a second. */
  hr_dtx_message_add_real (call, 0);
  say (self, CHANNEL_GRAPHICS, STEP_START_GRAPHICS, call);
}

/* Goes on after @step, which the phone answered with @answer. What is asked of sysmontap follows from both of deviceinfo's answers, and
 * its channel is asked for before them, so that it is open by then or refused. */
static void
go_on (HrDtxConversation *self,
       Step               step,
       const HrValue     *answer)
{
  switch (step)
    {
    case STEP_OPEN_DEVICE_INFO:
      open_channel (self, CHANNEL_SYSMONTAP, STEP_OPEN_SYSMONTAP);
      break;
    case STEP_OPEN_SYSMONTAP:
      say (self, CHANNEL_DEVICE_INFO, STEP_PROCESS_ATTRIBUTES, hr_dtx_message_new_call ("sysmonProcessAttributes"));
      break;
    case STEP_PROCESS_ATTRIBUTES:
      self->process_attributes = hr_phone_rows_choose (&self->rows, answer);
      say (self, CHANNEL_DEVICE_INFO, STEP_SYSTEM_ATTRIBUTES, hr_dtx_message_new_call ("sysmonSystemAttributes"));
      break;
    case STEP_SYSTEM_ATTRIBUTES:
      configure (self, answer);
      break;
    case STEP_CONFIGURE:
      say (self, CHANNEL_SYSMONTAP, STEP_START_SYSMONTAP, hr_dtx_message_new_call ("start"));
      break;
    case STEP_OPEN_GRAPHICS:
      start_graphics (self);
      break;
    case STEP_NONE:
    case STEP_START_SYSMONTAP:
    case STEP_START_GRAPHICS:
    case N_STEPS:
    default:
      break;
    }
}

/* What an NSError says, or that nothing was said. */
static const char *
words_of_error (const HrValue *error)
{
  const char *words = hr_value_get_text (hr_value_get (hr_value_get (error, "NSUserInfo"), "NSLocalizedDescription"));

  if (words == NULL)
    words = hr_value_get_text (hr_value_get (error, "NSDomain"));

  return words != NULL ? words : "it did not say why";
}

/* One kind of figures may be missing, which is told; without both there is nothing to stay for. */
static gboolean
refuse (HrDtxConversation *self,
        Step               step,
        const HrValue     *answer,
        GError           **error)
{
  gboolean       graphics = step >= STEP_OPEN_GRAPHICS;
  HrPhoneSample *sample;

  self->refused[graphics ? CHANNEL_GRAPHICS : CHANNEL_SYSMONTAP] = TRUE;
  if (self->refused[CHANNEL_GRAPHICS] && self->refused[CHANNEL_SYSMONTAP])
    {
      g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL, "The phone refuses to measure: %s", words_of_error (answer));
      return FALSE;
    }

  sample = hr_phone_sample_new (0);
  sample->refused = g_strdup_printf ("The phone does not tell its %s: %s", graphics ? "frame rate and graphics load" : "load and processes",
                                     words_of_error (answer));
  self->func (sample, self->user_data);

  return TRUE;
}

static gboolean
handle_answer (HrDtxConversation  *self,
               const HrDtxMessage *message,
               GError            **error)
{
  g_autoptr (HrValue) answer = NULL;
  Step step = STEP_NONE + 1;

  while (step < N_STEPS && (self->asked[step] == 0 || self->asked[step] != message->identifier))
    step++;
  if (step == N_STEPS)
    return TRUE;

  answer = hr_dtx_message_decode (message, error);
  if (answer == NULL)
    return FALSE;

  self->asked[step] = 0;
  if (message->type == HR_DTX_ERROR)
    return refuse (self, step, answer, error);
  go_on (self, step, answer);

  return TRUE;
}

/* A second program that measures makes the phone drop the first. */
static gboolean
handle_cancel (const HrDtxMessage *message,
               GError            **error)
{
  gint64 channel = message->arguments->len > 0 ? g_array_index (message->arguments, HrDtxArgument, 0).integer : 0;

  if (ABS (channel) != CHANNEL_SYSMONTAP && ABS (channel) != CHANNEL_GRAPHICS)
    return TRUE;

  g_set_error_literal (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED,
                       "The phone stopped measuring; another program may have asked it for the same");

  return FALSE;
}

/* What concerns the connection itself. */
static gboolean
handle_call (HrDtxConversation  *self,
             const HrDtxMessage *message,
             GError            **error)
{
  g_autoptr (HrValue) selector = hr_dtx_message_decode (message, error);

  if (selector == NULL)
    return FALSE;
  if (g_strcmp0 (hr_value_get_text (selector), "_channelCanceled:") == 0)
    return handle_cancel (message, error);

  if (!self->greeted && g_strcmp0 (hr_value_get_text (selector), "_notifyOfPublishedCapabilities:") == 0)
    {
      self->greeted = TRUE;
      open_channel (self, CHANNEL_DEVICE_INFO, STEP_OPEN_DEVICE_INFO);
      open_channel (self, CHANNEL_GRAPHICS, STEP_OPEN_GRAPHICS);
    }

  return TRUE;
}

static gboolean
handle_push (HrDtxConversation  *self,
             const HrDtxMessage *message,
             GError            **error)
{
  gint32 channel = hr_dtx_message_get_channel (message);
  g_autoptr (HrValue) value = NULL;
  HrPhoneSample *sample;

  if (channel != CHANNEL_SYSMONTAP && channel != CHANNEL_GRAPHICS)
    return TRUE;

  value = hr_dtx_message_decode (message, error);
  if (value == NULL)
    return FALSE;

  sample = channel == CHANNEL_SYSMONTAP ? hr_phone_sample_from_sysmontap (&self->rows, value) : hr_phone_sample_from_graphics (value);
  if (sample != NULL)
    self->func (sample, self->user_data);

  return TRUE;
}

static gboolean
handle (HrDtxConversation  *self,
        const HrDtxMessage *message,
        GError            **error)
{
  if (hr_dtx_message_is_answer (message))
    return handle_answer (self, message, error);

  /* A phone that waits for an answer sends no further figures. */
  if (message->expects_reply)
    {
      g_autoptr (HrDtxMessage) ack = hr_dtx_message_new_ack (message);

      queue (self, ack);
    }

  return message->channel == 0 && message->type == HR_DTX_CALL ? handle_call (self, message, error) : handle_push (self, message, error);
}

/* Takes @size bytes that the phone sent, at most what hr_dtx_conversation_get_wanted () says or 1 MiB. Returns FALSE with an error of
 * HR_INSTRUMENTS_ERROR, which ends the conversation. */
gboolean
hr_dtx_conversation_push (HrDtxConversation *self,
                          const guint8      *bytes,
                          gsize              size,
                          GError           **error)
{
  g_autoptr (GError) failure = NULL;

  if (!hr_dtx_reader_push (self->reader, bytes, size, error))
    return FALSE;

  while (failure == NULL)
    {
      g_autoptr (HrDtxMessage) message = hr_dtx_reader_next (self->reader, &failure);

      if (message == NULL)
        break;
      handle (self, message, &failure);
    }
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* Returns: (transfer full): what it means that the phone's bytes end here, HR_INSTRUMENTS_ERROR_CLOSED. */
GError *
hr_dtx_conversation_end (const HrDtxConversation *self)
{
  return hr_dtx_reader_end (self->reader);
}

/* Returns how many bytes can be asked for without waiting for more than the message that has begun. */
gsize
hr_dtx_conversation_get_wanted (const HrDtxConversation *self)
{
  return hr_dtx_reader_get_wanted (self->reader);
}

/* Returns whether the phone has shown itself to be one, by its capabilities. */
gboolean
hr_dtx_conversation_is_greeted (const HrDtxConversation *self)
{
  return self->greeted;
}

/* Returns: (transfer full) (nullable): what is to be sent to the phone now; NULL for nothing. */
GBytes *
hr_dtx_conversation_take_output (HrDtxConversation *self)
{
  GBytes *bytes;

  if (self->output->len == 0)
    return NULL;

  bytes = g_bytes_new (self->output->data, self->output->len);
  g_byte_array_set_size (self->output, 0);

  return bytes;
}
