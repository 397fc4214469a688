# SPDX-License-Identifier: GPL-3.0-or-later
# PAIRS (20) times the same workload is recorded twice and, in between, with a fifth more work a job; each second recording and each slower one
# is compared with the first. Called by ./dev prove compare with the file for the result.
set -eu
exec python3 tests/prove/compare.py "$1" "${PAIRS:-20}" "${SECONDS_EACH:-8}"
