#include "app/test_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apus/http.h"
#include "apus/json_scan.h"
#include "apus/schema.h"
#include "app/service.h"

enum { RECORD_MEMORY_MAX = 1 << 30, SHOWN_MAX = 300, APPS_DEPTH_MAX = 8 };

/* --- the documents of an app and of those within it --- */

struct document {
    const apus_json *json;
    apus_str prefix; /* where its app stands */
    struct document *next;
};

static void add_documents(apus_arena *a, const apus_app *app, apus_str prefix,
                          struct document **list, unsigned depth)
{
    apus_str text;
    apus_json *json;
    struct document *d = APUS_NEW(a, struct document, 1);
    if (d && app->openapi && apus_blob_text(app->openapi, a, &text) == APUS_OK &&
        apus_json_parse(a, text, NULL, &json, NULL) == APUS_OK) {
        *d = (struct document){ .json = json, .prefix = prefix, .next = *list };
        *list = d;
    }
    for (uint16_t i = 0; depth < APPS_DEPTH_MAX && i < app->n_mounts; i++) {
        apus_str within =
            apus_arena_strf(a, "%.*s%.*s", APUS_FMT(prefix), APUS_FMT(app->mounts[i].prefix));
        add_documents(a, app->mounts[i].app, within, list, depth + 1);
    }
}

/* --- which operation it was --- */

/* How well a path of the document fits: 0 not at all, more with each segment that is the
 * same word.  The last parameter may stand for several segments. */
static unsigned fit(apus_str template, apus_str path)
{
    unsigned points = 1;
    while (template.len && path.len) {
        size_t end = apus_str_find(template, '/'), path_end = apus_str_find(path, '/');
        apus_str want = apus_str_cut(&template, end < template.len ? end + 1 : template.len);
        bool is_parameter = want.len && want.ptr[0] == '{';
        if (is_parameter && !template.len)
            return points;
        apus_str got = apus_str_cut(&path, path_end < path.len ? path_end + 1 : path.len);
        if (!is_parameter && !apus_str_eq(want, got))
            return 0;
        points += is_parameter ? 1 : 2;
    }
    return template.len || path.len ? 0 : points;
}

struct found {
    const apus_json *document, *operation;
    const char *name; /* "GET /items/{id}" */
};

static const char *lowered(apus_arena *a, const char *method)
{
    char *name = (char *)(uintptr_t)apus_arena_str(a, apus_str_of(method)).ptr;
    for (char *p = name; p && *p; p++)
        *p = (char)(*p | 0x20);
    return name ? name : "";
}

static struct found find(apus_arena *a, const struct document *list, const char *method,
                         apus_str path)
{
    struct found best = { .name = NULL };
    unsigned points = 0;
    const char *key = lowered(a, method);
    for (const struct document *d = list; d; d = d->next) {
        const apus_json *paths = apus_json_get(d->json, "paths");
        if (!apus_str_starts(path, d->prefix))
            continue;
        apus_str rest = apus_str_slice(path, d->prefix.len, path.len);
        for (size_t i = 0; apus_json_at(paths, i); i++) {
            const apus_json *item = apus_json_at(paths, i), *operation = apus_json_get(item, key);
            unsigned own = operation ? fit(item->name, rest) : 0;
            if (own <= points)
                continue;
            points = own;
            best = (struct found){ d->json, operation,
                                   apus_arena_strf(a, "%s %.*s%.*s", method, APUS_FMT(d->prefix),
                                                   APUS_FMT(item->name))
                                       .ptr };
        }
    }
    return best;
}

/* --- what its document says of the answer --- */

/* What the framework itself may answer, whatever is declared. */
static bool is_common(int status)
{
    static const int common[] = { 101, 304, 307, 400, 401, 403, 404, 405,
                                  412, 413, 414, 415, 416, 422, 429, 431 };
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (common[i] == status)
            return true;
    }
    return false;
}

static apus_str media_type(apus_str type)
{
    size_t end = apus_str_find(type, ';');
    return apus_str_trim(apus_str_slice(type, 0, end));
}

static const char *check_content(apus_arena *a, const struct found *f, const apus_json *response,
                                 const apus_answer *answer)
{
    const apus_json *content = apus_json_get(response, "content"), *media = NULL;
    apus_str type = media_type(apus_answer_header(*answer, "content-type"));
    if (!content || !answer->body.len)
        return NULL;
    for (size_t i = 0; !media && apus_json_at(content, i); i++)
        media = apus_str_eq_nocase(apus_json_at(content, i)->name, type) ? apus_json_at(content, i)
                                                                         : NULL;
    if (!media)
        return apus_arena_strf(a, "the media type is %.*s, which is not declared", APUS_FMT(type))
            .ptr;
    apus_schema schema = { .document = f->document, .root = apus_json_get(media, "schema") };
    bool is_json = apus_str_ends(type, APUS_STR("/json")) || apus_str_ends(type, APUS_STR("+json"));
    apus_json *value;
    apus_err err = { .msg = "" };
    if (!is_json || !schema.root)
        return NULL;
    if (apus_json_parse(a, answer->body, NULL, &value, NULL))
        return "the body is not JSON";
    return apus_schema_check(&schema, a, value, &err) == APUS_INVALID
               ? apus_arena_strf(a, "%s", err.msg).ptr
               : NULL;
}

/* What is wrong with the answer, or NULL. */
static const char *judge(apus_arena *a, const struct found *f, const apus_answer *answer)
{
    const apus_json *responses = apus_json_get(f->operation, "responses");
    const char *key = apus_arena_strf(a, "%d", answer->status).ptr;
    const apus_json *response = key ? apus_json_get(responses, key) : NULL;
    const apus_json *fallback = apus_json_get(responses, "default");
    if (!response && (is_common(answer->status) || fallback))
        return NULL; /* a failure that any operation may give */
    if (!response)
        return apus_arena_strf(a, "the status %d is not declared", answer->status).ptr;
    return check_content(a, f, response, answer);
}

/* --- the file --- */

/* From the environment, since tests run under any runner; NULL: nothing is recorded. */
static const char *record_path(void)
{
    const char *path = getenv("APUS_RECORD");
    return path && *path ? path : NULL;
}

static void append(const char *line, size_t len)
{
    FILE *f = fopen(record_path(), "a");
    if (!f || fwrite(line, 1, len, f) != len || fclose(f))
        apus__test_fail_now("APUS_RECORD: %s: %s", record_path(), strerror(errno));
}

static void add_text(apus_buf *b, const char *name, apus_str text)
{
    apus_buf_addf(b, ",\"%s\":", name);
    apus_json_quote(b, apus_str_is_utf8(text) ? text : APUS_STR("(not text)"));
}

static void record(apus_arena *a, const struct found *f, const apus_answer *answer, apus_str body,
                   const char *problem)
{
    apus_buf b = apus_buf_in(a);
    apus_str line;
    apus_buf_addf(&b, "{\"status\":%d", answer->status);
    if (f->name)
        add_text(&b, "operation", apus_str_of(f->name));
    add_text(&b, "method", apus_str_of(answer->method));
    add_text(&b, "path", apus_str_of(answer->path));
    if (body.len)
        add_text(&b, "request", body);
    add_text(&b, "type", apus_answer_header(*answer, "content-type"));
    add_text(&b, "answer", answer->body);
    if (problem)
        add_text(&b, "problem", apus_str_of(problem));
    apus_buf_lit(&b, "}\n");
    if (apus_buf_take(&b, &line) == APUS_OK)
        append(line.ptr, line.len);
}

void apus__record_exchange(const apus_answer *answer, apus_str body)
{
    apus_arena *a = apus__test_arena(answer->test);
    struct document *list = NULL;
    if (!record_path() || answer->path[0] != '/')
        return;
    add_documents(a, answer->test->service->app, APUS_STR(""), &list, 0);
    apus_str target = apus_str_of(answer->path);
    struct found f =
        find(a, list, answer->method, apus_str_slice(target, 0, strcspn(answer->path, "?")));
    const char *problem = f.name ? judge(a, &f, answer) : NULL;
    record(a, &f, answer, body, problem);
    if (problem && apus__record_is_contract())
        apus__test_fail_now("contract: %s %s: %s\n    the operation is %s\n    answered %d %.*s",
                            answer->method, answer->path, problem, f.name, answer->status,
                            APUS_FMT(apus_str_slice(answer->body, 0, SHOWN_MAX)));
}

void apus_test_excuse(apus_test *t, const char *operation, const char *why)
{
    apus_buf b = apus_buf_in(apus__test_arena(t));
    apus_str line;
    apus_buf_lit(&b, "{\"status\":0");
    add_text(&b, "operation", apus_str_of(operation));
    add_text(&b, "excuse", apus_str_of(why));
    apus_buf_lit(&b, "}\n");
    apus__test_need(apus_buf_take(&b, &line) == APUS_OK, "out of memory");
    if (record_path())
        append(line.ptr, line.len);
}

/* --- the report --- */

bool apus__record_is_contract(void)
{
    const char *on = getenv("APUS_CONTRACT");
    return on && *on && record_path();
}

/* The recorded lines as a list. */
static apus_json *read_lines(apus_arena *a)
{
    apus_json *list = apus_json_array(a), *line;
    FILE *f = fopen(record_path(), "r");
    apus_buf b = apus_buf_in(a);
    char piece[16384];
    size_t n;
    apus_str text = APUS_STR("");
    while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
        apus_buf_add(&b, (apus_str){ piece, n });
    if (f)
        fclose(f);
    if (b.len && apus_buf_take(&b, &text))
        text = APUS_STR("");
    while (text.len) {
        size_t end = apus_str_find(text, '\n');
        apus_str one = apus_str_cut(&text, end < text.len ? end + 1 : text.len);
        if (apus_json_parse(a, one, NULL, &line, NULL) == APUS_OK)
            apus_json_add(list, line);
    }
    return list;
}

/* How often the operation was exercised; *excuse, if a test has one for it. */
static unsigned count(const apus_json *lines, apus_str name, apus_str *excuse)
{
    unsigned n = 0;
    *excuse = APUS_STR("");
    for (const apus_json *l = lines && lines->n ? lines->first : NULL; l; l = l->next) {
        if (!apus_str_eq(apus_json_text_or(apus_json_get(l, "operation"), APUS_STR("")), name))
            continue;
        const apus_json *why = apus_json_get(l, "excuse");
        if (why)
            *excuse = apus_json_text_or(why, APUS_STR(""));
        else
            n++;
    }
    return n;
}

struct tally {
    unsigned n, exercised, excused, never;
};

static void tally_operation(apus_arena *a, const apus_json *lines, const struct document *d,
                            const apus_json *item, const apus_json *operation, FILE *to,
                            struct tally *t)
{
    char *name = (char *)(uintptr_t)apus_arena_strf(a, "%.*s %.*s%.*s", APUS_FMT(operation->name),
                                                    APUS_FMT(d->prefix), APUS_FMT(item->name))
                     .ptr;
    if (!name)
        return;
    for (size_t i = 0; i < operation->name.len; i++)
        name[i] = (char)(name[i] & ~0x20);
    apus_str excuse;
    unsigned n = count(lines, apus_str_of(name), &excuse);
    t->n++;
    t->exercised += n > 0;
    if (n == 0 && excuse.len) {
        t->excused++;
        fprintf(to, "skip  %s: %.*s\n", name, APUS_FMT(excuse));
    } else if (n == 0) {
        t->never++;
        fprintf(to, "FAIL  %s: no test exercises it\n", name);
    }
}

bool apus__record_report(const apus_app *app, FILE *to)
{
    apus_arena a;
    struct document *list = NULL;
    struct tally t = { 0 };
    apus_arena_init(&a, &apus_alloc_libc, RECORD_MEMORY_MAX);
    apus_json *lines = read_lines(&a);
    add_documents(&a, app, APUS_STR(""), &list, 0);
    for (const struct document *d = list; d; d = d->next) {
        const apus_json *paths = apus_json_get(d->json, "paths");
        for (size_t i = 0; apus_json_at(paths, i); i++) {
            const apus_json *item = apus_json_at(paths, i);
            for (size_t k = 0; apus_json_at(item, k); k++) {
                const apus_json *operation = apus_json_at(item, k);
                if (apus_method_of_operation(operation->name))
                    tally_operation(&a, lines, d, item, operation, to, &t);
            }
        }
    }
    fprintf(to, "%u operations: %u exercised, %u excused, %u never\n", t.n, t.exercised, t.excused,
            t.never);
    apus_arena_finish(&a);
    return t.never == 0;
}
