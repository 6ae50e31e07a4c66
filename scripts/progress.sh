#!/usr/bin/env bash
# Shows ninja's last line on a terminal, nothing elsewhere, and everything when it fails.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ -t 2 ]; then
    tee "$log" | while IFS= read -r line; do
        [[ $line == \[* ]] && printf '\r\033[K%s' "${line:0:${COLUMNS:-100}}" >&2
    done
    printf '\r\033[K' >&2
else
    cat >"$log"
fi
if grep -qE '^(FAILED:|ninja: (error|fatal|build stopped))' "$log"; then
    cat "$log" >&2
    exit 1
fi
