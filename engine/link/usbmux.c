/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "headroom-link"

#include "engine/link/usbmux.h"

#include "engine/link/usbmux-address.h"
#include "engine/link/usbmux-devices.h"
#include "engine/link/usbmux-exchange.h"

#define FIRST_REST_MS 250u
#define LONGEST_REST_MS 1000u
#define ANSWER_MS 5000u
#define CONNECT_MS 10000u

/* What "Listen" tells is the whole truth: every device that is there at first, then each that comes or goes. A list asked for beside it
 * could only disagree with it.
 *
 *   stopped -start-> asking -listening-> hearing -the daemon's end-> resting -after 0.25 to 1 s-> asking
 *                    asking -no answer-> resting
 *
 * Callbacks do not hold the object: whatever ends its use cancels, and a cancelled call says so before the object is looked at. */
typedef enum
{
  USBMUX_STOPPED,
  USBMUX_ASKING,
  USBMUX_HEARING,
  USBMUX_RESTING
} UsbmuxState;

struct _HrUsbmux
{
  GObject parent_instance;

  UsbmuxState state;
  guint       n_failures; /* in a row */
  guint32     last_tag;

  /* Owned. */
  HrUsbmuxAddress *address;
  char            *trouble;
  GMainContext    *context;
  GCancellable    *cancellable;
  GIOStream       *connection; /* that events come over */
  GSource         *rest;
  HrUsbmuxDevices *devices;
};

enum
{
  SIGNAL_ATTACHED,
  SIGNAL_DETACHED,
  SIGNAL_PAIRED,
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrUsbmux, hr_usbmux, G_TYPE_OBJECT)

static void ask (HrUsbmux *self);
static void hear (HrUsbmux *self);

/* Ends whatever is under way. */
static void
shut (HrUsbmux *self)
{
  self->state = USBMUX_STOPPED;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->rest != NULL)
    g_source_destroy (self->rest);
  g_clear_pointer (&self->rest, g_source_unref);
  g_clear_object (&self->connection);
}

static void
set_trouble (HrUsbmux   *self,
             const char *trouble)
{
  if (g_strcmp0 (self->trouble, trouble) == 0)
    return;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static gboolean
rested_cb (gpointer user_data)
{
  HrUsbmux *self = user_data;

  g_clear_pointer (&self->rest, g_source_unref);
  ask (self);

  return G_SOURCE_REMOVE;
}

static void
rest (HrUsbmux *self)
{
  guint ms = MIN (FIRST_REST_MS << MIN (self->n_failures, 4), LONGEST_REST_MS);

  self->n_failures++;
  self->state = USBMUX_RESTING;
  self->rest = g_timeout_source_new (ms);
  g_source_set_callback (self->rest, rested_cb, self, NULL);
  g_source_attach (self->rest, self->context);
}

/* The daemon is gone or never was there: every device goes with it. The rest begins first, so that who hears of it can stop. Takes over @error. */
static void
fail (HrUsbmux *self,
      GError   *error)
{
  g_autoptr (HrUsbmux) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) reason = error;

  g_debug ("usbmuxd at %s: %s", self->address->text, reason->message);
  shut (self);
  rest (self);
  hr_usbmux_devices_detach_all (self->devices);
  if (self->state != USBMUX_STOPPED)
    set_trouble (self, reason->message);
}

static void
tell_paired (HrUsbmux *self,
             guint     id)
{
  g_autofree char *udid = g_strdup (hr_usbmux_devices_get_udid (self->devices, id));

  if (udid != NULL)
    g_signal_emit (self, signals[SIGNAL_PAIRED], 0, udid);
}

/* Returns FALSE, with @error, when it is too much. */
static gboolean
take_event (HrUsbmux             *self,
            const HrUsbmuxPacket *packet,
            GError              **error)
{
  switch (packet->type)
    {
    case HR_USBMUX_PACKET_ATTACHED:
      if (hr_usbmux_devices_attach (self->devices, &packet->device))
        return TRUE;
      g_set_error_literal (error, HR_USBMUX_ERROR, HR_USBMUX_ERROR_TOO_LARGE, "usbmuxd names more devices than any computer has");
      return FALSE;

    case HR_USBMUX_PACKET_DETACHED:
      hr_usbmux_devices_detach (self->devices, packet->device.id);
      return TRUE;

    case HR_USBMUX_PACKET_PAIRED:
      tell_paired (self, packet->device.id);
      return TRUE;

    case HR_USBMUX_PACKET_RESULT:
    case HR_USBMUX_PACKET_RECORD:
    case HR_USBMUX_PACKET_OTHER:
    case HR_N_USBMUX_PACKETS:
    default:
      return TRUE;
    }
}

static void
event_received_cb (GObject      *connection,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (HrUsbmux) self = NULL;
  g_autoptr (GCancellable) run = NULL;
  g_auto (HrUsbmuxPacket) packet = { 0 };
  GError  *error = NULL;
  gboolean good = hr_usbmux_receive_finish (result, &packet, &error);

  if (!good && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return;
    }

  self = g_object_ref (user_data);
  run = g_object_ref (self->cancellable);
  good = good && take_event (self, &packet, &error);
  /* Who heard of the event may have stopped us, and started us again. */
  if (g_cancellable_is_cancelled (run))
    g_clear_error (&error);
  else if (good)
    hear (self);
  else if (error->domain == HR_USBMUX_ERROR)
    fail (self, error);
  else
    {
      g_autoptr (GError) reason = error;

      fail (self, hr_usbmux_address_explain (self->address, reason));
    }
}

static void
hear (HrUsbmux *self)
{
  hr_usbmux_receive_async (self->connection, self->cancellable, event_received_cb, self);
}

static void
listening_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (HrUsbmux) self = NULL;
  g_auto (HrUsbmuxPacket) reply = { 0 };
  GError *error = NULL;
  g_autoptr (GIOStream) connection = hr_usbmux_exchange_finish (result, &reply, &error);

  if (connection == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return;
    }

  self = g_object_ref (user_data);
  if (connection == NULL || !hr_usbmux_packet_check_result (&reply, "", &error))
    {
      fail (self, error);
      return;
    }

  self->state = USBMUX_HEARING;
  self->n_failures = 0;
  self->connection = g_steal_pointer (&connection);
  hear (self);
  set_trouble (self, NULL);
}

static void
ask (HrUsbmux *self)
{
  g_autoptr (GBytes) request = hr_usbmux_pack_listen (++self->last_tag);

  self->state = USBMUX_ASKING;
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  hr_usbmux_exchange_async (self->address, request, ANSWER_MS, self->cancellable, listening_cb, self);
}

/* Begins to look for devices, in the thread-default main context of now. Nothing happens when it has begun. */
void
hr_usbmux_start (HrUsbmux *self)
{
  g_return_if_fail (HR_IS_USBMUX (self));

  if (self->state != USBMUX_STOPPED || self->address->connectable == NULL)
    return;

  g_clear_pointer (&self->context, g_main_context_unref);
  self->context = g_main_context_ref_thread_default ();
  self->n_failures = 0;
  ask (self);
}

/* Stops to look for devices: each is told as detached before this returns. Streams to devices stay as they are. */
void
hr_usbmux_stop (HrUsbmux *self)
{
  g_autoptr (HrUsbmux) alive G_GNUC_UNUSED = NULL;

  g_return_if_fail (HR_IS_USBMUX (self));

  alive = g_object_ref (self);
  shut (self);
  hr_usbmux_devices_detach_all (self->devices);
}

/* Returns: (transfer none): where usbmuxd is looked for, as USBMUXD_SOCKET_ADDRESS says it. */
const char *
hr_usbmux_get_address (HrUsbmux *self)
{
  g_return_val_if_fail (HR_IS_USBMUX (self), NULL);

  return self->address->text;
}

/* Returns: (transfer none) (nullable): why no devices can be seen, for people; NULL while the daemon answers, and before the first
 * attempt. */
const char *
hr_usbmux_get_trouble (HrUsbmux *self)
{
  g_return_val_if_fail (HR_IS_USBMUX (self), NULL);

  return self->trouble;
}

/* Returns: (transfer none) (nullable): the attached device, until it is told otherwise. */
const HrUsbmuxDevice *
hr_usbmux_find (HrUsbmux   *self,
                const char *udid)
{
  g_return_val_if_fail (HR_IS_USBMUX (self), NULL);
  g_return_val_if_fail (udid != NULL, NULL);

  return hr_usbmux_devices_find (self->devices, udid);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_auto (HrUsbmuxPacket) reply = { 0 };
  GError *error = NULL;
  g_autoptr (GIOStream) connection = hr_usbmux_exchange_finish (result, &reply, &error);

  if (connection != NULL && hr_usbmux_packet_check_result (&reply, g_task_get_task_data (task), &error))
    g_task_return_pointer (task, g_steal_pointer (&connection), g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Asks for a stream to @port of the device, which must be attached. */
void
hr_usbmux_connect_async (HrUsbmux           *self,
                         const char         *udid,
                         guint16             port,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GBytes) request = NULL;
  const HrUsbmuxDevice *device;

  g_return_if_fail (HR_IS_USBMUX (self));
  g_return_if_fail (udid != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, hr_usbmux_connect_async);
  g_task_set_task_data (task, g_strdup (udid), g_free);
  device = hr_usbmux_devices_find (self->devices, udid);
  if (device == NULL)
    {
      g_task_return_new_error (task, HR_USBMUX_ERROR, HR_USBMUX_ERROR_NO_DEVICE, "The device %s is not attached", udid);
      return;
    }

  request = hr_usbmux_pack_connect (++self->last_tag, device->id, port);
  hr_usbmux_exchange_async (self->address, request, CONNECT_MS, cancellable, connected_cb, g_steal_pointer (&task));
}

/* Returns: (transfer full): a stream, whose both streams can be polled, ready for its first byte. NULL with @error: HR_USBMUX_ERROR_NO_DEVICE,
 * _REFUSED, _UNAVAILABLE, _PROTOCOL or _FAILED, or G_IO_ERROR_CANCELLED. */
GIOStream *
hr_usbmux_connect_finish (HrUsbmux     *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
record_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *udid = g_task_get_task_data (task);
  g_auto (HrUsbmuxPacket) reply = { 0 };
  GError *error = NULL;
  g_autoptr (GIOStream) connection = hr_usbmux_exchange_finish (result, &reply, &error);

  if (connection == NULL)
    g_task_return_error (task, error);
  else if (reply.type == HR_USBMUX_PACKET_RECORD)
    g_task_return_pointer (task, g_steal_pointer (&reply.record), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, hr_usbmux_packet_explain_record (&reply, udid));
}

/* Asks for the pairing record of the device, attached or not. */
void
hr_usbmux_read_pair_record_async (HrUsbmux           *self,
                                  const char         *udid,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GBytes) request = NULL;

  g_return_if_fail (HR_IS_USBMUX (self));
  g_return_if_fail (udid != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, hr_usbmux_read_pair_record_async);
  g_task_set_task_data (task, g_strdup (udid), g_free);
  request = hr_usbmux_pack_read_pair_record (++self->last_tag, udid);
  hr_usbmux_exchange_async (self->address, request, ANSWER_MS, cancellable, record_read_cb, g_steal_pointer (&task));
}

/* Returns: (transfer full): the record, a property list. NULL with @error: HR_USBMUX_ERROR_NO_RECORD, _UNAVAILABLE, _PROTOCOL or _FAILED, or
 * G_IO_ERROR_CANCELLED. */
GBytes *
hr_usbmux_read_pair_record_finish (HrUsbmux     *self,
                                   GAsyncResult *result,
                                   GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
device_attached_cb (const HrUsbmuxDevice *device,
                    gpointer              user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_ATTACHED], 0, device);
}

static void
device_detached_cb (const char *udid,
                    gpointer    user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_DETACHED], 0, udid);
}

static void
hr_usbmux_dispose (GObject *object)
{
  shut (HR_USBMUX (object));

  G_OBJECT_CLASS (hr_usbmux_parent_class)->dispose (object);
}

static void
hr_usbmux_finalize (GObject *object)
{
  HrUsbmux *self = HR_USBMUX (object);

  hr_usbmux_devices_free (self->devices);
  hr_usbmux_address_free (self->address);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->trouble);

  G_OBJECT_CLASS (hr_usbmux_parent_class)->finalize (object);
}

static void
hr_usbmux_class_init (HrUsbmuxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_usbmux_dispose;
  object_class->finalize = hr_usbmux_finalize;

  signals[SIGNAL_ATTACHED] = g_signal_new ("attached", HR_TYPE_USBMUX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_DETACHED] = g_signal_new ("detached", HR_TYPE_USBMUX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_PAIRED] = g_signal_new ("paired", HR_TYPE_USBMUX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HR_TYPE_USBMUX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
hr_usbmux_init (HrUsbmux *self)
{
  static const HrUsbmuxDevicesFuncs funcs = { device_attached_cb, device_detached_cb };

  self->devices = hr_usbmux_devices_new (&funcs, self);
}

/* Returns: (transfer full): a client of the daemon at @address, as usbmux.h says it; connect to its signals, then hr_usbmux_start (). An
 * address that cannot be understood is its trouble at once. */
HrUsbmux *
hr_usbmux_new (const char *address)
{
  HrUsbmux *self = g_object_new (HR_TYPE_USBMUX, NULL);

  self->address = hr_usbmux_address_new (address);
  if (self->address->connectable == NULL)
    {
      g_autoptr (GError) error = hr_usbmux_address_explain (self->address, NULL);

      self->trouble = g_strdup (error->message);
    }

  return self;
}
