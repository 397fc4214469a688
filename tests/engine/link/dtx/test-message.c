/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/message.h"

#include "engine/link/dtx/archive.h"
#include "engine/link/dtx/instruments.h"

#include <string.h>

#define MAGIC 0x1f3d5b79u

static void
put_u32 (GByteArray *out,
         guint64     number)
{
  guint32 little = GUINT32_TO_LE ((guint32) number);

  g_byte_array_append (out, (const guint8 *) &little, 4);
}

/* A fragment's header, with @surplus bytes that nobody knows. */
static void
put_header (GByteArray *out,
            guint       index,
            guint       count,
            guint32     length,
            guint32     identifier,
            guint       surplus)
{
  put_u32 (out, MAGIC);
  put_u32 (out, 32 + surplus);
  put_u32 (out, index | count << 16);
  put_u32 (out, length);
  put_u32 (out, identifier);
  put_u32 (out, 0);
  put_u32 (out, (guint32) -1);
  put_u32 (out, 1);
  for (guint i = 0; i < surplus; i++)
    g_byte_array_append (out, (const guint8 *) "?", 1);
}

/* The body of a message of @type whose payload is @size times @byte. */
static GByteArray *
make_body (guint32 type,
           guint8  byte,
           guint   size)
{
  GByteArray *body = g_byte_array_new ();

  put_u32 (body, type);
  put_u32 (body, 0);
  put_u32 (body, size);
  put_u32 (body, 0);
  for (guint i = 0; i < size; i++)
    g_byte_array_append (body, &byte, 1);

  return body;
}

static HrDtxMessage *
read_all (HrDtxReader *reader,
          GByteArray  *bytes,
          GError     **error)
{
  return hr_dtx_reader_push (reader, bytes->data, bytes->len, error) ? hr_dtx_reader_next (reader, error) : NULL;
}

/* Refused by name, for a reason that holds @word. */
static void
assert_refused (GByteArray *bytes,
                const char *word)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GError) error = NULL;
  HrDtxMessage *message = read_all (reader, bytes, &error);

  g_assert_null (message);
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL);
  if (strstr (error->message, word) == NULL)
    g_error ("\"%s\" does not speak of \"%s\"", error->message, word);
}

static HrDtxMessage *
make_call (void)
{
  HrDtxMessage *message = hr_dtx_message_new_call ("setConfig:");
  g_autoptr (HrValue) value = hr_value_new_string ("config");

  message->identifier = 7;
  message->channel = 3;
  message->expects_reply = TRUE;
  hr_dtx_message_add_int32 (message, -5);
  hr_dtx_message_add_archive (message, value);
  hr_dtx_message_add_real (message, 0.5);

  return message;
}

static void
check_call (const HrDtxMessage *message)
{
  g_autoptr (HrValue) selector = hr_dtx_message_decode (message, NULL);
  const HrDtxArgument *arguments = (const HrDtxArgument *) (const void *) message->arguments->data;
  g_autoptr (HrValue) value = NULL;

  g_assert_cmpint (message->type, ==, HR_DTX_CALL);
  g_assert_cmpuint (message->identifier, ==, 7);
  g_assert_cmpuint (message->conversation, ==, 0);
  g_assert_cmpint (message->channel, ==, 3);
  g_assert_true (message->expects_reply);
  g_assert_cmpstr (hr_value_get_text (selector), ==, "setConfig:");
  g_assert_cmpuint (message->arguments->len, ==, 3);
  g_assert_cmpint (arguments[0].integer, ==, -5);
  value = hr_archive_decode (g_bytes_get_data (arguments[1].bytes, NULL), g_bytes_get_size (arguments[1].bytes), NULL);
  g_assert_cmpstr (hr_value_get_text (value), ==, "config");
  g_assert_cmpfloat (arguments[2].real, ==, 0.5);
}

/* Two calls, cut after @data bytes each time. */
static void
test_a_stream_may_be_cut_anywhere (void)
{
  g_autoptr (HrDtxMessage) call = make_call ();
  g_autoptr (GBytes) bytes = hr_dtx_message_encode (call);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  gsize         size;
  gconstpointer at = g_bytes_get_data (bytes, &size);

  g_byte_array_append (stream, at, (guint) size);
  g_byte_array_append (stream, at, (guint) size);
  for (guint chunk = 1; chunk <= stream->len; chunk++)
    {
      g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
      guint n = 0;

      for (guint i = 0; i < stream->len; i += chunk)
        {
          HrDtxMessage *message;

          g_assert_true (hr_dtx_reader_push (reader, stream->data + i, MIN (chunk, stream->len - i), NULL));
          while ((message = hr_dtx_reader_next (reader, NULL)) != NULL)
            {
              check_call (message);
              hr_dtx_message_free (message);
              n++;
            }
        }
      g_assert_cmpuint (n, ==, 2);
    }
}

/* Whoever reads what is wanted gets whole messages, and never waits for what is behind them. */
static void
test_what_is_wanted_ends_with_a_message (void)
{
  g_autoptr (HrDtxMessage) call = make_call ();
  g_autoptr (GBytes) bytes = hr_dtx_message_encode (call);
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  const guint8 *at = g_bytes_get_data (bytes, NULL);
  gsize         first = hr_dtx_reader_get_wanted (reader);
  g_autoptr (HrDtxMessage) nothing = NULL;
  g_autoptr (HrDtxMessage) message = NULL;

  g_assert_cmpuint (first, ==, 32);
  g_assert_true (hr_dtx_reader_push (reader, at, first, NULL));
  nothing = hr_dtx_reader_next (reader, NULL);
  g_assert_null (nothing);
  g_assert_cmpuint (hr_dtx_reader_get_wanted (reader), ==, g_bytes_get_size (bytes) - first);

  g_assert_true (hr_dtx_reader_push (reader, at + first, g_bytes_get_size (bytes) - first, NULL));
  message = hr_dtx_reader_next (reader, NULL);
  check_call (message);
  g_assert_cmpuint (hr_dtx_reader_get_wanted (reader), ==, 32);
}

static void
test_a_longer_header_is_skipped (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) body = make_body (HR_DTX_DATA, 'x', 10);
  g_autoptr (HrDtxMessage) message = NULL;

  put_header (stream, 0, 1, body->len, 1, 12);
  g_byte_array_append (stream, body->data, body->len);
  message = read_all (reader, stream, NULL);

  g_assert_nonnull (message);
  g_assert_cmpint (message->type, ==, HR_DTX_DATA);
  g_assert_cmpuint (g_bytes_get_size (message->payload), ==, 10);
}

/* Appends fragment @index of @count of @body. */
static void
put_fragment (GByteArray       *stream,
              const GByteArray *body,
              guint             index,
              guint             count,
              guint32           identifier)
{
  guint piece = (body->len + count - 2) / (count - 1);
  guint begin = (index - 1) * piece;
  guint size = MIN (piece, body->len - begin);

  put_header (stream, index, count, index == 0 ? body->len : size, identifier, 0);
  if (index > 0)
    g_byte_array_append (stream, body->data + begin, size);
}

static void
test_fragments_of_two_messages_may_alternate (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) first = make_body (HR_DTX_DATA, '1', 1000);
  g_autoptr (GByteArray) second = make_body (HR_DTX_OBJECT, '2', 333);
  g_autoptr (HrDtxMessage) one = NULL;
  g_autoptr (HrDtxMessage) two = NULL;

  for (guint i = 0; i < 5; i++)
    {
      put_fragment (stream, first, i, 5, 1);
      if (i < 3)
        put_fragment (stream, second, i, 3, 2);
    }
  two = read_all (reader, stream, NULL);
  one = hr_dtx_reader_next (reader, NULL);

  g_assert_cmpuint (two->identifier, ==, 2);
  g_assert_cmpuint (g_bytes_get_size (two->payload), ==, 333);
  g_assert_cmpuint (one->identifier, ==, 1);
  g_assert_cmpmem (g_bytes_get_data (one->payload, NULL), g_bytes_get_size (one->payload), first->data + 16, 1000);
  g_assert_true (one->expects_reply);
}

static void
test_fragments_that_do_not_fit_are_refused (void)
{
  g_autoptr (GByteArray) body = make_body (HR_DTX_DATA, 'x', 100);
  g_autoptr (GByteArray) orphan = g_byte_array_new ();
  g_autoptr (GByteArray) twice = g_byte_array_new ();
  g_autoptr (GByteArray) skipped = g_byte_array_new ();
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GByteArray) shorter = g_byte_array_new ();
  g_autoptr (GByteArray) none = g_byte_array_new ();
  guint8 zeros[500] = { 0 };

  put_fragment (orphan, body, 1, 3, 1);
  assert_refused (orphan, "fragment");

  put_fragment (twice, body, 0, 3, 1);
  put_fragment (twice, body, 0, 3, 1);
  assert_refused (twice, "second time");

  put_fragment (skipped, body, 0, 4, 1);
  put_fragment (skipped, body, 2, 4, 1);
  assert_refused (skipped, "fragment");

  put_header (longer, 0, 3, 50, 1, 0);
  put_header (longer, 1, 3, 51, 1, 0);
  g_byte_array_append (longer, zeros, 51);
  assert_refused (longer, "fragment");

  put_header (shorter, 0, 2, 50, 1, 0);
  put_header (shorter, 1, 2, 49, 1, 0);
  g_byte_array_append (shorter, zeros, 49);
  assert_refused (shorter, "shorter");

  put_header (none, 3, 3, 50, 1, 0);
  assert_refused (none, "fragment of none");
}

/* Messages that begin and never end hold little, and only so many. */
static void
test_fragments_that_never_end_are_bounded (void)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();

  for (guint i = 0; i < HR_DTX_MAX_OPEN + 1; i++)
    put_header (stream, 0, 900, HR_DTX_MAX_MESSAGE, i + 1, 0);

  assert_refused (stream, "unfinished");
}

static void
test_lengths_are_refused_from_the_header_alone (void)
{
  g_autoptr (GByteArray) large = g_byte_array_new ();
  g_autoptr (GByteArray) total = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autoptr (GByteArray) tiny_header = g_byte_array_new ();
  g_autoptr (GByteArray) many = g_byte_array_new ();
  g_autoptr (GByteArray) garbage = g_byte_array_new ();

  put_header (large, 0, 1, G_MAXUINT32, 1, 0);
  assert_refused (large, "longer");
  put_header (total, 0, 3, G_MAXUINT32, 1, 0);
  assert_refused (total, "longer");
  put_header (many, 0, HR_DTX_MAX_FRAGMENTS + 1, 100, 1, 0);
  assert_refused (many, "fragment");

  put_header (header, 0, 1, 16, 1, 0);
  memset (header->data + 4, 0xff, 4);
  assert_refused (header, "header");
  put_header (tiny_header, 0, 1, 16, 1, 0);
  tiny_header->data[4] = 31;
  assert_refused (tiny_header, "header");

  for (guint i = 0; i < 32; i++)
    g_byte_array_append (garbage, (const guint8 *) "HTTP", 1);
  assert_refused (garbage, "begin");
}

static void
test_a_body_that_contradicts_itself_is_refused (void)
{
  g_autoptr (GByteArray) short_body = g_byte_array_new ();
  g_autoptr (GByteArray) beyond = g_byte_array_new ();
  g_autoptr (GByteArray) arguments = g_byte_array_new ();

  put_header (short_body, 0, 1, 15, 1, 0);
  g_byte_array_append (short_body, (const guint8 *) "\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
  assert_refused (short_body, "shorter");

  put_header (beyond, 0, 1, 16, 1, 0);
  g_byte_array_append (beyond, (const guint8 *) "\3\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16);
  assert_refused (beyond, "contradict");

  put_header (arguments, 0, 1, 16, 1, 0);
  g_byte_array_append (arguments, (const guint8 *) "\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 16);
  assert_refused (arguments, "contradict");
}

/* A call with the arguments in @pairs, whose header says what @length says. */
static GByteArray *
make_arguments (const GByteArray *pairs,
                guint64           length)
{
  GByteArray *stream = g_byte_array_new ();

  put_header (stream, 0, 1, 32 + pairs->len, 1, 0);
  put_u32 (stream, HR_DTX_CALL);
  put_u32 (stream, 16 + pairs->len);
  put_u32 (stream, 16 + pairs->len);
  put_u32 (stream, 0);
  put_u32 (stream, 0x1df0);
  put_u32 (stream, 0);
  put_u32 (stream, length);
  put_u32 (stream, length >> 32);
  g_byte_array_append (stream, pairs->data, pairs->len);

  return stream;
}

static void
test_arguments_of_every_type (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GByteArray) pairs = g_byte_array_new ();
  g_autoptr (GByteArray) stream = NULL;
  g_autoptr (HrDtxMessage) message = NULL;
  const HrDtxArgument *arguments;

  put_u32 (pairs, 10), put_u32 (pairs, 1), put_u32 (pairs, 2), g_byte_array_append (pairs, (const guint8 *) "ab", 2);
  put_u32 (pairs, 10), put_u32 (pairs, 2), put_u32 (pairs, 0);
  put_u32 (pairs, 10), put_u32 (pairs, 3), put_u32 (pairs, (guint32) -2);
  put_u32 (pairs, 10), put_u32 (pairs, 6), put_u32 (pairs, 1), put_u32 (pairs, 0x80000000);
  put_u32 (pairs, 10), put_u32 (pairs, 9), put_u32 (pairs, 0), put_u32 (pairs, 0x40080000);
  put_u32 (pairs, 10), put_u32 (pairs, 10);
  stream = make_arguments (pairs, pairs->len);
  message = read_all (reader, stream, NULL);

  g_assert_nonnull (message);
  g_assert_cmpuint (message->arguments->len, ==, 6);
  arguments = (const HrDtxArgument *) (const void *) message->arguments->data;
  g_assert_cmpmem (g_bytes_get_data (arguments[0].bytes, NULL), g_bytes_get_size (arguments[0].bytes), "ab", 2);
  g_assert_cmpint (arguments[1].type, ==, HR_DTX_NIL);
  g_assert_cmpint (arguments[2].integer, ==, -2);
  g_assert_cmpint (arguments[3].integer, ==, G_MININT64 + 1);
  g_assert_cmpfloat (arguments[4].real, ==, 3);
  g_assert_cmpint (arguments[5].type, ==, HR_DTX_NIL);
  g_assert_null (message->payload);
}

static void
test_a_million_arguments_are_refused (void)
{
  g_autoptr (GByteArray) pairs = g_byte_array_new ();
  g_autoptr (GByteArray) stream = NULL;
  g_autoptr (GByteArray) lying = NULL;
  g_autoptr (GByteArray) cut = g_byte_array_new ();
  g_autoptr (GByteArray) of_cut = NULL;
  g_autoptr (GByteArray) unknown = g_byte_array_new ();
  g_autoptr (GByteArray) of_unknown = NULL;

  while (pairs->len < HR_DTX_MAX_MESSAGE - 64)
    put_u32 (pairs, 10);
  stream = make_arguments (pairs, pairs->len);
  assert_refused (stream, "more arguments");

  g_byte_array_set_size (pairs, 16);
  lying = make_arguments (pairs, G_MAXUINT64);
  assert_refused (lying, "beginning");

  put_u32 (cut, 10), put_u32 (cut, 2), put_u32 (cut, G_MAXUINT32);
  of_cut = make_arguments (cut, cut->len);
  assert_refused (of_cut, "cannot be read");

  put_u32 (unknown, 10), put_u32 (unknown, 77);
  of_unknown = make_arguments (unknown, unknown->len);
  assert_refused (of_unknown, "cannot be read");
}

static void
test_compressed_messages_are_refused_by_name (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GByteArray) body = make_body (0x707, 'x', 100);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  HrDtxMessage *message;

  put_header (stream, 0, 1, body->len, 1, 0);
  g_byte_array_append (stream, body->data, body->len);
  message = read_all (reader, stream, &error);

  g_assert_null (message);
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_COMPRESSED);
}

static void
test_an_acknowledgement_answers_what_arrived (void)
{
  g_autoptr (HrDtxMessage) push = hr_dtx_message_new (HR_DTX_OBJECT);
  g_autoptr (HrDtxMessage) ack = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (HrDtxMessage) read = NULL;

  push->identifier = 77;
  push->channel = -2;
  push->conversation = 4;
  ack = hr_dtx_message_new_ack (push);
  bytes = hr_dtx_message_encode (ack);
  g_assert_true (hr_dtx_reader_push (reader, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  read = hr_dtx_reader_next (reader, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 32 + 16);
  g_assert_cmpint (read->type, ==, HR_DTX_ACK);
  g_assert_cmpuint (read->identifier, ==, 77);
  g_assert_cmpuint (read->conversation, ==, 5);
  g_assert_cmpint (read->channel, ==, -2);
  g_assert_false (read->expects_reply);
}

/* What the phone begins bears the negated number of the channel, what it answers the number itself. */
static void
test_channels_are_known_by_the_number_they_were_opened_with (void)
{
  g_autoptr (HrDtxMessage) message = hr_dtx_message_new (HR_DTX_OBJECT);

  message->channel = -2;
  g_assert_false (hr_dtx_message_is_answer (message));
  g_assert_cmpint (hr_dtx_message_get_channel (message), ==, 2);
  message->conversation = 1;
  message->channel = 2;
  g_assert_true (hr_dtx_message_is_answer (message));
  g_assert_cmpint (hr_dtx_message_get_channel (message), ==, 2);
  message->conversation = 0;
  message->channel = G_MININT32;
  g_assert_cmpint (hr_dtx_message_get_channel (message), ==, G_MININT32);
}

static void
test_more_than_can_be_held_is_refused (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *zeros = g_malloc0 (HR_DTX_MAX_PENDING);

  g_assert_true (hr_dtx_reader_push (reader, zeros, HR_DTX_MAX_PENDING, &error));
  g_assert_false (hr_dtx_reader_push (reader, zeros, 1, &error));
  g_assert_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL);
}

static void
test_an_end_within_a_message_has_a_name (void)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GError) between = hr_dtx_reader_end (reader);
  g_autoptr (GError) within = NULL;

  g_assert_true (hr_dtx_reader_push (reader, (const guint8 *) "y", 1, NULL));
  within = hr_dtx_reader_end (reader);

  g_assert_error (between, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED);
  g_assert_error (within, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED);
  g_assert_nonnull (strstr (within->message, "in the middle of a message"));
  g_assert_null (strstr (between->message, "in the middle of a message"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/message/cut-anywhere", test_a_stream_may_be_cut_anywhere);
  g_test_add_func ("/message/wanted", test_what_is_wanted_ends_with_a_message);
  g_test_add_func ("/message/longer-header", test_a_longer_header_is_skipped);
  g_test_add_func ("/message/fragments", test_fragments_of_two_messages_may_alternate);
  g_test_add_func ("/message/bad-fragments", test_fragments_that_do_not_fit_are_refused);
  g_test_add_func ("/message/endless-fragments", test_fragments_that_never_end_are_bounded);
  g_test_add_func ("/message/lengths", test_lengths_are_refused_from_the_header_alone);
  g_test_add_func ("/message/contradictions", test_a_body_that_contradicts_itself_is_refused);
  g_test_add_func ("/message/arguments", test_arguments_of_every_type);
  g_test_add_func ("/message/a-million-arguments", test_a_million_arguments_are_refused);
  g_test_add_func ("/message/compressed", test_compressed_messages_are_refused_by_name);
  g_test_add_func ("/message/acknowledgement", test_an_acknowledgement_answers_what_arrived);
  g_test_add_func ("/message/channels", test_channels_are_known_by_the_number_they_were_opened_with);
  g_test_add_func ("/message/pending", test_more_than_can_be_held_is_refused);
  g_test_add_func ("/message/end", test_an_end_within_a_message_has_a_name);

  return g_test_run ();
}
