# SPDX-License-Identifier: GPL-3.0-or-later
# Called by bench-probe with the program lttng-scope: prints what a scope costs it without and with a session that records.
set -eu
program=$1
fail() { echo "$1" >&2; exit 1; }
[ -x "$program" ] || fail "liblttng-ust-dev was not there when this was built"
command -v lttng-sessiond >/dev/null || fail "lttng-tools is not installed"
lttng --no-sessiond list >/dev/null 2>&1 && fail "a session daemon is running, which is not ours to disturb"

home=$(mktemp -d)
export LTTNG_HOME=$home LTTNG_UST_REGISTER_TIMEOUT=-1
trap 'kill $(cat "$home/pid") 2>/dev/null || true; rm -rf "$home"' EXIT
disabled=$(LTTNG_UST_REGISTER_TIMEOUT=0 "$program")
lttng-sessiond --no-kernel --daemonize --pidfile "$home/pid" >"$home/log" 2>&1 || fail "no session daemon: $(tail -1 "$home/log")"
{
  lttng create headroom --snapshot --output "$home/out"
  lttng enable-channel --userspace --overwrite --subbuf-size 1M --num-subbuf 4 bench
  lttng enable-event --userspace 'headroom_bench:*' --channel bench
  lttng start
} >"$home/log" 2>&1 || fail "no session: $(tail -1 "$home/log")"
enabled=$("$program")
lttng destroy >"$home/log" 2>&1 || true
echo "$disabled $enabled"
