#!/usr/bin/env bash
# browser.sh [BUILD]: the docs pages in headless Chromium, "Try it out" included.  Pictures go to
# build/clients/pictures.  Exit code 77: there is no browser, no npm registry, or node is too old.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/test}
work=build/clients
case "$build" in /*) ;; *) build=$PWD/$build ;; esac
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    echo "skipped: there is no chromium (scripts/deps.sh ci installs it)"
    exit 77
fi
. scripts/node_packages.sh
node_packages "$work"
cp tests/browser/*.mjs tests/clients/service.mjs "$work/"
cd "$work"
exec node docs.mjs "$build/apps/market/market" "$build/examples/example_pages" "$browser"
