#!/usr/bin/env bash
# rate.sh [BUILD]: latency at a constant rate beside the floor's, in the same seconds.
#
# bench/rate.baseline says what the ratios to the floor were when they were looked at last: on
# another or a busier machine both slow down, so the ratio stays.  The run before on this machine
# is printed beside (build/rate.last).  Fails on any error, and when the median's ratio is beyond
# half more than the baseline, or the tail's beyond four times and over TAIL us, in each of TRIES
# runs: one may be the machine's, which pauses everybody for some ms now and then and so moves a
# tail of less than that from 0.2 to 9 of the floor's.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
bench=$build/bench
TAIL=2000
TRIES=4
port=$((20000 + RANDOM % 10000))

value() { # LINE NAME
    sed -n "s/.* $2=\([0-9.]*\).*/\1/p" <<<"$1"
}

run() { # the line of apus; fails where requests did
    local out
    out=$("$bench/bench_rate" --port "$port" --turns "${TURNS:-9}" "floor=$bench/bench_floor {port}" \
        "apus=$bench/apus_bench --port {port}" 2>/dev/null) || { echo "$out" >&2; return 1; }
    echo "$out" >&2
    grep '^mode=apus' <<<"$out"
}

is_within() { # LINE: the baseline, with room: medians are steady, the tail is the machine's
    awk -v p50="$(value "$1" p50)" -v p99="$(value "$1" p99)" -v us="$(value "$1" p99_us)" -v tail="$TAIL" '
        $1 == "p50" && p50 > $2 * 1.5 { bad = 1; print "p50 is " p50 " of the floor, was " $2 }
        $1 == "p99" && p99 > $2 * 4 && us > tail { bad = 1; print "p99 is " p99 " of the floor, was " $2 }
        END { exit bad }' bench/rate.baseline
}

for try in $(seq $TRIES); do
    line=$(run)
    is_within "$line" && break
    [ "$try" -lt $TRIES ] || exit 1
done
last=$(cat build/rate.last 2>/dev/null || true)
echo "$line" >build/rate.last
echo "p50 $(value "$line" p50_us) us, p99 $(value "$line" p99_us) us${last:+ (before: $(value "$last" p50_us), $(value "$last" p99_us))}," \
    "$(value "$line" p50) and $(value "$line" p99) of the floor's, 0 errors at $(value "$line" rate)/s"
