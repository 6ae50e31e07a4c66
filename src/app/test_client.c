/* A client in the same process: its own loop, the real server, a pipe for a socket.
 *
 * Each request travels over a connection of its own and is over when its answer is
 * complete and everything it left for later has run, so that a test sees what an
 * apus_after did. */
#include "app/test_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/main.h"
#include "app/service.h"
#include "app/test_record.h"

enum {
    MEMORY_MAX = 256 << 20, /* of all answers of one client */
};

void apus__test_fail_now(const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    apus__test_fail(text);
}

void apus__test_need(bool holds, const char *what)
{
    if (!holds)
        apus__test_fail_now("test client: %s", what);
}

apus_arena *apus__test_arena(apus_test *t)
{
    return &t->arena;
}

/* --- starting and stopping --- */

static void handle(void *ctx, apus_exchange *x)
{
    const apus_test *t = ctx;
    if (t->from.len)
        x->request.peer = t->from;
    apus_service_handle(t->service, x);
}

apus_test *apus_test_start(const apus_app *app)
{
    return apus_test_start_as(app, NULL);
}

apus_test *apus_test_start_as(const apus_app *app, const apus_service_options *options)
{
    apus_test *t = apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, sizeof(*t));
    apus_err err = { 0 };
    if (!t) {
        apus__test_need(false, "out of memory");
        return NULL;
    }
    *t = (apus_test){ 0 };
    apus_arena_scribble();
    apus_arena_init(&t->arena, &apus_alloc_libc, MEMORY_MAX);
    if (apus_loop_create(&t->loop, &err) ||
        apus_service_create_as(app, t->loop, options, &t->service, &err) ||
        apus_http_server_create(t->loop, NULL, handle, t, &t->server, &err))
        apus__test_fail_now("test client: %s", err.msg);
    apus_http_server_on_refusal(t->server, apus_service_refuse, t->service);
    apus_http_server_on_body(t->server, apus_service_admit, t->service);
    return t;
}

void apus_test_stop(apus_test *t)
{
    if (!t)
        return;
    while (t->sockets)
        apus__test_socket_end(t->sockets);
    apus_http_server_destroy(t->server);
    /* What was cancelled still runs to its end. */
    for (int i = 0; i < 1000 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    apus_service_destroy(t->service);
    apus_loop_destroy(t->loop);
    apus_arena_finish(&t->arena);
    apus_alloc_libc.resize(apus_alloc_libc.ctx, t, sizeof(*t), 0);
}

void apus__test_override(apus_test *t, apus_fn *real, apus_fn *fake)
{
    apus__test_need(
        !t->service->worker.is_started ||
            !apus__makes_override(&t->service->plans.makes, real, NULL),
        "apus_override: that has been made already; override it before the first request");
    apus__test_need(apus__service_override(t->service, real, fake) > 0,
                    "apus_override: no route leads to that function");
}

void apus_test_header(apus_test *t, const char *name, const char *value)
{
    struct apus__test_header **at = &t->headers;
    while (*at && !apus_str_eq_nocase((*at)->name, apus_str_of(name)))
        at = &(*at)->next;
    if (*at)
        *at = (*at)->next;
    if (!value)
        return;
    struct apus__test_header *h = APUS_NEW(&t->arena, struct apus__test_header, 1);
    apus__test_need(h != NULL, "out of memory");
    h->name = apus_arena_str(&t->arena, apus_str_of(name));
    h->value = apus_arena_str(&t->arena, apus_str_of(value));
    h->next = t->headers;
    t->headers = h;
}

/* As a socket writes it: with brackets around what has colons of its own. */
void apus_test_from(apus_test *t, const char *address)
{
    const char *colon = address ? strchr(address, ':') : NULL;
    bool is_bare = colon && address[0] != '[' && strchr(colon + 1, ':');
    t->from = address ? apus_arena_strf(&t->arena, is_bare ? "[%s]" : "%s", address) : APUS_STR("");
    apus__test_need(t->from.ptr != NULL, "out of memory");
}

/* --- answers --- */

/* The value of a header in a head, or "". */
static apus_str head_value(apus_str head, apus_str name)
{
    while (head.len) {
        size_t end = apus_str_find(head, '\n');
        apus_str line = apus_str_cut(&head, end < head.len ? end + 1 : head.len);
        size_t colon = apus_str_find(line, ':');
        if (colon != SIZE_MAX && apus_str_eq_nocase(apus_str_slice(line, 0, colon), name))
            return apus_str_trim(apus_str_slice(line, colon + 1, SIZE_MAX));
    }
    return APUS_STR("");
}

static int number_of(apus_str text, size_t from, size_t n)
{
    int value = 0;
    for (size_t i = from; i < from + n && i < text.len; i++)
        value = value * 10 + (text.ptr[i] - '0');
    return value;
}

size_t apus__test_head_end(apus_str all)
{
    for (size_t i = 0; i + 4 <= all.len; i++)
        if (memcmp(all.ptr + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return 0;
}

/* The chunked coding, undone; what came of it when the end is missing. */
static apus_str unchunk(apus_test *t, apus_str coded, bool *is_cut)
{
    apus_http1_chunked c = { 0 };
    apus_buf b = apus_buf_in(&t->arena);
    apus_str data, all;
    apus_rc rc;
    while ((rc = apus_http1_chunked_next(&c, &coded, &data)) == APUS_OK)
        apus_buf_add(&b, data);
    *is_cut = rc != APUS_DONE;
    apus__test_need(apus_buf_take(&b, &all) == APUS_OK, "out of memory");
    return all;
}

/* "HTTP/1.1 200 OK": interim answers (1xx) are passed over. */
void apus__test_cut_answer(apus_str all, const char *method, apus_answer *a)
{
    size_t end = apus__test_head_end(all);
    while (end && number_of(all, 9, 3) < 200) {
        apus_str_cut(&all, end);
        end = apus__test_head_end(all);
    }
    if (!end)
        return;
    a->head = apus_str_slice(all, 0, end);
    a->status = number_of(all, 9, 3);
    a->body = apus_str_slice(all, end, SIZE_MAX);
    apus_str length = head_value(a->head, APUS_STR("content-length"));
    size_t whole = (size_t)number_of(length, 0, length.len);
    if (apus_str_eq_nocase(head_value(a->head, APUS_STR("transfer-encoding")), APUS_STR("chunked")))
        a->body = unchunk(a->test, a->body, &a->is_cut);
    if (length.len && strcmp(method, "HEAD") != 0) {
        a->is_cut = a->body.len < whole;
        a->body = apus_str_slice(a->body, 0, whole);
    }
}

apus_str apus_answer_header(apus_answer a, const char *name)
{
    return head_value(a.head, apus_str_of(name));
}

/* --- requests --- */

/* Turns the loop until the server has closed and nothing of the request runs; of those that
 * ran before it (WebSockets), `others`, nothing is expected. */
static void wait_for_end(apus_test *t, const apus_http_pipe *pipe, uint32_t others, apus_answer *a)
{
    int64_t until = apus_clock_now() + APUS__TEST_SECONDS_MAX * APUS_SECOND;
    while (!apus_http_pipe_is_closed(pipe) || t->service->live > others) {
        apus_loop_turn(t->loop, APUS_SECOND / 10);
        if (apus_clock_now() > until) {
            apus__test_fail_now("%s %s: no answer within %d seconds", a->method, a->path,
                                APUS__TEST_SECONDS_MAX);
            return;
        }
    }
}

static apus_answer exchange(apus_test *t, const char *method, const char *path, apus_str request)
{
    apus_answer a = { .method = method, .path = path, .test = t };
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    apus_http_pipe *pipe;
    apus_err err = { 0 };
    if (apus_service_start(t->service, &err))
        apus__test_fail_now("the app does not start: %s", err.msg);
    apus__test_need(apus_http_pipe_open(t->server, &out, &pipe) == APUS_OK, "no connection");
    uint32_t others = t->service->live;
    apus_http_pipe_send(pipe, request);
    wait_for_end(t, pipe, others, &a);
    apus_http_pipe_close(pipe);
    /* The pipe is the loop's to end. */
    apus_loop_turn(t->loop, 0);
    apus_str all = { 0 };
    if (out.len)
        all = apus_arena_str(&t->arena, (apus_str){ out.ptr, out.len });
    apus__test_need(all.ptr || out.len == 0, "out of memory");
    apus_buf_finish(&out);
    a.body = a.head = APUS_STR("");
    apus__test_cut_answer(all, method, &a);
    if (a.body.len) { /* NUL-terminated, as all text of ours */
        a.body = apus_arena_str(&t->arena, a.body);
        apus__test_need(a.body.ptr != NULL, "out of memory");
    }
    return a;
}

apus_answer apus_test_raw(apus_test *t, apus_str request)
{
    apus_str rest = request;
    size_t space = apus_str_find(rest, ' ');
    apus_str method = apus_arena_str(&t->arena, apus_str_slice(request, 0, space));
    apus__test_need(method.ptr != NULL, "out of memory");
    return exchange(t, method.ptr, "(raw)", request);
}

void apus__test_write_head(const apus_test *t, const char *method, const char *path, apus_buf *to)
{
    bool has_host = false;
    apus_buf_addf(to, "%s %.*s%s HTTP/1.1\r\n", method, APUS_FMT(t->prefix), path);
    for (const struct apus__test_header *h = t->headers; h; h = h->next) {
        apus_buf_addf(to, "%.*s: %.*s\r\n", APUS_FMT(h->name), APUS_FMT(h->value));
        has_host = has_host || apus_str_eq_nocase(h->name, APUS_STR("host"));
    }
    if (!has_host)
        apus_buf_lit(to, "host: testserver\r\n");
    apus__test_cookies_write(t, path, to);
}

static apus_answer send_once(apus_test *t, const char *method, const char *path,
                             const char *content_type, apus_str body)
{
    apus_buf b = apus_buf_in(&t->arena);
    apus__test_write_head(t, method, path, &b);
    if (content_type)
        apus_buf_addf(&b, "content-type: %s\r\n", content_type);
    if (body.len || content_type)
        apus_buf_addf(&b, "content-length: %zu\r\n", body.len);
    apus_buf_lit(&b, "connection: close\r\n\r\n");
    apus_buf_add(&b, body);
    apus_str request;
    apus__test_need(apus_buf_take(&b, &request) == APUS_OK, "out of memory");
    apus_answer a = exchange(t, method, path, request);
    apus__test_cookies_take(t, a.head);
    apus__record_exchange(&a, body);
    return a;
}

apus_answer apus_test_send(apus_test *t, const char *method, const char *path,
                           const char *content_type, apus_str body)
{
    apus_answer a = send_once(t, method, path, content_type, body);
    return t->redirects_max ? apus__test_followed(t, a, content_type, body, send_once) : a;
}

static apus_answer send_json(apus_test *t, const char *method, const char *path, const char *body)
{
    return apus_test_send(t, method, path, body ? "application/json" : NULL, apus_str_of(body));
}

apus_answer apus_test_get(apus_test *t, const char *path)
{
    return send_json(t, "GET", path, NULL);
}

apus_answer apus_test_post(apus_test *t, const char *path, const char *body)
{
    return send_json(t, "POST", path, body);
}

apus_answer apus_test_put(apus_test *t, const char *path, const char *body)
{
    return send_json(t, "PUT", path, body);
}

apus_answer apus_test_patch(apus_test *t, const char *path, const char *body)
{
    return send_json(t, "PATCH", path, body);
}

apus_answer apus_test_delete(apus_test *t, const char *path)
{
    return send_json(t, "DELETE", path, NULL);
}
