#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The History view, with what a recorder wrote before and with what it writes meanwhile, read as a person reads it.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import contextlib
import datetime
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

from desktop import BUILD, LIST_ITEM, App, Atspi, end_program, lasting_settings, start_workload, wait_until, tap

NAME = "headroom-workload"
HOURS = 2
SECONDS = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?$")
MINUTE = re.compile(r"(?:\d+ \w+, )?(\d\d:\d\d:\d\d) – (?:\d+ \w+, )?(\d\d:\d\d:\d\d):")


@contextlib.contextmanager
def data_folder(hours=None):
    """A folder for the user's data, with a history of so many hours in it."""
    with tempfile.TemporaryDirectory(prefix="headroom-data-") as folder:
        history = history_in(folder)
        history.parent.mkdir(mode=0o700)
        if hours:
            subprocess.run([BUILD / "tests/app/make-session", history, str(hours), NAME], check=True)
        yield folder


def history_in(folder):
    return pathlib.Path(folder) / "headroom/history.headroom"


@contextlib.contextmanager
def workload(*arguments):
    program = start_workload("--seed", "1", *arguments)
    try:
        yield program
    finally:
        end_program(program)


def description(app, name):
    node = app.find(f"^{re.escape(name)}$", Atspi.Role.IMAGE)
    return node.get_description() or "" if node else ""


def wait_told(app, name, pattern, seconds=None):
    """Waits for a chart to say something that fits, and returns it."""
    deadline = time.monotonic() + seconds if seconds else None
    found = re.compile(pattern)

    def told():
        text = description(app, name)
        assert deadline is None or time.monotonic() < deadline, f"{name} says {text!r}"
        return text if found.search(text) else None
    try:
        return wait_until(told, f"“{pattern}” of {name}")
    except AssertionError as error:
        raise AssertionError(f"{error}; it says: {description(app, name)!r}") from None


def length(told):
    """How many seconds a chart says that it shows."""
    first, last = (sum(int(part) * unit for part, unit in zip(moment.split(":"), (3600, 60, 1))) for moment in MINUTE.match(told).groups())
    return (last - first) % 86400


def key(*names):
    subprocess.run(["xdotool", "key", *names], check=True)


def focus(node):
    """Has the focus go on until it is on a node, with time to arrive in between."""
    def focused():
        key("Tab")
        for _ in range(10):
            if node.get_state_set().contains(Atspi.StateType.FOCUSED):
                return True
            time.sleep(0.02)
        return False
    wait_until(focused, f"the focus on {node.get_name()}")


def test_what_was_recorded_before_is_on_screen():
    with data_folder(HOURS) as data, App(data=data) as app, workload():
        app.select(NAME)
        app.window_action("view", "history")
        app.press("^All there is")
        # One sample of 72 000 was at 47 ms.
        wait_told(app, "Ranking latency", r"to 47 ms, budget 10 ms, over budget at times; 1 alert$")
        wait_told(app, "Memory", r"budget 200 MB, within budget; 1 alert$")
        wait_told(app, "Alerts and events", r": 2 alerts, [1-9]\d* events$")
        app.press("^The last hour")
        wait_told(app, "Memory", r"budget 200 MB, within budget$")


def test_keys_lead_from_an_alert_to_its_records_and_back():
    with data_folder(HOURS) as data, App(data=data) as app, workload():
        app.select(NAME)
        app.window_action("view", "history")
        app.press("^All there is")
        # The end goes on.
        begin = wait_told(app, "Ranking latency", r"over budget at times; 1 alert$").split(" – ")[0]
        # Where no plot is below the pointer, which would have the crosshair.
        subprocess.run(["xdotool", "mousemove", "600", "20"], check=True)
        lane = app.wait("^Alerts and events$", Atspi.Role.IMAGE)

        focus(lane)
        # The program gone and back, the alert on memory, memory freed, and the alert on latency, which opens what lies around it.
        key("Right", "Right", "Right", "Right", "Right", "Return")
        wait_told(app, "Ranking latency", "^" + MINUTE.pattern + " mean .*to 47 ms")
        assert length(description(app, "Ranking latency")) == 60, description(app, "Ranking latency")
        key("Escape")
        wait_told(app, "Ranking latency", "^" + re.escape(begin) + " –.*1 alert$")


def test_the_newest_second_is_on_screen():
    with App() as app, workload():
        app.select(NAME)
        app.window_action("view", "history")
        wait_told(app, "Ranking latency", r": mean ")

        def lag():
            found = SECONDS.search(app.find(r"^\d\d:\d\d:\d\d.* – \d\d:\d\d:\d\d").get_name())
            now = datetime.datetime.now()
            shown = now.replace(hour=int(found[1]), minute=int(found[2]), second=int(found[3]), microsecond=0)
            return (now - shown).total_seconds()
        # It goes on: at most a second until it is written, and what it takes to be read and told.
        for _ in range(3):
            first = app.find(r"^\d\d:\d\d:\d\d.* – \d\d:\d\d:\d\d").get_name()
            wait_until(lambda: app.find(r"^\d\d:\d\d:\d\d.* – \d\d:\d\d:\d\d").get_name() != first, "the view going on")
            assert lag() < 4, lag()


def test_an_alert_leads_to_its_records_and_back():
    with data_folder(0.1) as data, App(data=data) as app, workload("--slow-ms", "25", "--slow-every", "1", "--slow-for", "3"):
        app.select(NAME)
        row = app.wait("^(critical|resolved): Ranking latency", LIST_ITEM)
        assert row.get_description() == "Shows what was recorded around it", row.get_description()
        focus(row)
        key("Return")
        wait_told(app, "Ranking latency", "^" + MINUTE.pattern + ".*over budget at times")
        assert length(description(app, "Ranking latency")) == 60, description(app, "Ranking latency")
        key("Escape")
        wait_until(lambda: length(description(app, "Ranking latency")) > 300, "all there is")


def test_what_was_recorded_before_is_on_screen_while_nothing_is_recorded():
    with lasting_settings() as settings, data_folder(0.1) as data:
        settings.parent.mkdir(parents=True)
        settings.write_text("[io/github/headroom/Headroom]\nkeep-history=false\n")
        with App(data=data) as app, workload("--slow-ms", "25", "--slow-every", "1"):
            app.select(NAME)
            row = app.wait("^critical: Ranking latency", LIST_ITEM)
            assert not row.get_description(), row.get_description()
            app.window_action("view", "history")
            told = wait_told(app, "Ranking latency", r"to 47 ms, budget 10 ms, over budget at times; 1 alert$")
            assert 350 < length(told) < 370, told


def test_a_history_that_is_no_session_says_so_and_the_live_view_goes_on():
    with data_folder() as data:
        history = history_in(data)
        history.write_text("this is no session file\n")
        with App(data=data) as app, workload():
            app.select(NAME)
            app.wait("^Verdict: Within budget")
            app.window_action("view", "history")
            app.wait("history.headroom.*no session file")
            app.press("^Retry")
            app.window_action("view", "live")
            wait_until(lambda: app.exact("Average per job"), "a real average")
        assert history.read_text() == "this is no session file\n"


def test_what_is_readable_of_a_damaged_history_is_saved():
    with data_folder(0.1) as data:
        history = history_in(data)
        connection = sqlite3.connect(history)
        with connection:
            connection.execute("UPDATE chunk SET heads = zeroblob (100) WHERE id = (SELECT min (id) FROM chunk)")
        connection.close()
        with App(data=data) as app, workload():
            app.select(NAME)
            app.window_action("view", "history")
            app.wait(r"^\d+ parts? of this file (is|are) damaged")
            app.wait("^Save What Is Readable")
            saved = pathlib.Path(data) / "saved.headroom"
            app.action("salvage-session", str(saved))
            app.wait_toast("^Saved saved.headroom without [1-9]")
        connection = sqlite3.connect(saved)
        assert connection.execute("SELECT count (*) FROM chunk").fetchone()[0] > 0
        connection.close()


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-history", sys.argv[1:]))
