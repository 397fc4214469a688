# SPDX-License-Identifier: GPL-3.0-or-later
# Fifty rounds of killing the agent and the program: every count must arrive exactly once. The suite runs one round.
# Called by ./dev prove kill with the file for the result.
set -eu
rounds=${ROUNDS:-50}
failed=0
export HEADROOM_AGENT=$PWD/_build/engine/agents/local/headroom-agent
export HEADROOM_WORKLOAD=$PWD/_build/engine/agents/workload/headroom-workload
for round in $(seq "$rounds"); do
  timeout 120 _build/tests/engine/test-monitor -p /monitor/killed >"$1.log" 2>&1 || failed=$((failed + 1))
  printf '\rround %d of %d, %d failed' "$round" "$rounds" "$failed"
done
printf '\n'
printf '{"rounds": %d, "failed": %d}\n' "$rounds" "$failed" >"$1"
[ "$failed" = 0 ]
