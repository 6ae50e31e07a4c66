/* What an operation is sent: its parameters and its body, from their schemas. */
#include "check_request.h"

#include <string.h>

#include "apus/json_pointer.h"
#include "apus/url.h"
#include "command.h"
#include "inputs.h"

enum { HEADER_MAX = 2000 };

static void add_value(apus_buf *to, const apus_json *v)
{
    apus_arena scratch;
    apus_arena_init(&scratch, &apus_alloc_libc, 1 << 20);
    apus_buf b = apus_buf_in(&scratch);
    apus_str text = v->kind == APUS_JSON_string ? v->text : APUS_STR("");
    if (v->kind != APUS_JSON_string) {
        apus_json_write(&b, v);
        if (apus_buf_take(&b, &text))
            to->failed = APUS_NOMEM;
    }
    apus_url_encode(to, text);
    apus_arena_finish(&scratch);
}

/* The value of a parameter in this request: the one under attack, or a good one. */
static const apus_json *value_of(const struct asked *o, apus_arena *a, const apus_json *p,
                                 const apus_json *attacked, const apus_json *with)
{
    return p == attacked ? with : inputs_good(a, o->document, apus_json_get(p, "schema"));
}

/* A value as it stands in a header or a form. */
static apus_str plain_text(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    if (v->kind == APUS_JSON_string)
        return v->text;
    apus_json_write(&b, v);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

/* What would end a header's line, or a cookie, cannot be sent in one. */
static bool is_sendable(apus_str text, bool in_cookie)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f || (in_cookie && strchr(" \",;\\", c)))
            return false;
    }
    return text.len < HEADER_MAX;
}

static bool has_number(const apus_json *document, const apus_json *schema)
{
    const apus_json *s = apus_json_resolve(document, schema);
    apus_str type = apus_json_text_or(apus_json_get(s, "type"), APUS_STR(""));
    return apus_str_eq(type, APUS_STR("integer")) || apus_str_eq(type, APUS_STR("number"));
}

static apus_str in_of(const apus_json *p)
{
    return apus_json_text_or(apus_json_get(p, "in"), APUS_STR(""));
}

static const apus_json *param_named(const apus_json *list, apus_str name)
{
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        if (apus_str_eq(apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")), name) &&
            apus_str_eq(in_of(p), APUS_STR("path")))
            return p;
    }
    return NULL;
}

/* "at=1&at=2" of a list, "n=1" of all else; nothing of an empty list. */
static void add_query(apus_buf *to, char *separator, apus_str name, const apus_json *v)
{
    bool is_list = v->kind == APUS_JSON_list;
    for (const apus_json *one = is_list ? v->first : v; one; one = is_list ? one->next : NULL) {
        apus_buf_addc(to, *separator);
        apus_buf_add(to, name);
        apus_buf_addc(to, '=');
        add_value(to, one);
        *separator = '&';
    }
}

/* The path with its parameters filled in, then the query.  with == NULL: the attacked
 * parameter is left out. */
const char *request_target(const struct asked *o, apus_arena *a, const apus_json *attacked,
                           const apus_json *with)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
    apus_buf b = apus_buf_in(a);
    for (const char *p = o->path; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        const apus_json *param =
            end ? param_named(list, (apus_str){ p + 1, (size_t)(end - p - 1) }) : NULL;
        if (param) {
            const apus_json *v = value_of(o, a, param, attacked, with);
            if (v)
                add_value(&b, v);
            p = end;
        } else {
            apus_buf_addc(&b, *p);
        }
    }
    char separator = '?';
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        bool required = apus_json_bool_or(apus_json_get(p, "required"), false);
        if (!apus_str_eq(in_of(p), APUS_STR("query")) || (p != attacked && !required))
            continue;
        const apus_json *v = value_of(o, a, p, attacked, with);
        if (!v)
            continue;
        add_query(&b, &separator, apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")), v);
    }
    if (o->query) {
        apus_buf_addc(&b, separator);
        apus_buf_add(&b, apus_str_of(o->query));
    }
    apus_str target;
    return apus_buf_take(&b, &target) ? "/" : target.ptr;
}

/* Headers and cookies: those that are required, and the one under attack. */
const char *request_headers(const struct asked *o, apus_arena *a, const apus_json *attacked,
                            const apus_json *with)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
    const char *cookies = "", *headers = "";
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        bool is_cookie = apus_str_eq(in_of(p), APUS_STR("cookie"));
        if (!is_cookie && !apus_str_eq(in_of(p), APUS_STR("header")))
            continue;
        if (p != attacked && !apus_json_bool_or(apus_json_get(p, "required"), false))
            continue;
        const apus_json *v = value_of(o, a, p, attacked, with);
        apus_str text = v ? plain_text(a, v) : APUS_STR("");
        if (!v || !is_sendable(text, is_cookie))
            continue;
        const char *name =
            textf(a, "%.*s", APUS_FMT(apus_json_text_or(apus_json_get(p, "name"), APUS_STR(""))));
        if (is_cookie)
            cookies = textf(a, "%s%s%s=%.*s", cookies, *cookies ? "; " : "", name, APUS_FMT(text));
        else
            headers = textf(a, "%s%s: %.*s\r\n", headers, name, APUS_FMT(text));
    }
    return *cookies ? textf(a, "%scookie: %s\r\n", headers, cookies) : headers;
}

static const char boundary[] = "apus-check-7d1f";

struct body request_body(const struct asked *o)
{
    static const char *const known[] = { "application/json", "application/x-www-form-urlencoded",
                                         "multipart/form-data", "application/octet-stream" };
    const apus_json *content = apus_json_get(apus_json_get(o->json, "requestBody"), "content");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const apus_json *media = apus_json_get(content, known[i]);
        if (media)
            return (struct body){ known[i], apus_json_get(media, "schema"),
                                  apus_json_get(media, "encoding") };
    }
    return (struct body){ NULL, NULL, NULL };
}

apus_str request_json(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json_write(&b, v);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

/* The type of a file that is sent in a form's member, the first that its encoding names or the
 * one of its schema; empty for what is no file. */
static apus_str file_type(const struct asked *o, const struct body *body, const apus_json *member)
{
    const apus_json *schema = apus_json_resolve(o->document, body->schema);
    const apus_json *p = apus_json_get(apus_json_get(schema, "properties"), member->name.ptr);
    const apus_json *items = apus_json_get(p, "items");
    p = items ? items : p;
    bool is_binary = apus_str_eq(apus_json_text_or(apus_json_get(p, "format"), APUS_STR("")),
                                 APUS_STR("binary"));
    apus_str of_schema =
        apus_json_text_or(apus_json_get(p, "contentMediaType"),
                          is_binary ? APUS_STR("application/octet-stream") : APUS_STR(""));
    const apus_json *encoding = apus_json_get(body->encoding, member->name.ptr);
    apus_str said = apus_json_text_or(apus_json_get(encoding, "contentType"), of_schema);
    size_t comma = apus_str_find(said, ',');
    return of_schema.len ? apus_str_slice(said, 0, comma) : APUS_STR("");
}

/* What stands in front of a file's bytes; a range of types ends in "*", and any of it will do. */
static const char *file_head(apus_arena *a, apus_str type)
{
    const char *any = apus_str_ends(type, APUS_STR("/*")) ? "x-any" : "";
    if (type.len == 0)
        return "";
    if (*any)
        type.len--;
    return textf(a, "; filename=\"a.bin\"\r\ncontent-type: %.*s%s", APUS_FMT(type), any);
}

static void add_field(apus_arena *a, apus_buf *b, const struct asked *o, const struct body *body,
                      const apus_json *member, const apus_json *v)
{
    if (body->type[0] == 'm') {
        apus_buf_addf(b, "--%s\r\ncontent-disposition: form-data; name=\"%.*s\"%s\r\n\r\n%.*s\r\n",
                      boundary, APUS_FMT(member->name), file_head(a, file_type(o, body, member)),
                      APUS_FMT(plain_text(a, v)));
        return;
    }
    if (b->len)
        apus_buf_addc(b, '&');
    apus_url_encode(b, member->name);
    apus_buf_addc(b, '=');
    add_value(b, v);
}

/* An object as a form, each member as its text, lists as several. */
static apus_str write_form(apus_arena *a, const struct asked *o, const struct body *body,
                           const apus_json *object)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    bool holds = object->kind == APUS_JSON_object;
    for (const apus_json *m = holds ? object->first : NULL; m; m = m->next) {
        if (m->kind != APUS_JSON_list)
            add_field(a, &b, o, body, m, m);
        for (const apus_json *v = m->kind == APUS_JSON_list ? m->first : NULL; v; v = v->next)
            add_field(a, &b, o, body, m, v);
    }
    if (body->type[0] == 'm')
        apus_buf_addf(&b, "--%s--\r\n", boundary);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

apus_str request_body_write(apus_arena *a, const struct asked *o, const struct body *body,
                            const apus_json *v)
{
    if (!body->type)
        return APUS_STR("");
    if (strcmp(body->type, "application/json") == 0)
        return request_json(a, v);
    if (strcmp(body->type, "application/octet-stream") == 0)
        return APUS_STR("\x00\x01 bytes");
    return write_form(a, o, body, v);
}

const char *request_body_type(apus_arena *a, const struct body *body)
{
    if (body->type && body->type[0] == 'm')
        return textf(a, "multipart/form-data; boundary=%s", boundary);
    return body->type;
}

bool request_must_refuse(const struct asked *o, apus_arena *a, const apus_json *p,
                         const apus_json *v)
{
    const apus_json *schema = apus_json_get(p, "schema");
    if (!v)
        return apus_json_bool_or(apus_json_get(p, "required"), false) &&
               !apus_str_eq(in_of(p), APUS_STR("path"));
    bool in_query = apus_str_eq(in_of(p), APUS_STR("query"));
    bool is_number = v->kind == APUS_JSON_int || v->kind == APUS_JSON_double;
    if (!in_query || !(is_number || v->kind == APUS_JSON_string))
        return false; /* a path may lead elsewhere, a header is trimmed */
    if (is_number && !has_number(o->document, schema))
        return false;
    return inputs_must_refuse(a, o->document, schema, v);
}
