#!/usr/bin/env bash
# nightly.sh: what takes longer than a change may wait: thousands of simulated days, the soak, long
# fuzzing, all conformance cases.  Each part runs whether or not the one before it failed.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=""

part() {
    echo "== $*"
    "$@" || failed="$failed, $*"
}

part make sim
part make soak
part make slow
part make fuzz TIME=600
part env FULL=1 .ci/run
if [ -n "$failed" ]; then
    echo "failed: ${failed#, }"
    exit 1
fi
