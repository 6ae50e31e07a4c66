#!/usr/bin/env bash
# conformance.sh KIT: runs a suite of ../shared/conformance against our program and holds the
# figure that tests/conformance/ratchet.txt has for it.  Without ../shared there is nothing to run.
set -euo pipefail
cd "$(dirname "$0")/.."
kit=$1
build=${BUILD:-build/test}
shared=${APUS_SHARED_DIR:-../shared}
if [ ! -d "$shared/conformance/$kit" ]; then
    echo "skipped: $shared/conformance/$kit is not there"
    exit 77
fi
work=$build/conformance
mkdir -p "$work"
rm -rf "${work:?}/$kit"
cp -r "$shared/conformance/$kit" "$work/"
chmod -R u+w "$work"
case "$build" in /*) ;; *) build=$PWD/$build ;; esac
programs=$build/tests/conformance

log=$work/$kit.log

serve() { # PROGRAM: until this script ends, at $url
    "$1" --port 0 >"$work/$kit.out" 2>&1 &
    server=$!
    trap 'kill $server 2>/dev/null || true' EXIT
    for _ in $(seq 600); do
        url=$(grep -aoE 'http://[0-9.]+:[0-9]+' "$work/$kit.out" | head -1 || true)
        [ -n "$url" ] && break
        sleep 0.1
    done
}

case "$kit" in
json) "$work/json/run.sh" --cmd "$programs/jsoncheck" >"$log" 2>&1 || true ;;
jsonschema) "$work/jsonschema/run.sh" "$programs/schemacheck" core >"$log" 2>&1 || true ;;
fastapi)
    "$programs/conformance" --list >"$work/applications"
    python3 "$work/fastapi/replay.py" --cases "$work/fastapi/public.json" \
        --cmd "$programs/conformance --app {app} --port {port} --root-path={root_path}" \
        --apps-file "$work/applications" >"$log" 2>&1 || true
    ;;
apifuzz)
    python=$(for p in /usr/bin/python3 python3; do
        "$p" -c 'import jsonschema' 2>/dev/null && echo "$p" && break; done || true)
    if [ -z "$python" ]; then
        echo "skipped: apifuzz needs python3-jsonschema (scripts/deps.sh ci installs it)"
        exit 77
    fi
    "$python" tests/conformance/fuzz_apps.py "$shared/conformance/apifuzz.py" \
        "$programs/conformance" "$build/apps/market/market" "$work/apifuzz" >"$log" 2>&1 || true
    ;;
openapi)
    # its linters are a thousand npm packages: the kit's README says how to install them
    node=${CONFORMANCE_NODE:-build/conformance/node}
    if [ ! -d "$node/node_modules" ]; then
        echo "skipped: $node/node_modules is not there"
        exit 77
    fi
    ln -sfn "$(cd "$node" && pwd)" "$work/node"
    tests/conformance/openapi.sh "$work/openapi" "$build" >"$log" 2>&1 || true
    ;;
sse)
    serve "$programs/sseserver"
    "$work/sse/run.sh" "$url/events" --max-gap 4 >"$log" 2>&1 || true
    ;;
load)
    # wrk2 and autocannon are used where the kit has them; h2load gives the latencies at a rate
    if ! command -v wrk >/dev/null || ! command -v h2load >/dev/null; then
        echo "skipped: load needs wrk and h2load (scripts/deps.sh ci installs them)"
        exit 77
    fi
    serve "$build/examples/example_hello"
    "$work/load/run.sh" "$url/hello/ada" 500 "${SECONDS_EACH:-4}" 50 >"$log" 2>&1 || true
    cat "$log"
    ;;
tls)
    if ! command -v testssl >/dev/null; then
        echo "skipped: tls needs testssl.sh (scripts/deps.sh ci installs it)"
        exit 77
    fi
    MARKET_STORE=$work/tls.db tests/conformance/tls.sh "$work/tls" "$build/apps/market/market" \
        ec ${FULL:+rsa} >"$log" 2>&1 || true
    ;;
*)
    echo "conformance.sh: no kit called $kit" >&2
    exit 2
    ;;
esac

figure=$(grep -aE '[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
if [ -z "$figure" ]; then
    tail -30 "$log"
    echo "conformance.sh: $kit gave no figure" >&2
    exit 1
fi
passed=$(grep -oE '[0-9]+ passed' <<<"$figure" | cut -d' ' -f1)
failed=$(grep -oE '[0-9]+ failed' <<<"$figure" | cut -d' ' -f1)
read -r _ least most < <(grep -E "^$kit " tests/conformance/ratchet.txt)
if [ "$passed" -lt "$least" ] || [ "$failed" -gt "$most" ]; then
    grep -aE 'FAIL' "$log" | head -30 || true
    echo "$kit: $passed passed, $failed failed; the ratchet stands at $least passed, $most failed"
    exit 1
fi
echo "$kit: $passed passed, $failed failed (ratchet: $least, $most)"
