/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract.h"

G_BEGIN_DECLS

/* The text of a contract being changed: what is not touched stays as it is, comments, order and line ends included. */
typedef struct _HrContractEditor HrContractEditor;

HrContractEditor *hr_contract_editor_new (const char *text,
                                          gsize       size,
                                          const char *file,
                                          GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void              hr_contract_editor_free (HrContractEditor *self);

/* Sets a key of the budget called @budget, or of the group "contract"; @value NULL takes the key out. The text must be a contract again, or
 * nothing is changed and @error says why. */
gboolean hr_contract_editor_set (HrContractEditor *self,
                                 const char       *budget,
                                 const char       *key,
                                 const char       *value,
                                 GError          **error);
/* @keys: pairs of name and value, NULL at the end; values in the format of the file. The budget then has these keys and no others. One change, all or
 * nothing. */
gboolean hr_contract_editor_replace (HrContractEditor  *self,
                                     const char        *budget,
                                     const char        *new_name,
                                     const char *const *keys,
                                     GError           **error);
gboolean hr_contract_editor_add (HrContractEditor  *self,
                                 const char        *budget,
                                 const char *const *keys,
                                 GError           **error);
gboolean hr_contract_editor_remove (HrContractEditor *self,
                                    const char       *budget,
                                    GError          **error);

gboolean hr_contract_editor_can_undo (HrContractEditor *self);
void     hr_contract_editor_undo (HrContractEditor *self);

const char *hr_contract_editor_get_text (HrContractEditor *self);
HrContract *hr_contract_editor_get_contract (HrContractEditor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrContractEditor, hr_contract_editor_free)

G_END_DECLS
