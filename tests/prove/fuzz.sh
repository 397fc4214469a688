# SPDX-License-Identifier: GPL-3.0-or-later
# Each fuzz target for SECONDS (600) under libFuzzer with address and undefined-behaviour checks, from its corpus. The
# suite runs the corpus alone. Called by ./dev prove fuzz with the file for the result; needs clang.
set -eu
command -v clang >/dev/null || { echo "The fuzzers need clang and its compiler-rt (Debian: clang libclang-rt-14-dev)." >&2; exit 2; }
seconds=${SECONDS_EACH:-600}
[ -f _build-fuzz/build.ninja ] || CC=clang meson setup _build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
  -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link >/dev/null
ninja -C _build-fuzz >/dev/null
failed=0
rows=
for program in _build-fuzz/tests/fuzz/fuzz-*; do
  [ -f "$program" ] || continue
  name=${program##*/fuzz-}
  mkdir -p "_build-fuzz/found/$name"
  if "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="_build-fuzz/found/$name/" \
    "_build-fuzz/found/$name" "tests/fuzz/corpus/$name" >"$1.$name.log" 2>&1; then found=0; else found=1 failed=1; fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$1.$name.log")
  printf '%-10s %12s inputs in %s s, %s\n' "$name" "${runs:-?}" "$seconds" "$([ $found = 0 ] && echo 'nothing found' || echo "see $1.$name.log")"
  rows="$rows${rows:+, }\"$name\": {\"seconds\": $seconds, \"inputs\": ${runs:-0}, \"found\": $found}"
done
printf '{%s}\n' "$rows" >"$1"
[ "$failed" = 0 ]
