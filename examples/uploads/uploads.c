/* Uploads: how large a body may be, and where that is said. */
#include <apus/apus.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

App(uploads, title = "Uploads", version = "1.0.0", body_max = "64KiB");

/// What was kept.
typedef struct kept {
    apus_str name;
    int64_t bytes;
} kept;

/// A picture, which may be larger than anything else here.
Post("/pictures", status = 201, body_max = "8MB")
kept *keep_picture(apus_req *req, const apus_upload *picture File(types = ["image/*"]))
{
    kept *out = apus_new(req, kept);
    *out = (kept){ picture->filename, (int64_t)picture->content.len };
    return out;
}

/// A remark.
Post("/remarks", body_max = 280)
kept *keep_remark(apus_req *req, apus_str text Body(raw))
{
    kept *out = apus_new(req, kept);
    *out = (kept){ APUS_STR("remark"), (int64_t)text.len };
    return out;
}

/// What there was in a log.
typedef struct lines {
    int64_t bytes, lines;
} lines;

/// Counts the lines of a log of any length, as it comes.
Post("/logs", body_max = "20GiB", timeout = "1h")
lines *count_lines(apus_req *req, apus_body *body Body(media_type = "text/plain"))
{
    lines *out = apus_new(req, lines);
    for (apus_bytes piece; apus_body_next(body, &piece);)
        for (size_t i = 0; i < piece.len; i++)
            out->lines += piece.ptr[i] == '\n';
    out->bytes = (int64_t)apus_body_received(body);
    return out;
}

/// Where copies are kept.
static const char *copy_path(apus_req *req, int64_t number)
{
    return apus_strf(req, "/tmp/apus-copy-%" PRId64, number).ptr;
}

/// Keeps a copy of anything; it never stands in memory.
Put("/copies/{number}", body_max = "20GiB", status = 204)
void keep_copy(apus_req *req, int64_t number, apus_body *body)
{
    apus_body_save(body, copy_path(req, number));
}

/// The same of a file in a form.
Post("/copies/{number}", body_max = "200MB", status = 204)
void keep_copy_of(apus_req *req, int64_t number, const apus_upload *file File())
{
    apus_upload_save(req, file, copy_path(req, number));
}

static char bytes[2 << 20];

static apus_answer send_picture(apus_test *t, size_t len)
{
    const apus_test_part parts[] = {
        { .name = "picture",
          .filename = "a.png",
          .content_type = "image/png",
          .content = { bytes, len } },
        { .name = NULL },
    };
    return apus_test_multipart(t, "POST", "/pictures", parts);
}

Test(bodies_are_as_large_as_their_route_says)
{
    apus_test *t = apus_test_start(&uploads_app);
    apus_answer a = send_picture(t, sizeof(bytes));
    apus_expect_status(a, 201);
    apus_expect_json(a, "$.bytes", "2097152");
    a = apus_test_send(t, "POST", "/remarks", "text/plain", (apus_str){ bytes, 281 });
    apus_expect_status(a, 413);
    apus_test_stop(t);
}

Test(the_document_says_what_a_picture_may_be)
{
    apus_test *t = apus_test_start(&uploads_app);
    apus_expect_json(
        apus_test_get(t, "/openapi.json"),
        "$.paths['/pictures'].post.requestBody.content['multipart/form-data'].encoding",
        "{\"picture\":{\"contentType\":\"image/*\"}}");
    apus_test_stop(t);
}

Test(logs_are_counted_as_they_come)
{
    apus_test *t = apus_test_start(&uploads_app);
    memset(bytes, '\n', 300000);
    apus_answer a =
        apus_test_send(t, "POST", "/logs", "text/plain", (apus_str){ bytes, sizeof(bytes) });
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", APUS_JSON({ "bytes" : 2097152, "lines" : 300000 }));
    apus_expect_json(
        apus_test_get(t, "/openapi.json"), "$.paths./logs.post.requestBody", APUS_JSON({
            "required" : true,
            "content" : { "text/plain" : { "schema" : { "type" : "string", "format" : "binary" } } }
        }));
    apus_test_stop(t);
}

/* Of this process. */
static bool copy_holds(const char *text)
{
    char path[64], held[64] = "";
    snprintf(path, sizeof(path), "/tmp/apus-copy-%d", (int)getpid());
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(held, 1, sizeof(held) - 1, f) : 0;
    if (f)
        fclose(f);
    return n == strlen(text) && strcmp(held, text) == 0;
}

Test(copies_are_whole)
{
    apus_test *t = apus_test_start(&uploads_app);
    char path[64];
    snprintf(path, sizeof(path), "/copies/%d", (int)getpid());
    apus_answer a = apus_test_send(t, "PUT", path, "text/plain", APUS_STR("one"));
    apus_expect_status(a, 204);
    apus_expect(copy_holds("one"));
    const apus_test_part parts[] = {
        { .name = "file", .filename = "b.txt", .content = APUS_STR("another") },
        { .name = NULL },
    };
    apus_expect_status(apus_test_multipart(t, "POST", path, parts), 204);
    apus_expect(copy_holds("another"));
    char bad[200];
    snprintf(bad, sizeof(bad),
             "PUT %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
             "Transfer-Encoding: chunked\r\n\r\n3\r\nbad\r\nx",
             path);
    a = apus_test_raw(t, apus_str_of(bad));
    apus_expect_status(a, 400);
    apus_expect(copy_holds("another")); /* a part replaces nothing */
    snprintf(bad, sizeof(bad), "/tmp/apus-copy-%d", (int)getpid());
    unlink(bad);
    apus_test_stop(t);
}
