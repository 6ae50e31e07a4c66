#!/usr/bin/env bash
# serve.sh NAME PORT: one of the peers, in place of this shell; its files go to PEERS_SCRATCH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=$1 port=$2 scratch=$PEERS_SCRATCH

case $name in
nginx)
    cat >"$scratch/nginx.conf" <<CONF
worker_processes 1;
pid $scratch/nginx.pid;
error_log $scratch/nginx.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    server {
        listen 127.0.0.1:$port;
        location = /json {
            default_type application/json;
            return 200 '{"message":"Hello, World!"}';
        }
    }
}
CONF
    exec nginx -c "$scratch/nginx.conf" -p "$scratch" -e "$scratch/nginx.log" -g 'daemon off;'
    ;;
h2o)
    mkdir -p "$scratch/h2o"
    printf '{"message":"Hello, World!"}' >"$scratch/h2o/json"
    cat >"$scratch/h2o.conf" <<CONF
num-threads: 1
user: $(id -un)
listen: { host: 127.0.0.1, port: $port }
hosts:
  default:
    paths:
      /json:
        file.file: $scratch/h2o/json
CONF
    exec h2o -c "$scratch/h2o.conf"
    ;;
microhttpd) exec "$scratch/microhttpd" "$port" ;;
node) exec node "$here/node.js" "$port" ;;
fastify) exec node "$here/fastify.js" "$port" ;;
fastapi)
    exec /usr/bin/python3 -m uvicorn --app-dir "$here" --port "$port" --no-access-log \
        --log-level warning fastapi_app:app
    ;;
*)
    echo "serve.sh: there is no $name" >&2
    exit 2
    ;;
esac
