#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""headroom-cli with commands, session files and their verdicts: the real program, agent and workload. Prints TAP."""

import contextlib
import csv
import json
import os
import pathlib
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from program import CLI, PATIENCE, WORKLOAD, expect, run, run_tests, start, wait_until, workload

ROOT = pathlib.Path(__file__).parents[3]
THOMPSON = ROOT / "data/contracts/thompson.ini"
WITHIN = (WORKLOAD, "--duration", "2")
SLOW = (*WITHIN, "--slow-ms", "25", "--slow-every", "10")


def check(status, *arguments, contract=THOMPSON, **options):
    return expect(status, "check", "-b", contract, *arguments, **options)


def results(text):
    """What a verdict in JSON says, the command aside."""
    document = json.loads(text)
    assert document["schema"] == "headroom.check" and document["schema_version"] == 1, document
    return document["outcome"], document["budgets"]


def cases(text):
    """The test cases of JUnit's XML by their names."""
    return {case.get("name"): case for case in xml.etree.ElementTree.fromstring(text).iter("testcase")}


def told(case):
    return xml.etree.ElementTree.tostring(case)


def folder():
    return tempfile.TemporaryDirectory(prefix="headroom-test-")


def record(path, *command):
    expect(0, "record", "-o", path, "--", *command)


def has_snapshots(session, n):
    """Whether another program has written so many to the file, of its source with the most."""
    if not session.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as database:
            return max((number for number, in database.execute("SELECT sum(n) FROM batch GROUP BY source")), default=0) >= n
    except sqlite3.OperationalError:
        return False


def assert_complete(done):
    """To the last job: the verdict is about as many as the program itself says it ranked."""
    own = json.loads(next(line for line in done.stderr.splitlines() if line.startswith("{")))
    budgets = results(done.stdout)[1]
    assert budgets[0]["metric"] == own["metric"] and budgets[0]["items"] == own["count"] > 0, done


def test_a_command_within_its_budgets():
    with folder() as place, folder() as temporary:
        session = pathlib.Path(place) / "within.headroom"
        contract = pathlib.Path(temporary) / "ours.ini"
        contract.write_text(THOMPSON.read_text().replace("name=Thompson job ranker", "name=Ours"))
        environment = {**os.environ, "XDG_RUNTIME_DIR": temporary}
        done = check(0, "--record", session, "-f", "json", "--", *WITHIN, contract=contract, env=environment)
        assert f"{session}: " in done.stderr and " 0 lost" in done.stderr, done
        assert os.listdir(temporary) == [contract.name], "the runtime folder is left"
        live = results(done.stdout)
        assert_complete(done)
        assert results(check(0, "-f", "json", session, contract=contract).stdout) == live
        again = expect(0, "check", "-f", "json", session).stdout
        assert results(again) == live and json.loads(again)["contract"]["name"] == "Ours", "by the contract that is in the session"
        check(4, "-s", "other*", session)
        assert os.listdir(place) == [session.name], os.listdir(place)


def test_a_command_beyond_its_budgets():
    with folder() as place:
        session = pathlib.Path(place) / "slow.headroom"
        written = pathlib.Path(place) / "slow.xml"
        done = check(3, "--record", session, "-f", "junit", "-o", written, "--", *SLOW)
        assert done.stdout == "", done
        live = cases(written.read_text())
        failure = next(case.find("failure") for name, case in live.items() if "thompson tail" in name)
        words = failure.get("message") + (failure.text or "")
        found = re.search(r"p99: ([\d.]+) ms, limit 10 ms", words)
        # A busy machine makes it slower than it was asked to be.
        assert found is not None and float(found[1]) >= 25, words
        assert len(live) >= 5 and any(case.find("skipped") is not None for case in live.values()), live
        recorded = cases(check(3, "-f", "junit", session).stdout)
        assert {name: told(case) for name, case in recorded.items()} == {name: told(case) for name, case in live.items()}
        annotations = check(3, "-f", "github", session).stdout
        line = THOMPSON.read_text().splitlines().index("[thompson tail]") + 1
        assert re.search(rf"^::error .*file={re.escape(str(THOMPSON))}.*line={line}\b", annotations, re.M), annotations
        assert "thompson tail" in check(3, "-f", "markdown", session).stdout
        rows = list(csv.reader(check(3, "-f", "csv", session).stdout.splitlines()))
        assert len(rows) >= 6, rows
        assert all(json.loads(line) for line in check(3, "-f", "ndjson", session).stdout.splitlines())
        assert "thompson tail" in check(3, session).stdout
        other = pathlib.Path(place) / "loose.ini"
        other.write_text(THOMPSON.read_text().replace("limit=10\n", "limit=1000\n").replace("of=10", "of=1000"))
        check(0, session, contract=other)


def test_a_command_that_is_too_short():
    with folder() as place:
        session = pathlib.Path(place) / "short.headroom"
        done = check(4, "--record", session, "-f", "json", "--", WORKLOAD, "--duration", "0.01")
        assert_complete(done)
        assert results(check(4, "-f", "json", session).stdout) == results(done.stdout)
        assert all(case.find("skipped") is not None for case in cases(check(4, "-f", "junit", session).stdout).values())


def test_a_command_that_fails():
    for command, why in ((("sh", "-c", f"{WORKLOAD} -d 1.5; exit 9"), "status 9"), (("sh", "-c", f"{WORKLOAD} -d 1.5; kill -9 $$"), "signal 9")):
        done = check(6, "-f", "json", "--", *command)
        assert why in done.stderr and json.loads(done.stdout)["command"], done
    done = check(6, "-f", "json", "--", "/nonexistent/program")
    assert "/nonexistent/program" in done.stderr and json.loads(done.stdout), done
    check(3, "--", "sh", "-c", " ".join(map(str, SLOW)) + "; exit 1")


def test_each_program_of_a_command():
    both = f"{WORKLOAD} -d 1.5 & {' '.join(map(str, SLOW))}; wait"
    text = check(3, "-f", "json", "--", "sh", "-c", both).stdout
    assert "headroom-workload (2)" in text, text
    check(4, "-s", "other*", "--", *WITHIN)


def test_a_command_is_ended():
    done = check(0, "--duration", "2s", "--", WORKLOAD)
    assert "signal" not in done.stderr, done
    for number in (signal.SIGINT, signal.SIGTERM):
        with folder() as place:
            session = pathlib.Path(place) / "ended.headroom"
            # In a session of its own nothing but the signal that it passes on reaches the command.
            cli = start("check", "-b", THOMPSON, "-f", "json", "--record", session, "-s", "headroom-*", "--", WORKLOAD, start_new_session=True)
            wait_until(lambda: has_snapshots(session, 15), "as much as a verdict needs")
            cli.send_signal(number)
            out, err = cli.communicate(timeout=PATIENCE)
            assert cli.returncode == 0 and results(out) == results(check(0, "-f", "json", session).stdout), (cli.returncode, out, err)


def test_a_source_is_judged_while_it_runs():
    with folder() as place, workload() as process:
        for source in ("headroom-workload", f"pid:{process.pid}"):
            session = pathlib.Path(place) / "live.headroom"
            done = check(0, "-s", source, "--duration", "1500ms", "--record", session, "--force", "-f", "json")
            assert {budget["source"] for budget in results(done.stdout)[1]} == {"headroom-workload", None}, done
            assert results(check(0, "-f", "json", session).stdout) == results(done.stdout)
        expect(0, "record", "-s", source, "--duration", "500ms", "-o", session, "--force")
        sources = {row["source"] for row in csv.DictReader(expect(0, "export", session).stdout.splitlines())}
        assert len(sources) == 2 and "headroom-workload" in sources, "the program, and the computer that it is on"


def test_a_source_that_is_not_there():
    with folder() as place:
        session = pathlib.Path(place) / "none.headroom"
        written = pathlib.Path(place) / "none.xml"
        for source in ("pid:2147483647", "no-such-program-anywhere"):
            check(5, "-s", source, "--timeout", "300ms", "-f", "junit", "-o", written, "--record", session)
            assert cases(written.read_text()) and not session.exists()
            expect(5, "record", "-s", source, "--timeout", "300ms", "-o", session)
            assert not session.exists()
        for arguments in (("check", session), ("export", session), ("report", session), ("compare", session, session)):
            done = expect(5, *arguments)
            assert "none.headroom" in done.stderr and done.stdout == "", done
        session.write_text("no session " * 1000)
        for arguments in (("check", session), ("export", session), ("report", session), ("compare", session, session)):
            assert "no session file" in expect(5, *arguments).stderr


def test_what_is_wrong_is_named():
    with folder() as place:
        broken = pathlib.Path(place) / "broken.ini"
        broken.write_text("[contract]\nname=x\nversion=1\n\n[a]\nmetric=cpu_usage\nlimit=x\n")
        for arguments in (("check", "--"), ("check", "a", "b"), ("check", "a", "--", "b"), ("check", "a", "--duration", "1s"), ("check", "--lint"),
                          ("check", "-f", "html"), ("check", "-b", "/nonexistent", "--", "true"), ("check", "-b", broken, "--", "true"),
                          ("record",), ("record", "-o", f"{place}/x", "extra"), ("export",), ("export", "a", "--from", "noon"),
                          ("export", "a", "--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), ("compare", "a"), ("report", "a", "-f", "xml"),
                          ("import", "a"), ("doctor", "a")):
            done = expect(2, *arguments)
            assert done.stdout == "" and done.stderr != "", done
        expect(0, "check", "--lint", *sorted((ROOT / "data/contracts").glob("*.ini")))
        done = expect(2, "check", "--lint", THOMPSON, broken)
        assert f"{broken}:7: error: " in done.stdout, done


def test_a_signal_finishes_the_file():
    for number in (signal.SIGINT, signal.SIGTERM):
        with folder() as place:
            session = pathlib.Path(place) / "ended.headroom"
            cli = start("record", "-o", session)
            wait_until(lambda: has_snapshots(session, 5), "snapshots in the file")
            cli.send_signal(number)
            out, err = cli.communicate(timeout=PATIENCE)
            assert cli.returncode == 0 and out == "", (cli.returncode, out, err)
            assert re.search(r"ended\.headroom: [1-9]\d* snapshots, .*, 0 lost", err), err
            assert os.listdir(place) == [session.name], os.listdir(place)
            with sqlite3.connect(f"file:{session}?mode=ro", uri=True) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert database.execute("SELECT count(*) FROM chunk").fetchone()[0] >= 1
                assert database.execute("SELECT count(*) FROM batch").fetchone()[0] == 0
            assert "cpu_usage" in expect(0, "export", session, "--metric", "cpu_usage").stdout


def test_a_breach_ends_it_in_a_while():
    with folder() as place:
        session = pathlib.Path(place) / "breach.headroom"
        cli = start("record", "-o", session, "--until-breach", "-b", THOMPSON, "--", WORKLOAD, "--slow-ms", "25")
        assert "30 seconds more" in cli.stderr.readline()
        cli.send_signal(signal.SIGINT)
        out, err = cli.communicate(timeout=PATIENCE)
        assert cli.returncode == 0, (out, err)
        with contextlib.closing(sqlite3.connect(session)) as database:
            assert ("headroom-workload",) in database.execute("SELECT source FROM alert").fetchall()


def test_what_could_be_kept_is_kept():
    with folder() as place:
        session = pathlib.Path(place) / "full.headroom"
        command = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", CLI, "record", "-o", session]
        cli = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: has_snapshots(session, 5), "snapshots in the file")
        # From now on nothing can be written any more.
        resource.prlimit(cli.pid, resource.RLIMIT_FSIZE, (1, 1))
        trouble = cli.stderr.readline()
        cli.send_signal(signal.SIGINT)
        out, err = cli.communicate(timeout=PATIENCE)
        assert cli.returncode == 1 and out == "" and "“full.headroom”" in trouble, (cli.returncode, trouble, err)
        assert re.search(r"full\.headroom: [1-9]\d* snapshots, .*, [1-9]\d* lost", err), err
        assert "cpu_usage" in expect(0, "export", session, "--metric", "cpu_usage").stdout


def test_nothing_is_replaced_unasked():
    with folder() as place:
        session = pathlib.Path(place) / "mine.headroom"
        session.write_text("mine")
        done = expect(2, "record", "-o", session, "--duration", "300ms")
        assert "--force" in done.stderr and session.read_text() == "mine", done
        check(2, "--record", session, "--", "true")
        assert session.read_text() == "mine"
        expect(0, "record", "-o", session, "--duration", "300ms", "--force")
        assert session.read_bytes().startswith(b"SQLite format 3\0")
        done = run("record", "-o", f"{place}/none/x.headroom", "--duration", "300ms")
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done


def test_a_session_is_exported():
    with folder() as place:
        session = pathlib.Path(place) / "ours.headroom"
        table = pathlib.Path(place) / "ours.json"
        record(session, WORKLOAD, "-d", "1")
        rows = list(csv.DictReader(expect(0, "export", session, "-s", "headroom-workload").stdout.splitlines()))
        assert len(rows) >= 5 and any("thompson_duration_ms" in key for key in rows[0]), rows
        lines = expect(0, "export", session, "-f", "ndjson", "-m", "thompson_*").stdout.splitlines()
        assert lines and all(json.loads(line) for line in lines)
        expect(0, "export", session, "-o", table)
        assert json.loads(table.read_text()), "the name says the format"
        before = table.read_text()
        assert expect(0, "export", session, "-f", "json").stdout == before
        assert expect(0, "export", session, "-f", "csv", "--to", "2001-01-01T00:00:00Z").stdout.count("\n") <= 1
        reader = start("export", session, "-f", "ndjson")
        reader.stdout.close()
        assert reader.wait(PATIENCE) == 0
        assert expect(0, "export", session, "-f", "json", "-o", "/dev/stdout").stdout == before


def test_a_table_is_imported():
    with folder() as place:
        table = pathlib.Path(place) / "table.csv"
        session = pathlib.Path(place) / "table.headroom"
        values = [3.25, 0.1, 1e-9, 12345.678]
        table.write_text("time,depth\r\n" + "".join(f"2026-01-01T00:00:{second:02d}Z,{value!r}\r\n" for second, value in enumerate(values)))
        expect(0, "import", table, "-o", session)
        rows = list(csv.DictReader(expect(0, "export", session).stdout.splitlines()))
        assert [float(row["depth.last"]) for row in rows] == values, rows
        expect(2, "import", table, "-o", session)
        expect(5, "import", f"{place}/none.csv", "-o", f"{place}/x.headroom")
        table.write_text("no times\r\nat all\r\n")
        assert "table.csv" in expect(2, "import", table, "-o", f"{place}/x.headroom").stderr
        assert sorted(os.listdir(place)) == ["table.csv", "table.headroom"]


def test_a_session_is_reported():
    with folder() as place:
        session = pathlib.Path(place) / "ours.headroom"
        record(session, WORKLOAD, "-d", "1")
        for name, begin in (("x.html", b"<!DOCTYPE html>"), ("x.pdf", b"%PDF-"), ("x.json", b"{"), ("x.csv", b"")):
            path = pathlib.Path(place) / name
            expect(0, "report", session, "-o", path)
            assert path.read_bytes().lower().startswith(begin.lower()) and path.stat().st_size > 100, name
        assert "thompson tail" in expect(0, "report", session, "-b", THOMPSON, "-f", "json").stdout
        expect(1, "report", session, "-o", f"{place}/none/x.html")


def test_sessions_are_compared():
    with folder() as place:
        base, same, slow = (pathlib.Path(place) / name for name in ("base.headroom", "same.headroom", "slow.headroom"))
        # Nothing is said of fewer than 20 snapshots with batches in them, and a busy machine makes half of them.
        work = (WORKLOAD, "-d", "5")
        running = [start("record", "-o", path, "--", *command) for path, command in ((base, work), (same, work), (slow, (*work, "--slow-ms", "5")))]
        assert all(cli.wait(PATIENCE) == 0 for cli in running)
        assert run("compare", base, same).returncode in (0, 3, 4)
        done = expect(3, "compare", base, slow, "-f", "json")
        assert "worse" in done.stdout and "thompson_duration_ms" in done.stdout, done
        assert "thompson_duration_ms" in expect(3, "compare", base, slow).stdout
        assert "|" in expect(3, "compare", base, slow, "-f", "markdown").stdout
        assert list(csv.reader(expect(3, "compare", base, slow, "-f", "csv").stdout.splitlines()))


def test_sessions_in_turn_are_compared():
    """The first behind -- was recorded beside the first before it; what is said counts them."""
    with folder() as place:
        paths = {name: [pathlib.Path(place) / f"{name}-{number}.headroom" for number in range(3)] for name in ("base", "slow")}
        for number in range(3):
            record(paths["base"][number], WORKLOAD, "-d", "1")
            record(paths["slow"][number], WORKLOAD, "-d", "1", "--slow-ms", "5")
        document = json.loads(expect(3, "compare", "-f", "json", *paths["base"], "--", *paths["slow"]).stdout)
        job = next(row for row in document["metrics"] if row["metric"] == "thompson_duration_ms" and row["statistic"] == "mean")
        assert document["rounds"] == 3 and job["n_rounds"] == 3 and job["difference"] == "worse", job
        assert 10 < job["ratio_low"] < job["ratio"] < job["ratio_high"], job
        assert "of 3 sessions in turn with 3 others" in expect(3, "compare", *paths["base"], "--", *paths["slow"]).stdout
        assert "as many sessions" in expect(2, "compare", *paths["base"], "--", paths["slow"][0]).stderr
        expect(5, "compare", *paths["base"], "--", *paths["slow"][:2], f"{place}/none.headroom")


def completions(*words):
    """What bash offers for the last of the words; what it completes itself is only named."""
    script = f"""
      _init_completion() {{ words=({' '.join(map(repr, words))}); cword={len(words) - 1}; cur=${{words[cword]}}; prev=${{words[cword-1]}}; }}
      _filedir() {{ COMPREPLY+=("FILES:$1"); }}
      _command_offset() {{ COMPREPLY+=("COMMAND:$1"); }}
      __ltrim_colon_completions() {{ :; }}
      headroom-cli() {{ '{CLI}' "$@"; }}
      source '{ROOT}/data/completions/headroom-cli'
      _headroom_cli
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return set(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout.split())


def test_bash_completes():
    commands = {"sources", "watch", "record", "check", "compare", "report", "export", "import", "doctor"}
    assert completions("headroom-cli", "") >= commands
    for command in commands:
        told = set(re.findall(r"--[a-z-]+", expect(0, command, "--help").stdout))
        assert told <= completions("headroom-cli", command, "--"), command
        assert f"  {command} " in expect(0, "--help").stdout
    assert completions("headroom-cli", "check", "-f", "") == {"text", "json", "ndjson", "csv", "junit", "github", "markdown"}
    assert completions("headroom-cli", "report", "-f", "") == {"html", "pdf", "json", "csv"}
    assert completions("headroom-cli", "check", "") == {"FILES:headroom"}
    assert completions("headroom-cli", "check", "--lint", "") == {"FILES:ini"}
    assert "FILES:ini" in completions("headroom-cli", "check", "-b", "")
    assert completions("headroom-cli", "check", "--", "") == {"COMMAND:3"}
    assert completions("headroom-cli", "compare", "a", "--", "") == {"FILES:headroom"}
    assert "local:" in completions("headroom-cli", "watch", "-s", "")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
