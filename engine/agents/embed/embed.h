/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/probe/probe.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* The agent inside a program: one thread that reads the program's own region and serves it, with figures of the platform, to
   * one desktop at a time over a socket. On a phone it listens on the loopback, where the cable leads to; on a computer on a Unix
   * socket. Portable C11 and POSIX. */
  typedef struct _HrEmbed HrEmbed;

#define HR_EMBED_PORT 7777u

  /* Zero or NULL stands for what is said here. */
  typedef struct
  {
    const char *listen;        /* "unix:/PATH" or "tcp:PORT" (127.0.0.1 only); NULL: tcp:7777 on a phone, else unix:RUNTIME/NAME-PID.sock */
    const char *token;         /* 32 hexadecimal digits that a desktop has to know; NULL: none wanted */
    const char *detail;        /* "iPhone 13 · iOS 17.2"; NULL: what the platform knows */
    size_t      backlog_bytes; /* of snapshots kept for a link that comes back; 0: 4 MiB */
    unsigned    interval_ms;   /* 0: 100; the desktop may ask for another */
  } HrEmbedOptions;

  /* Starts the agent of what @probe records. NULL: it could not listen, or memory is short; what is wrong stands in @error (of
   * @error_size bytes, may be NULL). The program goes on either way. */
  HrEmbed *hr_embed_start (HrProbe              *probe,
                           const HrEmbedOptions *options,
                           char                 *error,
                           size_t                error_size);
  /* Says goodbye and ends the thread. Before the probe is closed. Accepts NULL. */
  void hr_embed_stop (HrEmbed *self);

  /* Where it listens: "unix:/run/…", "tcp:7777". */
  const char *hr_embed_address (const HrEmbed *self);

  /* An app that goes to the background loses its sockets; suspend closes them on purpose and resume listens anew. Measuring
   * goes on, into the backlog. */
  void hr_embed_suspend (HrEmbed *self);
  void hr_embed_resume (HrEmbed *self);

  /* From the display link: one frame took @frame_ns, from any one thread. It is recorded as ui_frame_time_ms. */
  void hr_embed_frame (HrEmbed *self,
                       uint64_t frame_ns);

  /* What only the platform's frameworks tell: thermal state 0 (nominal) .. 3 (critical). */
  void hr_embed_thermal (HrEmbed *self,
                         unsigned state);
  /* The system is short of memory (level 1: warning, 2: critical): counted as an event, and the program's cleanup callback runs with its next hr_probe_poll (). */
  void hr_embed_memory_pressure (HrEmbed *self,
                                 unsigned level);

#ifdef __cplusplus
}
#endif
