#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the cases of a meson test run: count-results.py BUILD/meson-logs

Prints "N passed, N failed, N skipped" and fails when something failed or nothing ran. A program that crashed or
timed out has failed at least once, whatever its cases said until then.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

WELL = {"OK", "SKIP", "EXPECTEDFAIL"}


def main(logs):
    logs = pathlib.Path(logs)
    passed = failed = skipped = 0
    for case in ElementTree.parse(logs / "testlog.junit.xml").getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed += 1
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    programs = [json.loads(line) for line in (logs / "testlog.json").read_text().splitlines()]
    failed = max(failed, sum(program["result"] not in WELL for program in programs))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
