#!/usr/bin/env bash
# replay.sh SIM SEED: two processes that run one seed see the same, line by line; another seed
# is another run.
set -euo pipefail
sim=$1 seed=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$sim" --seed "$seed" --trace >"$work/first" 2>/dev/null
"$sim" --seed "$seed" --trace >"$work/second" 2>/dev/null
"$sim" --seed $((seed + 1)) --trace >"$work/other" 2>/dev/null
cmp "$work/first" "$work/second"
! cmp -s "$work/first" "$work/other"
[ "$(wc -l <"$work/first")" -gt 100 ]
tail -n 1 "$work/first"
