/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

G_BEGIN_DECLS

/* Where something stands in a contract file, for messages. */
typedef struct
{
  const char *file;
  guint       line; /* from 1 */
} HrContractPlace;

typedef enum
{
  HR_CONTRACT_LINE_END, /* of the file */
  HR_CONTRACT_LINE_GROUP,
  HR_CONTRACT_LINE_KEY
} HrContractLineKind;

/* One line that says something. Texts are trimmed, NUL-terminated and belong to the scanner. */
typedef struct
{
  HrContractLineKind kind;
  HrContractPlace    place;
  const char        *name;  /* of the group or key; NULL at the end */
  const char        *value; /* of the key, else NULL */
} HrContractLine;

/* Reads a key file line by line. */
typedef struct
{
  char       *text; /* owned, cut into strings as it is read */
  char       *next;
  const char *file; /* borrowed */
  guint       line;
} HrContractScanner;

gboolean hr_contract_scanner_init (HrContractScanner *self,
                                   const char        *data,
                                   gsize              size,
                                   const char        *file,
                                   GError           **error);
void     hr_contract_scanner_clear (HrContractScanner *self);
gboolean hr_contract_scanner_next (HrContractScanner *self,
                                   HrContractLine    *out,
                                   GError           **error);

gboolean hr_contract_fail (GError        **error,
                           HrContractError code,
                           HrContractPlace place,
                           const char     *format,
                           ...) G_GNUC_PRINTF (4, 5);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrContractScanner, hr_contract_scanner_clear)

G_END_DECLS
