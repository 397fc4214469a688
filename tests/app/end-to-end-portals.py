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

from desktop import LIST_ITEM, App, file_choosers, start_workload, end_program, wait_until, tap  # noqa: E402

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


@contextlib.contextmanager
def judged():
    """The app beside a program that a budget of one megabyte is broken by, and which outlives it: with the program its alerts would go."""
    with contextlib.ExitStack() as later, App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        later.callback(end_program, workload)
        wait_until(lambda: app.find("^headroom-workload", LIST_ITEM), "the program in the sidebar")
        judge(app, "tight", 1)
        yield app


def check_alerts(desktop, priority):
    """An alert is told of with buttons that act, and withdrawn when it is over, by whatever way a desktop has."""
    with judged() as app:
        told = desktop.wait("Memory")
        assert told["body"] == "headroom-workload", told
        assert told["buttons"] == ["Show", "Snooze for 10 Minutes"] and told["default"], told
        assert told["priority"] == priority, told
        judge(app, "wide", 100000)
        desktop.wait_gone("Memory")

        judge(app, "tight", 1)
        desktop.do("press", id=desktop.wait("Memory")["id"], button="Snooze for 10 Minutes")
        desktop.wait_gone("Memory")
        # What is put off is not told of when it comes again.
        judge(app, "wide", 100000)
        judge(app, "tight", 1)
        app.select("headroom-workload")
        app.wait("^critical: Memory")
        assert not desktop.shown("Memory")


def check_showing(desktop, *button):
    """The notification, and its button, open the records around the breach. At the end of the app it is withdrawn."""
    with judged() as app:
        told = desktop.wait("Memory")
        desktop.do("press", id=told["id"], button=button[0] if button else None)
        app.wait(r"^\d\d:\d\d:\d\d.* – \d\d:\d\d:\d\d")
        judge(app, "wide", 100000)
        judge(app, "tight", 1)
        desktop.wait("Memory")
    desktop.wait_gone("Memory")


def test_alerts_on_a_desktop():
    """GLib has the desktop's servers know no more than three urgencies: high is normal there."""
    with Desktop("--notifications") as desktop:
        check_alerts(desktop, "normal")


def test_alerts_through_the_portal():
    with Desktop("--portal") as desktop, as_sandboxed():
        check_alerts(desktop, "high")


def test_what_an_alert_shows_on_a_desktop():
    with Desktop("--notifications") as desktop:
        check_showing(desktop, "Show")


def test_what_an_alert_shows_through_the_portal():
    with Desktop("--portal") as desktop, as_sandboxed():
        check_showing(desktop)


def test_the_desktop_is_asked_before_recording_in_the_background():
    with Desktop("--portal", "--notifications") as desktop, App() as app:
        record_in_background(app)
        asked, = wait_until(lambda: desktop.calls("RequestBackground"), "the request")
        assert asked["window"] == "" and not asked["autostart"], asked
        assert asked["reason"] == "A recording goes on while the window is closed.", asked
        status, = wait_until(lambda: desktop.calls("SetStatus"), "the status")
        assert status["message"].startswith("Recording since "), status
        told = desktop.wait("Recording Goes On")
        assert told["buttons"] == ["Show", "Stop Recording"], told

        # Pressing "Show" brings the window back, and takes the notification away.
        desktop.do("press", id=told["id"], button="Show")
        app.root = wait_until(app.find_root, "another window")
        app.wait("^Stop recording")
        assert not desktop.shown("Recording"), desktop.do("status")
        app.close_window()
        app.press("Record in the Background")

        # Ended from the notification, the recording is in the file, which is told of, and the app ends.
        desktop.do("press", id=desktop.wait("Recording Goes On")["id"], button="Stop Recording")
        kept = desktop.wait("Recording Kept")
        assert kept["buttons"] == ["Show"] and kept["body"].startswith("Recording "), kept
        assert app.process.wait(60) == 0
        assert not desktop.shown("Recording Goes On")
        assert len(desktop.calls("RequestBackground")) == 2 and not desktop.calls("Close")


def test_an_app_that_ends_takes_back_that_it_goes_on():
    with Desktop("--portal", "--notifications") as desktop:
        with App() as app:
            record_in_background(app)
            desktop.wait("Recording Goes On")
        desktop.wait_gone("Recording Goes On")


def test_a_refusal_is_told():
    for answer, early in (("refuse", False), ("cancel", True)):
        with Desktop("--portal", "--notifications") as desktop:
            desktop.do("background", answer=answer, early=early)
            with App() as app:
                record_in_background(app)
                told = desktop.wait("Recording May Be Ended")
                assert told["buttons"] == ["Show", "Stop Recording"] and "not allowed to run in the background" in told["body"], told
                assert not desktop.shown("Recording Goes On")
                desktop.do("press", id=told["id"], button="Show")
                app.root = wait_until(app.find_root, "another window")
                app.wait("^Stop recording")


def test_a_portal_that_never_answers_holds_nothing_up():
    with Desktop("--portal", "--notifications") as desktop:
        desktop.do("background", answer="never")
        with App() as app:
            record_in_background(app)
            desktop.wait("Recording Goes On")
            wait_until(lambda: desktop.calls("RequestBackground"), "the request")
            app.action("show")
            app.root = wait_until(app.find_root, "another window")
            wait_until(lambda: desktop.calls("Close"), "the end of the request")


def test_what_ends_without_a_window_is_told():
    with Desktop("--notifications") as desktop, App() as app:
        record_in_background(app)
        good, bad = (str(pathlib.Path(app.folder.name) / name) for name in ("ours.csv", "ours.doc"))
        app.action("export-session", good)
        told = desktop.wait("Saved ours.csv")
        assert told["default"] and told["buttons"] == [], told
        app.action("export-session", bad)
        told = desktop.wait("Not Exported")
        assert told["buttons"] == ["Show"], told
        app.action("export-csv", good)
        wait_until(lambda: "there is no window" in desktop.wait("Not Exported")["body"], "what keeps live values from being exported")
        app.action("show")
        app.root = wait_until(app.find_root, "another window")


def test_files_are_lent():
    """A file chooser of the portal answers with paths of the document portal: what is written there arrives in the host's folder."""
    try:
        lending = documents.Documents()
        lending.__enter__()
    except documents.Unavailable as reason:
        raise unittest.SkipTest(str(reason)) from None
    with contextlib.ExitStack() as stack:
        stack.push(lending)
        desktop = stack.enter_context(Desktop("--portal"))
        stack.enter_context(as_sandboxed())
        stack.enter_context(file_choosers())
        app = stack.enter_context(App())
        host = pathlib.Path(app.folder.name) / "host"
        host.mkdir()
        app.wait("^CPU: [0-9]")

        desktop.do("choose", path=str(lending.lend(host / "live.csv")))
        app.action("export-csv", "")
        app.wait_toast("^Saved live.csv")
        rows = list(csv.DictReader((host / "live.csv").open(newline="")))
        assert rows and "time" in rows[0], rows[:1]
        asked = desktop.calls("SaveFile")[-1]
        assert asked["name"] == "headroom.csv" and "text/csv" in asked["filters"][0][1], asked

        lent = lending.lend(host / "ours.headroom")
        desktop.do("choose", path=str(lent))
        app.action("save-session", "")
        app.wait_toast("^Saved ours.headroom")
        app.action("open-session", str(lent))
        app.wait("^ours, ")
        assert (host / "ours.headroom").stat().st_size > 4096
        assert sorted(path.name for path in host.iterdir()) == ["live.csv", "ours.headroom"], list(host.iterdir())

        # What is refused is named as its user knows it.
        (host / "fixed.html").write_text("old")
        desktop.do("choose", path=str(lending.lend(host / "fixed.html", "read")))
        app.action("report", "")
        app.wait("^(/.*/host/)?fixed.html: Permission denied")
        assert (host / "fixed.html").read_text() == "old"


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-portals", sys.argv[1:]))
