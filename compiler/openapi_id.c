/* Operation ids: what generated clients call their functions. */
#include <ctype.h>
#include <string.h>

#include "compiler/openapi.h"

static const char *const method_words[] = {
    [APUS_METHOD_other] = "other",   [APUS_METHOD_GET] = "get",
    [APUS_METHOD_HEAD] = "head",     [APUS_METHOD_POST] = "post",
    [APUS_METHOD_PUT] = "put",       [APUS_METHOD_PATCH] = "patch",
    [APUS_METHOD_DELETE] = "delete", [APUS_METHOD_OPTIONS] = "options",
    [APUS_METHOD_TRACE] = "trace",
};

/* name + path + method with everything but word characters replaced, as FastAPI
 * does: read_item_items__item_id__get. */
static const char *usual_id(struct openapi *d, const struct route_path *r)
{
    char *id = (char *)(uintptr_t)doc_name(d, "%s%s", r->route->function->name, r->path);
    char *to = id;
    bool in_convertor = false;
    for (const char *p = id; *p; p++) {
        if (*p == ':')
            in_convertor = true; /* {path:path} counts as {path} */
        if (*p == '}')
            in_convertor = false;
        if (!in_convertor)
            *to++ = (char)(isalnum((unsigned char)*p) ? *p : '_');
    }
    *to = '\0';
    return doc_name(d, "%s_%s", id, method_words[r->route->method]);
}

/* What stands for a name of operation_ids = "{tag}-{name}". */
static const char *part_of(struct openapi *d, const struct route_path *r, apus_str name)
{
    if (apus_str_eq(name, APUS_STR("name")))
        return r->route->function->name;
    if (apus_str_eq(name, APUS_STR("method")))
        return method_words[r->route->method];
    if (apus_str_eq(name, APUS_STR("path")))
        return r->path;
    const apus_json *tag = apus_json_at(operation_tags(d, r), 0);
    return apus_json_text_or(tag, APUS_STR("default")).ptr;
}

static const char *id_by_rule(struct openapi *d, const struct route_path *r, const char *rule)
{
    const char *id = "";
    while (*rule) {
        size_t plain = strcspn(rule, "{");
        id = doc_name(d, "%s%.*s", id, (int)plain, rule);
        rule += plain;
        if (!*rule)
            break;
        size_t len = strcspn(rule, "}"); /* checked: each is closed, and known */
        id = doc_name(d, "%s%s", id, part_of(d, r, (apus_str){ rule + 1, len - 1 }));
        rule += len + 1;
    }
    return id;
}

const char *operation_id(struct openapi *d, const struct route_path *r)
{
    if (r->route->operation_id && *r->route->operation_id)
        return r->route->operation_id;
    return d->app->operation_ids ? id_by_rule(d, r, d->app->operation_ids) : usual_id(d, r);
}
