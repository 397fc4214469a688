#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop's notification server and portals, for a session bus that has none: portal.py [--notifications] [--portal]

--notifications    org.freedesktop.Notifications, as a desktop's shell has it
--portal           org.freedesktop.portal.Desktop: Background, FileChooser, Notification, OpenURI, Secret and Settings

Says READY once it has its names. Commands are lines of JSON on the standard input, each answered by one on the standard output; it ends with the input:

    {"do": "status"}                                     what is shown, and all that was asked so far
    {"do": "press", "id": ID, "button": LABEL}           presses a button of a notification; without a button, the notification itself
    {"do": "dismiss", "id": ID}                          takes a notification away
    {"do": "background", "answer": HOW}                  of the next requests: allow, refuse, cancel, fail, never; "early": true answers before the call returns
    {"do": "choose", "path": PATH}                       what the next file chooser answers; without a path it is given up
    {"do": "secret", "text": TEXT, "delay_ms": N}        what the secret is, of 64 bytes, and how long it takes: older libsecret misses an answer at once

By hand, with GTK_USE_PORTAL=1 and GDK_DEBUG=portals in the app's environment for what only sandboxed apps do otherwise.
"""

import argparse
import json
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NOTIFICATIONS = "org.freedesktop.Notifications"
NOTIFICATIONS_PLACE = "/org/freedesktop/Notifications"
PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_PLACE = "/org/freedesktop/portal/desktop"

INTERFACES = """
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation">
      <arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/>
    </method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
      <arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  </interface>
  <interface name="org.freedesktop.portal.Notification">
    <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
    <method name="RemoveNotification"><arg type="s" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="s"/><arg type="s"/><arg type="av"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Background">
    <method name="RequestBackground">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="SetStatus"><arg type="a{sv}" direction="in"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.FileChooser">
    <method name="OpenFile">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="SaveFile">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.OpenURI">
    <method name="OpenURI">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="OpenFile">
      <arg type="s" direction="in"/><arg type="h" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Secret">
    <method name="RetrieveSecret">
      <arg type="h" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Settings">
    <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{sa{sv}}" direction="out"/></method>
    <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Request">
    <method name="Close"/>
    <signal name="Response"><arg type="u"/><arg type="a{sv}"/></signal>
  </interface>
</node>
"""

VERSIONS = {"Background": 2, "FileChooser": 3, "Notification": 1, "OpenURI": 3, "Secret": 1, "Settings": 1}

URGENCIES = ("low", "normal", "critical")


class Desktop:
    def __init__(self, bus):
        self.bus = bus
        self.node = Gio.DBusNodeInfo.new_for_xml(INTERFACES)
        self.calls = []
        self.shown = {}
        self.number = 0
        self.background = {"answer": "allow", "early": False}
        self.path = None
        self.secret = {"text": "0123456789abcdef" * 4, "delay_ms": 200}

    def register(self, place, *names):
        for name in names:
            self.bus.register_object(place, self.node.lookup_interface(name), self.called, self.read, None)

    def read(self, bus, sender, place, interface, name):
        return GLib.Variant("u", VERSIONS[interface.rpartition(".")[2]])

    def called(self, bus, sender, place, interface, method, parameters, invocation):
        short = interface.rpartition(".")[2]
        handler = getattr(self, f"{short}_{method}")
        handler(sender, invocation, *parameters.unpack())

    def note(self, what, **words):
        self.calls.append({"call": what, **words})

    # The shell's notifications.

    def Notifications_GetCapabilities(self, sender, invocation):
        invocation.return_value(GLib.Variant("(as)", (["actions", "body", "persistence"],)))

    def Notifications_GetServerInformation(self, sender, invocation):
        invocation.return_value(GLib.Variant("(ssss)", ("Emulated", "Headroom", "1", "1.2")))

    def Notifications_Notify(self, sender, invocation, app, replaces, icon, title, body, actions, hints, timeout):
        number = replaces
        if not number:
            self.number += 1
            number = self.number
        pairs = dict(zip(actions[::2], actions[1::2]))
        self.shown[str(number)] = {"title": title, "body": body, "priority": URGENCIES[hints.get("urgency", 1)], "app": hints.get("desktop-entry", app),
                                   "buttons": [label for action, label in pairs.items() if action != "default"], "default": "default" in pairs,
                                   "actions": pairs, "sender": sender}
        invocation.return_value(GLib.Variant("(u)", (number,)))

    def Notifications_CloseNotification(self, sender, invocation, number):
        self.note("CloseNotification", id=str(number))
        if self.shown.pop(str(number), None):
            self.bus.emit_signal(None, NOTIFICATIONS_PLACE, NOTIFICATIONS, "NotificationClosed", GLib.Variant("(uu)", (number, 3)))
        invocation.return_value(None)

    # The portals.

    def Notification_AddNotification(self, sender, invocation, number, words):
        buttons = {button["label"]: (button["action"], button.get("target")) for button in words.get("buttons", [])}
        self.shown[number] = {"title": words.get("title"), "body": words.get("body"), "priority": words.get("priority", "normal"), "app": None,
                              "buttons": list(buttons), "default": "default-action" in words, "sender": sender}
        self.shown[number]["raw"] = words
        invocation.return_value(None)

    def Notification_RemoveNotification(self, sender, invocation, number):
        self.note("RemoveNotification", id=number)
        self.shown.pop(number, None)
        invocation.return_value(None)

    @staticmethod
    def take(invocation, handle):
        """A file that came with a call: the only descriptor of it, so that closing it is an end for whoever reads there."""
        return invocation.get_message().get_unix_fd_list().steal_fds()[handle]

    def request(self, sender, options):
        """Where a request of ours is answered."""
        return f"{PORTAL_PLACE}/request/{sender[1:].replace('.', '_')}/{options.get('handle_token', 't')}"

    def respond(self, sender, place, response, results):
        self.bus.emit_signal(sender, place, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (response, results)))

    def Background_RequestBackground(self, sender, invocation, window, options):
        place = self.request(sender, options)
        how = self.background["answer"]
        self.note("RequestBackground", window=window, **{key: value for key, value in options.items() if key != "handle_token"})
        responses = {"allow": (0, True), "refuse": (0, False), "cancel": (1, False), "fail": (2, False)}
        closing = self.bus.register_object(place, self.node.lookup_interface("org.freedesktop.portal.Request"), self.called, self.read, None)

        def answer():
            code, allowed = responses[how]
            self.respond(sender, place, code, {"background": GLib.Variant("b", allowed), "autostart": GLib.Variant("b", False)})
            self.bus.unregister_object(closing)
        if how != "never" and self.background["early"]:
            answer()
        invocation.return_value(GLib.Variant("(o)", (place,)))
        if how != "never" and not self.background["early"]:
            answer()

    def Background_SetStatus(self, sender, invocation, options):
        self.note("SetStatus", **options)
        invocation.return_value(None)

    def Request_Close(self, sender, invocation):
        self.note("Close")
        invocation.return_value(None)

    def choose(self, sender, invocation, what, title, options):
        place = self.request(sender, options)
        self.note(what, title=title, name=options.get("current_name"),
                  filters=[(name, [pattern for _, pattern in patterns]) for name, patterns in options.get("filters", [])])
        invocation.return_value(GLib.Variant("(o)", (place,)))
        if self.path:
            uri = GLib.filename_to_uri(self.path, None)
            self.respond(sender, place, 0, {"uris": GLib.Variant("as", [uri]), "writable": GLib.Variant("b", True)})
        else:
            self.respond(sender, place, 1, {})

    def FileChooser_OpenFile(self, sender, invocation, window, title, options):
        self.choose(sender, invocation, "OpenFile", title, options)

    def FileChooser_SaveFile(self, sender, invocation, window, title, options):
        self.choose(sender, invocation, "SaveFile", title, options)

    def OpenURI_OpenURI(self, sender, invocation, window, uri, options):
        place = self.request(sender, options)
        self.note("OpenURI", uri=uri)
        invocation.return_value(GLib.Variant("(o)", (place,)))
        self.respond(sender, place, 0, {})

    def OpenURI_OpenFile(self, sender, invocation, window, handle, options):
        place = self.request(sender, options)
        file = self.take(invocation, handle)
        self.note("OpenedFile", path=os.readlink(f"/proc/self/fd/{file}"))
        os.close(file)
        invocation.return_value(GLib.Variant("(o)", (place,)))
        self.respond(sender, place, 0, {})

    def Secret_RetrieveSecret(self, sender, invocation, handle, options):
        place = self.request(sender, options)
        file = self.take(invocation, handle)
        self.note("RetrieveSecret")
        invocation.return_value(GLib.Variant("(o)", (place,)))

        def give():
            os.write(file, self.secret["text"].encode())
            os.close(file)
            self.respond(sender, place, 0, {})
            return GLib.SOURCE_REMOVE
        GLib.timeout_add(self.secret["delay_ms"], give)

    def Settings_ReadAll(self, sender, invocation, namespaces):
        invocation.return_value(GLib.Variant("(a{sa{sv}})", ({},)))

    def Settings_Read(self, sender, invocation, namespace, key):
        invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "Requested setting not found")

    # Commands.

    def do_status(self):
        hidden = ("actions", "raw", "sender")
        return {"shown": [{"id": number, **{key: value for key, value in words.items() if key not in hidden}} for number, words in self.shown.items()],
                "calls": self.calls}

    def press(self, words, button):
        """The name of what is pressed, with its target."""
        if button is None:
            return words["raw"]["default-action"], words["raw"].get("default-action-target")
        found, = (entry for entry in words["raw"]["buttons"] if entry["label"] == button)
        return found["action"], found.get("target")

    def do_press(self, id, button=None):
        words = self.shown.pop(id)
        if "raw" in words:
            self.activate(words, *self.press(words, button))
            return {}
        action, = ("default",) if button is None else (name for name, label in words["actions"].items() if label == button)
        number = GLib.Variant("(us)", (int(id), action))
        self.bus.emit_signal(None, NOTIFICATIONS_PLACE, NOTIFICATIONS, "ActionInvoked", number)
        self.bus.emit_signal(None, NOTIFICATIONS_PLACE, NOTIFICATIONS, "NotificationClosed", GLib.Variant("(uu)", (int(id), 2)))
        return {}

    def activate(self, words, action, target):
        """What a portal's backend does with an action of the app: it asks the app itself, which the bus may have to start."""
        app = "io.github.headroom.Headroom"
        kind, _, name = action.partition(".")
        assert kind == "app", action
        targets = [] if target is None else [self.as_variant(target)]
        self.bus.call_sync(app, "/" + app.replace(".", "/"), "org.freedesktop.Application", "ActivateAction",
                           GLib.Variant("(sava{sv})", (name, targets, {})), None, Gio.DBusCallFlags.NONE, -1, None)

    @staticmethod
    def as_variant(value):
        """The targets that the app has: a string, or a tuple of strings and whole numbers."""
        if isinstance(value, str):
            return GLib.Variant("s", value)
        return GLib.Variant("(" + "".join("x" if isinstance(part, int) else "s" for part in value) + ")", value)

    def do_dismiss(self, id):
        self.shown.pop(id)
        if id.isdigit():
            self.bus.emit_signal(None, NOTIFICATIONS_PLACE, NOTIFICATIONS, "NotificationClosed", GLib.Variant("(uu)", (int(id), 2)))
        return {}

    def do_background(self, answer, early=False):
        self.background = {"answer": answer, "early": early}
        return {}

    def do_choose(self, path=None):
        self.path = path
        return {}

    def do_secret(self, text, delay_ms=200):
        self.secret = {"text": text, "delay_ms": delay_ms}
        return {}

    def obey(self, line):
        words = json.loads(line)
        handler = getattr(self, "do_" + words.pop("do"), None)
        return {"ok": True, **handler(**words)} if handler else {"ok": False}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--notifications", action="store_true")
    parser.add_argument("--portal", action="store_true")
    options = parser.parse_args()
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    desktop = Desktop(bus)
    names = []
    if options.notifications:
        names.append(NOTIFICATIONS)
        desktop.register(NOTIFICATIONS_PLACE, NOTIFICATIONS)
    if options.portal:
        names.append(PORTAL)
        desktop.register(PORTAL_PLACE, *(f"org.freedesktop.portal.{name}" for name in VERSIONS))

    def told(channel, condition):
        line = sys.stdin.readline()
        if not line:
            loop.quit()
            return GLib.SOURCE_REMOVE
        print(json.dumps(desktop.obey(line)), flush=True)
        return GLib.SOURCE_CONTINUE

    def owned(bus, name):
        names.remove(name)
        if not names:
            print("READY", flush=True)
            GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, told)

    def lost(bus, name):
        print(f"the name {name} is another's", file=sys.stderr)
        sys.exit(1)

    for name in list(names):
        Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.REPLACE, owned, lost)
    loop.run()


if __name__ == "__main__":
    main()
