#!/usr/bin/env bash
# fuzz.sh BUILD SECONDS: every target from its corpus, one after the other.  An input may take a
# minute: the largest document that `apus import` takes is slow with all counters in.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
seconds=$2
status=0
for target in "$build"/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    noun=$(basename "$target" | sed 's/^fuzz_//')
    mkdir -p "build/corpus/$noun"
    log=build/corpus/$noun.log
    if "$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/corpus/$noun-" "build/corpus/$noun" "fuzz/corpus/$noun" >"$log" 2>&1; then
        printf 'fuzz %-12s %s runs\n' "$noun" "$(sed -n 's/stat::number_of_executed_units: //p' "$log")"
    else
        tail -40 "$log"
        status=1
    fi
done
exit $status
