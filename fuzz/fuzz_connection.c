/* A connection: the same bytes are the same requests, however the network cuts them; each
 * is answered once, in order, and nothing is served after a refusal. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/http.h"
#include "apus/loop.h"

enum {
    LENT = 3000,  /* bytes of a body that goes out without being copied */
    SETTLING = 8, /* turns after which nothing more happens */
};

struct talk {
    uint64_t requests; /* a hash of all, in order */
    size_t n_requests, n_answers;
    bool closed;
};

static struct talk *now;
static char lent[LENT];

/* Of paths that begin with an s, what the handler reads is what else would be the body. */
static void admit(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx;
    terms->is_streamed = x->request.path.len > 1 && x->request.path.ptr[1] == 's';
}

/* Whether the client was there until the end. */
static bool read_body(apus_exchange *x)
{
    apus_buf all = apus_buf_in(&x->arena);
    char room[100];
    size_t got;
    while (!apus_exchange_read(x, room, sizeof(room), &got))
        apus_buf_add(&all, (apus_str){ room, got });
    return !apus_buf_take(&all, &x->request.body) && !apus_exchange_is_abandoned(x);
}

static void handle(void *ctx, apus_exchange *x)
{
    const apus_http_request *r = &x->request;
    apus_http_reply reply = { .status = 200, .body = r->body };
    (void)ctx;
    if (apus_exchange_is_streamed(x) && !read_body(x))
        return;
    now->n_requests++;
    now->requests = apus_hash(r->method_text.ptr, r->method_text.len, now->requests);
    now->requests = apus_hash(r->target.ptr, r->target.len, now->requests);
    now->requests = apus_hash(r->body.ptr, r->body.len, now->requests);
    for (uint32_t i = 0; i < r->n_headers; i++)
        now->requests = apus_hash(r->headers[i].value.ptr, r->headers[i].value.len, now->requests);
    if (r->path.len > 1 && r->path.ptr[1] == 'l')
        reply.body = (apus_str){ lent, LENT };
    (void)apus_exchange_reply(x, &reply);
}

static size_t count_answers(const apus_buf *out)
{
    static const char start[] = "HTTP/1.1 ", interim[] = "HTTP/1.1 1";
    size_t n = 0;
    for (size_t i = 0; i + sizeof(interim) <= out->len; i++)
        if (memcmp(out->ptr + i, start, sizeof(start) - 1) == 0 &&
            memcmp(out->ptr + i, interim, sizeof(interim) - 1) != 0 &&
            (i + 15 < out->len && out->ptr[i + 12] == ' '))
            n++;
    return n;
}

static struct talk converse(apus_loop *loop, apus_str bytes, size_t step)
{
    static const apus_http_limits limits = {
        .target_max = 256, .head_max = 1024, .headers_max = 16, .body_max = 4096, .pipeline_max = 8
    };
    struct talk t = { 0 };
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    apus_http_server *server;
    apus_http_pipe *pipe;
    now = &t;
    if (apus_http_server_create(loop, &limits, handle, NULL, &server, NULL) ||
        apus_http_pipe_open(server, &out, &pipe))
        abort();
    apus_http_server_on_body(server, admit, NULL);
    for (size_t at = 0; at < bytes.len; at += step) {
        if (apus_http_pipe_send(pipe, apus_str_slice(bytes, at, step)))
            break;
        apus_loop_turn(loop, 0); /* who waits for more goes on in a turn */
    }
    for (int i = 0; i < SETTLING; i++)
        apus_loop_turn(loop, 0);
    t.closed = apus_http_pipe_is_closed(pipe);
    t.n_answers = count_answers(&out);
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
    if (apus_str_starts(in, APUS_STR("PRI * HTTP/2.0")))
        return 0; /* fuzz_h2 */
    struct talk whole = converse(loop, in, in.len ? in.len : 1);
    struct talk parts = converse(loop, in, 1 + data[0] % 64);
    if (whole.n_requests != parts.n_requests || whole.requests != parts.requests ||
        whole.closed != parts.closed)
        abort();
    /* an echoed body may look like an answer, so there may seem to be more */
    size_t least = whole.n_requests;
    if (whole.n_answers < least || parts.n_answers < least)
        abort();
    return 0;
}
