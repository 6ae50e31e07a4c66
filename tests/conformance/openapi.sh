#!/usr/bin/env bash
# openapi.sh KIT BUILD: linters, client generators and a validating proxy on the market service and on
# some of the tutorial's applications.  Ends with "N passed, M failed"; what stands in openapi.known is
# explained, and no failure.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kit=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

check() { # NAME COMMAND...
    local name=$1 port pid
    shift
    port=$(free_port)
    (cd "$folder" && exec "$@" --port "$port") >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        curl -sf -o /dev/null "http://127.0.0.1:$port/openapi.json" && break
        sleep 0.1
    done
    node "$kit/check.mjs" "http://127.0.0.1:$port/openapi.json" "http://127.0.0.1:$port" |
        grep -E '^(ok|FAIL) ' | sed -E "s@^(ok  |FAIL) @\1 $name: @"
    kill "$pid" && wait "$pid" 2>/dev/null
}

said=$folder/said
{
    check market "$build/apps/market/market" --store market.db
    for app in body_updates/tutorial001 additional_responses/tutorial001 openapi_webhooks/tutorial001 \
        request_forms/tutorial001 security/tutorial003 extra_data_types/tutorial001; do
        check "$app" "$build/tests/conformance/conformance" --app "docs_src/$app"
    done
} | tee "$said"
known=$folder/known
sed '/^#/d; /^$/d' "$here/openapi.known" >"$known"
explained=$(grep '^FAIL' "$said" | grep -cEf "$known")
failed=$(grep '^FAIL' "$said" | grep -cvEf "$known")
echo "$explained explained in tests/conformance/openapi.known"
echo "$(grep -c '^ok' "$said") passed, $failed failed"
