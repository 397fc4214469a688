# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests as functions whose names begin with test_, and their results as TAP."""

import traceback
import unittest


def run(tests, suite, wanted=()):
    """Runs those of a module's names, or the wanted ones; unittest.SkipTest skips one. Returns the exit status."""
    tests = [(name[5:].replace("_", "-"), test) for name, test in tests.items() if name.startswith("test_")]
    tests = [(name, test) for name, test in tests if not wanted or name in wanted]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} /{suite}/{name}", flush=True)
        except unittest.SkipTest as reason:
            print(f"ok {number} /{suite}/{name} # SKIP {reason}", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"not ok {number} /{suite}/{name}", flush=True)
    return 1 if failed else 0
