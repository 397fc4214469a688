/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/background.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PLACE "/org/freedesktop/portal/desktop"
#define BACKGROUND "org.freedesktop.portal.Background"
#define REQUEST "org.freedesktop.portal.Request"

/* What a request may come to: 0 it was answered, 2 it ended in some other way. */
#define RESPONSE_ANSWERED 0
#define RESPONSE_REFUSED 1

struct _HrBackground
{
  GObject parent_instance;

  /* Owned */
  GDBusConnection *bus;
  GCancellable    *cancellable; /* of the question that was asked last */
  char            *request;     /* where it is answered; NULL: it was, or nothing was asked */
  guint            subscription;
};

static guint refused_signal;

G_DEFINE_FINAL_TYPE (HrBackground, hr_background, G_TYPE_OBJECT)

/* Waits for no answer any more. */
static void
forget_request (HrBackground *self)
{
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_pointer (&self->request, g_free);
}

static void
hr_background_dispose (GObject *object)
{
  HrBackground *self = HR_BACKGROUND (object);

  if (self->bus != NULL)
    hr_background_leave (self);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (hr_background_parent_class)->dispose (object);
}

static void
hr_background_class_init (HrBackgroundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_background_dispose;

  refused_signal = g_signal_new ("refused", HR_TYPE_BACKGROUND, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hr_background_init (HrBackground *self)
{
}

/* Returns: (transfer full): who asks the portal on @bus, a message bus. */
HrBackground *
hr_background_new (GDBusConnection *bus)
{
  HrBackground *self = g_object_new (HR_TYPE_BACKGROUND, NULL);

  self->bus = g_object_ref (bus);

  return self;
}

static void
response_cb (GDBusConnection *bus,
             const char      *sender,
             const char      *path,
             const char      *interface,
             const char      *signal,
             GVariant        *parameters,
             gpointer         user_data)
{
  g_autoptr (HrBackground) self = g_object_ref (user_data);
  g_autoptr (GVariant) results = NULL;
  guint32  response;
  gboolean allowed = TRUE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;

  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  g_variant_lookup (results, "background", "b", &allowed);
  forget_request (self);
  if (response == RESPONSE_REFUSED || (response == RESPONSE_ANSWERED && !allowed))
    g_signal_emit (self, refused_signal, 0);
}

/* The answer may come before the call returns: whoever listens has to listen before. */
static void
follow_request (HrBackground *self,
                const char   *path)
{
  forget_request (self);
  self->request = g_strdup (path);
  self->subscription = g_dbus_connection_signal_subscribe (self->bus, PORTAL, REQUEST, "Response", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                           response_cb, self, NULL);
}

static void
asked_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  HrBackground *self;
  const char   *path;

  /* Then there may be no object any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self = HR_BACKGROUND (user_data);
  if (answer == NULL)
    {
      g_debug ("no portal says whether the app may go on without a window: %s", error->message);
      forget_request (self);
      return;
    }

  /* Portals from before 2017 choose the path themselves. */
  g_variant_get (answer, "(&o)", &path);
  if (self->request != NULL && !g_str_equal (path, self->request))
    follow_request (self, path);
}

/* Returns: (transfer full): where the portal answers a request of ours with @token. */
static char *
request_path (GDBusConnection *bus,
              const char      *token)
{
  g_autofree char *sender = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (bus) + 1), ".", '_');

  return g_strdup_printf ("%s/request/%s/%s", PLACE, sender, token);
}

/* Nobody waits for an answer: portals before version 2 do not know of it, and of apps outside of a sandbox none wants to. */
static void
tell_status (HrBackground *self,
             const char   *status)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "message", g_variant_new_string (status));
  g_dbus_connection_call (self->bus, PORTAL, PLACE, BACKGROUND, "SetStatus", g_variant_new ("(a{sv})", &options), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          NULL, NULL);
}

/* The app goes on without a window from now on. @reason: why, for whoever is asked; @status: what it does, for whoever looks at what goes on: up to 96
 * characters */
void
hr_background_enter (HrBackground *self,
                     const char   *reason,
                     const char   *status)
{
  g_autofree char *token = NULL;
  g_autofree char *path = NULL;
  GVariantBuilder  options;

  g_return_if_fail (HR_IS_BACKGROUND (self));

  hr_background_leave (self);
  token = g_strdup_printf ("headroom%u", g_random_int ());
  path = request_path (self->bus, token);
  follow_request (self, path);

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (reason));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  self->cancellable = g_cancellable_new ();
  g_dbus_connection_call (self->bus, PORTAL, PLACE, BACKGROUND, "RequestBackground", g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, asked_cb, self);
  tell_status (self, status);
}

/* There is a window again, or the app ends: a question that was not answered is taken back. */
void
hr_background_leave (HrBackground *self)
{
  g_return_if_fail (HR_IS_BACKGROUND (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->request != NULL)
    g_dbus_connection_call (self->bus, PORTAL, self->request, REQUEST, "Close", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  forget_request (self);
}
