#include "talk.h"

#include <stdlib.h>

enum {
    LENT_MAX = 200000,
    SETTLING = 8, /* turns after which nothing more happens */
};

typedef struct handling {
    talk *talk;
    size_t lent;
} handling;

static void over(void *ctx)
{
    ((talk *)ctx)->n_over++;
}

static void note(talk *t, const apus_http_request *r)
{
    t->n_requests++;
    t->requests = apus_hash(r->method_text.ptr, r->method_text.len, t->requests);
    t->requests = apus_hash(r->target.ptr, r->target.len, t->requests);
    t->requests = apus_hash(r->body.ptr, r->body.len, t->requests);
    for (uint32_t i = 0; i < r->n_headers; i++)
        t->requests = apus_hash(r->headers[i].value.ptr, r->headers[i].value.len, t->requests);
}

static char kind_of(const apus_http_request *r)
{
    return r->path.len > 1 ? r->path.ptr[1] : 0;
}

static void admit(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx;
    terms->is_streamed = kind_of(&x->request) == 's';
}

/* Whether the client was there until the end. */
static bool read_body(talk *t, apus_exchange *x)
{
    apus_buf all = apus_buf_in(&x->arena);
    char room[100];
    size_t got;
    while (!apus_exchange_read(x, room, sizeof(room), &got))
        apus_buf_add(&all, (apus_str){ room, got });
    if (apus_buf_take(&all, &x->request.body) || apus_exchange_is_abandoned(x)) {
        t->n_lost++;
        return false;
    }
    t->bodies += apus_hash(x->request.body.ptr, x->request.body.len, 1);
    return true;
}

static void handle(void *ctx, apus_exchange *x)
{
    static const char lent[LENT_MAX];
    const handling *h = ctx;
    const apus_http_request *r = &x->request;
    char kind = kind_of(r);
    note(h->talk, r);
    if (apus_arena_defer(&x->arena, over, h->talk))
        h->talk->n_over++;
    if (apus_exchange_is_streamed(x) && !read_body(h->talk, x))
        return;
    apus_http_reply reply = { .status = 200, .body = r->body };
    if (kind == 'l')
        reply.body = (apus_str){ lent, h->lent };
    if (kind != 'p')
        (void)apus_exchange_reply(x, &reply);
    else if (!apus_exchange_begin(x, &reply, APUS_LENGTH_UNKNOWN) &&
             !apus_exchange_write(x, APUS_STR("piece")))
        (void)apus_exchange_finish(x);
}

talk talk_hold(const apus_http_limits *limits, size_t lent, apus_str greeting, apus_str bytes,
               size_t step)
{
    static apus_loop *loop;
    talk t = { .out = apus_buf_with(&apus_alloc_libc) };
    handling h = { .talk = &t, .lent = lent };
    apus_http_server *server;
    apus_http_pipe *pipe;
    if (lent > LENT_MAX || (!loop && apus_loop_create(&loop, NULL)) ||
        apus_http_server_create(loop, limits, handle, &h, &server, NULL) ||
        apus_http_pipe_open(server, &t.out, &pipe) ||
        (greeting.len && apus_http_pipe_send(pipe, greeting)))
        abort();
    apus_http_server_on_body(server, admit, NULL);
    for (size_t at = 0; at < bytes.len; at += step) {
        if (apus_http_pipe_send(pipe, apus_str_slice(bytes, at, step)))
            break;
        apus_loop_turn(loop, 0); /* who waits for more goes on in a turn */
    }
    for (int i = 0; i < SETTLING; i++)
        apus_loop_turn(loop, 0);
    t.was_closed = apus_http_pipe_is_closed(pipe);
    apus_http_pipe_close(pipe);
    apus_http_server_destroy(server);
    apus_loop_turn(loop, 0);
    return t;
}

void talk_finish(talk *t)
{
    apus_buf_finish(&t->out);
}
