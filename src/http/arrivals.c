/* Connections on their way in, where balancers tell whom they are from. */
#include "apus/metric.h"
#include "apus/net.h"
#include "apus/peers.h"
#include "apus/value.h"
#include "http/connection.h"

/* One, until it is known. */
typedef struct arriving {
    struct arriving *next, *prev;
    apus_http_server *server;
    struct apus_tls *tls; /* or NULL */
    apus_arrival *arrival;
} arriving;

struct apus__arrivals {
    apus_peers from;
    arriving *first;
    uint32_t n;
    apus__complaint complaint;
};

uint32_t apus__arrivals_count(const apus_http_server *s)
{
    return s->arrivals ? s->arrivals->n : 0;
}

static void *resize(const apus_http_server *s, void *ptr, size_t old, size_t size)
{
    return s->alloc.resize(s->alloc.ctx, ptr, old, size);
}

apus_rc apus_http_server_expect_proxied(apus_http_server *s, const apus_peers *from)
{
    if (!s->arrivals) {
        s->arrivals = resize(s, NULL, 0, sizeof(*s->arrivals));
        if (!s->arrivals)
            return APUS_NOMEM;
        *s->arrivals = (struct apus__arrivals){ .n = 0 };
    }
    s->arrivals->from = *from;
    return APUS_OK;
}

static void leave(arriving *a)
{
    apus_http_server *s = a->server;
    *(a->prev ? &a->prev->next : &s->arrivals->first) = a->next;
    if (a->next)
        a->next->prev = a->prev;
    s->arrivals->n--;
    resize(s, a, sizeof(*a), 0);
}

void apus__arrivals_close(apus_http_server *s)
{
    if (!s->arrivals)
        return;
    while (s->arrivals->first) {
        apus_arrival_close(s->arrivals->first->arrival);
        leave(s->arrivals->first);
    }
    resize(s, s->arrivals, sizeof(*s->arrivals), 0);
    s->arrivals = NULL;
}

static void has_arrived(void *ctx, apus_stream *stream)
{
    arriving *a = ctx;
    apus_http_server *s = a->server;
    struct apus_tls *tls = a->tls;
    leave(a);
    apus_metric_add(APUS_METRIC_proxied_read, 1);
    apus__server_admit(s, tls, stream);
    apus__server_has_left(s);
}

static void has_failed(void *ctx, const apus_err *why)
{
    arriving *a = ctx;
    apus_http_server *s = a->server;
    leave(a);
    if (why->rc == APUS_TIMEOUT)
        apus_metric_add(APUS_METRIC_limit_proxied_time, 1);
    else if (why->rc == APUS_SYNTAX)
        apus_metric_add(APUS_METRIC_proxied_refused, 1);
    if (why->msg[0])
        apus__server_complain(s, &s->arrivals->complaint, why);
    apus__server_has_left(s);
}

void apus__arrivals_take(apus_http_server *s, struct apus_tls *tls, apus_stream *stream)
{
    struct apus__arrivals *all = s->arrivals;
    arriving *a = resize(s, NULL, 0, sizeof(*a));
    bool tells = apus_peers_has(&all->from, apus_stream_peer(stream));
    int64_t span = tells ? s->limits.proxied_timeout : s->limits.head_timeout;
    apus_arrival_options options = { .head = tells ? APUS_ARRIVAL_EXPECTED : APUS_ARRIVAL_REFUSED,
                                     .deadline = apus_loop_now(s->loop) + span,
                                     .arrived = has_arrived,
                                     .failed = has_failed,
                                     .ctx = a,
                                     .alloc = &s->alloc };
    if (!a || apus_arrival_open(s->loop, stream, &options, &a->arrival)) {
        if (a)
            resize(s, a, sizeof(*a), 0);
        apus_stream_close(stream);
        return;
    }
    a->server = s;
    a->tls = tls;
    a->prev = NULL;
    a->next = all->first;
    if (a->next)
        a->next->prev = a;
    all->first = a;
    all->n++;
}
