/* A connection without a socket.
 *
 * The far end behaves as a socket's would: level-triggered, one event at a time,
 * writes that find no room, an end, a reset.  Only time differs: what the near end
 * does is told to the far end within the call, so that a test needs no loop for a
 * request that is answered at once; what the far end asks for (a watch for what is
 * already there) is told at the end of the loop's turn. */
#include <assert.h>

#include "apus/net.h"

struct apus_pipe {
    apus_stream stream; /* the far end; first */
    apus_loop *loop;
    apus_alloc alloc;
    apus_buf in; /* bytes from `at` on have not been read */
    size_t at;
    apus_buf *out;
    size_t room;
    apus_hook hook;
    unsigned watched;
    unsigned changes; /* counts what either end does */
    bool hooked;      /* the loop holds the hook */
    bool telling;     /* `ready` is running */
    bool near_finished, near_closed, far_finished, far_closed;
};

static apus_pipe *of(const apus_stream *s)
{
    return (apus_pipe *)(uintptr_t)s;
}

static void free_if_over(apus_pipe *p)
{
    if (!p->near_closed || !p->far_closed || p->hooked || p->telling)
        return;
    apus_buf_finish(&p->in);
    apus_alloc alloc = p->alloc;
    alloc.resize(alloc.ctx, p, sizeof(*p), 0);
}

static unsigned pending(const apus_pipe *p)
{
    if (p->near_closed)
        return APUS_STREAM_GONE;
    unsigned events = 0;
    if (p->at < p->in.len || p->near_finished)
        events |= APUS_STREAM_READ;
    if (p->out->len < p->room)
        events |= APUS_STREAM_WRITE;
    return events & p->watched;
}

/* Calls `ready` while that makes a difference. */
static void tell(apus_pipe *p)
{
    if (p->telling)
        return;
    p->telling = true;
    unsigned events;
    while (!p->far_closed && p->stream.ready && (events = pending(p))) {
        unsigned before = p->changes;
        p->stream.ready(p->stream.ctx, events);
        if (p->changes == before)
            break;
    }
    p->telling = false;
    free_if_over(p);
}

static void tell_at_end(void *ctx)
{
    apus_pipe *p = ctx;
    p->hooked = false;
    tell(p);
}

/* What is pending outside of `tell` is told when the turn ends. */
static void tell_later(apus_pipe *p)
{
    if (p->telling || p->hooked || p->far_closed || !pending(p))
        return;
    p->hooked = true;
    apus_loop_at_end(p->loop, &p->hook);
}

static apus_rc pipe_read(apus_stream *s, char *to, size_t room, size_t *got)
{
    apus_pipe *p = of(s);
    size_t n = p->in.len - p->at;
    if (p->near_closed)
        return APUS_IO;
    if (n == 0)
        return p->near_finished ? APUS_DONE : APUS_MORE;
    if (n > room)
        n = room;
    memcpy(to, p->in.ptr + p->at, n);
    p->at += n;
    p->changes++;
    if (p->at == p->in.len) {
        apus_buf_clear(&p->in);
        p->at = 0;
    }
    *got = n;
    tell_later(p); /* of what a fiber has left */
    return APUS_OK;
}

static apus_rc pipe_writev(apus_stream *s, const struct iovec *iov, int n, size_t *sent)
{
    apus_pipe *p = of(s);
    if (p->near_closed || p->far_finished)
        return APUS_IO;
    size_t before = p->out->len;
    for (int i = 0; i < n && p->out->len < p->room; i++) {
        apus_str piece = { iov[i].iov_base, iov[i].iov_len };
        apus_buf_add(p->out, apus_str_slice(piece, 0, p->room - p->out->len));
    }
    if (p->out->failed)
        return APUS_IO;
    *sent = p->out->len - before;
    p->changes += *sent > 0;
    return *sent ? APUS_OK : APUS_MORE;
}

static void pipe_watch(apus_stream *s, unsigned events)
{
    apus_pipe *p = of(s);
    p->watched = events;
    p->changes++;
    tell_later(p);
}

static void pipe_finish(apus_stream *s)
{
    of(s)->far_finished = true;
}

static void pipe_close(apus_stream *s)
{
    of(s)->far_closed = true;
    free_if_over(of(s));
}

static apus_str pipe_peer(const apus_stream *s)
{
    (void)s;
    return APUS_STR("pipe");
}

static const apus_stream_ops pipe_ops = {
    .read = pipe_read,
    .writev = pipe_writev,
    .watch = pipe_watch,
    .finish = pipe_finish,
    .close = pipe_close,
    .peer = pipe_peer,
};

apus_rc apus_pipe_open(apus_loop *loop, const apus_alloc *alloc, apus_buf *out,
                       apus_stream **stream, apus_pipe **pipe)
{
    apus_pipe *p = alloc->resize(alloc->ctx, NULL, 0, sizeof(*p));
    if (!p)
        return APUS_NOMEM;
    *p = (apus_pipe){ .stream = { .ops = &pipe_ops },
                      .loop = loop,
                      .alloc = *alloc,
                      .in = apus_buf_with(alloc),
                      .out = out,
                      .room = SIZE_MAX,
                      .hook = { .fn = tell_at_end, .ctx = p } };
    *stream = &p->stream;
    *pipe = p;
    return APUS_OK;
}

apus_rc apus_pipe_send(apus_pipe *p, apus_str bytes)
{
    assert(!p->near_finished && !p->near_closed);
    if (p->far_closed)
        return APUS_IO;
    char *to = apus_buf_room(&p->in, bytes.len);
    if (!to) {
        p->in.failed = APUS_OK; /* what it holds is whole; only this piece is refused */
        return APUS_NOMEM;
    }
    if (bytes.len)
        memcpy(to, bytes.ptr, bytes.len);
    apus_buf_grew(&p->in, bytes.len);
    p->changes++;
    tell(p);
    return APUS_OK;
}

void apus_pipe_finish(apus_pipe *p)
{
    p->near_finished = true;
    p->changes++;
    tell(p);
}

void apus_pipe_set_room(apus_pipe *p, size_t room)
{
    p->room = room;
    p->changes++;
    tell(p);
}

bool apus_pipe_is_finished(const apus_pipe *p)
{
    return p->far_finished || p->far_closed;
}

void apus_pipe_close(apus_pipe *p)
{
    if (!p)
        return;
    p->near_closed = true;
    p->changes++;
    tell(p);
}
