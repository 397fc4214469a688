# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in turn and compares, and holds what is said against what is true: compare.py RESULT PAIRS ROUNDS SECONDS

The workload ranks every batch 300 times, the slower one 366 times. Nearly all of a batch is ranking, the rest is weighing it once, so that is a fifth more
to do for a job (with fewer, the first ranking of a batch, which finds the caches cold, is too much of it to be reckoned like the others). What it is to the
last digit, and what the interval of the ratio has to cover, is reckoned from the spans of both. What is said is said of the whole, as headroom-cli has it
of all metrics, and of the time a job takes.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

WORK, MORE_WORK = 300, 366
# Each interval has one batch, so that a batch that was interrupted is one value among many.
RATE, INTERVAL = 50, "20ms"
METRIC = "thompson_duration_ms"
CLI = "_build/app/cli/headroom-cli"
WORKLOAD = "_build/engine/agents/workload/headroom-workload"


def record(path, work, seconds):
    """One session of one run."""
    subprocess.run([CLI, "record", "--quiet", "--force", "--interval", INTERVAL, "-o", str(path), "--", WORKLOAD,
                    "--work", str(work), "--rate", str(RATE), "--duration", str(seconds)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def find_row(document, metric):
    """What is said of a metric's mean."""
    return next(row for row in document["metrics"] if row["metric"] == metric and row["statistic"] == "mean")


def find_truth(document):
    """How much more work a job is, of which the weighing stays as it is."""
    match, rank = (find_row(document, span)["base"] for span in ("/batch/match", "/batch/rank"))
    return (match + rank * MORE_WORK / WORK) / (match + rank)


def compare(base, now):
    """What the comparison says: of the whole, and of the time a job takes."""
    done = subprocess.run([CLI, "compare", "--format", "json", *map(str, base), "--", *map(str, now)], capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    return document, find_row(document, METRIC)


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
        truth = find_truth(worse)
        counts["same_said"] += same["difference"] in ("same", "inconclusive")
        counts["same_covered"] += same_job["ratio_low"] <= 1 <= same_job["ratio_high"]
        counts["worse_said"] += worse_job["difference"] == "worse" and worse["difference"] == "worse"
        counts["worse_covered"] += worse_job["ratio_low"] <= truth <= worse_job["ratio_high"]
        details.append({"same": same_job, "same_told": told(same), "worse": worse_job, "truth": truth})
        print(f"pair {pair + 1} of {pairs}: the same {describe(same, same_job)}; {truth:.3f} times the work {describe(worse, worse_job)} {'; '.join(told(same))}", flush=True)

    needed = pairs * 19 // 20
    counts["passed"] = all(counts[name] >= needed for name in ("same_said", "same_covered", "worse_said", "worse_covered"))
    pathlib.Path(result).write_text(json.dumps({**counts, "details": details}, indent=1), encoding="utf-8")
    print(counts)
    return 0 if counts["passed"] else 1


sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
