/* A connection whose first bytes say whom it is from, and then a stream that goes on behind them.
 *
 *     inner ─► bytes until the head is known ─► arrived: this, as a stream
 *                                          └──► failed
 *
 * A read takes what there is, so more than the head may be here: that is given first, and told
 * at the end of a turn, since the inner stream has nothing to tell of it. */
#include <assert.h>

#include "apus/net.h"
#include "apus/proxied.h"
#include "apus/text.h"

struct apus_arrival {
    apus_stream stream; /* first: what others see, once it has arrived */
    apus_stream *inner;
    apus_loop *loop;
    apus_alloc alloc;
    apus_arrival_options options;
    apus_timer timer;
    apus_hook hook;
    apus_buf bytes; /* what was read and not given on: from `at` on */
    size_t at;
    unsigned watched;
    bool has_arrived, hooked, busy, closed; /* memory goes when it is closed and neither busy
                                               nor hooked */
    char peer[APUS_SOCKET_NAME_MAX];        /* empty: the inner stream's */
};

static apus_arrival *of(const apus_stream *s)
{
    return (apus_arrival *)(uintptr_t)s;
}

static size_t left(const apus_arrival *a)
{
    return a->bytes.len - a->at;
}

static void free_if_over(apus_arrival *a)
{
    if (!a->closed || a->hooked || a->busy)
        return;
    apus_buf_finish(&a->bytes);
    apus_alloc alloc = a->alloc;
    alloc.resize(alloc.ctx, a, sizeof(*a), 0);
}

void apus_arrival_close(apus_arrival *a)
{
    apus_timer_stop(a->loop, &a->timer);
    apus_stream_close(a->inner);
    a->closed = true;
    free_if_over(a);
}

/* --- a stream --- */

static void tell(apus_arrival *a, unsigned events)
{
    a->busy = true;
    a->stream.ready(a->stream.ctx, events);
    a->busy = false;
    free_if_over(a);
}

static void tell_of_rest(void *ctx)
{
    apus_arrival *a = ctx;
    a->hooked = false;
    if (!a->closed && left(a) && a->watched & APUS_STREAM_READ)
        tell(a, APUS_STREAM_READ);
    else
        free_if_over(a);
}

static void look_again(apus_arrival *a)
{
    if (!left(a) || a->hooked || a->closed || !(a->watched & APUS_STREAM_READ))
        return;
    a->hooked = true;
    apus_loop_at_end(a->loop, &a->hook);
}

static apus_rc arrival_read(apus_stream *s, char *to, size_t room, size_t *got)
{
    apus_arrival *a = of(s);
    if (!left(a))
        return apus_stream_read(a->inner, to, room, got);
    *got = left(a) < room ? left(a) : room;
    memcpy(to, a->bytes.ptr + a->at, *got);
    a->at += *got;
    if (left(a)) {
        look_again(a);
    } else {
        apus_buf_finish(&a->bytes);
        a->at = 0;
    }
    return APUS_OK;
}

static apus_rc arrival_writev(apus_stream *s, const struct iovec *iov, int n, size_t *sent)
{
    return apus_stream_writev(of(s)->inner, iov, n, sent);
}

static void arrival_watch(apus_stream *s, unsigned events)
{
    of(s)->watched = events;
    apus_stream_watch(of(s)->inner, events);
    look_again(of(s));
}

static void arrival_finish(apus_stream *s)
{
    apus_stream_finish(of(s)->inner);
}

static void arrival_close(apus_stream *s)
{
    apus_arrival_close(of(s));
}

static apus_str arrival_peer(const apus_stream *s)
{
    const apus_arrival *a = of(s);
    return a->peer[0] ? apus_str_of(a->peer) : apus_stream_peer(a->inner);
}

static const apus_stream_ops arrival_ops = {
    .read = arrival_read,
    .writev = arrival_writev,
    .watch = arrival_watch,
    .finish = arrival_finish,
    .close = arrival_close,
    .peer = arrival_peer,
};

/* --- arriving --- */

/* Closed first, so that whoever is told may end everything. */
static void fail(apus_arrival *a, apus_rc rc, const char *what)
{
    apus_err err = { .rc = rc };
    apus_str peer = apus_stream_peer(a->inner);
    if (what)
        apus__err_set(&err, rc, "%.*s %s", APUS_FMT(peer), what);
    void (*failed)(void *, const apus_err *) = a->options.failed;
    void *ctx = a->options.ctx;
    apus_arrival_close(a);
    failed(ctx, &err);
}

_Static_assert(APUS_TEXT_IP_MAX + sizeof("[]:65535") <= APUS_SOCKET_NAME_MAX, "a peer fits");

static void set_peer(apus_arrival *a, const apus_proxied *p)
{
    if (!p->client.version)
        return;
    bool is_v6 = p->client.version == 6;
    size_t n = 0;
    if (is_v6)
        a->peer[n++] = '[';
    n += apus_ip_print(p->client, a->peer + n);
    if (is_v6)
        a->peer[n++] = ']';
    a->peer[n++] = ':';
    n += apus_uint_print(p->client_port, a->peer + n);
    a->peer[n] = '\0';
}

static void arrive(apus_arrival *a, size_t head)
{
    a->at = head;
    if (!left(a)) {
        apus_buf_finish(&a->bytes);
        a->at = 0;
    }
    apus_timer_stop(a->loop, &a->timer);
    apus_stream_watch(a->inner, 0);
    a->has_arrived = true;
    a->options.arrived(a->options.ctx, &a->stream);
}

/* What the bytes that are here come to. */
static void look(apus_arrival *a)
{
    apus_str bytes = { a->bytes.ptr, a->bytes.len };
    if (a->options.head == APUS_ARRIVAL_REFUSED) {
        apus_rc rc = apus_proxied_look(bytes);
        if (rc == APUS_OK)
            fail(a, APUS_SYNTAX, "sends a PROXY protocol head and is not trusted to; closed");
        else if (rc != APUS_MORE)
            arrive(a, 0);
        return;
    }
    apus_proxied p;
    apus_rc rc = apus_proxied_read(bytes, &p);
    if (rc == APUS_OK) {
        set_peer(a, &p);
        arrive(a, p.size);
    } else if (rc != APUS_MORE) {
        fail(a, APUS_SYNTAX,
             "does not begin with a PROXY protocol head, or with a broken one; closed");
    }
}

static void receive(apus_arrival *a)
{
    size_t got;
    char *to = apus_buf_room(&a->bytes, APUS_PROXIED_MAX - a->bytes.len);
    if (!to) {
        fail(a, APUS_NOMEM, "cannot be heard, out of memory; closed");
        return;
    }
    apus_rc rc = apus_stream_read(a->inner, to, APUS_PROXIED_MAX - a->bytes.len, &got);
    if (rc == APUS_OK) {
        apus_buf_grew(&a->bytes, got);
        look(a);
    } else if (rc == APUS_DONE && a->bytes.len) {
        fail(a, APUS_SYNTAX, "ended within its PROXY protocol head; closed");
    } else if (rc != APUS_MORE) {
        fail(a, rc, NULL);
    }
}

static void inner_ready(void *ctx, unsigned events)
{
    apus_arrival *a = ctx;
    if (a->has_arrived) {
        tell(a, events);
        return;
    }
    a->busy = true;
    if (events & APUS_STREAM_GONE)
        fail(a, a->bytes.len ? APUS_IO : APUS_DONE, NULL);
    else
        receive(a);
    a->busy = false;
    free_if_over(a);
}

static void is_late(void *ctx)
{
    apus_arrival *a = ctx;
    bool tells = a->options.head == APUS_ARRIVAL_EXPECTED;
    fail(a, APUS_TIMEOUT, tells ? "sent no PROXY protocol head in time; closed" : NULL);
}

apus_rc apus_arrival_open(apus_loop *loop, apus_stream *inner, const apus_arrival_options *options,
                          apus_arrival **out)
{
    apus_alloc alloc = options->alloc ? *options->alloc : apus_alloc_libc;
    apus_arrival *a = alloc.resize(alloc.ctx, NULL, 0, sizeof(*a));
    assert(options->arrived && options->failed);
    if (!a)
        return APUS_NOMEM;
    *a = (apus_arrival){ .stream = { .ops = &arrival_ops },
                         .inner = inner,
                         .loop = loop,
                         .alloc = alloc,
                         .options = *options,
                         .timer = { .fn = is_late, .ctx = a },
                         .hook = { .fn = tell_of_rest, .ctx = a },
                         .bytes = apus_buf_with(&alloc) };
    apus_stream_attach(inner, inner_ready, a);
    apus_timer_start(loop, &a->timer, options->deadline);
    apus_stream_watch(inner, APUS_STREAM_READ);
    *out = a;
    return APUS_OK;
}
