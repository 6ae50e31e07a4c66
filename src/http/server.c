/* The server: who may connect, what connections share, and how it ends.
 *
 * Connections and exchanges are pooled here and keep what they hold warm: an
 * exchange its arena's first chunk.  Steady traffic takes nothing from the
 * allocator. */
#include <assert.h>
#include <inttypes.h>

#include "apus/clock.h"
#include "apus/metric.h"
#include "apus/net.h"
#include "apus/peers.h"
#include "apus/random.h"
#include "apus/tls.h"
#include "apus/value.h"
#include "http/connection.h"

enum {
    EXCHANGES_FREE_MAX = 128,
    CONNECTIONS_FREE_MAX = 256,
    TURNED_AWAY_MAX = 256, /* connections that are heard only to be answered with why not */
};

struct apus__listening {
    struct apus__listening *next;
    apus_http_server *server;
    apus_listener *listener;
    apus_tls *tls; /* or NULL; the caller's */
    int fd;
};

static const apus_http_limits defaults = {
    .target_max = 8192,
    .head_max = 16384,
    .headers_max = 100,
    .body_max = 1 << 20,
    .body_memory = 1 << 20,
    .pipeline_max = 64,
    .streams_max = 100,
    .connections_max = 10000,
    .stream_max = 65536,
    .rate_min = 240,
    .head_timeout = 10 * APUS_SECOND,
    .proxied_timeout = 5 * APUS_SECOND,
    .body_timeout = 20 * APUS_SECOND,
    .idle_timeout = 75 * APUS_SECOND,
    .write_timeout = 20 * APUS_SECOND,
    .memory_max = 64 << 20,
};

static apus_http_limits complete(const apus_http_limits *limits)
{
    apus_http_limits l = limits ? *limits : defaults;
#define OR_DEFAULT(name) l.name = l.name ? l.name : defaults.name
    OR_DEFAULT(target_max);
    OR_DEFAULT(head_max);
    OR_DEFAULT(headers_max);
    OR_DEFAULT(body_max);
    OR_DEFAULT(body_memory);
    OR_DEFAULT(pipeline_max);
    OR_DEFAULT(streams_max);
    OR_DEFAULT(connections_max);
    OR_DEFAULT(stream_max);
    OR_DEFAULT(rate_min);
    OR_DEFAULT(head_timeout);
    OR_DEFAULT(proxied_timeout);
    OR_DEFAULT(body_timeout);
    OR_DEFAULT(idle_timeout);
    OR_DEFAULT(write_timeout);
    OR_DEFAULT(memory_max);
#undef OR_DEFAULT
    if (!l.connections_per_address)
        l.connections_per_address = l.connections_max;
    if (!l.requests_max)
        l.requests_max = l.connections_max;
    return l;
}

/* --- pools --- */

static void *take_memory(apus_http_server *s, size_t size)
{
    return s->alloc.resize(s->alloc.ctx, NULL, 0, size);
}

static void give_memory(apus_http_server *s, void *ptr, size_t size)
{
    s->alloc.resize(s->alloc.ctx, ptr, size, 0);
}

static uint32_t count_all(const apus_http_server *s)
{
    return s->n_connections + apus__arrivals_count(s);
}

bool apus__server_is_full(const apus_http_server *s)
{
    return count_all(s) - s->n_turned_away >= s->limits.connections_max;
}

void apus__server_has_left(apus_http_server *s)
{
    if (s->draining && count_all(s) == 0)
        apus_timer_start(s->loop, &s->drain_timer, apus_loop_now(s->loop));
}

apus__connection *apus__server_take_connection(apus_http_server *s)
{
    apus__connection *c = s->free_connections;
    if (c) {
        s->free_connections = c->next;
        s->n_free_connections--;
    } else if (!(c = take_memory(s, sizeof(*c)))) {
        return NULL;
    }
    *c = (apus__connection){ .server = s, .next = s->connections };
    if (c->next)
        c->next->prev = c;
    s->connections = c;
    s->n_connections++;
    apus_metric_add(APUS_METRIC_connections, 1);
    return c;
}

void apus__server_give_connection(apus_http_server *s, apus__connection *c)
{
    *(c->prev ? &c->prev->next : &s->connections) = c->next;
    if (c->next)
        c->next->prev = c->prev;
    s->n_connections--;
    s->n_turned_away -= c->refusal != APUS__REFUSAL_NONE;
    if (c->address)
        apus__addresses_drop(&s->addresses, c->address);
    apus_metric_add(APUS_METRIC_connections, -1);
    if (s->n_free_connections < CONNECTIONS_FREE_MAX) {
        c->next = s->free_connections;
        s->free_connections = c;
        s->n_free_connections++;
    } else {
        give_memory(s, c, sizeof(*c));
    }
    apus__server_has_left(s);
}

apus__exchange *apus__server_take_exchange(apus_http_server *s)
{
    apus__exchange *x = s->free_exchanges;
    if (x) {
        s->free_exchanges = x->next;
        s->n_free_exchanges--;
        return x;
    }
    x = take_memory(s, sizeof(*x));
    if (x) {
        *x = (apus__exchange){ .c = NULL };
        apus_arena_init(&x->pub.arena, &s->alloc, s->limits.memory_max);
    }
    return x;
}

void apus__server_give_exchange(apus_http_server *s, apus__exchange *x)
{
    bool keeps = s->n_free_exchanges < EXCHANGES_FREE_MAX;
    if (keeps)
        apus_arena_reset(&x->pub.arena);
    else
        apus_arena_finish(&x->pub.arena);
    if (!keeps) {
        give_memory(s, x, sizeof(*x));
        return;
    }
    x->next = s->free_exchanges;
    s->free_exchanges = x;
    s->n_free_exchanges++;
}

const char *apus__server_date(apus_http_server *s)
{
    int64_t now = apus_loop_now(s->loop);
    if (APUS_UNLIKELY(now >= s->date_until)) {
        int64_t wall = apus_clock_wall();
        apus__date_line(s->date, wall / APUS_SECOND);
        s->date_until = now + APUS_SECOND - wall % APUS_SECOND;
    }
    return s->date;
}

/* --- the server --- */

static void end_of_turn(void *ctx)
{
    apus__connections_settle(ctx);
}

static void drain_is_over(void *ctx)
{
    apus_http_server *s = ctx;
    void (*drained)(void *) = s->drained;
    s->drained = NULL;
    if (drained)
        drained(s->drained_ctx);
}

apus_rc apus__http_server_create_with(const apus_alloc *alloc, apus_loop *loop,
                                      const apus_http_limits *limits, apus_http_handler *handler,
                                      void *ctx, apus_http_server **out, apus_err *err)
{
    apus_http_server *s = alloc->resize(alloc->ctx, NULL, 0, sizeof(*s));
    if (!s)
        return apus_err_set(err, APUS_NOMEM, "no memory for a server");
    *s = (apus_http_server){ .loop = loop,
                             .limits = complete(limits),
                             .handler = handler,
                             .ctx = ctx,
                             .alloc = *alloc,
                             .hook = { .fn = end_of_turn, .ctx = s },
                             .drain_timer = { .fn = drain_is_over, .ctx = s } };
    s->head_limits = (apus_http1_limits){ .target_max = s->limits.target_max,
                                          .head_max = s->limits.head_max,
                                          .headers_max = s->limits.headers_max };
    apus__block_pool_init(&s->blocks, alloc);
    s->requests_max = s->limits.requests_max;
    s->addresses = (apus__addresses){ .alloc = *alloc };
    apus_rc rc = apus_random(&s->addresses.seed, sizeof(s->addresses.seed), err);
    if (rc) {
        give_memory(s, s, sizeof(*s));
        return rc;
    }
    *out = s;
    return APUS_OK;
}

apus_rc apus_http_server_create(apus_loop *loop, const apus_http_limits *limits,
                                apus_http_handler *handler, void *ctx, apus_http_server **out,
                                apus_err *err)
{
    return apus__http_server_create_with(&apus_alloc_libc, loop, limits, handler, ctx, out, err);
}

void apus_http_server_on_refusal(apus_http_server *s, apus_http_refusal *fn, void *ctx)
{
    s->refusal = fn;
    s->refusal_ctx = ctx;
}

void apus_http_server_on_body(apus_http_server *s, apus_http_admission *fn, void *ctx)
{
    s->admission = fn;
    s->admission_ctx = ctx;
}

void apus_http_server_on_end(apus_http_server *s, apus_http_observer *fn, void *ctx)
{
    s->observer = fn;
    s->observer_ctx = ctx;
}

void apus_http_server_on_trouble(apus_http_server *s, void (*fn)(void *ctx, const apus_err *err),
                                 void *ctx)
{
    s->trouble = fn;
    s->trouble_ctx = ctx;
}

static void in_trouble(void *ctx, const apus_err *err)
{
    const apus_http_server *s = ((struct apus__listening *)ctx)->server;
    if (s->trouble)
        s->trouble(s->trouble_ctx, err);
}

void apus__server_complain(apus_http_server *s, apus__complaint *of, const apus_err *err)
{
    int64_t now = apus_loop_now(s->loop);
    if (!s->trouble)
        return;
    if (now < of->next) {
        of->n_unsaid++;
        return;
    }
    apus_err with_others = *err;
    if (of->n_unsaid)
        apus__err_set(&with_others, err->rc, "%s (and so were %llu others)", err->msg,
                      (unsigned long long)of->n_unsaid);
    of->next = now + APUS_SECOND;
    of->n_unsaid = 0;
    s->trouble(s->trouble_ctx, &with_others);
}

/* --- who may connect --- */

apus_rc apus_http_server_spare(apus_http_server *s, const apus_peers *who)
{
    if (!s->spared)
        s->spared = take_memory(s, sizeof(*s->spared));
    if (!s->spared)
        return APUS_NOMEM;
    *s->spared = *who;
    return APUS_OK;
}

void apus_http_server_set_requests_max(apus_http_server *s, uint32_t most)
{
    s->requests_max = most;
}

static void say_refusal(apus_http_server *s, apus_str peer, apus__refusal why)
{
    apus_err err;
    if (why == APUS__REFUSAL_FULL)
        apus__err_set(&err, APUS_LIMIT, "%.*s was turned away: %" PRIu32 " connections are open",
                      APUS_FMT(peer), s->limits.connections_max);
    else
        apus__err_set(&err, APUS_LIMIT,
                      "%.*s was turned away: its address has %" PRIu32 " connections",
                      APUS_FMT(peer), s->limits.connections_per_address);
    apus__server_complain(s, &s->of_refusals[why], &err);
}

void apus__server_turn_away(apus_http_server *s, apus_tls *tls, apus_stream *stream,
                            apus__refusal why)
{
    apus_metric_add(
        why == APUS__REFUSAL_FULL ? APUS_METRIC_limit_connections : APUS_METRIC_limit_address, 1);
    say_refusal(s, apus_stream_peer(stream), why);
    if (tls || s->n_turned_away >= TURNED_AWAY_MAX)
        apus_stream_close(stream);
    else
        (void)apus__connection_open(s, stream, why, 0);
}

/* What a peer is counted under; 0 where it is not. */
static apus__address address_of(const apus_http_server *s, apus_str peer)
{
    if (s->limits.connections_per_address >= s->limits.connections_max)
        return 0;
    return s->spared && apus_peers_has(s->spared, peer) ? 0 : apus__address_of(peer);
}

void apus__server_admit(apus_http_server *s, apus_tls *tls, apus_stream *stream)
{
    apus__address address = address_of(s, apus_stream_peer(stream));
    uint32_t n = address ? apus__addresses_count(&s->addresses, address) : 0;
    if (n >= s->limits.connections_per_address)
        apus__server_turn_away(s, tls, stream, APUS__REFUSAL_ADDRESS);
    else if (tls && apus_tls_accept(tls, s->loop, stream, &stream))
        apus_stream_close(stream);
    else /* without memory it is closed */
        (void)apus__connection_open(s, stream, APUS__REFUSAL_NONE, address);
}

static void accepted(void *ctx, apus_stream *stream)
{
    const struct apus__listening *l = ctx;
    apus_http_server *s = l->server;
    if (apus__server_is_full(s)) {
        apus__server_turn_away(s, l->tls, stream, APUS__REFUSAL_FULL);
        return;
    }
    apus_metric_add(APUS_METRIC_accepted, 1);
    if (s->arrivals)
        apus__arrivals_take(s, l->tls, stream);
    else
        apus__server_admit(s, l->tls, stream);
}

apus_rc apus_http_server_listen_tls(apus_http_server *s, int fd, apus_tls *tls, apus_err *err)
{
    struct apus__listening *l = take_memory(s, sizeof(*l));
    if (!l)
        return apus_err_set(err, APUS_NOMEM, "no memory for a listener");
    *l = (struct apus__listening){ .server = s, .tls = tls };
    apus_listener_options options = {
        .accepted = accepted, .trouble = in_trouble, .ctx = l, .alloc = &s->alloc
    };
    apus_rc rc = apus_listener_open(s->loop, fd, &options, &l->listener, err);
    if (rc) {
        give_memory(s, l, sizeof(*l));
        return rc;
    }
    l->fd = fd;
    l->next = s->listening;
    s->listening = l;
    return APUS_OK;
}

apus_rc apus_http_server_listen(apus_http_server *s, int fd, apus_err *err)
{
    return apus_http_server_listen_tls(s, fd, NULL, err);
}

void apus_http_server_unlisten(apus_http_server *s, int fd)
{
    for (struct apus__listening **at = &s->listening, *l; (l = *at) != NULL; at = &l->next) {
        if (l->fd != fd)
            continue;
        *at = l->next;
        apus_listener_close(l->listener);
        give_memory(s, l, sizeof(*l));
        return;
    }
}

static void stop_listening(apus_http_server *s, void (*stop)(apus_listener *l))
{
    while (s->listening) {
        struct apus__listening *l = s->listening;
        s->listening = l->next;
        stop(l->listener);
        give_memory(s, l, sizeof(*l));
    }
}

static void wind_down(apus_http_server *s, void (*end)(apus__connection *c), int64_t deadline)
{
    stop_listening(s, apus_listener_finish);
    s->draining = true;
    for (apus__connection *c = s->connections, *next; c; c = next) {
        next = c->next;
        end(c);
    }
    apus_timer_start(s->loop, &s->drain_timer, count_all(s) ? deadline : apus_loop_now(s->loop));
}

void apus_http_server_drain(apus_http_server *s, int64_t deadline, void (*done)(void *ctx),
                            void *ctx)
{
    s->drained = done;
    s->drained_ctx = ctx;
    wind_down(s, apus__connection_drain, deadline);
}

void apus_http_server_retire(apus_http_server *s, int64_t deadline, void (*done)(void *ctx),
                             void *ctx)
{
    s->drained = done;
    s->drained_ctx = ctx;
    wind_down(s, apus__connection_retire, deadline);
}

size_t apus_http_server_connections(const apus_http_server *s)
{
    return s->n_connections;
}

void apus_http_server_destroy(apus_http_server *s)
{
    if (!s)
        return;
    stop_listening(s, apus_listener_close);
    s->draining = true;
    s->drained = NULL;
    apus__arrivals_close(s);
    for (apus__connection *c = s->connections, *next; c; c = next) {
        next = c->next;
        apus__connection_enter(c);
        apus__connection_lose(c);
        apus__connection_leave(c);
    }
    /* Cancelled handlers come to their ends. */
    while (s->connections)
        apus_loop_turn(s->loop, APUS_MILLISECOND);
    apus__connections_settle(s);
    apus_timer_stop(s->loop, &s->drain_timer);
    while (s->free_connections) {
        apus__connection *c = s->free_connections;
        s->free_connections = c->next;
        give_memory(s, c, sizeof(*c));
    }
    while (s->free_exchanges) {
        apus__exchange *x = s->free_exchanges;
        s->free_exchanges = x->next;
        apus_arena_finish(&x->pub.arena);
        give_memory(s, x, sizeof(*x));
    }
    apus__block_pool_finish(&s->blocks);
    apus__addresses_finish(&s->addresses);
    if (s->spared)
        give_memory(s, s->spared, sizeof(*s->spared));
    give_memory(s, s, sizeof(*s));
}
