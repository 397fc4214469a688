# SPDX-License-Identifier: GPL-3.0-or-later
"""The app as it is installed from the Flatpak: how it is started, which processes are its own, what it may do."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from desktop import APP_ID, Service, children, end_of, environment, name, wait_for_end, wait_until

RUNTIME = pathlib.Path(os.environ["XDG_RUNTIME_DIR"])

# Shared by the host and every sandbox of the app: regions, and the sockets of relays.
REGIONS = RUNTIME / "headroom"
EXPORTS = pathlib.Path(os.environ["FLATPAK_USER_DIR"]) / "exports/share"

HOST = "org.freedesktop.Flatpak"


def in_sandbox(command, *arguments):
    """Runs another command of the app's sandbox than the app; returns its status, and what it printed."""
    done = subprocess.run(["flatpak", "run", "--user", f"--command={command}", APP_ID, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def without_host():
    """The user has taken the permission back to start programs on the host."""
    subprocess.run(["flatpak", "override", "--user", f"--no-talk-name={HOST}", APP_ID], check=True)
    try:
        yield
    finally:
        subprocess.run(["flatpak", "override", "--user", "--reset", APP_ID], check=True)


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def in_sandboxes(comm):
    """The process ids, as the host knows them, of what runs by this name in the app's sandboxes, for each of which Flatpak keeps a folder."""
    found = []
    for instance in RUNTIME.glob(".flatpak/*/pid"):
        with contextlib.suppress(FileNotFoundError, ValueError):
            found += [pid for pid in descendants(int(instance.read_text())) if name(pid) == comm[:15]]
    return found


def is_ours(pid):
    """Whether a process of the host was started in this session."""
    with contextlib.suppress(OSError):
        return f"XDG_RUNTIME_DIR={RUNTIME}".encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return False


def agents():
    """The agents that sandboxes have had started on the host: children of Flatpak's session helper."""
    named = [int(process.name) for process in pathlib.Path("/proc").glob("[0-9]*") if name(process.name) == "headroom-agent"]
    return [pid for pid in named if b"--relay-usbmuxd" in words(pid) and is_ours(pid)]


def words(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


class Installed:
    """How the app is started from its installation, with data and regions of its own, unless those of the last run are kept."""

    def __init__(self, keep=False):
        self.keep = keep
        self.killed = False
        self.home = pathlib.Path.home() / ".var/app" / APP_ID
        self.history = self.home / "data/headroom/history.headroom"
        self.exchange = self.home / "exchange"

    def start(self, folder, arguments, messages):
        if not self.keep:
            shutil.rmtree(self.home, ignore_errors=True)
            shutil.rmtree(REGIONS, ignore_errors=True)
        self.exchange.mkdir(parents=True, exist_ok=True)
        self.loop = self.exchange / "loop.json"
        with environment(HEADROOM_LOOP_REPORT=self.loop):
            self.process = self.launch(arguments, messages)

    def launch(self, arguments, messages):
        return subprocess.Popen(["flatpak", "run", "--user", APP_ID, *arguments], stderr=messages)

    def owns(self, root):
        """To the bus of accessibility the app is the proxy that it speaks through, whose process says nothing."""
        return root.get_name() == "headroom"

    def agents(self):
        return agents()

    def kill(self):
        self.killed = True
        for pid in in_sandboxes("headroom"):
            os.kill(pid, signal.SIGKILL)

    def end(self):
        started = children(self.process.pid)
        for pid in in_sandboxes("headroom"):
            os.kill(pid, signal.SIGTERM)
        status = wait_for_end(self.process)
        # The sandbox's own, among them the proxy of its buses.
        for child in started:
            end_of(child)
        # While it still has its name on the bus, whoever starts next would only have it show its window.
        wait_until(lambda: not in_sandboxes("headroom"), "the end of the app in its sandbox")
        wait_until(lambda: not agents(), "the end of the agent")
        return ([] if self.killed else [f"headroom: status {status}"]), []


class Activated(Installed):
    """How the bus starts the app, as a desktop has it."""

    def launch(self, arguments, messages):
        subprocess.run(["gapplication", "launch", APP_ID], check=True, stderr=messages)
        # Not the sandbox: folders of those that have ended stand beside it for a while.
        return Service(wait_until(lambda: in_sandboxes("headroom"), "the app in its sandbox")[0])
