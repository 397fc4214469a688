# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of headroom-cli share: its programs, and a runner that prints TAP."""

import concurrent.futures
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import traceback

BUILD = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"])
CLI = BUILD / "app/cli/headroom-cli"
AGENT = BUILD / "engine/agents/local/headroom-agent"
WORKLOAD = BUILD / "engine/agents/workload/headroom-workload"
PATIENCE = 60
ESCAPE = "\033"

# Tests run beside each other: each has a folder of its own for regions.
own = threading.local()


def environment():
    return {**os.environ, "HEADROOM_RUNTIME_DIR": own.runtime}


def run(*arguments, **options):
    return subprocess.run([CLI, *arguments], capture_output=True, text=True, timeout=PATIENCE, **{"env": environment(), **options})


def expect(status, *arguments, **options):
    """Runs to the end and returns what came, when it ended with that status."""
    done = run(*arguments, **options)
    assert done.returncode == status, (arguments, done)
    return done


def start(*arguments, **options):
    return subprocess.Popen([CLI, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **{"env": environment(), **options})


@contextlib.contextmanager
def child(*command):
    """A program that runs meanwhile."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def workload():
    """The instrumented one, once it can be followed."""
    with child(WORKLOAD) as process:
        wait_until(lambda: list(pathlib.Path(own.runtime).glob("*.region")), "the workload's region")
        yield process


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.01)


def run_alone(test):
    with tempfile.TemporaryDirectory() as own.runtime:
        test()


def run_tests(tests):
    """Runs those of the functions called test_… that the arguments name, all by default, beside each other: most of the time they wait. Returns
    what the program ends with."""
    tests = [(name[5:].replace("_", "-"), test) for name, test in tests.items() if name.startswith("test_")]
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in tests if not wanted or name in wanted]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    with tempfile.TemporaryDirectory() as runtime, concurrent.futures.ThreadPoolExecutor(4) as pool:
        os.environ["HEADROOM_RUNTIME_DIR"] = runtime
        os.environ["USBMUXD_SOCKET_ADDRESS"] = f"UNIX:{runtime}/no-usbmuxd"
        os.environ.pop("NO_COLOR", None)
        running = [(name, pool.submit(run_alone, test)) for name, test in tests]
        for number, (name, future) in enumerate(running, 1):
            try:
                future.result()
                print(f"ok {number} /cli/{name}", flush=True)
            except Exception:
                failed += 1
                traceback.print_exc()
                print(f"not ok {number} /cli/{name}", flush=True)
    return 1 if failed else 0
