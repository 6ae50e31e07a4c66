/* From the handler to the end: failures, answers, what is left for later, waiting. */
#include "tables.h"

#include <time.h>

static char trace[512];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
    strncat(trace, " ", sizeof(trace) - strlen(trace) - 1);
}

/* Handlers without parameters that give text; a fact a piece. */
typedef apus_str text_handler(apus_req *req);

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((text_handler *)fn)(req);
}

typedef apus_response *response_handler(apus_req *req);

static void response_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_response **)result = ((response_handler *)fn)(req);
}

typedef void void_handler(apus_req *req);

static void void_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void_handler *)fn)(req);
}

#define TEXT(path_, fn_, ...)                                                                      \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = text_call, .result = &apus_type_str,                         \
        .result_size = sizeof(apus_str), .status = 200, __VA_ARGS__                                \
    }
#define RESPONSE(path_, fn_, ...)                                                                  \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = response_call, .result_size = sizeof(void *), .status = 200, \
        .flags = APUS_ROUTE_result_response, __VA_ARGS__                                           \
    }
#define VOID(path_, fn_, ...)                                                                      \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = void_call, __VA_ARGS__                                       \
    }
#define PLAIN .line = 0

/* --- failures --- */

static apus_str fails(apus_req *req)
{
    apus_fail(req, 404, "unknown_item", "there is no item %d", 7);
    apus_fail_header(req, "X-Error", "one");
    apus_fail(req, 500, NULL, "only the first counts");
    apus_set_header(req, "X-Success", "never sent");
    return APUS_STR("");
}

static apus_str fails_json(apus_req *req)
{
    apus_json *detail = apus_json_object(apus_req_arena(req));
    apus_json_set(apus_req_arena(req), detail, "why", apus_json_int(apus_req_arena(req), 3));
    apus_fail_json(req, 418, NULL, detail);
    return APUS_STR("");
}

static void deeper(apus_req *req, int depth)
{
    char frame[100];
    if (depth < 0)
        return;
    snprintf(frame, sizeof(frame), "%d", depth);
    if (depth == 0)
        apus_abort(req, 503, "deep", "from %s", frame);
    deeper(req, depth - 1);
    note(frame);
}

static void deferred(void *arg)
{
    note(arg);
}

static void finally(apus_req *req, void *arg)
{
    note(arg);
    note(apus_failed(req) ? "failed" : "fine");
}

static void after(apus_req *req, void *arg)
{
    (void)req;
    note(arg);
}

static char one[] = "1", two[] = "2";

static apus_str aborts(apus_req *req)
{
    apus_defer(req, deferred, one);
    apus_finally(req, finally, two);
    deeper(req, 20);
    note("never");
    return APUS_STR("never");
}

static apus_str gives_bad_text(apus_req *req)
{
    (void)req;
    return APUS_STR("\xff");
}

static apus_response *gives_null(apus_req *req)
{
    (void)req;
    return NULL;
}

static apus_str splits(apus_req *req)
{
    apus_set_header(req, "X-Split", "a\r\nSet-Cookie: b=c");
    return APUS_STR("sent");
}

static apus_str splits_quietly(apus_req *req)
{
    apus_set_header(req, "X-Split", "a\x1f");
    return APUS_STR("sent");
}

static apus_str deletes(apus_req *req)
{
    apus_set_header(req, "X-Split", "a\x7f");
    return APUS_STR("sent");
}

static apus_str reframes(apus_req *req)
{
    apus_set_header(req, "Content-Length", "3");
    return APUS_STR("sent");
}

static apus_str eats_memory(apus_req *req)
{
    for (int i = 0; i < 100; i++)
        apus_new_n(req, char, 1 << 20);
    return APUS_STR("never");
}

static apus_str fails_with_code(apus_req *req)
{
    apus_fail(req, 409, "conflict", "taken");
    return APUS_STR("");
}

static void no_content(apus_req *req)
{
    apus_fail(req, 304, NULL, "nothing to say");
}

static apus_str fails_with_200(apus_req *req)
{
    apus_fail(req, 200, NULL, "not a failure");
    return APUS_STR("");
}

static apus_str status_99(apus_req *req)
{
    apus_set_status(req, 99);
    return APUS_STR("");
}

static apus_response *json_42(apus_req *req)
{
    return apus_respond_json(req, 42, NULL);
}

/* --- ends --- */

static apus_str leaves_for_later(apus_req *req)
{
    note("handler");
    static char d1[] = "d1", d2[] = "d2", f1[] = "f1", f2[] = "f2", a1[] = "a1", a2[] = "a2";
    apus_defer(req, deferred, d1);
    apus_defer(req, deferred, d2);
    apus_finally(req, finally, f1);
    apus_finally(req, finally, f2);
    apus_after(req, after, a1);
    apus_after(req, after, a2);
    return APUS_STR("done");
}

static void commit_fails(apus_req *req, void *arg)
{
    (void)arg;
    note("commit");
    apus_fail(req, 503, NULL, "could not commit");
}

static void commit_aborts(apus_req *req, void *arg)
{
    (void)arg;
    note("abort");
    apus_abort(req, 507, NULL, "no room");
}

static apus_str commits(apus_req *req)
{
    apus_finally(req, finally, two);
    apus_finally(req, commit_fails, NULL);
    return APUS_STR("written");
}

static apus_str commits_and_aborts(apus_req *req)
{
    apus_finally(req, finally, two);
    apus_finally(req, commit_aborts, NULL);
    apus_defer(req, deferred, one);
    return APUS_STR("written");
}

/* --- answers --- */

static void nothing(apus_req *req)
{
    (void)req;
}

static apus_response *html(apus_req *req)
{
    apus_set_header(req, "X-A", "1");
    apus_set_header(req, "X-B", "2");
    apus_set_cookie(req, "sid", "abc", NULL);
    return apus_html(req, APUS_STR("<p>"));
}

static apus_response *redirect(apus_req *req)
{
    return apus_redirect(req, 302, "https://example.com/\xC3\xA9 \r\nx?y=%20#z");
}

static apus_response *bytes(apus_req *req)
{
    apus_set_status(req, 206);
    return apus_bytes(req, "image/png", ((apus_bytes){ (const uint8_t *)"\x89PNG\0", 5 }));
}

static apus_response *json(apus_req *req)
{
    return apus_respond_json(req, 202, apus_json_int(apus_req_arena(req), 5));
}

struct conflict {
    int64_t id;
};
static const apus_field conflict_fields[] = { FIELD(conflict, id, apus_type_int64, REQUIRED) };
static const apus_model conflict_model = { .name = "conflict",
                                           .size = sizeof(struct conflict),
                                           .align = _Alignof(struct conflict),
                                           .fields = conflict_fields,
                                           .n_fields = 1 };

static apus_response *other_model(apus_req *req)
{
    struct conflict c = { 9 };
    return apus__respond(req, 409, &conflict_model, &c);
}

static apus_str cookies(apus_req *req)
{
    apus_set_cookie(req, "a", "1",
                    &(apus_cookie){ .path = "/x",
                                    .domain = "example.com",
                                    .same_site = "strict",
                                    .max_age = 60,
                                    .expires = 784111777,
                                    .partitioned = true,
                                    .secure = true,
                                    .http_only = true });
    return APUS_STR("ok");
}

static apus_str odd_cookie(apus_req *req)
{
    apus_set_cookie(req, "a", "1; Domain=\"\\evil\"\r\n", NULL);
    return APUS_STR("ok");
}

static apus_str bad_cookie(apus_req *req)
{
    apus_set_cookie(req, "a; b", "1", NULL);
    return APUS_STR("ok");
}

static apus_str bad_cookie_path(apus_req *req)
{
    apus_set_cookie(req, "a", "1", &(apus_cookie){ .path = "/; Domain=evil" });
    return APUS_STR("ok");
}

static apus_str typed(apus_req *req)
{
    apus_set_header(req, "Content-Type", "application/hal+json");
    apus_set_status(req, 203);
    return APUS_STR("ok");
}

static apus_str url(apus_req *req)
{
    return apus_req_url(req);
}

/* --- waiting --- */

static apus_str naps(apus_req *req)
{
    bool slept = apus_sleep(req, 2 * APUS_MILLISECOND);
    return slept ? APUS_STR("slept") : APUS_STR("cut");
}

static apus_str oversleeps(apus_req *req)
{
    apus_finally(req, finally, one);
    if (!apus_sleep(req, 60 * APUS_SECOND)) {
        note("cut");
        if (!apus_sleep(req, 60 * APUS_SECOND))
            note("again");
        apus_fail(req, 500, NULL, "a consequence");
    }
    return APUS_STR("never");
}

static void slow_rollback(apus_req *req, void *arg)
{
    (void)arg;
    note(apus_sleep(req, APUS_MILLISECOND) ? "rolled-back" : "not-rolled-back");
}

static apus_str oversleeps_with_cleanup(apus_req *req)
{
    apus_finally(req, slow_rollback, NULL);
    apus_sleep(req, 60 * APUS_SECOND);
    return APUS_STR("never");
}

static void *crunch(apus_req *req, void *arg)
{
    int *n = apus_new(req, int);
    *n = *(int *)arg * 2;
    return n;
}

static void *crunch_fails(apus_req *req, void *arg)
{
    (void)arg;
    return apus_fail(req, 400, NULL, "cannot crunch");
}

static void *crunch_aborts(apus_req *req, void *arg)
{
    (void)arg;
    apus_abort(req, 400, NULL, "aborted on a thread");
}

static void *crunch_long(apus_req *req, void *arg)
{
    (void)req;
    struct timespec t = { .tv_nsec = 150 * 1000 * 1000 };
    nanosleep(&t, NULL);
    return arg;
}

static void *crunch_waits(apus_req *req, void *arg)
{
    return apus_sleep(req, 1) ? arg : NULL;
}

static apus_str offloads(apus_req *req)
{
    int n = 21;
    int *got = apus_offload(req, crunch, &n);
    return got ? apus_strf(req, "%d", *got) : APUS_STR("nothing");
}

static apus_str offload_fails(apus_req *req)
{
    note(apus_offload(req, crunch_fails, NULL) ? "something" : "nothing");
    return APUS_STR("");
}

static apus_str offload_aborts(apus_req *req)
{
    note(apus_offload(req, crunch_aborts, NULL) ? "something" : "nothing");
    return APUS_STR("");
}

static apus_str offload_overdue(apus_req *req)
{
    note(apus_offload(req, crunch_long, one) ? "something" : "nothing");
    return APUS_STR("");
}

static apus_str offload_waits(apus_req *req)
{
    note(apus_offload(req, crunch_waits, one) ? "something" : "nothing");
    return APUS_STR("");
}

static apus_str blocks(apus_req *req)
{
    struct timespec t = { .tv_nsec = 1000 };
    nanosleep(&t, NULL);
    return apus_strf(req, "blocked %d", apus_failed(req));
}

static apus_str blocks_and_aborts(apus_req *req)
{
    apus_abort(req, 402, NULL, "pay first");
}

/* --- rewriting --- */

static void on_conflict(apus_req *req)
{
    apus_fail(req, 423, "locked", "was %s %d", apus_failed_code(req), apus_failed_status(req));
    apus_fail_header(req, "X-Rewritten", "yes");
}

static void on_418(apus_req *req)
{
    const apus_json *detail = apus_failed_detail(req);
    apus_json *out = apus_json_array(apus_req_arena(req));
    apus_json_add(
        out, apus_json_int(apus_req_arena(req), apus_json_int_or(apus_json_get(detail, "why"), 0)));
    apus_fail_json(req, 418, NULL, out);
}

static void never(apus_req *req)
{
    apus_fail(req, 500, NULL, "this rule comes too late");
}

/* The rule that names the code goes before those that name the status; of those, the
 * first. */
static const apus_on_fail rules[] = {
    { .status = 418, .fn = on_418 },
    { .status = 418, .fn = never },
    { .status = 409, .fn = never },
    { .code = "conflict", .fn = on_conflict },
};

static const apus_route routes[] = {
    TEXT("/fails", fails, PLAIN),
    TEXT("/fails-json", fails_json, PLAIN),
    TEXT("/aborts", aborts, PLAIN),
    TEXT("/bad-text", gives_bad_text, PLAIN),
    RESPONSE("/null", gives_null, PLAIN),
    TEXT("/splits", splits, PLAIN),
    TEXT("/splits-quietly", splits_quietly, PLAIN),
    TEXT("/deletes", deletes, PLAIN),
    TEXT("/reframes", reframes, PLAIN),
    TEXT("/eats", eats_memory, PLAIN),
    TEXT("/conflict", fails_with_code, PLAIN),
    TEXT("/fails-200", fails_with_200, PLAIN),
    TEXT("/status-99", status_99, PLAIN),
    RESPONSE("/json-42", json_42, PLAIN),
    VOID("/304", no_content, .status = 200),
    TEXT("/later", leaves_for_later, PLAIN),
    TEXT("/commits", commits, PLAIN),
    TEXT("/commit-aborts", commits_and_aborts, PLAIN),
    VOID("/nothing", nothing, .status = 200),
    VOID("/204", nothing, .status = 204),
    RESPONSE("/html", html, PLAIN),
    RESPONSE("/redirect", redirect, PLAIN),
    RESPONSE("/bytes", bytes, PLAIN),
    RESPONSE("/json", json, PLAIN),
    RESPONSE("/other", other_model, PLAIN),
    TEXT("/cookies", cookies, PLAIN),
    TEXT("/odd-cookie", odd_cookie, PLAIN),
    TEXT("/bad-cookie", bad_cookie, PLAIN),
    TEXT("/bad-cookie-path", bad_cookie_path, PLAIN),
    TEXT("/typed", typed, PLAIN),
    TEXT("/url", url, PLAIN),
    TEXT("/naps", naps, PLAIN),
    TEXT("/oversleeps", oversleeps, .timeout = 20 * 1000 * 1000),
    TEXT("/cleanup", oversleeps_with_cleanup, .timeout = 20 * 1000 * 1000),
    TEXT("/offloads", offloads, PLAIN),
    TEXT("/offload-fails", offload_fails, PLAIN),
    TEXT("/offload-aborts", offload_aborts, PLAIN),
    TEXT("/offload-overdue", offload_overdue, .timeout = 20 * 1000 * 1000),
    TEXT("/offload-waits", offload_waits, PLAIN),
    TEXT("/blocks", blocks, .flags = APUS_ROUTE_blocking),
    TEXT("/blocks-and-aborts", blocks_and_aborts, .flags = APUS_ROUTE_blocking),
    TEXT("/slash/", typed, PLAIN),
};
APP(app, routes, .on_fail = rules, .n_on_fail = COUNT(rules));

/* --- facts --- */

#define TYPE_JSON "application/json"
#define TYPE_TEXT "text/plain; charset=utf-8"

static const struct row {
    const char *path;
    int status;
    const char *type; /* "" for none */
    const char *body;
    const char *header, *value;
    const char *trace;
} rows[] = {
    { "/fails", 404, TYPE_JSON, "{\"detail\":\"there is no item 7\",\"code\":\"unknown_item\"}",
      "x-error", "one", "" },
    { "/fails", 404, TYPE_JSON, NULL, "x-success", "", "" },
    { "/fails-json", 418, TYPE_JSON, "{\"detail\":[3]}", NULL, NULL, "" },
    { "/aborts", 503, TYPE_JSON, "{\"detail\":\"from 0\",\"code\":\"deep\"}", NULL, NULL,
      "2 failed 1 " },
    { "/bad-text", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/null", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/splits", 500, TYPE_TEXT, "Internal Server Error", "set-cookie", "", "" },
    { "/splits-quietly", 500, TYPE_TEXT, "Internal Server Error", "x-split", "", "" },
    { "/deletes", 500, TYPE_TEXT, "Internal Server Error", "x-split", "", "" },
    { "/reframes", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/eats", 503, TYPE_JSON, "{\"detail\":\"out of memory\"}", NULL, NULL, "" },
    { "/conflict", 423, TYPE_JSON, "{\"detail\":\"was conflict 409\",\"code\":\"locked\"}",
      "x-rewritten", "yes", "" },
    { "/fails-200", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/status-99", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/json-42", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "" },
    { "/304", 304, "", "", NULL, NULL, "" },
    { "/later", 200, TYPE_JSON, "\"done\"", NULL, NULL, "handler f2 fine f1 fine a1 a2 d2 d1 " },
    { "/commits", 503, TYPE_JSON, "{\"detail\":\"could not commit\"}", NULL, NULL,
      "commit 2 failed " },
    { "/commit-aborts", 507, TYPE_JSON, "{\"detail\":\"no room\"}", NULL, NULL,
      "abort 2 failed 1 " },
    { "/nothing", 200, TYPE_JSON, "null", NULL, NULL, "" },
    { "/204", 204, "", "", NULL, NULL, "" },
    { "/html", 200, "text/html; charset=utf-8", "<p>", "set-cookie",
      "sid=abc; Path=/; SameSite=lax", "" },
    { "/html", 200, "text/html; charset=utf-8", "<p>", "x-b", "2", "" },
    { "/redirect", 302, "", "", "location", "https://example.com/%C3%A9%20%0D%0Ax?y=%20#z", "" },
    { "/bytes", 206, "image/png", "\x89PNG", "content-length", "5", "" },
    { "/json", 202, TYPE_JSON, "5", NULL, NULL, "" },
    { "/other", 409, TYPE_JSON, "{\"id\":9}", NULL, NULL, "" },
    { "/cookies", 200, TYPE_JSON, "\"ok\"", "set-cookie",
      "a=1; Domain=example.com; Expires=Sun, 06 Nov 1994 08:49:37 GMT; HttpOnly; Max-Age=60; "
      "Partitioned; Path=/x; SameSite=strict; Secure",
      "" },
    { "/odd-cookie", 200, TYPE_JSON, "\"ok\"", "set-cookie",
      "a=\"1\\073 Domain=\\\"\\\\evil\\\"\\015\\012\"; Path=/; SameSite=lax", "" },
    { "/bad-cookie", 500, TYPE_TEXT, "Internal Server Error", "set-cookie", "", "" },
    { "/bad-cookie-path", 500, TYPE_TEXT, "Internal Server Error", "set-cookie", "", "" },
    { "/typed", 203, "application/hal+json", "\"ok\"", NULL, NULL, "" },
    { "/url?a=b", 200, TYPE_JSON, "\"http://testserver/url?a=b\"", NULL, NULL, "" },
    { "/naps", 200, TYPE_JSON, "\"slept\"", NULL, NULL, "" },
    { "/oversleeps", 504, TYPE_JSON, "{\"detail\":\"The request took too long\"}", NULL, NULL,
      "cut again 1 failed " },
    { "/cleanup", 504, TYPE_JSON, "{\"detail\":\"The request took too long\"}", NULL, NULL,
      "rolled-back " },
    { "/offloads", 200, TYPE_JSON, "\"42\"", NULL, NULL, "" },
    { "/offload-fails", 400, TYPE_JSON, "{\"detail\":\"cannot crunch\"}", NULL, NULL, "nothing " },
    { "/offload-aborts", 400, TYPE_JSON, "{\"detail\":\"aborted on a thread\"}", NULL, NULL,
      "nothing " },
    { "/offload-overdue", 504, TYPE_JSON, "{\"detail\":\"The request took too long\"}", NULL, NULL,
      "nothing " },
    { "/offload-waits", 500, TYPE_TEXT, "Internal Server Error", NULL, NULL, "nothing " },
    { "/blocks", 200, TYPE_JSON, "\"blocked 0\"", NULL, NULL, "" },
    { "/blocks-and-aborts", 402, TYPE_JSON, "{\"detail\":\"pay first\"}", NULL, NULL, "" },
    { "/unknown", 404, TYPE_JSON, "{\"detail\":\"Not Found\"}", NULL, NULL, "" },
    { "/slash?a=b", 307, "", "", "location", "http://testserver/slash/?a=b", "" },
    { "/fails/", 307, "", "", "location", "http://testserver/fails", "" },
    { "/fails///", 307, "", "", "location", "http://testserver/fails", "" },
};

static void requests_end_as_they_should(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *r = &rows[i];
        trace[0] = 0;
        apus_answer a = apus_test_get(t, r->path);
        if (a.status != r->status || (r->body && strcmp(a.body.ptr, r->body) != 0))
            fail_msg("%s: answered %d %s", r->path, a.status, a.body.ptr);
        apus_expect_header(a, "content-type", r->type);
        if (r->header)
            apus_expect_header(a, r->header, r->value);
        if (strcmp(trace, r->trace) != 0)
            fail_msg("%s: ran \"%s\", not \"%s\"", r->path, trace, r->trace);
    }
    apus_test_stop(t);
}

static void methods_are_told(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_delete(t, "/fails");
    apus_expect_status(a, 405);
    EXPECT_BODY(a, "{\"detail\":\"Method Not Allowed\"}");
    apus_expect_header(a, "allow", "GET");
    /* As FastAPI has it: a GET route does not answer HEAD. */
    a = apus_test_send(t, "HEAD", "/fails", NULL, APUS_STR(""));
    apus_expect_status(a, 405);
    a = apus_test_send(t, "BREW", "/fails", NULL, APUS_STR(""));
    apus_expect_status(a, 405);
    a = apus_test_send(t, "POST", "/slash", NULL, APUS_STR(""));
    apus_expect_status(a, 307);
    apus_test_stop(t);
}

static void every_answer_has_an_id_of_its_own(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_str first = apus_answer_header(apus_test_get(t, "/nothing"), "x-request-id");
    assert_int_equal(first.len, 24);
    apus_str before = first;
    for (int i = 1; i < 300; i++) { /* past two carries */
        apus_str id = apus_answer_header(apus_test_get(t, "/unknown"), "x-request-id");
        char count[9];
        snprintf(count, sizeof(count), "%08x", (unsigned)i);
        assert_int_equal(id.len, 24);
        assert_memory_equal(id.ptr, first.ptr, 16);
        assert_memory_equal(id.ptr + 16, count, 8);
        assert_false(apus_str_eq(id, before));
        before = id;
    }
    apus_test_stop(t);
}

/* Without a Host there is nothing to make an absolute Location of. */
static void without_a_host_there_is_no_redirect(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_raw(t, APUS_STR("GET /slash HTTP/1.0\r\n\r\n"));
    apus_expect_status(a, 404);
    apus_test_stop(t);
}

/* Several requests on one connection are answered in order, though the first waits. */
static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_raw(t, APUS_STR("GET /naps HTTP/1.1\r\nhost: x\r\n\r\n"
                                              "GET /nothing HTTP/1.1\r\nhost: x\r\n"
                                              "connection: close\r\n\r\n"));
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "\"slept\"");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_end_as_they_should),
        cmocka_unit_test(methods_are_told),
        cmocka_unit_test(every_answer_has_an_id_of_its_own),
        cmocka_unit_test(without_a_host_there_is_no_redirect),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
