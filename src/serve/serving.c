#include "serve/serving.h"

#include <stdio.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/proxy.h"
#include "serve/secure.h"

enum { PROXIES_LIST_MAX = 2048 }; /* bytes of --trusted-proxies */

static void say_trouble(void *ctx, const apus_err *err)
{
    const apus__serving *s = ctx;
    fprintf(stderr, "%s: %s\n", s->app->name, err->msg);
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

apus_rc apus__serving_open(apus__serving *s, const apus_app *app, const apus__options *options,
                           const apus__common *common, apus_err *err)
{
    apus_http_limits limits = { .body_max = (uint64_t)options->body_max };
    s->app = app;
    s->options = options;
    apus_rc rc = apus_loop_create(&s->loop, err);
    if (!rc) {
        apus_loop_show_busy(s->loop, common->busy_since);
        rc = apus_service_create(app, s->loop, &s->service, err);
    }
    if (!rc)
        rc = apus__tls_open(options, common->ticket_secret, &s->tls, err);
    if (!rc)
        rc = set_proxies(s, err);
    if (!rc)
        rc = apus_service_start(s->service, err);
    if (!rc)
        rc = apus_http_server_create(s->loop, &limits, apus_service_handle, s->service, &s->server,
                                     err);
    if (rc)
        return rc == APUS_NOMEM ? apus_err_set(err, rc, "out of memory while starting") : rc;
    apus_http_server_on_refusal(s->server, apus_service_refuse, s->service);
    apus_http_server_on_body(s->server, apus_service_admit, s->service);
    apus_http_server_on_trouble(s->server, say_trouble, s);
    return APUS_OK;
}

apus_rc apus__serving_listen(apus__serving *s, int fd, apus_err *err)
{
    return s->tls ? apus_http_server_listen_tls(s->server, fd, s->tls, err)
                  : apus_http_server_listen(s->server, fd, err);
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

static int64_t drained_by(const apus__serving *s)
{
    return apus_loop_now(s->loop) + s->options->drain * APUS_SECOND;
}

void apus__serving_stop(apus__serving *s)
{
    s->stops = true;
    apus_http_server_drain(s->server, drained_by(s), end, s);
}

void apus__serving_retire(apus__serving *s)
{
    if (s->stops || s->retires)
        return;
    s->retires = true;
    apus_http_server_retire(s->server, drained_by(s), end, s);
}

/* What was cancelled still runs its cleanup.  Work on a pool thread cannot be hurried;
 * what waits for it is left to the end of the process. */
void apus__serving_close(apus__serving *s)
{
    if (s->server)
        apus_http_server_destroy(s->server);
    int64_t until = apus_clock_now() + APUS__CLEANUP;
    while (s->loop && apus_fiber_count(s->loop) > 0 && apus_clock_now() < until)
        apus_loop_turn(s->loop, APUS_SECOND / 10);
    if (s->loop && apus_fiber_count(s->loop) > 0)
        return;
    apus_service_destroy(s->service);
    apus_loop_destroy(s->loop);
    apus_tls_destroy(s->tls);
}
