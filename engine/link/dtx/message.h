/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/value.h"

G_BEGIN_DECLS

/* A sample of a thousand processes takes a tenth of it. */
#define HR_DTX_MAX_MESSAGE (1u << 20)
#define HR_DTX_MAX_HEADER 1024u
#define HR_DTX_MAX_FRAGMENTS 1024u
#define HR_DTX_MAX_OPEN 4u /* messages whose fragments have not all arrived */
#define HR_DTX_MAX_ARGUMENTS 64u
#define HR_DTX_MAX_PENDING (2 * HR_DTX_MAX_MESSAGE) /* bytes that are held uncut */

/* What a message is; other numbers are passed on as they came. */
typedef enum
{
  HR_DTX_ACK = 0,
  HR_DTX_DATA = 1,
  HR_DTX_CALL = 2,
  HR_DTX_OBJECT = 3,
  HR_DTX_ERROR = 4,
  HR_DTX_COMPRESSED = 7
} HrDtxType;

typedef enum
{
  HR_DTX_TEXT = 1,
  HR_DTX_ARCHIVE = 2,
  HR_DTX_INT32 = 3,
  HR_DTX_INT64 = 6,
  HR_DTX_REAL = 9,
  HR_DTX_NIL = 10
} HrDtxArgumentType;

typedef struct
{
  HrDtxArgumentType type;
  union
  {
    gint64 integer;
    double real;
  };
  GBytes *bytes; /* of a text or an archive, else NULL */
} HrDtxArgument;

typedef struct
{
  guint32   identifier;   /* counted by whoever began the conversation */
  guint32   conversation; /* 0 begins one; each answer is one more */
  gint32    channel;      /* as on the wire */
  gboolean  expects_reply;
  HrDtxType type;
  GArray   *arguments; /* HrDtxArgument */
  GBytes   *payload;   /* of a call, the archived selector */
} HrDtxMessage;

HrDtxMessage *hr_dtx_message_new (HrDtxType type) G_GNUC_WARN_UNUSED_RESULT;
HrDtxMessage *hr_dtx_message_new_call (const char *selector) G_GNUC_WARN_UNUSED_RESULT;
HrDtxMessage *hr_dtx_message_new_ack (const HrDtxMessage *received) G_GNUC_WARN_UNUSED_RESULT;
void          hr_dtx_message_free (HrDtxMessage *self);

void hr_dtx_message_add_int32 (HrDtxMessage *self,
                               gint32        integer);
void hr_dtx_message_add_real (HrDtxMessage *self,
                              double        real);
void hr_dtx_message_add_archive (HrDtxMessage  *self,
                                 const HrValue *value);

gboolean hr_dtx_message_is_answer (const HrDtxMessage *self);
gint32   hr_dtx_message_get_channel (const HrDtxMessage *self);
HrValue *hr_dtx_message_decode (const HrDtxMessage *self,
                                GError            **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *hr_dtx_message_encode (const HrDtxMessage *self) G_GNUC_WARN_UNUSED_RESULT;

/* Messages out of a stream that is cut anywhere. */
typedef struct _HrDtxReader HrDtxReader;

HrDtxReader *hr_dtx_reader_new (void) G_GNUC_WARN_UNUSED_RESULT;
void         hr_dtx_reader_free (HrDtxReader *self);

gboolean      hr_dtx_reader_push (HrDtxReader  *self,
                                  const guint8 *bytes,
                                  gsize         size,
                                  GError      **error);
HrDtxMessage *hr_dtx_reader_next (HrDtxReader *self,
                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gsize         hr_dtx_reader_get_wanted (const HrDtxReader *self);
GError       *hr_dtx_reader_end (const HrDtxReader *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDtxMessage, hr_dtx_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrDtxReader, hr_dtx_reader_free)

G_END_DECLS
