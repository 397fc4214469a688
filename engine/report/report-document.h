/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/palette.h"
#include "engine/report/report-private.h"

G_BEGIN_DECLS

/* A report as people read it, from top to bottom: what HTML and PDF lay out, each in its way. */
typedef enum
{
  HR_BLOCK_VERDICT, /* what stands first: a word, the sentence, and by what it was judged */
  HR_BLOCK_TILES,   /* key figures: a cell each, with its column's title */
  HR_BLOCK_HEADING,
  HR_BLOCK_NOTE,
  HR_BLOCK_TABLE,
  HR_BLOCK_PICTURE,
  HR_N_BLOCKS
} HrBlockKind;

typedef struct
{
  const char *title;
  gboolean    number; /* aligned at its end */
} HrColumn;

typedef struct
{
  char  *text;
  HrTone tone;
} HrCell;

typedef struct
{
  HrBlockKind kind;
  HrTone      tone;
  char       *title;
  char       *text;    /* or NULL */
  char       *detail;  /* or NULL */
  GArray     *columns; /* HrColumn; NULL: no table */
  GArray     *cells;   /* HrCell, row by row */
  HrPicture  *picture;
} HrReportBlock;

typedef struct
{
  char      *title;
  char      *subtitle;
  GPtrArray *blocks; /* HrReportBlock */
} HrReportDocument;

HrReportDocument *hr_report_document_new (HrReport *report) G_GNUC_WARN_UNUSED_RESULT;
void              hr_report_document_free (HrReportDocument *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrReportDocument, hr_report_document_free)

G_END_DECLS
