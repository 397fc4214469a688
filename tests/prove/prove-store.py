#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills what records at random moments and looks at what is left: prove-store.py BUILD [--rounds N] [--result FILE]

Four kinds of rounds take turns: a kill; a loss of power, which takes what was not synced (unsure-disk.c); syncs that fail, and do not get the pages to
the disk later either; and a small disk that fills up, where a tmpfs may be mounted. In each of them tests/prove/store-program records until it is
killed, into the file that the round before left. What it said to be durable has to be there, every snapshot once and none after a gap. In further
rounds headroom-cli, and the app for its history, record a real workload: what another reader of the file saw before they were killed has to be
there after it.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE = 60
# So many rounds go on with one file.
ROUNDS_A_FILE = 8
DISK_BYTES = 12 << 20


class Failed(Exception):
    """Something that must not be."""


class Program:
    """store-program, and what it said so far."""

    def __init__(self, build, path, switches=None, per_tick=20):
        environment = dict(os.environ)
        self.switches = switches
        if switches is not None:
            environment["LD_PRELOAD"] = str(build / "tests/prove/libunsure-disk.so")
            # The address sanitizer, where it is built in, would not begin behind a library that comes first.
            environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
            environment["HEADROOM_FAIL_SYNC"] = str(switches / "fail-sync")
            environment["HEADROOM_POWER_LOSS"] = str(switches / "power-loss")
        self.process = subprocess.Popen([build / "tests/prove/store-program", "record", path, str(per_tick)],
                                        stdout=subprocess.PIPE, text=True, env=environment)
        self.changed = threading.Condition()
        self.base = None
        self.durable = 0
        self.n_troubles = 0
        self.trouble = None
        self.closed = None
        self.ended = False
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            # The last line may have been cut off by the kill.
            if not line.endswith("\n"):
                break
            word, _, rest = line.rstrip().partition(" ")
            with self.changed:
                if word == "base":
                    self.base = [int(number) for number in rest.split()]
                elif word == "durable":
                    self.durable = int(rest)
                elif word == "trouble":
                    self.n_troubles += 1
                    self.trouble = rest
                elif word == "writing":
                    self.trouble = None
                elif word == "closed":
                    self.closed = [int(number) for number in rest.split()]
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(lambda: condition() or self.ended, DEADLINE):
                raise Failed(f"{what}: not within {DEADLINE} s ({self.trouble})")
            if not condition():
                raise Failed(f"{what}: the program ended")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def lose_power(self):
        switch = self.switches / "power-loss"
        switch.touch()
        try:
            self.process.wait(DEADLINE)
        finally:
            switch.unlink()
        self.reader.join()

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.wait(lambda: self.closed, "closing")
        self.process.wait()
        self.reader.join()


def check(build, path, program):
    """Everything that is there is right, and what was durable is there."""
    answer = subprocess.run([build / "tests/prove/store-program", "check", path], capture_output=True, text=True, timeout=DEADLINE)
    if answer.returncode != 0:
        raise Failed(answer.stdout.strip() or answer.stderr.strip() or f"the check ended with {answer.returncode}")
    found = [int(number) for number in answer.stdout.split()[1:]]
    # They were handed in by turns.
    for index in range(2):
        durable = program.base[index] + (program.durable + 1 - index) // 2
        if found[index] < durable:
            raise Failed(f"source {index} has {found[index]} snapshots, {durable} were durable")
    if program.closed is not None and found != program.closed:
        raise Failed(f"{found} snapshots are there, {program.closed} were handed in")
    return found


def round_with_room(build, folder, chance, switches):
    program = Program(build, folder / "session.headroom")
    program.wait(lambda: program.base is not None, "the beginning")
    time.sleep(chance.uniform(0, 2.5))
    program.kill()
    return program


def round_of_power_loss(build, folder, chance, switches):
    program = Program(build, folder / "session.headroom", switches)
    try:
        program.wait(lambda: program.base is not None, "the beginning")
        time.sleep(chance.uniform(0, 2.5))
        program.lose_power()
    finally:
        program.kill()
    return program


def round_with_failing_syncs(build, folder, chance, switches):
    program = Program(build, folder / "session.headroom", switches)
    switch = switches / "fail-sync"
    try:
        program.wait(lambda: program.base is not None, "the beginning")
        time.sleep(chance.uniform(0, 1.5))
        switch.touch()
        if chance.random() < 0.6:
            program.wait(lambda: program.n_troubles > 0, "trouble")
            durable = program.durable
            time.sleep(chance.uniform(0, 1.5))
            if program.durable != durable:
                raise Failed("something became durable while syncs failed")
            switch.unlink()
            program.wait(lambda: program.durable > durable, "writing again")
        else:
            time.sleep(chance.uniform(0, 1.5))
        if chance.random() < 0.5:
            program.lose_power()
    finally:
        program.kill()
        switch.unlink(missing_ok=True)
    return program


def fill(path):
    try:
        with open(path, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 65536)
    except OSError:
        pass


def round_on_full_disk(build, disk, chance, switches):
    """The disk is filled from beside; in some rounds it gets room again, and nothing is lost."""
    ballast = disk / "ballast"
    program = Program(build, disk / "session.headroom", per_tick=50)
    try:
        program.wait(lambda: program.durable > 0, "the beginning")
        time.sleep(chance.uniform(0, 1))
        fill(ballast)
        if chance.random() < 0.5:
            program.wait(lambda: program.n_troubles > 0, "trouble")
            if "no space" not in program.trouble:
                raise Failed(f"a full disk was called: {program.trouble}")
            time.sleep(chance.uniform(0, 1))
            durable = program.durable
            ballast.unlink(missing_ok=True)
            program.wait(lambda: program.durable > durable, "writing again")
            if chance.random() < 0.5:
                program.close()
        else:
            time.sleep(chance.uniform(0, 2))
    finally:
        program.kill()
        ballast.unlink(missing_ok=True)
    return program


def mount(folder):
    """A disk of its own in @folder. Returns whether that is allowed."""
    folder.mkdir()
    result = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", folder], capture_output=True, check=False)
    return result.returncode == 0


class Observed:
    """What an independent reader has seen in a file: the last number of each source."""

    QUERY = "SELECT source, max (number + n - 1) FROM (SELECT source, number, n FROM chunk UNION ALL SELECT source, number, n FROM batch) GROUP BY source"

    def __init__(self, path):
        self.path = path

    def ask(self, sql):
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def numbers(self):
        try:
            return dict(self.ask(self.QUERY))
        except sqlite3.OperationalError:
            return {}

    def check(self, before):
        if self.ask("PRAGMA integrity_check") != [("ok",)]:
            raise Failed("integrity_check")
        after = self.numbers()
        for source, number in before.items():
            if after.get(source, 0) < number:
                raise Failed(f"source {source} has {after.get(source, 0)} snapshots, {number} were seen")
        gaps = self.ask("SELECT source, number FROM (SELECT source, number, n, lag (number + n, 1, 1) OVER (PARTITION BY source ORDER BY number) AS next FROM "
                        "(SELECT source, number, n FROM chunk UNION ALL SELECT source, number, n FROM batch)) WHERE number <> next")
        if gaps:
            raise Failed(f"gaps at {gaps}")


def kill_real(build, command, environment, path, chance):
    """Kills a program that records a real workload into @path; all that was seen of it before is there after."""
    observed = Observed(path)
    workload = subprocess.Popen([build / "engine/agents/workload/headroom-workload", "--duration", "60"], stdout=subprocess.DEVNULL, env=environment)
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        begin = time.monotonic()
        while not observed.numbers() and time.monotonic() - begin < 20 and program.poll() is None:
            time.sleep(0.05)
        until = time.monotonic() + chance.uniform(0, 3)
        seen = observed.numbers()
        while time.monotonic() < until:
            seen = observed.numbers()
            time.sleep(0.02)
    finally:
        program.kill()
        program.wait()
        workload.kill()
        workload.wait()
    if not seen:
        raise Failed("nothing was recorded")
    observed.check(seen)


def real_rounds(build, scratch, chance, rounds, name):
    """Rounds of @name, "cli" or "app". Returns how many there were and what went wrong."""
    failures = []
    n = 0
    for index in range(rounds):
        folder = scratch / f"{name}{index % 4}"
        folder.mkdir(exist_ok=True)
        environment = dict(os.environ, HEADROOM_RUNTIME_DIR=str(folder), XDG_DATA_HOME=str(folder), HEADROOM_BUILD_DIR=str(build),
                           HEADROOM_AGENT=str(build / "engine/agents/local/headroom-agent"))
        if name == "cli":
            path = folder / "session.headroom"
            path.unlink(missing_ok=True)
            command = [build / "app/cli/headroom-cli", "record", "--force", "-o", path]
        else:
            path = folder / "headroom/history.headroom"
            command = [build / "app/headroom"]
        try:
            kill_real(build, command, environment, path, chance)
            n += 1
        except Failed as failure:
            failures.append(f"{name} round {index}: {failure}")
    return n, failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--cli-rounds", type=int, default=10)
    parser.add_argument("--app-rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--result", type=pathlib.Path)
    options = parser.parse_args()
    build = options.build.resolve()
    chance = random.Random(options.seed)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="headroom-prove-"))
    disk = scratch / "disk"
    switches = scratch / "switches"
    failures = []
    durable = 0
    mounted = mount(disk)
    switches.mkdir()
    kinds = {"kill": round_with_room, "power loss": round_of_power_loss, "failing syncs": round_with_failing_syncs}
    if mounted:
        kinds["full disk"] = round_on_full_disk
    else:
        print("no tmpfs may be mounted here: rounds with a full disk are left out")
    counts = dict.fromkeys(kinds, 0)

    try:
        for index in range(options.rounds):
            kind = list(kinds)[index % len(kinds)]
            folder = disk if kind == "full disk" else scratch / kind
            folder.mkdir(exist_ok=True)
            # A disk that is to fill up has room for less.
            if index // len(kinds) % (2 if kind == "full disk" else ROUNDS_A_FILE) == 0:
                for path in folder.iterdir():
                    path.unlink()
            try:
                program = kinds[kind](build, folder, chance, switches)
                check(build, folder / "session.headroom", program)
                durable += program.durable
                counts[kind] += 1
            except Failed as failure:
                failures.append(f"round {index} ({kind}): {failure}")
                print(f"\n{failures[-1]}", flush=True)
            if sys.stdout.isatty():
                print(f"\rround {index + 1} of {options.rounds}, {len(failures)} failed", end="", flush=True)
        n_cli, wrong = real_rounds(build, scratch, chance, options.cli_rounds, "cli")
        failures += wrong
        if options.app_rounds > 0 and "DISPLAY" not in os.environ:
            print("there is no display: the app's rounds are left out")
            options.app_rounds = 0
        n_app, wrong = real_rounds(build, scratch, chance, options.app_rounds, "app")
        failures += wrong
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=False)
        shutil.rmtree(scratch, ignore_errors=True)

    result = {"rounds": counts, "cli": n_cli, "app": n_app, "durable": durable, "seed": options.seed, "failed": len(failures), "failures": failures}
    print(json.dumps(result))
    if options.result:
        options.result.write_text(json.dumps(result) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
