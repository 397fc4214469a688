/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/agents/embed/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_BYTES 65536

Client *
client_new (void)
{
  Client *self = g_new0 (Client, 1);

  self->fd = -1;

  return self;
}

void
client_free (Client *self)
{
  client_disconnect (self);
  for (guint i = 0; i < self->n_metrics; i++)
    g_free (self->names[i]);
  g_free (self);
}

/* Returns FALSE when nobody listens there. */
gboolean
client_connect (Client     *self,
                const char *address)
{
  struct sockaddr_un path = { .sun_family = AF_UNIX };
  struct sockaddr_in port = { .sin_family = AF_INET };
  gboolean           is_unix = g_str_has_prefix (address, "unix:");
  int                done;

  client_disconnect (self);
  self->fd = socket (is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  if (is_unix)
    {
      g_strlcpy (path.sun_path, address + strlen ("unix:"), sizeof path.sun_path);
      done = connect (self->fd, (struct sockaddr *) &path, sizeof path);
    }
  else
    {
      port.sin_port = htons ((guint16) atoi (address + strlen ("tcp:")));
      port.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
      done = connect (self->fd, (struct sockaddr *) &port, sizeof port);
    }
  if (done == 0)
    return TRUE;

  client_disconnect (self);

  return FALSE;
}

/* As a cable that is pulled out: whatever was on its way is gone. */
void
client_disconnect (Client *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  hr_frame_cutter_clear (&self->cutter);
  self->totals_open = FALSE;
}

void
client_send_bytes (Client     *self,
                   const void *bytes,
                   gsize       size)
{
  const guint8 *at = bytes;

  /* A peer that has closed already is for the test to notice when it reads. */
  while (size > 0)
    {
      ssize_t sent = send (self->fd, at, size, MSG_NOSIGNAL);

      if (sent <= 0)
        return;
      at += sent;
      size -= (gsize) sent;
    }
}

void
client_send (Client                   *self,
             Headroom__Frame__BodyCase body_case,
             gpointer                  body)
{
  Headroom__Frame frame = HEADROOM__FRAME__INIT;
  size_t          size;
  uint8_t        *bytes;

  frame.body_case = body_case;
  frame.hello = body;
  bytes = hr_wire_pack (&frame, &size);
  g_assert_nonnull (bytes);
  client_send_bytes (self, bytes, size);
  free (bytes);
}

/* @token is in hexadecimal digits. */
void
client_access (Client     *self,
               const char *token)
{
  Headroom__Access access = HEADROOM__ACCESS__INIT;
  guint8           bytes[HR_WIRE_TOKEN_BYTES];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (token[2 * i]) << 4 | g_ascii_xdigit_value (token[2 * i + 1]));
  access.token = (ProtobufCBinaryData){ sizeof bytes, bytes };
  access.name = (char *) "test";
  client_send (self, HEADROOM__FRAME__BODY_ACCESS, &access);
}

/* Says how far it has come with the stream it knows, if any. */
void
client_resume (Client *self)
{
  Headroom__Resume    resume = HEADROOM__RESUME__INIT;
  Headroom__Position  position = HEADROOM__POSITION__INIT;
  Headroom__Position *list = &position;

  position.uuid = (ProtobufCBinaryData){ sizeof self->uuid, self->uuid };
  position.epoch = self->epoch;
  position.sequence = self->sequence;
  resume.version = HR_WIRE_VERSION;
  resume.n_positions = self->known ? 1 : 0;
  resume.positions = &list;
  client_send (self, HEADROOM__FRAME__BODY_RESUME, &resume);
}

void
client_open (Client     *self,
             const char *address)
{
  g_assert_true (client_connect (self, address));
  client_resume (self);
}

void
client_control (Client            *self,
                Headroom__Control *control)
{
  control->stream = 1;
  client_send (self, HEADROOM__FRAME__BODY_CONTROL, control);
}

void
client_ping (Client *self)
{
  Headroom__Ping ping = HEADROOM__PING__INIT;

  ping.sent_ns = 4711;
  client_send (self, HEADROOM__FRAME__BODY_PING, &ping);
}

static void
take_hello (Client                *self,
            const Headroom__Hello *hello)
{
  g_assert_cmpuint (hello->version, ==, HR_WIRE_VERSION);
  g_assert_cmpuint (hello->stream, ==, 1);
  g_assert_cmpuint (hello->n_metrics, <=, CLIENT_METRICS);
  g_assert_cmpuint (hello->n_metrics, >=, self->n_metrics);
  if (self->known)
    {
      g_assert_cmpmem (hello->uuid.data, hello->uuid.len, self->uuid, sizeof self->uuid);
      g_assert_cmpuint (hello->epoch, ==, self->epoch);
    }
  memcpy (self->uuid, hello->uuid.data, sizeof self->uuid);
  self->epoch = hello->epoch;
  self->known = TRUE;
  self->sampling = hello->sampling;
  self->pid = hello->pid;
  self->role = hello->role;
  self->n_hellos++;
  g_strlcpy (self->title, hello->name, sizeof self->title);
  g_strlcpy (self->detail, hello->detail, sizeof self->detail);

  for (; self->n_metrics < hello->n_metrics; self->n_metrics++)
    {
      self->names[self->n_metrics] = g_strdup (hello->metrics[self->n_metrics]->name);
      self->kinds[self->n_metrics] = (HrKind) hello->metrics[self->n_metrics]->kind;
    }
}

/* Adds a column up; with @absolute it replaces what was known of each metric in it. */
static void
take_columns (Client                  *self,
              const Headroom__Columns *columns,
              gboolean                 absolute)
{
  guint metric = 0;
  gsize bucket = 0;

  for (gsize i = 0; columns != NULL && i < columns->n_metric; i++)
    {
      metric += columns->metric[i];
      g_assert_cmpuint (metric, <, self->n_metrics);
      if (absolute)
        self->counts[metric] = self->in_buckets[metric] = 0, self->sums[metric] = 0;
      self->counts[metric] += columns->count[i];
      self->sums[metric] += columns->sum[i];
      self->last[metric] = columns->last[i];
      for (guint k = 0; k < columns->n_buckets[i]; k++)
        self->in_buckets[metric] += columns->bucket_count[bucket++];
      if (hr_kind_is_time (self->kinds[metric]))
        g_assert_cmpuint (self->in_buckets[metric], ==, self->counts[metric]);
    }
}

static void
take_snapshot (Client                   *self,
               const Headroom__Snapshot *snapshot)
{
  g_assert_false (self->totals_open);
  g_assert_cmpuint (snapshot->sequence, ==, self->sequence + 1);
  g_assert_cmpint ((gint64) snapshot->end_ns, >=, self->end_ns);
  self->sequence = snapshot->sequence;
  self->end_ns = (gint64) snapshot->end_ns;
  self->interval_ns = snapshot->interval_ns;
  self->n_snapshots++;
  take_columns (self, snapshot->columns, FALSE);
}

static void
take_totals (Client                 *self,
             const Headroom__Totals *totals)
{
  if (self->totals_open)
    g_assert_cmpuint (totals->sequence, ==, self->sequence);
  else
    g_assert_cmpuint (totals->sequence, >=, self->sequence);
  self->sequence = totals->sequence;
  self->totals_open = totals->n_left > 0;
  self->n_totals++;
  take_columns (self, totals->columns, TRUE);
}

static void
take_frame (Client                *self,
            const Headroom__Frame *frame)
{
  switch ((int) frame->body_case)
    {
    case HEADROOM__FRAME__BODY_HELLO:
      take_hello (self, frame->hello);
      break;
    case HEADROOM__FRAME__BODY_SNAPSHOT:
      take_snapshot (self, frame->snapshot);
      break;
    case HEADROOM__FRAME__BODY_TOTALS:
      take_totals (self, frame->totals);
      break;
    case HEADROOM__FRAME__BODY_GOODBYE:
      self->n_goodbyes++;
      break;
    case HEADROOM__FRAME__BODY_PONG:
      g_assert_cmpuint (frame->pong->sent_ns, ==, 4711);
      g_assert_cmpuint (frame->pong->monotonic_ns, >, 0);
      g_assert_cmpuint (frame->pong->realtime_ns, >, frame->pong->monotonic_ns);
      self->n_pongs++;
      break;
    case HEADROOM__FRAME__BODY_FOUND:
      self->n_found++;
      break;
    case HEADROOM__FRAME__BODY_REFUSAL:
      self->n_refusals++;
      break;
    case HEADROOM__FRAME__BODY_RECORDS:
      self->n_answers++;
      self->n_records += (guint) frame->records->n_time;
      self->n_lost += frame->records->lost;
      self->next_record = frame->records->next;
      self->more_records = frame->records->more != 0;
      self->keeps_records = frame->records->known != 0;
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
cut_frames (Client *self)
{
  const uint8_t   *body;
  size_t           size;
  Headroom__Frame *frame;

  while (hr_frame_cutter_next (&self->cutter, &body, &size) == HR_WIRE_OK && body != NULL)
    {
      g_assert_cmpint (hr_wire_unpack (body, size, &frame), ==, HR_WIRE_OK);
      take_frame (self, frame);
      headroom__frame__free_unpacked (frame, NULL);
    }
}

/* Takes in what has come, waiting a little for it. Returns FALSE when the link has ended. */
gboolean
client_read (Client *self)
{
  struct pollfd      descriptor = { .fd = self->fd, .events = POLLIN };
  g_autofree guint8 *bytes = g_malloc (READ_BYTES);
  ssize_t            n;

  if (self->fd < 0)
    return FALSE;
  if (self->idle != NULL)
    self->idle (self->user_data);
  if (poll (&descriptor, 1, self->idle != NULL ? 0 : 10) <= 0)
    return TRUE;

  n = recv (self->fd, bytes, READ_BYTES, 0);
  if (n <= 0)
    {
      client_disconnect (self);
      return FALSE;
    }
  g_assert_cmpint (hr_frame_cutter_push (&self->cutter, bytes, (size_t) n), ==, HR_WIRE_OK);
  cut_frames (self);

  return TRUE;
}

/* Waits for the end of the link. Returns whether not a single byte came before it. */
gboolean
client_is_closed (Client *self)
{
  gint64 until = g_get_monotonic_time () + CLIENT_PATIENCE_US;

  while (self->fd >= 0 && g_get_monotonic_time () < until)
    {
      struct pollfd descriptor = { .fd = self->fd, .events = POLLIN };
      gboolean      reset;
      guint8        byte;
      ssize_t       n;

      if (self->idle != NULL)
        self->idle (self->user_data);
      if (poll (&descriptor, 1, self->idle != NULL ? 0 : 10) <= 0)
        continue;
      n = recv (self->fd, &byte, 1, 0);
      reset = n < 0 && errno == ECONNRESET;
      client_disconnect (self);

      return n == 0 || reset;
    }

  return FALSE;
}

/* Returns the number of the metric called @name, G_MAXUINT: it was not told yet. */
guint
client_metric (Client     *self,
               const char *name)
{
  for (guint i = 0; i < self->n_metrics; i++)
    if (g_str_equal (self->names[i], name))
      return i;

  return G_MAXUINT;
}

guint64
client_count (Client     *self,
              const char *name)
{
  guint metric = client_metric (self, name);

  return metric != G_MAXUINT ? self->counts[metric] : 0;
}
