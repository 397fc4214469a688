/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/order.h"

#include <string.h>

/* What came last of one stream. */
typedef struct
{
  HrStreamName name;
  guint64      sequence; /* 0: none yet */
  gint64       end_ns;
} Last;

struct _HrOrder
{
  GHashTable *streams; /* short name -> Last */
};

/* A hello of the same stream changes nothing: it tells of new metrics. */
static gboolean
open_stream (HrOrder         *self,
             const HrMessage *hello,
             GError         **error)
{
  Last *last = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (hello->stream));

  if (last != NULL && last->name.epoch == hello->hello.name.epoch &&
      memcmp (last->name.uuid, hello->hello.name.uuid, sizeof last->name.uuid) == 0)
    return TRUE;

  if (last == NULL && g_hash_table_size (self->streams) >= HR_ORDER_MAX_STREAMS)
    {
      g_set_error (error, HR_LINK_ERROR, HR_LINK_ERROR_LIMIT, "the peer opens more than %d streams", HR_ORDER_MAX_STREAMS);
      return FALSE;
    }

  last = g_new0 (Last, 1);
  last->name = hello->hello.name;
  g_hash_table_insert (self->streams, GUINT_TO_POINTER (hello->stream), last);

  return TRUE;
}

static gboolean
check_time (HrOrder         *self,
            const HrMessage *message,
            GError         **error)
{
  Last *last = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (message->stream));

  if (last == NULL || message->snapshot->sequence <= last->sequence)
    return TRUE;

  if (last->sequence > 0 && message->snapshot->end_ns < last->end_ns)
    {
      g_set_error_literal (error, HR_LINK_ERROR, HR_LINK_ERROR_GARBLED, "the peer's time went backwards");
      return FALSE;
    }

  last->sequence = message->snapshot->sequence;
  last->end_ns = message->snapshot->end_ns;

  return TRUE;
}

/* Takes in the next message of the link. FALSE when it cannot follow those before: HR_LINK_ERROR_GARBLED, or HR_LINK_ERROR_LIMIT
 * when too many streams are open. */
gboolean
hr_order_check (HrOrder         *self,
                const HrMessage *message,
                GError         **error)
{
  if (message->type == HR_MESSAGE_HELLO)
    return open_stream (self, message, error);
  if (message->type == HR_MESSAGE_SNAPSHOT)
    return check_time (self, message, error);
  if (message->type == HR_MESSAGE_GOODBYE)
    g_hash_table_remove (self->streams, GUINT_TO_POINTER (message->stream));

  return TRUE;
}

/* Returns an order in which nothing has come yet. */
HrOrder *
hr_order_new (void)
{
  HrOrder *self = g_new0 (HrOrder, 1);

  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

/* Accepts NULL. */
void
hr_order_free (HrOrder *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->streams);
  g_free (self);
}
