# Sourced: node_packages DIR puts what tests/clients/package-lock.json names into DIR/node_modules.
# Quick when it is there; ends the script with 77 where that is not possible.

node_packages() {
    local dir=$1 major
    major=$(node --version 2>/dev/null | sed 's/^v//; s/[.].*//')
    if [ "${major:-0}" -lt 20 ]; then
        echo "skipped: this needs node 20 or later, and there is ${major:-none}"
        exit 77
    fi
    mkdir -p "$dir"
    if [ -d "$dir/node_modules" ] && cmp -s tests/clients/package-lock.json "$dir/installed.json"; then
        return
    fi
    cp tests/clients/package.json tests/clients/package-lock.json "$dir/"
    if ! (cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
        echo "skipped: npm could not install what tests/clients needs ($dir/npm.log)"
        exit 77
    fi
    cp tests/clients/package-lock.json "$dir/installed.json"
}
