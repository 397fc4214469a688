#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the installed Flatpak, with the display and the session bus that stand-in.py gives it: test-installed.py SUITE OUTPUT BUILD [CASE...]

What the app shows is held against the host: its processes, its files, its usbmuxd. BUILD is the native build, whose workload and agent run on the
host. Screenshots and figures go to OUTPUT, a folder. Prints TAP.
"""

import contextlib
import csv
import datetime
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

SUITE, OUTPUT, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
os.environ.update(HEADROOM_BUILD_DIR=str(BUILD), GDK_BACKEND="x11", GSK_RENDERER="cairo")
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[1:1] = [str(ROOT / "tests/app"), str(ROOT / "tests/emulators")]

from client import Iphone  # noqa: E402
from desktop import APP_ID, LIST_ITEM, App, Atspi, Built, Service, end_program, environment, name, start_workload, tap, wait_until  # noqa: E402
from installation import EXPORTS, HOST, REGIONS, RUNTIME, Activated, Installed, agents, in_sandbox, in_sandboxes, without_host  # noqa: E402
from network import add_source, agent_on_the_network, free_port, keyring, program_of_phone  # noqa: E402

PHONE = "Emulated iPhone"
USBMUXD = RUNTIME / "usbmuxd"
NEEDLE = "seen from a sandbox"

# An agent whose app was killed has so long to end, and so have the files that it made.
END_SECONDS = 5
# How often the start is timed, in the sandbox and out of it, in turns.
STARTS = 5

figures = {}


def note(what, value, unit):
    figures[what] = {"value": round(value, 3), "unit": unit}
    print(f"# {what}: {value:.6g} {unit}", flush=True)


def take_picture(what):
    """Keeps a picture of the app's window."""
    windows = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "headroom"], capture_output=True, text=True, check=True).stdout.split()
    path = OUTPUT / f"{SUITE}-{what}.png"
    subprocess.run(["import", "-window", windows[-1], path], check=True)
    colours = subprocess.run(["identify", "-format", "%k", path], capture_output=True, text=True, check=True).stdout
    assert int(colours) > 50, f"{path} has {colours} colours"


@contextlib.contextmanager
def program(*arguments):
    started = subprocess.Popen(arguments)
    try:
        yield started
    finally:
        end_program(started)


@contextlib.contextmanager
def workload():
    """The Thompson workload on the host, as it was built there."""
    started = start_workload("--seed", "1")
    try:
        yield started
    finally:
        end_program(started)


def installed(**options):
    return App(launcher=Installed(**options))


def rows_of(app, begin=0.0, end=float("inf")):
    """What the selected source was found to be between two times, as the app exports it."""
    rows = list(csv.DictReader(app.export().open(newline="")))
    when = [datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp() for row in rows]
    return [row for moment, row in zip(when, rows) if begin < moment <= end]


def mean(rows, column):
    values = [float(row[column]) for row in rows if row[column]]
    assert values, f"no {column} in {len(rows)} rows"
    return statistics.fmean(values)


def processor_times():
    """The host's own account: ticks of all processors, and those in which they had nothing to do."""
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


def host_memory():
    """MB in all, and MB that programs use."""
    said = dict(re.findall(r"^(\w+): +(\d+) kB$", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE))
    size = {key: int(value) * 1024 / 1e6 for key, value in said.items()}
    return size["MemTotal"], size["MemTotal"] - size["MemFree"] - size["Buffers"] - size["Cached"] - size["SReclaimable"]


def processes():
    return [int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit()]


def proportional_mb(pid):
    said = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+) kB$", said, re.MULTILINE)[1]) * 1024 / 1e6


def wait_measured(app, pid):
    """Waits until the selected program's memory is that of this process; both change while it begins."""
    def agrees():
        shown, real = app.exact("Memory now"), proportional_mb(pid)
        return shown and abs(shown - real) < 0.15 * real
    wait_until(agrees, f"{proportional_mb(pid):.1f} MB of memory, not {app.exact('Memory now')}")


def wait_shown(app, figure):
    """The unrounded number of a figure, once it has one that is not 0."""
    return wait_until(lambda: app.exact(figure), f"a figure “{figure}”")


def recorded(history, at_least=0):
    """From when to when a history goes, in microseconds, by another program that reads SQLite; None until it has that much."""
    stretches = "SELECT begin_us, end_us FROM batch UNION ALL SELECT begin_us, end_us FROM chunk"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as database:
        begin, end = database.execute(f"SELECT min(begin_us), max(end_us) FROM ({stretches})").fetchone()
        return (begin, end) if begin and end - begin > at_least else None
    return None


def test_the_sandbox_itself_sees_nothing_of_the_host():
    with program("sleep", "1000") as sleeper:
        status, said, _ = in_sandbox("sh", "-c", "cat /proc/[0-9]*/comm")
        assert status == 0 and "sh" in said.split(), said
        assert name(sleeper.pid) == "sleep" and "sleep" not in said.split(), said
        assert len(said.split()) * 5 < len(processes()), (said, len(processes()))


def test_the_processes_of_the_host_are_found():
    with program(sys.executable, "-c", "while True: pass", NEEDLE) as busy, installed() as app:
        app.wait("^CPU: [0-9]")
        app.window_action("watch-process")
        app.wait("^Name or command of the process")
        app.type(NEEDLE, until=f"^{name(busy.pid)}, pid {busy.pid} ")
        app.wait(f"^{name(busy.pid)}", LIST_ITEM)
        app.select(name(busy.pid))
        wait_measured(app, busy.pid)


def test_the_figures_are_the_hosts():
    with program(sys.executable, "-c", "while True: pass"), installed() as app:
        app.wait("^CPU: [0-9]")
        app.wait("^Processes: [0-9]")
        counts = []

        def long_enough():
            counts.append(len(processes()))
            return time.time() > begin + 4
        begin, (ticks, idle) = time.time(), processor_times()
        wait_until(long_enough, "some seconds")
        end, (later_ticks, later_idle) = time.time(), processor_times()
        wait_until(lambda: rows_of(app, end), "what was later")
        rows = rows_of(app, begin, end)

        busy = 1 - (later_idle - idle) / (later_ticks - ticks)
        assert abs(mean(rows, "cpu_usage.mean_ratio") - busy) < 0.05, (mean(rows, "cpu_usage.mean_ratio"), busy)
        count = mean(rows, "process_count.mean")
        assert 0.9 * min(counts) <= count <= 1.1 * max(counts), (count, min(counts), max(counts))
        total, used = host_memory()
        assert abs(mean(rows, "system_memory_total_mb.mean") - total) < 1, (mean(rows, "system_memory_total_mb.mean"), total)
        assert abs(mean(rows[-10:], "system_memory_used_mb.mean") - used) < 0.05 * total, (mean(rows, "system_memory_used_mb.mean"), used)
        assert abs(app.exact("Processes") - len(processes())) < 0.2 * len(processes()), (app.exact("Processes"), len(processes()))


def test_a_workload_on_the_host_is_live():
    with installed() as app:
        app.wait("^CPU: [0-9]")
        with workload() as started:
            app.select("headroom-workload")
            assert wait_shown(app, "Average per job") > 0
            wait_measured(app, started.pid)
            app.wait("^Verdict: Within budget")
            app.wait("^Recording [0-9.]+ % of a core")
            # The trend has some seconds to show.
            wait_until(lambda: recorded(app.history, 20e6), "some seconds of it")
            take_picture("live")
        app.wait("^Verdict: Lost headroom-workload")


def test_the_workload_of_the_bundle_is_measured_as_itself():
    with installed() as app:
        app.wait("^CPU: [0-9]")
        app.press("^Start the Thompson workload")
        assert wait_shown(app, "Average per job") > 0
        started, = in_sandboxes("headroom-workload")
        said = pathlib.Path(f"/proc/{started}/status").read_text()
        assert len(re.search(r"^NSpid:(.*)$", said, re.MULTILINE)[1].split()) > 1, "it is in no other pid namespace"
        wait_measured(app, started)
        app.press("^Stop the Thompson workload")
        app.wait("^Verdict: Lost headroom-workload")
        assert not in_sandboxes("headroom-workload")


def file_chooser(app):
    """The dialog that the desktop shows for a sandboxed app: a program of the host, which the app does not see."""
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child is not None and "portal" in (child.get_name() or "") and app.find("^Save$", Atspi.Role.PUSH_BUTTON, within=child):
            return child
    return None


def save_as(app, path):
    """Saves by this path in the dialog that is open, as its user does."""
    dialog = wait_until(lambda: file_chooser(app), "the file chooser")
    entry = next(node for node in app.nodes(within=dialog)
                 if node.get_role() == Atspi.Role.TEXT and node.get_state_set().contains(Atspi.StateType.EDITABLE))
    entry.get_editable_text_iface().set_text_contents(str(path))
    app.find("^Save$", Atspi.Role.PUSH_BUTTON, within=dialog).get_action_iface().do_action(0)


def test_an_export_arrives_where_it_was_asked_for():
    with tempfile.TemporaryDirectory(prefix="headroom-exports-") as folder, installed() as app:
        app.wait("^CPU: [0-9]")
        if not (RUNTIME / "doc").is_mount():
            raise unittest.SkipTest("the document portal cannot mount its files here")
        path = pathlib.Path(folder) / "from the sandbox.csv"
        app.action("export-csv", "")
        save_as(app, path)
        wait_until(path.exists, "the file in the host's folder")
        app.wait_toast("^Saved from the sandbox.csv")
        rows = list(csv.DictReader(path.open(newline="")))
        assert len(rows) > 5 and 0 < mean(rows, "cpu_usage.mean_ratio") <= 1, len(rows)
        assert [entry.name for entry in pathlib.Path(folder).iterdir()] == [path.name]
        status, said, _ = in_sandbox("ls", folder)
        assert status != 0, f"the sandbox sees the host's folder: {said}"


@contextlib.contextmanager
def phone(port):
    with Iphone("--name", PHONE, "--port", f"7777=tcp:127.0.0.1:{port}", socket=USBMUXD) as iphone:
        yield iphone


def snapshots(app):
    """How many of the phone have come: what a page said that is not in sight any more stays less."""
    said = [re.match(r"Snapshots: (\d[\d\s]*)$", node.get_name() or "") for node in app.nodes()]
    return max((int(re.sub(r"\s", "", number[1])) for number in said if number), default=0)


def test_phones_come_and_go_with_the_hosts_usbmuxd():
    port = free_port()
    with program_of_phone(port), installed() as app:
        app.wait("^CPU: [0-9]")
        assert not USBMUXD.exists() and not app.find(f"^{PHONE}, ", LIST_ITEM)
        with phone(port) as iphone:
            app.wait("^headroom-workload, Connected", LIST_ITEM)
            app.select("headroom-workload")
            assert wait_shown(app, "Average per job") > 0
            assert wait_shown(app, "Frame time") > 10
            app.select(PHONE)
            app.wait("^Battery: [0-9]")
            app.wait("^Links opened: 1$")
            wait_until(lambda: snapshots(app) > 20, "snapshots of the phone")
            take_picture("phone")
            iphone.kill()
            app.wait("^The device is not attached")
            assert not app.find(f"^{PHONE}, (Ready|Connected)", LIST_ITEM)
        with phone(port):
            app.wait("^Links opened: 2$")
            app.wait("^headroom-workload, Connected", LIST_ITEM)
            before = snapshots(app)
            wait_until(lambda: snapshots(app) > before + 10, "more snapshots")


def test_without_the_permission_it_says_what_to_do():
    with keyring(False), agent_on_the_network() as link, without_host(), installed() as app:
        app.wait(rf"^flatpak override --user --talk-name={re.escape(HOST)} {re.escape(APP_ID)}$")
        assert not agents()
        take_picture("no-permission")
        add_source(app, link)
        app.wait("^127.0.0.1.*, Connected", LIST_ITEM)
        app.select("127.0.0.1")
        app.wait("^CPU: [0-9]")
        wait_until(lambda: len(rows_of(app)) > 20, "figures of the agent")
        count = mean(rows_of(app), "process_count.mean")
        assert abs(count - len(processes())) < 0.2 * len(processes()), (count, len(processes()))


def test_a_killed_app_leaves_nothing_behind():
    with installed() as app:
        app.wait("^CPU: [0-9]")
        agent = Service(app.agent())
        assert list(REGIONS.iterdir()), "there is nothing that could be left"
        begin = time.monotonic()
        app.launcher.kill()
        wait_until(lambda: agent.poll() is not None and not list(REGIONS.iterdir()), "the end of the agent and its files")
        taken = time.monotonic() - begin
        assert taken < END_SECONDS, f"the agent and its files were gone after {taken:.1f} s"
        print(f"# the agent and its files were gone after {1000 * taken:.0f} ms", flush=True)


def test_the_history_survives_a_restart():
    with contextlib.ExitStack() as both:
        with installed() as app:
            app.wait("^CPU: [0-9]")
            both.enter_context(workload())
            begin, end = wait_until(lambda: recorded(app.history, 5e6), "a history")
        with installed(keep=True) as app:
            app.select("headroom-workload")
            wait_until(lambda: recorded(app.history, end + 10e6 - begin), "more of the history")
            assert recorded(app.history)[0] == begin
            app.window_action("view", "history")
            app.press("^All there is")
            wait_until(lambda: ": mean " in app.find("^Ranking latency$", Atspi.Role.IMAGE).get_description(), "the latency on the screen")
            take_picture("history")


def test_the_command_line_works_in_the_sandbox():
    with program("sleep", "1000") as sleeper:
        status, said, complaints = in_sandbox("headroom-cli", "sources", "--format", "json")
        assert status == 0, (status, said, complaints)
        computer, = (source for source in json.loads(said)["sources"] if source["kind"] == "computer")
        assert computer["state"] == "connected", said
        status, said, complaints = in_sandbox("headroom-cli", "watch", "-s", f"pid:{sleeper.pid}", "--format", "ndjson", "--duration", "2s")
        assert status == 0 and "memory_usage_mb" in said, (status, said, complaints)
    status, said, complaints = in_sandbox("headroom-cli", "doctor")
    print("".join(f"# {line}\n" for line in said.splitlines()), end="", flush=True)
    assert status == 0, (status, said, complaints)


# Themes have icons as files, libraries have some within them.
FIND_ICONS = """
for name in "$@"; do
  [ -n "$(find /usr/share/icons /app/share/icons -name "$name.*" -print -quit)" ] ||
    grep -qs "$name\\.s[vy]" /usr/lib/*/libgtk-4.so.1 /usr/lib/*/libadwaita-1.so.0 || echo "$name"
done
"""


def test_no_icon_is_missing_in_the_runtime():
    sources = [*ROOT.glob("app/*.c"), *ROOT.glob("resources/ui/*.ui")]
    wanted = {found for path in sources for found in re.findall(r"(?<=[\">])[a-z0-9-]+-symbolic(?=[\"<])", path.read_text())}
    wanted -= {path.stem for path in ROOT.glob("resources/**/*-symbolic.svg")}
    status, missing, complaints = in_sandbox("sh", "-c", FIND_ICONS, "sh", *sorted(wanted))
    assert status == 0 and len(wanted) > 10 and not missing, (status, len(wanted), missing, complaints)


def test_the_desktop_is_told():
    for place in (f"applications/{APP_ID}.desktop", f"dbus-1/services/{APP_ID}.service", f"mime/packages/{APP_ID}.xml",
                  f"icons/hicolor/scalable/apps/{APP_ID}.svg", f"icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg"):
        assert (EXPORTS / place).exists(), f"{place} is not exported"
    for place in (f"applications/{APP_ID}.desktop", f"dbus-1/services/{APP_ID}.service"):
        assert re.search(rf"^Exec=\S*flatpak run .*{APP_ID}", (EXPORTS / place).read_text(), re.MULTILINE), place


def test_the_desktop_starts_it_through_its_service():
    with App(launcher=Activated()) as app:
        app.wait("^CPU: [0-9]")


def seconds_to_first_number(launcher):
    begin = time.monotonic()
    with App(launcher=launcher) as app:
        app.wait("^CPU: [0-9]")
        return time.monotonic() - begin


def test_the_figures():
    bundle = OUTPUT / f"headroom-{SUITE}.flatpak"
    note("size of the bundle", bundle.stat().st_size / 1e6, "MB")
    with environment(GSETTINGS_BACKEND="memory"):
        times = [(seconds_to_first_number(Built()), seconds_to_first_number(Installed())) for _ in range(STARTS)]
    for what, taken in zip(("native", "Flatpak"), zip(*times)):
        note(f"start to the first number on screen, {what}", 1000 * statistics.median(taken), "ms")
        print(f"#   of {len(taken)} starts in turns: {min(taken) * 1000:.0f} to {max(taken) * 1000:.0f} ms", flush=True)
    (OUTPUT / f"{SUITE}.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    # What the bus starts from now on is told where usbmuxd is, and with it every program on the host.
    subprocess.run(["dbus-update-activation-environment", f"USBMUXD_SOCKET_ADDRESS=UNIX:{USBMUXD}"], check=True)
    sys.exit(tap.run(globals(), SUITE, sys.argv[4:]))
