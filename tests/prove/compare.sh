# SPDX-License-Identifier: GPL-3.0-or-later
# PAIRS (20) times a workload, a slower one with a fifth more work a job, and the first again are recorded in turn, ROUNDS (18) times SECONDS_EACH
# (0.6) seconds of each; what the slower one and what the same again recorded is compared with the first. Called by ./dev prove compare with the file
# for the result.
set -eu
export HEADROOM_BUILD_DIR=$PWD/_build
exec python3 tests/prove/compare.py "$1" "${PAIRS:-20}" "${ROUNDS:-18}" "${SECONDS_EACH:-0.6}"
