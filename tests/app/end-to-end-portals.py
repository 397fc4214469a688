#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reaches the desktop, and comes from it: notifications, the background, files that are lent, with a desktop that is emulated and a document portal
that is real.

Prints TAP. Needs a display; it makes a session bus of its own, so that no other desktop answers there.
"""

import contextlib
import csv
import json
import os
import pathlib
import subprocess
import sys
import unittest

PRIVATE = "HEADROOM_PRIVATE_SESSION"
EMULATORS = pathlib.Path(__file__).parent.parent / "emulators"

sys.path.insert(0, str(EMULATORS))
import documents  # noqa: E402

if __name__ == "__main__" and PRIVATE not in os.environ:
    os.environ[PRIVATE] = "1"
    sys.exit(documents.in_private_session(sys.argv))

from desktop import App, start_workload, end_program, wait_until, tap  # noqa: E402

# What a budget of one megabyte makes of any program, and the same with room.
CONTRACT = "[contract]\nname={name}\nversion=1\n\n[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit={limit}\nsource=headroom-workload*\n"


class Desktop:
    """One run of the emulated desktop. A context manager."""

    def __init__(self, *parts):
        self.parts = parts

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, EMULATORS / "portal.py", *self.parts], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "READY\n"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.process.stdout.close()

    def do(self, command, **words):
        self.process.stdin.write(json.dumps({"do": command, **words}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["ok"], answer
        return answer

    def shown(self, title):
        """The notification that begins so, or None."""
        for words in self.do("status")["shown"]:
            if words["title"].startswith(title):
                return words
        return None

    def wait(self, title):
        return wait_until(lambda: self.shown(title), f"the notification “{title}”")

    def wait_gone(self, title):
        wait_until(lambda: not self.shown(title), f"the end of the notification “{title}”")

    def calls(self, what):
        return [call for call in self.do("status")["calls"] if call["call"] == what]


@contextlib.contextmanager
def as_sandboxed():
    """What only sandboxed apps do otherwise: notifications and file choosers go through portals."""
    saved = os.environ["GDK_DEBUG"]
    os.environ.update(GTK_USE_PORTAL="1", GDK_DEBUG=saved + ",portals")
    try:
        yield
    finally:
        del os.environ["GTK_USE_PORTAL"]
        os.environ["GDK_DEBUG"] = saved


def write_contract(app, name, limit):
    path = pathlib.Path(app.folder.name) / f"{name}.ini"
    path.write_text(CONTRACT.format(name=name, limit=limit))
    return str(path)


def judge(app, name, limit):
    """Judges by another budget of memory."""
    app.action("open-contract", write_contract(app, name, limit))
    app.wait_toast(f"^Judging by “{name}”")


def record_in_background(app):
    app.wait("^CPU: [0-9]")
    app.action("record")
    app.wait("^Stop recording")
    app.close_window()
    app.press("Record in the Background")
    wait_until(lambda: app.find_root() is None, "the window's end")


def check_alerts(desktop, high):
    """An alert is told of with buttons that act, and withdrawn when it is over, by whatever way a desktop has."""
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        judge(app, "tight", 1)
        told = desktop.wait("Memory")
        assert told["body"] == "headroom-workload", told
        assert told["buttons"] == ["Show", "Snooze for 10 Minutes"] and told["default"], told
        assert told["priority"] == high, told
        judge(app, "wide", 100000)
        desktop.wait_gone("Memory")

        # Snoozed, it comes back neither by itself nor with the next breach.
        judge(app, "tight", 1)
        desktop.do("press", id=desktop.wait("Memory")["id"], button="Snooze for 10 Minutes")
        desktop.wait_gone("Memory")
        judge(app, "wide", 100000)
        judge(app, "tight", 1)
        app.select("headroom-workload")
        app.wait("^critical: Memory")
        assert not desktop.shown("Memory")
        end_program(workload)


def check_showing(desktop):
    """The notification itself opens the records around the breach; at the end of the app nothing is left of it."""
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        judge(app, "tight", 1)
        desktop.do("press", id=desktop.wait("Memory")["id"])
        app.wait("^headroom-workload$")
        wait_until(lambda: app.find("^Back to now|^Follow|^Live edge|^Now$") or app.find("records"), "the records around the breach")
        end_program(workload)


def test_alerts_on_a_desktop():
    with Desktop("--notifications") as desktop:
        check_alerts(desktop, "critical")


def test_alerts_through_the_portal():
    with Desktop("--portal") as desktop, as_sandboxed():
        check_alerts(desktop, "high")


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-portals", sys.argv[1:]))
