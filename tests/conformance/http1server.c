/* The server that the http1 conformance kit talks to:
 *
 *     http1server PORT
 *
 *     /         GET and HEAD: OK; POST: its body; OPTIONS, and 405 for the rest
 *     /echo     the request's headers, "Name: value" each on a line
 *     /cookie   the cookies, "name=value" each on a line
 *
 * On the http floor alone, without routes or models; SIGTERM and SIGINT end it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/http.h"
#include "apus/loop.h"
#include "apus/net.h"
#include "apus/value.h"

static const apus_str allow = APUS_STR_INIT("Allow: GET, HEAD, POST, OPTIONS\r\n");

static apus_http_reply text(uint16_t status, apus_str body)
{
    return (apus_http_reply){ .status = status,
                              .content_type = APUS_STR("text/plain; charset=utf-8"),
                              .body = body };
}

static apus_http_reply finished(apus_buf *b)
{
    apus_str body;
    if (apus_buf_take(b, &body))
        return text(503, APUS_STR("out of memory\n"));
    return text(200, body);
}

static apus_http_reply answer_root(apus_exchange *x)
{
    switch (x->request.method) {
    case APUS_METHOD_GET:
    case APUS_METHOD_HEAD:
        return text(200, APUS_STR("OK"));
    case APUS_METHOD_POST:
        return text(200, x->request.body);
    case APUS_METHOD_OPTIONS:
        return (apus_http_reply){ .status = 204, .headers = allow };
    default: {
        apus_http_reply r = text(405, APUS_STR("method not allowed\n"));
        r.headers = allow;
        return r;
    }
    }
}

static apus_http_reply answer_echo(apus_exchange *x)
{
    apus_buf b = apus_buf_in(&x->arena);
    for (uint32_t i = 0; i < x->request.n_headers; i++) {
        const apus_http_header *h = &x->request.headers[i];
        apus_buf_add(&b, h->name);
        apus_buf_lit(&b, ": ");
        apus_buf_add(&b, h->value);
        apus_buf_lit(&b, "\n");
    }
    return finished(&b);
}

static apus_http_reply answer_cookie(apus_exchange *x)
{
    apus_buf b = apus_buf_in(&x->arena);
    for (uint32_t i = 0; i < x->request.n_headers; i++) {
        const apus_http_header *h = &x->request.headers[i];
        if (!apus_str_eq_nocase(h->name, APUS_STR("cookie")))
            continue;
        for (apus_str rest = h->value; rest.len;) {
            size_t end = apus_str_find(rest, ';');
            apus_str pair = apus_str_cut(&rest, end < rest.len ? end : rest.len);
            if (rest.len)
                apus_str_cut(&rest, 1);
            apus_buf_add(&b, apus_str_trim(pair));
            apus_buf_lit(&b, "\n");
        }
    }
    return finished(&b);
}

static void answer(void *ctx, apus_exchange *x)
{
    static const struct {
        apus_str path;
        apus_http_reply (*answer)(apus_exchange *x);
    } pages[] = { { APUS_STR_INIT("/"), answer_root },
                  { APUS_STR_INIT("*"), answer_root },
                  { APUS_STR_INIT("/echo"), answer_echo },
                  { APUS_STR_INIT("/cookie"), answer_cookie } };
    (void)ctx;
    apus_http_reply reply = text(404, APUS_STR("not found\n"));
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (apus_str_eq(x->request.path, pages[i].path))
            reply = pages[i].answer(x);
    (void)apus_exchange_reply(x, &reply);
}

struct program {
    apus_loop *loop;
    apus_http_server *server;
};

static void drained(void *ctx)
{
    apus_loop_stop(((struct program *)ctx)->loop);
}

static void on_signal(void *ctx, int number)
{
    struct program *p = ctx;
    (void)number;
    apus_http_server_drain(p->server, apus_loop_now(p->loop) + APUS_SECOND, drained, p);
}

static void on_trouble(void *ctx, const apus_err *err)
{
    (void)ctx;
    fprintf(stderr, "http1server: %s\n", err->msg);
}

static apus_rc start(struct program *p, uint16_t port, apus_err *err)
{
    int fd;
    apus_rc rc = apus_loop_create(&p->loop, err);
    if (!rc)
        rc = apus_http_server_create(p->loop, NULL, answer, NULL, &p->server, err);
    if (!rc)
        rc = apus_listen_tcp("127.0.0.1", port, APUS_SOCKET_ALONE, &fd, err);
    if (!rc)
        rc = apus_http_server_listen(p->server, fd, err);
    if (!rc)
        rc = apus_reactor_on_signal(apus_loop_reactor(p->loop), SIGTERM, on_signal, p);
    if (!rc)
        rc = apus_reactor_on_signal(apus_loop_reactor(p->loop), SIGINT, on_signal, p);
    if (!rc)
        printf("%u\n", (unsigned)apus_socket_port(fd));
    return rc;
}

int main(int argc, char **argv)
{
    struct program p = { 0 };
    apus_err err = { .msg = "cannot start" };
    if (argc != 2) {
        fputs("usage: http1server PORT    (0: a free one, which is printed)\n", stderr);
        return 2;
    }
    if (start(&p, (uint16_t)atoi(argv[1]), &err)) {
        fprintf(stderr, "http1server: %s\n", err.msg);
        return 1;
    }
    apus_http_server_on_trouble(p.server, on_trouble, NULL);
    fflush(stdout);
    apus_loop_run(p.loop);
    apus_http_server_destroy(p.server);
    apus_loop_destroy(p.loop);
    return 0;
}
