# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the engine's rank test with SciPy's: ranks.py PATH-OF-ranks"""

import subprocess
import sys

try:
    import numpy
    from scipy import stats
except ImportError:
    print("SciPy is not there")
    sys.exit(77)


def z_of(program, a, b):
    """What the engine says."""
    lines = "".join(" ".join(repr(float(value)) for value in values) + "\n" for values in (a, b))
    return float(subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout)


def main(program):
    """Both have to find the same chance, with ties and without."""
    random = numpy.random.default_rng(7)
    for n_a, n_b, kinds, shift in [(20, 30, None, 0), (100, 80, None, 0.5), (50, 50, 5, 0), (200, 150, 3, 1), (40, 41, 40, -2)]:
        a, b = random.normal(0, 1, n_a), random.normal(shift, 1, n_b)
        if kinds is not None:
            a, b = numpy.round(a * kinds / 4), numpy.round(b * kinds / 4)
        expected = stats.mannwhitneyu(a, b, use_continuity=False, alternative="two-sided", method="asymptotic").pvalue
        found = 2 * stats.norm.sf(abs(z_of(program, a, b)))
        if not numpy.isclose(expected, found, rtol=1e-9, atol=1e-300):
            print(f"{n_a} and {n_b} values: SciPy says {expected}, the engine {found}")
            return 1
    return 0


sys.exit(main(sys.argv[1]))
