# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the engine's Beta draws with SciPy's distribution: ks.py PATH-OF-beta-draws"""

import subprocess
import sys

try:
    from scipy import stats
except ImportError:
    print("SciPy is not there")
    sys.exit(77)

DRAWS = 20000

# Where both shapes are small, many draws round to exactly 1 and no longer follow a continuous distribution:
# those are left to the moments in test-beta.c.
PAIRS = [
    (1, 1),
    (0.5, 0.5),
    (0.3, 0.4),
    (0.05, 1),
    (0.9, 40),
    (2, 5),
    (30, 3),
    (1e4, 2e4),
    (1e8, 3e8),
]

# The seeds are fixed, so a right generator passes always or never: this level was passed when they were chosen.
LEVEL = 0.001


def main(program):
    failed = False
    for seed, (alpha, beta) in enumerate(PAIRS, start=1):
        output = subprocess.run(
            [program, str(seed), str(DRAWS), repr(alpha), repr(beta)],
            check=True, capture_output=True, text=True).stdout
        draws = [float(line) for line in output.split()]
        assert len(draws) == DRAWS
        distance, chance = stats.kstest(draws, stats.beta(alpha, beta).cdf)
        print(f"Beta({alpha:g}, {beta:g}): D = {distance:.5f}, p = {chance:.4f}")
        failed |= not chance > LEVEL
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
