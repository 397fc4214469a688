# SPDX-License-Identifier: GPL-3.0-or-later
# A recording program ends at ROUNDS (100) random moments, by a kill or a loss of power, with syncs that failed and on a disk that fills up: the session
# opens every time, is sound, and has all that was said to be durable and nothing after a gap. Ten more rounds are headroom-cli's and thirty
# the app's own. The suite runs a few. Called by ./dev prove store with the file for the result.
set -eu
exec python3 tests/prove/prove-store.py _build --rounds "${ROUNDS:-100}" --result "$1"
