/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/alert.h"
#include "engine/model/source.h"

G_BEGIN_DECLS

/* Something that happened, on the time axis. Its kind stands in files by name. */
typedef enum
{
  HR_MARK_STATE,    /* a source came, went, was paused or is back */
  HR_MARK_LOSS,     /* snapshots or records that nobody has: @n of them */
  HR_MARK_CLOCK,    /* how a source's clock stands to this computer's: @value is the error either way, in ms */
  HR_MARK_OVERHEAD, /* what monitoring costs: @value is its share of this computer */
  HR_MARK_CLEANUP,  /* a program was asked to free memory */
  HR_MARK_NOTE,     /* written by the user */
  HR_N_MARKS
} HrMarkKind;

typedef struct
{
  HrMarkKind kind;
  gint64     time_us;
  char      *source; /* name; NULL: none in particular */
  char      *text;   /* for people */
  guint64    n;
  double     value; /* NaN: none */
} HrMark;

const char *hr_mark_kind_name (HrMarkKind kind);

/* What a source is, taken from it on the main thread, so that another may write it. */
typedef struct
{
  char         *name;
  char         *title;
  char         *detail; /* or NULL */
  char         *address;
  char         *origin; /* name of the computer or device it came with; NULL: it is one */
  HrSourceRole  role;
  HrSourceGroup group;
} HrSourceNote;

/* One breach as it stands: the same @id again takes the place of what was told before. */
typedef struct
{
  guint64     id; /* of the writer's run; of one that was read, the file's */
  HrAlertType type;
  HrSeverity  severity;
  HrUnit      unit;
  char       *source;
  char       *budget;
  char       *title;
  double      limit;
  double      worst;
  gint64      raised_us;
  gint64      cleared_us; /* 0: active */
} HrAlertNote;

/* Records themselves around a breach: column arrays of @n, ascending by time. */
typedef struct
{
  char    *source;
  guint64  alert; /* HrAlertNote.id; 0: none */
  gint64   begin_us;
  gint64   end_us;
  guint64  n_lost; /* records of that stretch that nobody has any more */
  guint    n;
  gint64  *times_us;
  guint32 *metrics; /* numbers in the source's history */
  double  *values;  /* in the metric's unit, an item */
  guint64 *items;
} HrRawWindow;

void hr_source_note_copy (HrSourceNote       *out,
                          const HrSourceNote *source);
void hr_source_note_clear (HrSourceNote *self);
void hr_mark_clear (HrMark *self);
void hr_alert_note_clear (HrAlertNote *self);
void hr_raw_window_free (HrRawWindow *self);

/* Writes one session file, on whatever thread; every call belongs to the transaction that hr_writer_commit () ends. After a failed
 * call nothing since the last commit is in the file, and the writer can be tried again with the same. */
typedef struct _HrWriter HrWriter;

HrWriter *hr_writer_open (const char *path,
                          gboolean    create_new,
                          GError    **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  hr_writer_close (HrWriter *self,
                           GError  **error);
void      hr_writer_free (HrWriter *self);

gint64   hr_writer_add_source (HrWriter           *self,
                               const HrSourceNote *note,
                               GError            **error);
gint64   hr_writer_add_metric (HrWriter           *self,
                               gint64              source,
                               const HrMetricInfo *metric,
                               GError            **error);
gboolean hr_writer_add_snapshots (HrWriter          *self,
                                  gint64             source,
                                  HrSnapshot *const *snapshots,
                                  guint              n,
                                  const gint64      *metric_ids,
                                  GError           **error);
gboolean hr_writer_add_alert (HrWriter          *self,
                              const HrAlertNote *alert,
                              GError           **error);
gboolean hr_writer_add_mark (HrWriter     *self,
                             const HrMark *mark,
                             GError      **error);
gboolean hr_writer_add_contract (HrWriter   *self,
                                 gint64      from_us,
                                 const char *file,
                                 const char *text,
                                 GError    **error);
gboolean hr_writer_add_raw (HrWriter          *self,
                            gint64             source,
                            const HrRawWindow *window,
                            const gint64      *metric_ids,
                            GError           **error);
gboolean hr_writer_commit (HrWriter *self,
                           GError  **error);

/* Names a stretch; @id 0 makes a new one. */
gint64   hr_writer_set_recording (HrWriter   *self,
                                  gint64      id,
                                  const char *name,
                                  gint64      begin_us,
                                  gint64      end_us,
                                  GError    **error);
gboolean hr_writer_remove_recording (HrWriter *self,
                                     gint64    id,
                                     GError  **error);
/* Lets go of what ended before @before_us, and of the oldest beyond @max_bytes (0: no bound); recordings stay. A bounded piece of that
 * at a time: @out_more says whether there is more. */
gboolean hr_writer_expire (HrWriter *self,
                           gint64    before_us,
                           guint64   max_bytes,
                           gboolean *out_more,
                           GError  **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrSourceNote, hr_source_note_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrWriter, hr_writer_free)

G_END_DECLS
