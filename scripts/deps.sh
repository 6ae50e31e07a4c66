#!/usr/bin/env bash
# Installs what is missing, by name: deps.sh [run|test|ci].  Quick when nothing is.
#
#   run   what ./run needs: a compiler, the build, the libraries
#   test  and what ./test needs
#   ci    and what .ci/run needs: the other compiler, checkers, fuzzers, a browser, packages
set -euo pipefail
cd "$(dirname "$0")/.."

run="build-essential cmake ninja-build pkg-config llvm-14-dev libclang-14-dev
     libuv1-dev zlib1g-dev libwslay-dev libssl-dev libnghttp2-dev libyaml-dev libbrotli-dev libzstd-dev libpcre2-dev libsqlite3-dev
     libargon2-dev libdragonbox-dev ca-certificates"
test="$run libcmocka-dev curl openssl python3 python3-h11 python3-h2 xz-utils man-db"
ci="$test clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev git valgrind
     mkdocs mkdocs-material python3-jsonschema python3-yaml chromium testssl.sh file lintian
     slowhttptest wrk nghttp2-client python3-kubernetes"

group=${1:-run}
case "$group" in
run) wanted=$run ;;
test) wanted=$test ;;
ci) wanted=$ci ;;
*)
    echo "usage: scripts/deps.sh [run|test|ci]" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null; then
    echo "deps.sh: this system has no apt-get.  Install by its own means what Debian calls:" >&2
    echo "$wanted" | tr -s ' \n' ' ' | fold -s -w 90 | sed 's/^ */  /' >&2
    # a system that has the tools under other names builds all the same
    command -v cc >/dev/null && command -v cmake >/dev/null && command -v ninja >/dev/null
    exit
fi

# node comes from Debian only where there is none
command -v npm >/dev/null || wanted="$wanted nodejs npm"

missing=""
installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }' | sort -u)
for package in $wanted; do
    grep -qx -- "$package" <<<"$installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps.sh: these packages are missing and only root can install them:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >&2; }
if ! install 2>/dev/null; then
    $as_root apt-get update -qq </dev/null >&2 || echo "deps.sh: the package lists could not be updated; is there a network?" >&2
    install || {
        echo "deps.sh: apt-get could not install:$missing" >&2
        exit 1
    }
fi
