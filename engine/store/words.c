/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/store/words.h"

#include "engine/store/writer.h"

static const char *const roles[HR_N_SOURCE_ROLES] = { "computer", "program", "device" };
static const char *const groups[HR_N_SOURCE_GROUPS] = { "computer", "usb", "network" };
static const char *const alert_types[HR_N_ALERT_TYPES] = { "performance", "memory", "network", "api", "system" };
static const char *const marks[HR_N_MARKS] = { "state", "loss", "clock", "overhead", "cleanup", "note" };

/* How many words there are. */
static guint
count (HrWords words)
{
  switch (words)
    {
    case HR_WORDS_ROLE:
      return HR_N_SOURCE_ROLES;
    case HR_WORDS_GROUP:
      return HR_N_SOURCE_GROUPS;
    case HR_WORDS_KIND:
      return HR_N_KINDS;
    case HR_WORDS_UNIT:
      return HR_N_UNITS;
    case HR_WORDS_DIRECTION:
      return HR_N_DIRECTIONS;
    case HR_WORDS_SEVERITY:
      return HR_N_SEVERITIES;
    case HR_WORDS_ALERT_TYPE:
      return HR_N_ALERT_TYPES;
    case HR_WORDS_MARK:
    default:
      return HR_N_MARKS;
    }
}

/* Returns the word for @value of the enumeration @words, which has it. */
const char *
hr_store_word (HrWords words,
               guint   value)
{
  g_return_val_if_fail (value < count (words), "unknown");

  switch (words)
    {
    case HR_WORDS_ROLE:
      return roles[value];
    case HR_WORDS_GROUP:
      return groups[value];
    case HR_WORDS_KIND:
      return hr_kind_name ((HrKind) value);
    case HR_WORDS_UNIT:
      return hr_unit_name ((HrUnit) value);
    case HR_WORDS_DIRECTION:
      return hr_direction_name ((HrDirection) value);
    case HR_WORDS_SEVERITY:
      return hr_severity_name ((HrSeverity) value);
    case HR_WORDS_ALERT_TYPE:
      return alert_types[value];
    case HR_WORDS_MARK:
    default:
      return marks[value];
    }
}

/* Writes what @word stands for to @out. @word: (nullable). Returns FALSE when it stands for nothing of @words. */
gboolean
hr_store_find_word (HrWords     words,
                    const char *word,
                    guint      *out)
{
  for (guint i = 0; word != NULL && i < count (words); i++)
    if (g_str_equal (word, hr_store_word (words, i)))
      {
        *out = i;
        return TRUE;
      }

  return FALSE;
}

/* Returns what @kind is called in files. */
const char *
hr_mark_kind_name (HrMarkKind kind)
{
  return hr_store_word (HR_WORDS_MARK, kind);
}
