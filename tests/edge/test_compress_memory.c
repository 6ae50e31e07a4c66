/* What compression takes: nothing once things run, and whatever it is refused, there is an
 * answer, encoded or plain, and nothing is lost. */
#include "app.h"

#include "../app/piped.h"
#include "../support/counted_malloc.h"

#if OWN_MALLOC

static apus_str says_much(apus_req *req)
{
    char *text = apus_new_n(req, char, 6001);
    memset(text, 'x', 6000);
    return (apus_str){ text, 6000 };
}

static apus_str says_it_in_pieces(apus_req *req)
{
    apus_set_header(req, "content-type", "text/plain");
    for (int i = 0; i < 10; i++)
        apus_write(req, APUS_STR("and so on, and so on\n"));
    return APUS_STR("");
}

static const apus_route routes[] = {
    EDGE_ROUTE("/much", says_much, .flags = APUS_ROUTE_result_plain,
               .produces = APUS_STR_INIT("text/plain")),
    EDGE_ROUTE("/pieces", says_it_in_pieces, .line = 0),
};
APUS_COMPRESS(compress);
EDGE_APP(app, routes, &apus_middleware_compress);

static const char *const codings[] = { "gzip", "br", "zstd" };
static const char *const paths[] = { "/much", "/pieces" };

static apus_str request(const char *path, const char *coding)
{
    static char text[256];
    int len = snprintf(text, sizeof(text),
                       "GET %s HTTP/1.1\r\nhost: x\r\naccept-encoding: %s\r\n\r\n", path, coding);
    return (apus_str){ text, (size_t)len };
}

static void steady_answers_take_nothing(void **state)
{
    (void)state;
    struct bench b;
    start(&b, &app);
    assert_int_equal(apus_http_pipe_open(b.server, &b.out, &b.pipe), APUS_OK);
    for (size_t i = 0; i < COUNT(codings) * COUNT(paths); i++) {
        apus_str text = request(paths[i % COUNT(paths)], codings[i / COUNT(paths)]);
        long before = 0;
        for (int round = 0; round < 20; round++) {
            if (round == 10)
                before = taken;
            apus_buf_clear(&b.out);
            apus_http_pipe_send(b.pipe, text);
            turn_until_answered(&b);
            assert_non_null(memmem(b.out.ptr, b.out.len, "Content-Encoding: ", 18));
        }
        if (taken != before)
            fail_msg("%.*s: %ld allocations in 10 requests", APUS_FMT(text), taken - before);
    }
    stop(&b);
}

static bool march(apus_str text, long n)
{
    long held = alive;
    struct bench b;
    start(&b, &app);
    if (!apus_buf_room(&b.out, 65536) || apus_http_pipe_open(b.server, &b.out, &b.pipe))
        fail_msg("no pipe");
    refused = false;
    refuse_at = n;
    apus_rc rc = apus_http_pipe_send(b.pipe, text);
    turn_until_answered(&b);
    refuse_at = -1;
    if (!rc && !apus_http_pipe_is_closed(b.pipe)) {
        bool fine = b.out.len > 12 &&
                    (memcmp(b.out.ptr + 9, "200", 3) == 0 || memcmp(b.out.ptr + 9, "503", 3) == 0);
        if (!fine)
            fail_msg("allocation %ld refused, and answered %.*s", n, (int)b.out.len, b.out.ptr);
    }
    stop(&b);
    if (alive != held)
        fail_msg("allocation %ld refused, and %ld blocks are lost", n, alive - held);
    return refused;
}

static void refused_memory_is_survived(void **state)
{
    (void)state;
    march(request("/much", "gzip"), 1000000); /* what is kept for ever is taken now */
    for (size_t i = 0; i < COUNT(codings) * COUNT(paths); i++) {
        long n = 0;
        while (march(request(paths[i % COUNT(paths)], codings[i / COUNT(paths)]), n))
            n++;
        assert_true(n > 6 && n < 1000);
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
        apus_service_destroy(s);
        assert_int_equal(alive, held);
        if (!rc)
            break;
    }
    apus_loop_destroy(loop);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_answers_take_nothing),
        cmocka_unit_test(refused_memory_is_survived),
        cmocka_unit_test(a_service_that_cannot_be_built_says_so),
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
