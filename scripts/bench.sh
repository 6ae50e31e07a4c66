#!/usr/bin/env bash
# bench.sh BUILD: what requests cost beside the floor, interleaved; one line a figure.
#
#   load, mode (floor, bare, full), cpu_us: user + system time per request of the server's process
#   tree, floor: the median over the rounds of the ratio to the floor.  full is what a deployment
#   adds on its command line.
#
# A few minutes in all; ROUNDS, TURN (seconds of one turn) and PORT may be set.  What is being
# measured is told on standard error.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-build/profiled}" && pwd)
bench=$build/bench
rounds=${ROUNDS:-21} turn=${TURN:-0.2} port=${PORT:-18700}
floor="floor=$bench/bench_floor {port}"
bare="bare=$bench/apus_bench --port {port}"
began=$SECONDS
scratch=$(mktemp -d)
log=$scratch/access.log
full="full=$bench/apus_bench --port {port} --trusted-proxies 127.0.0.0/8 --access-log $log --admin 0"
trap 'rm -rf "$scratch"' EXIT

progress() { # WHAT
    echo "[$((SECONDS - began)) s] $*" >&2
}

load() { # OPTIONS... TARGETS...: what the servers themselves say is shown only if it fails
    if ! "$bench/bench_load" --port "$port" --seconds "$turn" "$@" >"$scratch/out" 2>"$scratch/said"; then
        cat "$scratch/said" >&2
        exit 1
    fi
    rm -f "$log" # some 100 MB
    grep -v '^serving ' "$scratch/out"
}

progress "the programs with many routes"
cmake --build "$build" --target bench_routes_1 bench_routes_10 bench_routes_100 bench_routes_1000 >/dev/null

echo "# 64 connections, kept alive, one request on the way on each"
for name in json items orders batch candles; do
    progress "load $name"
    load --rounds "$rounds" --load "$name" "$floor" "$bare" "$full"
done
echo "# 16 requests on the way on each connection"
progress "16 pipelined"
load --rounds "$rounds" --pipeline 16 --load json "$floor" "$bare" "$full"

echo "# with an API key and a scope on the route, beside the same without"
progress "an API key"
load --rounds "$rounds" --path /json --label "key=none" "$floor" "$bare"
load --rounds "$rounds" --path /guarded --header "X-API-Key: key-7f3a9c" --label "key=checked" \
    "$floor" "$bare"

echo "# connections"
most=$((($(ulimit -n) - 200) / 2)) # the load generator holds those to both servers
for n in 1 10 100 1000 10000; do
    ((n <= most)) || n=$most
    progress "$n connections"
    load --rounds 9 --connections "$n" --label "connections=$n" "$floor" "$bare"
done
echo "# routes: the last one declared is asked for"
for n in 1 10 100 1000; do
    progress "$n routes"
    load --rounds 9 --path "/route$((n - 1))" --label "routes=$n" \
        "$floor" "bare=$bench/bench_routes_$n --port {port}"
done
echo "# list length: orders in, candles out"
for n in 1 10 100 1000 10000; do
    progress "lists of $n"
    load --rounds 9 --load batch --repeat "$n" --label "orders_in=$n" "$floor" "$bare"
    load --rounds 9 --load candles --path "/candles?limit=$n" --label "candles_out=$n" \
        "$floor" "$bare"
done

echo "# JSON by itself"
progress "JSON"
"$bench/bench_json"

echo "# a worker that does nothing"
progress "a worker's start and memory"
"$bench/bench_process" --port $((port + 90)) "$bench/apus_bench --port {port}"

echo "# TLS 1.3, and HTTP/2 with 32 streams, beside HTTP/1.1"
progress "TLS and HTTP/2"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2>/dev/null
"$bench/bench_ways" --port $((port + 95)) "$bench/apus_bench --port {port}" \
    "$bench/apus_bench --port {port} --tls-cert $scratch/cert.pem --tls-key $scratch/key.pem" 2>/dev/null

echo "# apusc on 50 routes and 50 models, five times"
progress "apusc"
"$here/bench/generate.sh" 50 50 >"$scratch/wide.c"
for _ in 1 2 3 4 5; do
    TIMEFORMAT='apusc=50_routes_50_models seconds=%R cpu_seconds=%U'
    time "$build/compiler/apusc" -o "$scratch" "$scratch/wide.c" -- "-I$here/include"
done 2>&1
progress "done"
