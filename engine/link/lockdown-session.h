/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/model/device.h"

#include <libimobiledevice/lockdown.h>
#include <pthread.h>
#include <signal.h>

G_BEGIN_DECLS

/* libimobiledevice writes to sockets whose peers may be gone, and its TLS does so even to say goodbye. A thread that calls it begins
 * with this: what is written then fails, instead of ending the program by SIGPIPE. */
static inline void
hr_lockdown_prepare_thread (void)
{
  sigset_t broken_pipe;

  sigemptyset (&broken_pipe);
  sigaddset (&broken_pipe, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &broken_pipe, NULL);
}

/* A device as libimobiledevice reaches it. Everything here blocks, and belongs into a worker thread. */
typedef struct
{
  idevice_t          device;
  lockdownd_client_t client;
} HrLockdownSession;

lockdownd_error_t hr_lockdown_session_open (HrLockdownSession *self,
                                            const char        *udid);
lockdownd_error_t hr_lockdown_session_open_unpaired (HrLockdownSession *self,
                                                     const char        *udid);
void              hr_lockdown_session_clear (HrLockdownSession *self);

/* What a lockdown error means for a device. */
HrDeviceState hr_lockdown_error_to_state (lockdownd_error_t error);
const char   *hr_device_state_advice (HrDeviceState state);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HrLockdownSession, hr_lockdown_session_clear)

G_END_DECLS
