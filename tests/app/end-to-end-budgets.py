#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets that are changed in the window: the real app, agent and workload, driven by keys and read through the accessibility tree.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import pathlib
import sys
import tempfile

from desktop import App, end_program, start_workload, tap

MINE = """# Mine, with comments
[contract]
name=Mine
version=1

# what ranking may take
[ranking]
metric = thompson_duration_ms
statistic=mean
window=1s
limit= 5000
"""


def test_a_limit_is_changed_saved_and_judged_by():
    with tempfile.TemporaryDirectory() as folder, App() as app:
        contract = pathlib.Path(folder) / "mine.ini"
        contract.write_text(MINE)
        app.wait("^CPU: [0-9]")
        workload = start_workload("--seed", "1")
        app.select("headroom-workload")
        app.action("open-contract", str(contract))
        app.wait("^Verdict: Within budget")

        app.window_action("edit-budget", "ranking")
        app.wait("^Would have kept within it for the last [0-9]")
        app.write("^Limit$", "none")
        app.wait("^limit=none is not a number$")
        app.write("^Limit$", "0.00001")
        app.wait("^Would have been over for [0-9]")
        app.press("Apply$")
        app.press("Save$")
        app.wait("^Saved, and judged by from now on")
        assert contract.read_text() == MINE.replace("5000", "0.00001"), contract.read_text()
        app.wait("^Verdict: Over budget")
        app.wait("^critical: Ranking latency, mean")
        end_program(workload)


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-budgets", sys.argv[1:]))
