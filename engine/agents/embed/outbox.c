/* SPDX-License-Identifier: MIT */

#include "engine/agents/embed/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What an outbox keeps of its memory when it has become empty. */
#define KEPT_CAPACITY ((size_t) 1 << 16)

/* A peer that is gone is an error and no signal. Where the socket has a switch for it, see listener.c, that is turned: Apple's newest
 * headers have the flag too, which the systems before did not know. */
#if defined(SO_NOSIGPIPE)
#define SEND_FLAGS 0
#else
#define SEND_FLAGS MSG_NOSIGNAL
#endif

/* Appends @bytes, malloc memory that is freed; NULL, a frame that could not be made, counts as short memory. */
bool
hr_outbox_take (HrOutbox *self,
                uint8_t  *bytes,
                size_t    size)
{
  bool added = bytes != NULL && hr_byte_queue_add (self, bytes, size);

  free (bytes);

  return added;
}

/* Sends what the socket takes now; *@out_sent is how much that was. Returns false when the link is broken. */
bool
hr_outbox_flush (HrOutbox *self,
                 int       fd,
                 size_t   *out_sent)
{
  *out_sent = 0;
  while (hr_byte_queue_size (self) > 0)
    {
      ssize_t sent = send (fd, self->bytes + self->begin, hr_byte_queue_size (self), SEND_FLAGS);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
      self->begin += (size_t) sent;
      *out_sent += (size_t) sent;
    }

  self->begin = self->end = 0;
  if (self->capacity > KEPT_CAPACITY)
    hr_byte_queue_clear (self);

  return true;
}
