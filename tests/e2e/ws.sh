#!/usr/bin/env bash
# ws.sh PROGRAM FOLDER: talks to PROGRAM with the npm package ws, which it installs into FOLDER,
# once for all builds.  77 where that cannot be had.
set -euo pipefail
program=$1 folder=$2 version=8.18.0
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "ws.sh: there is no node or no npm here" >&2
    exit 77
fi
module=$folder/node_modules/ws/wrapper.mjs
if [ ! -f "$module" ]; then
    mkdir -p "$folder"
    if ! timeout 150 npm install --prefix "$folder" --no-audit --no-fund --silent "ws@$version" >/dev/null 2>&1; then
        echo "ws.sh: npm could not fetch ws@$version; is there a network?" >&2
        exit 77
    fi
fi
exec node "$(dirname "$0")/ws.mjs" "$program" "$module"
