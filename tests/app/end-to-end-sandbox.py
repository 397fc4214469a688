#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real app in a made Flatpak: with a host that its agent is started on, and without.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import contextlib
import os
import pathlib
import signal
import sys
import tempfile

from desktop import LIST_ITEM, App, children, environment, name, tap, wait_until

# Found where desktop looks for what tests share.
import flatpak
from client import Iphone
from network import add_source, agent_on_the_network, keyring

OVERRIDE = "flatpak override --user --talk-name=org.freedesktop.Flatpak io.github.headroom.Headroom"


@contextlib.contextmanager
def sandbox(**what):
    """What the next app is in; gives the folder of its files."""
    with tempfile.TemporaryDirectory(prefix="headroom-sandbox-") as folder:
        with environment(**flatpak.environment(folder, **what)):
            yield pathlib.Path(folder)


def spawn_of(app):
    """The process id of the flatpak-spawn that the app has started, and that of the agent behind it."""
    def find():
        for child in children(app.process.pid):
            agents = [agent for agent in children(child) if name(agent) == "headroom-agent"]
            if name(child) == "flatpak-spawn" and agents:
                return child, agents[0]
        return None
    return wait_until(find, "the agent behind flatpak-spawn")


def test_the_agent_runs_on_the_host():
    with sandbox() as folder, App() as app:
        app.wait("^CPU: [0-9]")
        _, agent = spawn_of(app)
        loader = pathlib.Path(f"/proc/{agent}/cmdline").read_text().split("\0")
        assert "--library-path" in loader and str(folder / "runtime/lib") in loader[loader.index("--library-path") + 1], loader
        app.press("^Start the Thompson workload")
        assert wait_until(lambda: app.exact("Average per job"), "a real average") > 0
        app.press("^Stop the Thompson workload")


def test_an_agent_whose_starter_was_killed_ends_and_comes_back():
    with sandbox(), App() as app:
        app.wait("^CPU: [0-9]")
        spawn, agent = spawn_of(app)
        os.kill(spawn, signal.SIGKILL)
        wait_until(lambda: name(agent) != "headroom-agent" or pathlib.Path(f"/proc/{agent}/stat").read_text().split()[2] == "Z", "the end of the agent")
        wait_until(lambda: spawn_of(app)[1] != agent, "another agent")
        wait_until(lambda: app.text("Source state") == "Connected", "this computer again")


def test_a_phone_is_seen_through_the_relay():
    with Iphone("--name", "Emulated iPhone") as phone, sandbox(usbmuxd=phone.address), App() as app:
        app.wait("^Emulated iPhone, ", LIST_ITEM)
        app.select("Emulated iPhone")
        app.wait("^Product: iPhone")


def test_without_permission_a_page_says_what_to_do():
    with sandbox(allowed=False), keyring(False), agent_on_the_network() as link, App() as app:
        app.wait("^Headroom Needs Your Permission$")
        app.wait(f"^{OVERRIDE}$")
        assert not app.find("^Verdict: ")
        assert not [child for child in children(app.process.pid) if name(child) in ("flatpak-spawn", "headroom-agent")]
        app.press("^Copy the command")
        app.wait_toast("^Command copied$")

        # The rest of the app works.
        app.press("^Record$")
        app.press("^Stop recording$")
        add_source(app, link)
        app.wait("^127.0.0.1.*, Connected", LIST_ITEM)
        app.wait("^CPU: [0-9]")


def test_a_host_without_a_helper_is_waited_for():
    with sandbox() as folder:
        missing = folder / "nobody-answers"
        missing.touch()
        with App() as app:
            app.wait("^This Computer Is Not Reached$")
            missing.unlink()
            app.wait("^CPU: [0-9]")


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-sandbox", sys.argv[1:]))
