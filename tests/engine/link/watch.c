/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/engine/link/watch.h"
#include "tests/engine/link/wait.h"

static void
message_cb (HrLink          *link,
            const HrMessage *message,
            gpointer         user_data)
{
  Watch *self = user_data;

  if (message->type == HR_MESSAGE_PING)
    g_string_append_printf (self->heard, "ping %" G_GINT64_FORMAT "|", message->ping.sent_ns);
  else if (message->type == HR_MESSAGE_GOODBYE)
    g_string_append_printf (self->heard, "goodbye %s|", message->reason);
  else
    g_string_append_printf (self->heard, "%d|", message->type);
}

static void
closed_cb (HrLink       *link,
           const GError *error,
           gpointer      user_data)
{
  Watch *self = user_data;

  g_assert_false (hr_link_is_open (link));
  self->n_closed++;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

/* Takes over @link. */
void
watch_init (Watch  *self,
            HrLink *link)
{
  *self = (Watch){ .link = link, .heard = g_string_new (NULL) };
  g_signal_connect (link, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (link, "closed", G_CALLBACK (closed_cb), self);
}

/* Also asserts that nothing else holds the link. */
void
watch_clear (Watch *self)
{
  g_assert_finalize_object (self->link);
  g_string_free (self->heard, TRUE);
  g_clear_error (&self->error);
}

void
watch_until_closed (Watch *self)
{
  wait_until (self->n_closed != 0);
}

void
watch_until_heard (Watch      *self,
                   const char *end)
{
  wait_until (g_str_has_suffix (self->heard->str, end));
}

void
send_ping (HrLink *link,
           gint64  sent_ns)
{
  HrMessage message = { .type = HR_MESSAGE_PING };

  message.ping.sent_ns = sent_ns;
  hr_link_send (link, &message);
}
