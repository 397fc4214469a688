/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a contract file: a contract or a named error, never anything else. What is a contract can be remarked on and edited, and is
 * byte for byte the same again once that is undone. */

#include "engine/budget/contract-editor.h"
#include "engine/budget/contract-lint.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* The first budget loses a key, gets others, another name, and company; each of it may be refused. */
static void
edit_all (HrContractEditor *editor)
{
  static const char *const keys[] = { "metric", "own", "unit", "ms", "statistic", "max", "limit", "5", NULL };
  g_autofree char         *name = g_strdup (hr_contract_get_budget (hr_contract_editor_get_contract (editor), 0)->name);

  hr_contract_editor_set (editor, name, "window", NULL, NULL);
  hr_contract_editor_set (editor, name, "limit", "7", NULL);
  hr_contract_editor_set (editor, "contract", "name", "fuzz", NULL);
  hr_contract_editor_add (editor, "added", keys, NULL);
  hr_contract_editor_remove (editor, name, NULL);
  hr_contract_editor_replace (editor, "added", "renamed", keys, NULL);
}

static void
check_editor (const char *data,
              gsize       size)
{
  g_autoptr (HrContractEditor) editor = hr_contract_editor_new (data, size, "fuzz.ini", NULL);

  g_assert_nonnull (editor);
  edit_all (editor);
  while (hr_contract_editor_can_undo (editor))
    hr_contract_editor_undo (editor);
  g_assert_cmpmem (hr_contract_editor_get_text (editor), strlen (hr_contract_editor_get_text (editor)), data, size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrContract) contract = hr_contract_parse ((const char *) data, size, "fuzz.ini", &error);
  g_autoptr (GPtrArray) remarks = NULL;

  g_assert_true ((contract == NULL) == (error != NULL));
  if (contract == NULL)
    return 0;

  g_assert_cmpuint (hr_contract_get_n_budgets (contract), <=, HR_CONTRACT_MAX_BUDGETS);
  remarks = hr_contract_lint (contract);
  check_editor ((const char *) data, size);

  return 0;
}
