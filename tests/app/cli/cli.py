#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""headroom-cli as it is used: the real program with the real agent and workload, on pipes and in terminals. Prints TAP."""

import contextlib
import csv
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

from program import AGENT, CLI, ESCAPE, PATIENCE, WORKLOAD, child, environment, expect, run, run_tests, start, wait_until, workload

EMULATOR = pathlib.Path(__file__).parents[2] / "emulators/iphone.py"


def sleeper():
    return child("sleep", "1000")


def test_this_computer_is_a_source():
    done = expect(0, "sources")
    assert re.search(r"^local: +\S.* +computer +connected", done.stdout), done
    assert ESCAPE not in done.stdout


def test_programs_are_sources_in_every_format():
    with workload() as process:
        address = f"pid:{process.pid}"
        text = expect(0, "sources", "--wait", "2s").stdout
        assert re.search(rf"^{address} +headroom-workload +program +connected", text, re.M), text
        listed = json.loads(expect(0, "sources", "--format", "json").stdout)
        assert (listed["schema"], listed["schema_version"]) == ("headroom.sources", 1)
        assert {"local:", address} <= {source["address"] for source in listed["sources"]}, listed
        lines = [json.loads(line) for line in expect(0, "sources", "--format", "ndjson").stdout.splitlines()]
        assert all((line["schema"], line["schema_version"]) == ("headroom.source", 1) for line in lines)
        rows = list(csv.DictReader(expect(0, "sources", "--format", "csv").stdout.splitlines()))
        assert [row["kind"] for row in rows if row["address"] == address] == ["program"], rows


def test_a_process_is_watched_by_its_number():
    with sleeper() as process:
        document = json.loads(expect(0, "watch", "-s", f"pid:{process.pid}", "--once", "--format", "json").stdout)
    assert document["source"]["name"] == "sleep" and document["source"]["pid"] == process.pid, document
    metrics = {metric["name"]: metric for metric in document["metrics"]}
    assert metrics["memory_rss_mb"]["now"] > 0
    assert metrics["thread_count"]["now"] == 1
    assert 0 <= metrics["process_cpu_usage"]["now"] <= 1


def test_it_ends_with_the_process():
    with sleeper() as process:
        watch = start("watch", "-s", f"pid:{process.pid}")
        assert "sleep" in watch.stdout.readline()
        process.kill()
        process.wait()
        out, err = watch.communicate(timeout=PATIENCE)
        assert watch.returncode == 0 and "the program ended" in err, (watch.returncode, out, err)


def test_a_program_is_found_by_its_name():
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "headroom-test-sleeper"
        program.symlink_to("/bin/sleep")
        with child(program, "1000") as process:
            line = json.loads(expect(0, "watch", "-s", program.name, "--once", "--format", "ndjson").stdout)
            assert line["source"]["address"] == f"pid:{process.pid}" and line["source"]["name"] == program.name, line


def test_an_instrumented_program_is_judged():
    with workload():
        page = expect(0, "watch", "-s", "headroom-workload", "--once").stdout
        assert page.splitlines()[3].split() == ["metric", "now", "mean", "p99", "max", "budget"], page
        assert re.search(r"^thompson_duration_ms( +\S+ .?s){4} +\S+ %$", page, re.M), page
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as contract:
            contract.write("[contract]\nname=Strict\nversion=1\n\n[mean]\nmetric=thompson_duration_ms\nstatistic=mean\nlimit=0.000001\n")
            contract.flush()
            document = json.loads(expect(0, "watch", "-s", "headroom-workload", "--once", "--format", "json", "-b", contract.name).stdout)
            assert document["standing"] == "over" and document["budgets"][0]["share"] > 1, document


def test_an_object_for_each_snapshot():
    done = expect(0, "watch", "--format", "ndjson", "--interval", "100ms", "--duration", "1s")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    sequence = [line["sequence"] for line in lines]
    assert len(lines) >= 3, done
    assert sequence == list(range(sequence[0], sequence[0] + len(sequence))), sequence


def test_a_line_for_each_refresh():
    done = expect(0, "watch", "--interval", "200ms", "--duration", "2s")
    lines = done.stdout.splitlines()
    assert len(lines) >= 3 and all(re.match(r"\d{4}-\d\d-\d\dT\S+Z  \S", line) for line in lines), done
    assert ESCAPE not in done.stdout and done.stderr == ""
    rows = list(csv.DictReader(expect(0, "watch", "--once", "--format", "csv").stdout.splitlines()))
    assert "system_memory_used_mb" in {row["metric"] for row in rows}, rows


def test_what_is_not_there_is_named():
    for source, why in (("pid:2147483647", "No program has the number"),
                        ("no-such-program-anywhere", "no program called"),
                        ("unix:/nonexistent/agent", "No such file"),
                        ("tcp:192.0.2.1:7777", "pairing link")):
        done = expect(5, "watch", "-s", source, "--timeout", "1s")
        assert done.stdout == "" and why in done.stderr and done.stderr.count("\n") == 1, done
    done = expect(5, "sources", "-s", "unix:/nonexistent/agent")
    assert "lost" in done.stdout and "No such file" in done.stderr, done


def test_what_is_wrong_is_named():
    for arguments in ((), ("observe",), ("watch", "--format", "xml"), ("watch", "-s", "foo:bar"), ("watch", "-b", "/nonexistent"),
                      ("watch", "extra"), ("sources", "--once"), ("sources", "-s", "pid:1"), ("watch", "--interval", "1ms")):
        done = expect(2, *arguments)
        assert done.stdout == "" and done.stderr != "", done
    assert "Commands:" in expect(0, "--help").stdout
    assert "--contract" in expect(0, "watch", "--help").stdout
    assert expect(0, "--version").stdout.startswith("headroom-cli ")


def test_the_doctor_looks_and_changes_nothing():
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder) / "data"
        runtime = pathlib.Path(folder) / "run"
        variables = {**environment(), "XDG_DATA_HOME": str(home), "HEADROOM_RUNTIME_DIR": str(runtime), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/none"}
        done = expect(0, "doctor", env=variables)
        found = {line[8:24].strip(): line.split()[0] for line in done.stdout.splitlines()}
        assert {name for name, state in found.items() if state == "ok"} >= {"version", "contract", "agent", "runtime folder", "history"}, done
        assert found["devices"] == found["secret service"] == "warning", done
        assert not list(pathlib.Path(folder).iterdir()), "something was made"

        (home / "headroom").mkdir(parents=True)
        (home / "headroom/history.headroom").write_text("no session" * 100)
        runtime.mkdir(mode=0o777)
        runtime.chmod(0o777)
        document = json.loads(expect(5, "doctor", "--format", "json", env=variables).stdout)
        states = {finding["name"]: finding["state"] for finding in document["findings"]}
        assert states["runtime folder"] == "broken" and states["history"] == "warning" and not document["works"], document
        done = expect(5, "doctor", "--timeout", "1s", env={**variables, "HEADROOM_RUNTIME_DIR": folder, "HEADROOM_BUILD_DIR": folder, "PATH": folder})
        assert "broken   agent" in done.stdout, done


def test_signals_end_it_well():
    for number in (signal.SIGINT, signal.SIGTERM):
        watch = start("watch", "--format", "json")
        time_out = time.monotonic() + PATIENCE
        while watch.poll() is None and time.monotonic() < time_out and not children(watch.pid):
            time.sleep(0.01)
        watch.send_signal(number)
        watch.communicate(timeout=PATIENCE)
        assert watch.returncode == 0, watch.returncode


def children(pid):
    """A child belongs to the thread that started it."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += task.read_text().split()
    return found


def test_a_reader_may_leave():
    watch = start("watch", "--format", "ndjson")
    assert watch.stdout.readline()
    watch.stdout.close()
    assert watch.wait(PATIENCE) == 0
    assert watch.stderr.read() == ""


def test_an_agent_behind_a_socket():
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "agent"
        with child(AGENT, f"--listen=unix:{place}"), workload():
            wait_until(place.exists, "the agent's socket")
            listed = json.loads(expect(0, "sources", "-s", f"unix:{place}", "--format", "json").stdout)["sources"]
            assert {source["address"] for source in listed} == {f"unix:{place}"} and len(listed) == 2, listed
            page = expect(0, "watch", "-s", f"unix:{place}", "--once").stdout
            assert "cpu_usage" in page, page


def test_a_source_that_goes_is_waited_for():
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "agent"
        with child(AGENT, f"--listen=unix:{place}"):
            wait_until(place.exists, "the agent's socket")
            watch = start("watch", "-s", f"unix:{place}", "--interval", "100ms")
            assert watch.stdout.readline()
        assert "waiting for it" in watch.stderr.readline()
        place.unlink(missing_ok=True)
        with child(AGENT, f"--listen=unix:{place}"):
            assert "it is back" in watch.stderr.readline()
            watch.send_signal(signal.SIGINT)
            watch.communicate(timeout=PATIENCE)
        assert watch.returncode == 0


def test_a_device_on_a_cable():
    udid = "00008030-000000000000002E"
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "agent"
        variables = {**environment(), "USBMUXD_SOCKET_ADDRESS": f"UNIX:{folder}/usbmuxd"}
        emulator = [sys.executable, EMULATOR, "--keep", "--socket", f"UNIX:{folder}/usbmuxd", "--udid", udid, "--port", f"7777=unix:{place}"]
        with child(WORKLOAD, f"--embed=unix:{place}"), child(*emulator):
            wait_until(place.exists, "the agent in the program")
            wait_until(lambda: udid in run("sources", env=variables).stdout, "the device")
            rows = list(csv.DictReader(expect(0, "sources", "--wait", "2s", "--format", "csv", env=variables).stdout.splitlines()))
            assert {row["kind"] for row in rows if row["address"] == f"usb:{udid}"} == {"device", "program"}, rows
            page = expect(0, "watch", "-s", f"usb:{udid}", "--once", env=variables).stdout
            assert "thompson_duration_ms" in page, page
            done = expect(5, "watch", "-s", f"usb:{udid}:9999", "--timeout", "2s", env=variables)
            assert "foreground" in done.stderr, done
        with child(*emulator[:-1], "7777=unix:/nowhere"):
            wait_until(lambda: udid in run("sources", env=variables).stdout, "the device alone")
            done = expect(0, "watch", "-s", f"usb:{udid}", "--timeout", "2s", "--once", env=variables)
            assert "foreground" in done.stderr and "frames_per_second" in done.stdout, done
        with child(*emulator):
            wait_until(lambda: udid in run("sources", env=variables).stdout, "another device")
            assert "Unplugged" in expect(5, "watch", "-s", "usb:0000-1", "--timeout", "1s", env=variables).stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_the_agents_own_user_needs_no_token_file():
    with tempfile.TemporaryDirectory() as folder:
        variables = {**environment(), "XDG_CONFIG_HOME": folder}
        agent = subprocess.Popen([AGENT, f"--listen=tcp:127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables)
        try:
            link = None
            while link is None:
                line = agent.stdout.readline()
                assert line, "the agent told no link"
                link = re.search(r"headroom://127\.0\.0\.1:(\d+)/#(\w+)", line)
            address = f"tcp:127.0.0.1:{link[1]}"
            token = pathlib.Path(folder) / "copy"
            token.write_text(link[2] + "\n")
            assert "cpu_usage" in expect(0, "watch", "-s", address, "--once", env=variables).stdout
            assert "cpu_usage" in expect(0, "watch", "-s", link[0], "--once").stdout
            assert "cpu_usage" in expect(0, "watch", "-s", address, "--token-file", token, "--once").stdout
            token.write_text("0" * 32)
            done = expect(5, "watch", "-s", address, "--token-file", token, "--timeout", "1s")
            assert link[2] not in done.stderr and "0" * 32 not in done.stderr, done
            elsewhere = {**environment(), "XDG_CONFIG_HOME": str(pathlib.Path(folder) / "none")}
            assert "token" in expect(2, "watch", "-s", address, env=elsewhere).stderr
        finally:
            agent.kill()
            agent.wait()


def fork_on_terminal(*arguments, **more):
    """Runs it with a terminal of its own. Returns its process and the terminal's other end."""
    variables = {**environment(), **more}
    pid, master = pty.fork()
    if pid == 0:
        os.execve(CLI, [CLI, *arguments], variables)
    return pid, master


def on_terminal(arguments, until, columns=70, rows=14):
    """What a terminal of that size is sent, up to the end that SIGINT makes once it shows what is waited for; and the exit status."""
    pid, master = fork_on_terminal(*arguments, TERM="xterm")
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    data, told, end = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            data += piece
        if not told and until(data.decode("utf-8", "replace")):
            os.kill(pid, signal.SIGINT)
            told = True
    os.close(master)
    return data.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_terminal_is_drawn_on():
    text, status = on_terminal(["watch", "--interval", "200ms"], lambda text: text.count(ESCAPE + "[H") >= 3)
    assert status == 0
    assert text.startswith(ESCAPE + "[?1049h"), text[:40]
    frames = text.split(ESCAPE + "[?1049l")[0].split(ESCAPE + "[H")[1:]
    # Nothing is wiped before it is drawn anew: that would flicker.
    assert text.count(ESCAPE + "[2J") <= 1
    for frame in frames[1:]:
        lines = re.sub(ESCAPE + r"\[[?0-9]*[A-Za-z]", "", frame).replace("\r", "").split("\n")
        assert len(lines) <= 14 and all(len(line) <= 70 for line in lines), lines
    assert ESCAPE + "[?25h" in text, "the cursor is left hidden"
    assert "cpu_usage" in text.split(ESCAPE + "[?1049l")[1]


def test_the_keyboard_interrupts_a_command_once():
    with tempfile.TemporaryDirectory() as place:
        heard, written = pathlib.Path(place) / "heard", pathlib.Path(place) / "verdict"
        script = f"trap 'echo INT >> {heard}' INT; echo begun >> {heard}; while ! grep -q INT {heard}; do sleep 0.05; done; sleep 0.3"
        pid, master = fork_on_terminal("check", "-o", written, "--", "sh", "-c", script)
        wait_until(heard.exists, "the command")
        os.write(master, b"\x03")
        wait_until(written.exists, "the verdict")
        with contextlib.suppress(OSError):
            while os.read(master, 65536):
                pass
        os.close(master)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4
        assert heard.read_text().split() == ["begun", "INT"], heard.read_text()


def test_no_colour_means_no_escapes():
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        pid, master = fork_on_terminal("watch", "--interval", "200ms", "--duration", "1s", **{"TERM": "xterm", **plain})
        data = b""
        with contextlib.suppress(OSError):
            while piece := os.read(master, 65536):
                data += piece
        os.close(master)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert b"cpu_usage" in data and b"\033" not in data, data


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
