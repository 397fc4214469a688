/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/value.h"

/* Appends @value as one line of text, so that two trees can be compared and read. Defined here, as tests alone want it. */
static void
append_value_text (GString       *text,
                   const HrValue *value)
{
  switch (value->type)
    {
    case HR_VALUE_BOOLEAN:
      g_string_append (text, value->integer != 0 ? "yes" : "no");
      break;
    case HR_VALUE_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->integer);
      break;
    case HR_VALUE_UNSIGNED:
      g_string_append_printf (text, "%" G_GUINT64_FORMAT, value->number);
      break;
    case HR_VALUE_REAL:
      g_string_append_printf (text, "%.17gr", value->real);
      break;
    case HR_VALUE_DATE:
      g_string_append_printf (text, "@%.17g", value->real);
      break;
    case HR_VALUE_STRING:
      g_string_append_printf (text, "'%s'", value->text);
      break;
    case HR_VALUE_DATA:
      g_string_append_printf (text, "<%" G_GSIZE_FORMAT " bytes>", g_bytes_get_size (value->data));
      break;
    case HR_VALUE_ARRAY:
    case HR_VALUE_SET:
    case HR_VALUE_DICTIONARY:
    case HR_VALUE_OBJECT:
      g_string_append_printf (text, "%s%c", value->class_name != NULL ? value->class_name : "", "[({{"[value->type - HR_VALUE_ARRAY]);
      for (guint i = 0; i < value->items->len; i++)
        {
          g_string_append (text, i > 0 ? ", " : "");
          if (value->keys != NULL)
            {
              append_value_text (text, g_ptr_array_index (value->keys, i));
              g_string_append (text, ": ");
            }
          append_value_text (text, g_ptr_array_index (value->items, i));
        }
      g_string_append_c (text, "])}}"[value->type - HR_VALUE_ARRAY]);
      break;
    case HR_VALUE_NULL:
    default:
      g_string_append (text, "nil");
      break;
    }
}

G_GNUC_UNUSED static char *
value_to_text (const HrValue *value)
{
  GString *text = g_string_new (NULL);

  append_value_text (text, value);

  return g_string_free (text, FALSE);
}
