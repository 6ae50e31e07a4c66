/* What --routes prints. */
#include "compiler/listing.h"

#include <string.h>

#include "apus/json.h"
#include "compiler/guards.h"
#include "compiler/join.h"
#include "compiler/memory.h"

enum { COLUMNS = 6 };

/* Names, each once. */
struct name_list {
    apus_arena *arena;
    const char *names[64];
    unsigned n;
};

static void add_name(struct name_list *list, const char *name)
{
    for (unsigned i = 0; i < list->n; i++) {
        if (strcmp(list->names[i], name) == 0)
            return;
    }
    if (list->n < sizeof(list->names) / sizeof(list->names[0]))
        list->names[list->n++] = name;
}

static void add_schemes(struct name_list *list, const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_security)
            add_name(list, p->security->name);
        if (p->kind == CT_PARAM_depends)
            add_schemes(list, p->dependency->params);
    }
}

static void add_checks(struct name_list *list, const ct_depends *depends)
{
    for (; depends; depends = depends->next) {
        add_schemes(list, depends->dependency->params);
        add_name(list, depends->dependency->symbol);
    }
}

static void add_scopes(struct name_list *list, const joined_route *r)
{
    guards g = guards_of(list->arena, r);
    for (const guard_scope *s = g.scopes; s; s = s->next)
        add_name(list, memory_textf(list->arena, "scope %s", s->name));
}

/* Security schemes, checks and scopes, from the outside in. */
static struct name_list names_of(apus_arena *arena, const joined_route *r)
{
    struct name_list list = { .arena = arena };
    const struct joined_step *steps[32];
    unsigned n = 0;
    for (const struct joined_step *s = r->step; s && n < 32; s = s->above)
        steps[n++] = s;
    while (n--) {
        if (steps[n]->include)
            add_checks(&list, steps[n]->include->depends);
        add_checks(&list, steps[n]->router->depends);
    }
    add_checks(&list, r->route->depends);
    add_schemes(&list, r->route->function->params);
    add_scopes(&list, r);
    return list;
}

static const char *type_text(apus_arena *arena, const ct_type *t)
{
    if (!t)
        return "-";
    switch (t->kind) {
    case APUS_KIND_model:
        return t->model->name;
    case APUS_KIND_enum:
        return t->enumeration->name;
    case APUS_KIND_list:
    case APUS_KIND_counted:
    case APUS_KIND_array:
        return memory_textf(arena, "[%s]", type_text(arena, t->item));
    case APUS_KIND_map:
        return memory_textf(arena, "{%s}", type_text(arena, t->item));
    default: {
        static const char *const names[] = {
#define X(kind) [APUS_KIND_##kind] = #kind,
            APUS_KIND_TABLE(X)
#undef X
        };
        return t->kind == APUS_KIND_none ? "-" : names[t->kind];
    }
    }
}

static const char *result_text(apus_arena *arena, const ct_route *r)
{
    const ct_result *result = &r->function->result;
    return result->is_response ? "response" : type_text(arena, result->type);
}

static const char *body_text(apus_arena *arena, const ct_route *r)
{
    const char *text = NULL;
    for (const ct_param *p = r->function->params; p; p = p->next) {
        bool is_body = p->kind == CT_PARAM_value &&
                       (p->in == APUS_IN_body || p->in == APUS_IN_form || p->in == APUS_IN_file);
        if (is_body && text)
            text = memory_textf(arena, "%s + %s", text, type_text(arena, p->field.type));
        else if (is_body)
            text = type_text(arena, p->field.type);
    }
    return text;
}

static const char *method_text(const ct_route *r)
{
    static const char *const names[] = {
#define X(name) [APUS_METHOD_##name] = #name,
        APUS_METHOD_TABLE(X)
#undef X
    };
    return r->socket ? "WS" : names[r->method];
}

struct row {
    const char *cell[COLUMNS];
    struct row *next;
};

static struct row *row_of(apus_arena *arena, const joined_route *r)
{
    struct row *row = NEW(arena, struct row);
    const ct_function *f = r->route->function;
    const char *body = body_text(arena, r->route), *result = result_text(arena, r->route);
    struct name_list names = names_of(arena, r);
    row->cell[0] = method_text(r->route);
    row->cell[1] = *r->path ? r->path : "/";
    row->cell[2] = f->name;
    row->cell[3] = memory_textf(arena, "%s:%u", f->place.file, f->place.line);
    row->cell[4] = body ? memory_textf(arena, "%s -> %s", body, result) : result;
    row->cell[5] = "";
    for (unsigned i = 0; i < names.n; i++)
        row->cell[5] = memory_textf(arena, "%s%s%s", row->cell[5], i ? ", " : "", names.names[i]);
    return row;
}

static void write_rows(const struct row *rows, apus_buf *to)
{
    size_t width[COLUMNS] = { 0 };
    for (const struct row *r = rows; r; r = r->next) {
        for (unsigned i = 0; i < COLUMNS; i++) {
            size_t len = strlen(r->cell[i]);
            width[i] = len > width[i] ? len : width[i];
        }
    }
    for (const struct row *r = rows; r; r = r->next) {
        unsigned last = COLUMNS - 1;
        while (last && !*r->cell[last])
            last--;
        for (unsigned i = 0; i < last; i++)
            apus_buf_addf(to, "%-*s  ", (int)width[i], r->cell[i]);
        apus_buf_addf(to, "%s\n", r->cell[last]);
    }
}

void listing_text(const contract *c, apus_buf *to)
{
    for (const ct_app *app = c->apps; app; app = app->next) {
        struct row *rows = NEW(c->arena, struct row), **last = &rows->next;
        *rows =
            (struct row){ .cell = { "METHOD", "PATH", "HANDLER", "WHERE", "MODELS", "GUARDS" } };
        for (const joined_route *r = routes_join(c->arena, app); r; r = r->next) {
            *last = row_of(c->arena, r);
            last = &(*last)->next;
        }
        if (c->apps->next)
            apus_buf_addf(to, "%s%s_app\n", app == c->apps ? "" : "\n", app->name);
        write_rows(rows, to);
    }
}

static void set_text(apus_arena *a, apus_json *object, const char *key, const char *text)
{
    apus_json_set(a, object, key,
                  text ? apus_json_text(a, apus_str_of(text)) : apus_json_null_new(a));
}

static apus_json *route_json(apus_arena *a, const joined_route *r)
{
    const ct_function *f = r->route->function;
    struct name_list names = names_of(a, r);
    apus_json *one = apus_json_object(a), *list = apus_json_array(a);
    for (unsigned i = 0; i < names.n; i++)
        apus_json_add(list, apus_json_text(a, apus_str_of(names.names[i])));
    set_text(a, one, "app", r->app->name);
    set_text(a, one, "method", method_text(r->route));
    set_text(a, one, "path", *r->path ? r->path : "/");
    set_text(a, one, "handler", f->name);
    set_text(a, one, "file", f->place.file);
    apus_json_set(a, one, "line", apus_json_int(a, f->place.line));
    set_text(a, one, "body", body_text(a, r->route));
    set_text(a, one, "result", result_text(a, r->route));
    apus_json_set(a, one, "guards", list);
    apus_json_set(a, one, "deprecated", apus_json_bool(a, r->route->deprecated));
    return one;
}

void listing_json(const contract *c, apus_buf *to)
{
    apus_json *list = apus_json_array(c->arena);
    for (const ct_app *app = c->apps; app; app = app->next) {
        for (const joined_route *r = routes_join(c->arena, app); r; r = r->next)
            apus_json_add(list, route_json(c->arena, r));
    }
    apus_json_write(to, list);
    apus_buf_addc(to, '\n');
}
