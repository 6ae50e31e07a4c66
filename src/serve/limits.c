#include "serve/limits.h"

#include <inttypes.h>

#include "apus/metric.h"
#include "apus/peers.h"
#include "apus/usage.h"
#include "apus/value.h"

#define LOOK_EVERY (APUS_SECOND / 4)

enum { LOOKS_MAX = 20 }; /* five seconds without the memory that there should be */

apus_http_limits apus__limits_of(const apus__options *o)
{
    return (apus_http_limits){
        .body_max = (uint64_t)o->body_max,
        .connections_max = (uint32_t)o->connections_max,
        .connections_per_address = (uint32_t)o->connections_per_address,
        .requests_max = (uint32_t)o->requests_max,
        .target_max = (uint32_t)o->target_max,
        .head_max = (uint32_t)o->head_max,
        .headers_max = (uint32_t)o->headers_max,
        .pipeline_max = (uint32_t)o->pipeline_max,
        .streams_max = (uint32_t)o->streams_max,
        .head_timeout = o->head_timeout * APUS_SECOND,
        .body_timeout = o->body_timeout * APUS_SECOND,
        .idle_timeout = o->idle_timeout * APUS_SECOND,
        .write_timeout = o->write_timeout * APUS_SECOND,
        .rate_min = (uint32_t)o->rate_min,
        .memory_max = (size_t)o->request_memory,
    };
}

/* --- networks --- */

static apus_rc add_list(apus_peers *p, const char *flag, const char *list, apus_err *err)
{
    apus_err why = { .rc = APUS_OK };
    apus_rc rc = list ? apus_peers_add_list(p, list, &why) : APUS_OK;
    return rc ? apus_err_set(err, rc, "%s: %s", flag, why.msg) : APUS_OK;
}

/* Whose connections begin with a head of the PROXY protocol. */
static apus_rc set_balancers(apus_http_server *server, const apus__options *o, apus_err *err)
{
    apus_peers from = { .n = 0 };
    apus_rc rc = add_list(&from, "--proxy-protocol", o->proxy_protocol, err);
    return rc || !o->proxy_protocol ? rc : apus_http_server_expect_proxied(server, &from);
}

/* Whose connections are not counted. */
static apus_rc set_spared(apus_http_server *server, const apus__options *o, apus_err *err)
{
    apus_peers who = { .n = 0 };
    apus_rc rc = add_list(&who, "--connections-exempt", o->connections_exempt, err);
    if (!rc)
        rc = add_list(&who, "--trusted-proxies", o->trusted_proxies, err);
    return rc ? rc : apus_http_server_spare(server, &who);
}

/* --- memory --- */

static void say(const apus__limiting *l, const char *what, uint64_t taken)
{
    apus_err err;
    apus__err_set(&err, APUS_LIMIT,
                  "%s: this process has %" PRIu64 " MiB of the %" PRIu64 " allowed", what,
                  taken >> 20, l->memory_max >> 20);
    l->trouble(l->ctx, &err);
}

/* A limit that is met for a moment now and then is as good a reason as one that is met for long. */
static void count_look(apus__limiting *l)
{
    l->over = l->is_closed ? l->over + 1 : l->over ? l->over - 1 : 0;
    if (l->over < LOOKS_MAX)
        return;
    l->over = 0;
    if (l->exhausted)
        l->exhausted(l->exhausted_ctx);
}

static void look(void *ctx)
{
    apus__limiting *l = ctx;
    uint64_t taken = apus_memory_taken();
    bool was_closed = l->is_closed;
    if (taken > l->memory_max) {
        apus_memory_give_back();
        taken = apus_memory_taken();
    }
    l->is_closed = taken > l->memory_max;
    count_look(l);
    apus_timer_start(l->loop, &l->timer, apus_loop_now(l->loop) + LOOK_EVERY);
    if (l->is_closed == was_closed)
        return;
    apus_http_server_set_requests_max(l->server, l->is_closed ? 0 : l->requests_max);
    if (l->is_closed)
        apus_metric_add(APUS_METRIC_limit_worker_memory, 1);
    say(l, l->is_closed ? "requests are turned away" : "requests are served again", taken);
}

apus_rc apus__limits_set(apus__limiting *l, apus_http_server *server, apus_loop *loop,
                         const apus__options *o, apus_err *err)
{
    apus_rc rc = set_balancers(server, o, err);
    if (!rc)
        rc = set_spared(server, o, err);
    if (rc || !o->worker_memory)
        return rc;
    l->server = server;
    l->loop = loop;
    l->memory_max = (uint64_t)o->worker_memory;
    l->requests_max = (uint32_t)(o->requests_max ? o->requests_max : o->connections_max);
    l->timer = (apus_timer){ .fn = look, .ctx = l };
    apus_timer_start(loop, &l->timer, apus_loop_now(loop) + LOOK_EVERY);
    return APUS_OK;
}

void apus__limits_finish(apus__limiting *l)
{
    if (l->memory_max)
        apus_timer_stop(l->loop, &l->timer);
}
