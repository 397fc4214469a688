/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/connection.h"

#include "engine/link/dtx/instruments.h"
#include "engine/link/lockdown-session.h"

#include <sys/socket.h>

/* Up to iOS 13 the service greets with TLS and then speaks plainly; 14 to 16 have another one where TLS stays; 17 has none here. */
#define PLAIN_SERVICE "com.apple.instruments.remoteserver"
#define SECURE_SERVICE "com.apple.instruments.remoteserver.DVTSecureSocketProxy"
#define FIRST_SECURE_MAJOR 14u
#define FIRST_TOO_NEW_MAJOR 17u

struct _HrDtxConnection
{
  GMutex   lock; /* of @connection coming and going, and of @interrupted */
  gboolean interrupted;

  HrLockdownSession    session; /* its device stays for the connection, which belongs to it */
  idevice_connection_t connection;
};

/* Returns: (transfer full): a connection that is not open. */
HrDtxConnection *
hr_dtx_connection_new (void)
{
  HrDtxConnection *self = g_atomic_rc_box_new0 (HrDtxConnection);

  g_mutex_init (&self->lock);

  return self;
}

static void
connection_clear (gpointer data)
{
  HrDtxConnection *self = data;

  hr_dtx_connection_close (self);
  g_mutex_clear (&self->lock);
}

/* Drops a reference; the last one closes. */
void
hr_dtx_connection_unref (HrDtxConnection *self)
{
  g_atomic_rc_box_release_full (self, connection_clear);
}

/* Returns: (transfer full): why a phone of iOS @major_version cannot be measured without an agent in it, and what can be done. */
GError *
hr_instruments_error_new_too_new (guint major_version)
{
  return g_error_new (HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_TOO_NEW,
                      "iOS %u offers its figures only through a tunnel that needs administrator rights here. Build the Headroom agent into "
                      "the app instead: its metrics, memory and frame times then arrive over the cable",
                      major_version);
}

static gboolean
fail_session (lockdownd_error_t code,
              GError          **error)
{
  const char *advice = hr_device_state_advice (hr_lockdown_error_to_state (code));

  g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_UNREACHABLE, "The phone opens no session (%s). %s", lockdownd_strerror (code),
               advice != NULL ? advice : "");

  return FALSE;
}

static gboolean
fail_service (lockdownd_error_t code,
              guint             major_version,
              GError          **error)
{
  if (code == LOCKDOWN_E_INVALID_SERVICE)
    g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_NO_IMAGE,
                 "The phone has no instruments to measure with: mount the developer image for iOS %u (Xcode does it, or ideviceimagemounter)%s",
                 major_version, major_version >= 16 ? ", and switch on Developer Mode under Settings, Privacy & Security" : "");
  else
    g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_UNREACHABLE, "The phone does not start its instruments: %s",
                 lockdownd_strerror (code));

  return FALSE;
}

static guint
ask_major_version (lockdownd_client_t lockdown)
{
  plist_t     value = NULL;
  const char *version = NULL;
  guint       major = 0;

  if (lockdownd_get_value (lockdown, NULL, "ProductVersion", &value) == LOCKDOWN_E_SUCCESS && value != NULL &&
      plist_get_node_type (value) == PLIST_STRING)
    version = plist_get_string_ptr (value, NULL);
  if (version != NULL)
    major = (guint) g_ascii_strtoull (version, NULL, 10);
  plist_free (value);

  return major;
}

/* Starts the service that fits the phone's version, which is asked for when it is not known. */
static gboolean
start_service (lockdownd_client_t              lockdown,
               guint                          *major_version,
               lockdownd_service_descriptor_t *out,
               GError                        **error)
{
  lockdownd_error_t code;

  if (*major_version == 0)
    *major_version = ask_major_version (lockdown);
  if (*major_version >= FIRST_TOO_NEW_MAJOR)
    {
      g_propagate_error (error, hr_instruments_error_new_too_new (*major_version));
      return FALSE;
    }

  code = lockdownd_start_service (lockdown, *major_version >= FIRST_SECURE_MAJOR ? SECURE_SERVICE : PLAIN_SERVICE, out);

  return code == LOCKDOWN_E_SUCCESS || fail_service (code, *major_version, error);
}

/* Connects to the port that lockdown named. Afterwards hr_dtx_connection_interrupt () ends what blocks. */
static gboolean
connect_port (HrDtxConnection               *self,
              lockdownd_service_descriptor_t service,
              guint                          major_version,
              GError                       **error)
{
  idevice_connection_t connection = NULL;
  gboolean             interrupted;

  if (idevice_connect (self->session.device, service->port, &connection) != IDEVICE_E_SUCCESS)
    {
      g_set_error_literal (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_UNREACHABLE, "The phone's instruments do not take the connection");
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  self->connection = connection;
  interrupted = self->interrupted;
  g_mutex_unlock (&self->lock);
  if (interrupted || (service->ssl_enabled && idevice_connection_enable_ssl (connection) != IDEVICE_E_SUCCESS) ||
      (service->ssl_enabled && major_version < FIRST_SECURE_MAJOR &&
       idevice_connection_disable_bypass_ssl (connection, 1) != IDEVICE_E_SUCCESS))
    {
      g_set_error_literal (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_UNREACHABLE, "The phone's instruments break off the TLS handshake");
      return FALSE;
    }

  return TRUE;
}

/* Opens the connection to the phone @udid. @major_version: of its iOS; 0 is replaced by what the phone says.
 *
 * Returns FALSE with HR_INSTRUMENTS_ERROR_UNREACHABLE, _NO_IMAGE or _TOO_NEW. */
gboolean
hr_dtx_connection_open (HrDtxConnection *self,
                        const char      *udid,
                        guint           *major_version,
                        GError         **error)
{
  lockdownd_service_descriptor_t service = NULL;
  lockdownd_error_t              code = hr_lockdown_session_open (&self->session, udid);
  gboolean                       opened;

  if (code != LOCKDOWN_E_SUCCESS)
    return fail_session (code, error);

  /* Lockdown closes a session that is idle; what was started goes on without. */
  opened = start_service (self->session.client, major_version, &service, error);
  lockdownd_client_free (g_steal_pointer (&self->session.client));
  if (opened)
    opened = connect_port (self, service, *major_version, error);
  lockdownd_service_descriptor_free (service);

  return opened;
}

/* Reads up to @size bytes, and over TLS not fewer, for that is how libimobiledevice reads: ask for what is sure to come. Waits for
 * @timeout_ms at most.
 *
 * Returns how many were read, 0 when the phone hung up; -1 with HR_INSTRUMENTS_ERROR_CLOSED when nothing came. */
gssize
hr_dtx_connection_read (HrDtxConnection *self,
                        guint8          *bytes,
                        gsize            size,
                        guint            timeout_ms,
                        GError         **error)
{
  guint32         received = 0;
  idevice_error_t code = idevice_connection_receive_timeout (self->connection, (char *) bytes, (guint32) size, &received, timeout_ms);

  if (code == IDEVICE_E_TIMEOUT)
    {
      g_set_error (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED, "The phone has told nothing for %u s", timeout_ms / 1000);
      return -1;
    }

  return code == IDEVICE_E_SUCCESS ? (gssize) received : 0;
}

/* Writes all of @bytes. Returns FALSE with HR_INSTRUMENTS_ERROR_CLOSED. */
gboolean
hr_dtx_connection_write (HrDtxConnection *self,
                         GBytes          *bytes,
                         GError         **error)
{
  gsize       size, at = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  while (at < size)
    {
      guint32 sent = 0;

      if (idevice_connection_send (self->connection, data + at, (guint32) (size - at), &sent) != IDEVICE_E_SUCCESS || sent == 0)
        {
          g_set_error_literal (error, HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED, "The phone hung up");
          return FALSE;
        }
      at += sent;
    }

  return TRUE;
}

/* Hangs up. Does nothing when that is done. */
void
hr_dtx_connection_close (HrDtxConnection *self)
{
  idevice_connection_t connection;

  /* The goodbye of TLS may wait for the phone; nobody else has to wait for it. */
  g_mutex_lock (&self->lock);
  connection = g_steal_pointer (&self->connection);
  g_mutex_unlock (&self->lock);

  if (connection != NULL)
    idevice_disconnect (connection);
  hr_lockdown_session_clear (&self->session);
}

/* Makes whatever blocks on the open stream fail at once. From any thread; opening itself is not interrupted, but fails at its end. */
void
hr_dtx_connection_interrupt (HrDtxConnection *self)
{
  int fd;

  g_mutex_lock (&self->lock);
  self->interrupted = TRUE;
  if (self->connection != NULL && idevice_connection_get_fd (self->connection, &fd) == IDEVICE_E_SUCCESS)
    shutdown (fd, SHUT_RDWR);
  g_mutex_unlock (&self->lock);
}
