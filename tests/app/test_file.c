/* Files and folders as answers. */
#include "tables.h"

#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/apus-file-XXXXXX";
static char big[300000];

static const char *below(const char *name)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

/* --- routes --- */

struct path_args {
    apus_str path;
};

static void path_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct path_args *a = args;
    *(apus_response **)result = ((apus_response * (*)(apus_req *, apus_str)) fn)(req, a->path);
}

static apus_response *file(apus_req *req, apus_str path)
{
    return apus_file(req, below(path.ptr), NULL);
}

static apus_response *download(apus_req *req, apus_str path)
{
    return apus_file(req, below("a.txt"),
                     &(apus_file_options){ .name = path.ptr, .content_type = "text/x-note" });
}

static apus_response *assets(apus_req *req, apus_str path)
{
    return apus_folder(req, path,
                       &(apus_folder_options){ .folder = root,
                                               .index = "index.html",
                                               .not_found = "404.html",
                                               .cache_control = "max-age=60",
                                               .compressed = true });
}

static apus_response *front_end(apus_req *req, apus_str path)
{
    return apus_folder(
        req, path,
        &(apus_folder_options){ .folder = root, .index = "index.html", .fallback = "index.html" });
}

static apus_response *nowhere(apus_req *req, apus_str path)
{
    return apus_folder(req, path, &(apus_folder_options){ .folder = "/nowhere/at/all" });
}

static const apus_param path_params[] = {
    { .in = APUS_IN_path,
      .field = { APUS_FIELD_NAME("path"), .type = &apus_type_str,
                 .offset = offsetof(struct path_args, path), .flags = APUS_FIELD_required } },
};

#define ROUTE(method_, path_, fn_, ...)                                                            \
    {                                                                                              \
        .method = APUS_METHOD_##method_, .path = APUS_STR_INIT(path_), .name = #fn_,               \
        .fn = (apus_fn *)fn_, .call = path_call, PARAMS(path_params),                              \
        .args_size = sizeof(struct path_args), .result_size = sizeof(void *), .status = 200,       \
        .flags = APUS_ROUTE_result_response | (__VA_ARGS__)                                        \
    }

static const apus_route routes[] = {
    ROUTE(GET, "/file/{path:path}", file, 0),
    ROUTE(HEAD, "/file/{path:path}", file, 0),
    ROUTE(POST, "/file/{path:path}", file, 0),
    ROUTE(GET, "/thread/{path:path}", file, APUS_ROUTE_blocking),
    ROUTE(GET, "/download/{path}", download, 0),
    ROUTE(GET, "/assets/{path:path}", assets, 0),
    ROUTE(GET, "/thread-assets/{path:path}", assets, APUS_ROUTE_blocking),
    ROUTE(GET, "/app/{path:path}", front_end, 0),
    ROUTE(GET, "/nowhere/{path:path}", nowhere, 0),
};
APP(app, routes, .n_slots = 0);

static apus_test *t;

/* --- what the disk holds --- */

static void write_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(below(name), "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(root))
        return -1;
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)('a' + i % 26);
    write_bytes("big.bin", big, sizeof(big));
    write_text("a.txt", "0123456789");
    write_text("empty.txt", "");
    write_text("index.html", "<p>home");
    write_text("404.html", "<p>gone");
    write_text("app.js", "let a = 1");
    write_text("app.js.br", "BROTLI");
    write_text("app.js.gz", "GZIP");
    mkdir(below("sub"), 0700);
    write_text("sub/index.html", "<p>sub");
    mkdir(below("bare"), 0700);
    t = apus_test_start(&app);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {
        "big.bin",   "a.txt",          "empty.txt", "index.html", "404.html", "app.js", "app.js.br",
        "app.js.gz", "sub/index.html", "sub",       "bare",       "shrinks",  ""
    };
    (void)state;
    apus_test_stop(t);
    for (size_t i = 0; i < COUNT(files); i++)
        remove(below(files[i]));
    return 0;
}

/* --- files --- */

static void a_file_is_sent_with_all_that_is_known(void **state)
{
    (void)state;
    apus_answer a = apus_test_get(t, "/file/a.txt");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "0123456789");
    apus_expect_header(a, "content-type", "text/plain; charset=utf-8");
    apus_expect_header(a, "content-length", "10");
    apus_expect_header(a, "accept-ranges", "bytes");
    assert_int_equal(apus_answer_header(a, "last-modified").len, 29);
    assert_true(apus_answer_header(a, "etag").len > 4);
    apus_expect_header(a, "content-disposition", "");
    a = apus_test_get(t, "/file/empty.txt");
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-length", "0");
    apus_expect_status(apus_test_get(t, "/file/none.txt"), 404);
    apus_expect_status(apus_test_get(t, "/file/sub"), 404);
    apus_expect_status(apus_test_get(t, "/thread/none.txt"), 404);
    EXPECT_BODY(apus_test_get(t, "/thread/a.txt"), "0123456789");
}

static void head_has_the_length_and_no_body(void **state)
{
    (void)state;
    apus_answer a = apus_test_send(t, "HEAD", "/file/big.bin", NULL, APUS_STR(""));
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-length", "300000");
    EXPECT_BODY(a, "");
}

static void large_files_arrive_whole(void **state)
{
    (void)state;
    apus_answer a = apus_test_get(t, "/file/big.bin");
    assert_int_equal(a.body.len, sizeof(big));
    assert_memory_equal(a.body.ptr, big, sizeof(big));
    assert_false(a.is_cut);
}

static apus_answer get_with(const char *path, const char *name, const char *value)
{
    apus_test_header(t, name, value);
    apus_answer a = apus_test_get(t, path);
    apus_test_header(t, name, NULL);
    return a;
}

static void conditions_save_the_body(void **state)
{
    (void)state;
    apus_answer a = apus_test_get(t, "/file/a.txt");
    char etag[64], date[64];
    snprintf(etag, sizeof(etag), "%.*s", APUS_FMT(apus_answer_header(a, "etag")));
    snprintf(date, sizeof(date), "%.*s", APUS_FMT(apus_answer_header(a, "last-modified")));
    a = get_with("/file/a.txt", "if-none-match", etag);
    apus_expect_status(a, 304);
    EXPECT_BODY(a, "");
    apus_expect_header(a, "etag", etag);
    apus_expect_header(a, "content-type", "");
    apus_expect_status(get_with("/file/a.txt", "if-modified-since", date), 304);
    apus_expect_status(get_with("/file/a.txt", "if-none-match", "\"x\""), 200);
    apus_expect_status(get_with("/file/a.txt", "if-match", "\"x\""), 412);
    apus_expect_status(get_with("/file/a.txt", "if-match", etag), 200);
    /* of a POST they are not ours to weigh */
    apus_test_header(t, "if-none-match", etag);
    apus_expect_status(apus_test_post(t, "/file/a.txt", NULL), 200);
    apus_test_header(t, "if-none-match", NULL);
}

static void ranges_are_parts(void **state)
{
    (void)state;
    apus_answer a = get_with("/file/a.txt", "range", "bytes=2-4");
    apus_expect_status(a, 206);
    apus_expect_header(a, "content-range", "bytes 2-4/10");
    apus_expect_header(a, "content-length", "3");
    EXPECT_BODY(a, "234");
    a = get_with("/file/a.txt", "range", "bytes=20-");
    apus_expect_status(a, 416);
    apus_expect_header(a, "content-range", "bytes */10");
    a = get_with("/file/a.txt", "range", "bytes=9-2");
    apus_expect_status(a, 200);
    apus_test_header(t, "range", "bytes=0-1");
    apus_expect_status(get_with("/file/a.txt", "if-range", "\"x\""), 200);
    apus_expect_status(apus_test_post(t, "/file/a.txt", NULL), 200);
    apus_test_header(t, "range", NULL);
    a = get_with("/file/big.bin", "range", "bytes=100000-299998");
    assert_int_equal(a.body.len, 199999);
    assert_memory_equal(a.body.ptr, big + 100000, 199999);
}

static void several_ranges_are_multipart(void **state)
{
    (void)state;
    apus_answer a = get_with("/file/a.txt", "range", "bytes=0-1,-2");
    apus_str type = apus_answer_header(a, "content-type");
    apus_str boundary = apus_str_slice(type, strlen("multipart/byteranges; boundary="), SIZE_MAX);
    char want[512];
    apus_expect_status(a, 206);
    assert_true(apus_str_starts(type, APUS_STR("multipart/byteranges; boundary=")));
    snprintf(want, sizeof(want),
             "--%.*s\r\nContent-Type: text/plain; charset=utf-8\r\n"
             "Content-Range: bytes 0-1/10\r\n\r\n01\r\n"
             "--%.*s\r\nContent-Type: text/plain; charset=utf-8\r\n"
             "Content-Range: bytes 8-9/10\r\n\r\n89\r\n--%.*s--\r\n",
             APUS_FMT(boundary), APUS_FMT(boundary), APUS_FMT(boundary));
    EXPECT_BODY(a, want);
    assert_false(a.is_cut);
}

static void downloads_have_names(void **state)
{
    (void)state;
    apus_answer a = apus_test_get(t, "/download/note.txt");
    apus_expect_header(a, "content-disposition", "attachment; filename=\"note.txt\"");
    apus_expect_header(a, "content-type", "text/x-note");
    a = apus_test_get(t, "/download/gr%C3%BC%C3%9Fe%22.txt");
    apus_expect_header(a, "content-disposition",
                       "attachment; filename=\"gr____e_.txt\"; "
                       "filename*=UTF-8''gr%C3%BC%C3%9Fe%22.txt");
}

/* --- folders --- */

static void folders_give_what_they_hold(void **state)
{
    static const struct {
        const char *path;
        int status;
        const char *body; /* or NULL */
    } rows[] = {
        { "/assets/a.txt", 200, "0123456789" },
        { "/assets/", 200, "<p>home" },
        { "/assets/sub/", 200, "<p>sub" },
        { "/assets/sub/index.html", 200, "<p>sub" },
        { "/assets/sub", 307, NULL },
        { "/assets/bare/", 404, "<p>gone" },
        { "/assets/none", 404, "<p>gone" },
        { "/assets/a.txt/", 404, "<p>gone" },
        { "/assets/..%2fsecret", 404, "<p>gone" },
        { "/assets/%2e%2e/x", 404, "<p>gone" },
        { "/assets/%2fetc/passwd", 404, "<p>gone" },
        { "/assets/a.txt%00", 404, "<p>gone" },
        { "/thread-assets/a.txt", 200, "0123456789" },
        { "/nowhere/a.txt", 500, NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_get(t, rows[i].path);
        apus_expect_status(a, rows[i].status);
        if (rows[i].body)
            EXPECT_BODY(a, rows[i].body);
    }
    apus_expect_header(apus_test_get(t, "/assets/sub?a=1"), "location", "/assets/sub/?a=1");
    apus_expect_header(apus_test_get(t, "/assets/a.txt"), "cache-control", "max-age=60");
    apus_expect_header(apus_test_get(t, "/assets/none"), "cache-control", "no-cache");
}

static void smaller_forms_go_to_who_takes_them(void **state)
{
    static const struct {
        const char *accepts, *coding, *body;
    } rows[] = {
        { "gzip, br", "br", "BROTLI" },
        { "gzip;q=0.5, br;q=0", "gzip", "GZIP" },
        { "br;q=0.0,gzip;q=0.01", "gzip", "GZIP" },
        { "zstd", "", "let a = 1" },
        { "identity", "", "let a = 1" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = get_with("/assets/app.js", "accept-encoding", rows[i].accepts);
        EXPECT_BODY(a, rows[i].body);
        apus_expect_header(a, "content-encoding", rows[i].coding);
        apus_expect_header(a, "content-type", "text/javascript; charset=utf-8");
        apus_expect_header(a, "vary", "Accept-Encoding");
    }
}

static void front_ends_answer_browsers_everywhere(void **state)
{
    (void)state;
    apus_answer a = get_with("/app/orders/7", "accept", "text/html,application/xhtml+xml");
    apus_expect_status(a, 200);
    EXPECT_BODY(a, "<p>home");
    apus_expect_header(a, "cache-control", "no-cache");
    apus_expect_status(get_with("/app/orders/7", "accept", "application/json"), 404);
    apus_expect_status(apus_test_get(t, "/app/missing.js"), 404);
    EXPECT_BODY(apus_test_get(t, "/app/app.js"), "let a = 1");
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_sent_with_all_that_is_known),
        cmocka_unit_test(head_has_the_length_and_no_body),
        cmocka_unit_test(large_files_arrive_whole),
        cmocka_unit_test(conditions_save_the_body),
        cmocka_unit_test(ranges_are_parts),
        cmocka_unit_test(several_ranges_are_multipart),
        cmocka_unit_test(downloads_have_names),
        cmocka_unit_test(folders_give_what_they_hold),
        cmocka_unit_test(smaller_forms_go_to_who_takes_them),
        cmocka_unit_test(front_ends_answer_browsers_everywhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
