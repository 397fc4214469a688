#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instructions of the record path, counted by callgrind: ./dev bench instructions

Repeatable where nanoseconds are not. An operation's count is the difference between 2N and N of them, divided
by N, so that the program around them drops out. The clock is the system's: a tick of the processor is one
instruction, whatever it costs.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

N = 20000
PROGRAM = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"]) / "tests/bench/repeat"


def instructions(operation, n):
    """Instructions that callgrind counts while the program repeats an operation."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, operation, str(n)],
        capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def save(results):
    """Puts the results in the place of what this group left in the file before."""
    path = pathlib.Path(os.environ.get("HR_BENCH_JSON", "_build/bench.json"))
    everything = json.loads(path.read_text()) if path.exists() else {}
    everything = {name: value for name, value in everything.items() if not name.startswith("instructions.")}
    everything.update(results)
    path.write_text(json.dumps(everything, indent=2))


def main():
    if not shutil.which("valgrind"):
        print("No valgrind to count instructions with.")
        return 0
    results = {}
    for operation in subprocess.run([PROGRAM], capture_output=True, text=True, check=True).stdout.split():
        count = (instructions(operation, 2 * N) - instructions(operation, N)) / N
        results[f"instructions.{operation}"] = {"value": count, "unit": "instructions", "peer": {}}
        print(f"instructions.{operation:24} {count:8.2f}")
    save(results)
    return 0


sys.exit(main())
