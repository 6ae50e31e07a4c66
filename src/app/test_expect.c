/* What a test expects of an answer, and what it is told when it is not so. */
#include "apus/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "apus/buf.h"
#include "app/test_client.h"

/* Process-wide on purpose: it belongs to the test runner, not to a client. */
static void (*on_fail)(const char *text);

void apus_test_on_fail(void (*fn)(const char *text))
{
    on_fail = fn;
}

void apus__test_fail(const char *text)
{
    if (on_fail)
        on_fail(text);
    fprintf(stderr, "%s\n", text);
    exit(1);
}

/* "orders.c:12: POST /v1/orders: " and so on; the text is never freed, the test
 * ends with it. */
static void fail_answer(apus_answer a, const char *file, int line, apus_buf *what)
{
    apus_buf b = apus_buf_in(apus__test_arena(a.test));
    apus_str head, text;
    if (apus_buf_take(what, &text))
        text = APUS_STR("(out of memory)");
    apus_buf_addf(&b, "%s:%d: %s %s: %.*s\n    answered %d %.*s", file, line, a.method, a.path,
                  APUS_FMT(text), a.status, APUS_FMT(apus_str_slice(a.body, 0, 2000)));
    apus__test_fail(apus_buf_take(&b, &head) ? "out of memory" : head.ptr);
}

void apus__expect_status(apus_answer a, int status, const char *file, int line)
{
    if (a.status == status)
        return;
    apus_buf b = apus_buf_in(apus__test_arena(a.test));
    apus_buf_addf(&b, "status %d expected", status);
    fail_answer(a, file, line, &b);
}

/* --- paths such as $.detail[0]["x-type"] --- */

static const apus_json *member(const apus_json *at, apus_str name, bool *bad)
{
    char text[256];
    *bad = name.len == 0 || name.len >= sizeof(text);
    if (*bad)
        return NULL;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    return at->kind == APUS_JSON_object ? apus_json_get(at, text) : NULL;
}

/* ["name"], for names with dots in them; either quote. */
static const apus_json *step_quoted(const apus_json *at, apus_str *path, bool *bad)
{
    apus_str name = apus_str_slice(*path, 2, path->len);
    size_t end = apus_str_find(name, path->ptr[1]);
    *bad = end == SIZE_MAX || end + 1 >= name.len || name.ptr[end + 1] != ']';
    if (*bad)
        return NULL;
    apus_str_cut(path, end + 4);
    return member(at, apus_str_slice(name, 0, end), bad);
}

static const apus_json *step_index(const apus_json *at, apus_str *path, bool *bad)
{
    size_t end = apus_str_find(*path, ']'), index = 0;
    *bad = end == SIZE_MAX || end < 2 || end > 10;
    for (size_t i = 1; !*bad && i < end; i++) {
        *bad = path->ptr[i] < '0' || path->ptr[i] > '9';
        index = index * 10 + (size_t)(path->ptr[i] - '0');
    }
    if (*bad)
        return NULL;
    apus_str_cut(path, end + 1);
    return at->kind == APUS_JSON_list ? apus_json_at(at, index) : NULL;
}

/* One step of the path; NULL if it leads nowhere, *bad if it is no path. */
static const apus_json *step(const apus_json *at, apus_str *path, bool *bad)
{
    if (path->ptr[0] == '[' && path->len > 2 && (path->ptr[1] == '"' || path->ptr[1] == '\''))
        return step_quoted(at, path, bad);
    if (path->ptr[0] == '[')
        return step_index(at, path, bad);
    size_t len = 1;
    while (len < path->len && path->ptr[len] != '.' && path->ptr[len] != '[')
        len++;
    *bad = path->ptr[0] != '.';
    apus_str name = apus_str_slice(*path, 1, len - 1);
    apus_str_cut(path, len);
    return *bad ? NULL : member(at, name, bad);
}

static const apus_json *find(const apus_json *root, apus_str path, bool *bad)
{
    *bad = path.len == 0 || path.ptr[0] != '$';
    if (*bad)
        return NULL;
    apus_str_cut(&path, 1);
    while (root && path.len && !*bad)
        root = step(root, &path, bad);
    return root;
}

void apus__expect_json(apus_answer a, const char *path, const char *json, const char *file,
                       int line)
{
    apus_arena *arena = apus__test_arena(a.test);
    apus_buf b = apus_buf_in(arena);
    apus_json *want, *got;
    apus_json_error error = { 0 };
    bool bad = false;
    if (apus_json_parse(arena, apus_str_of(json), NULL, &want, &error)) {
        apus_buf_addf(&b, "what is expected is not JSON: %s at %zu in %s",
                      error.message ? error.message : "out of memory", error.offset, json);
        fail_answer(a, file, line, &b);
    } else if (apus_json_parse(arena, a.body, NULL, &got, &error)) {
        apus_buf_addf(&b, "the answer is not JSON: %s at %zu",
                      error.message ? error.message : "out of memory", error.offset);
        fail_answer(a, file, line, &b);
    } else {
        const apus_json *found = find(got, apus_str_of(path), &bad);
        if (!bad && found && apus_json_eq(found, want))
            return;
        apus_buf_addf(&b, "%s%s: ", path, bad ? " is not a path" : "");
        if (found)
            apus_json_write(&b, found);
        else
            apus_buf_lit(&b, "absent");
        apus_buf_addf(&b, ", expected %s", json);
        fail_answer(a, file, line, &b);
    }
}

void apus__expect_text(apus_answer a, const char *text, const char *file, int line)
{
    if (apus_str_eq(a.body, apus_str_of(text)))
        return;
    apus_buf b = apus_buf_in(apus__test_arena(a.test));
    apus_buf_addf(&b, "the body is another, expected %s", text);
    fail_answer(a, file, line, &b);
}

void apus__expect_header(apus_answer a, const char *name, const char *value, const char *file,
                         int line)
{
    apus_str got = apus_answer_header(a, name);
    if (apus_str_eq(got, apus_str_of(value)))
        return;
    apus_buf b = apus_buf_in(apus__test_arena(a.test));
    apus_buf_addf(&b, "header %s: \"%.*s\", expected \"%s\"", name, APUS_FMT(got), value);
    fail_answer(a, file, line, &b);
}

void apus__expect(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    char text[1024];
    snprintf(text, sizeof(text), "%s:%d: expected: %s", file, line, what);
    apus__test_fail(text);
}
