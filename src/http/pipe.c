#include "apus/net.h"
#include "http/connection.h"

struct apus_http_pipe {
    apus_alloc alloc;
    apus_pipe *near;
};

apus_rc apus_http_pipe_open(apus_http_server *s, apus_buf *out, apus_http_pipe **pipe)
{
    if (apus__server_is_full(s))
        return APUS_LIMIT;
    apus_stream *far;
    apus_http_pipe *p = s->alloc.resize(s->alloc.ctx, NULL, 0, sizeof(*p));
    if (!p)
        return APUS_NOMEM;
    p->alloc = s->alloc;
    if (apus_pipe_open(s->loop, &s->alloc, out, &far, &p->near))
        goto fail;
    if (apus__connection_open(s, far, APUS__REFUSAL_NONE, 0)) {
        apus_pipe_close(p->near);
        goto fail;
    }
    *pipe = p;
    return APUS_OK;

fail:
    s->alloc.resize(s->alloc.ctx, p, sizeof(*p), 0);
    return APUS_NOMEM;
}

apus_rc apus_http_pipe_send(apus_http_pipe *pipe, apus_str bytes)
{
    return apus_pipe_send(pipe->near, bytes);
}

bool apus_http_pipe_is_closed(const apus_http_pipe *pipe)
{
    return apus_pipe_is_finished(pipe->near);
}

void apus_http_pipe_finish(apus_http_pipe *pipe)
{
    apus_pipe_finish(pipe->near);
}

void apus_http_pipe_set_room(apus_http_pipe *pipe, size_t room)
{
    apus_pipe_set_room(pipe->near, room);
}

void apus_http_pipe_close(apus_http_pipe *pipe)
{
    if (!pipe)
        return;
    apus_alloc alloc = pipe->alloc;
    apus_pipe_close(pipe->near);
    alloc.resize(alloc.ctx, pipe, sizeof(*pipe), 0);
}
