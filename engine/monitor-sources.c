/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/monitor-private.h"

#include <glib/gi18n-lib.h>

/* How the agent behind @address is reached, and what it is called until it says so itself. Returns NULL with @error. */
static HrOpener *
opener_for (const HrAddress *address,
            char           **out_name,
            GError         **error)
{
  g_autofree char *text = hr_address_format (address);

  if (address->type == HR_ADDRESS_UNIX)
    {
      *out_name = g_path_get_basename (address->path);
      return hr_opener_new_unix (address->path);
    }

  if (address->type == HR_ADDRESS_TCP && address->pairing != NULL)
    {
      *out_name = g_strdup (text + strlen ("tcp:"));
      return hr_opener_new_tcp (address->pairing);
    }

  if (address->type == HR_ADDRESS_TCP)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, _ ("%s is not paired with this computer: its pairing link is needed"), text);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("%s is not the address of an agent"), text);

  return NULL;
}

/* A new pairing link is of use where the old one is not any more. */
static HrSource *
add_again (HrPeer          *peer,
           const HrAddress *address)
{
  if (address->type == HR_ADDRESS_TCP && address->pairing != NULL && !hr_peer_is_open (peer))
    {
      g_autoptr (HrOpener) opener = hr_opener_new_tcp (address->pairing);

      hr_peer_set_opener (peer, opener);
    }

  return hr_peer_get_origin (peer);
}

static HrSource *
add_agent (HrMonitor       *self,
           const HrAddress *address,
           GError         **error)
{
  g_autofree char *text = hr_address_format (address);
  g_autofree char *name = NULL;
  g_autoptr (HrOpener) opener = NULL;
  HrPeer  *peer = hr_hub_find_address (self->hub, text);
  HrOrigin origin = { HR_SOURCE_COMPUTER, HR_GROUP_COMPUTER, text, NULL };

  if (peer != NULL)
    return add_again (peer, address);

  opener = opener_for (address, &name, error);
  if (opener == NULL)
    return NULL;

  origin.name = name;
  if (address->type == HR_ADDRESS_TCP)
    origin.group = HR_GROUP_NETWORK;
  peer = hr_hub_add (self->hub, opener, &origin);
  hr_peer_connect (peer, hr_peer_get_origin (peer));

  return hr_peer_get_origin (peer);
}

/* Adds the agent behind @address and connects to it. A device is followed from then on, whether it is attached or not.
 * Returns: (transfer none): the source that stands for its computer or device, which may have been there; NULL with @error
 * (G_IO_ERROR_PERMISSION_DENIED: not paired; G_IO_ERROR_NOT_SUPPORTED: no agent is found at such an address) */
HrSource *
hr_monitor_add (HrMonitor       *self,
                const HrAddress *address,
                GError         **error)
{
  if (address->type != HR_ADDRESS_USB)
    return add_agent (self, address, error);

  hr_monitor_follow_devices (self, NULL);

  return hr_devices_add (self->devices, address->udid, address->port);
}

/* Removes @source with all that came from it: an origin with its programs and its link, a program alone. A device that is attached comes back
 * when it is attached the next time, a program with its next run. Not this computer itself. May be called from any signal about @source but its "source-added". */
void
hr_monitor_forget (HrMonitor *self,
                   HrSource  *source)
{
  HrSourceRole role = hr_source_get_role (source);

  if (role == HR_SOURCE_DEVICE && self->devices != NULL)
    hr_devices_forget (self->devices, source);
  else if (role == HR_SOURCE_PROCESS || !hr_source_is_here (source))
    hr_hub_forget (self->hub, source);
}

/* Returns: (transfer none) (nullable): the computer or device that @source is on, itself for these; NULL when it was forgotten. */
HrSource *
hr_monitor_get_origin (HrMonitor *self,
                       HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  return peer != NULL ? hr_peer_get_origin (peer) : NULL;
}

static void
peer_searched_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError  *error = NULL;
  HrFound *found = hr_peer_search_finish (NULL, result, &error);

  if (found != NULL)
    g_task_return_pointer (task, found, (GDestroyNotify) hr_found_free);
  else
    g_task_return_error (task, error);
}

/* Looks for programs where @source is, whose name or command holds @text, letters' case aside. */
void
hr_monitor_search_async (HrMonitor          *self,
                         HrSource           *source,
                         const char         *text,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  HrPeer  *peer = hr_hub_find_peer (self->hub, source);
  GError  *error = NULL;
  HrFound *found;

  g_task_set_source_tag (task, hr_monitor_search_async);
  if (peer == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", _ ("That source is gone"));
    }
  else if (hr_source_get_role (hr_peer_get_origin (peer)) == HR_SOURCE_DEVICE)
    {
      found = hr_devices_search (self->devices, hr_peer_get_origin (peer), text, &error);
      if (found != NULL)
        g_task_return_pointer (task, found, (GDestroyNotify) hr_found_free);
      else
        g_task_return_error (task, error);
    }
  else
    {
      hr_peer_search_async (peer, text, cancellable, peer_searched_cb, g_steal_pointer (&task));
    }
}

/* Returns: (transfer container): HrProgram, with how many more there are in @out_n_more (optional); NULL with @error: the agent is not
 * connected or does not answer, or the device does not tell its processes. */
GPtrArray *
hr_monitor_search_finish (HrMonitor    *self,
                          GAsyncResult *result,
                          guint        *out_n_more,
                          GError      **error)
{
  g_autoptr (HrFound) found = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    return NULL;

  if (out_n_more != NULL)
    *out_n_more = found->n_more;

  return g_ptr_array_ref (found->programs);
}

/* Has the program @pid where @computer is measured from outside. @start_time: tells it from a later one with its pid; 0: whoever has
 * it now */
void
hr_monitor_watch (HrMonitor *self,
                  HrSource  *computer,
                  guint64    pid,
                  guint64    start_time)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, computer);

  if (peer == NULL)
    return;

  if (hr_source_get_role (hr_peer_get_origin (peer)) == HR_SOURCE_DEVICE)
    hr_devices_watch (self->devices, hr_peer_get_origin (peer), pid);
  else
    hr_peer_watch (peer, pid, start_time);
}

/* Lets the system log of @device be followed; called again, by another filter. @filter: what a line's process or text must hold; ""
 * for all */
void
hr_monitor_follow_log (HrMonitor  *self,
                       HrSource   *device,
                       const char *filter)
{
  if (self->devices != NULL)
    hr_devices_follow_log (self->devices, device, filter);
}

/* Leaves the system log of @device alone again. */
void
hr_monitor_leave_log (HrMonitor *self,
                      HrSource  *device)
{
  if (self->devices != NULL)
    hr_devices_leave_log (self->devices, device);
}

/* Asks the owner of @device, on its screen, to trust this computer. */
void
hr_monitor_pair (HrMonitor *self,
                 HrSource  *device)
{
  if (self->devices != NULL)
    hr_devices_pair (self->devices, device);
}

/* Watches @source again after hr_monitor_disconnect (), or tries at once to reach it. */
void
hr_monitor_connect (HrMonitor *self,
                    HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_connect (peer, source);
}

/* Stops watching @source, until it is connected again. A computer takes its programs with it. */
void
hr_monitor_disconnect (HrMonitor *self,
                       HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_disconnect (peer, source);
}

static void
set_sampling (HrMonitor *self,
              HrSource  *source,
              gboolean   sampling)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer != NULL)
    hr_peer_set_sampling (peer, source, sampling);
}

/* Lets @source sample again. */
void
hr_monitor_start_sampling (HrMonitor *self,
                           HrSource  *source)
{
  set_sampling (self, source, TRUE);
}

/* Freezes sampling in @source itself: its program records nothing until it is started again. */
void
hr_monitor_stop_sampling (HrMonitor *self,
                          HrSource  *source)
{
  set_sampling (self, source, FALSE);
}

/* Asks the program behind @source to free what it can, through the callback it gave its probe; its answer shows in its
 * memory. Nothing happens for a source that is not connected, or a program without a callback. */
void
hr_monitor_request_cleanup (HrMonitor *self,
                            HrSource  *source)
{
  HrPeer *peer = hr_hub_find_peer (self->hub, source);

  if (peer == NULL)
    return;

  hr_peer_request_cleanup (peer, source);
  if (self->recording != NULL)
    hr_monitor_recording_tell_cleanup (self->recording, source);
}
