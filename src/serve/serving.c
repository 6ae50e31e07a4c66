#include "serve/serving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/overload.h"
#include "apus/proxy.h"
#include "apus/socket.h"
#include "apus/usage.h"
#include "serve/secure.h"

enum {
    PROXIES_LIST_MAX = 2048, /* bytes of --trusted-proxies */
    DESCRIPTORS_BESIDE =
        1024, /* beside those of connections: files, databases, who is turned away */
};

static void say_trouble(void *ctx, const apus_err *err)
{
    const apus__serving *s = ctx;
    fprintf(stderr, "%s: %s\n", s->app->name, err->msg);
}

/* An empty variable says as little as none. */
static const char *said(const char *text)
{
    return text && *text ? text : NULL;
}

static apus_rc create_service(apus__serving *s, apus_err *err)
{
    const char *docs = said(s->options->docs);
    apus_service_options o = { .root_path = said(s->options->root_path),
                               .hides_docs = docs && strcmp(docs, "off") == 0,
                               .mock_seed = said(getenv("APUS_MOCK")),          /* `apus mock` */
                               .dev_status = said(getenv("APUS_DEV_STATUS")) }; /* `apus dev` */
    if (docs && !o.hides_docs && strcmp(docs, "on") != 0)
        return apus_err_set(err, APUS_INVALID, "--docs is on or off, not \"%s\"", docs);
    return apus_service_create_as(s->app, s->loop, &o, &s->service, err);
}

/* What the command line says of proxies in front of us. */
static apus_rc set_proxies(const apus__serving *s, apus_err *err)
{
    static apus_proxies_options trusted;
    static const apus_middleware proxies = { .name = "--trusted-proxies",
                                             .run = apus__proxies_run,
                                             .prepare = apus__proxies_prepare,
                                             .settings = &trusted };
    static char list[PROXIES_LIST_MAX];
    const char *text = s->options->trusted_proxies;
    if (!text)
        return APUS_OK;
    size_t len = strlen(text), n = 0;
    if (len >= sizeof(list))
        return apus_err_set(err, APUS_LIMIT, "--trusted-proxies: over %d bytes", PROXIES_LIST_MAX);
    memcpy(list, text, len + 1);
    for (char *at = list; *(at += strspn(at, ", "));) {
        if (n == APUS_PROXIES_MAX)
            return apus_err_set(err, APUS_LIMIT, "--trusted-proxies: over %d", APUS_PROXIES_MAX);
        trusted.trusted[n++] = at;
        at += strcspn(at, ", ");
        if (*at)
            *at++ = '\0';
    }
    return apus_service_put_around(s->service, &proxies, err);
}

static apus_rc set_overload(const apus__serving *s, apus_err *err)
{
    const char *shed = s->options->shed;
    uint32_t most = (uint32_t)s->options->concurrency_max;
    apus_overload o = { .concurrency_max = most };
    if (strcmp(shed, "off") == 0)
        return APUS_OK;
    if (strcmp(shed, "on") != 0)
        return apus_err_set(err, APUS_INVALID, "--shed is on or off, not \"%s\"", shed);
    if (most < APUS_CONCURRENCY_MIN)
        o.concurrency_min = most;
    return apus_service_shed(s->service, &o, err);
}

/* --- for those who look after the service --- */

static apus_rc find_shared(apus__serving *s, const apus__common *common, apus_err *err)
{
    apus__board *b = common->board;
    s->admin =
        (apus__admin){ .phase = b ? &b->phase : &s->own_phase, .board = b, .options = s->options };
    if (!apus__admin_wants_traffic(s->options))
        return APUS_OK;
    s->admin.traffic = b ? &b->traffic[common->slot] : calloc(1, sizeof(apus_traffic));
    s->observing.traffic.table = s->admin.traffic;
    return s->admin.traffic ? APUS_OK : apus_err_set(err, APUS_NOMEM, "no memory for metrics");
}

/* Small, and beside the service's: neither can fill the other's. */
static apus_rc open_admin(apus__serving *s, const apus__common *common, apus_err *err)
{
    static const apus_http_limits limits = { .connections_max = 64, .body_max = 1024 };
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < common->n_shares; i++) {
        if (common->shares[i].slot != APUS__EVERY_ADMIN)
            continue;
        if (!s->admin_server)
            rc = apus_http_server_create(s->loop, &limits, apus__admin_handle, &s->admin,
                                         &s->admin_server, err);
        if (!rc)
            rc = apus_http_server_listen(s->admin_server, common->shares[i].fd, err);
    }
    return rc;
}

static void handle(void *ctx, apus_exchange *x)
{
    const apus__serving *s = ctx;
    if (!apus__admin_answer(&s->admin, x))
        apus_service_handle(s->service, x);
}

/* Who has no such paths pays nothing for them. */
static apus_rc open_server(apus__serving *s, apus_err *err)
{
    apus_http_limits limits = apus__limits_of(s->options);
    apus_rc rc = apus__admin_has_paths(s->options)
                     ? apus_http_server_create(s->loop, &limits, handle, s, &s->server, err)
                     : apus_http_server_create(s->loop, &limits, apus_service_handle, s->service,
                                               &s->server, err);
    if (rc)
        return rc;
    apus_http_server_on_refusal(s->server, apus_service_refuse, s->service);
    apus_http_server_on_body(s->server, apus_service_admit, s->service);
    apus_http_server_on_trouble(s->server, say_trouble, s);
    s->limiting.trouble = say_trouble;
    s->limiting.ctx = s;
    if (apus__observing_wants(&s->observing))
        apus_http_server_on_end(s->server, apus__observe, &s->observing);
    return apus__limits_set(&s->limiting, s->server, s->loop, s->options, err);
}

apus_rc apus__serving_open(apus__serving *s, const apus_app *app, const apus__options *options,
                           const apus__common *common, apus_err *err)
{
    apus__board *b = common->board;
    s->app = app;
    s->options = options;
    apus_descriptors_allow(((uint64_t)options->connections_max + DESCRIPTORS_BESIDE) * 100 /
                           APUS_DESCRIPTORS_FULL);
    apus_rc rc = apus_loop_create(&s->loop, err);
    if (!rc) {
        apus_loop_show_busy(s->loop, b ? &b->cells[common->cell].busy_since : NULL);
        rc = create_service(s, err);
    }
    if (!rc)
        rc = apus__tls_open(options, b ? b->ticket_secret : NULL, &s->tls, err);
    if (!rc)
        rc = apus__redirect_set(&s->redirect, s->service, options, s->tls, err);
    if (!rc)
        rc = set_proxies(s, err); /* further out: they tell what the client used */
    if (!rc)
        rc = set_overload(s, err);
    if (!rc)
        rc = find_shared(s, common, err);
    if (!rc)
        rc = open_admin(s, common, err); /* the app's worker may take its time */
    if (!rc)
        rc = apus__observing_open_log(&s->observing, options, s->service, say_trouble, s, err);
    if (!rc)
        rc = apus_service_start(s->service, err);
    if (!rc)
        rc = open_server(s, err);
    return rc == APUS_NOMEM ? apus_err_set(err, rc, "out of memory while starting") : rc;
}

apus_rc apus__serving_listen(apus__serving *s, int fd, apus_err *err)
{
    unsigned port = apus_socket_port(fd);
    if (!s->tls || (port && port == s->options->redirect_http))
        return apus_http_server_listen(s->server, fd, err);
    s->redirect.port = s->redirect.port ? s->redirect.port : port;
    return apus_http_server_listen_tls(s->server, fd, s->tls, err);
}

void apus__serving_run(apus__serving *s)
{
    apus_loop_run(s->loop);
}

static void end(void *ctx)
{
    apus__serving *s = ctx;
    apus_loop_stop(s->loop);
}

/* Those who look after the service hear of its end until then. */
static void end_admin(void *ctx)
{
    apus__serving *s = ctx;
    if (s->admin_server)
        apus_http_server_drain(s->admin_server, apus_loop_now(s->loop) + APUS_SECOND, end, s);
    else
        end(s);
}

static int64_t drained_by(const apus__serving *s)
{
    return apus_loop_now(s->loop) + s->options->drain * APUS_SECOND;
}

void apus__serving_stop(apus__serving *s)
{
    s->stops = true;
    apus_http_server_drain(s->server, drained_by(s), end_admin, s);
}

void apus__serving_retire(apus__serving *s)
{
    if (s->stops || s->retires)
        return;
    s->retires = true;
    apus_http_server_retire(s->server, drained_by(s), end_admin, s);
}

void apus__serving_reopen(apus__serving *s)
{
    if (s->observing.log)
        apus_access_log_reopen(s->observing.log);
}

/* What was cancelled still runs its cleanup.  Work on a pool thread cannot be hurried;
 * what waits for it is left to the end of the process. */
void apus__serving_close(apus__serving *s)
{
    apus__limits_finish(&s->limiting);
    apus_http_server_destroy(s->server);
    apus_http_server_destroy(s->admin_server);
    apus_access_log_close(s->observing.log, APUS__LAST_LINES);
    int64_t until = apus_clock_now() + APUS__CLEANUP;
    while (s->loop && apus_fiber_count(s->loop) > 0 && apus_clock_now() < until)
        apus_loop_turn(s->loop, APUS_SECOND / 10);
    if (s->loop && apus_fiber_count(s->loop) > 0)
        return;
    apus_service_destroy(s->service);
    apus_loop_destroy(s->loop);
    apus_tls_destroy(s->tls);
    if (!s->admin.board)
        free(s->admin.traffic);
}
