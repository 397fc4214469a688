/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message-private.h"

/* A fragment begins with a header, little-endian: u32 magic, u32 header length (what is above 32 is skipped), u16 its index, u16 how many
 * there are, u32 length, u32 identifier, u32 conversation, i32 channel, u32 flags (1: expects a reply). The first of several is a header
 * alone, whose length is that of all the others together. */
typedef struct
{
  guint32  header_bytes;
  guint    index;
  guint    count;
  guint32  length;
  guint32  identifier;
  guint32  conversation;
  gint32   channel;
  gboolean expects_reply;
} Header;

/* A message whose fragments have not all arrived. Memory is taken as they arrive, not as their lengths promise. */
typedef struct
{
  Header      first;
  guint       next; /* the index that has to follow */
  GByteArray *body;
} Open;

struct _HrDtxReader
{
  GByteArray *input;
  gsize       begin; /* of what is uncut in it */
  GArray     *open;  /* Open */
};

static void
open_clear (gpointer data)
{
  Open *open = data;

  g_byte_array_unref (open->body);
}

/* Returns: (transfer full): a reader at the beginning of a stream. */
HrDtxReader *
hr_dtx_reader_new (void)
{
  HrDtxReader *self = g_new0 (HrDtxReader, 1);

  self->input = g_byte_array_new ();
  self->open = g_array_new (FALSE, FALSE, sizeof (Open));
  g_array_set_clear_func (self->open, open_clear);

  return self;
}

/* Frees @self with what it holds. Accepts NULL. */
void
hr_dtx_reader_free (HrDtxReader *self)
{
  if (self == NULL)
    return;

  g_byte_array_unref (self->input);
  g_array_unref (self->open);
  g_free (self);
}

static gboolean
fail (GError    **error,
      const char *what)
{
  g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_PROTOCOL, "A message of the phone %s", what);

  return FALSE;
}

/* Appends bytes of the stream. Fails when more than HR_DTX_MAX_PENDING would be held: what is there is cut first. */
gboolean
hr_dtx_reader_push (HrDtxReader  *self,
                    const guint8 *bytes,
                    gsize         size,
                    GError      **error)
{
  if (size > HR_DTX_MAX_PENDING - (self->input->len - self->begin))
    return fail (error, "is followed by more than can be held");

  if (self->begin > 0)
    g_byte_array_remove_range (self->input, 0, (guint) self->begin);
  self->begin = 0;
  g_byte_array_append (self->input, bytes, (guint) size);

  return TRUE;
}

static gsize
bytes_left (const HrDtxReader *self)
{
  return self->input->len - self->begin;
}

/* Reads the header of which all bytes are there. */
static Header
read_header (const HrDtxReader *self)
{
  const guint8 *at = self->input->data + self->begin;

  return (Header){
    .header_bytes = hr_dtx_read_u32 (at + 4),
    .index = hr_dtx_read_u32 (at + 8) & 0xffff,
    .count = hr_dtx_read_u32 (at + 8) >> 16,
    .length = hr_dtx_read_u32 (at + 12),
    .identifier = hr_dtx_read_u32 (at + 16),
    .conversation = hr_dtx_read_u32 (at + 20),
    .channel = (gint32) hr_dtx_read_u32 (at + 24),
    .expects_reply = (hr_dtx_read_u32 (at + 28) & HR_DTX_EXPECTS_REPLY) != 0,
  };
}

static gboolean
check_header (const HrDtxReader *self,
              const Header      *header,
              GError           **error)
{
  if (hr_dtx_read_u32 (self->input->data + self->begin) != HR_DTX_MAGIC)
    return fail (error, "does not begin as one");
  if (header->header_bytes < HR_DTX_HEADER_BYTES || header->header_bytes > HR_DTX_MAX_HEADER)
    return fail (error, "has a header of no good length");
  if (header->length > HR_DTX_MAX_MESSAGE)
    return fail (error, "is longer than any good one");
  if (header->count == 0 || header->count > HR_DTX_MAX_FRAGMENTS || header->index >= header->count)
    return fail (error, "is a fragment of none, or of too many");

  return TRUE;
}

/* How many bytes the fragment takes behind its header. */
static gsize
data_bytes (const Header *header)
{
  return header->count > 1 && header->index == 0 ? 0 : header->length;
}

static HrDtxMessage *
read_message (const Header *header,
              const guint8 *body,
              gsize         size,
              GError      **error)
{
  g_autoptr (HrDtxMessage) message = hr_dtx_message_new (HR_DTX_ACK);

  message->identifier = header->identifier;
  message->conversation = header->conversation;
  message->channel = header->channel;
  message->expects_reply = header->expects_reply;

  return hr_dtx_message_read_body (message, body, size, error) ? g_steal_pointer (&message) : NULL;
}

/* Returns the place of the message that a fragment belongs to, the number of open ones when none is. */
static guint
find_open (const HrDtxReader *self,
           const Header      *header)
{
  guint i = 0;

  for (; i < self->open->len; i++)
    {
      const Header *first = &g_array_index (self->open, Open, i).first;

      if (first->identifier == header->identifier && first->conversation == header->conversation && first->channel == header->channel)
        break;
    }

  return i;
}

static gboolean
begin_message (HrDtxReader  *self,
               const Header *header,
               GError      **error)
{
  Open open = { *header, 1, NULL };

  if (find_open (self, header) < self->open->len)
    return fail (error, "begins a second time");
  if (self->open->len == HR_DTX_MAX_OPEN)
    return fail (error, "begins while too many others are unfinished");

  open.body = g_byte_array_new ();
  g_array_append_val (self->open, open);

  return TRUE;
}

/* Adds a later fragment. Returns: (nullable): the message that it completes; NULL when there is none yet, or with the error set. */
static HrDtxMessage *
continue_message (HrDtxReader  *self,
                  const Header *header,
                  const guint8 *data,
                  GError      **error)
{
  guint         place = find_open (self, header);
  Open         *open = &g_array_index (self->open, Open, place);
  HrDtxMessage *message;

  if (place == self->open->len || header->index != open->next || header->count != open->first.count ||
      header->length > open->first.length - open->body->len)
    {
      fail (error, "has a fragment that does not fit the others");
      return NULL;
    }

  g_byte_array_append (open->body, data, header->length);
  open->next++;
  if (open->next < header->count)
    return NULL;

  if (open->body->len < open->first.length)
    {
      fail (error, "is shorter than its first fragment says");
      return NULL;
    }
  message = read_message (&open->first, open->body->data, open->body->len, error);
  g_array_remove_index (self->open, place);

  return message;
}

/* Takes one fragment whose bytes are all there out of the input. */
static HrDtxMessage *
take_fragment (HrDtxReader  *self,
               const Header *header,
               GError      **error)
{
  const guint8 *data = self->input->data + self->begin + header->header_bytes;

  self->begin += header->header_bytes + data_bytes (header);
  if (header->count == 1)
    return read_message (header, data, header->length, error);
  if (header->index > 0)
    return continue_message (self, header, data, error);

  begin_message (self, header, error);

  return NULL;
}

/* Takes the next whole message out.
 *
 * Returns: (transfer full) (nullable): NULL without an error when its end has not arrived yet, else with one that ends the stream:
 * what follows cannot be cut. */
HrDtxMessage *
hr_dtx_reader_next (HrDtxReader *self,
                    GError     **error)
{
  g_autoptr (GError) failure = NULL;
  HrDtxMessage *message = NULL;

  while (message == NULL && failure == NULL && bytes_left (self) >= HR_DTX_HEADER_BYTES)
    {
      Header header = read_header (self);

      if (!check_header (self, &header, &failure) || bytes_left (self) < header.header_bytes + data_bytes (&header))
        break;
      message = take_fragment (self, &header, &failure);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return message;
}

/* Returns how many bytes are missing of the header or fragment that comes next, at least 1: what a source that only reads whole
 * amounts can be asked for without waiting for what may never come. */
gsize
hr_dtx_reader_get_wanted (const HrDtxReader *self)
{
  Header header;
  gsize  whole = HR_DTX_HEADER_BYTES;

  if (bytes_left (self) >= HR_DTX_HEADER_BYTES)
    {
      header = read_header (self);
      whole = CLAMP (header.header_bytes, HR_DTX_HEADER_BYTES, HR_DTX_MAX_HEADER) + MIN (data_bytes (&header), HR_DTX_MAX_MESSAGE);
    }

  return whole > bytes_left (self) ? whole - bytes_left (self) : 1;
}

/* Returns: (transfer full): what it means that the stream ends here: HR_INSTRUMENTS_ERROR_CLOSED, between two messages or within one. */
GError *
hr_dtx_reader_end (const HrDtxReader *self)
{
  gboolean between = bytes_left (self) == 0 && self->open->len == 0;

  return g_error_new_literal (HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED,
                              between ? "The phone hung up" : "The phone hung up in the middle of a message");
}
