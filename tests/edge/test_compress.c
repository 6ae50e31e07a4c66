/* Compression: what is encoded and how, and that what the client decodes is what was said. */
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "app.h"

enum { LONG = 20000, HUGE_ = 300000, ROOM = 400000 };

static apus_str text_of(apus_req *req, size_t n)
{
    char *text = apus_new_n(req, char, n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = "all work and no play "[i % 21];
    return (apus_str){ text, n };
}

static apus_str says_much(apus_req *req)
{
    apus_set_header(req, "etag", "\"v1\"");
    apus_set_header(req, "accept-ranges", "bytes");
    return text_of(req, LONG);
}

static apus_str says_very_much(apus_req *req)
{
    return text_of(req, HUGE_);
}

static apus_str says_little(apus_req *req)
{
    (void)req;
    return APUS_STR("short");
}

static apus_str is_encoded(apus_req *req)
{
    apus_set_header(req, "content-encoding", "x-own");
    return text_of(req, LONG);
}

static apus_str is_not_to_be(apus_req *req)
{
    apus_set_header(req, "cache-control", "public, no-transform");
    return text_of(req, LONG);
}

static apus_str is_image(apus_req *req)
{
    apus_set_header(req, "content-type", "image/png");
    return text_of(req, LONG);
}

static apus_str has_vary(apus_req *req)
{
    apus_set_header(req, "vary", "Origin, accept-encoding");
    return text_of(req, LONG);
}

static apus_str fails(apus_req *req)
{
    apus_fail(req, 418, NULL, "%s", text_of(req, 2000).ptr);
    return APUS_STR("");
}

static apus_str streams(apus_req *req)
{
    apus_set_header(req, "content-type", "text/plain");
    for (int i = 0; i < 100; i++)
        apus_write(req, apus_strf(req, "line %d\n", i));
    apus_write(req, text_of(req, HUGE_));
    return APUS_STR("");
}

#define PLAIN                                                                                      \
    .flags = APUS_ROUTE_result_plain, .produces = APUS_STR_INIT("text/plain; charset=utf-8")
static const apus_route routes[] = {
    EDGE_ROUTE("/much", says_much, PLAIN),
    EDGE_ROUTE("/very-much", says_very_much, PLAIN),
    EDGE_ROUTE("/little", says_little, PLAIN),
    EDGE_ROUTE("/encoded", is_encoded, PLAIN),
    EDGE_ROUTE("/not-to-be", is_not_to_be, PLAIN),
    EDGE_ROUTE("/image", is_image, PLAIN),
    EDGE_ROUTE("/vary", has_vary, PLAIN),
    EDGE_ROUTE("/fails", fails, PLAIN),
    EDGE_ROUTE("/streams", streams, PLAIN),
    { .method = APUS_METHOD_HEAD,
      .path = APUS_STR_INIT("/much"),
      .name = "head",
      .fn = (apus_fn *)says_much,
      .call = edge_call,
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200,
      PLAIN },
};
APUS_COMPRESS(compress);
EDGE_APP(app, routes, &apus_middleware_compress);

/* --- decoding --- */

static size_t decode_gzip(apus_str body, char *to)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)body.ptr,
                   .avail_in = (uInt)body.len,
                   .next_out = (Bytef *)to,
                   .avail_out = ROOM };
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
    return z.total_out;
}

static size_t decode_brotli(apus_str body, char *to)
{
    size_t n = ROOM;
    assert_int_equal(
        BrotliDecoderDecompress(body.len, (const uint8_t *)body.ptr, &n, (uint8_t *)to),
        BROTLI_DECODER_RESULT_SUCCESS);
    return n;
}

static size_t decode_zstd(apus_str body, char *to)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    ZSTD_inBuffer in = { body.ptr, body.len, 0 };
    ZSTD_outBuffer out = { to, ROOM, 0 };
    assert_int_equal(ZSTD_decompressStream(d, &out, &in), 0);
    assert_int_equal(in.pos, in.size);
    ZSTD_freeDCtx(d);
    return out.pos;
}

static const struct {
    const char *name;
    size_t (*decode)(apus_str body, char *to);
} codings[] = { { "gzip", decode_gzip }, { "br", decode_brotli }, { "zstd", decode_zstd } };

static apus_answer get(apus_test *t, const char *path, const char *accepted)
{
    apus_test_header(t, "accept-encoding", accepted);
    return apus_test_get(t, path);
}

/* --- tests --- */

static void answers_decode_to_what_was_said(void **state)
{
    (void)state;
    static char plain[ROOM];
    static const struct {
        const char *path;
        size_t len;
    } cases[] = { { "/much", LONG }, { "/very-much", HUGE_ }, { "/streams", 790 + HUGE_ } };
    apus_test *t = apus_test_start(&app);
    for (size_t k = 0; k < COUNT(cases); k++) {
        apus_answer whole = get(t, cases[k].path, "identity");
        assert_int_equal(whole.body.len, cases[k].len);
        edge_expect_header(whole, "content-encoding", "");
        edge_expect_header(whole, "vary", "Accept-Encoding");
        for (int round = 0; round < 2; round++) /* the second with a coder that was used */
            for (size_t i = 0; i < COUNT(codings); i++) {
                apus_answer a = get(t, cases[k].path, codings[i].name);
                apus_expect_status(a, 200);
                edge_expect_header(a, "content-encoding", codings[i].name);
                edge_expect_header(a, "vary", "Accept-Encoding");
                assert_true(a.body.len < whole.body.len / 5);
                size_t n = codings[i].decode(a.body, plain);
                assert_int_equal(n, whole.body.len);
                assert_memory_equal(plain, whole.body.ptr, n);
            }
    }
    apus_test_stop(t);
}

static void the_client_chooses(void **state)
{
    (void)state;
    static const struct {
        const char *accepted, *coding;
    } cases[] = {
        { "gzip, deflate, br, zstd", "zstd" },
        { "gzip, br", "br" },
        { "gzip;q=1, br;q=0.9, zstd;q=0.5", "gzip" },
        { "gzip;q=0, *", "zstd" },
        { "zstd;q=0, br;q=0, *;q=0.5", "gzip" },
        { "*;q=0", "" },
        { "deflate", "" },
        { "identity, gzip;q=0.5", "" },
        { "GZIP", "gzip" },
        { "", "" },
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(cases); i++)
        edge_expect_header(get(t, "/much", cases[i].accepted), "content-encoding", cases[i].coding);
    apus_test_stop(t);
}

static void heads_tell_of_the_encoded_form(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = get(t, "/much", "gzip");
    edge_expect_header(a, "etag", "W/\"v1\"");
    edge_expect_header(a, "accept-ranges", "");
    apus_str length = apus_answer_header(a, "content-length");
    apus_answer head = apus_test_send(t, "HEAD", "/much", NULL, APUS_STR(""));
    apus_expect_status(head, 200);
    assert_true(apus_str_eq(apus_answer_header(head, "content-length"), length));
    a = get(t, "/much", "identity");
    edge_expect_header(a, "etag", "\"v1\"");
    edge_expect_header(a, "accept-ranges", "bytes");
    edge_expect_header(get(t, "/vary", "gzip"), "vary", "Origin, accept-encoding");
    apus_test_stop(t);
}

static void some_answers_are_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *path, *coding;
    } cases[] = {
        { "/little", "" }, { "/encoded", "x-own" }, { "/not-to-be", "" }, { "/image", "" }
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(cases); i++) {
        apus_answer a = get(t, cases[i].path, "gzip, br, zstd");
        apus_expect_status(a, 200);
        edge_expect_header(a, "content-encoding", cases[i].coding);
        edge_expect_header(a, "vary", "");
    }
    apus_test_stop(t);
}

static void failures_are_encoded_too(void **state)
{
    (void)state;
    static char plain[ROOM];
    apus_test *t = apus_test_start(&app);
    apus_answer a = get(t, "/fails", "gzip");
    apus_expect_status(a, 418);
    edge_expect_header(a, "content-encoding", "gzip");
    size_t n = decode_gzip(a.body, plain);
    assert_true(n > 200 && memcmp(plain, "{\"detail\":\"all work", 19) == 0);
    apus_test_stop(t);
}

APUS_COMPRESS(own, .min_size = 4, .gzip_level = 9, .brotli_quality = -1, .zstd_level = -1,
              .types = { "image/*" });
EDGE_APP(own_app, routes, &apus_middleware_own);

static void settings_decide(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&own_app);
    edge_expect_header(get(t, "/image", "zstd, br, gzip"), "content-encoding", "gzip");
    edge_expect_header(get(t, "/image", "zstd, br"), "content-encoding", "");
    edge_expect_header(get(t, "/much", "gzip"), "content-encoding", "");
    apus_test_stop(t);
}

/* --- two filters, and one that fails --- */

static bool takes_all(apus_req *req, void *ctx, apus_http_reply *head, uint64_t length)
{
    (void)ctx;
    (void)length;
    return apus_head_add(apus_req_arena(req), head, "x-loud", "yes") == APUS_OK;
}

static apus_rc shout(void *ctx, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    (void)ctx;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.ptr[i];
        if (c == 'z')
            return APUS_INVALID;
        apus_buf_addc(out, (char)(c >= 'a' && c <= 'z' ? c - 32 : c));
    }
    if (step == APUS_FILTER_end)
        apus_buf_lit(out, "!");
    return APUS_OK;
}

static const apus_filter loud_filter = { "loud", takes_all, shout };

static void loud(apus_req *req, apus_next *next)
{
    (void)req;
    apus_next_filter(next, &loud_filter, NULL);
    apus_next_run(next);
}

static apus_str cannot_be_said_loudly(apus_req *req)
{
    (void)req;
    return APUS_STR("lazy");
}

static apus_str breaks_off(apus_req *req)
{
    apus_write(req, APUS_STR("laz"));
    apus_write(req, APUS_STR("lazy"));
    return APUS_STR("");
}

static const apus_route loud_routes[] = {
    EDGE_ROUTE("/much", says_much, PLAIN),
    EDGE_ROUTE("/little", says_little, PLAIN),
    EDGE_ROUTE("/lazy", cannot_be_said_loudly, PLAIN),
    EDGE_ROUTE("/breaks", breaks_off, PLAIN),
};
APUS_MIDDLEWARE(louder, .run = loud);
EDGE_APP(loud_app, loud_routes, &apus_middleware_compress, &apus_middleware_louder);

static void filters_stand_in_a_row(void **state)
{
    (void)state;
    static char plain[ROOM];
    apus_test *t = apus_test_start(&loud_app);
    apus_answer a = get(t, "/little", "gzip");
    EXPECT_BODY(get(t, "/little", ""), "SHORT!");
    a = get(t, "/much", "gzip");
    edge_expect_header(a, "x-loud", "yes");
    assert_int_equal(decode_gzip(a.body, plain), LONG + 1);
    assert_memory_equal(plain, "ALL WORK", 8);
    assert_int_equal(plain[LONG], '!');
    apus_test_stop(t);
}

static void a_filter_that_fails_changes_nothing_or_cuts(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&loud_app);
    apus_answer a = get(t, "/lazy", "");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "lazy");
    edge_expect_header(a, "x-loud", "");
    a = get(t, "/breaks", "");
    assert_true(a.is_cut || a.status == 0); /* closed before anything left, or within */
    apus_test_stop(t);
}

APUS_COMPRESS(odd_level, .gzip_level = 10);
EDGE_APP(odd_level_app, routes, &apus_middleware_odd_level);

static void mistakes_keep_the_service_from_starting(void **state)
{
    (void)state;
    edge_expect_refused(&odd_level_app, "gzip has levels from 1 to 9, not 10");
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_decode_to_what_was_said),
        cmocka_unit_test(the_client_chooses),
        cmocka_unit_test(heads_tell_of_the_encoded_form),
        cmocka_unit_test(some_answers_are_left_alone),
        cmocka_unit_test(failures_are_encoded_too),
        cmocka_unit_test(settings_decide),
        cmocka_unit_test(filters_stand_in_a_row),
        cmocka_unit_test(a_filter_that_fails_changes_nothing_or_cuts),
        cmocka_unit_test(mistakes_keep_the_service_from_starting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
