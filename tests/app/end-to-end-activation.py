#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The app as a desktop starts it: by the session bus, for a window, an action, a file or a link.

Prints TAP. Needs a display, which ./dev test gives; the bus is one of its own, which knows the app's service file.
"""

import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile

from desktop import APP_ID, BUILD, CAP_SECONDS, LIST_ITEM, OBJECT_PATH, App, tap, wait_until

LINK = "headroom://127.0.0.1:7777/#00112233445566778899aabbccddeeff"
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


class Service:
    """A process that the bus has started: others hear with what status it ends."""

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            state = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return 0 if state == "Z" else None

    def wait(self, _=CAP_SECONDS):
        wait_until(lambda: self.poll() is not None, "the end of the app")
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)


class Activated(App):
    """One run of the app that the bus starts, for a command of gapplication, or for a question."""

    def __init__(self, *command, question=None, window=True, data=None):
        super().__init__(data=data)
        self.ask = question or (lambda: gapplication(*command))
        self.window = window

    def start(self):
        environment = [f"{name}={os.environ[name]}" for name in INHERITED]
        subprocess.run(["dbus-update-activation-environment", *environment], check=True)
        self.ask()
        return Service(self.owner())

    @staticmethod
    def owner():
        answer = call("--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
                      "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID", APP_ID)
        return int(re.search(r"uint32 (\d+)", answer).group(1))

    def wait_window(self):
        if self.window:
            super().wait_window()


def make_session(path):
    subprocess.run([BUILD / "tests/app/make-session", path, "0.01"], check=True, stdout=subprocess.DEVNULL)


def recordings(path):
    """The recordings of a session file, by another program that reads SQLite."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT begin_us, end_us FROM recording").fetchall()
    except sqlite3.Error:
        return []


def test_the_bus_starts_it_once_and_it_ends_with_its_window():
    with Activated("launch", APP_ID) as app:
        app.wait("^CPU: [0-9]")
        gapplication("launch", APP_ID)
        assert app.owner() == app.process.pid
        app.close_window()
        app.process.wait()


def test_what_nobody_uses_ends_by_itself():
    with Activated(question=actions, window=False) as app:
        assert app.find_root() is None
        app.process.wait()


def test_a_launchers_actions_start_it():
    with Activated("action", APP_ID, "history") as app:
        app.wait("^All$")
        gapplication("action", APP_ID, "start-recording")
        app.wait("^Stop recording")
        wait_until(lambda: recordings(app.history), "the recording in the file")
        gapplication("action", APP_ID, "stop-recording")
        app.wait_toast("^Recording kept")
    with Activated("action", APP_ID, "choose-session") as app:
        app.wait("^Open a session file$")


def test_every_action_of_the_desktop_file_is_one_of_the_apps():
    text = (BUILD / "data" / f"{APP_ID}.desktop").read_text()
    names = re.search("^Actions=(.*);$", text, re.MULTILINE).group(1).split(";")
    with Activated("launch", APP_ID) as app:
        app.wait("^CPU: [0-9]")
        known = actions()
        for name in names:
            assert name in known, (name, known)
            assert f"[Desktop Action {name}]" in text and f"Exec=headroom --action={name}" in text, name


def test_without_a_bus_that_starts_it_an_option_does_the_same():
    with App("--action=start-recording") as app:
        app.wait("^Stop recording")
        # The second one hands it on and ends.
        subprocess.run([BUILD / "app/headroom", "--action=stop-recording"], check=True)
        app.wait_toast("^Recording kept")
        for name in ("nonsense", "export-csv"):
            refused = subprocess.run([BUILD / "app/headroom", f"--action={name}"], capture_output=True, text=True)
            assert refused.returncode == 1 and name in refused.stderr, refused


def test_a_script_records_without_a_window():
    with Activated("action", APP_ID, "record", window=False) as app:
        wait_until(lambda: recordings(app.history), "the recording in the file")
        assert app.find_root() is None
        gapplication("action", APP_ID, "stop-recording")
        app.process.wait()
        (begin_us, end_us), = recordings(app.history)
        assert end_us > begin_us


def test_a_script_gets_its_report_without_a_window():
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.html"
        history = pathlib.Path(folder) / "headroom/history.headroom"
        history.parent.mkdir(mode=0o700)
        make_session(history)
        with Activated("action", APP_ID, "report", f"'{report}'", window=False, data=folder) as app:
            wait_until(report.exists, "the report")
            assert report.read_text().startswith("<!DOCTYPE html>")
            app.process.wait()


def test_files_and_links_open_it():
    with tempfile.TemporaryDirectory() as folder:
        session = pathlib.Path(folder) / "kept.headroom"
        make_session(session)
        with Activated("launch", APP_ID, str(session)) as app:
            app.wait("^kept, ", LIST_ITEM)
            gapplication("launch", APP_ID, LINK)
            is_asked_about(app)
    with Activated("launch", APP_ID, LINK) as app:
        is_asked_about(app)


def is_asked_about(app):
    """The link stands in the dialog, and is no source yet."""
    app.wait("^It will be called “127.0.0.1:7777”")
    assert app.holds(LINK)
    assert not app.find("^127.0.0.1:7777", LIST_ITEM)


def with_service():
    """Runs this file again on a bus that starts the program that was built as its service file says."""
    with tempfile.TemporaryDirectory() as folder:
        services = pathlib.Path(folder) / "dbus-1/services"
        services.mkdir(parents=True)
        text = (BUILD / "data" / f"{APP_ID}.service").read_text()
        (services / f"{APP_ID}.service").write_text(re.sub(r"(?m)^Exec=\S+/headroom ", f"Exec={BUILD}/app/headroom ", text))
        folders = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        environment = dict(os.environ, XDG_DATA_DIRS=f"{folder}:{folders}", **{MARK: "yes"})
        return subprocess.run(["dbus-run-session", "--", sys.executable, __file__, *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-activation", sys.argv[1:]) if MARK in os.environ else with_service())
