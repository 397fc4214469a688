/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/contract-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

G_DEFINE_QUARK (hr - contract - error - quark, hr_contract_error)

static void
budget_clear (gpointer data)
{
  HrBudget *self = data;

  g_free (self->name);
  g_free (self->metric);
  g_free (self->source);
}

/* Returns: (transfer full): a contract without anything in it, for the parser to fill. */
HrContract *
hr_contract_new (const char *file)
{
  HrContract *self = g_new0 (HrContract, 1);

  g_atomic_ref_count_init (&self->references);
  self->file = g_strdup (file);
  self->budgets = g_array_new (FALSE, FALSE, sizeof (HrBudget));
  g_array_set_clear_func (self->budgets, budget_clear);

  return self;
}

/* Reads at most @size bytes from @fd. Returns how many, or -1 with errno. */
static gssize
read_up_to (int   fd,
            char *data,
            gsize size)
{
  gsize  used = 0;
  gssize n;

  while (used < size)
    {
      n = read (fd, data + used, size - used);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      used += (gsize) n;
    }

  return (gssize) used;
}

/* Reads the contract file at @path, which may be a pipe; no more than its size limit is ever read.
 * Returns: (transfer full): the contract, or NULL with an HR_CONTRACT_ERROR */
HrContract *
hr_contract_load (const char *path,
                  GError    **error)
{
  g_autofree char *file = g_filename_display_name (path);
  g_autofree char *data = g_malloc (HR_CONTRACT_MAX_BYTES + 1);
  gssize           size = -1;
  int              fd = open (path, O_RDONLY | O_CLOEXEC);
  int              saved;

  if (fd >= 0)
    size = read_up_to (fd, data, HR_CONTRACT_MAX_BYTES + 1);
  saved = errno;
  if (fd >= 0)
    close (fd);

  if (size < 0)
    {
      g_set_error (error, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_READ, "%s: %s", file, g_strerror (saved));
      return NULL;
    }

  return hr_contract_parse (data, (gsize) size, file, error);
}

/* Returns: (transfer full): @self, counted once more. */
HrContract *
hr_contract_ref (HrContract *self)
{
  g_atomic_ref_count_inc (&self->references);

  return self;
}

/* Lets go of @self. NULL is accepted. */
void
hr_contract_unref (HrContract *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;

  g_array_unref (self->budgets);
  g_free (self->name);
  g_free (self->file);
  g_free (self->text);
  g_free (self);
}

/* Returns: (transfer none): what the contract calls itself. */
const char *
hr_contract_get_name (HrContract *self)
{
  return self->name;
}

/* Returns: (transfer none): what its file is called in messages. */
const char *
hr_contract_get_file (HrContract *self)
{
  return self->file;
}

/* Returns: (transfer none): the whole text that it was read from, comments and all. */
const char *
hr_contract_get_text (HrContract *self)
{
  return self->text;
}

/* Returns how many budgets there are, 1..HR_CONTRACT_MAX_BUDGETS. */
guint
hr_contract_get_n_budgets (HrContract *self)
{
  return self->budgets->len;
}

/* Returns: (transfer none): budget number @index, in the order of the file; lives as long as @self. */
const HrBudget *
hr_contract_get_budget (HrContract *self,
                        guint       index)
{
  g_return_val_if_fail (index < self->budgets->len, NULL);

  return &g_array_index (self->budgets, HrBudget, index);
}

/* Returns the bound beyond which @budget is over: its limit or minimum, or for compliance the share to alert below. */
double
hr_budget_bound (const HrBudget *budget)
{
  if (budget->statistic == HR_STATISTIC_COMPLIANCE)
    return budget->alert;

  return isnan (budget->minimum) ? budget->limit : budget->minimum;
}

/* Returns the word in contract files for the bound of @budget: "limit" or "minimum". */
const char *
hr_budget_bound_name (const HrBudget *budget)
{
  return isnan (budget->minimum) ? "limit" : "minimum";
}
