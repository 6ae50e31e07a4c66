/* Request heads and chunked bodies: what is read, what is refused with which status, and the
 * same however the network cuts it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "apus/http1.h"
#include "codec/http1_head.h"

static const apus_http1_limits limits = { .target_max = 32, .head_max = 256, .headers_max = 4 };

/* 200, or the status of the refusal; 0: more is needed.  step: bytes at a time. */
static int read_head(const char *text, size_t step, apus_http1_head *head)
{
    static apus_http_header headers[4];
    apus_http1_scan scan = { 0 };
    apus_http1_refusal why = { 0 };
    apus_str bytes = apus_str_of(text);
    apus_rc rc = APUS_MORE;
    for (size_t n = step; rc == APUS_MORE; n += step) {
        size_t have = n < bytes.len ? n : bytes.len;
        rc = apus_http1_head_find(&scan, &limits, (apus_str){ bytes.ptr, have }, &why);
        if (have == bytes.len)
            break;
    }
    if (rc == APUS_MORE)
        return 0;
    if (rc == APUS_OK)
        rc = apus_http1_head_parse(apus_str_slice(bytes, scan.start, scan.end - scan.start),
                                   &limits, headers, head, &why);
    if (rc == APUS_OK)
        return 200;
    assert_non_null(why.detail);
    return why.status;
}

static bool same_text(apus_str a, apus_str b)
{
    return a.ptr == b.ptr && a.len == b.len;
}

/* What the usual way reads is what the other one reads, or it reads nothing. */
static bool is_usual(const char *text, size_t len)
{
    apus_http_header headers[4], others[4];
    apus_http1_head head, other;
    apus_http1_scan scan = { 0 };
    apus_http1_refusal why;
    apus_str bytes = { text, len };
    size_t n = apus_http1_head_usual(bytes, &limits, headers, 4, &head);
    if (!n)
        return false;
    assert_int_equal(apus_http1_head_find(&scan, &limits, bytes, &why), APUS_OK);
    assert_int_equal(scan.start, 0);
    assert_int_equal(scan.end, n);
    bytes.len = n;
    assert_int_equal(apus__http1_head_any(bytes, &limits, others, &other, &why), APUS_OK);
    assert_true(same_text(head.method, other.method) && same_text(head.target, other.target));
    assert_true(same_text(head.path, other.path) && same_text(head.host, other.host));
    assert_true(apus_str_eq(head.query, other.query));
    assert_int_equal(head.version, other.version);
    assert_int_equal(head.length, other.length);
    assert_true(head.keep_alive == other.keep_alive && head.chunked == other.chunked &&
                head.has_length == other.has_length &&
                head.expects_continue == other.expects_continue &&
                head.expects_other == other.expects_other);
    assert_int_equal(head.n_headers, other.n_headers);
    for (uint32_t i = 0; i < head.n_headers; i++)
        assert_true(same_text(headers[i].name, others[i].name) &&
                    same_text(headers[i].value, others[i].value));
    return true;
}

#define GET  "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

static void heads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
    } rows[] = {
        { GET HOST "\r\n", 200 },
        { "\r\n" GET HOST "\r\n", 200 },
        { "GET / HTTP/1.0\r\n\r\n", 200 },
        { "GET http://b/x?y HTTP/1.1\r\n" HOST "\r\n", 200 },
        { "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 200 },
        { GET HOST "X:\t a b \r\n\r\n", 200 },
        { GET HOST "Transfer-Encoding: ChunkeD\r\n\r\n", 200 },
        { GET HOST "Content-Length: 0\r\n\r\n", 200 },
        /* cut off */
        { GET HOST, 0 },
        { "GE", 0 },
        { "", 0 },
        /* lines */
        { "GET / HTTP/1.1\nHost: a\n\n", 400 },
        { GET "Host: a\n\r\n", 400 },
        { "\r\n\r\n" GET HOST "\r\n", 400 },
        { GET HOST " folded\r\n\r\n", 400 },
        { GET HOST "X: a\rb\r\n\r\n", 400 },
        { "\x16\x03\x01", 400 },
        { "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
        { "GET /#f HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET a HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET http://u@b/ HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "G\"T / HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 501 },
        /* versions */
        { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
        { "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
        { "GET / http/1.1\r\n" HOST "\r\n", 400 },
        { "GET /\r\n\r\n", 400 },
        /* names and values */
        { GET HOST "X : a\r\n\r\n", 400 },
        { GET HOST ": a\r\n\r\n", 400 },
        { GET HOST "X\r\n\r\n", 400 },
        { GET HOST "X: \x01\r\n\r\n", 400 },
        { GET HOST "X: \x7f\r\n\r\n", 400 },
        /* Host */
        { GET "\r\n", 400 },
        { GET HOST HOST "\r\n", 400 },
        { GET "Host: a, b\r\n\r\n", 400 },
        { GET "Host: u@a\r\n\r\n", 400 },
        { GET "Host:\r\n\r\n", 400 },
        /* framing */
        { GET HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
        { GET HOST "Content-Length: 1, 1\r\n\r\n", 400 },
        { GET HOST "Content-Length: +1\r\n\r\n", 400 },
        { GET HOST "Content-Length: 0x1\r\n\r\n", 400 },
        { GET HOST "Content-Length:\r\n\r\n", 400 },
        { GET HOST "Content-Length: 9999999999999999999\r\n\r\n", 400 },
        { GET HOST "Content_Length: 1\r\n\r\n", 400 },
        { GET HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { GET HOST "Transfer-Encoding: gzip\r\n\r\n", 501 },
        { GET HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
        { GET HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        /* limits: at, and one past */
        { "GET /3456789012345678901234567890123 HTTP/1.1\r\n" HOST "\r\n", 200 },
        { "GET /34567890123456789012345678901234 HTTP/1.1\r\n" HOST "\r\n", 414 },
        { GET HOST "A: 1\r\nB: 1\r\nC: 1\r\n\r\n", 200 },
        { GET HOST "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", 431 },
    };
    apus_http1_head head;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int whole = read_head(rows[i].text, strlen(rows[i].text) + 1, &head);
        if (whole != rows[i].status)
            print_error("row %zu: %s\n", i, rows[i].text);
        assert_int_equal(whole, rows[i].status);
        assert_int_equal(read_head(rows[i].text, 1, &head), rows[i].status);
        if (is_usual(rows[i].text, strlen(rows[i].text)))
            assert_int_equal(rows[i].status, 200);
    }
}

static void usual_heads_are_read_in_one_pass(void **state)
{
    (void)state;
    static const char *const texts[] = {
        GET HOST "\r\n",
        "GET /a/b?c=d?e HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser_Agent:x  \r\n\r\nGET",
        "POST /0123456789abcdef?0123 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
        "Content-Type-Of-More-Than-A-Step: application/json\r\n\r\n{}\n",
        "PUT / HTTP/1.1\r\nhost:A-b.c\r\nConnection: close\r\nExpect: 100-continue\r\n"
        "X: \xe9\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t len = strlen(texts[i]), whole = len;
        assert_true(is_usual(texts[i], len));
        while (is_usual(texts[i], whole - 1))
            whole--;
        assert_memory_equal(texts[i] + whole - 4, "\r\n\r\n", 4);
        for (; whole > 1; whole--) /* no part of a head is one */
            assert_false(is_usual(texts[i], whole - 1));
        for (size_t at = 0; at < len && len < 100; at++) /* nor is it by any byte that is not */
            for (int c = 0; c < 256; c++) {
                char changed[100];
                memcpy(changed, texts[i], len);
                changed[at] = (char)c;
                (void)is_usual(changed, len);
            }
    }
}

static void what_a_head_says(void **state)
{
    (void)state;
    apus_http1_head h;
    assert_int_equal(read_head("POST /p%20q?x=1 HTTP/1.1\r\nHost: b:80\r\nContent-Length: 12\r\n"
                               "Connection: x, Close\r\nExpect: 100-continue\r\n\r\n",
                               1000, &h),
                     200);
    assert_true(apus_str_eq(h.method, APUS_STR("POST")));
    assert_true(apus_str_eq(h.path, APUS_STR("/p%20q")));
    assert_true(apus_str_eq(h.query, APUS_STR("x=1")));
    assert_true(apus_str_eq(h.host, APUS_STR("b:80")));
    assert_true(h.has_length && h.length == 12 && !h.chunked && !h.keep_alive &&
                h.expects_continue);
    assert_int_equal(read_head("GET http://b?q HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 1000, &h),
                     200);
    assert_true(apus_str_eq(h.path, APUS_STR("/")) && apus_str_eq(h.query, APUS_STR("q")));
    assert_true(apus_str_eq(h.host, APUS_STR("b")) && h.keep_alive && h.expects_other);
    assert_int_equal(read_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 1000, &h), 200);
    assert_true(h.keep_alive && h.version == 10);
}

static void chunked_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        apus_rc rc;
        const char *body, *rest;
    } rows[] = {
        { "5\r\nhello\r\n0\r\n\r\nGET", APUS_DONE, "hello", "GET" },
        { "1\r\na\r\nB\r\n0123456789_\r\n0\r\n\r\n", APUS_DONE, "a0123456789_", "" },
        { "001;a=b;c=\"d;\\r\"\r\na\r\n0;x\r\nT: u\r\nV:\r\n\r\n", APUS_DONE, "a", "" },
        { "0\r\n\r\n", APUS_DONE, "", "" },
        { "5\r\nhe", APUS_MORE, "he", "" },
        { "1\r\na\r\n0\r\n", APUS_MORE, "a", "" },
        { "\r\n", APUS_SYNTAX, "", "" },
        { "0x1\r\na\r\n", APUS_SYNTAX, "", "" },
        { "+1\r\na\r\n", APUS_SYNTAX, "", "" },
        { " 1\r\na\r\n", APUS_SYNTAX, "", "" },
        { "1 \r\na\r\n", APUS_SYNTAX, "", "" },
        { "1\na\n", APUS_SYNTAX, "", "" },
        { "1;\r\na\r\n", APUS_SYNTAX, "", "" },
        { "1;a\nb\r\na\r\n", APUS_SYNTAX, "", "" },
        { "1\r\nab\r\n", APUS_SYNTAX, "a", "" },
        { "0\r\nbad name: x\r\n\r\n", APUS_SYNTAX, "", "" },
        { "11111111111111111\r\n", APUS_LIMIT, "", "" },
        { "ffffffffffffffff\r\n", APUS_LIMIT, "", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t step = 1; step <= 64; step += 63) {
            apus_http1_chunked c = { 0 };
            apus_str all = apus_str_of(rows[i].text), in = { all.ptr, 0 }, data;
            char body[64] = "";
            size_t at = 0, n = 0;
            apus_rc rc = APUS_MORE;
            while (rc == APUS_MORE && at < all.len) {
                in.len += at + step < all.len ? step : all.len - at;
                at = at + step < all.len ? at + step : all.len;
                while ((rc = apus_http1_chunked_next(&c, &in, &data)) == APUS_OK) {
                    memcpy(body + n, data.ptr, data.len);
                    n += data.len;
                }
            }
            assert_int_equal(rc, rows[i].rc);
            assert_string_equal(body, rows[i].body);
            if (rc == APUS_DONE && step == 64)
                assert_true(apus_str_eq(in, apus_str_of(rows[i].rest)));
            if (rc == APUS_SYNTAX) /* and so for ever */
                assert_int_equal(apus_http1_chunked_next(&c, &in, &data), APUS_SYNTAX);
        }
    }
}

static void extensions_cost_their_limit(void **state)
{
    (void)state;
    static char text[APUS_HTTP1_CHUNK_EXTRA_MAX + 8];
    for (size_t extra = APUS_HTTP1_CHUNK_EXTRA_MAX - 1; extra <= APUS_HTTP1_CHUNK_EXTRA_MAX;
         extra++) {
        apus_http1_chunked c = { 0 };
        apus_str data, in = { text, extra + 4 };
        memset(text, 'a', sizeof(text));
        memcpy(text, "0;", 2);
        memcpy(text + 2 + extra, "\r\n", 2); /* the CR counts too */
        apus_rc rc = apus_http1_chunked_next(&c, &in, &data);
        assert_int_equal(rc, extra < APUS_HTTP1_CHUNK_EXTRA_MAX ? APUS_MORE : APUS_LIMIT);
    }
}

/* Each byte within a target, a name and a value, at each of sixteen places. */
static void bytes_that_may_stand_there(void **state)
{
    (void)state;
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int c = 1; c < 256; c++) {
        if (c == '\r' || c == '\n')
            continue;
        bool visible = c > 0x20 && c < 0x7f;
        bool value = c == '\t' || (c >= 0x20 && c != 0x7f);
        for (int at = 0; at < 16; at++) {
            char text[200], filler[] = "aaaaaaaaaaaaaaaaaaaaaaa";
            apus_http1_head head;
            filler[at + 1] = (char)c;
            snprintf(text, sizeof(text), "GET /%s HTTP/1.1\r\n" HOST "\r\n", filler);
            assert_int_equal(read_head(text, 200, &head), visible && c != '#' ? 200 : 400);
            snprintf(text, sizeof(text), GET HOST "%s: x\r\n\r\n", filler);
            /* a colon ends the name */
            assert_int_equal(read_head(text, 200, &head), strchr(token, c) || c == ':' ? 200 : 400);
            snprintf(text, sizeof(text), GET HOST "X: %s\r\n\r\n", filler);
            assert_int_equal(read_head(text, 200, &head), value ? 200 : 400);
            if (value)
                assert_true(apus_str_eq(head.headers[1].value, apus_str_of(filler)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads),
        cmocka_unit_test(usual_heads_are_read_in_one_pass),
        cmocka_unit_test(what_a_head_says),
        cmocka_unit_test(chunked_bodies),
        cmocka_unit_test(extensions_cost_their_limit),
        cmocka_unit_test(bytes_that_may_stand_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
