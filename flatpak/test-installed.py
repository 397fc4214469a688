#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the installed Flatpak, with the display and the session bus that stand-in.py gives it: test-installed.py SUITE OUTPUT BUILD

Screenshots go to OUTPUT, a folder; BUILD is the native build.
"""

import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/emulators"))

import tap  # noqa: E402

APP_ID = "io.github.headroom.Headroom"
DEADLINE = 30


def wait_for(what, condition, deadline=DEADLINE):
    """Waits until a condition holds, and returns what it gave."""
    until = time.monotonic() + deadline
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {deadline} s")


def window():
    """The number of the app's window, once it is there."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "headroom"], capture_output=True, text=True, check=False)
    return found.stdout.split()[0] if found.stdout.split() else None


def n_colours(path):
    said = subprocess.run(["identify", "-format", "%k", path], capture_output=True, text=True, check=True)
    return int(said.stdout)


def take_picture(path):
    subprocess.run(["import", "-window", "root", path], check=True)
    return n_colours(path) > 50


def test_shows_its_window():
    app = subprocess.Popen(["flatpak", "run", "--user", "--env=GSK_RENDERER=cairo", APP_ID], stdout=sys.stderr, stderr=sys.stderr)
    try:
        wait_for("the window", window)
        wait_for("a picture", lambda: take_picture(OUTPUT / f"{SUITE}.png"))
        assert app.poll() is None, "the app has ended"
    finally:
        subprocess.run(["flatpak", "kill", APP_ID], check=False)
        app.wait(DEADLINE)


if __name__ == "__main__":
    SUITE, OUTPUT = sys.argv[1], pathlib.Path(sys.argv[2])
    sys.exit(tap.run(globals(), SUITE))
