/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HR_VALUE_NULL, /* nil or NSNull */
  HR_VALUE_BOOLEAN,
  HR_VALUE_INTEGER,
  HR_VALUE_UNSIGNED, /* an integer above G_MAXINT64; all others are HR_VALUE_INTEGER */
  HR_VALUE_REAL,
  HR_VALUE_DATE, /* seconds since 2001 began, UTC */
  HR_VALUE_STRING,
  HR_VALUE_DATA,
  HR_VALUE_ARRAY,
  HR_VALUE_SET,
  HR_VALUE_DICTIONARY, /* keys may be of any type: a process is keyed by its number */
  HR_VALUE_OBJECT      /* of a class that has no word here; its fields are keyed by name */
} HrValueType;

typedef struct _HrValue HrValue;

/* What an archive says, as a tree: every value belongs to one other alone. */
struct _HrValue
{
  HrValueType type;
  union
  {
    gint64  integer; /* also a boolean, 0 or 1 */
    guint64 number;
    double  real;
    char   *text;
    GBytes *data;
    struct
    {
      char      *class_name; /* of an object, else NULL */
      GPtrArray *keys;       /* of dictionaries and objects, as many as @items; else NULL */
      GPtrArray *items;
    };
  };
};

HrValue *hr_value_new_null (void) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_boolean (gboolean boolean) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_integer (gint64 integer) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_unsigned (guint64 number) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_real (double real) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_date (double seconds) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_string (const char *text) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_take_string (char *text) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_data (gconstpointer bytes,
                            gsize         size) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_array (void) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_set (void) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_dictionary (void) G_GNUC_WARN_UNUSED_RESULT;
HrValue *hr_value_new_object (const char *class_name) G_GNUC_WARN_UNUSED_RESULT;
void     hr_value_free (HrValue *self);

void hr_value_append (HrValue *self,
                      HrValue *item);
void hr_value_insert (HrValue *self,
                      HrValue *key,
                      HrValue *item);
void hr_value_set (HrValue    *self,
                   const char *key,
                   HrValue    *item);

guint          hr_value_get_n_items (const HrValue *self);
const HrValue *hr_value_get_item (const HrValue *self,
                                  guint          index);
const HrValue *hr_value_get (const HrValue *self,
                             const char    *key);
double         hr_value_get_number (const HrValue *self);
const char    *hr_value_get_text (const HrValue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrValue, hr_value_free)

G_END_DECLS
