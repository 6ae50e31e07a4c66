#include "serve/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apus/json.h"
#include "apus/yaml.h"

struct reading {
    const char *path;
    apus_arena *arena;
    const apus__config_reader *reader;
    apus_str text;
    apus_err *err;
};

static apus_rc no_memory(const struct reading *r)
{
    return apus_err_set(r->err, APUS_NOMEM, "%s: out of memory", r->path);
}

static apus_rc read_file(struct reading *r)
{
    FILE *f = fopen(r->path, "rbe");
    if (!f)
        return apus_err_set(r->err, APUS_INVALID, "--config: %s: %s", r->path, strerror(errno));
    char *text = apus_arena_alloc(r->arena, APUS__CONFIG_MAX + 1, 1);
    size_t len = text ? fread(text, 1, APUS__CONFIG_MAX + 1, f) : 0;
    int failed = ferror(f) ? errno : 0;
    fclose(f);
    if (!text)
        return no_memory(r);
    if (failed)
        return apus_err_set(r->err, APUS_INVALID, "--config: %s: %s", r->path, strerror(failed));
    if (len > APUS__CONFIG_MAX)
        return apus_err_set(r->err, APUS_INVALID, "--config: %s: over %d bytes", r->path,
                            (int)APUS__CONFIG_MAX);
    r->text = (apus_str){ text, len };
    return APUS_OK;
}

/* What is wrong with the value of an outermost name. */
static apus_rc wrong(const struct reading *r, apus_str name, apus_rc rc, const char *what)
{
    return apus_err_set(r->err, rc, "%.60s:%u: %s", r->path, apus_yaml_line_of(r->text, name),
                        what);
}

/* A scalar, or scalars with commas between; NULL for anything else. */
static const char *plain_text(const struct reading *r, const apus_json *value)
{
    if (value->kind == APUS_JSON_string)
        return apus_str_find(value->text, '\0') == SIZE_MAX
                   ? apus_arena_str(r->arena, value->text).ptr
                   : NULL;
    if (value->kind != APUS_JSON_list)
        return NULL;
    apus_buf joined = apus_buf_in(r->arena);
    apus_str text;
    for (const apus_json *item = value->first; item; item = item->next) {
        if (item->kind != APUS_JSON_string || apus_str_find(item->text, '\0') != SIZE_MAX ||
            apus_str_find(item->text, ',') != SIZE_MAX)
            return NULL;
        if (item != value->first)
            apus_buf_add(&joined, APUS_STR(","));
        apus_buf_add(&joined, item->text);
    }
    return apus_buf_take(&joined, &text) ? NULL : text.ptr;
}

static apus_rc read_option(const struct reading *r, const apus_json *value)
{
    apus_err said = { 0 };
    const char *text = plain_text(r, value);
    if (!text)
        return wrong(r, value->name, APUS_INVALID,
                     "should be a word or a number, or a list of such without commas");
    apus_rc rc = r->reader->option(r->reader->ctx, value->name.ptr, text, &said);
    return rc ? wrong(r, value->name, rc, said.msg) : APUS_OK;
}

/* `set:` and what stands under it. */
static apus_rc read_variables(const struct reading *r, const apus_json *all)
{
    if (all->kind != APUS_JSON_object)
        return wrong(r, all->name, APUS_INVALID, "set: should be names of variables and values");
    if (all->n > APUS__CONFIG_SETS_MAX)
        return wrong(r, all->name, APUS_LIMIT, "set: too many variables");
    for (const apus_json *v = all->first; v; v = v->next) {
        apus_err said = { 0 };
        const char *text = v->kind == APUS_JSON_null ? "" : plain_text(r, v);
        if (!text || !v->name.len || apus_str_find(v->name, '=') != SIZE_MAX)
            return wrong(r, all->name, APUS_INVALID,
                         "set: a variable has a name without =, and a word or a number");
        apus_rc rc = r->reader->variable(r->reader->ctx, v->name.ptr, text, &said);
        if (rc)
            return wrong(r, all->name, rc, said.msg);
    }
    return APUS_OK;
}

apus_rc apus__config_read(const char *path, apus_arena *a, const apus__config_reader *reader,
                          apus_err *err)
{
    struct reading r = { .path = path, .arena = a, .reader = reader, .err = err };
    apus_json *all;
    apus_err said = { 0 };
    apus_rc rc = read_file(&r);
    if (rc)
        return rc;
    rc = apus_yaml_parse(a, r.text, &all, &said);
    if (rc == APUS_NOMEM)
        return no_memory(&r);
    if (rc)
        return apus_err_set(err, APUS_INVALID, "%s: %s", path, said.msg);
    if (all->kind != APUS_JSON_object)
        return apus_err_set(err, APUS_INVALID, "%s: should be names and values", path);
    for (const apus_json *value = all->first; !rc && value; value = value->next) {
        if (apus_str_eq(value->name, APUS_STR("set")))
            rc = read_variables(&r, value);
        else if (value->kind != APUS_JSON_null)
            rc = read_option(&r, value);
    }
    return rc;
}
