#!/usr/bin/env bash
# bench.sh BUILD: what requests cost beside the floor, interleaved; one line a figure.
#
#   load, mode (floor, bare), cpu_us: user + system time per request of the server's process tree,
#   floor: the median over the rounds of the ratio to the floor
set -euo pipefail
build=${1:-build/release}
bench=$build/bench
rounds=${ROUNDS:-31}
floor="floor=$bench/bench_floor {port}"
apus="apus=$bench/apus_bench --port {port}"
echo "# 64 connections, kept alive, one request on the way on each"
for load in json items orders batch candles; do
    "$bench/bench_load" --rounds "$rounds" --load "$load" "$floor" "$apus"
done
echo "# 16 requests on the way on each connection"
"$bench/bench_load" --rounds "$rounds" --pipeline 16 --load json "$floor" "$apus"
echo "# connections"
for n in 1 64 1000; do
    "$bench/bench_load" --rounds 11 --connections "$n" --load json "$floor" "$apus"
done
if [ -x "$bench/bench_json" ]; then "$bench/bench_json"; fi
