#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools of libimobiledevice take the emulated iPhone for one: the protocol is theirs, not only ours. Prints TAP."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest

from client import CAP_SECONDS, UDID, Iphone, echo, listening_server, read_exactly
from tap import run


class Tools:
    """Runs tools against an emulated iPhone, with nothing of the user's around them. A context manager."""

    def __init__(self, iphone):
        self.iphone = iphone

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="headroom-tools-")
        self.environment = {**os.environ, "HOME": self.home.name, "XDG_CONFIG_HOME": self.home.name, "LC_ALL": "C.UTF-8",
                            "USBMUXD_SOCKET_ADDRESS": self.iphone.address}
        return self

    def __exit__(self, *_):
        self.home.cleanup()

    def start(self, name, *arguments):
        if shutil.which(name) is None:
            raise unittest.SkipTest(f"{name} is not installed")
        return subprocess.Popen([name, *arguments], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def run(self, name, *arguments, status=0):
        """Runs a tool to its end and returns what it said."""
        with self.start(name, *arguments) as tool:
            said = tool.communicate(timeout=CAP_SECONDS)[0].decode()
        assert tool.returncode == status, f"{name}: status {tool.returncode}: {said}"
        return said


@contextlib.contextmanager
def tools(*arguments, tcp=False):
    with Iphone(*arguments, tcp=tcp) as iphone, Tools(iphone) as with_tools:
        yield with_tools


def wait_until(condition, what):
    """Returns the first true result of condition."""
    deadline = time.monotonic() + CAP_SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {CAP_SECONDS} s"
        time.sleep(0.01)
    return result


@contextlib.contextmanager
def running(tool):
    """A tool that does not end by itself."""
    try:
        yield tool
    finally:
        tool.kill()
        tool.communicate()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_idevice_id_lists_the_device():
    for tcp in (False, True):
        with tools(tcp=tcp) as there:
            assert there.run("idevice_id", "-l") == f"{UDID}\n"
            there.iphone.do("detach")
            assert there.run("idevice_id", "-l") == ""


def test_ideviceinfo_without_a_session():
    with tools("--name", "Mine") as there:
        said = there.run("ideviceinfo", "-s").splitlines()
        assert "DeviceName: Mine" in said and f"UniqueDeviceID: {UDID}" in said, said
        assert not any(line.startswith("TimeZone") for line in said), said


def test_ideviceinfo_over_tls():
    for version in ("9.3.5", "13.7", "16.7", "17.4"):
        with tools("--version", version) as there:
            said = there.run("ideviceinfo").splitlines()
            assert f"ProductVersion: {version}" in said and "TimeZone: UTC" in said, said


def test_ideviceinfo_tells_the_battery():
    with tools() as there:
        there.iphone.do("battery", level=37, charging=True)
        said = there.run("ideviceinfo", "-q", "com.apple.mobile.battery").splitlines()
        assert "BatteryCurrentCapacity: 37" in said and "BatteryIsCharging: true" in said, said


def test_idevicepair_validates():
    with tools() as there:
        assert there.run("idevicepair", "validate").startswith("SUCCESS")


def test_idevicepair_goes_through_every_state():
    with tools() as there:
        assert there.run("idevicepair", "unpair").startswith("SUCCESS")
        there.iphone.do("trust", state="untrusted")
        assert "accept the trust dialog" in there.run("idevicepair", "pair", status=1)
        there.iphone.do("trust", state="denied")
        assert "denied the trust dialog" in there.run("idevicepair", "pair", status=1)
        there.iphone.do("trust", state="trusted")
        there.iphone.do("lock")
        assert "passcode is set" in there.run("idevicepair", "pair", status=1)
        there.iphone.do("unlock")
        assert there.run("idevicepair", "pair").startswith("SUCCESS")
        assert there.run("idevicepair", "validate").startswith("SUCCESS")
        assert there.run("ideviceinfo", "-k", "TimeZone") == "UTC\n"


def test_a_device_that_was_never_paired_is_paired():
    with tools("--detached") as there:
        there.iphone.do("unpair")
        there.iphone.do("attach")
        assert "accept the trust dialog" in there.run("idevicepair", "validate", status=1)
        assert there.iphone.device()["trust"] == "pending"
        assert there.run("ideviceinfo", "-s", "-k", "DeviceName") == "Emulated iPhone\n"
        there.iphone.do("trust")
        assert there.run("idevicepair", "validate").startswith("SUCCESS")


def test_idevicename_tells_and_sets_the_name():
    with tools("--name", "Mine") as there:
        assert there.run("idevicename") == "Mine\n"
        there.run("idevicename", "Yours")
        assert there.run("idevicename") == "Yours\n"


def test_idevicediagnostics_reads_the_power_source():
    with tools() as there:
        there.iphone.do("battery", CycleCount=123)
        said = there.run("idevicediagnostics", "ioregentry", "IOPMPowerSource")
        assert "<key>CycleCount</key>" in said and "<integer>123</integer>" in said, said


def test_idevicesyslog_shows_lines():
    # Since 1.4 it asks for another service first, which we do not emulate.
    with tools() as there:
        relay = ["--syslog-relay"] if "--syslog-relay" in there.run("idevicesyslog", "--help") else []
        shows_lines(there, there.start("idevicesyslog", *relay))


def shows_lines(there, process):
    with running(process) as tool:
        wait_until(lambda: there.iphone.device()["log_readers"], "a reader of the log")
        there.iphone.do("syslog", line="Nov 21 12:00:00 iPhone emulated[7] <Notice>: one line")
        there.iphone.do("syslog", line="Nov 21 12:00:01 iPhone emulated[7] <Error>: another")
        while (line := tool.stdout.readline()) and not line.endswith(b"another\n"):
            assert b"connected" in line.lower() or line.endswith(b"one line\n"), line
        assert line, "the log ended"


def test_iproxy_leads_to_the_port():
    with listening_server(echo) as target, tools("--port", f"7777={target}") as there:
        port = free_port()
        with running(there.start("iproxy", f"{port}:7777")):
            def reached():
                try:
                    return socket.create_connection(("127.0.0.1", port))
                except ConnectionError:
                    return None
            # One connection and no other: where one that looked for it ended as the next began, iproxy may forget about both.
            with wait_until(reached, "iproxy listening") as stream:
                sent = bytes(range(256)) * 4096
                stream.settimeout(CAP_SECONDS)
                stream.sendall(sent[:100000])
                assert read_exactly(stream, 100000) == sent[:100000]


def test_inetcat_leads_to_the_port():
    with listening_server(echo) as target, tools("--port", f"7777={target}") as there:
        with running(there.start("inetcat", "7777")) as tool:
            tool.stdin.write(b"ping\n")
            tool.stdin.flush()
            assert tool.stdout.readline() == b"ping\n"


def test_the_prompt_obeys():
    program = pathlib.Path(__file__).with_name("emulate-iphone.py")
    with tempfile.TemporaryDirectory() as temporary:
        process = subprocess.Popen([sys.executable, program, temporary, "--bare"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, bufsize=1, env={**os.environ, "TMPDIR": temporary})
        with process:
            variable, _, address = process.stdout.readline().strip().partition("=")
            assert variable == "export USBMUXD_SOCKET_ADDRESS", variable
            with Tools(types.SimpleNamespace(address=address)) as there:
                wait_until(lambda: there.run("idevice_id", "-l") == f"{UDID}\n", "the phone")
                process.stdin.write("detach\n")
                wait_until(lambda: there.run("idevice_id", "-l") == "", "the phone leaving")
                process.stdin.write("attach\nbattery 12\nnonsense\nbattery\nprogram start\n")
                wait_until(lambda: there.run("idevice_id", "-l") == f"{UDID}\n", "the phone coming back")
                wait_until(lambda: "BatteryCurrentCapacity: 12" in there.run("ideviceinfo", "-q", "com.apple.mobile.battery"),
                           "its battery")
            said = process.communicate("quit\n", CAP_SECONDS)[0]
        assert process.returncode == 0, process.returncode
        assert "There is no nonsense" in said and "battery PERCENT" in said and "headroom-workload" in said, said
        assert not os.listdir(temporary), os.listdir(temporary)


if __name__ == "__main__":
    sys.exit(run(globals(), "emulators/tools", sys.argv[1:]))
