#!/usr/bin/env bash
# sim.sh SIM [FROM..TO]: seeds on all cores; without a range 20,000 that begin at the second it
# is.  What fails names its seed and how to see it again.
set -uo pipefail
sim=$1 seeds=${2:-}
from=${seeds%..*} to=${seeds#*..}
from=${from:-$(date +%s)} to=${to:-$((from + 19999))}
cores=$(nproc)
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
for core in $(seq 0 $((cores - 1))); do
    first=$((from + core * (to - from + 1) / cores))
    last=$((from + (core + 1) * (to - from + 1) / cores - 1))
    "$sim" --seeds "$first..$last" >"$log/$core.out" 2>"$log/$core.err" &
done
failed=0
for core in $(seq 0 $((cores - 1))); do
    wait -n || failed=1
done
cat "$log"/*.out
for err in "$log"/*.err; do
    grep -q '^seed=' "$err" && tail -n 40 "$err" && echo "again: $sim --seed N --trace"
done
exit $failed
