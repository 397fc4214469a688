/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A daemon in this process that answers what the test says, to the byte. Each connection's first request takes the next answer. */
typedef struct
{
  char           *folder;
  char           *path;
  char           *address; /* as USBMUXD_SOCKET_ADDRESS says it */
  GSocketService *service;
  GQueue          answers;     /* of GBytes; one of no bytes is silence */
  GPtrArray      *connections; /* of GSocketConnection, as they came */
  GPtrArray      *requests;    /* of texts, the lists */
  gsize           split;       /* after so many bytes of an answer the rest waits until everybody has seen them; 0: never */
} FakeUsbmuxd;

#define FAKE_UDID "00008030-000000000000002E"

void fake_usbmuxd_init (FakeUsbmuxd *self);
void fake_usbmuxd_clear (FakeUsbmuxd *self);

/* Begins to listen, and ends it with all connections. */
void fake_usbmuxd_start (FakeUsbmuxd *self);
void fake_usbmuxd_stop (FakeUsbmuxd *self);

/* Adds to the answers; @tail comes in one piece with it. */
void fake_usbmuxd_answer (FakeUsbmuxd *self,
                          const char  *content,
                          const char  *tail);
void fake_usbmuxd_answer_bytes (FakeUsbmuxd *self,
                                const char  *bytes,
                                gsize        size);
void fake_usbmuxd_answer_another (FakeUsbmuxd *self,
                                  const char  *content);
void fake_usbmuxd_answer_listen (FakeUsbmuxd *self);

/* Sends an event over connection @i. */
void fake_usbmuxd_tell (FakeUsbmuxd *self,
                        guint        i,
                        const char  *content);

#define FAKE_RESULT(number) "<key>MessageType</key><string>Result</string><key>Number</key><integer>" #number "</integer>"
#define FAKE_DETACHED(id) "<key>MessageType</key><string>Detached</string><key>DeviceID</key><integer>" #id "</integer>"
#define FAKE_PAIRED(id) "<key>MessageType</key><string>Paired</string><key>DeviceID</key><integer>" #id "</integer>"
#define FAKE_ATTACHED(id, udid)                                                                     \
  "<key>MessageType</key><string>Attached</string><key>DeviceID</key><integer>" #id "</integer>"    \
  "<key>Properties</key><dict><key>ConnectionType</key><string>USB</string><key>SerialNumber</key>" \
  "<string>" udid "</string></dict>"

G_END_DECLS
