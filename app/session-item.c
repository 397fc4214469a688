/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/session-item.h"

#include "app/wording.h"

#include <glib/gi18n.h>

#define SUFFIX ".headroom"

struct _HrSessionItem
{
  GObject parent_instance;

  char              *path;
  gint64             recording;
  char              *title;
  HrRange            range;
  HrSessionItemState state;
  char              *message;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HrSessionItem, hr_session_item, G_TYPE_OBJECT)

static void
hr_session_item_finalize (GObject *object)
{
  HrSessionItem *self = HR_SESSION_ITEM (object);

  g_free (self->path);
  g_free (self->title);
  g_free (self->message);

  G_OBJECT_CLASS (hr_session_item_parent_class)->finalize (object);
}

static void
hr_session_item_class_init (HrSessionItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_session_item_finalize;

  changed_signal = g_signal_new ("changed", HR_TYPE_SESSION_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_session_item_init (HrSessionItem *self)
{
}

/* A file is called by its name. */
static char *
title_of (const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);

  if (g_str_has_suffix (name, SUFFIX) && strlen (name) > strlen (SUFFIX))
    name[strlen (name) - strlen (SUFFIX)] = '\0';

  return g_steal_pointer (&name);
}

HrSessionItem *
hr_session_item_new (const char *path,
                     gint64      recording)
{
  HrSessionItem *self = g_object_new (HR_TYPE_SESSION_ITEM, NULL);

  self->path = g_strdup (path);
  self->recording = recording;
  self->title = title_of (path);

  return self;
}

const char *
hr_session_item_get_path (HrSessionItem *self)
{
  return self->path;
}

gint64
hr_session_item_get_recording (HrSessionItem *self)
{
  return self->recording;
}

gboolean
hr_session_item_is (HrSessionItem *self,
                    const char    *path,
                    gint64         recording)
{
  return self->recording == recording && g_str_equal (self->path, path);
}

const char *
hr_session_item_get_title (HrSessionItem *self)
{
  return self->title;
}

HrRange
hr_session_item_get_range (HrSessionItem *self)
{
  return self->range;
}

HrSessionItemState
hr_session_item_get_state (HrSessionItem *self)
{
  return self->state;
}

/* The day is said unless it is this one. */
static char *
word_begin (gint64 begin_us)
{
  g_autoptr (GDateTime) begin = g_date_time_new_from_unix_local (begin_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  gboolean today;

  if (begin == NULL)
    return g_strdup (HR_NO_VALUE);

  today = g_date_time_get_year (begin) == g_date_time_get_year (now) && g_date_time_get_day_of_year (begin) == g_date_time_get_day_of_year (now);

  return g_date_time_format (begin, today ? "%H:%M" : _ ("%e %b %Y, %H:%M"));
}

char *
hr_session_item_describe (HrSessionItem *self)
{
  g_autofree char *begin = NULL;
  g_autofree char *length = NULL;

  if (self->state == HR_SESSION_ITEM_READING)
    return g_strdup (_ ("Reading…"));
  if (self->state == HR_SESSION_ITEM_UNREADABLE)
    return g_strdup (self->message);
  if (self->range.begin_us == 0)
    return g_strdup (_ ("Nothing recorded"));

  begin = word_begin (self->range.begin_us);
  if (self->range.end_us == 0)
    return g_strdup_printf (_ ("Since %s"), g_strchug (begin));
  length = hr_word_span (self->range.end_us - self->range.begin_us);

  return g_strdup_printf (_ ("%s · %s"), g_strchug (begin), length);
}

/* Takes what is known; returns whether that is anything new. */
static gboolean
take (HrSessionItem     *self,
      HrSessionItemState state,
      char              *title,
      char              *message,
      HrRange            range)
{
  gboolean same = state == self->state && g_strcmp0 (title, self->title) == 0 && g_strcmp0 (message, self->message) == 0 &&
                  range.begin_us == self->range.begin_us && range.end_us == self->range.end_us;

  self->state = state;
  self->range = range;
  g_free (self->title);
  self->title = title;
  g_free (self->message);
  self->message = message;

  return !same;
}

void
hr_session_item_set_ready (HrSessionItem *self,
                           const char    *title,
                           HrRange        range)
{
  g_return_if_fail (HR_IS_SESSION_ITEM (self));

  if (take (self, HR_SESSION_ITEM_READY, title != NULL ? g_strdup (title) : title_of (self->path), NULL, range))
    g_signal_emit (self, changed_signal, 0);
}

void
hr_session_item_set_unreadable (HrSessionItem *self,
                                const char    *message)
{
  g_return_if_fail (HR_IS_SESSION_ITEM (self));

  if (take (self, HR_SESSION_ITEM_UNREADABLE, g_strdup (self->title), g_strdup (message), (HrRange){ 0, 0 }))
    g_signal_emit (self, changed_signal, 0);
}
