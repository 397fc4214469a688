#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recorded, from the button to the file: the real app, read as a person reads it, and its files, read by another program.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import contextlib
import csv
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from desktop import LIST_ITEM, App, lasting_settings, start_workload, wait_until, tap


def query(path, sql):
    """Rows of a session file, by another program that reads SQLite."""
    if not path.exists():
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def recordings(path):
    return query(path, "SELECT name, begin_us, end_us FROM recording ORDER BY id")


def durable(path):
    """How many stretches of snapshots are on the disk."""
    return len(query(path, "SELECT 1 FROM batch")) + len(query(path, "SELECT 1 FROM chunk"))


def end(process):
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    process.stdout.close()


def record(app, seconds):
    """Records until so many seconds are on the disk."""
    begin = time.time()
    app.action("record")
    app.wait("^Stop recording")
    wait_until(lambda: max((row[0] or 0 for row in query(app.history, "SELECT end_us FROM batch UNION SELECT end_us FROM chunk")), default=0) / 1e6
               >= begin + seconds, "what was measured on the disk")
    app.action("record")
    app.wait_toast("^Recording kept")


def test_a_recording_is_kept_and_everything_is_made_of_it():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        try:
            app.select("headroom-workload")
            app.wait("^Verdict: Within budget")
            record(app, 2)
            is_listed_shown_and_named(app)
            becomes_files(app)
            record(app, 2)
            is_compared_by_hand(app)
        finally:
            end(workload)


def is_listed_shown_and_named(app):
    (name, begin_us, end_us), = recordings(app.history)
    assert 1.9e6 < end_us - begin_us < 30e6, (begin_us, end_us)
    assert name.startswith("Recording "), name
    app.press_in_toast("^Recording kept", "^Open")
    app.wait("^All$")
    assert " s" in app.wait(f"^{name}, ", LIST_ITEM).get_name()
    app.window_action("rename")
    app.type("Before")
    app.wait("^Before, ", LIST_ITEM)
    assert recordings(app.history) == [("Before", begin_us, end_us)]
    app.window_action("forget")
    app.press_in_toast("^“Before” is removed", "Undo")
    app.wait("^Before, ", LIST_ITEM)
    assert len(recordings(app.history)) == 1


def becomes_files(app):
    folder = pathlib.Path(app.folder.name)
    (_, begin_us, end_us), = recordings(app.history)
    table, lines, report, saved = (folder / file for file in ("all.csv", "all.ndjson", "report.html", "saved.headroom"))
    for action, path in (("export-session", table), ("export-session", lines), ("report", report), ("save-session", saved)):
        app.action(action, str(path))
    for path in (table, lines, report, saved):
        wait_until(path.exists, path.name)
    times = [row["time"] for row in csv.DictReader(table.open(newline=""))]
    assert times and min(times) >= iso(begin_us - 1e6) and max(times) <= iso(end_us + 1e6), (min(times), max(times), iso(begin_us), iso(end_us))
    assert all(json.loads(line) for line in lines.open())
    assert report.read_text().startswith("<!DOCTYPE html>")

    app.action("open-session", str(saved))
    app.wait("^saved, ", LIST_ITEM)
    result = folder / "comparison.json"
    app.action_with("compare", f"('{saved}', 'Before', '{result}')")
    wait_until(result.exists, "the comparison")
    assert json.loads(result.read_text())["difference"] in ("same", "inconclusive"), result.read_text()[:500]

    app.action("report", str(folder / "report.doc"))
    app.press_in_dialog("^The name “report.doc” does not say which format", "^_?Close")
    assert not [path for path in folder.iterdir() if path.name.startswith(".headroom-") or path.suffix == ".part"]


def is_compared_by_hand(app):
    app.window_action("compare")
    app.press("^_?Compare")
    app.wait("^(Nothing has changed|There is too little|The new one is)")
    app.wait("thompson_duration_ms")
    subprocess.run(["xdotool", "key", "Escape"], check=True)
    app.wait_gone("thompson_duration_ms")


def iso(us):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(us / 1e6))


def test_files_that_are_none_say_so():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        foreign = folder / "foreign.headroom"
        foreign.write_text("This is no session.\n" * 100)
        newer = folder / "newer.headroom"
        connection = sqlite3.connect(newer)
        connection.executescript("CREATE TABLE x (y); PRAGMA application_id = 0x4844524d; PRAGMA user_version = 99;")
        connection.close()
        contract = folder / "mine.ini"
        contract.write_text("[contract]\nname=Mine\nversion=1\n\n[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=100\n")
        # What is named on the command line, and what is asked of the one that runs.
        with App(str(foreign), str(contract)) as app:
            app.wait("^foreign, .*is no session file", LIST_ITEM)
            app.wait("^History Cannot Be Shown")
            app.action("open-session", str(newer))
            app.wait("^newer, .*newer Headroom", LIST_ITEM)
            app.action("open-session", str(folder / "missing.headroom"))
            app.wait("^missing, .*cannot be opened", LIST_ITEM)
            app.window_action("forget")
            app.wait("^“missing” is closed")
            app.wait_gone("^missing, ")
            app.wait("^newer, ", LIST_ITEM)


def test_history_and_files_survive_a_restart():
    with lasting_settings() as settings, tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data"
        other = pathlib.Path(folder) / "other.headroom"
        with App(data=data) as app:
            app.wait("^CPU: [0-9]")
            wait_until(lambda: durable(app.history), "something on the disk")
            assert (data / "headroom").stat().st_mode & 0o777 == 0o700
            app.action("save-session", str(other))
            wait_until(other.exists, "the saved session")
            app.action("open-session", str(other))
            app.wait("^other, ", LIST_ITEM)
            wait_until(lambda: settings.exists() and str(other) in settings.read_text(), "the settings on the disk")
            app.action("record")
            wait_until(lambda: recordings(app.history), "the recording in the file")
        # Whoever quits while a recording goes on has it ended; nothing stands beside the file.
        (_, begin_us, end_us), = recordings(app.history)
        assert end_us is not None and end_us > begin_us
        assert not [path for path in (data / "headroom").iterdir() if path.name != "history.headroom"]
        kept = query(app.history, "SELECT max(end_us) FROM chunk")[0][0]
        assert kept

        # A killed app leaves a recording without an end; the next start gives it one.
        with App(data=data) as app:
            app.wait("^other, ", LIST_ITEM)
            app.action("record")
            wait_until(lambda: len(recordings(app.history)) == 2, "the recording in the file")
            before = durable(app.history)
            wait_until(lambda: durable(app.history) > before, "more on the disk")
            app.launcher.kill()
        assert recordings(app.history)[1][2] is None
        with App(data=data) as app:
            app.wait("^other, ", LIST_ITEM)
            wait_until(lambda: len(recordings(app.history)) < 2 or recordings(app.history)[1][2], "an end of the recording")
            assert query(app.history, "SELECT min(begin_us) FROM chunk")[0][0] <= kept


def test_a_damaged_history_is_set_aside():
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        history = data / "headroom/history.headroom"
        history.parent.mkdir()
        history.write_text("This is no session.\n" * 100)
        with App(data=data) as app:
            app.wait("^The history is not being kept. “history.headroom” is no session file")
            app.wait("^CPU: [0-9]")
            app.press("^Set Aside and Start Anew")
            app.wait_gone("^The history is not being kept")
            wait_until(lambda: durable(history), "a history")
            aside, = history.parent.glob("history (*).headroom")
            assert aside.read_text().startswith("This is no session.")


def test_a_full_disk_is_told_and_retried():
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode != 0:
            return
        try:
            ballast = data / "ballast"
            with App(data=data) as app:
                app.wait("^CPU: [0-9]")
                wait_until(lambda: durable(app.history), "a history")
                with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                    while True:
                        file.write(b"x" * 4096)
                app.wait("^The history is not being kept. There is no space left")
                app.action("record")
                app.press_in_dialog("^Not Recorded", "^_?Close")
                wait_until(lambda: app.exact("CPU") is not None, "live values")
                ballast.unlink()
                app.press("^Retry")
                app.wait_gone("^The history is not being kept")
        finally:
            subprocess.run(["umount", folder], check=True)


def test_a_folder_that_cannot_be_written_to_is_told():
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data"
        data.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", data], stderr=subprocess.DEVNULL).returncode == 0
        if not mounted:
            data.chmod(0o500)
        try:
            with App(data=data) as app:
                app.wait("^The history is not being kept. The folder .* cannot be made")
                app.wait("^CPU: [0-9]")
                if mounted:
                    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
                else:
                    data.chmod(0o700)
                app.press("^Retry")
                app.wait_gone("^The history is not being kept")
                wait_until(lambda: durable(app.history), "a history")
        finally:
            if mounted:
                subprocess.run(["umount", data], check=True)


def test_a_recording_goes_on_in_the_background():
    with App() as app:
        app.wait("^CPU: [0-9]")
        app.action("record")
        app.wait("^Stop recording")
        wait_until(lambda: recordings(app.history), "the recording in the file")
        app.close_window()
        app.wait("^Keep Recording\\?")
        app.press("Cancel")
        app.wait_gone("^Keep Recording\\?")
        app.close_window()
        app.press("Record in the Background")
        wait_until(lambda: app.find_root() is None, "the window's end")
        before = durable(app.history)
        wait_until(lambda: durable(app.history) > before, "more on the disk")
        app.action("show")
        app.root = wait_until(app.find_root, "another window")
        app.wait("^Stop recording")
        app.close_window()
        app.press("Record in the Background")
        wait_until(lambda: app.find_root() is None, "the window's end")
        app.action("stop-recording")
        app.process.wait(60)
        (_, begin_us, end_us), = recordings(app.history)
        assert end_us > begin_us


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-sessions", sys.argv[1:]))
