#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves the Flatpak where its runtime cannot be downloaded: stand-in.py BUILD SUITE...

For every suite a runtime is made of Debian packages (runtime.py), unless it is there already. The manifest is built against it, exported, made a bundle,
and installed from that into an installation of its own, in which test-installed.py runs, with a display and a session bus. What came of it is
printed as TAP, "N passed, N failed, N skipped" last; BUILD/flatpak keeps bundles, screenshots and figures, and the log of a suite that failed. Runtimes,
packages and built modules stay in ${XDG_CACHE_HOME:-~/.cache}/headroom/stand-in-SUITE, which may be removed at any time.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import bundle
import debian
import manifest
import runtime

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
# In the environment of whatever is started here, in the sandbox and on its host.
MARK = "HEADROOM_STAND_IN"
# For a process to end that was asked to, in seconds.
PATIENCE = 5


class Results:
    """The cases of all suites, as TAP."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, outcome, reason=""):
        setattr(self, outcome, getattr(self, outcome) + 1)
        number = self.passed + self.failed + self.skipped
        skip = f" # SKIP {reason}" if outcome == "skipped" else ""
        print(f"{'not ok' if outcome == 'failed' else 'ok'} {number} {name}{skip}", flush=True)

    def add_tap(self, line):
        """Takes over a case of another program; whatever else it says is a comment."""
        case = re.match(r"(not )?ok \d+ (.*?)( # SKIP (.*))?$", line)
        if case:
            self.add(case[2], "failed" if case[1] else "skipped" if case[3] else "passed", case[4])
        elif not re.match(r"1\.\.\d+$", line):
            print(f"# {line.removeprefix('# ')}", flush=True)

    def status(self):
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0 if self.passed else SKIPPED


class Steps:
    """Says what a suite has done, and in how many seconds."""

    def __init__(self, suite):
        self.suite = suite
        self.began = self.last = time.monotonic()

    def __call__(self, what):
        now = time.monotonic()
        print(f"# {self.suite} {now - self.began:6.1f} s (+{now - self.last:.1f} s) {what}", flush=True)
        self.last = now


def forbidden():
    """Why no sandbox can be made here, or None."""
    if shutil.which("bwrap") is None:
        return "bwrap is not installed"
    tried = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--unshare-pid", "--unshare-net", "true"],
                           capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"namespaces are forbidden here: {tried.stderr.strip() or 'bwrap failed'}"


def cache_of(suite):
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(base) / "headroom" / f"stand-in-{suite}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def locked(folder):
    """One run at a time works in a cache."""
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"# another run is at work in {folder}: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment_in(work, run):
    """Nothing of the user's is read or written: neither installations of flatpak nor settings."""
    environment = {name: os.environ[name] for name in ("PATH", "TERM", "LOGNAME", "USER") if name in os.environ}
    home = work / "home"
    installation = work / "installation"
    for name, folder in (("HOME", home), ("XDG_DATA_HOME", home / "data"), ("XDG_CONFIG_HOME", home / "config"), ("XDG_CACHE_HOME", home / "cache"),
                         ("XDG_STATE_HOME", home / "state"), ("XDG_RUNTIME_DIR", run), ("FLATPAK_USER_DIR", installation),
                         ("FLATPAK_SYSTEM_DIR", work / "system"), ("FLATPAK_CONFIG_DIR", work / "etc")):
        folder.mkdir(parents=True, exist_ok=True)
        environment[name] = str(folder)
    environment["XDG_DATA_DIRS"] = f"{installation}/exports/share:/usr/local/share:/usr/share"
    environment["LC_ALL"] = "C.UTF-8"
    environment["GIO_USE_VFS"] = "local"
    environment[MARK] = str(run)
    return environment


def marked(run):
    """The processes that carry the mark of a run."""
    wanted = f"{MARK}={run}".encode()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name)


def end_processes(run):
    """Ends what is left of a run, and returns how many processes that were."""
    left = list(marked(run))
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        while (found := list(marked(run))) and time.monotonic() < deadline:
            for process in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
            time.sleep(0.05)
    return len(left)


def unmount(folder):
    """The document portal mounts a file system in the runtime folder."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        place = line.split()[4]
        if place.startswith(f"{folder}/"):
            program = ["umount"] if os.geteuid() == 0 else ["fusermount3", "-u"]
            subprocess.run([*program, place], check=False)


@contextlib.contextmanager
def room(cache, output):
    """A home, an installation and a runtime folder, and an environment that knows no other; nothing of them stays."""
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    # Short, for the names of sockets.
    run = pathlib.Path(tempfile.mkdtemp(prefix="headroom-"))
    try:
        yield work, environment_in(work, run)
    finally:
        left = end_processes(run)
        if left:
            print(f"# ended {left} processes that were left", flush=True)
        unmount(run)
        shutil.rmtree(run, ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)
        output.flush()


def stand_in_runtime(suite, arch, cache, step):
    """The repository with the runtime, made when it is not there, or not of these lists."""
    folder = cache / f"runtime-{runtime.key()}"
    if not folder.exists():
        for old in cache.glob("runtime-*"):
            shutil.rmtree(old)
        runtime.make(suite, arch, debian.Packages(cache / "apt", suite), folder, step)
    return folder / "repo"


def split_modules(suite):
    """The manifest's modules that are built from source, and those for which packages stand in."""
    read = runtime.lists()
    described, _ = manifest.load()
    replaced = read[f"modules.{suite}"]
    return [module for module in described["modules"] if module["name"] not in replaced], list(replaced)


def fetch_sources(modules, folder):
    """Puts the archives where flatpak-builder looks before it downloads; it compares their sums once more."""
    pool = runtime.lists()["sources"]
    for module in modules:
        for source in module["sources"]:
            if source["type"] == "archive":
                name = source["url"].rpartition("/")[2]
                debian.fetch_source(pool[module["name"]], source["sha256"], folder / "downloads" / source["sha256"] / name)


def write_manifest(modules, path):
    """The manifest, without the modules that packages stand in for, for flatpak-builder to read anywhere."""
    described, _ = manifest.load()
    described["modules"] = modules
    for module in modules:
        for source in module["sources"]:
            if source["type"] == "dir":
                source["path"] = str((manifest.PATH.parent / source["path"]).resolve())
    path.write_text(json.dumps(described, indent=2))


def install_runtime(repository, environment, output):
    flatpak = ["flatpak", "--user"]
    subprocess.run([*flatpak, "remote-add", "--no-gpg-verify", "stand-in", repository], check=True, env=environment, stdout=output, stderr=output)
    subprocess.run([*flatpak, "install", "--noninteractive", "--no-related", "stand-in", *bundle.runtimes()], check=True, env=environment,
                   stdout=output, stderr=output)


def build_and_install(suite, cache, work, file, environment, output, step):
    modules, replaced = split_modules(suite)
    print(f"# packages of {suite} stand in for {', '.join(replaced)}", flush=True)
    fetch_sources(modules, cache / "sources")
    write_manifest(modules, work / "manifest.json")
    step("sources there")
    bundle.build(work / "manifest.json", work, cache / "builder", ["--disable-download", f"--extra-sources={cache / 'sources'}"], environment, output)
    step("built: " + ", ".join(module["name"] for module in modules))
    bundle.make(work, file, environment=environment)
    step(f"bundle of {bundle.size(file)}")
    subprocess.run(["dbus-run-session", "--", "flatpak", "install", "--user", "--noninteractive", "--no-related", file], check=True, env=environment,
                   stdout=output, stderr=output)
    step("installed from the bundle")


def in_session(environment):
    """Command and environment of whatever needs a display and a session bus. It finds the runtime folder in the usual place: Flatpak has it there in
    every sandbox, and takes it that the host has, too."""
    usual = f"/run/user/{os.getuid()}"
    command = ["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/run/user", "--bind", environment["XDG_RUNTIME_DIR"], usual, "--",
               "xvfb-run", "-a", "-s", "-screen 0 1600x1200x24 -nolisten tcp -noreset", "dbus-run-session", "--"]
    return command, {**environment, "XDG_RUNTIME_DIR": usual}


def test_installed(suite, build, environment, output, results):
    """Runs the cases of the installed app; a program that failed without saying which has failed all the same."""
    command, environment = in_session(environment)
    command += [sys.executable, HERE / "test-installed.py", suite, build / "flatpak", build]
    failed = results.failed
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=output, text=True) as tests:
        for line in tests.stdout:
            results.add_tap(line.rstrip())
    if tests.returncode != 0 and results.failed == failed:
        results.add(f"/{suite}/test-installed", "failed")


def run_suite(suite, build, results):
    step = Steps(suite)
    arch = subprocess.run(["flatpak", "--default-arch"], check=True, capture_output=True, text=True).stdout.strip()
    cache = cache_of(suite)
    kept = build / "flatpak"
    kept.mkdir(parents=True, exist_ok=True)
    log = kept / f"{suite}.log"
    failed = results.failed
    with open(log, "w") as output, locked(cache):
        try:
            repository = stand_in_runtime(suite, arch, cache, step)
            with room(cache, output) as (work, environment):
                install_runtime(repository, environment, output)
                step("runtime installed")
                build_and_install(suite, cache, work, kept / f"headroom-{suite}.flatpak", environment, output, step)
                results.add(f"/{suite}/builds-and-installs", "passed")
                test_installed(suite, build, environment, output, results)
                step("tested")
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            print(f"{error}\n{getattr(error, 'stderr', None) or ''}", file=output, flush=True)
            print(f"# {error}", flush=True)
            results.add(f"/{suite}/builds-and-installs", "failed")
    step("done")
    if results.failed == failed:
        log.unlink()
    else:
        print(f"# {log} has more", flush=True)
        print("".join(f"# {line}\n" for line in log.read_text(errors="replace").splitlines()[-40:]), end="", flush=True)


def main(build, *suites):
    results = Results()
    reason = forbidden()
    # So that what was begun is ended when this is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for suite in suites:
        if suite not in runtime.SUITES:
            sys.exit(f"There are stand-ins of {' and '.join(runtime.SUITES)}, none of {suite}.")
        if reason:
            results.add(f"/{suite}", "skipped", reason)
        else:
            run_suite(suite, pathlib.Path(build).resolve(), results)
    return results.status()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
