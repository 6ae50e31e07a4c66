#!/bin/sh
# http1.sh SERVER KIT-DIR: runs the http1 kit (quick) against SERVER.  Fails when a case fails
# that http1.known does not name; those are argued in docs/explain/conformance.md.
server=$1 kit=$2 here=$(cd "$(dirname "$0")" && pwd)
[ -d "$kit/http1" ] || { echo "skipped: there is no $kit/http1"; exit 77; }
/usr/bin/python3 -c 'import h11' 2>/dev/null || { echo "skipped: python3-h11 is not installed"; exit 77; }

work=$(mktemp -d)
cp -r "$kit/http1" "$kit/common.sh" "$work"
"$server" 0 >"$work/port" &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 200); do [ -s "$work/port" ] && break; sleep 0.3; done
port=$(cat "$work/port")

SHOW=1000 bash "$work/http1/run.sh" 127.0.0.1:$port "${HTTP1_MODE:-quick}" >"$work/out" 2>&1
cat "$work/out"
grep -q ' passed, ' "$work/out" || { echo "the kit did not run"; exit 1; }
kill -0 $pid 2>/dev/null || { echo "the server is gone"; exit 1; }
# two of the kit's processes sometimes write into one line: those are only counted
if grep '^FAIL' "$work/out" | grep -v '^FAIL.*FAIL' | grep -v -F -f "$here/http1.known"; then
    echo "these failures are new"
    exit 1
fi
failed=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$work/out" | tail -n 1)
if [ "${failed:-99}" -gt 9 ]; then # one line of http1.known names two cases
    echo "more failures than are known"
    exit 1
fi
