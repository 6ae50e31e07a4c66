#!/usr/bin/env bash
# profiled.sh: builds build/profiled, the library laid out for what servers run (gcc).
#
# Two builds: in the first one the code counts what runs, and serves the loads of the benchmarks
# for a few seconds; the second is compiled by those counts.  What has not changed is not built
# again; PORT may be set.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PORT:-18800}

build() { # PRESET TARGETS...
    local preset=$1
    shift
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
    ninja -C "build/$preset" "$@"
}

train() {
    local bench=build/record/bench name
    local full="--trusted-proxies 127.0.0.0/8 --access-log /dev/null --admin 0"
    for name in json items orders batch candles; do
        "$bench/bench_load" --port "$port" --rounds 2 --seconds 0.5 --load "$name" \
            "bare=$bench/apus_bench --port {port}" "full=$bench/apus_bench --port {port} $full"
    done
    "$bench/bench_load" --port "$port" --rounds 2 --seconds 0.3 --pipeline 16 --load json \
        "bare=$bench/apus_bench --port {port}"
    "$bench/bench_load" --port "$port" --rounds 2 --seconds 0.3 --path /guarded \
        --header "X-API-Key: key-7f3a9c" "bare=$bench/apus_bench --port {port}"
    "$bench/bench_json"
}

scripts/assets.sh
build record apus_bench bench_load bench_json
if [ ! -f build/profile.stamp ] || [ build/record/bench/apus_bench -nt build/profile.stamp ]; then
    rm -rf build/profile # counts of other code
    echo "profiled.sh: serving the loads to see what runs" >&2
    train >build/profile.log 2>&1 || { cat build/profile.log >&2; exit 1; }
    touch build/profile.stamp
    # the compiler reads the counts, which the build does not know as its input
    find build/profiled -path '*_objects.dir/*.o' -delete 2>/dev/null || true
fi
build profiled "$@"
