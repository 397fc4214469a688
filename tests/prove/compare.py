# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in turn and compares, and holds what is said against what is true: compare.py RESULT PAIRS ROUNDS SECONDS

The workload ranks every batch 1 000 times, the slower one 1 200 times. Besides the ranking a batch is weighed once, so a job has a little less than
a fifth more to do: the truth is between 1.19 and 1.20, and the interval has to reach it. What is compared is the whole, as headroom-cli says it
of all metrics, and the ratio of the time a job takes.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

WORK, MORE_WORK = 1000, 1200
TRUTH_LOW, TRUTH_HIGH = 1.19, 1.20
INTERVAL = "20ms"
METRIC = "thompson_duration_ms"
CLI = "_build/app/cli/headroom-cli"
WORKLOAD = "_build/engine/agents/workload/headroom-workload"


def record(path, work, seconds):
    """One session of one run."""
    subprocess.run([CLI, "record", "--quiet", "--force", "--interval", INTERVAL, "-o", str(path), "--", WORKLOAD,
                    "--work", str(work), "--rate", "100", "--duration", str(seconds)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def compare(base, now):
    """What the comparison says: of the whole, and of the time a job takes."""
    done = subprocess.run([CLI, "compare", "--format", "json", *map(str, base), "--", *map(str, now)], capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    job = next(row for row in document["metrics"] if row["metric"] == METRIC and row["statistic"] == "mean")
    return document, job


def record_rounds(folder, rounds, seconds):
    """Base, slower and base again in turn, so that what the machine does meanwhile meets all alike."""
    works = {"base": WORK, "slower": MORE_WORK, "again": WORK}
    recorded = {name: [folder / f"{name}-{number}.headroom" for number in range(rounds)] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            record(recorded[name][number], work, seconds)
    return recorded


def told(document):
    """The metrics that count and were told apart."""
    return [f"{row['metric']} {row['statistic']} {row['difference']} {row['ratio']}" for row in document["metrics"]
            if row["counts"] and row["difference"] in ("better", "worse")]


def describe(document, job):
    """worse 1.203 (1.151 to 1.258)"""
    return f"{document['difference']} {job['ratio']:.3f} ({job['ratio_low']:.3f} to {job['ratio_high']:.3f})"


def main(result, pairs, rounds, seconds):
    """Counts how often what is said, and the interval, is right."""
    counts = {"pairs": pairs, "same_said": 0, "same_covered": 0, "worse_said": 0, "worse_covered": 0}
    details = []
    for pair in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            recorded = record_rounds(pathlib.Path(folder), rounds, seconds)
            same, same_job = compare(recorded["base"], recorded["again"])
            worse, worse_job = compare(recorded["base"], recorded["slower"])
        counts["same_said"] += same["difference"] in ("same", "inconclusive")
        counts["same_covered"] += same_job["ratio_low"] <= 1 <= same_job["ratio_high"]
        counts["worse_said"] += worse_job["difference"] == "worse" and worse["difference"] == "worse"
        counts["worse_covered"] += worse_job["ratio_low"] <= TRUTH_HIGH and worse_job["ratio_high"] >= TRUTH_LOW
        details.append({"same": same_job, "same_told": told(same), "worse": worse_job})
        print(f"pair {pair + 1} of {pairs}: the same {describe(same, same_job)}; a fifth more {describe(worse, worse_job)} {'; '.join(told(same))}", flush=True)

    needed = pairs * 19 // 20
    counts["passed"] = all(counts[name] >= needed for name in ("same_said", "same_covered", "worse_said", "worse_covered"))
    pathlib.Path(result).write_text(json.dumps({**counts, "details": details}, indent=1), encoding="utf-8")
    print(counts)
    return 0 if counts["passed"] else 1


sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
