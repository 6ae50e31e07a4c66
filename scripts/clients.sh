#!/usr/bin/env bash
# clients.sh [BUILD]: clients that openapi-typescript, @hey-api/openapi-ts and orval make of our
# documents compile under tsc --strict and call the service.  Exit code 77: there is no npm
# registry within reach, or node is too old.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/test}
work=build/clients
case "$build" in /*) ;; *) build=$PWD/$build ;; esac
. scripts/node_packages.sh
node_packages "$work"
cp tests/clients/*.ts tests/clients/*.mjs tests/clients/tsconfig.json "$work/"
cd "$work"
exec node run.mjs "$build/apps/market/market" "$build/examples/example_trading"
