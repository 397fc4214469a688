#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds the window's main loop while devices and links come and go: ./dev bench link

Runs the end-to-end cases, in each of which the app itself measures its longest dispatch, drawing and start-up apart: the
thread's own time, and the time on the wall, which a busy machine stretches.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

CASES = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"]).parent / "tests/app"
# The system's Python has the accessibility tree.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
LIMIT_MS = 8
TOLD = re.compile(r"# longest dispatch ([\d.]+) ms of its own, ([\d.]+) ms on the wall")


def longest_of(script):
    """The longest dispatches of all runs of the app in a script, in milliseconds: its own, and on the wall."""
    done = subprocess.run([PYTHON, CASES / script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    told = [tuple(map(float, pair)) for pair in TOLD.findall(done.stdout)]
    if done.returncode or not told:
        sys.exit(f"{script} did not pass: there is nothing to measure")
    return max(own for own, _ in told), max(wall for _, wall in told), len(told)


def main():
    results = {}
    print(f"{'':<44} {'own':>7} {'wall':>7} {'limit':>7}  runs of the app")
    for name in ("end-to-end", "end-to-end-devices"):
        own, wall, n_runs = longest_of(f"{name}.py")
        results[f"link.longest-dispatch-{name}"] = {"value": own, "unit": "ms", "peer": {"on the wall": wall, "limit": LIMIT_MS}}
        print(f"{'link.longest-dispatch-' + name:<44} {own:>4.1f} ms {wall:>4.1f} ms {LIMIT_MS:>4} ms  {n_runs}")

    path = os.environ.get("HR_BENCH_JSON")
    if path:
        known = json.loads(pathlib.Path(path).read_text()) if os.path.exists(path) else {}
        pathlib.Path(path).write_text(json.dumps(known | results, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
