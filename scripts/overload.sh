#!/usr/bin/env bash
# overload.sh BUILD: what becomes of requests when more come than can be answered, with requests
# being turned away and without.  Half a minute; SECONDS_EACH and PORT may be set.
set -euo pipefail
bench=$(cd "${1:-build/release}" && pwd)/bench
each=${SECONDS_EACH:-4} port=${PORT:-18790} pid=

stop() { [ -z "$pid" ] || { kill "$pid" && wait "$pid" || true; }; pid=; }
trap stop EXIT

for shed in off on; do
    "$bench/bench_overload" --port "$port" --shed "$shed" --drain 0 >/dev/null 2>&1 &
    pid=$!
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.1; done
    for load in "/burn 250" "/burn 1000" "/burn 2500" "/wait 400" "/wait 1600" "/wait 4000"; do
        read -r path rate <<<"$load"
        echo "shed=$shed path=$path $("$bench/bench_surge" --port "$port" --path "$path" --rate "$rate" --seconds "$each" --connections 4000)"
    done
    stop
done
