/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define EMULATED_UDID "00008030-000000000000002E"

/* The emulated iPhone, as a process of its own. Its daemon stands in USBMUXD_SOCKET_ADDRESS. */
typedef struct
{
  char             *folder;
  char             *address;
  GSubprocess      *process;
  GOutputStream    *commands;
  GDataInputStream *answers;
} Emulator;

/* @iphone: the path of iphone.py. @address: of its daemon, a Unix socket where NULL. @argument: one more, or NULL. */
void emulator_start (Emulator   *self,
                     const char *iphone,
                     const char *address,
                     const char *argument);
void emulator_stop (Emulator *self);

/* Has @command carried out: JSON with ' for ". Returns the answer. */
char *emulator_ask (Emulator   *self,
                    const char *command);
void  emulator_do (Emulator   *self,
                   const char *command);

G_END_DECLS
