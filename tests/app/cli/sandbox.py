#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""headroom-cli in a made Flatpak: the real program, and the real agent on a host that is this computer."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from program import WORKLOAD, environment, expect, own, run_tests, start, wait_until

EMULATORS = pathlib.Path(__file__).parents[2] / "emulators"
sys.path.insert(0, str(EMULATORS))
import flatpak  # noqa: E402


@contextlib.contextmanager
def sandbox(**what):
    """The environment of a program in it, and the folder of its files."""
    with tempfile.TemporaryDirectory(prefix="headroom-sandbox-") as folder:
        changed = flatpak.environment(folder, HEADROOM_RUNTIME_DIR=own.runtime, **what)
        yield {**environment(), **changed}, pathlib.Path(folder)


def agents(folder):
    """The process ids of the agents that were started from this sandbox."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if words[0].startswith(bytes(folder)) and b"headroom-agent" in words:
                found.append(int(path.parent.name))
    return found


def spawns(pid):
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in children for child in path.read_text().split()]


@contextlib.contextmanager
def watching():
    """A headroom-cli that has its agent on the host."""
    with sandbox() as (variables, folder):
        process = start("watch", "--format", "ndjson", env=variables)
        try:
            json.loads(process.stdout.readline())
            wait_until(lambda: list(pathlib.Path(own.runtime).glob("usbmuxd-*")), "the relay's socket")
            yield process, folder
        finally:
            process.kill()
            process.communicate()
            wait_until(lambda: not agents(folder), "the end of the agents")


@contextlib.contextmanager
def bus():
    """The address of a session bus that starts nobody."""
    with tempfile.TemporaryDirectory(prefix="headroom-bus-") as folder:
        rules = pathlib.Path(folder) / "bus.conf"
        rules.write_text("<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context='default'>"
                         "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>", encoding="utf-8")
        with subprocess.Popen(["dbus-daemon", f"--config-file={rules}", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True) as daemon:
            try:
                yield daemon.stdout.readline().strip()
            finally:
                daemon.terminate()


@contextlib.contextmanager
def portal(address):
    with subprocess.Popen([sys.executable, EMULATORS / "portal.py", "--portal"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env={**environment(), "DBUS_SESSION_BUS_ADDRESS": address}) as process:
        assert process.stdout.readline() == "READY\n"
        yield
        process.stdin.close()


def nothing_is_left():
    wait_until(lambda: not os.listdir(own.runtime), "an empty runtime folder")


def test_numbers_come_from_the_host():
    with sandbox() as (variables, _):
        values = json.loads(expect(0, "watch", "--once", "--format", "json", env=variables).stdout)
        assert values["source"]["address"] == "local:", values
        assert "ok       sandbox" in expect(0, "doctor", env=variables).stdout
    nothing_is_left()


def test_a_command_in_the_sandbox_is_measured():
    with sandbox() as (variables, folder):
        session = folder / "session.headroom"
        expect(0, "record", "-o", session, "--", WORKLOAD, "--seed", "1", "--duration", "1", env=variables)
        table = expect(0, "export", "--format", "csv", session).stdout
        assert "thompson_duration_ms" in table, table[:500]
    nothing_is_left()


def test_without_permission_the_reason_is_told():
    with sandbox(allowed=False) as (variables, folder):
        for command in (["watch", "--once"], ["check", "--duration", "1s"], ["check", "--", "true"], ["record", "-o", folder / "x.headroom"], ["sources"]):
            done = expect(5, *command, env=variables)
            assert "Flatpak does not allow" in done.stderr, done
        assert not (folder / "x.headroom").exists()

        findings = json.loads(expect(5, "doctor", "--format", "json", env=variables).stdout)
        sandbox_finding = next(finding for finding in findings["findings"] if finding["name"] == "sandbox")
        assert "flatpak override --user --talk-name=org.freedesktop.Flatpak io.github.headroom.Headroom" in json.dumps(sandbox_finding), findings
    nothing_is_left()


def test_a_host_without_a_helper_is_told():
    with sandbox() as (variables, folder):
        (folder / "nobody-answers").touch()
        expect(5, "watch", "--once", "--timeout", "1s", env=variables)
        assert "nobody on the session bus starts programs on the host" in expect(
            5, "doctor", "--timeout", "1s", env={**variables, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}).stdout


def test_secrets_are_the_portals():
    with bus() as address, sandbox() as (variables, _):
        variables["DBUS_SESSION_BUS_ADDRESS"] = address
        assert "warning  secret service" in expect(0, "doctor", env=variables).stdout
        with portal(address):
            assert "ok       secret service" in expect(0, "doctor", env=variables).stdout


def test_the_agent_ends_with_a_program_that_is_killed():
    with watching() as (process, folder):
        assert agents(folder)
        process.kill()
        wait_until(lambda: not agents(folder), "the end of the agent")
        nothing_is_left()


def test_the_agent_ends_with_flatpak_spawn():
    with watching() as (process, folder):
        agent, = agents(folder)
        spawn, = spawns(process.pid)
        os.kill(spawn, signal.SIGKILL)
        wait_until(lambda: agent not in agents(folder), "the end of the agent")
        wait_until(lambda: agents(folder), "another agent")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
