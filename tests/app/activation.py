# SPDX-License-Identifier: GPL-3.0-or-later
"""The app as the session bus starts it."""

import contextlib
import os
import pathlib
import re
import subprocess
import sys

from desktop import APP_ID, BUILD, OBJECT_PATH, App, Built, Service

INHERITED = ("HEADROOM_RUNTIME_DIR", "XDG_DATA_HOME", "HEADROOM_LOOP_REPORT", "ASAN_OPTIONS", "UBSAN_OPTIONS")

# Set where the bus is the one that knows the service.
MARK = "HEADROOM_ACTIVATION"


def gapplication(*command):
    subprocess.run(["gapplication", *command], check=True, stdout=subprocess.DEVNULL)


def call(*arguments):
    """What a method of something on the bus returns, as text."""
    return subprocess.run(["gdbus", "call", "--session", *arguments], check=True, capture_output=True, text=True).stdout


def actions():
    """The names of the app's actions; asking for them starts it."""
    return re.findall("'([a-z-]+)'", call("--dest", APP_ID, "--object-path", OBJECT_PATH, "--method", "org.gtk.Actions.List"))


class Activated(Built):
    """How the bus starts the app, for a question."""

    def __init__(self, ask, data):
        super().__init__(data)
        self.ask = ask

    def launch(self, arguments, messages):
        environment = [f"{name}={os.environ[name]}" for name in INHERITED]
        subprocess.run(["dbus-update-activation-environment", *environment], check=True)
        self.ask()
        return Service(launched(self.loop))


def launched(loop):
    """The process id of the app that will write this report; None where it has done what it was started for, and has ended."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            variables = (process / "environ").read_bytes().split(b"\0")
            if (process / "comm").read_text() == "headroom\n" and f"HEADROOM_LOOP_REPORT={loop}".encode() in variables:
                return int(process.name)
    return None


def owner():
    answer = call("--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
                  "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID", APP_ID)
    return int(re.search(r"uint32 (\d+)", answer).group(1))


def activated(*command, question=None, window=True, data=None):
    """One run of the app that the bus starts, for a command of gapplication, or for a question."""
    return App(launcher=Activated(question or (lambda: gapplication(*command)), data), window=window)


def knows_service():
    return MARK in os.environ


def run_again(data, build):
    """Runs the tests anew on a bus that also looks for services in a folder of data; returns their status.

    What the bus starts finds its files in the folder of a build; None: it knows of no build."""
    folders = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    environment = dict(os.environ, XDG_DATA_DIRS=f"{data}:{folders}", **{MARK: "yes"})
    environment.pop("HEADROOM_BUILD_DIR")
    if build is not None:
        environment["HEADROOM_BUILD_DIR"] = str(build)
    return subprocess.run(["dbus-run-session", "--", "env", f"HEADROOM_BUILD_DIR={BUILD}", sys.executable, *sys.argv], env=environment).returncode
