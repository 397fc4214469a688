# SPDX-License-Identifier: GPL-3.0-or-later
# ROUNDS (50) rounds in which the desktop, its agent and the programs are killed in turn: every count that the desktop has in the end is
# what the programs wrote. The suite runs one of each. Called by ./dev prove resume with the file for the result.
set -eu
failed=0
export HEADROOM_AGENT=$PWD/_build/engine/agents/local/headroom-agent
export HEADROOM_WORKLOAD=$PWD/_build/engine/agents/workload/headroom-workload
for round in $(seq "${ROUNDS:-50}"); do
  HEADROOM_RESUME_FIRST=$((round - 1)) HEADROOM_RESUME_ROUNDS=1 timeout 120 _build/tests/engine/test-resume >"$1.log" 2>&1 ||
    { failed=$((failed + 1)); cp "$1.log" "$1.$round.log"; }
  printf '\rround %d of %d, %d failed' "$round" "${ROUNDS:-50}" "$failed"
done
printf '\n'
printf '{"rounds": %d, "failed": %d}\n' "${ROUNDS:-50}" "$failed" >"$1"
[ "$failed" = 0 ]
