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


def skip(reason):
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(0)


def mount_point(bus):
    """Where the portal has mounted what it lends, once it has; raises GLib.Error before."""
    answer = bus.call_sync(NAME, PLACE, NAME, "GetMountPoint", None, GLib.VariantType("(ay)"), Gio.DBusCallFlags.NO_AUTO_START, -1, None)
    return pathlib.Path(os.fsdecode(bytes(answer.unpack()[0]).rstrip(b"\0")))


def wait_for_mount(bus, portal):
    deadline = time.monotonic() + CAP_SECONDS
    while time.monotonic() < deadline and portal.poll() is None:
        with contextlib.suppress(GLib.Error):
            place = mount_point(bus)
            if os.path.ismount(place):
                return place
        time.sleep(0.02)
    return None


def within(folder, program):
    """Has the private bus already: starts the portal, runs the program, and ends the portal."""
    host = pathlib.Path(folder) / "host"
    host.mkdir()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    with open(pathlib.Path(folder) / "portal.log", "w") as log:
        portal = subprocess.Popen([PORTAL], stdout=log, stderr=log)
    try:
        place = wait_for_mount(bus, portal)
        if place is None:
            skip("the document portal cannot mount its files here")
        status = subprocess.run(program, env={**os.environ, "HEADROOM_HOST": str(host), "HEADROOM_DOCUMENTS": str(place / "by-app" / APP_ID)}).returncode
    finally:
        portal.send_signal(signal.SIGTERM)
        portal.wait(CAP_SECONDS)
        subprocess.run(["fusermount3", "-u", "-q", "-z", os.path.join(os.environ["XDG_RUNTIME_DIR"], "doc")], stderr=subprocess.DEVNULL)
    return status if status >= 0 else 128 - status


def main(program):
    if program[:1] == ["--within"]:
        return within(program[1], program[2:])
    if not os.access(PORTAL, os.X_OK):
        skip("the document portal is not installed")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        skip("there is no /dev/fuse")
    with tempfile.TemporaryDirectory(prefix="headroom-documents-") as folder:
        places = {name: os.path.join(folder, kind) for name, kind in
                  (("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache"))}
        for place in places.values():
            os.mkdir(place, 0o700)
        return subprocess.run(["dbus-run-session", "--", sys.executable, __file__, "--within", folder, *program],
                              env={**os.environ, **places}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
