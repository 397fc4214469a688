/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/record-page.h"
#include "engine/link/pairing.h"
#include "engine/model/program.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

typedef enum
{
  HR_MESSAGE_HELLO,
  HR_MESSAGE_SNAPSHOT,
  HR_MESSAGE_TOTALS,
  HR_MESSAGE_GOODBYE,
  HR_MESSAGE_CONTROL,
  HR_MESSAGE_RESUME,
  HR_MESSAGE_PING,
  HR_MESSAGE_PONG,
  HR_MESSAGE_ACCESS,
  HR_MESSAGE_SEARCH,
  HR_MESSAGE_FOUND,
  HR_MESSAGE_WATCH,
  HR_MESSAGE_REFUSAL,
  HR_MESSAGE_QUERY,
  HR_MESSAGE_RECORDS
} HrMessageType;

#define HR_SEARCH_LIMIT 1024
#define HR_RECORDS_LIMIT 32768 /* of an answer */

/* A command to one stream; the interval is the whole agent's. */
typedef enum
{
  HR_SWITCH_UNCHANGED,
  HR_SWITCH_OFF,
  HR_SWITCH_ON
} HrSwitch;

typedef struct
{
  HrSwitch sampling;
  guint    interval_ms; /* 0: unchanged */
  gboolean cleanup;
  HrSwitch subscribed;
} HrControl;

typedef struct
{
  HrStreamName name;
  guint64      sequence;
} HrPosition;

/* One frame of the wire in the model's words. @stream is the link's short name of the stream. */
typedef struct
{
  HrMessageType type;
  guint         stream;
  union
  {
    struct
    {
      HrStreamName  name;
      HrSourceRole  role;
      char         *title;
      char         *detail;
      guint64       pid;
      gboolean      sampling;
      gboolean      records; /* can be asked for themselves */
      HrMetricInfo *metrics;
      guint         n_metrics;
    } hello;
    struct
    {
      HrSnapshot *snapshot; /* also for totals: the samples are cumulative then */
      guint       n_left;   /* totals: frames of the same number that follow */
    };
    char     *reason;
    HrControl control;
    struct
    {
      HrPosition *positions;
      guint       n_positions;
    } resume;
    struct
    {
      gint64 sent_ns;
      gint64 monotonic_ns;
      gint64 realtime_ns;
    } ping; /* and pong */
    struct
    {
      guint8 token[HR_TOKEN_BYTES];
      char  *name;
    } access;
    struct
    {
      guint request;
      char *text;
      guint limit;
    } search;
    struct
    {
      guint       request;
      HrProgram **programs;
      guint       n_programs;
      guint       n_more;
    } found;
    struct
    {
      guint64  pid;
      guint64  start_time;
      HrSwitch watched;
    } watch;
    struct
    {
      guint64 pid;
      char   *reason;
    } refusal;
    struct
    {
      guint         request;
      guint8        uuid[16]; /* of the instance */
      HrRecordQuery what;
    } query;
    struct
    {
      guint        request;
      gboolean     known; /* else nothing is kept of the instance, and the page is empty */
      HrRecordPage page;
    } records;
  };
} HrMessage;

#define HR_LINK_ERROR (hr_link_error_quark ())

typedef enum
{
  HR_LINK_ERROR_TOO_LARGE,
  HR_LINK_ERROR_GARBLED,
  HR_LINK_ERROR_UNKNOWN,
  HR_LINK_ERROR_VERSION,
  HR_LINK_ERROR_LIMIT,
  HR_LINK_ERROR_CLOSED,      /* the peer hung up */
  HR_LINK_ERROR_OVERFLOW,    /* the peer does not read what it is sent */
  HR_LINK_ERROR_PEER,        /* the peer is another user */
  HR_LINK_ERROR_CERTIFICATE, /* the peer's certificate is not the pinned one */
  HR_LINK_ERROR_TLS          /* TLS failed, or its version is older than 1.3 */
} HrLinkError;

GQuark hr_link_error_quark (void);

void hr_message_clear (HrMessage *self);

GBytes  *hr_message_encode (const HrMessage *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_message_decode (const guint8 *body,
                            gsize         size,
                            HrMessage    *out,
                            GError      **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrMessage, hr_message_clear)

G_END_DECLS
