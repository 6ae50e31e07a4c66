#!/bin/sh
# http2.sh SERVER KIT-DIR: floods, resets, bombs and crash corpora of the http2 kit against SERVER,
# in clear text.  No case may fail, and the server ends when it is told to, with nothing leaked.
server=$1 kit=$2
[ -d "$kit/http2" ] || { echo "skipped: there is no $kit/http2"; exit 77; }
/usr/bin/python3 -c 'import h2, hpack' 2>/dev/null || { echo "skipped: python3-h2 is not installed"; exit 77; }

work=$(mktemp -d)
cp -r "$kit/http2" "$kit/common.sh" "$work"
# where it does not end, the sanitizer says what it was at
ASAN_OPTIONS=handle_abort=1 "$server" 0 >"$work/port" &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 200); do [ -s "$work/port" ] && break; sleep 0.3; done
port=$(cat "$work/port")

SHOW=1000 bash "$work/http2/run.sh" 127.0.0.1:$port h2c $pid >"$work/out" 2>&1
cat "$work/out"
kill -0 $pid 2>/dev/null || { echo "the server is gone"; exit 1; }
kill $pid
timeout 60 tail --pid=$pid -f /dev/null || kill -ABRT $pid
wait $pid
code=$?
[ $code = 0 ] || { echo "the server ended with $code"; exit 1; }
tail -n 1 "$work/out" | grep -qE '^[1-9][0-9]* passed, 0 failed'
