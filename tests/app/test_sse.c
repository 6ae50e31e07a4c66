/* Server-sent events: what is on the wire, what keeps it alive, and how it ends. */
#include "tables.h"

#include <apus/fiber.h>
#include <apus/loop.h>
#include <apus/main.h>
#include <string.h>

static void stream_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *, apus_sse *))fn)(req, apus_req_sse(req));
}

struct reading {
    double value;
};
static const apus_field reading_fields[] = {
    FIELD(reading, value, apus_type_double, REQUIRED),
};
static const apus_model reading_model = {
    .name = "reading",
    .size = sizeof(struct reading),
    .align = _Alignof(struct reading),
    .fields = reading_fields,
    .n_fields = COUNT(reading_fields),
};

static bool last_send; /* what the handler was told */

static void models(apus_req *req, apus_sse *out)
{
    (void)req;
    apus_sse_fields fields = { .event = "tick", .id = "7", .retry = 250 };
    apus__sse_send(out, &reading_model, &(struct reading){ 1 }, NULL);
    apus__sse_send(out, &reading_model, &(struct reading){ 2 }, &fields);
}

static void texts(apus_req *req, apus_sse *out)
{
    (void)req;
    apus_sse_comment(out, APUS_STR("a\nb"));
    apus_sse_send_text(out, APUS_STR("one\r\ntwo\rthree\n"), NULL);
    apus_sse_send_text(out, APUS_STR(""), NULL);
}

static void silent(apus_req *req, apus_sse *out)
{
    apus_sse_keep_alive(out, 20 * APUS_MILLISECOND);
    apus_sse_open(out);
    apus_sleep(req, 50 * APUS_MILLISECOND);
    apus_sse_send_text(out, APUS_STR("end"), NULL);
}

static void fails_early(apus_req *req, apus_sse *out)
{
    apus_fail(req, 404, NULL, "no such stream");
    last_send = apus_sse_send_text(out, APUS_STR("lost"), NULL);
}

static void fails_late(apus_req *req, apus_sse *out)
{
    apus_sse_send_text(out, APUS_STR("half"), NULL);
    apus_fail(req, 503, NULL, "the other half is gone");
}

static void bad_id(apus_req *req, apus_sse *out)
{
    (void)req;
    apus_sse_send_text(out, APUS_STR("x"), &(apus_sse_fields){ .id = "1\ndata: forged" });
}

static void bad_type(apus_req *req, apus_sse *out)
{
    (void)req;
    apus_sse_send_text(out, APUS_STR("x"), &(apus_sse_fields){ .event = "a\rdata: forged" });
}

static void late_deadline(apus_req *req, apus_sse *out)
{
    apus_sse_send_text(out, APUS_STR("first"), NULL);
    last_send = apus_sleep(req, 10 * APUS_SECOND);
}

#define STREAM(path_, fn_, ...) STREAM_BY(GET, path_, fn_, __VA_ARGS__)
#define STREAM_BY(method_, path_, fn_, ...)                                                        \
    {                                                                                              \
        .method = APUS_METHOD_##method_, .path = APUS_STR_INIT(path_), .name = #fn_,               \
        .fn = (apus_fn *)fn_, .call = stream_call, .status = 200,                                  \
        .produces = APUS_STR_INIT("text/event-stream; charset=utf-8"), __VA_ARGS__                 \
    }

static const apus_route routes[] = {
    STREAM("/models", models, .line = 0),
    STREAM_BY(HEAD, "/models", models, .line = 0),
    STREAM("/texts", texts, .line = 0),
    STREAM("/silent", silent, .line = 0),
    STREAM("/early", fails_early, .line = 0),
    STREAM("/late", fails_late, .line = 0),
    STREAM("/bad-id", bad_id, .line = 0),
    STREAM("/bad-type", bad_type, .line = 0),
    STREAM("/deadline", late_deadline, .timeout = 50 * APUS_MILLISECOND),
};

APP(app, routes, .n_slots = 0);

/* --- tests --- */

static void events_on_the_wire(void **state)
{
    static const struct {
        const char *path, *body;
    } rows[] = {
        { "/models", "data: {\"value\":1.0}\n\n"
                     "event: tick\ndata: {\"value\":2.0}\nid: 7\nretry: 250\n\n" },
        { "/texts", ": a\n: b\n\n"
                    "data: one\ndata: two\ndata: three\ndata: \n\n"
                    "data: \n\n" },
    };
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_get(t, rows[i].path);
        apus_expect_status(a, 200);
        apus_expect_header(a, "content-type", "text/event-stream; charset=utf-8");
        apus_expect_header(a, "cache-control", "no-cache");
        apus_expect_header(a, "x-accel-buffering", "no");
        EXPECT_BODY(a, rows[i].body);
        assert_false(a.is_cut);
    }
    apus_test_stop(t);
}

/* How many comments fit into the silence is the machine's affair. */
static void silence_is_filled(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_str body = apus_test_get(t, "/silent").body, comment = APUS_STR(": keep-alive\n\n");
    size_t n = 0;
    for (; apus_str_starts(body, comment); n++)
        (void)apus_str_cut(&body, comment.len);
    assert_true(n >= 1);
    assert_true(apus_str_eq(body, APUS_STR("data: end\n\n")));
    apus_test_stop(t);
}

static void failures_before_an_event_are_answers(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    last_send = true;
    apus_answer a = apus_test_get(t, "/early");
    apus_expect_status(a, 404);
    apus_expect_header(a, "content-type", "application/json");
    assert_false(last_send);
    apus_test_stop(t);
}

/* What would forge further lines is not sent; the client is not told that all went well. */
static void failures_in_between_cut_it_off(void **state)
{
    static const char *const paths[] = { "/late", "/bad-id", "/bad-type" };
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_answer a = apus_test_get(t, paths[i]);
        assert_true(a.status == 0 || a.is_cut);
        assert_null(a.body.ptr ? strstr(a.body.ptr, "forged") : NULL);
    }
    apus_test_stop(t);
}

static void a_deadline_ends_it_whole(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    last_send = true;
    apus_answer a = apus_test_get(t, "/deadline");
    EXPECT_BODY(a, "data: first\n\n");
    assert_false(a.is_cut);
    assert_false(last_send);
    apus_test_stop(t);
}

static void head_has_no_events(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_send(t, "HEAD", "/models", NULL, APUS_STR(""));
    EXPECT_BODY(a, "");
    apus_expect_header(a, "cache-control", "no-cache");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_on_the_wire),
        cmocka_unit_test(silence_is_filled),
        cmocka_unit_test(failures_before_an_event_are_answers),
        cmocka_unit_test(failures_in_between_cut_it_off),
        cmocka_unit_test(a_deadline_ends_it_whole),
        cmocka_unit_test(head_has_no_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
