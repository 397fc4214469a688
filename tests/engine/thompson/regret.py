# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the ranker's regret on a problem of 28 arms with that of Thompson sampling as textbooks have it, written here
with NumPy's draws: regret.py PATH-OF-bandit-runs"""

import subprocess
import sys

try:
    import numpy
except ImportError:
    print("NumPy is not there")
    sys.exit(77)

RATES = numpy.array([0.1 + 0.02 * arm for arm in range(28)])
ROUNDS = 1500
RUNS = 600
SEED = 28

# The mean regret is within this share of the textbook's, and the comparison is worth something only while the standard error of
# the difference is well below.
TOLERANCE = 0.05
LARGEST_ERROR = 0.01


def textbook():
    """The regret of each run; the runs go side by side, a row each."""
    random = numpy.random.default_rng(SEED)
    rows = numpy.arange(RUNS)
    successes = numpy.zeros((RUNS, len(RATES)))
    failures = numpy.zeros((RUNS, len(RATES)))
    regret = numpy.zeros(RUNS)
    for _ in range(ROUNDS):
        chosen = random.beta(1 + successes, 1 + failures).argmax(axis=1)
        taken = random.random(RUNS) < RATES[chosen]
        successes[rows, chosen] += taken
        failures[rows, chosen] += ~taken
        regret += RATES.max() - RATES[chosen]
    return regret


def ranker(program):
    command = [program, str(SEED), str(RUNS), str(ROUNDS)] + [repr(float(rate)) for rate in RATES]
    regret = numpy.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout)
    assert len(regret) == RUNS
    return regret


def main(program):
    ours, theirs = ranker(program), textbook()
    difference = ours.mean() / theirs.mean() - 1
    error = numpy.sqrt((ours.var() + theirs.var()) / RUNS) / theirs.mean()
    print(f"Regret after {ROUNDS} rounds, mean of {RUNS} runs: ranker {ours.mean():.2f}, textbook {theirs.mean():.2f}, "
          f"difference {100 * difference:+.2f} %, standard error {100 * error:.2f} %")
    return 0 if abs(difference) <= TOLERANCE and error <= LARGEST_ERROR else 1


sys.exit(main(sys.argv[1]))
