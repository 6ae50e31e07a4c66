/* Lines of the access log: what stands in them, what must not, and what cannot be forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apus/access_log.h"
#include "apus/clock.h"
#include "apus/json.h"
#include "apus/value.h"

struct log {
    apus_access_log *log;
    apus_buf line;
    apus_http_header headers[4];
    apus_http_request request;
    apus_access_entry entry;
};

static struct log *open_log(apus_access_form form)
{
    static struct log l;
    apus_access_log_options o = { .path = "/dev/null", .form = form };
    l = (struct log){ .line = apus_buf_with(&apus_alloc_libc) };
    assert_int_equal(apus_access_log_open(&o, &l.log, NULL), APUS_OK);
    l.request = (apus_http_request){ .method = APUS_METHOD_GET,
                                     .method_text = APUS_STR("GET"),
                                     .target = APUS_STR("/items/1?q=a"),
                                     .scheme = APUS_STR("http"),
                                     .host = APUS_STR("shop.example"),
                                     .headers = l.headers,
                                     .version = 11,
                                     .peer = APUS_STR("10.0.0.7:50312") };
    l.headers[0] = (apus_http_header){ APUS_STR("User-Agent"), APUS_STR("curl/8") };
    l.request.n_headers = 1;
    l.entry = (apus_access_entry){ .request = &l.request,
                                   .route = APUS_STR("/items/{id}"),
                                   .id = APUS_STR("0123456789abcdef00000001"),
                                   .status = 200,
                                   .bytes = 17,
                                   .duration = 1234567,
                                   .ended = apus_clock_now() };
    return &l;
}

static const char *line_of(struct log *l)
{
    apus_str text;
    apus__access_line(l->log, &l->entry, &l->line);
    assert_int_equal(apus_buf_take(&l->line, &text), APUS_OK);
    assert_true(text.len <= APUS_LINES_MAX);
    assert_int_equal(strcspn(text.ptr, "\n"), text.len - 1); /* one line */
    return text.ptr;
}

static void close_log(struct log *l)
{
    apus_buf_finish(&l->line);
    apus_access_log_close(l->log, APUS_SECOND);
}

static apus_arena arena;

/* The line as a reader of JSON sees it. */
static apus_json *json_of(struct log *l)
{
    apus_json *value;
    apus_json_error err = { 0 };
    apus_arena_finish(&arena);
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    const char *line = line_of(l);
    if (apus_json_parse(&arena, apus_str_of(line), NULL, &value, &err))
        fail_msg("%s in %s", err.message, line);
    return value;
}

static void has_text(const apus_json *value, const char *key, const char *text)
{
    apus_str is = apus_json_text_or(apus_json_get(value, key), APUS_STR("(absent)"));
    if (!apus_str_eq(is, apus_str_of(text)))
        fail_msg("%s is %.*s, not %s", key, APUS_FMT(is), text);
}

static void json_says_all(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_json);
    const char *line = line_of(l);
    static const char rest[] =
        ",\"request_id\":\"0123456789abcdef00000001\",\"client\":\"10.0.0.7\",\"method\":\"GET\","
        "\"target\":\"/items/1?q=a\",\"route\":\"/items/{id}\",\"status\":200,\"bytes\":17,"
        "\"duration\":0.001234,\"protocol\":\"h1\",\"scheme\":\"http\",\"host\":\"shop.example\","
        "\"user_agent\":\"curl/8\"}\n";
    assert_memory_equal(line, "{\"time\":\"20", 11);
    assert_string_equal(line + strlen("{\"time\":\"2026-11-28T05:49:21.123456Z\""), rest);
    close_log(l);
}

static void combined_is_as_analysers_read_it(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_combined);
    l->headers[1] = (apus_http_header){ APUS_STR("Referer"), APUS_STR("http://a/?token=x&b=1") };
    l->request.n_headers = 2;
    l->request.version = 20;
    const char *line = line_of(l);
    assert_memory_equal(line, "10.0.0.7 - - [", 14);
    const char *end = strchr(line, ']');
    assert_non_null(end);
    assert_int_equal(end - line, 14 + strlen("28/Nov/2026:05:49:21 +0000"));
    assert_string_equal(end, "] \"GET /items/1?q=a HTTP/2.0\" 200 17 \"http://a/?token=***&b=1\" "
                             "\"curl/8\"\n");
    close_log(l);
}

static void what_a_client_sends_cannot_forge_anything(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_json);
    l->headers[0].value = APUS_STR("a\"}\n{\"status\":200,\"x\":\"\\\x01\x7f");
    has_text(json_of(l), "user_agent", "a\"}\n{\"status\":200,\"x\":\"\\\x01\x7f");
    l->headers[0].value = APUS_STR("caf\xe9 \xff\"\n");
    has_text(json_of(l), "user_agent", "caf\xef\xbf\xbd \xef\xbf\xbd\"\n");
    l->headers[0].value = APUS_STR("caf\xc3\xa9");
    has_text(json_of(l), "user_agent", "caf\xc3\xa9");
    close_log(l);

    l = open_log(APUS_ACCESS_combined);
    l->headers[0].value = APUS_STR("a\" 500 \\\n\xe9");
    assert_non_null(strstr(line_of(l), " \"a\\x22 500 \\x5C\\x0A\\xE9\"\n"));
    close_log(l);
}

static void targets_show_no_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *shown;
    } rows[] = {
        { "/a?token=x", "/a?token=***" },
        { "/a?q=1&token=x&r=2", "/a?q=1&token=***&r=2" },
        { "/a?Token=x&PASSWORD=y", "/a?Token=***&PASSWORD=***" },
        { "/a?t%6Fken=x", "/a?t%6Fken=***" },
        { "/a?token=", "/a?token=***" },
        { "/a?token", "/a?token" },
        { "/a?tokens=x", "/a?tokens=x" },
        { "/a?q=token=x", "/a?q=token=x" },
        { "/a?&&token=x&", "/a?&&token=***&" },
        { "/a?token=a=b", "/a?token=***" },
        { "/a?voucher=7", "/a?voucher=***" },
        { "/token=x", "/token=x" },
        { "/a?", "/a?" },
        { "/a?tok%=1&%74oken=2&%zz=3", "/a?tok%=1&%74oken=***&%zz=3" },
    };
    struct log *l = open_log(APUS_ACCESS_json);
    assert_int_equal(apus_access_log_secret(l->log, APUS_STR("voucher")), APUS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        l->request.target = apus_str_of(rows[i].sent);
        has_text(json_of(l), "target", rows[i].shown);
    }
    close_log(l);
}

/* However long what stands in front of it is. */
static void no_secret_shows_where_a_target_is_cut(void **state)
{
    (void)state;
    static char target[4096];
    struct log *l = open_log(APUS_ACCESS_json);
    for (size_t len = 900; len < 1100; len++) {
        size_t at = (size_t)snprintf(target, sizeof(target), "/a?q=");
        memset(target + at, 'q', len);
        snprintf(target + at + len, 64, "&token=SECRET&r=%0*d&token=SECRET", 20, 1);
        l->request.target = apus_str_of(target);
        if (strchr(line_of(l), 'S'))
            fail_msg("with %zu in front: %s", len, line_of(l));
        (void)json_of(l);
    }
    close_log(l);
}

static void headers_are_written_by_name_and_masked(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_json);
    assert_int_equal(apus_access_log_header(l->log, APUS_STR("x-tenant")), APUS_OK);
    assert_int_equal(apus_access_log_header(l->log, APUS_STR("authorization")), APUS_OK);
    assert_int_equal(apus_access_log_header(l->log, APUS_STR("x-absent")), APUS_OK);
    l->headers[1] = (apus_http_header){ APUS_STR("X-Tenant"), APUS_STR("blue") };
    l->headers[2] = (apus_http_header){ APUS_STR("Authorization"), APUS_STR("Bearer S") };
    l->request.n_headers = 3;
    const apus_json *headers = apus_json_get(json_of(l), "headers");
    has_text(headers, "x-tenant", "blue");
    has_text(headers, "authorization", "***");
    has_text(headers, "x-absent", "(absent)");
    l->request.n_headers = 1;
    assert_null(apus_json_get(json_of(l), "headers"));
    close_log(l);
}

/* A line that is dropped would hide its request. */
static void no_request_is_too_large_for_a_line(void **state)
{
    (void)state;
    static char worst[8192];
    memset(worst, 1, sizeof(worst));
    for (int form = 0; form < 2; form++) {
        struct log *l = open_log((apus_access_form)form);
        apus_str text = { worst, sizeof(worst) };
        l->request.method_text = l->request.target = l->request.host = text;
        l->headers[0].value = text;
        l->headers[1] = (apus_http_header){ APUS_STR("Referer"), text };
        l->request.n_headers = 2;
        for (int i = 0; i < APUS_ACCESS_HEADERS_MAX; i++)
            assert_int_equal(apus_access_log_header(l->log, APUS_STR("user-agent")), APUS_OK);
        assert_int_equal(apus_access_log_header(l->log, APUS_STR("a")), APUS_LIMIT);
        if (form == APUS_ACCESS_json)
            assert_int_equal(apus_json_int_or(apus_json_get(json_of(l), "status"), 0), 200);
        else
            (void)line_of(l);
        close_log(l);
    }
}

static void refused_requests_have_a_line_too(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_json);
    l->request = (apus_http_request){ .peer = APUS_STR("[::1]:5000") };
    l->entry.status = 400;
    l->entry.route = l->entry.id = APUS_STR("");
    const apus_json *value = json_of(l);
    has_text(value, "client", "::1");
    assert_null(apus_json_get(value, "method"));
    close_log(l);
    l = open_log(APUS_ACCESS_combined);
    l->request = (apus_http_request){ .peer = APUS_STR("unix") };
    l->entry.status = 400;
    assert_non_null(strstr(line_of(l), "] \"-\" 400 17 \"-\" \"-\"\n"));
    assert_memory_equal(line_of(l), "unix - - [", 10);
    close_log(l);
}

static void websockets_say_so(void **state)
{
    (void)state;
    struct log *l = open_log(APUS_ACCESS_json);
    l->headers[1] = (apus_http_header){ APUS_STR("Upgrade"), APUS_STR("WebSocket") };
    l->request.n_headers = 2;
    has_text(json_of(l), "protocol", "h1");
    l->entry.status = 101;
    has_text(json_of(l), "protocol", "ws");
    l->request.version = 20;
    l->entry.status = 200;
    has_text(json_of(l), "protocol", "ws");
    l->request.n_headers = 1;
    has_text(json_of(l), "protocol", "h2");
    close_log(l);
    apus_arena_finish(&arena);
}

int main(void)
{
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_says_all),
        cmocka_unit_test(combined_is_as_analysers_read_it),
        cmocka_unit_test(what_a_client_sends_cannot_forge_anything),
        cmocka_unit_test(targets_show_no_secrets),
        cmocka_unit_test(no_secret_shows_where_a_target_is_cut),
        cmocka_unit_test(headers_are_written_by_name_and_masked),
        cmocka_unit_test(no_request_is_too_large_for_a_line),
        cmocka_unit_test(refused_requests_have_a_line_too),
        cmocka_unit_test(websockets_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
