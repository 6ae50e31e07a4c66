#!/usr/bin/env bash
# peers.sh BUILD: what a request costs here and elsewhere, in one run; one line a figure, as
# scripts/bench.sh prints them.
#
#   nginx (a fixed answer), h2o (a file), libmicrohttpd, node:http and FastAPI under uvicorn come
#   from Debian: apt install nginx-light h2o libmicrohttpd-dev nodejs python3-fastapi uvicorn
#   python3-uvloop python3-httptools.  fastify is npm's, looked for in NODE_PATH.
#
# What is not installed is skipped.  One worker each, 64 connections that are kept alive, servers
# take turns.  ROUNDS, TURN (seconds of one turn) and PORT may be set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../build/release}" && pwd)
rounds=${ROUNDS:-21} turn=${TURN:-0.2} port=${PORT:-18900}
export PEERS_SCRATCH
PEERS_SCRATCH=$(mktemp -d)
trap 'rm -rf "$PEERS_SCRATCH"' EXIT

has() { # NAME
    case $1 in
    nginx | h2o) command -v "$1" ;;
    microhttpd) cc -O2 -o "$PEERS_SCRATCH/microhttpd" "$here/peers/microhttpd.c" -lmicrohttpd ;;
    node) command -v node ;;
    fastify) node -e 'require("fastify")' ;;
    fastapi) /usr/bin/python3 -c 'import fastapi, uvicorn' ;;
    esac >/dev/null 2>&1
}

compare() { # LOAD NAME...
    local load=$1 name
    shift
    local targets=("floor=$build/bench/bench_floor {port}" "apus=$build/bench/apus_bench --port {port}")
    for name; do
        if [[ " $present " == *" $name "* ]]; then
            targets+=("$name=$here/peers/serve.sh $name {port}")
        fi
    done
    if ! "$build/bench/bench_load" --load "$load" --port "$port" --rounds "$rounds" --seconds "$turn" \
        "${targets[@]}" >"$PEERS_SCRATCH/out" 2>"$PEERS_SCRATCH/said"; then
        cat "$PEERS_SCRATCH/said" >&2
        exit 1
    fi
    grep '^load=' "$PEERS_SCRATCH/out"
    port=$((port + 10))
}

present=
for name in nginx h2o microhttpd node fastify fastapi; do
    if has "$name"; then
        present+=" $name"
    else
        echo "# $name is not installed" >&2
    fi
done
compare json nginx h2o microhttpd node fastify fastapi
compare orders fastify fastapi
