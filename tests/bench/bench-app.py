#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the running app costs, with a real agent and a real workload: ./dev bench app

Prints a table and puts it into the file named by HR_BENCH_JSON. The times come from the kernel's account of
the processes and from the product's own time stamps.
"""

import csv
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

APP_ID = "io.github.headroom.Headroom"
BUILD = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"])
WATCH_SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time that a process has used, with a resolution of one tick."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def started_at(pid):
    """When a process was started, in seconds since 1970."""
    ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    boot = next(int(line.split()[1]) for line in open("/proc/stat") if line.startswith("btime"))
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return min(time.time() - since_boot, boot + 1) + ticks / TICKS


def children(pid):
    """A child belongs to the thread that started it."""
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def share(pids, seconds=WATCH_SECONDS):
    """Percent of one core that the processes use over a stretch of time."""
    before = {pid: cpu_seconds(pid) for pid in pids}
    begin = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - begin
    return {pid: 100 * (cpu_seconds(pid) - before[pid]) / elapsed for pid in pids}


def action(name, *parameter):
    subprocess.run(["gapplication", "action", APP_ID, name, *parameter], check=True)


def window_action(name):
    subprocess.run(["gdbus", "call", "--session", "--dest", APP_ID,
                    "--object-path", "/io/github/headroom/Headroom/window/1",
                    "--method", "org.gtk.Actions.Activate", name, "[]", "{}"],
                   check=True, stdout=subprocess.DEVNULL)


def export(folder):
    """The rows of the selected source, once there are any."""
    path = pathlib.Path(folder) / "snapshot.csv"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        path.unlink(missing_ok=True)
        try:
            action("export-csv", f"'{path}'")
        except subprocess.CalledProcessError:
            pass
        for _ in range(20):
            time.sleep(0.05)
            if path.exists():
                rows = list(csv.DictReader(path.open(newline="")))
                if rows:
                    return rows
                break
    raise SystemExit("nothing to export after 30 s")


def first_number_after(pid, folder):
    """Milliseconds from the start of the process to the first snapshot in the window."""
    first = datetime.datetime.fromisoformat(export(folder)[0]["time"].replace("Z", "+00:00"))
    return 1000 * (first.timestamp() - started_at(pid))


def report(results):
    print(f"{'app':<44} {'value':>10}  unit")
    for name, result in results.items():
        print(f"{name:<44} {result['value']:>10.2f}  {result['unit']}")
    path = os.environ.get("HR_BENCH_JSON")
    if path:
        known = json.loads(pathlib.Path(path).read_text()) if os.path.exists(path) else {}
        known = {name: value for name, value in known.items() if not name.startswith("app.")} | results
        pathlib.Path(path).write_text(json.dumps(known, indent=2) + "\n")


def main():
    results = {}

    def note(name, value, unit, **more):
        results[f"app.{name}"] = {"value": round(value, 3), "unit": unit, **more}

    with tempfile.TemporaryDirectory() as folder:
        os.environ["HEADROOM_RUNTIME_DIR"] = os.path.join(folder, "regions")
        loop_report = pathlib.Path(os.environ.setdefault("HEADROOM_LOOP_REPORT", os.path.join(folder, "loop.json")))
        app = subprocess.Popen([BUILD / "app" / "headroom"])
        try:
            note("start-to-first-number", first_number_after(app.pid, folder), "ms")
            workload = subprocess.Popen([BUILD / "engine/agents/workload/headroom-workload"],
                                        stdout=subprocess.DEVNULL)
            time.sleep(2)
            action("show-alert", "'headroom-workload'")
            time.sleep(3)
            agent = next(pid for pid in children(app.pid)
                         if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("headroom-agent"))
            shares = share([app.pid, agent, workload.pid])
            note("live-10hz", shares[app.pid], "% of a core", peer={"workload": round(shares[workload.pid], 3)})
            note("agent-10hz", shares[agent], "% of a core", peer={"workload": round(shares[workload.pid], 3)})
            workload.send_signal(signal.SIGTERM)
            workload.wait()
            action("show-alert", f"'{os.uname().nodename}'")
            window_action("disconnect")
            time.sleep(3)
            note("disconnected", share([app.pid])[app.pid], "% of a core")
        finally:
            app.terminate()
            app.wait()
        # Drawing and start-up apart, while sources came, were chosen, and went.
        loop = json.loads(loop_report.read_text())
        note("longest-dispatch", loop["longest_cpu_ms"], "ms", peer={"on the wall": loop["longest_ms"], "limit": 8})
    report(results)


if __name__ == "__main__":
    sys.exit(main())
