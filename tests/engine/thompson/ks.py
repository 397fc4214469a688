# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the engine's Beta draws with SciPy's distribution: ks.py PATH-OF-beta-draws"""

import subprocess
import sys

try:
    import numpy
    from scipy import stats
except ImportError:
    print("SciPy is not there")
    sys.exit(77)

DRAWS = 50000

PAIRS = [
    (1, 1),
    (0.5, 0.5),
    (0.3, 0.4),
    (0.05, 1),
    (0.999, 1.001),
    (1e-3, 2),
    (3, 1e-3),
    (1e-3, 1e-3),
    (1e-200, 3e-200),
    (0.9, 40),
    (2, 5),
    (30, 3),
    (150, 200),
    (1e4, 2e4),
    (1e6, 3e6),
    (1e8, 2),
    (1e12, 3e12),
]

# The seeds are fixed, so a right generator passes always or never: this level was passed by every comparison below when they
# were chosen.
LEVEL = 0.001

# Draws beyond these are counted, not compared one by one: where shapes are small, many round to exactly 0 or 1.
LOW = 1e-300
HIGH = 1 - 1e-12


def split(alpha, beta):
    """The chances of a draw below LOW and of one above HIGH."""
    if max(alpha, beta) < 1e-100:
        # SciPy's function ends before; nothing lies between 0 and 1 there.
        return beta / (alpha + beta), alpha / (alpha + beta)
    return stats.beta.cdf(LOW, alpha, beta), stats.beta.sf(HIGH, alpha, beta)


def compare(draws, alpha, beta):
    """The least chance, among the three comparisons, of a deviation as large as this one."""
    low, high = split(alpha, beta)
    inside = draws[(draws > LOW) & (draws < HIGH)]
    counts = [numpy.count_nonzero(draws <= LOW), numpy.count_nonzero(draws >= HIGH)]
    chances = [stats.binomtest(int(n), len(draws), float(p)).pvalue for n, p in zip(counts, (low, high))]
    if low + high < 0.999:
        def cdf(x):
            return (stats.beta.cdf(x, alpha, beta) - low) / (1 - low - high)
        chances.append(stats.kstest(inside, cdf)[1])
    return min(chances)


def main(program):
    failed = False
    for seed, (alpha, beta) in enumerate(PAIRS, start=1):
        for how in [], ["batch"]:
            command = [program, str(seed), str(DRAWS), repr(alpha), repr(beta)] + how
            draws = numpy.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout)
            assert len(draws) == DRAWS and draws.min() >= 0 and draws.max() <= 1
            chance = compare(draws, alpha, beta)
            print(f"Beta({alpha:g}, {beta:g}) {how[0] if how else 'alone'}: p = {chance:.4f}")
            failed |= not chance > LEVEL
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
