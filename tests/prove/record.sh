# SPDX-License-Identifier: GPL-3.0-or-later
# Two programs of four threads record for SECONDS (10) as fast as they can while one reader follows: what was read and lost
# is what was written. KILLS (200) programs are killed at random moments: what they leave reads cleanly. The suite runs
# both in short. Called by ./dev prove record with the file for the result.
set -eu
failed=0
HEADROOM_EXACT_SECONDS=${SECONDS_EACH:-10} HEADROOM_EXACT_KILLS=${KILLS:-200} \
  timeout 600 _build/tests/engine/probe/test-probe-exact >"$1.log" 2>&1 || failed=1
figures=$(sed -n 's/^# figures //p' "$1.log" | paste -sd, | sed 's/,"/, "/g')
printf '{%s, "failed": %d}\n' "$figures" "$failed" | tee "$1"
[ "$failed" = 0 ]
