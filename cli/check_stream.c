#include "check_stream.h"

#include <string.h>

#include "apus/schema.h"
#include "command.h"

/* Media types of answers in pieces. */
static const char *const streams[] = { "text/event-stream", "application/jsonl",
                                       "application/x-ndjson", "application/json-seq" };

enum { N_STREAMS = sizeof(streams) / sizeof(streams[0]) };

bool stream_is_declared(const apus_json *operation)
{
    const apus_json *responses = apus_json_get(operation, "responses");
    for (size_t i = 0; apus_json_at(responses, i); i++) {
        const apus_json *content = apus_json_get(apus_json_at(responses, i), "content");
        for (size_t k = 0; k < N_STREAMS; k++) {
            if (apus_json_get(content, streams[k]))
                return true;
        }
    }
    return false;
}

/* A piece that should be JSON of that schema; or NULL for any. */
static const char *check_piece(apus_arena *a, const apus_json *document, const apus_json *schema,
                               apus_str text, unsigned number)
{
    apus_json *value;
    apus_err err;
    apus_schema s = { .document = document, .root = schema };
    if (!schema)
        return NULL;
    if (apus_json_parse(a, text, NULL, &value, NULL))
        return textf(a, "piece %u of the answer is not JSON: %.*s", number,
                     (int)(text.len < 100 ? text.len : 100), text.ptr);
    if (apus_schema_check(&s, a, value, &err) == APUS_INVALID)
        return textf(a, "piece %u of the answer breaks its schema at %s", number, err.msg);
    return NULL;
}

/* Takes the next line off, without what ends it; false where it is cut off. */
static bool next_line(apus_str *text, apus_str *line)
{
    size_t end = apus_str_find(*text, '\n');
    if (end == SIZE_MAX)
        return false;
    *line = apus_str_cut(text, end);
    apus_str_cut(text, 1);
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

static const char *check_lines(apus_arena *a, const apus_json *document, const apus_json *media,
                               const struct reply *r)
{
    apus_str rest = r->body, line;
    const char *wrong = NULL;
    for (unsigned n = 1; !wrong && next_line(&rest, &line); n++)
        if (apus_str_trim(line).len)
            wrong = check_piece(a, document, apus_json_get(media, "itemSchema"), line, n);
    if (!wrong && r->is_whole && rest.len)
        wrong = "the answer's last line does not end";
    return wrong;
}

/* The schema of an event's data, where that is JSON. */
static const apus_json *data_schema(const apus_json *media)
{
    const apus_json *members = apus_json_get(apus_json_get(media, "itemSchema"), "properties");
    return apus_json_get(apus_json_get(members, "data"), "contentSchema");
}

/* "data: x" begins with "data:"; what stands behind it, without one blank. */
static bool is_field(apus_str line, apus_str name, apus_str *value)
{
    if (!apus_str_starts(line, name))
        return false;
    *value = apus_str_slice(line, name.len, SIZE_MAX);
    if (value->len && value->ptr[0] == ' ')
        apus_str_cut(value, 1);
    return true;
}

/* WHATWG HTML section 9.2: an event ends with an empty line, its lines of data are one text. */
static const char *check_events(apus_arena *a, const apus_json *document, const apus_json *media,
                                const struct reply *r)
{
    apus_str rest = r->body, line, value, text;
    apus_buf data = apus_buf_in(a);
    bool has_data = false;
    const char *wrong = NULL;
    for (unsigned n = 1; !wrong && next_line(&rest, &line);) {
        bool is_data = is_field(line, APUS_STR("data:"), &value);
        if (is_data && has_data)
            apus_buf_addc(&data, '\n');
        if (is_data)
            apus_buf_add(&data, value);
        has_data = has_data || is_data;
        if (line.len || !has_data)
            continue;
        if (apus_buf_take(&data, &text))
            return "out of memory";
        wrong = check_piece(a, document, data_schema(media), text, n++);
        data = apus_buf_in(a);
        has_data = false;
    }
    return wrong;
}

const char *stream_check(apus_arena *a, const apus_json *document, const apus_json *response,
                         const struct reply *r)
{
    const apus_json *content = apus_json_get(response, "content");
    for (size_t i = 0; i < N_STREAMS; i++) {
        const apus_json *media = apus_json_get(content, streams[i]);
        if (!media || !apus_str_starts(r->content_type, apus_str_of(streams[i])))
            continue;
        return i == 0 ? check_events(a, document, media, r) : check_lines(a, document, media, r);
    }
    return NULL;
}
