#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program beside a real document portal: documents.py PROGRAM [ARGUMENT...]

The program gets a session bus and folders of its own, in which the portal lends files as it lends them to a sandbox. In its environment stand
HEADROOM_DOCUMENTS, what a sandboxed app sees (by-app/APP of the portal's mount), and HEADROOM_HOST, an empty folder that stands for the host's. By hand:

    tests/emulators/documents.py bash

Prints a TAP plan that skips everything where the portal or FUSE is missing.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PORTAL = "/usr/libexec/xdg-document-portal"
NAME = "org.freedesktop.portal.Documents"
PLACE = "/org/freedesktop/portal/documents"
APP_ID = "io.github.headroom.Headroom"

# How long the portal may take until it answers: a cap, not an expectation.
CAP_SECONDS = 30


class Unavailable(Exception):
    """Nothing can be lent here, for the reason that it says."""


def ask(bus, method, parameters, types, files=None):
    return bus.call_with_unix_fd_list_sync(NAME, PLACE, NAME, method, parameters, GLib.VariantType(types), Gio.DBusCallFlags.NO_AUTO_START, -1, files, None)[0]


def wait_for_mount(bus, process):
    """Where the portal has mounted what it lends, once it has."""
    deadline = time.monotonic() + CAP_SECONDS
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        with contextlib.suppress(GLib.Error):
            place = os.fsdecode(bytes(ask(bus, "GetMountPoint", None, "(ay)").unpack()[0]).rstrip(b"\0"))
            if os.path.ismount(place):
                return pathlib.Path(place)
        time.sleep(0.02)
    raise Unavailable("the document portal cannot mount its files here")


class Documents:
    """The portal on this session's bus, which has to be a private one, as XDG_RUNTIME_DIR has to be. A context manager."""

    def __init__(self, log=subprocess.DEVNULL):
        self.log = log

    def __enter__(self):
        if not os.access(PORTAL, os.X_OK):
            raise Unavailable("the document portal is not installed")
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Unavailable("there is no /dev/fuse")
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        # Another program of this session may have had the bus start it.
        owned = self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", GLib.Variant("(s)", (NAME,)),
                                   None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
        self.process = None if owned else subprocess.Popen([PORTAL], stdout=self.log, stderr=self.log)
        try:
            self.seen = wait_for_mount(self.bus, self.process) / "by-app" / APP_ID
        except Unavailable:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(CAP_SECONDS)

    def lend(self, path, *permissions):
        """Lends a file, which need not be there, and returns its path as the sandbox sees it."""
        files = Gio.UnixFDList.new()
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        files.append(folder)
        os.close(folder)
        parameters = GLib.Variant("(hayusas)", (0, os.fsencode(path.name) + b"\0", 0, APP_ID, permissions or ("read", "write")))
        return self.seen / ask(self.bus, "AddNamedFull", parameters, "(sa{sv})", files).unpack()[0] / path.name


def within(folder, program):
    """Has the private bus already."""
    host = pathlib.Path(folder) / "host"
    host.mkdir()
    try:
        with open(pathlib.Path(folder) / "portal.log", "w") as log, Documents(log) as documents:
            status = subprocess.run(program, env={**os.environ, "HEADROOM_HOST": str(host), "HEADROOM_DOCUMENTS": str(documents.seen)}).returncode
    except Unavailable as reason:
        print(f"1..0 # SKIP {reason}", flush=True)
        return 0
    return status if status >= 0 else 128 - status


def in_private_session(program):
    """Runs it with a session bus and folders of its own, where {} stands for the folder of all of these. Returns its exit status."""
    with tempfile.TemporaryDirectory(prefix="headroom-documents-", ignore_cleanup_errors=True) as folder:
        places = {name: os.path.join(folder, kind) for name, kind in
                  (("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache"))}
        for place in places.values():
            os.mkdir(place, 0o700)
        program = [folder if word == "{}" else word for word in program]
        try:
            return subprocess.run(["dbus-run-session", "--", sys.executable, *program], env={**os.environ, **places}).returncode
        finally:
            # What the bus had started ends with it, and may leave its mount behind.
            subprocess.run(["fusermount3", "-u", "-q", "-z", os.path.join(folder, "run/doc")], stderr=subprocess.DEVNULL)


def main(program):
    if program[:1] == ["--within"]:
        return within(program[1], program[2:])
    return in_private_session([__file__, "--within", "{}", *program])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
