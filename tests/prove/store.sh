# SPDX-License-Identifier: GPL-3.0-or-later
# A recording program is killed at ROUNDS (100) random moments, on a disk that fills up and with syncs that fail as well: the session opens every time, is
# sound, and has all that was said to be durable and nothing after a gap. Some of the rounds are headroom-cli's and the app's own. The
# suite runs a few. Called by ./dev prove store with the file for the result.
set -eu
exec python3 tests/prove/prove-store.py _build --rounds "${ROUNDS:-100}" --result "$1"
