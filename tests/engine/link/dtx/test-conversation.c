/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/conversation.h"

#include "engine/link/dtx/archive.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message.h"
#include "tests/engine/link/dtx/value-text.h"

#include <math.h>
#include <string.h>

#define PREFIX "com.apple.instruments.server.services."

/* The other end, in the test's hands: what was said to it, and the channels that were opened there. */
typedef struct
{
  HrDtxConversation *conversation;
  HrDtxReader       *heard;
  GPtrArray         *calls;   /* char *, as they came */
  GPtrArray         *samples; /* HrPhoneSample */
  HrDtxMessage      *last;    /* that was heard */
  gint32             sysmontap;
  gint32             graphics;
  guint32            identifier;
  guint              n_acks;
  guint32            last_ack;
  const char        *refused; /* a service or selector, NULL for none */
  const char        *lacking; /* an attribute that processes do not have, NULL for none */
  guint              chunk;   /* bytes at a time; 0: all */
} Phone;

static void
free_sample (gpointer sample)
{
  hr_phone_sample_free (sample);
}

static void
keep_sample (HrPhoneSample *sample,
             gpointer       user_data)
{
  g_ptr_array_add (user_data, sample);
}

static void
phone_init (Phone *self,
            guint  major_version)
{
  *self = (Phone){ .heard = hr_dtx_reader_new () };
  self->calls = g_ptr_array_new_with_free_func (g_free);
  self->samples = g_ptr_array_new_with_free_func (free_sample);
  self->conversation = hr_dtx_conversation_new (major_version, keep_sample, self->samples);
}

static void
phone_clear (Phone *self)
{
  hr_dtx_conversation_free (self->conversation);
  hr_dtx_reader_free (self->heard);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->samples);
  hr_dtx_message_free (self->last);
}

static gboolean
phone_send_bytes (Phone        *self,
                  const guint8 *bytes,
                  gsize         size,
                  GError      **error)
{
  gsize    chunk = self->chunk > 0 ? self->chunk : size;
  gboolean good = TRUE;

  for (gsize at = 0; at < size && good; at += chunk)
    good = hr_dtx_conversation_push (self->conversation, bytes + at, MIN (chunk, size - at), error);

  return good;
}

/* Sends @message (transfer full) with @value (transfer full) (nullable) as its payload. */
static gboolean
phone_send (Phone        *self,
            HrDtxMessage *message,
            HrValue      *value,
            GError      **error)
{
  g_autoptr (HrDtxMessage) sent = message;
  g_autoptr (HrValue) payload = value;
  g_autoptr (GBytes) bytes = NULL;
  gsize         size;
  const guint8 *at;

  if (payload != NULL)
    sent->payload = hr_archive_encode (payload);
  bytes = hr_dtx_message_encode (sent);
  at = g_bytes_get_data (bytes, &size);

  return phone_send_bytes (self, at, size, error);
}

/* Answers what was heard last. */
static void
phone_answer (Phone    *self,
              HrDtxType type,
              HrValue  *value)
{
  HrDtxMessage *answer = hr_dtx_message_new_ack (self->last);
  g_autoptr (GError) error = NULL;

  answer->type = type;
  phone_send (self, answer, value, &error);
  g_assert_no_error (error);
}

static gboolean
phone_push (Phone    *self,
            gint32    channel,
            HrDtxType type,
            gboolean  expects_reply,
            HrValue  *value,
            GError  **error)
{
  HrDtxMessage *message = hr_dtx_message_new (type);

  message->identifier = ++self->identifier;
  message->channel = -channel;
  message->expects_reply = expects_reply;

  return phone_send (self, message, value, error);
}

static void
phone_greet (Phone *self)
{
  HrDtxMessage *call = hr_dtx_message_new_call ("_notifyOfPublishedCapabilities:");
  g_autoptr (HrValue) capabilities = hr_value_new_dictionary ();
  g_autoptr (GError) error = NULL;

  hr_value_set (capabilities, "com.apple.private.DTXConnection", hr_value_new_integer (1));
  hr_dtx_message_add_archive (call, capabilities);
  call->identifier = ++self->identifier;
  phone_send (self, call, NULL, &error);
  g_assert_no_error (error);
}

static char *
argument_text (const HrDtxArgument *argument)
{
  g_autoptr (HrValue) value = NULL;

  if (argument->type == HR_DTX_REAL)
    return g_strdup_printf ("%g", argument->real);
  if (argument->bytes == NULL)
    return g_strdup_printf ("%d", (int) argument->integer);

  value = hr_archive_decode (g_bytes_get_data (argument->bytes, NULL), g_bytes_get_size (argument->bytes), NULL);

  return value_to_text (value);
}

/* Notes a call as "channel selector argument...". Returns its selector with the last argument. */
static char *
note_call (Phone *self)
{
  g_autoptr (HrValue) selector = hr_dtx_message_decode (self->last, NULL);
  GString *text = g_string_new (NULL);
  GString *said = g_string_new (hr_value_get_text (selector));

  g_string_printf (text, "%d %s", self->last->channel, hr_value_get_text (selector));
  for (guint i = 0; i < self->last->arguments->len; i++)
    {
      g_autofree char *argument = argument_text (&g_array_index (self->last->arguments, HrDtxArgument, i));

      g_string_append_printf (text, " %s", argument);
      g_string_append_printf (said, " %s", argument);
    }
  g_ptr_array_add (self->calls, g_string_free (text, FALSE));

  return g_string_free (said, FALSE);
}

static HrValue *
make_texts (const char *first,
            ...) G_GNUC_NULL_TERMINATED;

static HrValue *
make_texts (const char *first,
            ...)
{
  HrValue *list = hr_value_new_array ();
  va_list  texts;

  va_start (texts, first);
  for (const char *text = first; text != NULL; text = va_arg (texts, const char *))
    hr_value_append (list, hr_value_new_string (text));
  va_end (texts);

  return list;
}

static HrValue *
make_error (const char *words)
{
  HrValue *error = hr_value_new_object ("NSError");
  HrValue *info = hr_value_new_dictionary ();

  hr_value_set (info, "NSLocalizedDescription", hr_value_new_string (words));
  hr_value_set (error, "NSCode", hr_value_new_integer (1));
  hr_value_set (error, "NSUserInfo", info);

  return error;
}

/* Does what was asked for. */
static void
phone_obey (Phone *self)
{
  g_autofree char *said = note_call (self);
  gint32           code = self->last->arguments->len > 0 ? (gint32) g_array_index (self->last->arguments, HrDtxArgument, 0).integer : 0;

  if (strstr (said, PREFIX "sysmontap") != NULL)
    self->sysmontap = code;
  if (strstr (said, PREFIX "graphics.opengl") != NULL)
    self->graphics = code;
  if (!self->last->expects_reply)
    return;

  if (self->refused != NULL && strstr (said, self->refused) != NULL)
    phone_answer (self, HR_DTX_ERROR, make_error ("not today"));
  else if (g_str_equal (said, "sysmonProcessAttributes"))
    phone_answer (self, HR_DTX_OBJECT,
                  self->lacking == NULL ? make_texts ("memVirtualSize", "physFootprint", "cpuUsage", "threadCount", "name", NULL)
                                        : make_texts ("name", "physFootprint", NULL));
  else if (g_str_equal (said, "sysmonSystemAttributes"))
    phone_answer (self, HR_DTX_OBJECT, make_texts ("physMemSize", "vmUsedCount", NULL));
  else
    phone_answer (self, HR_DTX_ACK, NULL);
}

/* Hears what waits in the output, and answers, until nothing more is said. */
static void
phone_listen (Phone *self)
{
  GBytes *output;

  while ((output = hr_dtx_conversation_take_output (self->conversation)) != NULL)
    {
      gsize         size;
      const guint8 *at = g_bytes_get_data (output, &size);

      g_assert_true (hr_dtx_reader_push (self->heard, at, size, NULL));
      g_bytes_unref (output);
      while (TRUE)
        {
          HrDtxMessage *message = hr_dtx_reader_next (self->heard, NULL);

          if (message == NULL)
            break;
          hr_dtx_message_free (self->last);
          self->last = message;
          if (message->type == HR_DTX_CALL)
            phone_obey (self);
          else
            {
              self->n_acks++;
              self->last_ack = message->identifier;
            }
        }
    }
}

static void
phone_start (Phone *self)
{
  phone_listen (self);
  phone_greet (self);
  phone_listen (self);
}

/* A row of a process in the order that is asked for: name, cpuUsage, physFootprint. @cpu: NaN for NSNull. */
static HrValue *
make_row (const char *name,
          double      cpu,
          gint64      footprint)
{
  HrValue *row = hr_value_new_array ();

  hr_value_append (row, hr_value_new_string (name));
  hr_value_append (row, isnan (cpu) ? hr_value_new_object ("NSNull") : hr_value_new_real (cpu));
  hr_value_append (row, hr_value_new_integer (footprint));

  return row;
}

static HrValue *
make_sysmontap (double load,
                double cpu)
{
  HrValue *list = hr_value_new_array ();
  HrValue *whole = hr_value_new_dictionary ();
  HrValue *usage = hr_value_new_dictionary ();
  HrValue *part = hr_value_new_dictionary ();
  HrValue *processes = hr_value_new_dictionary ();

  hr_value_set (usage, "CPU_UserLoad", hr_value_new_real (-1));
  hr_value_set (usage, "CPU_TotalLoad", hr_value_new_real (load));
  hr_value_set (whole, "CPUCount", hr_value_new_integer (6));
  hr_value_set (whole, "EnabledCPUs", hr_value_new_integer (4));
  hr_value_set (whole, "SystemCPUUsage", usage);
  hr_value_insert (processes, hr_value_new_integer (1), make_row ("launchd", cpu / 10, 5000000));
  hr_value_insert (processes, hr_value_new_integer (612), make_row ("Ranker", cpu, 180000000));
  hr_value_set (part, "Processes", processes);
  hr_value_append (list, whole);
  hr_value_append (list, part);

  return list;
}

static HrValue *
make_tap (const char *class_name,
          gint64      k)
{
  HrValue *message = hr_value_new_object (class_name);
  HrValue *list = hr_value_new_dictionary ();

  hr_value_set (list, "k", hr_value_new_integer (k));
  hr_value_set (message, "DTTapMessagePlist", list);

  return message;
}

static HrValue *
make_graphics (gint64 frames)
{
  HrValue *counters = hr_value_new_dictionary ();

  hr_value_set (counters, "CoreAnimationFramesPerSecond", hr_value_new_integer (frames));
  hr_value_set (counters, "Device Utilization %", hr_value_new_integer (37));
  hr_value_set (counters, "Renderer Utilization %", hr_value_new_integer (30));
  hr_value_set (counters, "Tiler Utilization %", hr_value_new_integer (200));

  return counters;
}

static const HrPhoneSample *
sample_at (const Phone *phone,
           guint        index)
{
  g_assert_cmpuint (index, <, phone->samples->len);

  return g_ptr_array_index (phone->samples, index);
}

static void
test_it_asks_for_little_and_in_order (void)
{
  static const char *const said[] = {
    "0 _notifyOfPublishedCapabilities: {'com.apple.private.DTXBlockCompression': 0, 'com.apple.private.DTXConnection': 1}",
    "0 _requestChannelWithCode:identifier: 2 '" PREFIX "deviceinfo'",
    "0 _requestChannelWithCode:identifier: 1 '" PREFIX "graphics.opengl'",
    "0 _requestChannelWithCode:identifier: 3 '" PREFIX "sysmontap'",
    "1 startSamplingAtTimeInterval: 0",
    "2 sysmonProcessAttributes",
    "2 sysmonSystemAttributes",
    ("3 setConfig: {'ur': 1000, 'bm': 0, 'cpuUsage': yes, 'physFootprint': yes, 'sampleInterval': 1000000000, "
     "'procAttrs': ['name', 'cpuUsage', 'physFootprint'], 'sysAttrs': ['physMemSize']}"),
    "3 start",
  };
  Phone phone;

  phone_init (&phone, 15);
  phone_listen (&phone);
  g_assert_cmpuint (phone.calls->len, ==, 1);
  g_assert_false (hr_dtx_conversation_is_greeted (phone.conversation));

  phone_greet (&phone);
  phone_listen (&phone);
  g_assert_true (hr_dtx_conversation_is_greeted (phone.conversation));
  g_assert_cmpuint (phone.calls->len, ==, G_N_ELEMENTS (said));
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    g_assert_cmpstr (g_ptr_array_index (phone.calls, i), ==, said[i]);
  phone_clear (&phone);
}

static void
test_samples_are_what_the_phone_told (void)
{
  Phone                phone;
  const HrPhoneSample *sample;

  phone_init (&phone, 15);
  phone_start (&phone);
  phone_push (&phone, phone.sysmontap, HR_DTX_OBJECT, FALSE, make_tap ("DTSysmonTapMessage", 0), NULL);
  phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, make_sysmontap (150, NAN), NULL);
  phone_push (&phone, phone.sysmontap, HR_DTX_OBJECT, FALSE, make_tap ("DTTapHeartbeatMessage", 8), NULL);
  phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, make_sysmontap (250, 120), NULL);

  g_assert_cmpuint (phone.samples->len, ==, 2);
  sample = sample_at (&phone, 0);
  g_assert_cmpfloat (sample->total_cpu, ==, 1.5);
  g_assert_cmpuint (sample->n_cores, ==, 4);
  g_assert_cmpuint (sample->n_processes, ==, 2);
  g_assert_cmpuint (sample->processes[1].pid, ==, 612);
  g_assert_cmpstr (sample->processes[1].name, ==, "Ranker");
  g_assert_true (isnan (sample->processes[1].cpu));
  g_assert_cmpfloat (sample->processes[1].footprint_mb, ==, 180);
  g_assert_true (isnan (sample->frames_per_second));

  sample = sample_at (&phone, 1);
  g_assert_cmpfloat (sample->total_cpu, ==, 2.5);
  g_assert_cmpfloat_with_epsilon (sample->processes[1].cpu, 1.2, 1e-12);
  phone_clear (&phone);
}

/* Before iOS 14 a process's load came as a fortieth; the load of all came as it does today. */
static void
test_loads_of_old_phones_are_forty_times_as_much (void)
{
  Phone phone;

  phone_init (&phone, 13);
  phone_start (&phone);
  phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, make_sysmontap (150, 2), NULL);

  g_assert_cmpfloat_with_epsilon (sample_at (&phone, 0)->processes[1].cpu, 0.8, 1e-12);
  g_assert_cmpfloat (sample_at (&phone, 0)->total_cpu, ==, 1.5);
  phone_clear (&phone);
}

static void
test_graphics_are_acknowledged (void)
{
  Phone phone;

  phone_init (&phone, 15);
  phone_start (&phone);
  for (gint64 i = 0; i < 3; i++)
    {
      phone_push (&phone, phone.graphics, HR_DTX_OBJECT, TRUE, make_graphics (57 + i), NULL);
      phone_listen (&phone);
      g_assert_cmpuint (phone.n_acks, ==, i + 1);
      g_assert_cmpuint (phone.last_ack, ==, phone.identifier);
      g_assert_cmpint (phone.last->channel, ==, -phone.graphics);
      g_assert_cmpuint (phone.last->conversation, ==, 1);
    }

  g_assert_cmpuint (phone.samples->len, ==, 3);
  g_assert_cmpfloat (sample_at (&phone, 2)->frames_per_second, ==, 59);
  g_assert_cmpfloat (sample_at (&phone, 2)->device_utilization, ==, 0.37);
  g_assert_cmpfloat (sample_at (&phone, 2)->renderer_utilization, ==, 0.3);
  g_assert_true (isnan (sample_at (&phone, 2)->tiler_utilization));
  g_assert_true (isnan (sample_at (&phone, 2)->total_cpu));
  phone_clear (&phone);
}

static void
test_it_understands_whatever_way_bytes_are_cut (void)
{
  for (guint chunk = 1; chunk < 70; chunk++)
    {
      Phone phone;

      phone_init (&phone, 15);
      phone.chunk = chunk;
      phone_start (&phone);
      phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, make_sysmontap (150, 100), NULL);
      phone_push (&phone, phone.graphics, HR_DTX_OBJECT, TRUE, make_graphics (60), NULL);
      g_assert_cmpuint (phone.samples->len, ==, 2);
      phone_clear (&phone);
    }
}

static void
test_attributes_that_a_phone_lacks_are_not_asked_for (void)
{
  Phone    phone;
  HrValue *list = hr_value_new_array ();
  HrValue *part = hr_value_new_dictionary ();
  HrValue *processes = hr_value_new_dictionary ();
  HrValue *row = hr_value_new_array ();

  phone_init (&phone, 15);
  phone.lacking = "cpuUsage";
  phone_start (&phone);
  g_assert_nonnull (strstr (g_ptr_array_index (phone.calls, 7), "'procAttrs': ['name', 'physFootprint']"));

  hr_value_append (row, hr_value_new_string ("Ranker"));
  hr_value_append (row, hr_value_new_integer (7000000));
  hr_value_insert (processes, hr_value_new_integer (612), row);
  hr_value_set (part, "Processes", processes);
  hr_value_append (list, part);
  phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, list, NULL);

  g_assert_true (isnan (sample_at (&phone, 0)->processes[0].cpu));
  g_assert_true (isnan (sample_at (&phone, 0)->total_cpu));
  g_assert_cmpfloat (sample_at (&phone, 0)->processes[0].footprint_mb, ==, 7);
  phone_clear (&phone);
}

/* Rows that are cut, of other types, or about no number: what can be read is, and nothing is invented. */
static void
test_figures_that_are_none_are_not_told (void)
{
  Phone    phone;
  HrValue *list = make_sysmontap (-1, -3);
  HrValue *part = g_ptr_array_index (list->items, 1);
  HrValue *processes = g_ptr_array_index (part->items, 0);
  HrValue *row = hr_value_new_array ();

  hr_value_append (row, hr_value_new_string ("cut"));
  hr_value_insert (processes, hr_value_new_integer (7), row);
  hr_value_insert (processes, hr_value_new_string ("pid"), make_row ("keyed by text", 1, 1));
  hr_value_insert (processes, hr_value_new_integer (-4), make_row ("below 0", 1, 1));
  hr_value_insert (processes, hr_value_new_integer (8), hr_value_new_string ("no row"));

  phone_init (&phone, 15);
  phone_start (&phone);
  phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, list, NULL);

  g_assert_true (isnan (sample_at (&phone, 0)->total_cpu));
  g_assert_cmpuint (sample_at (&phone, 0)->n_processes, ==, 3);
  g_assert_true (isnan (sample_at (&phone, 0)->processes[1].cpu));
  g_assert_cmpstr (sample_at (&phone, 0)->processes[2].name, ==, "cut");
  g_assert_true (isnan (sample_at (&phone, 0)->processes[2].footprint_mb));
  phone_clear (&phone);
}

/* Which figures are missing is told once, in the phone's words, and the others come. */
static void
test_one_refused_service_leaves_the_other (gconstpointer refused)
{
  gboolean             graphics = g_str_equal (refused, "graphics");
  Phone                phone;
  const HrPhoneSample *sample;

  phone_init (&phone, 15);
  phone.refused = refused;
  phone_start (&phone);
  if (graphics)
    phone_push (&phone, phone.sysmontap, HR_DTX_DATA, FALSE, make_sysmontap (150, 100), NULL);
  else
    phone_push (&phone, phone.graphics, HR_DTX_OBJECT, TRUE, make_graphics (60), NULL);

  g_assert_cmpuint (phone.samples->len, ==, 2);
  sample = sample_at (&phone, 0);
  g_assert_nonnull (strstr (sample->refused, graphics ? "frame rate" : "processes"));
  g_assert_nonnull (strstr (sample->refused, "not today"));
  g_assert_true (isnan (sample->total_cpu) && isnan (sample->frames_per_second));
  sample = sample_at (&phone, 1);
  g_assert_null (sample->refused);
  g_assert_true (isnan (sample->total_cpu) == !graphics && isnan (sample->frames_per_second) == graphics);
  phone_clear (&phone);
}

/* What the phone says of its refusal stands in the error. */
static void
test_a_phone_that_refuses_both_ends_it (void)
{
  Phone         phone;
  HrDtxMessage *answer;
  g_autoptr (GError) error = NULL;

  phone_init (&phone, 15);
  phone.refused = "graphics";
  phone_start (&phone);
  g_assert_cmpstr (g_ptr_array_index (phone.calls, phone.calls->len - 1), ==, "3 start");

  /* The last that it asked for is refused too. */
  answer = hr_dtx_message_new (HR_DTX_ERROR);
  answer->identifier = phone.last->identifier;
  answer->conversation = 1;
  answer->channel = phone.sysmontap;
  phone_send (&phone, answer, make_error ("not today"), &error);
  g_assert_no_error (error);
  phone_clear (&phone);

  phone_init (&phone, 15);
  phone_listen (&phone);
  phone_greet (&phone);
  for (guint32 identifier = 2; identifier <= 3; identifier++)
    {
      g_assert_no_error (error);
      answer = hr_dtx_message_new (HR_DTX_ERROR);
      answer->identifier = identifier;
      answer->conversation = 1;
      phone_send (&phone, answer, make_error ("not today"), &error);
    }
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "not today"));
  phone_clear (&phone);
}

static void
test_a_channel_that_the_phone_closes_ends_it (void)
{
  Phone         phone;
  HrDtxMessage *call = hr_dtx_message_new_call ("_channelCanceled:");
  g_autoptr (GError) error = NULL;

  phone_init (&phone, 15);
  phone_start (&phone);
  hr_dtx_message_add_int32 (call, phone.sysmontap);
  phone_send (&phone, call, NULL, &error);

  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED);
  phone_clear (&phone);
}

/* What is wrong with one link is nothing to another. */
static void
test_garbage_ends_its_own_link_alone (void)
{
  Phone  bad, good;
  guint8 garbage[64];
  g_autoptr (GError) error = NULL;

  memset (garbage, 0xa5, sizeof garbage);
  phone_init (&bad, 15);
  phone_init (&good, 15);
  phone_start (&bad);
  phone_start (&good);
  g_assert_false (phone_send_bytes (&bad, garbage, sizeof garbage, &error));
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL);

  g_assert_true (phone_push (&good, good.graphics, HR_DTX_OBJECT, TRUE, make_graphics (60), NULL));
  g_assert_cmpuint (good.samples->len, ==, 1);
  phone_clear (&bad);
  phone_clear (&good);
}

static void
test_a_compressed_sample_is_refused_by_name (void)
{
  Phone phone;
  g_autoptr (GError) error = NULL;

  phone_init (&phone, 15);
  phone_start (&phone);
  g_assert_false (phone_push (&phone, phone.sysmontap, HR_DTX_COMPRESSED, FALSE, make_sysmontap (150, 1), &error));

  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_COMPRESSED);
  g_assert_cmpuint (phone.samples->len, ==, 0);
  phone_clear (&phone);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conversation/order", test_it_asks_for_little_and_in_order);
  g_test_add_func ("/conversation/samples", test_samples_are_what_the_phone_told);
  g_test_add_func ("/conversation/old-phones", test_loads_of_old_phones_are_forty_times_as_much);
  g_test_add_func ("/conversation/graphics", test_graphics_are_acknowledged);
  g_test_add_func ("/conversation/cut-anywhere", test_it_understands_whatever_way_bytes_are_cut);
  g_test_add_func ("/conversation/lacking", test_attributes_that_a_phone_lacks_are_not_asked_for);
  g_test_add_func ("/conversation/no-figures", test_figures_that_are_none_are_not_told);
  g_test_add_data_func ("/conversation/without-graphics", "graphics", test_one_refused_service_leaves_the_other);
  g_test_add_data_func ("/conversation/without-sysmontap", "sysmontap", test_one_refused_service_leaves_the_other);
  g_test_add_func ("/conversation/refused", test_a_phone_that_refuses_both_ends_it);
  g_test_add_func ("/conversation/closed", test_a_channel_that_the_phone_closes_ends_it);
  g_test_add_func ("/conversation/garbage", test_garbage_ends_its_own_link_alone);
  g_test_add_func ("/conversation/compressed", test_a_compressed_sample_is_refused_by_name);

  return g_test_run ();
}
