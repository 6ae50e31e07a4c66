/* A connection of HTTP/2: the same frames are the same requests, however the network cuts them,
 * and whatever they are, every request that was begun gives its memory back. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/http.h"
#include "apus/loop.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

struct talk {
    uint64_t requests; /* a hash of all, in order */
    size_t n_requests, n_over;
};

static struct talk *now;
static char lent[200000];

/* Of paths that begin with an s, what the handler reads is what else would be the body. */
static void admit(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx;
    terms->is_streamed = x->request.path.len > 1 && x->request.path.ptr[1] == 's';
}

static void read_body(apus_exchange *x)
{
    char room[100];
    size_t got;
    while (!apus_exchange_read(x, room, sizeof(room), &got))
        ;
}

static void over(void *ctx)
{
    ((struct talk *)ctx)->n_over++;
}

static void handle(void *ctx, apus_exchange *x)
{
    const apus_http_request *r = &x->request;
    apus_http_reply reply = { .status = 200, .body = r->body };
    (void)ctx;
    now->n_requests++;
    if (apus_arena_defer(&x->arena, over, now))
        now->n_over++;
    if (apus_exchange_is_streamed(x))
        read_body(x);
    now->requests = apus_hash(r->method_text.ptr, r->method_text.len, now->requests);
    now->requests = apus_hash(r->target.ptr, r->target.len, now->requests);
    now->requests = apus_hash(r->body.ptr, r->body.len, now->requests);
    for (uint32_t i = 0; i < r->n_headers; i++)
        now->requests = apus_hash(r->headers[i].value.ptr, r->headers[i].value.len, now->requests);
    if (r->path.len > 1 && r->path.ptr[1] == 'l')
        reply.body = (apus_str){ lent, sizeof(lent) };
    if (r->path.len > 1 && r->path.ptr[1] == 'p') {
        if (!apus_exchange_begin(x, &reply, APUS_LENGTH_UNKNOWN) &&
            !apus_exchange_write(x, APUS_STR("piece")))
            (void)apus_exchange_finish(x);
        return;
    }
    (void)apus_exchange_reply(x, &reply);
}

static struct talk converse(apus_loop *loop, apus_str bytes, size_t step)
{
    static const apus_http_limits limits = {
        .target_max = 256, .head_max = 1024, .headers_max = 16, .body_max = 4096, .streams_max = 8
    };
    struct talk t = { 0 };
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    apus_http_server *server;
    apus_http_pipe *pipe;
    now = &t;
    if (apus_http_server_create(loop, &limits, handle, NULL, &server, NULL) ||
        apus_http_pipe_open(server, &out, &pipe) || apus_http_pipe_send(pipe, APUS_STR(PREFACE)))
        abort();
    apus_http_server_on_body(server, admit, NULL);
    for (size_t at = 0; at < bytes.len; at += step)
        if (apus_http_pipe_send(pipe, apus_str_slice(bytes, at, step)))
            break;
    apus_http_pipe_close(pipe);
    apus_http_server_destroy(server);
    apus_loop_turn(loop, 0);
    apus_buf_finish(&out);
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apus_loop *loop;
    if (size < 1)
        return 0;
    if (!loop && apus_loop_create(&loop, NULL))
        abort();
    apus_str in = { (const char *)data + 1, size - 1 };
    struct talk whole = converse(loop, in, in.len ? in.len : 1);
    struct talk parts = converse(loop, in, 1 + data[0] % 64);
    if (whole.n_over != whole.n_requests || parts.n_over != parts.n_requests)
        abort();
    /* in one piece, a reset may come before its request is handled: no more are than in many */
    if (whole.n_requests > parts.n_requests)
        abort();
    return 0;
}
