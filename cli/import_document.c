/* The whole document: what it is, its files, and what is left over. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "apus/http.h"
#include "apus/json_pointer.h"
#include "apus/sample.h"
#include "command.h"
#include "import.h"

static apus_str text_of(const apus_json *object, const char *key)
{
    return apus_json_text_or(apus_json_get(object, key), APUS_STR(""));
}

/* --- notes --- */

void import_note(importer *im, const char *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str text = apus_arena_vstrf(im->arena, fmt, args);
    va_end(args);
    const char *both = text.ptr ? textf(im->arena, "%s: %s", at, text.ptr) : "";
    if (!text.ptr || name_is_taken(&im->noted, both))
        return;
    name_unique(im->arena, &im->noted, both);
    struct import_note *n = APUS_NEW(im->arena, struct import_note, 1);
    if (!n)
        return;
    *n = (struct import_note){ .at = at, .text = text.ptr };
    if (im->notes_end)
        *im->notes_end = n;
    else
        im->notes = n;
    im->notes_end = &n->next;
}

void import_note_rest(importer *im, const apus_json *object, const char *at,
                      const char *const *known)
{
    if (!object || object->kind != APUS_JSON_object)
        return;
    for (const apus_json *m = import_first(object); m; m = m->next) {
        bool is_known = false;
        for (const char *const *k = known; *k && !is_known; k++)
            is_known = apus_str_eq(m->name, apus_str_of(*k));
        if (!is_known)
            import_note(im, import_at(im, at, m->name), "is not said in C");
    }
}

/* true and false in a map without types reach apusc as numbers. */
static bool holds_bool(const apus_json *v)
{
    if (v->kind == APUS_JSON_true || v->kind == APUS_JSON_false)
        return true;
    for (const apus_json *child = import_first(v); child; child = child->next) {
        if (holds_bool(child))
            return true;
    }
    return false;
}

apus_json *import_extra(importer *im, const apus_json *object, const char *at,
                        const char *const *known)
{
    apus_json *extra = apus_json_object(im->arena);
    for (const apus_json *m = import_first(object); m; m = m->next) {
        bool is_known = false;
        for (const char *const *k = known; *k && !is_known; k++)
            is_known = apus_str_eq(m->name, apus_str_of(*k));
        apus_json *copy = is_known || holds_bool(m) ? NULL : apus_sample_copy(im->arena, m);
        if (!is_known && !copy)
            import_note(im, import_at(im, at, m->name), "is not said in C");
        if (copy)
            apus_json_set(im->arena, extra, m->name.ptr, copy);
    }
    return extra;
}

const char *import_at(importer *im, const char *at, apus_str name)
{
    apus_buf b = apus_buf_in(im->arena);
    apus_buf_add(&b, apus_str_of(at));
    apus_json_pointer_add(&b, name);
    apus_str text;
    return apus_buf_take(&b, &text) ? at : text.ptr;
}

const char *import_at_index(importer *im, const char *at, size_t i)
{
    return textf(im->arena, "%s/%zu", at, i);
}

/* --- files --- */

static void add_file(importer *im, const char *name, apus_buf *b)
{
    struct import_file *f = APUS_NEW(im->arena, struct import_file, 1), **at = &im->files;
    if (!f || apus_buf_take(b, &f->text))
        return;
    f->name = name;
    while (*at)
        at = &(*at)->next;
    *at = f;
}

/* --- routers: one for each first tag --- */

struct router {
    apus_str tag; /* "" of main.c */
    const char *name;
    apus_buf text;
};

struct routers {
    struct router *items;
    unsigned n;
};

static struct router *router_of(importer *im, struct routers *all, apus_str tag)
{
    for (unsigned i = 0; i < all->n; i++) {
        if (apus_str_eq(all->items[i].tag, tag))
            return &all->items[i];
    }
    if (all->n == IMPORT_FILES_MAX)
        return &all->items[0];
    struct router *r = &all->items[all->n++];
    const char *name = name_snake(im->arena, tag);
    while (name_is_taken(&im->used, textf(im->arena, "%s_router", name)) ||
           strcmp(name, "main") == 0 || strcmp(name, "main_") == 0)
        name = textf(im->arena, "%s_operations", name);
    name_unique(im->arena, &im->used, textf(im->arena, "%s_router", name));
    *r = (struct router){ .tag = tag, .name = name, .text = apus_buf_in(im->arena) };
    return r;
}

static apus_str first_tag(const apus_json *operation)
{
    return apus_json_text_or(apus_json_at(apus_json_get(operation, "tags"), 0), APUS_STR(""));
}

/* The length of a parameter "{id}" at the beginning, 0 if apusc would not take it. */
static size_t parameter_length(apus_str text)
{
    size_t end = apus_str_find(text, '}');
    if (end == SIZE_MAX || end < 2 || (end + 1 < text.len && text.ptr[end + 1] != '/'))
        return 0;
    for (size_t i = 1; i < end; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (!isalpha(c) && c != '_' && !(i > 1 && (isdigit(c) || c == '-')))
            return 0;
    }
    return end + 1;
}

/* Whether apusc knows the path: printable, and a parameter fills its segment and has a name. */
static bool is_path(apus_str path)
{
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        size_t parameter = c == '{' && path.ptr[i - 1] == '/'
                               ? parameter_length(apus_str_slice(path, i, path.len))
                               : 0;
        if (c <= ' ' || c >= 0x7f || strchr("?#:\"\\}", c) || (c == '{' && !parameter))
            return false;
        i += parameter ? parameter - 1 : 0;
    }
    return true;
}

static void write_path(importer *im, struct routers *all, const apus_json *item)
{
    static const char *const known[] = { "parameters", "get",  "post",    "put",   "patch",
                                         "delete",     "head", "options", "trace", NULL };
    const char *at = import_at(im, "/paths", item->name);
    if (!is_path(item->name)) {
        import_note(im, at, "a path that no route can have");
        return;
    }
    import_note_rest(im, item, at, known);
    for (const apus_json *operation = import_first(item); operation; operation = operation->next) {
        if (!apus_method_of_operation(operation->name) || operation->kind != APUS_JSON_object)
            continue;
        apus_str tag = first_tag(operation);
        struct router *r = tag.len ? router_of(im, all, tag) : &all->items[0];
        import_operation(im, &r->text, item->name, item, operation,
                         import_at(im, at, operation->name), r->tag);
    }
}

/* --- the app --- */

static void say_object(importer *im, struct c_options *o, const apus_json *in, const char *key,
                       const char *name, const char *at)
{
    const apus_json *v = apus_json_get(in, key);
    if (v && !c_option_value(o, name, v))
        import_note(im, import_at(im, at, apus_str_of(key)), "is not said in C");
}

static void write_app(importer *im, apus_buf *b)
{
    static const char *const known[] = { "title",   "version", "summary",        "description",
                                         "contact", "license", "termsOfService", NULL };
    static const char *const top[] = { "openapi", "info",     "paths",        "components", "tags",
                                       "servers", "security", "externalDocs", NULL };
    static const struct {
        const char *key, *name;
    } texts[] = { { "title", "title" },
                  { "version", "version" },
                  { "summary", "summary" },
                  { "description", "description" },
                  { "termsOfService", "terms_of_service" } };
    const apus_json *info = apus_json_get(im->document, "info");
    struct c_options o = { .b = apus_buf_in(im->arena) };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        apus_str text = text_of(info, texts[i].key);
        if (text.len)
            c_option_text(&o, texts[i].name, text);
    }
    say_object(im, &o, info, "contact", "contact", "/info");
    say_object(im, &o, info, "license", "license", "/info");
    const apus_json *tags = apus_json_get(im->document, "tags");
    if (tags && tags->n)
        say_object(im, &o, im->document, "tags", "tags", "");
    say_object(im, &o, im->document, "servers", "servers", "");
    say_object(im, &o, im->document, "externalDocs", "external_docs", "");
    apus_json *extra = import_extra(im, im->document, "", top);
    apus_json *info_extra = import_extra(im, info, "/info", known);
    if (info_extra && info_extra->n)
        apus_json_set(im->arena, extra, "info", info_extra);
    if (extra && extra->n)
        c_option_value(&o, "openapi_extra", extra);
    apus_str options = APUS_STR("");
    apus_buf_addf(b, "App(%s", im->app);
    if (o.b.len && apus_buf_take(&o.b, &options) == APUS_OK) {
        apus_buf_lit(b, ", ");
        c_wrapped(b, options, strlen(im->app) + 6, 4);
    }
    apus_buf_lit(b, ");\n");
}

static void write_main(importer *im, const struct routers *all)
{
    apus_buf b = apus_buf_in(im->arena);
    apus_str text;
    apus_buf_lit(&b, "#include \"types.h\"\n\n");
    write_app(im, &b);
    for (unsigned i = 1; i < all->n; i++)
        apus_buf_addf(&b, "%sextern const apus_router %s_router;\n", i == 1 ? "\n" : "",
                      all->items[i].name);
    for (unsigned i = 1; i < all->n; i++)
        apus_buf_addf(&b, "Include(%s_app, %s_router);\n", im->app, all->items[i].name);
    apus_buf_addc(&b, '\n');
    if (all->items[0].text.len && apus_buf_take(&all->items[0].text, &text) == APUS_OK)
        apus_buf_add(&b, text);
    b.len -= 1; /* the blank line behind the last function */
    add_file(im, "main.c", &b);
}

static void write_router(importer *im, struct router *r)
{
    apus_buf b = apus_buf_in(im->arena);
    apus_str text;
    apus_buf_addf(&b, "#include \"types.h\"\n\nRouter(%s, tags = ", r->name);
    c_text(&b, r->tag);
    apus_buf_lit(&b, ");\n\n");
    if (r->text.len && apus_buf_take(&r->text, &text) == APUS_OK)
        apus_buf_add(&b, text);
    b.len -= 1;
    add_file(im, textf(im->arena, "%s.c", r->name), &b);
}

static void write_types(importer *im, apus_buf *security)
{
    apus_buf b = apus_buf_in(im->arena);
    apus_str text;
    char guard[80];
    size_t n = 0;
    for (; im->app[n] && n < sizeof(guard) - 9; n++)
        guard[n] = (char)toupper((unsigned char)im->app[n]);
    memcpy(guard + n, "_TYPES_H", 9);
    apus_buf_addf(&b, "#ifndef %s\n#define %s\n\n#include <apus/apus.h>\n\n", guard, guard);
    apus_buf *const parts[] = { security, &im->forwards, &im->types };
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i]->len || apus_buf_take(parts[i], &text))
            continue;
        apus_buf_add(&b, text);
        if (i < 2)
            apus_buf_addc(&b, '\n');
    }
    apus_buf_lit(&b, "#endif\n");
    add_file(im, "types.h", &b);
}

/* --- components --- */

static void count_refs(importer *im, const apus_json *v)
{
    if (v->kind != APUS_JSON_list && v->kind != APUS_JSON_object)
        return;
    for (const apus_json *child = import_first(v); child; child = child->next) {
        bool is_ref = v->kind == APUS_JSON_object && child->kind == APUS_JSON_string &&
                      apus_str_eq(child->name, APUS_STR("$ref"));
        if (!is_ref)
            count_refs(im, child);
        else if (!name_is_taken(&im->refs, child->text.ptr))
            name_unique(im->arena, &im->refs, child->text.ptr);
        else if (!name_is_taken(&im->refs_twice, child->text.ptr))
            name_unique(im->arena, &im->refs_twice, child->text.ptr);
    }
}

static void claim_components(importer *im)
{
    count_refs(im, im->document);
    const apus_json *schemas = apus_json_get(apus_json_get(im->document, "components"), "schemas");
    for (const apus_json *s = import_first(schemas); s; s = s->next) {
        const char *name = name_snake(im->arena, s->name);
        if (!name_is_taken(&im->component_names, name))
            name_unique(im->arena, &im->component_names, name);
    }
}

static bool is_ours(apus_str name)
{
    return apus_str_eq(name, APUS_STR("HTTPValidationError")) ||
           apus_str_eq(name, APUS_STR("ValidationError"));
}

/* Types that no operation leads to are written all the same. */
static void write_unused(importer *im)
{
    const apus_json *schemas = apus_json_get(apus_json_get(im->document, "components"), "schemas");
    for (const apus_json *s = import_first(schemas); s; s = s->next) {
        const char *at = import_at(im, "/components/schemas", s->name);
        bool is_known = is_ours(s->name) || apus_str_starts(s->name, APUS_STR("Body_"));
        for (const import_declaration *d = im->declarations; d && !is_known; d = d->next)
            is_known = strcmp(d->at, at) == 0;
        if (is_known)
            continue;
        import_schema(im, s, at, s->name.ptr);
        import_note(im, at, "no operation leads to it as it is: it is not documented");
    }
}

static void note_other_components(importer *im)
{
    static const char *const known[] = { "schemas",   "securitySchemes", "parameters",
                                         "responses", "requestBodies",   NULL };
    import_note_rest(im, apus_json_get(im->document, "components"), "/components", known);
    static const char *const replaced[] = { "parameters", "responses", "requestBodies" };
    for (size_t i = 0; i < 3; i++) {
        if (apus_json_get(apus_json_get(im->document, "components"), replaced[i]))
            import_note(im, textf(im->arena, "/components/%s", replaced[i]),
                        "each stands where it is used");
    }
}

/* --- all of it --- */

static apus_rc examine(const importer *im, apus_err *err)
{
    apus_str version = text_of(im->document, "openapi");
    if (text_of(im->document, "swagger").len)
        return apus_err_set(err, APUS_INVALID,
                            "this is Swagger %.10s: convert it to OpenAPI 3 first",
                            text_of(im->document, "swagger").ptr);
    if (!apus_str_starts(version, APUS_STR("3.")))
        return apus_err_set(err, APUS_INVALID, "this is no OpenAPI 3 document");
    return APUS_OK;
}

apus_rc import_document(importer *im, apus_err *err)
{
    apus_rc rc = examine(im, err);
    struct routers all = { .items = APUS_NEW(im->arena, struct router, IMPORT_FILES_MAX) };
    if (rc)
        return rc;
    if (!all.items)
        return apus_err_set(err, APUS_NOMEM, "out of memory");
    im->forwards = apus_buf_in(im->arena);
    im->types = apus_buf_in(im->arena);
    all.items[all.n++] =
        (struct router){ .tag = APUS_STR(""), .name = "main", .text = apus_buf_in(im->arena) };
    apus_buf security = apus_buf_in(im->arena);
    claim_components(im);
    import_security(im, &security);
    const apus_json *paths = apus_json_get(im->document, "paths");
    for (const apus_json *item = import_first(paths); item; item = item->next)
        write_path(im, &all, item);
    write_unused(im);
    note_other_components(im);
    write_types(im, &security);
    write_main(im, &all);
    for (unsigned i = 1; i < all.n; i++)
        write_router(im, &all.items[i]);
    if (im->is_tangled)
        return apus_err_set(err, APUS_LIMIT,
                            "the document is larger, or more tangled, than an import follows");
    return APUS_OK;
}
