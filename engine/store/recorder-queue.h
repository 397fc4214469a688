/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/store/writer.h"

G_BEGIN_DECLS

/* What a recorder knows of a source: what it was told on the main thread, and how that stands in the file. Counted. */
typedef struct
{
  gatomicrefcount count;

  /* Guarded by the recorder's mutex. */
  HrSourceNote note;
  GArray      *metrics; /* HrMetricInfo; names are interned */
  guint        revision;

  /* The thread's. */
  guint   generation; /* of the file's opening that the rest is about */
  guint   written_revision;
  gint64  id;
  GArray *metric_ids; /* gint64 */
} HrToldSource;

HrToldSource *hr_told_source_new (void) G_GNUC_WARN_UNUSED_RESULT;
HrToldSource *hr_told_source_ref (HrToldSource *self);
void          hr_told_source_unref (HrToldSource *self);

typedef enum
{
  HR_ITEM_SNAPSHOT,
  HR_ITEM_ALERT,
  HR_ITEM_MARK,
  HR_ITEM_CONTRACT,
  HR_ITEM_RAW,
  HR_ITEM_LOSS
} HrItemType;

/* Something that is to be written. */
typedef struct
{
  HrItemType    type;
  gsize         bytes;
  HrToldSource *source; /* of a snapshot or of records, else NULL */
  union
  {
    HrSnapshot  *snapshot;
    HrAlertNote  alert;
    HrMark       mark;
    HrRawWindow *raw;
    struct
    {
      gint64 from_us;
      char  *file;
      char  *text;
    } contract;
    struct
    {
      char   *source;
      gint64  time_us;
      guint64 n;
    } loss;
  };
} HrItem;

void hr_item_free (HrItem *self);

/* What waits, bounded by bytes: when it is full, the newest is lost, and an item that counts how many of a source were takes their
 * place. What was taken out still counts until it is done with. */
typedef struct
{
  GQueue      items; /* owned HrItem */
  gsize       bytes;
  gsize       max_bytes;
  guint64     n_snapshots;
  guint64     n_lost; /* ever */
  GHashTable *losses; /* name of a source -> HrItem in @items that counts its losses */
} HrQueue;

void     hr_queue_init (HrQueue *self,
                        gsize    max_bytes);
void     hr_queue_clear (HrQueue *self);
gboolean hr_queue_push (HrQueue *self,
                        HrItem  *item,
                        gint64   now_us);
void     hr_queue_take (HrQueue *self,
                        GQueue  *out);
void     hr_queue_done (HrQueue *self,
                        HrItem  *item);

G_END_DECLS
