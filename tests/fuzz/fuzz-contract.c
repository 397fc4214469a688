/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a contract file: a contract or a named error, never anything else. */

#include "engine/budget/contract.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse ((const char *) data, size, "fuzz.ini", &error);

  g_assert_true ((contract == NULL) == (error != NULL));
  if (contract != NULL)
    g_assert_cmpuint (hr_contract_get_n_budgets (contract), <=, HR_CONTRACT_MAX_BUDGETS);

  return 0;
}
