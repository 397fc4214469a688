#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an instrumented program to the screen: the real app, agent and workload, read as a person reads them.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import contextlib
import csv
import json
import os
import pathlib
import re
import signal
import sys
import tempfile

from desktop import LIST_ITEM, App, end_program, lasting_settings, start_workload, wait_until, tap

LATENCY = "thompson_duration_ms"


def summary_of(workload):
    """Waits for a workload's own end and returns its summary."""
    summary = json.loads(workload.communicate()[0])
    assert workload.returncode == 0, f"headroom-workload: status {workload.returncode}"
    return summary


def stop(workload):
    """Ends a workload and returns its own summary."""
    workload.send_signal(signal.SIGTERM)
    return summary_of(workload)


def test_this_computer_is_on_screen():
    with App() as app:
        processor = wait_until(lambda: app.exact("CPU"), "the processor's share")
        assert 0 <= processor <= 1
        assert app.exact("System memory") > 0
        app.wait("^Start the Thompson workload")


def test_one_click_starts_the_workload():
    with App() as app:
        app.wait("^CPU: [0-9]")
        app.press("^Start the Thompson workload")
        average = wait_until(lambda: app.exact("Average per job"), "a real average")
        assert average > 0, average
        app.press("^Stop the Thompson workload")
        app.wait("^Verdict: Lost headroom-workload")
        assert app.text("Average per job").startswith("–") or "last at" in app.text("Average per job")


def test_screen_and_file_agree_with_the_workload():
    with App() as app:
        app.wait("^CPU: [0-9]")
        # Shorter than what the card's average is over.
        workload = start_workload("--duration", "4", "--seed", "1")
        app.select("headroom-workload")
        wait_until(lambda: app.exact("Average per job"), "a real average")
        summary = summary_of(workload)
        app.wait("^Verdict: Lost headroom-workload")

        rows = list(csv.DictReader(app.export().open(newline="")))
        counted = int(rows[-1][f"{LATENCY}.cumulative_count"])
        assert counted == summary["count"] - summary["unplaced"], (counted, summary)
        total = sum(float(row[f"{LATENCY}.mean"]) * int(row[f"{LATENCY}.count"]) for row in rows if row[f"{LATENCY}.count"])
        assert abs(total / counted - summary["mean"]) <= 0.01 * summary["mean"], (total / counted, summary)
        card = app.exact("Average per job")
        assert abs(card - summary["mean"]) <= 0.01 * summary["mean"], (card, summary)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", rows[-1]["time"]), rows[-1]["time"]
        assert not any(name.startswith("ui_frame_time_ms") for name in rows[0])


def test_a_slow_ranker_raises_a_critical_alert_that_stays_listed():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--slow-ms", "25", "--slow-every", "1", "--slow-for", "8")
        app.select("headroom-workload")
        app.wait("^Verdict: Over budget")
        app.wait("^critical: Ranking latency")
        app.wait("^Verdict: Within budget")
        app.wait("^resolved: Ranking latency")
        stop(workload)


def test_a_leak_goes_through_the_marks():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--leak", "20")
        app.select("headroom-workload")
        for mark in (160, 190, 200):
            wait_until(lambda: (app.exact("Memory now") or 0) > mark, f"more than {mark} MB")
        app.wait("^Verdict: (Over budget|.*[Mm]emory)")
        stop(workload)


def test_a_killed_agent_comes_back():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        wait_until(lambda: app.exact("Average per job"), "a real average")
        killed = app.agent()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: app.agent() != killed, "another agent")
        app.wait("^Verdict: Within budget")
        summary = stop(workload)
        app.wait("^Verdict: Lost headroom-workload")
        rows = list(csv.DictReader(app.export().open(newline="")))
        assert int(rows[-1][f"{LATENCY}.cumulative_count"]) == summary["count"] - summary["unplaced"]


def test_a_killed_program_comes_back():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        app.wait("^Verdict: Within budget")
        workload.kill()
        workload.wait()
        app.wait("^Verdict: Lost headroom-workload")
        again = start_workload("--seed", "1")
        app.wait("^Verdict: Within budget")
        stop(again)


def test_pause_freezes_the_program_and_says_so():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        app.wait("^Verdict: Within budget")
        app.window_action("sampling")
        app.wait("^Verdict: Sampling of headroom-workload is paused")
        app.window_action("sampling")
        app.wait("^Verdict: Within budget")
        stop(workload)


def test_the_program_is_asked_to_free_memory():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        app.wait("^Verdict: Within budget")
        app.press("^Ask the program to free memory")
        app.wait_toast("^Asked headroom-workload to free memory")
        stop(workload)


def test_spans_and_categories_say_where_time_and_memory_go():
    with App() as app:
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        paths = ["/batch", *("/batch/" + part for part in ("refill", "match", "rank", "learn", "record"))]

        def shares_add_up():
            rows = [app.find(f"^{path}$", LIST_ITEM) for path in paths]
            said = [re.match(r"([0-9.]+) % of the self time, .+ calls, p99 [0-9.]+ ", row.get_description()) for row in rows if row]
            shares = [float(share.group(1)) for share in said if share]
            return len(shares) == len(paths) and abs(sum(shares) - 100) < 1

        wait_until(shares_add_up, "a row for each span, with all of the self time")
        assert re.match(r"[0-9.]+ MB in use", app.wait("^postings$", LIST_ITEM).get_description())
        app.wait("^Recording [0-9.]+ % of a core")
        stop(workload)


def test_a_program_that_records_too_much_is_slowed_down():
    with contextlib.ExitStack() as later, App() as app:
        app.wait("^CPU: [0-9]")
        # Small batches have the most records for their work, even with half of a processor.
        workload = start_workload("--rate", "0", "--batch", "10")
        later.callback(end_program, workload)
        app.select("headroom-workload")
        app.wait("^sampling slowed down", LIST_ITEM)
        app.wait("1 in [0-9]+ measured")
        stop(workload)


def test_disconnect_and_reconnect():
    with App() as app:
        app.wait("^CPU: [0-9]")
        agent = app.agent()
        app.window_action("disconnect")
        app.wait("^Verdict: Disconnected")
        wait_until(lambda: not pathlib.Path(f"/proc/{agent}").exists(), "the agent's end")
        app.window_action("connect")
        app.wait("^CPU: [0-9]")
        assert app.agent() != agent


def test_a_bad_contract_is_refused_by_file_and_line():
    with tempfile.TemporaryDirectory() as folder, App() as app:
        app.wait("^CPU: [0-9]")
        bad = pathlib.Path(folder) / "bad.ini"
        bad.write_text("[contract]\nname=bad\nversion=1\n\n[tail]\nmetric=no_such_metric\nstatistic=p99\nlimit=10\n")
        app.action("open-contract", str(bad))
        app.wait(r"bad\.ini:6")
        assert app.find("^CPU: [0-9]")


def test_a_bad_contract_at_the_start_is_refused_too():
    with tempfile.TemporaryDirectory() as folder:
        bad = pathlib.Path(folder) / "bad.ini"
        bad.write_text("[contract]\nname=bad\nversion=1\n\n[tail]\nmetric=thompson_duration_ms\nstatistic=p99\nlimit=-1\n")
        with App("--contract", str(bad)) as app:
            app.wait(r"bad\.ini:8")
            app.wait("^Verdict: Watching .*Thompson job ranker")


def test_a_missing_agent_says_what_to_do():
    with App("--agent", "/nonexistent/agent") as app:
        app.wait("^No Connection")
        app.wait(r"/nonexistent/agent.*(\n.*)*--agent")
        app.wait("^Retry")
        target = pathlib.Path(app.folder.name) / "empty.csv"
        app.action("export-csv", str(target))
        app.wait_toast("^Nothing has been measured yet")
        assert not target.exists()


def test_an_export_that_fails_names_the_file():
    with App() as app:
        app.wait("^CPU: [0-9]")
        app.action("export-csv", "/nonexistent/x.csv")
        app.wait("^/nonexistent/x.csv: No such file")


def test_style_source_and_contract_survive_a_restart():
    with lasting_settings() as settings, tempfile.TemporaryDirectory() as folder:
        contract = pathlib.Path(folder) / "mine.ini"
        contract.write_text("[contract]\nname=Mine\nversion=1\n\n[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=100\n")
        with App() as app:
            app.wait("^CPU: [0-9]")
            app.action("style", "dark")
            app.action("open-contract", str(contract))
            app.wait("^Verdict: Watching .*Mine")
            wait_until(lambda: settings.exists() and all(word in settings.read_text() for word in ("dark", str(contract))),
                       "the settings on the disk")
        with App() as app:
            app.wait("^Verdict: Watching .*Mine")


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end", sys.argv[1:]))
