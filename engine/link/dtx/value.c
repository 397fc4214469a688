/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/value.h"

#include <math.h>

static HrValue *
value_new (HrValueType type)
{
  HrValue *self = g_new0 (HrValue, 1);

  self->type = type;

  return self;
}

/* Returns: (transfer full): nothing. */
HrValue *
hr_value_new_null (void)
{
  return value_new (HR_VALUE_NULL);
}

/* Returns: (transfer full): yes or no. */
HrValue *
hr_value_new_boolean (gboolean boolean)
{
  HrValue *self = value_new (HR_VALUE_BOOLEAN);

  self->integer = !!boolean;

  return self;
}

/* Returns: (transfer full): an integer. */
HrValue *
hr_value_new_integer (gint64 integer)
{
  HrValue *self = value_new (HR_VALUE_INTEGER);

  self->integer = integer;

  return self;
}

/* Returns: (transfer full): an integer that is 0 or more; HR_VALUE_UNSIGNED only where no gint64 holds it. */
HrValue *
hr_value_new_unsigned (guint64 number)
{
  HrValue *self = value_new (number > G_MAXINT64 ? HR_VALUE_UNSIGNED : HR_VALUE_INTEGER);

  self->number = number;

  return self;
}

/* Returns: (transfer full): a number with a fraction. */
HrValue *
hr_value_new_real (double real)
{
  HrValue *self = value_new (HR_VALUE_REAL);

  self->real = real;

  return self;
}

/* Returns: (transfer full): a time, @seconds after 2001 began. */
HrValue *
hr_value_new_date (double seconds)
{
  HrValue *self = value_new (HR_VALUE_DATE);

  self->real = seconds;

  return self;
}

/* Returns: (transfer full): a copy of @text, which is valid UTF-8. */
HrValue *
hr_value_new_string (const char *text)
{
  return hr_value_take_string (g_strdup (text));
}

/* Returns: (transfer full): @text (transfer full), which is valid UTF-8. */
HrValue *
hr_value_take_string (char *text)
{
  HrValue *self = value_new (HR_VALUE_STRING);

  self->text = text;

  return self;
}

/* Returns: (transfer full): a copy of @bytes. */
HrValue *
hr_value_new_data (gconstpointer bytes,
                   gsize         size)
{
  HrValue *self = value_new (HR_VALUE_DATA);

  self->data = g_bytes_new (bytes, size);

  return self;
}

static void
free_value (gpointer data)
{
  hr_value_free (data);
}

static HrValue *
container_new (HrValueType type)
{
  HrValue *self = value_new (type);

  self->items = g_ptr_array_new_with_free_func (free_value);
  if (type == HR_VALUE_DICTIONARY || type == HR_VALUE_OBJECT)
    self->keys = g_ptr_array_new_with_free_func (free_value);

  return self;
}

/* Returns: (transfer full): an empty array. */
HrValue *
hr_value_new_array (void)
{
  return container_new (HR_VALUE_ARRAY);
}

/* Returns: (transfer full): an empty set, whose order means nothing. */
HrValue *
hr_value_new_set (void)
{
  return container_new (HR_VALUE_SET);
}

/* Returns: (transfer full): an empty dictionary. */
HrValue *
hr_value_new_dictionary (void)
{
  return container_new (HR_VALUE_DICTIONARY);
}

/* Returns: (transfer full): an object of @class_name without fields. */
HrValue *
hr_value_new_object (const char *class_name)
{
  HrValue *self = container_new (HR_VALUE_OBJECT);

  self->class_name = g_strdup (class_name);

  return self;
}

/* Frees @self and all below it. Accepts NULL. */
void
hr_value_free (HrValue *self)
{
  if (self == NULL)
    return;

  if (self->type == HR_VALUE_STRING)
    g_free (self->text);
  else if (self->type == HR_VALUE_DATA)
    g_bytes_unref (self->data);
  else if (self->type >= HR_VALUE_ARRAY)
    {
      g_free (self->class_name);
      g_clear_pointer (&self->keys, g_ptr_array_unref);
      g_ptr_array_unref (self->items);
    }
  g_free (self);
}

/* Adds @item (transfer full) at the end of an array or a set. */
void
hr_value_append (HrValue *self,
                 HrValue *item)
{
  g_return_if_fail (self->type == HR_VALUE_ARRAY || self->type == HR_VALUE_SET);

  g_ptr_array_add (self->items, item);
}

/* Adds @item (transfer full) to a dictionary or an object under @key (transfer full), which it does not have yet. */
void
hr_value_insert (HrValue *self,
                 HrValue *key,
                 HrValue *item)
{
  g_return_if_fail (self->type == HR_VALUE_DICTIONARY || self->type == HR_VALUE_OBJECT);

  g_ptr_array_add (self->keys, key);
  g_ptr_array_add (self->items, item);
}

/* Adds @item (transfer full) under a name that @self does not have yet. */
void
hr_value_set (HrValue    *self,
              const char *key,
              HrValue    *item)
{
  hr_value_insert (self, hr_value_new_string (key), item);
}

/* Returns how many items @self holds; 0 when it is NULL or holds none by its type. */
guint
hr_value_get_n_items (const HrValue *self)
{
  return self != NULL && self->type >= HR_VALUE_ARRAY ? self->items->len : 0;
}

/* Returns: (transfer none) (nullable): the item at @index, NULL where there is none. */
const HrValue *
hr_value_get_item (const HrValue *self,
                   guint          index)
{
  return index < hr_value_get_n_items (self) ? g_ptr_array_index (self->items, index) : NULL;
}

/* Returns: (transfer none) (nullable): what stands under the name @key; NULL where nothing does, or @self has no keys or is NULL. */
const HrValue *
hr_value_get (const HrValue *self,
              const char    *key)
{
  if (self == NULL || (self->type != HR_VALUE_DICTIONARY && self->type != HR_VALUE_OBJECT))
    return NULL;

  for (guint i = 0; i < self->keys->len; i++)
    if (g_strcmp0 (hr_value_get_text (g_ptr_array_index (self->keys, i)), key) == 0)
      return g_ptr_array_index (self->items, i);

  return NULL;
}

/* Returns the number that @self is; NaN when it is none, or NULL. */
double
hr_value_get_number (const HrValue *self)
{
  if (self == NULL)
    return NAN;

  switch (self->type)
    {
    case HR_VALUE_INTEGER:
      return (double) self->integer;
    case HR_VALUE_UNSIGNED:
      return (double) self->number;
    case HR_VALUE_REAL:
      return self->real;
    case HR_VALUE_NULL:
    case HR_VALUE_BOOLEAN:
    case HR_VALUE_DATE:
    case HR_VALUE_STRING:
    case HR_VALUE_DATA:
    case HR_VALUE_ARRAY:
    case HR_VALUE_SET:
    case HR_VALUE_DICTIONARY:
    case HR_VALUE_OBJECT:
    default:
      return NAN;
    }
}

/* Returns: (transfer none) (nullable): the text that @self is; NULL when it is none, or NULL. */
const char *
hr_value_get_text (const HrValue *self)
{
  return self != NULL && self->type == HR_VALUE_STRING ? self->text : NULL;
}
