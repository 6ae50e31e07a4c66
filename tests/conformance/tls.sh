#!/usr/bin/env bash
# tls.sh KIT PROGRAM [KIND...]: testssl.sh attacks the program's TLS, once for each kind of key (ec, rsa),
# by the kit's run.sh.  Ends with the sum of the figures.
set -euo pipefail
kit=$1 program=$2
shift 2
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

make_certificate() { # KIND
    local -a key=(rsa:2048)
    [ "$1" = rsa ] || key=(ec -pkeyopt ec_paramgen_curve:P-256)
    openssl req -x509 -newkey "${key[@]}" -nodes -days 30 -subj /CN=localhost \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
}

start() { # what it says becomes $port
    local out=$work/out
    : >"$out"
    "$program" --port 0 --tls-cert "$work/cert.pem" --tls-key "$work/key.pem" >"$out" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        port=$(grep -aoE 'https://127[.]0[.]0[.]1:[0-9]+' "$out" | head -1 | grep -oE '[0-9]+$' || true)
        [ -n "$port" ] && return
        sleep 0.1
    done
    cat "$out"
    exit 1
}

passed=0 failed=0
for kind in "${@:-ec}"; do
    make_certificate "$kind"
    start
    echo "== $kind"
    T=${TLS_SECONDS:-240} "$kit/run.sh" "127.0.0.1:$port" | tee "$work/said"
    kill "$server"
    wait "$server" || true
    server=""
    read -r p f < <(grep -oE '^[0-9]+ passed, [0-9]+ failed' "$work/said" | tail -1 | tr -cd '0-9 \n')
    passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
