/* What a request takes from the allocator: nothing, once things run; and whatever it
 * is refused, there is an answer or a closed connection, and nothing leaks.
 *
 * malloc itself is replaced, so that libraries are counted too.  Sanitizers bring a
 * malloc of their own; under them these tests are skipped. */
#include "tables.h"

#include "apus/http.h"
#include "apus/loop.h"
#include "apus/main.h"
#include "app/request.h"

#include "../support/counted_malloc.h"
#include "piped.h"

#if OWN_MALLOC

/* --- a few routes that do a bit of everything --- */

struct item {
    apus_str name;
    double price;
    apus_strs tags;
};

static const apus_field item_fields[] = {
    FIELD(item, name, apus_type_str, REQUIRED),
    FIELD(item, price, apus_type_double, REQUIRED),
    FIELD(item, tags, apus_type_strs, REQUIRED),
};
MODEL(item, .check = NULL);

struct echo_args {
    int64_t id;
    apus_str *q;
    const struct item *item;
};

static void nothing(void *arg)
{
    (void)arg;
}

static void later(apus_req *req, void *arg)
{
    (void)req;
    (void)arg;
}

static const struct item *echo(apus_req *req, int64_t id, apus_str *q, const struct item *item)
{
    apus_defer(req, nothing, NULL);
    apus_finally(req, later, NULL);
    apus_after(req, later, NULL);
    apus_set_header(req, "X-Id", apus_strf(req, "%lld %s", (long long)id, q ? q->ptr : "").ptr);
    apus_set_cookie(req, "a", "b", NULL);
    if (id == 404)
        return apus_fail(req, 404, "none", "there is no %d", 404);
    return item;
}

static void echo_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct echo_args *a = args;
    const struct item *(*call)(apus_req *, int64_t, apus_str *, const struct item *) =
        (const struct item *(*)(apus_req *, int64_t, apus_str *, const struct item *))fn;
    *(const struct item **)result = call(req, a->id, a->q, a->item);
}

static const apus_param echo_params[] = {
    { .in = APUS_IN_path, .field = FIELD(echo_args, id, apus_type_int64, REQUIRED) },
    { .in = APUS_IN_query, .field = FIELD(echo_args, q, apus_type_str, OPTIONAL) },
    { .in = APUS_IN_body, .field = FIELD(echo_args, item, item_type, MODEL_POINTER) },
};

/* --- bodies that come in something else --- */

/* Takes off what the whole body stands in: one byte in front and one behind. */
static void unwrap(apus_req *req, apus_next *next)
{
    (void)req;
    apus_str body = req->x->request.body;
    apus_next_body(next, apus_str_slice(body, 1, body.len > 2 ? body.len - 2 : 0));
    apus_next_run(next);
}

static const apus_middleware unwraps = { .name = "unwrap", .run = unwrap };
static const apus_middleware *const wrapped[] = { &unwraps };

/* Reads what the body holds as text as if it were the body. */
static const struct item *read_inner(apus_req *req)
{
    apus_str body = req->x->request.body;
    return apus__read_body(req, &item_type,
                           apus_str_slice(body, 1, body.len > 2 ? body.len - 2 : 0));
}

static void read_inner_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    *(const struct item **)result = read_inner(req);
}

/* --- answers that are not a body in memory --- */

static apus_response *send_file(apus_req *req)
{
    return apus_file(req, "/etc/passwd", &(apus_file_options){ .name = "p\xC3\xA4ss" });
}

static void send_file_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    *(apus_response **)result = send_file(req);
}

static void send_lines(apus_req *req)
{
    struct item one = { APUS_STR("swift"), 1.5, { NULL, 0 } };
    for (int i = 0; i < 50; i++)
        apus__write_line(req, &item_model, &one);
}

static void send_lines_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    (void)result;
    send_lines(req);
}

#define ECHO                                                                                       \
    FN(echo), PARAMS(echo_params), .args_size = sizeof(struct echo_args), .result = &item_type,    \
                                   .result_size = sizeof(void *), .status = 201,                   \
                                   .flags = APUS_ROUTE_result_pointer
static const apus_route routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/file"),
      FN(send_file),
      .result_size = sizeof(void *),
      .status = 200,
      .flags = APUS_ROUTE_result_response },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/lines"),
      FN(send_lines),
      .status = 200,
      .produces = APUS_STR_INIT("application/jsonl") },
    { .method = APUS_METHOD_POST, .path = APUS_STR_INIT("/items/{id}"), ECHO },
    { .method = APUS_METHOD_POST,
      .path = APUS_STR_INIT("/wrapped/{id}"),
      .middleware = wrapped,
      .n_middleware = COUNT(wrapped),
      ECHO },
    { .method = APUS_METHOD_POST,
      .path = APUS_STR_INIT("/inner"),
      FN(read_inner),
      .result = &item_type,
      .result_size = sizeof(void *),
      .status = 201,
      .flags = APUS_ROUTE_result_pointer },
};
#undef ECHO

static const uint8_t document[] = "{\"openapi\":\"3.1.0\"}";
static const apus_blob blob = { .text = document, .text_len = sizeof(document) - 1 };
APP(app, routes, .openapi = &blob, .openapi_path = "/openapi.json", .docs_path = "/docs");

#define ITEM "{\"name\":\"swift\",\"price\":1.5,\"tags\":[\"a\",\"b\"]}"

static const struct {
    const char *line, *body;
    const char *status; /* unless memory is refused */
    bool on_threads;    /* which are started when they are needed, and take memory then */
    bool in_pieces;     /* may be cut off, and the connection with it */
} requests[] = {
    { "POST /items/7?q=a%20b", ITEM, .status = "201" },
    { "POST /items/x?q=a", "{\"name\":1}", .status = "422" },
    { "POST /items/7", "{", .status = "422" },
    { "POST /items/404", ITEM, .status = "404" },
    { "GET /items/7", "", .status = "405" },
    { "POST /items/7/", "", .status = "307" },
    { "POST /wrapped/7", "<" ITEM ">", .status = "201" },
    { "POST /wrapped/7", "<{\"name\":1}>", .status = "422" },
    { "POST /inner", "<" ITEM ">", .status = "201" },
    { "POST /inner", "<[1, 2]>", .status = "422" },
    { "GET /nowhere", "", .status = "404" },
    { "GET /openapi.json", "", .status = "200" },
    { "GET /docs", "", .status = "200" },
    { "GET /file", "", .status = "200", .on_threads = true },
    { "GET /lines", "", .status = "200", .in_pieces = true },
};

/* Writes one as it stands on the wire; static, so that it costs nothing. */
static apus_str request(size_t which)
{
    static char text[4096];
    int len = snprintf(text, sizeof(text),
                       "%s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                       "cookie: a=b\r\ncontent-length: %zu\r\n\r\n%s",
                       requests[which].line, strlen(requests[which].body), requests[which].body);
    return (apus_str){ text, (size_t)len };
}

static void steady_requests_take_nothing(void **state)
{
    (void)state;
    struct bench b;
    start(&b, &app);
    assert_int_equal(apus_http_pipe_open(b.server, &b.out, &b.pipe), APUS_OK);
    for (size_t i = 0; i < COUNT(requests); i++) {
        apus_str text = request(i);
        long before = 0;
        for (int round = 0; round < 20; round++) {
            if (round == 10)
                before = taken;
            apus_buf_clear(&b.out);
            apus_http_pipe_send(b.pipe, text);
            turn_until_answered(&b);
            assert_true(b.out.len > 12 && memcmp(b.out.ptr, "HTTP/1.1 ", 9) == 0);
        }
        if (taken != before && !requests[i].on_threads)
            fail_msg("%s: %ld allocations in 10 requests", requests[i].line, taken - before);
    }
    stop(&b);
}

/* One request over a fresh connection of a fresh server, with the n-th allocation
 * refused.  false when there was no n-th one. */
static bool march(size_t which, long n)
{
    apus_str text = request(which);
    long held = alive;
    struct bench b;
    start(&b, &app);
    if (apus_buf_room(&b.out, 65536) == NULL)
        fail_msg("no room for the answer");
    refused = false;
    refuse_at = n;
    apus_rc rc = apus_http_pipe_open(b.server, &b.out, &b.pipe);
    if (!rc) {
        if (apus_http_pipe_send(b.pipe, text) == APUS_OK)
            turn_until_answered(&b);
    } else {
        b.pipe = NULL;
        assert_int_equal(rc, APUS_NOMEM);
    }
    refuse_at = -1;
    if (!rc && b.out.len == 0 && !apus_http_pipe_is_closed(b.pipe)) {
        /* It was the pipe that had no room for what the client sent. */
        apus_http_pipe_send(b.pipe, text);
        turn_until_answered(&b);
    }
    if (!rc) {
        bool answered = b.out.len > 12 && memcmp(b.out.ptr, "HTTP/1.1 ", 9) == 0;
        if (!answered && !apus_http_pipe_is_closed(b.pipe))
            fail_msg("%s: allocation %ld refused, and neither an answer nor an end",
                     requests[which].line, n);
        if (answered && memcmp(b.out.ptr + 9, requests[which].status, 3) != 0 &&
            memcmp(b.out.ptr + 9, "503", 3) != 0)
            fail_msg("%s: allocation %ld refused, and answered %.*s", requests[which].line, n,
                     (int)b.out.len, b.out.ptr);
    }
    stop(&b);
    if (alive != held)
        fail_msg("%s: allocation %ld refused, and %ld blocks are lost", requests[which].line, n,
                 alive - held);
    return refused;
}

static void refused_memory_is_survived(void **state)
{
    (void)state;
    march(0, 1000000); /* what is kept for ever is taken now */
    for (size_t i = 0; i < COUNT(requests); i++) {
        long n = 0;
        while (march(i, n))
            n++;
        assert_true(n > 6);
        assert_true(n < 1000);
    }
}

static void a_service_that_cannot_be_built_says_so(void **state)
{
    (void)state;
    apus_loop *loop;
    assert_int_equal(apus_loop_create(&loop, NULL), APUS_OK);
    for (long n = 0;; n++) {
        long held = alive;
        apus_service *s = NULL;
        apus_err err = { 0 };
        refused = false;
        refuse_at = n;
        apus_rc rc = apus_service_create(&app, loop, &s, &err);
        refuse_at = -1;
        assert_int_equal(rc, refused ? APUS_NOMEM : APUS_OK);
        if (rc)
            assert_non_null(strstr(err.msg, "memory"));
        else
            apus_service_destroy(s);
        assert_int_equal(alive, held);
        if (!rc)
            break;
    }
    apus_loop_destroy(loop);
}

static apus_str body_of(const apus_buf *out)
{
    const char *end = memmem(out->ptr, out->len, "\r\n\r\n", 4);
    assert_non_null(end);
    return (apus_str){ end, (size_t)(out->ptr + out->len - end) };
}

/* Answers one request with so much memory; the body is `whole`, unless it is a 503.
 * An empty `whole` is filled in. */
static void ask_within(size_t limit, size_t which, char *whole, size_t room)
{
    struct bench b = { .out = apus_buf_with(&apus_alloc_libc) };
    apus_http_limits limits = { .memory_max = limit };
    assert_int_equal(apus_loop_create(&b.loop, NULL), APUS_OK);
    assert_int_equal(apus_service_create(&app, b.loop, &b.service, NULL), APUS_OK);
    assert_int_equal(
        apus_http_server_create(b.loop, &limits, apus_service_handle, b.service, &b.server, NULL),
        APUS_OK);
    assert_int_equal(apus_http_pipe_open(b.server, &b.out, &b.pipe), APUS_OK);
    apus_http_pipe_send(b.pipe, request(which));
    turn_until_answered(&b);
    if (requests[which].in_pieces && b.out.len == 0) {
        stop(&b);
        return;
    }
    assert_true(b.out.len > 12);
    if (memcmp(b.out.ptr + 9, requests[which].status, 3) != 0 &&
        memcmp(b.out.ptr + 9, "503", 3) != 0)
        fail_msg("%s within %zu bytes: answered %.*s", requests[which].line, limit, (int)b.out.len,
                 b.out.ptr);
    apus_str body = body_of(&b.out);
    if (!*whole)
        snprintf(whole, room, "%.*s", APUS_FMT(body));
    else if (memcmp(b.out.ptr + 9, "503", 3) != 0 && !apus_str_eq(apus_str_of(whole), body))
        fail_msg("%s within %zu bytes: answered %.*s", requests[which].line, limit, APUS_FMT(body));
    stop(&b);
}

/* Memory that runs out, wherever that is, is a 503 and never half an answer. */
static void a_request_has_a_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        char whole[4096] = "";
        for (size_t limit = requests[i].in_pieces ? 512 : 8192; limit >= 512; limit -= 56)
            ask_within(limit, i, whole, sizeof(whole));
    }
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_requests_take_nothing),
        cmocka_unit_test(refused_memory_is_survived),
        cmocka_unit_test(a_service_that_cannot_be_built_says_so),
        cmocka_unit_test(a_request_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    printf("skipped: malloc is not ours to replace here\n");
    return 0;
}

#endif
