/* Answers in pieces, other media types, and what is no JSON. */
#include "tables.h"

#include <math.h>

static void void_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *))fn)(req);
}

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((apus_str(*)(apus_req *))fn)(req);
}

struct reading {
    int64_t n;
    double value;
};
static const apus_field reading_fields[] = {
    FIELD(reading, n, apus_type_int64, REQUIRED),
    FIELD(reading, value, apus_type_double, REQUIRED),
};
static const apus_model reading_model = {
    .name = "reading",
    .size = sizeof(struct reading),
    .align = _Alignof(struct reading),
    .fields = reading_fields,
    .n_fields = COUNT(reading_fields),
};

static char trace[256];

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
}

/* --- handlers --- */

static void counts(apus_req *req)
{
    apus_set_status(req, 206);
    apus_set_header(req, "x-unit", "piece");
    for (int i = 0; i < 3 && apus_write(req, apus_strf(req, "%d,", i)); i++)
        ;
}

static void lines(apus_req *req)
{
    for (int i = 0; i < 2; i++)
        apus__write_line(req, &reading_model, &(struct reading){ i, i * 0.5 });
}

static void bad_line(apus_req *req)
{
    apus__write_line(req, &reading_model, &(struct reading){ 1, 1 });
    apus__write_line(req, &reading_model, &(struct reading){ 2, (double)INFINITY });
}

static void fails_early(apus_req *req)
{
    apus_fail(req, 404, NULL, "nothing to tell");
    if (apus_write(req, APUS_STR("lost")))
        note("wrote ");
}

static void fails_late(apus_req *req)
{
    apus_write(req, APUS_STR("half"));
    apus_fail(req, 503, NULL, "the other half is gone");
}

static void header_late(apus_req *req)
{
    apus_write(req, APUS_STR("half"));
    apus_set_header(req, "x-late", "1");
}

static void until_nobody_reads(apus_req *req)
{
    int n = 0;
    while (apus_write(req, APUS_STR("again ")) && n < 5)
        n++;
    note(n == 5 ? "all " : "stopped ");
}

static void large(apus_req *req)
{
    static char piece[100000];
    memset(piece, 'x', sizeof(piece));
    for (int i = 0; i < 3; i++)
        apus_write(req, (apus_str){ piece, sizeof(piece) });
}

static void nothing(apus_req *req)
{
    (void)req;
}

static void told_after(apus_req *req, void *arg)
{
    (void)req;
    (void)arg;
    note("after ");
}

static void with_after(apus_req *req)
{
    apus_after(req, told_after, NULL);
    apus_write(req, APUS_STR("told"));
    note("end ");
}

static void *on_a_thread(apus_req *req, void *arg)
{
    (void)arg;
    apus_write(req, APUS_STR("no"));
    return NULL;
}

static void writes_on_a_thread(apus_req *req)
{
    apus_offload(req, on_a_thread, NULL);
}

static apus_str page(apus_req *req)
{
    (void)req;
    return APUS_STR("<b>\"as it stands\"</b>");
}

#define PIECES(path_, fn_, ...)                                                                    \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = void_call, .status = 200, __VA_ARGS__                        \
    }
#define PLAIN      .line = 0
#define TYPE(text) .produces = APUS_STR_INIT(text)

static const apus_route routes[] = {
    PIECES("/counts", counts, TYPE("text/plain; charset=utf-8")),
    PIECES("/lines", lines, TYPE("application/jsonl")),
    PIECES("/bad-line", bad_line, TYPE("application/jsonl")),
    PIECES("/fails-early", fails_early, TYPE("text/plain")),
    PIECES("/fails-late", fails_late, TYPE("text/plain")),
    PIECES("/header-late", header_late, TYPE("text/plain")),
    PIECES("/untyped", counts, PLAIN),
    PIECES("/until", until_nobody_reads, TYPE("text/plain")),
    PIECES("/large", large, TYPE("text/plain")),
    PIECES("/nothing", nothing, TYPE("text/plain")),
    PIECES("/after", with_after, TYPE("text/plain")),
    PIECES("/thread", writes_on_a_thread, TYPE("text/plain")),
    { .method = APUS_METHOD_HEAD,
      .path = APUS_STR_INIT("/until"),
      .name = "until",
      .fn = (apus_fn *)until_nobody_reads,
      .call = void_call,
      .status = 200,
      TYPE("text/plain") },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/page"),
      .name = "page",
      .fn = (apus_fn *)page,
      .call = text_call,
      .status = 200,
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .flags = APUS_ROUTE_result_plain,
      TYPE("text/html; charset=utf-8") },
};
APP(app, routes, .n_slots = 0);

/* --- tests --- */

static void answers_in_pieces(void **state)
{
    static const struct {
        const char *path, *type, *body;
        int status;
    } rows[] = {
        { "/counts", "text/plain; charset=utf-8", "0,1,2,", 206 },
        { "/untyped", "application/octet-stream", "0,1,2,", 206 },
        { "/lines", "application/jsonl", "{\"n\":0,\"value\":0.0}\n{\"n\":1,\"value\":0.5}\n",
          200 },
        { "/fails-early", "application/json", "{\"detail\":\"nothing to tell\"}", 404 },
        { "/nothing", "text/plain", "", 200 },
        { "/page", "text/html; charset=utf-8", "<b>\"as it stands\"</b>", 200 },
        { "/thread", "text/plain; charset=utf-8", "Internal Server Error", 500 },
    };
    (void)state;
    apus_test *t = apus_test_start(&app);
    trace[0] = '\0';
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_get(t, rows[i].path);
        apus_expect_status(a, rows[i].status);
        apus_expect_header(a, "content-type", rows[i].type);
        EXPECT_BODY(a, rows[i].body);
        assert_false(a.is_cut);
        assert_int_equal(apus_answer_header(a, "x-request-id").len, 24);
    }
    assert_string_equal(trace, "");
    apus_test_stop(t);
}

/* Never taken for a whole one: not even the end of the chunks arrives. */
static void a_failure_cuts_the_answer_off(void **state)
{
    static const char *const paths[] = { "/bad-line", "/fails-late", "/header-late" };
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_answer a = apus_test_get(t, paths[i]);
        assert_true(a.status == 0 || a.is_cut);
    }
    apus_test_stop(t);
}

static void headers_stand_before_the_first_piece(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_get(t, "/counts");
    apus_expect_header(a, "x-unit", "piece");
    apus_expect_header(a, "transfer-encoding", "chunked");
    a = apus_test_raw(t, APUS_STR("GET /counts HTTP/1.0\r\n\r\n"));
    apus_expect_header(a, "transfer-encoding", "");
    EXPECT_BODY(a, "0,1,2,");
    apus_test_stop(t);
}

static void large_pieces_arrive_whole(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_get(t, "/large");
    assert_int_equal(a.body.len, 300000);
    assert_false(a.is_cut);
    apus_test_stop(t);
}

static void head_writes_nothing(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    trace[0] = '\0';
    apus_answer a = apus_test_send(t, "HEAD", "/until", NULL, APUS_STR(""));
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "");
    apus_test_get(t, "/until");
    assert_string_equal(trace, "stopped all ");
    apus_test_stop(t);
}

static void after_comes_behind_the_last_piece(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    trace[0] = '\0';
    EXPECT_BODY(apus_test_get(t, "/after"), "told");
    assert_string_equal(trace, "end after ");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_pieces),
        cmocka_unit_test(a_failure_cuts_the_answer_off),
        cmocka_unit_test(headers_stand_before_the_first_piece),
        cmocka_unit_test(large_pieces_arrive_whole),
        cmocka_unit_test(head_writes_nothing),
        cmocka_unit_test(after_comes_behind_the_last_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
