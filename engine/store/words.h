/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words of session files for the engine's enumerations. */
typedef enum
{
  HR_WORDS_ROLE,       /* HrSourceRole */
  HR_WORDS_GROUP,      /* HrSourceGroup */
  HR_WORDS_KIND,       /* HrKind */
  HR_WORDS_UNIT,       /* HrUnit */
  HR_WORDS_DIRECTION,  /* HrDirection */
  HR_WORDS_SEVERITY,   /* HrSeverity */
  HR_WORDS_ALERT_TYPE, /* HrAlertType */
  HR_WORDS_MARK        /* HrMarkKind */
} HrWords;

const char *hr_store_word (HrWords words,
                           guint   value);
gboolean    hr_store_find_word (HrWords     words,
                                const char *word,
                                guint      *out);

G_END_DECLS
