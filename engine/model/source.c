/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/model/source.h"

struct _HrSource
{
  GObject parent_instance;

  HrSourceRole  role;
  HrSourceGroup group;
  char         *address;
  char         *name;
  char         *title; /* NULL: its name */
  char         *detail;
  guint64       pid;
  HrSourceState state;
  char         *message;
  HrLinkQuality quality;
  HrDevice     *device;
  HrHistory    *history;
};

G_DEFINE_FINAL_TYPE (HrSource, hr_source, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_DEVICE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
hr_source_get_property (GObject    *object,
                        guint       id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HrSource *self = HR_SOURCE (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_TITLE:
      g_value_set_string (value, hr_source_get_title (self));
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_DEVICE:
      g_value_set_boxed (value, self->device);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hr_source_finalize (GObject *object)
{
  HrSource *self = HR_SOURCE (object);

  g_free (self->address);
  g_free (self->name);
  g_free (self->title);
  g_free (self->detail);
  g_free (self->message);
  hr_device_free (self->device);
  hr_history_free (self->history);

  G_OBJECT_CLASS (hr_source_parent_class)->finalize (object);
}

static void
hr_source_class_init (HrSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hr_source_get_property;
  object_class->finalize = hr_source_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, HR_N_SOURCE_STATES - 1, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_DEVICE] = g_param_spec_boxed ("device", NULL, NULL, HR_TYPE_DEVICE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hr_source_init (HrSource *self)
{
  self->history = hr_history_new ();
  self->address = g_strdup ("");
  self->quality = (HrLinkQuality){ .round_trip_ns = -1, .best_round_trip_ns = -1, .clock_error_ns = -1 };
}

/* Makes a source that is connecting. @name: the program's or host's.
 * Returns: (transfer full) */
HrSource *
hr_source_new (HrSourceRole role,
               const char  *name)
{
  HrSource *self = g_object_new (HR_TYPE_SOURCE, NULL);

  self->role = role;
  self->name = g_strdup (name);

  return self;
}

/* Returns what it is. */
HrSourceRole
hr_source_get_role (HrSource *self)
{
  return self->role;
}

/* Returns where it is. */
HrSourceGroup
hr_source_get_group (HrSource *self)
{
  return self->group;
}

/* Returns: (transfer none): the address of the link that brings it; "" before it has one. */
const char *
hr_source_get_address (HrSource *self)
{
  return self->address;
}

/* Returns whether the agent that was started for this computer brings it. */
gboolean
hr_source_is_here (HrSource *self)
{
  return g_str_equal (self->address, HR_SOURCE_LOCAL_ADDRESS);
}

/* Says where it is and by which address it can be found again. Before anybody else sees it. */
void
hr_source_set_place (HrSource     *self,
                     HrSourceGroup group,
                     const char   *address)
{
  char *copy = g_strdup (address);

  self->group = group;
  g_free (self->address);
  self->address = copy;
}

/* Returns: (transfer none): its name, for a contract's source pattern, for alerts and for files. */
const char *
hr_source_get_name (HrSource *self)
{
  return self->name;
}

/* Names it @name, by whoever sees to it that names are unique. */
void
hr_source_set_name (HrSource   *self,
                    const char *name)
{
  if (g_str_equal (self->name, name))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  g_free (self->name);
  self->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  if (self->title == NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Returns: (transfer none): what its user calls it, or else its name. */
const char *
hr_source_get_title (HrSource *self)
{
  return self->title != NULL ? self->title : self->name;
}

/* Calls it @title. @title: (nullable): NULL or "" for its name again */
void
hr_source_set_title (HrSource   *self,
                     const char *title)
{
  if (title != NULL && *title == '\0')
    title = NULL;
  if (g_strcmp0 (self->title, title) == 0)
    return;

  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

/* Returns: (transfer none) (nullable): a second line about it ("Debian 12 · 8 cores", "pid 4127"). */
const char *
hr_source_get_detail (HrSource *self)
{
  return self->detail;
}

/* Sets the second line. */
void
hr_source_set_detail (HrSource   *self,
                      const char *detail)
{
  if (g_strcmp0 (self->detail, detail) == 0)
    return;

  g_free (self->detail);
  self->detail = g_strdup (detail);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAIL]);
}

/* Returns the process id of the present instance; 0 where it has none. */
guint64
hr_source_get_pid (HrSource *self)
{
  return self->pid;
}

/* Sets the process id of the present instance. */
void
hr_source_set_pid (HrSource *self,
                   guint64   pid)
{
  self->pid = pid;
}

/* Returns where it stands. */
HrSourceState
hr_source_get_state (HrSource *self)
{
  return self->state;
}

/* Returns: (transfer none) (nullable): why it stands there, for people; NULL when all is well. */
const char *
hr_source_get_message (HrSource *self)
{
  return self->message;
}

/* Sets where it stands and why. @message: (nullable) */
void
hr_source_set_state (HrSource     *self,
                     HrSourceState state,
                     const char   *message)
{
  g_object_freeze_notify (G_OBJECT (self));

  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  if (g_strcmp0 (self->message, message) != 0)
    {
      g_free (self->message);
      self->message = g_strdup (message);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
    }

  g_object_thaw_notify (G_OBJECT (self));
}

/* Returns whether its newest numbers may be shown as the present ones. */
gboolean
hr_source_is_live (HrSource *self)
{
  return self->state == HR_SOURCE_CONNECTED;
}

/* Returns: (transfer none): everything that arrived from it, over all its instances. */
HrHistory *
hr_source_get_history (HrSource *self)
{
  return self->history;
}

/* Returns: (transfer none): how well its link goes. */
const HrLinkQuality *
hr_source_get_quality (HrSource *self)
{
  return &self->quality;
}

/* Says how well its link goes; nobody is told, whoever shows it looks again by itself. */
void
hr_source_set_quality (HrSource            *self,
                       const HrLinkQuality *quality)
{
  self->quality = *quality;
}

/* Returns: (transfer none) (nullable): what a device says of itself; NULL for what is none. */
const HrDevice *
hr_source_get_device (HrSource *self)
{
  return self->device;
}

/* Says what @device has told of itself; it is copied. @device: (nullable) */
void
hr_source_set_device (HrSource       *self,
                      const HrDevice *device)
{
  if (hr_device_equal (self->device, device))
    return;

  hr_device_free (self->device);
  self->device = hr_device_copy (device);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE]);
}
