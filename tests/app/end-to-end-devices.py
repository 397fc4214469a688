#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices and network sources in the real window: an emulated iPhone with a real program in it, a real agent on the network.

Prints TAP. Needs a display and a session bus, which ./dev test gives.
"""

import contextlib
import re
import subprocess
import sys
import unittest

from gi.repository import Atspi

from desktop import BUILD, LIST_ITEM, App, environment, lasting_settings, tap, wait_until
from network import add_source, agent_on_the_network, free_port, keyring, program_of_phone

# Found where desktop looks for what tests share.
from client import UDID, Iphone

PHONE = "Emulated iPhone"


@contextlib.contextmanager
def phone(*arguments):
    """An iPhone on the cable with a program in it, which the next app looks at."""
    port = free_port()
    with program_of_phone(port), Iphone("--name", PHONE, "--port", f"7777=tcp:127.0.0.1:{port}", *arguments) as iphone:
        with environment(USBMUXD_SOCKET_ADDRESS=iphone.address):
            yield iphone


def number(app, name):
    """The whole number behind “name: ”, or None."""
    text = app.text(name)
    return int(re.sub(r"\D", "", text)) if text and re.search(r"\d", text) else None


def test_a_phone_appears_by_itself_and_its_program_is_live():
    with phone(), App() as app:
        app.wait(f"^{PHONE}, ", LIST_ITEM)
        app.wait("^headroom-workload, Connected", LIST_ITEM)
        app.select("headroom-workload")
        average = wait_until(lambda: app.exact("Average per job"), "a real average")
        assert average > 0, average
        assert wait_until(lambda: app.exact("Memory now"), "the footprint") > 0
        assert wait_until(lambda: app.exact("Frame time"), "the phone's frames") > 10
        app.wait("^Source state: Connected · USB, ")


def test_the_device_page_says_who_it_is():
    with phone(), App() as app:
        app.wait(f"^{PHONE}, Ready|^{PHONE}, Connected", LIST_ITEM)
        app.select(PHONE)
        app.wait("^Product: iPhone")
        app.wait("^System: iOS ")
        app.wait(f"^{UDID}$")
        assert 0 <= wait_until(lambda: app.exact("Battery"), "the battery") <= 1
        assert wait_until(lambda: number(app, "Snapshots"), "snapshots") > 0
        app.wait("^Round trip: [0-9]")


def test_detached_and_attached_again_the_program_goes_on():
    with phone() as iphone, App() as app:
        app.select(PHONE)
        app.wait("^Links opened: 1$")
        iphone.do("detach")
        app.wait("^The device is not attached")
        iphone.do("attach")
        app.wait("^Links opened: 2$")
        app.wait("^headroom-workload, Connected", LIST_ITEM)
        assert number(app, "Gaps closed from totals") == 0
        assert number(app, "Records lost in a ring") == 0


def test_a_phone_that_does_not_trust_is_offered_to_pair():
    with phone() as iphone:
        iphone.do("unpair")
        iphone.do("trust", state="untrusted")
        with App() as app:
            app.select(PHONE)
            app.wait("^This computer is not trusted yet")
            app.wait("^Pair", Atspi.Role.PUSH_BUTTON)


def test_the_system_log_is_read_once_it_is_switched_on():
    with phone() as iphone, App() as app:
        app.select(PHONE)
        app.wait("^Product: iPhone")
        switch = app.wait("^Follow the system log")
        iphone.do("syslog", line="Nov 21 12:00:00 iPhone kernel[0] <Notice>: nobody reads this")
        switch.get_action_iface().do_action(0)
        wait_until(lambda: iphone.do("status")["devices"][UDID]["log_readers"] > 0, "a reader of the log")
        iphone.do("syslog", line="Nov 21 12:00:01 iPhone SpringBoard[52] <Notice>: a line to be read")
        app.wait("SpringBoard.*a line to be read")
        assert not app.find("nobody reads this")


def test_a_new_name_survives_a_restart():
    with lasting_settings() as settings, phone():
        with App() as app:
            app.select(PHONE)
            app.wait("^Product: iPhone")
            app.window_action("rename")
            app.wait("^Name of the source")
            app.type("Test phone")
            app.wait("^Test phone, ", LIST_ITEM)
            wait_until(lambda: settings.exists() and "Test phone" in settings.read_text(), "the name on the disk")
        with App() as app:
            app.wait("^Test phone, ", LIST_ITEM)
            # It was selected last, and is so again.
            app.wait("^Product: iPhone")
            app.wait("^Battery: [0-9]")


def test_forgetting_can_be_undone():
    with phone(), App() as app:
        app.select(PHONE)
        app.wait("^Product: iPhone")
        listed = app.find(f"^{PHONE}, ", LIST_ITEM).get_parent()
        app.window_action("forget")
        wait_until(lambda: not app.find(f"^{PHONE}, ", LIST_ITEM, within=listed), "the phone leaving the sidebar")
        app.press_in_toast(f"^“{PHONE}” is forgotten", "Undo")
        app.wait(f"^{PHONE}, ", LIST_ITEM)
        app.wait("^Product: iPhone")


def test_a_network_source_is_added_by_its_link():
    with keyring(False), agent_on_the_network() as link, App() as app:
        app.wait("^CPU: [0-9]")
        add_source(app, link)
        app.wait("^127.0.0.1.*, Connected", LIST_ITEM)
        app.wait("^Links opened: 1")


def test_a_network_source_and_its_token_survive_a_restart_until_it_is_revoked():
    if b"__asan_init" in (BUILD / "app/headroom").read_bytes():
        raise unittest.SkipTest("looking a token up leaks a message within libsecret")
    with keyring(True), lasting_settings() as settings, agent_on_the_network() as link:
        token = link.partition("#")[2]
        with App() as app:
            app.wait("^CPU: [0-9]")
            add_source(app, link)
            app.wait("^127.0.0.1.*, Connected", LIST_ITEM)
            wait_until(lambda: settings.exists() and "127.0.0.1" in settings.read_text(), "the source on the disk")
        assert token not in settings.read_text()
        with App() as app:
            app.wait("^127.0.0.1.*, Connected", LIST_ITEM)
            app.window_action("network-sources")
            app.press("^Revoke")
            wait_until(lambda: not app.find("^127.0.0.1.*, ", LIST_ITEM), "the source leaving the sidebar")
            app.wait("^Allow Again")
            subprocess.run(["xdotool", "key", "Escape"], check=True)
            app.window_action("add-source")
            app.wait("^Pairing link or address")
            app.type(link, until="^You revoked “127.0.0.1:")


def test_any_process_can_be_watched():
    sleeper = subprocess.Popen(["sleep", "1000"])
    try:
        with App() as app:
            app.wait("^CPU: [0-9]")
            app.window_action("watch-process")
            app.wait("^Name or command of the process")
            app.type("sleep 1000", until=f"^sleep, pid {sleeper.pid} ")
            app.wait("^sleep", LIST_ITEM)
            assert wait_until(lambda: app.exact("Memory now"), "its memory") > 0
    finally:
        sleeper.kill()
        sleeper.wait()


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-devices", sys.argv[1:]))
