#include <apus/apus.h>

#include <zlib.h>

/* What a body may be when it is no longer compressed. */
enum { BODY_MAX = 1 << 20 };

/* Into the request's memory; false when it is no gzip, or more than we take. */
static bool decompress(apus_req *req, apus_str body, apus_str *out)
{
    char *room = apus_new_n(req, char, BODY_MAX);
    z_stream z = { .next_in = (Bytef *)(uintptr_t)body.ptr,
                   .avail_in = (uInt)body.len,
                   .next_out = (Bytef *)room,
                   .avail_out = BODY_MAX };
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return false;
    bool is_whole = inflate(&z, Z_FINISH) == Z_STREAM_END;
    *out = (apus_str){ room, z.total_out };
    inflateEnd(&z);
    return is_whole;
}

/* Clients may compress what they send. */
void gunzip(apus_req *req, apus_next *next)
{
    apus_str body = apus_req_http(req)->body;
    if (apus_str_eq(apus_req_header(req, "Content-Encoding"), APUS_STR("gzip"))) {
        if (!decompress(req, body, &body)) {
            apus_fail(req, 400, "bad_gzip", "the body is not what gzip makes");
            return;
        }
        apus_next_body(next, body);
    }
    apus_next_run(next);
}

/// Takes bodies that were compressed, and answers in JSON for people.
App(gzipped, title = "Gzipped", version = "1.0.0", middleware = [gunzip]);

/// Numbers to add.
typedef struct numbers {
    apus_ints numbers Field(max_items = 1000);
} numbers;

/// What they come to.
typedef struct total {
    int64_t sum;
} total;

/// Adds numbers.
Post("/sum")
total *sum(apus_req *req, const numbers *body)
{
    total *out = apus_new(req, total);
    for (size_t i = 0; i < body->numbers.len; i++)
        out->sum += body->numbers.ptr[i];
    return out;
}

/// Adds numbers that come as lines of text, not as JSON.
Post("/lines")
total *sum_lines(apus_req *req, apus_str body Body(raw, media_type = "text/plain"))
{
    apus_buf json = apus_buf_in(apus_req_arena(req));
    apus_buf_lit(&json, "{\"numbers\":[");
    for (size_t i = 0; i < body.len; i++)
        apus_buf_addc(&json, body.ptr[i] == '\n' ? ',' : body.ptr[i]);
    apus_buf_lit(&json, "]}");
    apus_str text;
    if (apus_buf_take(&json, &text))
        return apus_fail(req, 503, NULL, "out of memory");
    const numbers *n = apus_read_body(req, numbers, text); // or the usual 422
    return n ? sum(req, n) : NULL;
}

static void begin_line(apus_buf *out, int depth)
{
    apus_buf_addf(out, "\n%*s", 2 * depth, "");
}

/* JSON with line breaks. */
static void write_pretty(apus_buf *out, const apus_json *value, int depth)
{
    bool is_list = value->kind == APUS_JSON_list, is_object = value->kind == APUS_JSON_object;
    if (!is_list && !is_object) {
        apus_json_write(out, value);
        return;
    }
    apus_buf_addc(out, is_list ? '[' : '{');
    for (const apus_json *child = value->first; child; child = child->next) {
        begin_line(out, depth + 1);
        if (is_object)
            apus_buf_addf(out, "\"%s\": ", child->name.ptr);
        write_pretty(out, child, depth + 1);
        if (child->next)
            apus_buf_addc(out, ',');
    }
    begin_line(out, depth);
    apus_buf_addc(out, is_list ? ']' : '}');
}

/* An answer of our own kind. */
static apus_response *pretty(apus_req *req, const apus_json *value)
{
    apus_buf out = apus_buf_in(apus_req_arena(req));
    apus_str text;
    write_pretty(&out, value, 0);
    if (apus_buf_take(&out, &text))
        return apus_fail(req, 503, NULL, "out of memory");
    return apus_bytes(req, "application/json", text);
}

/// Says hello, for people to read.
Get("/hello", produces = "application/json")
apus_response *hello(apus_req *req, apus_str name Query(default = "all"))
{
    return pretty(req, apus_jsonf(req, "{'say': 'hello', 'to': [%s]}", name.ptr));
}
