/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether recorded bytes of real phones decode with our parsers: check-recorded FOLDER. One line a file; fails when one of them does. */

#include "engine/link/dtx/archive.h"
#include "engine/link/dtx/conversation.h"
#include "engine/link/dtx/instruments.h"
#include "engine/link/dtx/message.h"
#include "engine/link/plist.h"
#include "engine/link/syslog-line.h"
#include "engine/link/usbmux-packet.h"
#include "tests/engine/link/dtx/value-text.h"

#include <gio/gio.h>
#include <string.h>

/* Sizes that no message has, so that they are cut everywhere. */
#define CHUNK_BYTES 777u

typedef struct
{
  const guint8 *at;
  gsize         size;
} Bytes;

/* Appends what was found in @bytes to @said. Returns FALSE with the error set when it does not decode. */
typedef gboolean (*CheckFunc) (Bytes    bytes,
                               GString *said,
                               GError **error);

static gboolean check (Bytes    bytes,
                       GString *said,
                       GError **error);

static gboolean
begins_with (Bytes         bytes,
             gsize         at,
             gconstpointer prefix,
             gsize         size)
{
  return bytes.size >= at + size && memcmp (bytes.at + at, prefix, size) == 0;
}

static gboolean
contains (Bytes       bytes,
          const char *text)
{
  return bytes.at != NULL && memmem (bytes.at, bytes.size, text, strlen (text)) != NULL;
}

static gboolean
fail (GError    **error,
      const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);

  return FALSE;
}

static gboolean
check_archive (Bytes    bytes,
               GString *said,
               GError **error)
{
  g_autoptr (HrValue) value = hr_archive_decode (bytes.at, bytes.size, error);
  g_autofree char *text = value != NULL ? value_to_text (value) : NULL;

  if (value != NULL)
    g_string_append_printf (said, "archive of %.60s%s", text, strlen (text) > 60 ? "..." : "");

  return value != NULL;
}

static gboolean
is_uid (plist_t node)
{
  return plist_get_node_type (node) == PLIST_DICT && plist_dict_get_size (node) == 1 && plist_dict_get_item (node, "CF$UID") != NULL;
}

/* Makes the UIDs that XML has no word for, {CF$UID: n}, what they are. @node is a dictionary or an array, or has nothing to change. */
static void
restore_uids (plist_t node)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (free);
  guint           n = plist_get_node_type (node) == PLIST_ARRAY ? plist_array_get_size (node) : 0;
  plist_dict_iter iter = NULL;
  char           *key = NULL;
  plist_t         item = NULL;

  if (plist_get_node_type (node) == PLIST_DICT)
    for (plist_dict_new_iter (node, &iter), plist_dict_next_item (node, iter, &key, &item); key != NULL;
         plist_dict_next_item (node, iter, &key, &item))
      g_ptr_array_add (keys, key);
  free (iter);

  for (guint i = 0; i < n + keys->len; i++)
    {
      const char *name = i < n ? NULL : g_ptr_array_index (keys, i - n);
      guint64     uid = 0;

      item = name == NULL ? plist_array_get_item (node, i) : plist_dict_get_item (node, name);
      if (!is_uid (item))
        restore_uids (item);
      else if (hr_plist_get_uint (item, "CF$UID", G_MAXUINT32, &uid) && name == NULL)
        plist_array_set_item (node, plist_new_uid (uid), i);
      else
        plist_dict_set_item (node, name, plist_new_uid (uid));
    }
}

static gboolean
check_xml_archive (Bytes    bytes,
                   GString *said,
                   GError **error)
{
  plist_t list = hr_plist_parse (bytes.at, bytes.size);
  g_autoptr (GBytes) binary = NULL;

  if (list == NULL)
    return fail (error, "is no property list");

  restore_uids (list);
  binary = hr_plist_to_binary (list);
  plist_free (list);
  g_string_append (said, "XML ");

  return check_archive ((Bytes){ g_bytes_get_data (binary, NULL), g_bytes_get_size (binary) }, said, error);
}

static gboolean
check_message (const HrDtxMessage *message,
               guint              *n_archives,
               guint              *n_others,
               GError            **error)
{
  for (guint i = 0; i <= message->arguments->len; i++)
    {
      GBytes       *bytes = i < message->arguments->len ? g_array_index (message->arguments, HrDtxArgument, i).bytes : message->payload;
      gsize         size;
      const guint8 *at = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
      g_autoptr (HrValue) value = NULL;

      if (at == NULL)
        continue;
      if (!hr_archive_detect (at, size))
        {
          *n_others += 1;
          continue;
        }
      value = hr_archive_decode (at, size, error);
      if (value == NULL)
        return FALSE;
      *n_archives += 1;
    }

  return TRUE;
}

/* What is compressed has to be refused by name, whether it stands in a message or alone. */
static gboolean
check_refused (Bytes    bytes,
               GString *said,
               GError **error)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GError) refused = NULL;
  g_autoptr (HrDtxMessage) message = NULL;

  if (hr_dtx_reader_push (reader, bytes.at, bytes.size, &refused))
    message = hr_dtx_reader_next (reader, &refused);
  if (!g_error_matches (refused, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_COMPRESSED))
    return fail (error, "is compressed, and was not refused for that");

  g_string_append_printf (said, "compressed, refused: %s", refused->message);

  return TRUE;
}

/* A compressed payload without its message gets one. */
static gboolean
check_lz4 (Bytes    bytes,
           GString *said,
           GError **error)
{
  g_autoptr (HrDtxMessage) message = hr_dtx_message_new (HR_DTX_COMPRESSED);
  g_autoptr (GBytes) whole = NULL;
  gsize         size;
  gconstpointer at;

  message->payload = g_bytes_new (bytes.at, bytes.size);
  whole = hr_dtx_message_encode (message);
  at = g_bytes_get_data (whole, &size);

  return check_refused ((Bytes){ at, size }, said, error);
}

/* Reads all messages; *out_end is where the last whole one ends. */
static gboolean
check_messages (Bytes    bytes,
                GString *said,
                gsize   *out_end,
                GError **error)
{
  g_autoptr (HrDtxReader) reader = hr_dtx_reader_new ();
  g_autoptr (GError) end = NULL;
  guint n_messages = 0, n_archives = 0, n_others = 0;

  for (gsize at = 0; at < bytes.size; at++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (HrDtxMessage) message = NULL;

      if (hr_dtx_reader_push (reader, bytes.at + at, 1, &failure))
        message = hr_dtx_reader_next (reader, &failure);
      if (failure == NULL && message != NULL)
        {
          n_messages++;
          *out_end = at + 1;
          check_message (message, &n_archives, &n_others, &failure);
        }
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  end = hr_dtx_reader_end (reader);
  g_string_append_printf (said, "%u messages, %u archives", n_messages, n_archives);
  if (n_others > 0)
    g_string_append_printf (said, ", %u payloads that are none", n_others);
  if (*out_end < bytes.size)
    g_string_append_printf (said, "; then %s", end->message);

  return n_messages > 0 || fail (error, "holds no whole message");
}

static void
note_frames (HrPhoneSample *sample,
             gpointer       user_data)
{
  g_string_append_printf (user_data, "%s%g", ((GString *) user_data)->len > 0 ? ", " : "", sample->frames_per_second);
  hr_phone_sample_free (sample);
}

static gboolean
play (HrDtxConversation *conversation,
      Bytes              bytes,
      GError           **error)
{
  for (gsize at = 0; at < bytes.size; at += CHUNK_BYTES)
    if (!hr_dtx_conversation_push (conversation, bytes.at + at, MIN (CHUNK_BYTES, bytes.size - at), error))
      return FALSE;

  return TRUE;
}

/* A session from its greeting on is played to two conversations at once: the second hears whole messages alone, and must not mind
 * what happens to the first. */
static gboolean
check_session (Bytes    bytes,
               gsize    end,
               GString *said,
               GError **error)
{
  g_autoptr (GString) frames = g_string_new (NULL);
  g_autoptr (GString) other_frames = g_string_new (NULL);
  g_autoptr (HrDtxConversation) conversation = hr_dtx_conversation_new (15, note_frames, frames);
  g_autoptr (HrDtxConversation) other = hr_dtx_conversation_new (15, note_frames, other_frames);
  g_autoptr (GError) ended = NULL;

  if (!play (conversation, bytes, error))
    return FALSE;
  ended = hr_dtx_conversation_end (conversation);
  if (!play (other, (Bytes){ bytes.at, end }, error) || !hr_dtx_conversation_is_greeted (other))
    return fail (error, "another link of the same session broke");

  if (frames->len > 0)
    g_string_append_printf (said, "; frames a second: %s", frames->str);

  return g_str_equal (frames->str, other_frames->str) || fail (error, "two links of one session saw different frames");
}

static gboolean
check_dtx (Bytes    bytes,
           GString *said,
           GError **error)
{
  gsize end = 0;

  if (begins_with (bytes, 32, "\7", 1))
    return check_refused (bytes, said, error);
  if (!check_messages (bytes, said, &end, error))
    return FALSE;

  return !contains (bytes, "_notifyOfPublishedCapabilities:") || check_session (bytes, end, said, error);
}

/* The answer to a request that we never make, as events say the same. */
static gboolean
check_device_list (Bytes    bytes,
                   GError **error)
{
  plist_t  list = hr_plist_parse (bytes.at, bytes.size);
  plist_t  devices = list != NULL ? plist_dict_get_item (list, "DeviceList") : NULL;
  gboolean good = devices != NULL && plist_get_node_type (devices) == PLIST_ARRAY;

  plist_free (list);

  return good || fail (error, "is a packet that nobody knows");
}

/* A reply of the multiplexer; behind it may stand what the device's port said at once. */
static gboolean
check_usbmux (Bytes    bytes,
              GString *said,
              GError **error)
{
  g_auto (HrUsbmuxPacket) packet = { 0 };
  gsize   size;
  guint32 tag;

  if (!hr_usbmux_header_read (bytes.at, &size, &tag, error))
    return FALSE;
  if (size > bytes.size - HR_USBMUX_HEADER_BYTES)
    return fail (error, "is cut");
  if (!hr_usbmux_packet_read (bytes.at + HR_USBMUX_HEADER_BYTES, size, &packet, error))
    return FALSE;

  if (packet.type == HR_USBMUX_PACKET_OTHER && !check_device_list ((Bytes){ bytes.at + HR_USBMUX_HEADER_BYTES, size }, error))
    return FALSE;

  g_string_append_printf (said, "usbmux %s with tag %u", packet.type == HR_USBMUX_PACKET_OTHER ? "list of devices" : "packet", tag);
  bytes.at += HR_USBMUX_HEADER_BYTES + size;
  bytes.size -= HR_USBMUX_HEADER_BYTES + size;
  if (bytes.size == 0)
    return TRUE;

  g_string_append (said, ", then ");

  return check (bytes, said, error);
}

static gboolean
check_lockdown (Bytes    bytes,
                GString *said,
                GError **error)
{
  gsize            size = (gsize) bytes.at[0] << 24 | (gsize) bytes.at[1] << 16 | (gsize) bytes.at[2] << 8 | bytes.at[3];
  plist_t          list = size == bytes.size - 4 ? hr_plist_parse (bytes.at + 4, size) : NULL;
  g_autofree char *request = NULL;

  if (list == NULL)
    return fail (error, "is no reply of lockdown");

  request = hr_plist_dup_string (list, "Request");
  plist_free (list);
  if (request == NULL)
    return fail (error, "is a reply of lockdown to no request");
  g_string_append_printf (said, "lockdown reply to %s", request);

  return TRUE;
}

/* Lines of a device's log, counted and told by those that say whose they are: a recording may begin within one. */
static void
note_line (const HrLogLine *line,
           gpointer         user_data)
{
  GString *said = user_data;

  if (*line->process != '\0')
    g_string_append_printf (said, "%s%s[%" G_GUINT64_FORMAT "] %s", said->len > 0 ? ", " : "log lines of ", line->process, line->pid, line->level);
}

static gboolean
check_log (Bytes    bytes,
           GString *said,
           GError **error)
{
  HrLogCutter cutter = { 0 };

  hr_log_cutter_push (&cutter, bytes.at, bytes.size, note_line, said);
  hr_log_cutter_rest (&cutter, note_line, said);

  return said->len > 0 || fail (error, "has no line that says whose it is");
}

static gboolean
check (Bytes    bytes,
       GString *said,
       GError **error)
{
  static const char dtx_magic[] = { 0x79, 0x5b, 0x3d, 0x1f };
  static const char usbmux_magic[] = { 1, 0, 0, 0, 8, 0, 0, 0 };
  CheckFunc         func = NULL;

  if (begins_with (bytes, 0, dtx_magic, sizeof dtx_magic))
    func = check_dtx;
  else if (hr_archive_detect (bytes.at, bytes.size))
    func = check_archive;
  else if (begins_with (bytes, 4, usbmux_magic, sizeof usbmux_magic))
    func = check_usbmux;
  else if (begins_with (bytes, 4, "bv41", 4))
    func = check_lz4;
  else if (begins_with (bytes, 4, "<?xml", 5))
    func = check_lockdown;
  else if (begins_with (bytes, 0, "<?xml", 5) && contains (bytes, "NSKeyedArchiver"))
    func = check_xml_archive;
  else if (contains (bytes, "] <Notice>: "))
    func = check_log;

  return func != NULL ? func (bytes, said, error) : fail (error, "is of no kind that is known here");
}

/* What is known of recordings beyond that they decode. */
static const struct
{
  const char *file;
  const char *says;
} expected[] = {
  { "instrumentsfps.bin", "hung up in the middle of a message; frames a second: 0, 51, 59, 60" },
};

static gboolean
check_file (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *content = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gsize    size = 0;
  gboolean good = g_file_get_contents (path, &content, &size, &error) && check ((Bytes){ (const guint8 *) content, size }, said, &error);

  for (gsize i = 0; i < G_N_ELEMENTS (expected) && good; i++)
    if (g_str_equal (name, expected[i].file) && strstr (said->str, expected[i].says) == NULL)
      good = fail (&error, "does not say what is known of it");
  g_print ("%-4s %-40s %s%s%s\n", good ? "ok" : "FAIL", name, said->str, !good && said->len > 0 ? ": " : "", good ? "" : error->message);

  return good;
}

static int
by_name (gconstpointer a,
         gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GDir) dir = argc == 2 ? g_dir_open (argv[1], 0, NULL) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  guint       n_failed = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  if (names->len == 0)
    {
      g_printerr ("check-recorded FOLDER: a folder with recorded bytes is needed\n");
      return 2;
    }

  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++)
    n_failed += !check_file (argv[1], g_ptr_array_index (names, i));
  g_print ("%u files, %u failed\n", names->len, n_failed);

  return n_failed > 0;
}
