#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The app as a desktop starts it: by the session bus, for a window, an action, a file or a link.

Prints TAP. Needs a display, which ./dev test gives; the bus is one of its own, which knows the app's service file.
"""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

from activation import actions, activated, gapplication, knows_service, owner, run_again
from desktop import APP_ID, BUILD, LIST_ITEM, App, file_choosers, make_session, tap, wait_until

LINK = "headroom://127.0.0.1:7777/#00112233445566778899aabbccddeeff"


def recordings(path):
    """The recordings of a session file, by another program that reads SQLite."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT begin_us, end_us FROM recording").fetchall()
    except sqlite3.Error:
        return []


def test_the_bus_starts_it_once_and_it_ends_with_its_window():
    with activated("launch", APP_ID) as app:
        app.wait("^CPU: [0-9]")
        gapplication("launch", APP_ID)
        assert owner() == app.process.pid
        app.close_window()
        app.process.wait()


def test_what_nobody_uses_ends_by_itself():
    with activated(question=actions, window=False) as app:
        assert app.find_root() is None
        app.process.wait()


def test_a_launchers_actions_start_it():
    with activated("action", APP_ID, "history") as app:
        app.wait("^All$")
        gapplication("action", APP_ID, "start-recording")
        app.wait("^Stop recording")
        wait_until(lambda: recordings(app.history), "the recording in the file")
        gapplication("action", APP_ID, "stop-recording")
        app.wait_toast("^Recording kept")
    with file_choosers(), activated("action", APP_ID, "choose-session") as app:
        app.wait("^Open a session file$")


def test_every_action_of_the_desktop_file_is_one_of_the_apps():
    text = (BUILD / "data" / f"{APP_ID}.desktop").read_text()
    names = re.search("^Actions=(.*);$", text, re.MULTILINE).group(1).split(";")
    with activated("launch", APP_ID) as app:
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


def test_an_option_finds_a_window():
    with App("--action=about") as app:
        app.wait("^See how much room a running program has left")
    with App("--action=record") as app:
        app.wait("^Stop recording")


def test_a_script_records_without_a_window():
    with activated("action", APP_ID, "record", window=False) as app:
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
        with activated("action", APP_ID, "report", f"'{report}'", window=False, data=folder) as app:
            wait_until(report.exists, "the report")
            assert report.read_text().startswith("<!DOCTYPE html>")
            app.process.wait()


def test_files_and_links_open_it():
    with tempfile.TemporaryDirectory() as folder:
        session = pathlib.Path(folder) / "kept.headroom"
        make_session(session)
        with activated("launch", APP_ID, str(session)) as app:
            app.wait("^kept, ", LIST_ITEM)
            gapplication("launch", APP_ID, LINK)
            is_asked_about(app)
    with activated("launch", APP_ID, LINK) as app:
        is_asked_about(app)


def test_a_file_whose_name_is_no_text_is_told_of():
    with tempfile.TemporaryDirectory() as folder:
        session = pathlib.Path(folder) / "kept.headroom"
        make_session(session)
        unnamed = session.rename(pathlib.Path(folder) / os.fsdecode(b"n\xff.headroom"))
        with App(str(unnamed)) as app:
            app.wait("^File Not Used$")
            assert not app.find("^n.*, ", LIST_ITEM)


def is_asked_about(app):
    """The link stands in the dialog, and is no source yet."""
    app.wait("^It will be called “127.0.0.1:7777”")
    assert app.holds(LINK)
    assert not app.find("^127.0.0.1:7777", LIST_ITEM)


def with_service():
    """Runs the tests on a bus that starts the program that was built as its service file says."""
    with tempfile.TemporaryDirectory() as folder:
        services = pathlib.Path(folder) / "dbus-1/services"
        services.mkdir(parents=True)
        text = (BUILD / "data" / f"{APP_ID}.service").read_text()
        (services / f"{APP_ID}.service").write_text(re.sub(r"(?m)^Exec='.+/headroom' ", f"Exec='{BUILD}/app/headroom' ", text))
        return run_again(folder, BUILD)


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-activation", sys.argv[1:]) if knows_service() else with_service())
