#include <apus/apus.h>

#include <zlib.h>

extern const apus_app gzipped_app;

static apus_str compress_text(const char *text)
{
    static char room[512];
    z_stream z = { .next_in = (Bytef *)text,
                   .avail_in = (uInt)strlen(text),
                   .next_out = (Bytef *)room,
                   .avail_out = sizeof(room) };
    deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return (apus_str){ room, z.total_out };
}

Test(takes_gzip_and_plain)
{
    apus_test *t = apus_test_start(&gzipped_app);
    apus_answer a = apus_test_post(t, "/sum", APUS_JSON({ "numbers" : [ 1, 2, 3 ] }));
    apus_expect_json(a, "$.sum", "6");
    apus_test_header(t, "Content-Encoding", "gzip");
    a = apus_test_send(t, "POST", "/sum", "application/json",
                       compress_text(APUS_JSON({ "numbers" : [ 1, 2, 3, 4 ] })));
    apus_expect_json(a, "$.sum", "10");
    a = apus_test_send(t, "POST", "/sum", "application/json",
                       compress_text(APUS_JSON({ "numbers" : [ 1, "x" ] })));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "numbers", 1 ]));
    a = apus_test_send(t, "POST", "/sum", "application/json", compress_text("{\"numbers\""));
    apus_expect_json(a, "$.detail[0].type", "\"json_invalid\"");
    a = apus_test_send(t, "POST", "/sum", "application/json", APUS_STR("plain"));
    apus_expect_status(a, 400);
    apus_expect_json(a, "$.code", "\"bad_gzip\"");
    apus_test_header(t, "Content-Encoding", "br");
    apus_expect_status(apus_test_post(t, "/sum", "{}"), 415);
    apus_test_stop(t);
}

Test(reads_lines)
{
    apus_test *t = apus_test_start(&gzipped_app);
    apus_answer a = apus_test_send(t, "POST", "/lines", "text/plain", APUS_STR("1\n2\n39"));
    apus_expect_json(a, "$.sum", "42");
    a = apus_test_send(t, "POST", "/lines", "text/plain", APUS_STR("1\n0.5"));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", APUS_JSON([ "body", "numbers", 1 ]));
    a = apus_test_send(t, "POST", "/lines", "text/plain", APUS_STR("1\n2 3"));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"json_invalid\"");
    a = apus_test_send(t, "POST", "/lines", "text/plain", APUS_STR("\xff"));
    apus_expect_status(a, 422);
    apus_test_stop(t);
}

Test(indents)
{
    apus_test *t = apus_test_start(&gzipped_app);
    apus_answer a = apus_test_get(t, "/hello?name=Ada");
    apus_expect_text(a, "{\n  \"say\": \"hello\",\n  \"to\": [\n    \"Ada\"\n  ]\n}");
    apus_expect_header(a, "Content-Type", "application/json");
    apus_test_stop(t);
}
