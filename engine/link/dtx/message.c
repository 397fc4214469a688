/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/message.h"

#include "engine/link/dtx/archive.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message-private.h"

#include <string.h>

/* The body of a message, little-endian: u32 type (its low byte counts), u32 bytes of arguments, u32 bytes of arguments and payload, u32 0;
 * the arguments; the payload. Arguments: u32 0x1f0 (its low byte counts), u32 0, u64 length, then pairs of key and value. Each begins with
 * its type as u32; texts and archives have a length as u32. Keys are of type 10, and empty. */
#define BODY_BYTES 16u
#define ARGUMENTS_BYTES 16u
#define ARGUMENTS_MAGIC 0x1f0u

G_DEFINE_QUARK (hr - instruments - error - quark, hr_instruments_error)

static void
argument_clear (gpointer data)
{
  HrDtxArgument *argument = data;

  g_clear_pointer (&argument->bytes, g_bytes_unref);
}

/* Returns: (transfer full): a message of @type without anything in it. */
HrDtxMessage *
hr_dtx_message_new (HrDtxType type)
{
  HrDtxMessage *self = g_new0 (HrDtxMessage, 1);

  self->type = type;
  self->arguments = g_array_new (FALSE, FALSE, sizeof (HrDtxArgument));
  g_array_set_clear_func (self->arguments, argument_clear);

  return self;
}

/* Returns: (transfer full): a call of @selector. */
HrDtxMessage *
hr_dtx_message_new_call (const char *selector)
{
  HrDtxMessage *self = hr_dtx_message_new (HR_DTX_CALL);
  g_autoptr (HrValue) text = hr_value_new_string (selector);

  self->payload = hr_archive_encode (text);

  return self;
}

/* Returns: (transfer full): what says that @received arrived: its identifier and channel, one further in the conversation. */
HrDtxMessage *
hr_dtx_message_new_ack (const HrDtxMessage *received)
{
  HrDtxMessage *self = hr_dtx_message_new (HR_DTX_ACK);

  self->identifier = received->identifier;
  self->conversation = received->conversation + 1;
  self->channel = received->channel;

  return self;
}

/* Frees @self. Accepts NULL. */
void
hr_dtx_message_free (HrDtxMessage *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->arguments);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self);
}

/* Adds an argument of 32 bits. */
void
hr_dtx_message_add_int32 (HrDtxMessage *self,
                          gint32        integer)
{
  HrDtxArgument argument = { .type = HR_DTX_INT32, .integer = integer };

  g_array_append_val (self->arguments, argument);
}

/* Adds an argument with a fraction. */
void
hr_dtx_message_add_real (HrDtxMessage *self,
                         double        real)
{
  HrDtxArgument argument = { .type = HR_DTX_REAL, .real = real };

  g_array_append_val (self->arguments, argument);
}

/* Adds an argument that is an object. */
void
hr_dtx_message_add_archive (HrDtxMessage  *self,
                            const HrValue *value)
{
  HrDtxArgument argument = { .type = HR_DTX_ARCHIVE, .bytes = hr_archive_encode (value) };

  g_array_append_val (self->arguments, argument);
}

/* Returns whether @self, which the phone sent, answers what we began. */
gboolean
hr_dtx_message_is_answer (const HrDtxMessage *self)
{
  return self->conversation % 2 == 1;
}

/* Returns the channel of @self, which the phone sent, by the number that it was opened with: what the phone begins there bears the
 * negated one. */
gint32
hr_dtx_message_get_channel (const HrDtxMessage *self)
{
  return hr_dtx_message_is_answer (self) ? self->channel : (gint32) - (guint32) self->channel;
}

/* Decodes the archive that the payload is.
 *
 * Returns: (transfer full) (nullable): nothing, as a value, for a message without payload; NULL with an error when the payload is no archive. */
HrValue *
hr_dtx_message_decode (const HrDtxMessage *self,
                       GError            **error)
{
  gsize         size;
  gconstpointer bytes;

  if (self->payload == NULL)
    return hr_value_new_null ();

  bytes = g_bytes_get_data (self->payload, &size);

  return hr_archive_decode (bytes, size, error);
}

static void
put_u32 (GByteArray *out,
         guint64     number)
{
  guint32 little = GUINT32_TO_LE ((guint32) number);

  g_byte_array_append (out, (const guint8 *) &little, sizeof little);
}

static void
put_u64 (GByteArray *out,
         guint64     number)
{
  put_u32 (out, number);
  put_u32 (out, number >> 32);
}

static void
put_bytes (GByteArray *out,
           GBytes     *bytes)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (out, data, (guint) size);
}

static void
put_argument (GByteArray          *out,
              const HrDtxArgument *argument)
{
  guint64 bits;

  put_u32 (out, HR_DTX_NIL);
  put_u32 (out, argument->type);
  switch (argument->type)
    {
    case HR_DTX_INT32:
      put_u32 (out, (guint64) argument->integer);
      break;
    case HR_DTX_INT64:
      put_u64 (out, (guint64) argument->integer);
      break;
    case HR_DTX_REAL:
      memcpy (&bits, &argument->real, sizeof bits);
      put_u64 (out, bits);
      break;
    case HR_DTX_TEXT:
    case HR_DTX_ARCHIVE:
      put_u32 (out, g_bytes_get_size (argument->bytes));
      put_bytes (out, argument->bytes);
      break;
    case HR_DTX_NIL:
    default:
      break;
    }
}

/* Returns: (transfer full): @self as one fragment. */
GBytes *
hr_dtx_message_encode (const HrDtxMessage *self)
{
  g_autoptr (GByteArray) arguments = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  gsize       n_payload = self->payload != NULL ? g_bytes_get_size (self->payload) : 0;
  guint       n_arguments;

  for (guint i = 0; i < self->arguments->len; i++)
    put_argument (arguments, &g_array_index (self->arguments, HrDtxArgument, i));
  n_arguments = arguments->len > 0 ? ARGUMENTS_BYTES + arguments->len : 0;

  put_u32 (out, HR_DTX_MAGIC);
  put_u32 (out, HR_DTX_HEADER_BYTES);
  put_u32 (out, 1 << 16); /* fragment 0 of 1 */
  put_u32 (out, BODY_BYTES + n_arguments + n_payload);
  put_u32 (out, self->identifier);
  put_u32 (out, self->conversation);
  put_u32 (out, (guint32) self->channel);
  put_u32 (out, self->expects_reply ? HR_DTX_EXPECTS_REPLY : 0);

  put_u32 (out, self->type);
  put_u32 (out, n_arguments);
  put_u32 (out, n_arguments + n_payload);
  put_u32 (out, 0);
  if (n_arguments > 0)
    {
      put_u64 (out, ARGUMENTS_MAGIC);
      put_u64 (out, arguments->len);
      g_byte_array_append (out, arguments->data, arguments->len);
    }
  if (self->payload != NULL)
    put_bytes (out, self->payload);

  return g_byte_array_free_to_bytes (out);
}

/* What is left of the bytes that are read. */
typedef struct
{
  const guint8 *at;
  gsize         left;
} Rest;

static gboolean
take (Rest          *rest,
      gsize          size,
      const guint8 **out)
{
  if (size > rest->left)
    return FALSE;

  *out = rest->at;
  rest->at += size;
  rest->left -= size;

  return TRUE;
}

static gboolean
take_u32 (Rest    *rest,
          guint32 *out)
{
  const guint8 *at;

  if (!take (rest, 4, &at))
    return FALSE;
  *out = hr_dtx_read_u32 (at);

  return TRUE;
}

/* Reads a key or a value into @out. Returns FALSE when it is cut, or of a type whose length nobody knows. */
static gboolean
take_argument (Rest          *rest,
               HrDtxArgument *out)
{
  const guint8 *at;
  guint32       type, size;
  guint64       bits;

  if (!take_u32 (rest, &type))
    return FALSE;

  *out = (HrDtxArgument){ .type = (HrDtxArgumentType) type };
  switch (type)
    {
    case HR_DTX_TEXT:
    case HR_DTX_ARCHIVE:
      if (!take_u32 (rest, &size) || !take (rest, size, &at))
        return FALSE;
      out->type = size > 0 || type == HR_DTX_TEXT ? out->type : HR_DTX_NIL;
      out->bytes = out->type != HR_DTX_NIL ? g_bytes_new (at, size) : NULL;
      return TRUE;
    case HR_DTX_INT32:
      if (!take_u32 (rest, &size))
        return FALSE;
      out->integer = (gint32) size;
      return TRUE;
    case HR_DTX_INT64:
    case HR_DTX_REAL:
      if (!take (rest, 8, &at))
        return FALSE;
      bits = hr_dtx_read_u32 (at) | (guint64) hr_dtx_read_u32 (at + 4) << 32;
      if (type == HR_DTX_INT64)
        out->integer = (gint64) bits;
      else
        memcpy (&out->real, &bits, sizeof out->real);
      return TRUE;
    case HR_DTX_NIL:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
fail (GError    **error,
      const char *what)
{
  g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL, "A message of the phone %s", what);

  return FALSE;
}

static gboolean
read_arguments (HrDtxMessage *self,
                Rest          rest,
                GError      **error)
{
  guint32 magic, unused, low, high;

  if (rest.left == 0)
    return TRUE;
  if (!take_u32 (&rest, &magic) || !take_u32 (&rest, &unused) || !take_u32 (&rest, &low) || !take_u32 (&rest, &high) ||
      (magic & 0xff) != (ARGUMENTS_MAGIC & 0xff) || high != 0 || low > rest.left)
    return fail (error, "has arguments without a good beginning");

  rest.left = low;
  while (rest.left > 0)
    {
      HrDtxArgument key, value;

      if (self->arguments->len == HR_DTX_MAX_ARGUMENTS)
        return fail (error, "has more arguments than any good one");
      if (!take_argument (&rest, &key))
        return fail (error, "has an argument that cannot be read");
      argument_clear (&key);
      if (!take_argument (&rest, &value))
        return fail (error, "has an argument that cannot be read");
      g_array_append_val (self->arguments, value);
    }

  return TRUE;
}

/* Reads the body of a message, whose @size bytes are all there, into @self.
 *
 * Returns FALSE with HR_INSTRUMENTS_ERROR_COMPRESSED or _PROTOCOL. */
gboolean
hr_dtx_message_read_body (HrDtxMessage *self,
                          const guint8 *body,
                          gsize         size,
                          GError      **error)
{
  guint32 n_arguments, n_all;

  if (size < BODY_BYTES)
    return fail (error, "is shorter than any good one");

  self->type = (HrDtxType) body[0];
  n_arguments = hr_dtx_read_u32 (body + 4);
  n_all = hr_dtx_read_u32 (body + 8);
  if (self->type == HR_DTX_COMPRESSED)
    {
      g_set_error_literal (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_COMPRESSED,
                           "The phone sent a compressed message, although it was told that none are understood");
      return FALSE;
    }
  if (n_all > size - BODY_BYTES || n_arguments > n_all)
    return fail (error, "tells lengths that contradict each other");
  if (!read_arguments (self, (Rest){ body + BODY_BYTES, n_arguments }, error))
    return FALSE;

  if (n_all > n_arguments)
    self->payload = g_bytes_new (body + BODY_BYTES + n_arguments, n_all - n_arguments);

  return TRUE;
}
