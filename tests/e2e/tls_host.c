/* tls_host FOLDER: serves the http floor over TLS with a certificate that it writes to FOLDER;
 * prints its port.  SIGHUP reads the certificate again, SIGTERM drains. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apus/fiber.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/net.h"
#include "apus/tls.h"
#include "apus/value.h"

struct host {
    apus_loop *loop;
    apus_http_server *server;
    apus_tls *tls;
};

/* /facts: what is known of the connection; else the body, or ten megabytes. */
static void handle(void *ctx, apus_exchange *x)
{
    static char big[10 << 20];
    const apus_stream_security *s = x->request.security;
    const struct host *h = ctx;
    apus_http_reply r = { .status = 200, .body = x->request.body };
    if (apus_str_eq(x->request.path, APUS_STR("/facts"))) {
        char *text = apus_arena_alloc(&x->arena, 512, 1);
        int len =
            text ? snprintf(text, 512, "%.*s %.*s %.*s %.*s", APUS_FMT(x->request.scheme),
                            APUS_FMT(s->version), APUS_FMT(s->protocol), APUS_FMT(s->server_name))
                 : 0;
        r.body = (apus_str){ text, (size_t)len };
    } else if (apus_str_eq(x->request.path, APUS_STR("/big"))) {
        r.body = (apus_str){ big, sizeof(big) };
    } else if (apus_str_eq(x->request.path, APUS_STR("/slow"))) {
        (void)apus_fiber_sleep(apus_loop_now(h->loop) + APUS_SECOND / 5);
    }
    (void)apus_exchange_reply(x, &r);
}

static void stop(void *ctx)
{
    struct host *h = ctx;
    apus_loop_stop(h->loop);
}

static void on_signal(void *ctx, int number)
{
    struct host *h = ctx;
    apus_err err;
    if (number == SIGTERM)
        apus_http_server_drain(h->server, apus_loop_now(h->loop) + 5 * APUS_SECOND, stop, h);
    else if (apus_tls_reload(h->tls, &err))
        fprintf(stderr, "%s\n", err.msg);
}

static apus_rc open_tls(struct host *h, const char *folder, apus_err *err)
{
    static char chain[256], key[256];
    snprintf(chain, sizeof(chain), "%s/site.crt", folder);
    snprintf(key, sizeof(key), "%s/site.key", folder);
    apus_tls_certificate c = { .chain = chain, .key = key };
    apus_rc rc = apus_tls_write_self_signed(chain, key, err);
    return rc ? rc
              : apus_tls_create(&(apus_tls_options){ .certificates = &c,
                                                     .n_certificates = 1,
                                                     .protocols = "h2,http/1.1" },
                                &h->tls, err);
}

static apus_rc serve(struct host *h, const char *folder, apus_err *err)
{
    int fd;
    apus_http_limits limits = { .body_max = 32 << 20 };
    apus_rc rc = open_tls(h, folder, err);
    if (!rc)
        rc = apus_loop_create(&h->loop, err);
    if (!rc)
        rc = apus_http_server_create(h->loop, &limits, handle, h, &h->server, err);
    if (!rc)
        rc = apus_listen_tcp("127.0.0.1", 0, APUS_SOCKET_ALONE, &fd, err);
    if (!rc)
        rc = apus_http_server_listen_tls(h->server, fd, h->tls, err);
    if (!rc)
        rc = apus_reactor_on_signal(apus_loop_reactor(h->loop), SIGTERM, on_signal, h);
    if (!rc)
        rc = apus_reactor_on_signal(apus_loop_reactor(h->loop), SIGHUP, on_signal, h);
    if (!rc) {
        printf("%u\n", (unsigned)apus_socket_port(fd));
        fflush(stdout);
        apus_loop_run(h->loop);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct host h = { 0 };
    apus_err err = { 0 };
    if (argc != 2)
        return 2;
    apus_rc rc = serve(&h, argv[1], &err);
    if (rc)
        fprintf(stderr, "tls_host: %s\n", err.msg);
    apus_http_server_destroy(h.server);
    apus_loop_destroy(h.loop);
    apus_tls_destroy(h.tls);
    return rc != APUS_OK;
}
