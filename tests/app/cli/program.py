# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of headroom-cli share: its programs, and a runner that prints TAP."""

import concurrent.futures
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"])
CLI = BUILD / "app/cli/headroom-cli"
AGENT = BUILD / "engine/agents/local/headroom-agent"
WORKLOAD = BUILD / "engine/agents/workload/headroom-workload"
PATIENCE = 60
ESCAPE = "\033"


def run(*arguments, **options):
    return subprocess.run([CLI, *arguments], capture_output=True, text=True, timeout=PATIENCE, **options)


def expect(status, *arguments, **options):
    """Runs to the end and returns what came, when it ended with that status."""
    done = run(*arguments, **options)
    assert done.returncode == status, (arguments, done)
    return done


def start(*arguments, **options):
    return subprocess.Popen([CLI, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@contextlib.contextmanager
def child(*command):
    """A program that runs meanwhile."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def workload():
    """The instrumented one, once it can be followed."""
    runtime = pathlib.Path(os.environ["HEADROOM_RUNTIME_DIR"])
    before = set(runtime.glob("*.region"))
    with child(WORKLOAD) as process:
        wait_until(lambda: set(runtime.glob("*.region")) - before, "the workload's region")
        yield process


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.01)


def run_tests(tests, at_once=1):
    """Runs those of the functions called test_… that the arguments name, all by default. Returns what the program ends with."""
    tests = [(name[5:].replace("_", "-"), test) for name, test in tests.items() if name.startswith("test_")]
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in tests if not wanted or name in wanted]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    with tempfile.TemporaryDirectory() as runtime, concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        os.environ["HEADROOM_RUNTIME_DIR"] = runtime
        os.environ["USBMUXD_SOCKET_ADDRESS"] = f"UNIX:{runtime}/no-usbmuxd"
        os.environ.pop("NO_COLOR", None)
        running = [(name, pool.submit(test)) for name, test in tests]
        for number, (name, future) in enumerate(running, 1):
            try:
                future.result()
                print(f"ok {number} /cli/{name}", flush=True)
            except Exception:
                failed += 1
                traceback.print_exc()
                print(f"not ok {number} /cli/{name}", flush=True)
    return 1 if failed else 0
