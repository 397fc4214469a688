# SPDX-License-Identifier: GPL-3.0-or-later
"""A program in a phone, an agent on the network, and the window that is told of it, for tests of the real app."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from desktop import AGENT, WORKLOAD, end_program, wait_until


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def program_of_phone(port):
    """headroom-workload with the in-app agent, where the phone's cable leads to."""
    with tempfile.TemporaryDirectory(prefix="headroom-phone-") as folder:
        program = subprocess.Popen([WORKLOAD, "--seed", "1", "--frames", "60", "--embed", f"tcp:{port}"],
                                   env={**os.environ, "HEADROOM_RUNTIME_DIR": folder}, stdout=subprocess.DEVNULL)
        try:
            yield program
        finally:
            end_program(program)


@contextlib.contextmanager
def agent_on_the_network():
    """An agent of another identity on this computer's loopback; gives its pairing link."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CONFIG_HOME": folder, "HEADROOM_RUNTIME_DIR": os.path.join(folder, "regions")}
        agent = subprocess.Popen([AGENT, f"--listen=tcp:127.0.0.1:{free_port()}"], env=environment,
                                 stdout=subprocess.PIPE, text=True)
        try:
            yield next(word for line in agent.stdout for word in line.split() if word.startswith("headroom://"))
        finally:
            end_program(agent)


def has_secrets():
    names = subprocess.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
                            "--method", "org.freedesktop.DBus.ListNames"], check=True, capture_output=True, text=True).stdout
    return "'org.freedesktop.secrets'" in names


@contextlib.contextmanager
def keyring(needed):
    """The real Secret Service with an open keyring: else the bus would start one that asks for a password."""
    program = shutil.which("gnome-keyring-daemon")
    if program is None and needed:
        raise unittest.SkipTest("gnome-keyring is not installed")
    if program is None:
        yield
        return
    daemon = subprocess.Popen([program, "--replace", "--foreground", "--unlock", "--components=secrets"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    daemon.stdin.write("headroom")
    daemon.stdin.close()
    wait_until(has_secrets, "the keyring on the bus")
    try:
        yield
    finally:
        end_program(daemon)


def add_source(app, link):
    app.window_action("add-source")
    app.wait("^Pairing link or address")
    app.type(link, until="^It will be called")
