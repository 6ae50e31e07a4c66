/* /openapi.json, /docs, /redoc: whole, compressed, cacheable, and ours alone. */
#include "tables.h"

#include <stdlib.h>
#include <zlib.h>

#include "apus/json.h"

#define DOCUMENT "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Fish & <Chips>\",\"version\":\"1\"}}"

static uint8_t packed[1024];
static apus_blob blob = { .gzip = packed, .text_len = sizeof(DOCUMENT) - 1 };

static int pack(void **state)
{
    (void)state;
    z_stream z = { 0 };
    if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return -1;
    char text[] = DOCUMENT;
    z.next_in = (Bytef *)text;
    z.avail_in = sizeof(DOCUMENT) - 1;
    z.next_out = packed;
    z.avail_out = sizeof(packed);
    int rc = deflate(&z, Z_FINISH);
    blob.gzip_len = z.total_out;
    deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : -1;
}

static const apus_router root = { .name = "app", .prefix = APUS_STR_INIT("") };
static const apus_app app = { .name = "app",
                              .title = "Fish & <Chips>",
                              .version = "1",
                              .root = &root,
                              .openapi = &blob,
                              .openapi_path = "/openapi.json",
                              .docs_path = "/docs",
                              .redoc_path = "/redoc" };
static const apus_app bare = {
    .name = "bare", .title = "Bare", .root = &root, .openapi = &blob, .openapi_path = "/api"
};
static const apus_app silent = { .name = "silent", .title = "Silent", .root = &root };

static void the_document_is_served_as_it_is_kept(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-type", "application/json");
    apus_expect_header(a, "content-encoding", "");
    EXPECT_BODY(a, DOCUMENT);

    static const struct {
        const char *accept;
        bool gzip;
    } rows[] = {
        { "gzip", true },          { "br, gzip;q=0.5", true }, { "gzip;q=0", false },
        { "gzip;q=0.000", false }, { "identity", false },      { "deflate,GZIP", true },
        { "gzip; q=0.001", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_test_header(t, "Accept-Encoding", rows[i].accept);
        a = apus_test_get(t, "/openapi.json");
        apus_expect_status(a, 200);
        apus_expect_header(a, "content-encoding", rows[i].gzip ? "gzip" : "");
        apus_expect_header(a, "vary", "accept-encoding");
        if (rows[i].gzip)
            assert_int_equal(a.body.len, blob.gzip_len);
        else
            EXPECT_BODY(a, DOCUMENT);
    }
    apus_test_stop(t);
}

static void what_the_client_has_is_not_sent_again(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    static const char *const paths[] = { "/openapi.json", "/docs", "/redoc",
                                         "/docs/assets/docs.js" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_answer a = apus_test_get(t, paths[i]);
        apus_expect_status(a, 200);
        char etag[64];
        snprintf(etag, sizeof(etag), "\"x\", %.*s", APUS_FMT(apus_answer_header(a, "etag")));
        assert_true(strlen(etag) > 8);
        apus_test_header(t, "If-None-Match", etag);
        a = apus_test_get(t, paths[i]);
        apus_expect_status(a, 304);
        assert_int_equal(a.body.len, 0);
        apus_test_header(t, "If-None-Match", "W/\"other\"");
        a = apus_test_get(t, paths[i]);
        apus_expect_status(a, 200);
        apus_test_header(t, "If-None-Match", NULL);
    }
    apus_test_stop(t);
}

static void pages_load_nothing_from_elsewhere(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    static const char *const paths[] = { "/docs", "/redoc" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_answer a = apus_test_get(t, paths[i]);
        apus_expect_status(a, 200);
        apus_expect_header(a, "content-type", "text/html; charset=utf-8");
        assert_non_null(strstr(a.body.ptr, "<title>Fish &amp; &lt;Chips&gt;"));
        assert_non_null(strstr(a.body.ptr, "data-openapi=\"/openapi.json\""));
        assert_null(strstr(a.body.ptr, "http://"));
        assert_null(strstr(a.body.ptr, "https://"));
        assert_null(strstr(a.body.ptr, "src=\"//"));
        assert_true(apus_str_starts(apus_answer_header(a, "content-security-policy"),
                                    APUS_STR("default-src 'none'; script-src 'self'")));
    }
    apus_answer a = apus_test_get(t, "/docs/assets/docs.css");
    apus_expect_header(a, "content-type", "text/css; charset=utf-8");
    a = apus_test_get(t, "/docs/assets/../docs");
    apus_expect_status(a, 404);
    a = apus_test_get(t, "/docs/assets/nothing");
    apus_expect_status(a, 404);
    apus_test_stop(t);
}

static void head_is_answered_without_a_body(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_send(t, "HEAD", "/openapi.json", NULL, APUS_STR(""));
    apus_expect_status(a, 200);
    assert_int_equal(a.body.len, 0);
    apus_test_stop(t);
}

static void pages_can_be_left_out(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&bare);
    apus_expect_status(apus_test_get(t, "/api"), 200);
    apus_expect_status(apus_test_get(t, "/openapi.json"), 404);
    apus_expect_status(apus_test_get(t, "/docs"), 404);
    apus_test_stop(t);
    t = apus_test_start(&silent);
    apus_expect_status(apus_test_get(t, "/openapi.json"), 404);
    apus_test_stop(t);
}

/* A blob that does not hold what it says is a mistake of the build, and a 500. */
static void a_damaged_document_is_an_error(void **state)
{
    (void)state;
    static uint8_t damaged[sizeof(packed)];
    memcpy(damaged, packed, sizeof(packed));
    damaged[blob.gzip_len / 2] ^= 0x55;
    apus_blob bad = { .gzip = damaged, .gzip_len = blob.gzip_len, .text_len = blob.text_len };
    apus_app broken = bare;
    broken.openapi = &bad;
    apus_test *t = apus_test_start(&broken);
    apus_expect_status(apus_test_get(t, "/api"), 500);
    apus_test_stop(t);
    bad = blob;
    bad.text_len--;
    t = apus_test_start(&broken);
    apus_expect_status(apus_test_get(t, "/api"), 500);
    apus_test_stop(t);
}

/* --- what the operator says --- */

static void an_operator_hides_the_docs(void **state)
{
    (void)state;
    apus_test *t = apus_test_start_as(&app, &(apus_service_options){ .hides_docs = true });
    static const char *const paths[] = { "/openapi.json", "/docs", "/redoc", "/docs/assets/docs.js",
                                         "/docs/oauth2-redirect" };
    for (size_t i = 0; i < COUNT(paths); i++)
        apus_expect_status(apus_test_get(t, paths[i]), 404);
    apus_test_stop(t);
    t = apus_test_start_as(&app, &(apus_service_options){ .hides_docs = false });
    apus_expect_status(apus_test_get(t, "/docs"), 200);
    apus_test_stop(t);
}

static void the_root_path_is_the_first_server(void **state)
{
    (void)state;
    apus_app own = app;
    own.root_path = "/own";
    apus_test *t = apus_test_start(&own);
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.servers", "[{\"url\":\"/own\"}]");
    apus_test_stop(t);

    const apus_service_options given = { .root_path = "/given" };
    t = apus_test_start_as(&own, &given);
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.servers", "[{\"url\":\"/given\"}]");
    apus_answer a = apus_test_get(t, "/docs");
    assert_non_null(strstr(a.body.ptr, "data-openapi=\"/given/openapi.json\""));
    assert_non_null(strstr(a.body.ptr, "data-redirect=\"/given/docs/oauth2-redirect\""));
    apus_test_stop(t);

    own.servers_as_written = true;
    t = apus_test_start_as(&own, &given);
    EXPECT_BODY(apus_test_get(t, "/openapi.json"), DOCUMENT);
    apus_test_stop(t);
}

#define WITHIN                                                                                     \
    "{\"openapi\":\"3.1.0\",\"servers\":[{\"url\":\"/in\"},{\"url\":\"https://a.example\"}]}"

/* The place of an app within another moves with the outer one's root path. */
static void the_root_path_of_an_app_within(void **state)
{
    (void)state;
    apus_blob text = { .text = (const uint8_t *)WITHIN, .text_len = sizeof(WITHIN) - 1 };
    apus_app inner = bare;
    inner.openapi = &text;
    apus_mount mount = { .app = &inner, .prefix = APUS_STR_INIT("/in") };
    apus_app outer = app;
    outer.mounts = &mount;
    outer.n_mounts = 1;
    outer.root_path = "/v1";
    apus_test *t = apus_test_start(&outer);
    apus_expect_json(apus_test_get(t, "/in/api"), "$.servers",
                     "[{\"url\":\"/v1/in\"},{\"url\":\"https://a.example\"}]");
    apus_test_stop(t);
}

static void what_an_operator_mistypes_does_not_start(void **state)
{
    (void)state;
    static const char *const paths[] = { "/v1/", "v1" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        apus_err err = { 0 };
        apus_service *s = NULL;
        const apus_service_options mistyped = { .root_path = paths[i] };
        assert_int_equal(apus_service_create_as(&app, NULL, &mistyped, &s, &err), APUS_INVALID);
        assert_non_null(strstr(err.msg, paths[i]));
    }
}

/* --- what the app says --- */

static void rename_it(apus_json *document, apus_arena *arena)
{
    apus_json_set(arena, apus_json_get(document, "info"), "title",
                  apus_json_text(arena, APUS_STR("Edited")));
}

static void the_document_is_edited_before_it_is_served(void **state)
{
    (void)state;
    apus_app edited = app;
    edited.openapi_edit = rename_it;
    apus_test *t = apus_test_start(&edited);
    apus_test_header(t, "Accept-Encoding", "gzip");
    apus_expect_header(apus_test_get(t, "/openapi.json"), "content-encoding", "gzip");
    apus_test_header(t, "Accept-Encoding", NULL);
    apus_expect_json(apus_test_get(t, "/openapi.json"), "$.info",
                     "{\"title\":\"Edited\",\"version\":\"1\"}");
    apus_test_stop(t);

    apus_arena a;
    apus_str text;
    apus_err err;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_app_document(&edited, NULL, &a, &text, &err), APUS_OK);
    assert_non_null(strstr(text.ptr, "Edited"));
    assert_int_equal(apus_app_document(&silent, NULL, &a, &text, &err), APUS_NOT_FOUND);
    apus_arena_finish(&a);
}

static void pages_look_as_the_app_says(void **state)
{
    (void)state;
    static const apus_docs_page docs = { .title = "Fish & more",
                                         .icon = "/fish.svg",
                                         .script = "https://cdn.example:8443/ui/bundle.js",
                                         .style = "/own.css",
                                         .options = "{\"deepLinking\":false}",
                                         .oauth = "{\"clientId\":\"a\"}",
                                         .oauth_redirect = "" };
    apus_app other = app;
    other.docs_page = &docs;
    apus_test *t = apus_test_start(&other);
    apus_answer a = apus_test_get(t, "/docs");
    static const char *const parts[] = {
        "<title>Fish &amp; more</title>",
        "<link rel=\"icon\" href=\"/fish.svg\">",
        "<script src=\"https://cdn.example:8443/ui/bundle.js\">",
        "<link rel=\"stylesheet\" href=\"/own.css\">",
        "data-options=\"{&quot;deepLinking&quot;:false}\"",
        "data-oauth=\"{&quot;clientId&quot;:&quot;a&quot;}\"",
    };
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!strstr(a.body.ptr, parts[i]))
            fail_msg("no %s in %s", parts[i], a.body.ptr);
    assert_null(strstr(a.body.ptr, "data-redirect"));
    apus_str policy = apus_answer_header(a, "content-security-policy");
    assert_non_null(strstr(policy.ptr, "script-src 'self' https://cdn.example:8443; "));
    assert_non_null(strstr(policy.ptr, "style-src 'self' 'unsafe-inline'; "));
    apus_expect_status(apus_test_get(t, "/docs/oauth2-redirect"), 404);
    a = apus_test_get(t, "/redoc"); /* which says nothing, so looks as usual */
    assert_non_null(strstr(a.body.ptr, "<title>Fish &amp; &lt;Chips&gt; - ReDoc</title>"));
    apus_test_stop(t);
}

static void logins_come_back_to_a_page_of_their_own(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_get(t, "/docs/oauth2-redirect");
    apus_expect_status(a, 200);
    assert_non_null(strstr(a.body.ptr, "<script src=\"/docs/assets/oauth2-redirect.js\">"));
    apus_expect_header(apus_test_get(t, "/docs/assets/oauth2-redirect.js"), "content-type",
                       "text/javascript; charset=utf-8");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_is_served_as_it_is_kept),
        cmocka_unit_test(what_the_client_has_is_not_sent_again),
        cmocka_unit_test(pages_load_nothing_from_elsewhere),
        cmocka_unit_test(head_is_answered_without_a_body),
        cmocka_unit_test(pages_can_be_left_out),
        cmocka_unit_test(a_damaged_document_is_an_error),
        cmocka_unit_test(an_operator_hides_the_docs),
        cmocka_unit_test(the_root_path_is_the_first_server),
        cmocka_unit_test(the_root_path_of_an_app_within),
        cmocka_unit_test(what_an_operator_mistypes_does_not_start),
        cmocka_unit_test(the_document_is_edited_before_it_is_served),
        cmocka_unit_test(pages_look_as_the_app_says),
        cmocka_unit_test(logins_come_back_to_a_page_of_their_own),
    };
    return cmocka_run_group_tests(tests, pack, NULL);
}
