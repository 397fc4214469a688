#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check says is read back from every format by somebody else's reader: test-check.py WRITE-CHECK"""

import csv
import io
import json
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

WRITE_CHECK = sys.argv[1]
TEXT, JSON, NDJSON, CSV, JUNIT, GITHUB, MARKDOWN = range(7)

CONTRACT = "Odd | \"name\" <b> & 100 %, a:b"
FILE = "odd, 100 %: \"<file>\".ini"
SLOW = "slow, \"one\" <&> | 'x' 100 %: *y*"
RANKER = "ranker | \"1\",\n<x>\x1b[31m&"
NEVER = "never\t\\"
# Budget and source, in this order, and what they come to.
RESULTS = [
    (SLOW, RANKER, "breach"),
    (SLOW, "another", "pass"),
    (SLOW, "brief", "no-data"),
    ("worst", RANKER, "pass"),
    ("worst", "another", "pass"),
    ("worst", "brief", "no-data"),
    ("share", RANKER, "pass"),
    ("share", "another", "pass"),
    ("share", "brief", "no-data"),
    ("tail", RANKER, "no-data"),
    ("tail", "another", "no-data"),
    ("tail", "brief", "no-data"),
    (NEVER, None, "no-data"),
    ("hits", RANKER, "pass"),
    ("hits", "another", "pass"),
]


def write(form, status=-1, *more):
    return subprocess.run([WRITE_CHECK, str(form), str(status), *more], stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()


def cells_of(row):
    """The cells of a row of a Markdown table, without its marks."""
    assert row.startswith("|") and row.endswith("|"), row
    return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


class Formats(unittest.TestCase):
    def test_json(self):
        check = json.loads(write(JSON))
        self.assertEqual((check["schema"], check["schema_version"], check["outcome"]), ("headroom.check", 1, "breach"))
        self.assertEqual(check["contract"], {"name": CONTRACT, "file": FILE})
        self.assertIsNone(check["command"])
        self.assertEqual([(b["budget"], b["source"], b["outcome"]) for b in check["budgets"]], RESULTS)
        slow = check["budgets"][0]
        self.assertEqual((slow["line"], slow["required"], slow["metric"], slow["statistic"]), (4, True, "thompson_duration_ms", "mean"))
        self.assertEqual((slow["unit"], slow["bound"], slow["limit"], slow["of"], slow["worst"], slow["last"]), ("ms", "limit", 10, None, 14.25, 14.25))
        self.assertEqual((slow["severity"], slow["breach_at"][:21], slow["worst_at"][:21]), ("medium", "2026-03-01T12:00:00.1", "2026-03-01T12:00:00.1"))
        self.assertEqual((slow["over_ms"], slow["measured_ms"], slow["items"]), (3000, 3000, 200))
        share = check["budgets"][6]
        self.assertEqual((share["unit"], share["bound"], share["limit"], share["of"], share["worst"]), ("ratio", "minimum", 0.9, 20, 1))
        never = check["budgets"][12]
        self.assertEqual((never["worst"], never["last"], never["worst_at"], never["items"]), (None, None, None, 0))

    def test_commands(self):
        self.assertEqual(json.loads(write(JSON, 3 << 8))["command"], {"exit_status": 3, "signal": None})
        self.assertEqual(json.loads(write(JSON, 0))["command"], {"exit_status": 0, "signal": None})
        self.assertEqual(json.loads(write(JSON, 9))["command"], {"exit_status": None, "signal": 9})
        for form in TEXT, CSV, JUNIT, GITHUB, MARKDOWN:
            self.assertNotIn("the command", write(form))
            self.assertIn("the command exited with status 3", write(form, 3 << 8))
            self.assertIn("the command was killed by signal 9", write(form, 9))

    def test_ndjson_is_json_in_lines(self):
        whole = json.loads(write(JSON, 0))
        *budgets, last = [json.loads(line) for line in write(NDJSON, 0).splitlines()]
        for budget in budgets:
            self.assertEqual((budget.pop("schema"), budget.pop("schema_version")), ("headroom.check", 1))
        self.assertEqual(budgets, whole.pop("budgets"))
        self.assertEqual(last, whole)

    def test_csv_is_json_in_rows(self):
        budgets = json.loads(write(JSON, 0))["budgets"]
        rows = list(csv.DictReader(io.StringIO(write(CSV, 0), newline="")))
        self.assertEqual(len(rows), len(budgets))
        for row, budget in zip(rows, budgets):
            self.assertEqual(row.pop("command"), "the command exited with status 0")
            self.assertEqual(set(row), set(budget))
            for name, value in budget.items():
                if isinstance(value, bool):
                    self.assertEqual(row[name], "true" if value else "false")
                elif name.endswith("_at"):
                    # Cells have milliseconds, JSON has what it takes.
                    self.assertEqual(row[name][:19], (value or "")[:19])
                elif isinstance(value, (int, float)):
                    self.assertEqual(float(row[name]), value)
                else:
                    self.assertEqual(row[name], value or "")

    def test_junit(self):
        text = write(JUNIT, 3 << 8)
        suites = ElementTree.fromstring(text.encode())
        suite = suites.find("testsuite")
        counts = {"tests": "15", "failures": "1", "errors": "0", "skipped": "7"}
        for element in suites, suite:
            self.assertEqual({name: element.get(name) for name in counts}, counts)
        self.assertEqual((suites.tag, suites.get("name"), suite.get("name")), ("testsuites", "headroom", CONTRACT))
        properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
        self.assertEqual(properties, {"outcome": "breach", "command": "the command exited with status 3"})

        cases = suite.findall("testcase")
        self.assertEqual([case.get("name") for case in cases], [budget.replace("\t", " ") for budget, _, _ in RESULTS])
        self.assertEqual([(case.find("failure") is not None, case.find("skipped") is not None) for case in cases],
                         [(outcome == "breach", outcome == "no-data") for _, _, outcome in RESULTS])
        self.assertEqual((cases[0].get("file"), cases[0].get("line"), cases[1].get("classname"), cases[12].get("classname")), (FILE, "4", "another", CONTRACT))
        self.assertEqual(cases[0].get("classname"), "ranker | \"1\", <x>\ufffd[31m&")
        failure = cases[0].find("failure")
        self.assertEqual((failure.get("message"), failure.get("type")), (f"{SLOW}: Ranking latency, mean: 14.2 ms, limit 10 ms, over for 3 s", "medium"))
        kept = [case for case in cases if case.find("failure") is None and case.find("skipped") is None]
        self.assertTrue(kept)
        for case in kept:
            self.assertEqual(case.find("system-out").attrib, {})
            self.assertIn(f"{case.get('name')}: ", case.find("system-out").text)
        self.assertTrue(cases[9].find("skipped").get("message").endswith("measured for 3 s, 200 items: too little to say, limit 1 s"))
        self.assertTrue(cases[12].find("skipped").get("message").endswith("Security, Operations, mean: never measured, limit 5 ms"))

    def test_github(self):
        def plain(text):
            for mark in ":,\r\n":
                text = text.replace(f"%{ord(mark):02X}", mark)
            return text.replace("%25", "%")

        lines = write(GITHUB, 0).splitlines()
        found = []
        for line in lines:
            level, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
            named = dict(p.split("=", 1) for p in properties.split(","))
            found.append((level, {name: plain(value) for name, value in named.items()}, plain(message)))
        self.assertEqual(found, [
            ("error", {"file": FILE, "line": "4", "title": f"{SLOW} ({RANKER})"}, "Ranking latency, mean: 14.2 ms, limit 10 ms, over for 3 s"),
            ("warning", {"file": FILE, "line": "24", "title": NEVER}, "Security, Operations, mean: never measured, limit 5 ms"),
            ("notice", {"title": CONTRACT}, "BREACH: 1 of 6 budgets broken, 2 without enough data; the command exited with status 0"),
        ])

    def test_markdown(self):
        head, empty, *table = write(MARKDOWN).splitlines()
        self.assertEqual(empty, "")
        self.assertTrue(head.startswith("**BREACH**: Odd \\| \"name\" \\<b\\> \\& 100 %, a:b: 1 of 6 budgets broken"), head)
        rows = [cells_of(row) for row in table]
        self.assertEqual({len(row) for row in rows}, {7})
        self.assertEqual(rows[0], ["Verdict", "Budget", "Source", "Statistic", "Observed", "Bound", "When"])
        self.assertEqual(rows[2][:6], ["BREACH", SLOW, "ranker | \"1\", <x> [31m&", "mean", "14.2 ms", "limit 10 ms"])
        self.assertEqual(rows[8][3:6], ["compliance", "100 %", "minimum 90 % within 20 ms"])
        self.assertEqual([row[0] for row in rows[2:]], [{"breach": "BREACH", "pass": "PASS", "no-data": "NO DATA"}[outcome] for _, _, outcome in RESULTS])

    def test_text(self):
        head, empty, *table = write(TEXT).splitlines()
        self.assertEqual((head, empty), (f"BREACH: {CONTRACT}: 1 of 6 budgets broken, 2 without enough data", ""))
        self.assertNotIn("\x1b", write(TEXT))
        columns = [match.start() for match in re.finditer(r"\S+", table[0])]
        self.assertEqual(table[0].split(), ["BUDGET", "STATISTIC", "OBSERVED", "BOUND", "VERDICT", "SOURCE", "WHEN"])
        self.assertEqual(len(table), 1 + len(RESULTS))
        for line, (budget, _, outcome) in zip(table[1:], RESULTS):
            cells = [line[begin:end].strip() for begin, end in zip(columns, columns[1:] + [None])]
            self.assertEqual(cells[0], budget.replace("\t", " ").strip())
            self.assertEqual(cells[4], {"breach": "BREACH", "pass": "PASS", "no-data": "NO DATA"}[outcome])
            self.assertEqual(line, line.rstrip())
        self.assertIn("14.2 ms", table[1])
        self.assertTrue(table[1].endswith("2026-03-01T12:00:00.100Z, over for 3 s"), table[1])

    def test_what_is_kept(self):
        check = json.loads(write(JSON, -1, "kept"))
        self.assertEqual(check["outcome"], "no-data")
        self.assertTrue(write(TEXT, -1, "kept").startswith(f"NO DATA: {CONTRACT}: 4 of 6 budgets kept, 2 without enough data\n"))
        self.assertTrue(write(GITHUB, -1, "kept").splitlines()[-1].startswith("::warning "))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
