#!/usr/bin/env bash
# Fetches what /docs and /redoc load into build/assets, by name and version, and checks it.
# Quick when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
SWAGGER=5.29.0
REDOC=2.5.0
DIR=build/assets

mkdir -p "$DIR"
if (cd "$DIR" && sha256sum --check --quiet --status ../../assets/SHA256SUMS 2>/dev/null); then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "assets.sh: npm is needed once, for the files of the docs pages (scripts/deps.sh installs it)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "fetching swagger-ui-dist $SWAGGER and redoc $REDOC" >&2
(cd "$work" && npm pack --silent "swagger-ui-dist@$SWAGGER" "redoc@$REDOC" >/dev/null) || {
    echo "assets.sh: npm could not fetch swagger-ui-dist@$SWAGGER and redoc@$REDOC; is there a network?" >&2
    exit 1
}
tar -xzf "$work/swagger-ui-dist-$SWAGGER.tgz" -C "$work" package/swagger-ui.css package/swagger-ui-bundle.js
tar -xzf "$work/redoc-$REDOC.tgz" -C "$work" package/bundles/redoc.standalone.js
cp "$work/package/swagger-ui.css" "$work/package/swagger-ui-bundle.js" \
   "$work/package/bundles/redoc.standalone.js" "$DIR/"
(cd "$DIR" && sha256sum --check --quiet ../../assets/SHA256SUMS) || {
    echo "assets.sh: what npm gave is not what assets/SHA256SUMS says; it is not used" >&2
    rm -f "$DIR"/swagger-ui* "$DIR"/redoc*
    exit 1
}
