/* Taking connections, and not dying of it.
 *
 * When the process is out of descriptors, accept fails and the connection stays in
 * the kernel's queue: a level-triggered loop would spin.  So the listener looks away
 * for a tenth of a second and tries again; the queue is the client's waiting room
 * meanwhile, and the connections that are open are served as ever.  It does so before the
 * last descriptor is taken: their requests need some as well.
 *
 * Streams outlive their listener, which a draining server closes first; so their
 * memory stays with them, in a pool that both hold, and the last one frees it. */
#include "apus/net.h"

#include <assert.h>

#include "apus/metric.h"
#include "apus/usage.h"
#include "apus/value.h"

enum {
    ACCEPTS_MAX = 64,            /* in one turn, so that others get theirs */
    LAST_ACCEPTS_MAX = 4096,     /* when it finishes: no queue is longer */
    REST_NS = 100 * 1000 * 1000, /* when descriptors run out */
    FREE_MAX = 256,              /* streams kept for later */
};

#define QUIET (60 * APUS_SECOND) /* between two words on the same trouble */

typedef struct stream_pool {
    apus_alloc alloc;
    struct socket_stream *free;
    uint32_t n_free;
    uint32_t n_users; /* the listener and all open streams */
} stream_pool;

typedef struct socket_stream {
    apus_stream stream; /* first: what others see */
    stream_pool *pool;
    struct socket_stream *next; /* in the pool */
    apus_watch *watch;
    int fd;
    char peer[APUS_SOCKET_NAME_MAX];
} socket_stream;

struct apus_listener {
    apus_listener_options options;
    apus_loop *loop;
    stream_pool *pool;
    apus_watch *watch;
    apus_timer rest;
    int fd;
    int full_from;       /* a descriptor with such a number is the last for a while */
    apus_rc trouble;     /* that was told last ... */
    int64_t quiet_until; /* ... and is not told again before: it may come and go */
};

/* --- the pool --- */

static socket_stream *take_stream(stream_pool *p)
{
    socket_stream *s = p->free;
    if (s) {
        p->free = s->next;
        p->n_free--;
    } else {
        s = p->alloc.resize(p->alloc.ctx, NULL, 0, sizeof(*s));
    }
    if (s) {
        s->pool = p;
        p->n_users++;
    }
    return s;
}

static void leave_pool(stream_pool *p)
{
    if (--p->n_users > 0)
        return;
    while (p->free) {
        socket_stream *s = p->free;
        p->free = s->next;
        p->alloc.resize(p->alloc.ctx, s, sizeof(*s), 0);
    }
    apus_alloc alloc = p->alloc;
    alloc.resize(alloc.ctx, p, sizeof(*p), 0);
}

static void give_stream(socket_stream *s)
{
    stream_pool *p = s->pool;
    if (p->n_free < FREE_MAX) {
        s->next = p->free;
        p->free = s;
        p->n_free++;
    } else {
        p->alloc.resize(p->alloc.ctx, s, sizeof(*s), 0);
    }
    leave_pool(p);
}

/* --- a socket as a stream --- */

static socket_stream *of(const apus_stream *s)
{
    return (socket_stream *)(uintptr_t)s;
}

static apus_rc socket_read(apus_stream *s, char *to, size_t room, size_t *got)
{
    return apus_socket_read(of(s)->fd, to, room, got);
}

static apus_rc socket_writev(apus_stream *s, const struct iovec *iov, int n, size_t *sent)
{
    return apus_socket_writev(of(s)->fd, iov, n, sent);
}

static void socket_watch(apus_stream *s, unsigned events)
{
    apus_watch_set(of(s)->watch, events);
}

static void socket_finish(apus_stream *s)
{
    apus_socket_finish(of(s)->fd);
}

static void socket_close(apus_stream *s)
{
    apus_watch_close(of(s)->watch);
    apus_socket_close(of(s)->fd);
    give_stream(of(s));
}

static apus_str socket_peer(const apus_stream *s)
{
    return apus_str_of(of(s)->peer);
}

static const apus_stream_ops socket_ops = {
    .read = socket_read,
    .writev = socket_writev,
    .watch = socket_watch,
    .finish = socket_finish,
    .close = socket_close,
    .peer = socket_peer,
};

_Static_assert((int)APUS_STREAM_READ == (int)APUS_WATCH_READ &&
                   (int)APUS_STREAM_WRITE == (int)APUS_WATCH_WRITE &&
                   (int)APUS_STREAM_GONE == (int)APUS_WATCH_GONE,
               "events pass through unchanged");

static void stream_ready(void *ctx, unsigned events)
{
    socket_stream *s = ctx;
    s->stream.ready(s->stream.ctx, events);
}

/* --- accepting --- */

static const char no_descriptors[] = "out of descriptors";

static void rest(apus_listener *l, apus_rc rc, const char *what)
{
    if (rc == APUS_LIMIT)
        apus_metric_add(APUS_METRIC_limit_descriptors, 1);
    apus_watch_set(l->watch, 0);
    apus_timer_start(l->loop, &l->rest, apus_loop_now(l->loop) + REST_NS);
    if (rc == l->trouble && apus_loop_now(l->loop) < l->quiet_until)
        return;
    l->trouble = rc;
    l->quiet_until = apus_loop_now(l->loop) + QUIET;
    if (l->options.trouble) {
        apus_err err;
        apus__err_set(&err, rc, "cannot take connections, %s; trying again ten times a second",
                      what);
        l->options.trouble(l->options.ctx, &err);
    }
}

static void rested(void *ctx)
{
    apus_listener *l = ctx;
    if (apus_descriptor_percent() < APUS_DESCRIPTORS_FULL)
        apus_watch_set(l->watch, APUS_WATCH_READ);
    else
        rest(l, APUS_LIMIT, no_descriptors);
}

/* APUS_OK: one was taken; APUS_LIMIT: perhaps, and no other should be; APUS_MORE: there is
 * none. */
static apus_rc accept_one(apus_listener *l)
{
    socket_stream *s = take_stream(l->pool);
    if (!s)
        return APUS_NOMEM;
    apus_rc rc = apus_socket_accept(l->fd, &s->fd, s->peer);
    if (rc) {
        give_stream(s);
        return rc;
    }
    rc = apus_watch_open(apus_loop_reactor(l->loop), s->fd, stream_ready, s, &s->watch);
    if (rc) {
        apus_socket_close(s->fd);
        give_stream(s);
        return rc;
    }
    apus_socket_no_delay(s->fd);
    s->stream = (apus_stream){ .ops = &socket_ops };
    bool is_last = s->fd >= l->full_from;
    l->options.accepted(l->options.ctx, &s->stream);
    return is_last ? APUS_LIMIT : APUS_OK;
}

static void accept_some(apus_listener *l, int most)
{
    for (int i = 0; i < most; i++) {
        apus_rc rc = accept_one(l);
        if (rc == APUS_MORE)
            return;
        if (rc) {
            rest(l, rc,
                 rc == APUS_NOMEM   ? "out of memory"
                 : rc == APUS_LIMIT ? no_descriptors
                                    : "the system says no");
            return;
        }
    }
}

static void acceptable(void *ctx, unsigned events)
{
    (void)events;
    accept_some(ctx, ACCEPTS_MAX);
}

apus_rc apus_listener_open(apus_loop *loop, int fd, const apus_listener_options *options,
                           apus_listener **out, apus_err *err)
{
    assert(options->accepted);
    apus_alloc alloc = options->alloc ? *options->alloc : apus_alloc_libc;
    apus_listener *l = alloc.resize(alloc.ctx, NULL, 0, sizeof(*l));
    stream_pool *p = alloc.resize(alloc.ctx, NULL, 0, sizeof(*p));
    apus_rc rc = APUS_NOMEM;
    if (l && p) {
        *p = (stream_pool){ .alloc = alloc, .n_users = 1 };
        *l = (apus_listener){ .options = *options,
                              .loop = loop,
                              .pool = p,
                              .fd = fd,
                              .full_from = apus_descriptors_full_from(),
                              .rest = { .fn = rested, .ctx = l } };
        rc = apus_watch_open(apus_loop_reactor(loop), fd, acceptable, l, &l->watch);
    }
    if (rc) {
        if (l)
            alloc.resize(alloc.ctx, l, sizeof(*l), 0);
        if (p)
            alloc.resize(alloc.ctx, p, sizeof(*p), 0);
        return apus_err_set(err, rc, "cannot accept connections: %s", apus_rc_text(rc));
    }
    apus_watch_set(l->watch, APUS_WATCH_READ);
    *out = l;
    return APUS_OK;
}

void apus_listener_close(apus_listener *l)
{
    if (!l)
        return;
    apus_timer_stop(l->loop, &l->rest);
    apus_watch_close(l->watch);
    apus_socket_close(l->fd);
    apus_alloc alloc = l->pool->alloc;
    leave_pool(l->pool);
    alloc.resize(alloc.ctx, l, sizeof(*l), 0);
}

void apus_listener_finish(apus_listener *l)
{
    if (l)
        accept_some(l, LAST_ACCEPTS_MAX);
    apus_listener_close(l);
}

apus_rc apus_listen_tcp(const char *host, uint16_t port, apus_socket_share share, int *fd,
                        apus_err *err)
{
    static const struct {
        const char *name, *address;
    } names[] = { { "localhost", "127.0.0.1" }, { "*", "0.0.0.0" } };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(host, names[i].name) == 0)
            host = names[i].address;
    return apus_socket_listen(host, port, share, fd, err);
}
