/* The http floor alone: connections, parsing, fibers and answers, without routes.
 * What it costs above bench_floor is the part of the budget that this floor spends.
 *
 *     bench_http PORT */
#include <stdio.h>
#include <stdlib.h>

#include "apus/http.h"
#include "apus/loop.h"
#include "apus/net.h"

static void answer(void *ctx, apus_exchange *x)
{
    (void)ctx;
    apus_http_reply reply = { .status = 404, .content_type = APUS_STR("application/json") };
    if (apus_str_eq(x->request.path, APUS_STR("/json"))) {
        reply.status = 200;
        reply.body = APUS_STR("{\"message\":\"Hello, World!\"}");
    }
    (void)apus_exchange_reply(x, &reply);
}

int main(int argc, char **argv)
{
    apus_loop *loop;
    apus_http_server *server;
    apus_err err;
    int fd;
    if (argc != 2) {
        fputs("usage: bench_http PORT\n", stderr);
        return 2;
    }
    if (apus_loop_create(&loop, &err) ||
        apus_http_server_create(loop, NULL, answer, NULL, &server, &err) ||
        apus_listen_tcp("127.0.0.1", (uint16_t)atoi(argv[1]), APUS_SOCKET_ALONE, &fd, &err) ||
        apus_http_server_listen(server, fd, &err)) {
        fprintf(stderr, "bench_http: %s\n", err.msg);
        return 1;
    }
    apus_loop_run(loop);
    return 0;
}
