#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated iPhone to play with: headroom-workload runs in it, the app looks at it, and a prompt obeys.

    emulate-iphone.py BUILD [--bare]      --bare: the phone alone, with no program in it and no window

What the phone's instruments service says of the program is measured here, from its entry in /proc.
"""

import argparse
import cmd
import ctypes
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = pathlib.Path(__file__).with_name("iphone.py")
AGENT_PORT = 7777
UDID = "00008030-000000000000002E"
# An iPhone 13 Pro: its display keeps the 16 ms that a frame may take; at 60 Hz one takes 16.7.
PRODUCT_TYPE = "iPhone14,2"
DISPLAY_HZ = 120
PR_SET_PDEATHSIG = 1
END_SECONDS = 10


def die_with_us():
    """For a child that does not end with its standard input, should we be killed; the terminal's Ctrl+C is for us."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    os.setsid()


def end(process):
    """Asks a child to end and waits for it."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


class Phone:
    """The emulated iPhone, the program in it and the window that looks at it. A context manager."""

    def __init__(self, build, version):
        self.build = build
        self.version = version
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.program = self.window = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="headroom-emulate-")
        place = pathlib.Path(self.folder.name)
        (place / "regions").mkdir(mode=0o700)
        self.address = f"UNIX:{place / 'usbmuxd'}"
        self.emulator = subprocess.Popen(
            [sys.executable, PROGRAM, "--socket", self.address, "--udid", UDID, "--type", PRODUCT_TYPE, "--version",
             self.version],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if not self.emulator.stdout.readline().startswith("READY"):
            raise SystemExit("The emulated iPhone did not start.")
        self.mirror = threading.Thread(target=self._mirror, daemon=True)
        self.mirror.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.mirror.join()
        end(self.window)
        end(self.program)
        self.emulator.stdin.close()
        self.emulator.wait(END_SECONDS)
        self.folder.cleanup()

    def do(self, command, **words):
        """Gives the emulator a command and returns its answer."""
        with self.lock:
            self.emulator.stdin.write(json.dumps({"do": command, **words}) + "\n")
            self.emulator.stdin.flush()
            return json.loads(self.emulator.stdout.readline())

    def start_program(self):
        """Starts headroom-workload and leads the phone's port to its agent. Returns what went wrong, or None."""
        self.stop_program()
        runtime = str(pathlib.Path(self.folder.name) / "regions")
        self.program = subprocess.Popen(
            [self.build / "engine/agents/workload/headroom-workload", "--embed", "tcp:0", "--frames", str(DISPLAY_HZ)],
            env={**os.environ, "HEADROOM_RUNTIME_DIR": runtime, "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_us)
        # Its first words are where it listens, or why it does not.
        words = self.program.stderr.readline()
        port = re.search(r"tcp:(\d+)$", words.rstrip())
        threading.Thread(target=shutil.copyfileobj, args=(self.program.stderr, sys.stderr), daemon=True).start()
        if port is None:
            return words.rstrip() or "headroom-workload does not start."
        self.do("port", port=AGENT_PORT, target=f"tcp:127.0.0.1:{port.group(1)}")
        return None

    def stop_program(self):
        """Ends the program: nobody listens in the phone any more."""
        end(self.program)
        self.program = None
        self.do("port", port=AGENT_PORT)

    def open_window(self):
        """Starts the app. Returns what went wrong, or None."""
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            return "There is no display for the app."
        if self.window is None or self.window.poll() is not None:
            self.window = subprocess.Popen(
                [self.build / "app/headroom"], stdin=subprocess.DEVNULL, preexec_fn=die_with_us,
                env={**os.environ, "HEADROOM_BUILD_DIR": str(self.build), "USBMUXD_SOCKET_ADDRESS": self.address})
        return None

    def _mirror(self):
        """Once a second, what the program takes goes to the phone's instruments service."""
        before = None
        while not self.ended.wait(1.0):
            processes = []
            try:
                program = self.program
                if program is not None and program.poll() is None:
                    now = (program.pid, time.monotonic(), processor_seconds(program.pid))
                    known = before is not None and before[0] == now[0]
                    share = 100 * (now[2] - before[2]) / (now[1] - before[1]) if known else 0.0
                    processes = [{"pid": program.pid, "name": "headroom-workload", "cpuUsage": share,
                                  "physFootprint": resident_bytes(program.pid)}]
                    before = now
                self.do("instruments", processes=processes)
            except OSError:
                continue


class Prompt(cmd.Cmd):
    """What a person can do to the phone. Each command's first line is its help."""

    prompt = "iPhone> "

    def __init__(self, phone):
        super().__init__()
        self.phone = phone
        if not sys.stdin.isatty():
            self.prompt = ""
            self.use_rawinput = False

    def _do(self, command, **words):
        answer = self.phone.do(command, **words)
        if not answer["ok"]:
            print(answer["error"])
        return answer

    def emptyline(self):
        pass

    def default(self, line):
        print(f"There is no {line.split()[0]}; help lists what there is.")

    def onecmd(self, line):
        try:
            return super().onecmd("quit" if line == "EOF" else line)
        except (ValueError, OSError) as error:
            print(f"{error}. {getattr(self, 'do_' + line.split()[0]).__doc__}")

    def do_attach(self, _):
        """attach: the cable is plugged in"""
        self._do("attach")

    def do_detach(self, _):
        """detach: the cable is pulled, and every stream with it"""
        self._do("detach")

    def do_replug(self, text):
        """replug [SECONDS]: pulled and plugged in again, under a new number"""
        self._do("detach")
        time.sleep(float(text or 0))
        self._do("attach")

    def do_daemon(self, text):
        """daemon stop|start|restart: usbmuxd itself"""
        if text not in ("stop", "start", "restart"):
            raise ValueError("daemon stop, start or restart")
        self._do(text)

    def do_program(self, text):
        """program start|stop: the program in the phone, as when its user opens and closes it"""
        if text not in ("start", "stop"):
            raise ValueError("program start or stop")
        trouble = self.phone.start_program() if text == "start" else self.phone.stop_program()
        if trouble:
            print(trouble)

    def do_battery(self, text):
        """battery PERCENT [charging]"""
        level, *rest = text.split()
        self._do("battery", level=int(level), charging="charging" in rest)

    def do_trust(self, text):
        """trust [trusted|untrusted|pending|denied]: what the owner answers about this computer"""
        self._do("trust", state=text or "trusted")

    def do_unpair(self, _):
        """unpair: this computer and the phone forget each other"""
        self._do("unpair")

    def do_lock(self, _):
        """lock: the passcode is wanted first"""
        self._do("lock")

    def do_unlock(self, _):
        """unlock: the passcode was entered"""
        self._do("unlock")

    def do_developer(self, text):
        """developer on|off: whether the developer image is mounted"""
        self._do("developer", mounted=text != "off")

    def do_fps(self, text):
        """fps NUMBER: what the phone's instruments service says of frames"""
        self._do("instruments", frames_per_second=float(text))

    def do_cable(self, text):
        """cable LATENCY_MS [KILOBYTES_PER_SECOND]: 0 for as fast as it goes"""
        latency, *rate = text.split()
        self._do("cable", latency=float(latency) / 1000, rate=int(float(rate[0]) * 1000) if rate else 0)

    def do_log(self, text):
        """log TEXT: a line of the phone's system log"""
        stamp = time.strftime("%b %e %H:%M:%S")
        answer = self._do("syslog", line=f"{stamp} iPhone emulated[1] <Notice>: {text}")
        print(f"{answer.get('readers', 0)} reading")

    def do_do(self, text):
        """do COMMAND [NAME=VALUE...]: any command of iphone.py, values as JSON"""
        command, *words = shlex.split(text)
        self._do(command, **{name: json.loads(value) for name, _, value in (word.partition("=") for word in words)})

    def do_status(self, _):
        """status: the phone as it is"""
        print(json.dumps(self._do("status"), indent=2))

    def do_app(self, _):
        """app: open Headroom's window"""
        trouble = self.phone.open_window()
        if trouble:
            print(trouble)

    def do_quit(self, _):
        """quit: everything ends"""
        return True


def main():
    parser = argparse.ArgumentParser(description="An emulated iPhone with a program in it, and a prompt.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--bare", action="store_true", help="the phone alone: no program in it, no window")
    parser.add_argument("--version", default="16.7", help="the phone's system")
    options = parser.parse_args()
    # As Ctrl+C does: everything ends in order.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))

    with Phone(options.build.resolve(), options.version) as phone:
        print(f"export USBMUXD_SOCKET_ADDRESS={phone.address}")
        try:
            if not options.bare:
                phone.do("instruments", frames_per_second=DISPLAY_HZ)
                for trouble in (phone.start_program(), phone.open_window()):
                    if trouble:
                        print(trouble)
            print("help lists what the phone obeys, quit ends it.", flush=True)
            Prompt(phone).cmdloop()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
