/* by_alias = false: an answer whose members are called as they are in C.
 *
 * The encoder knows nothing of it: what is sent has tables of its own, of models that are
 * copies with other names, and the document shows those. */
#include <string.h>

#include "apus/encode.h"
#include "compiler/read.h"

static bool has_other_names(const ct_type *t, name_table *seen);

static bool any_has(const ct_field *f, name_table *seen)
{
    for (; f; f = f->next) {
        const ct_hook *convert = f->hooks[CT_HOOK_convert];
        if (f->name_out || strcmp(f->name, f->c_name) != 0 ||
            has_other_names(convert ? convert->result : f->type, seen))
            return true;
    }
    return false;
}

/* Whether a member of it, or of what it holds, is sent under another name than in C. */
static bool has_other_names(const ct_type *t, name_table *seen)
{
    while (t && t->kind != APUS_KIND_model)
        t = t->item;
    ct_model *m = t ? t->model : NULL;
    if (!m || names_find(seen, m->symbol))
        return false;
    names_put(seen, m->symbol, m);
    bool any = any_has(m->fields, seen);
    for (const ct_variant *v = m->variants; v && !any; v = v->next)
        any = any_has(v->whole->fields, seen);
    const ct_hook *convert = m->hooks[CT_HOOK_convert];
    return any || (convert && has_other_names(convert->result, seen));
}

static ct_type *type_by_name(unit *u, const ct_type *t);

/* What has its say when the value is sent; the others have had theirs. */
static void copy_hooks(unit *u, ct_hook *to[CT_HOOK_COUNT], ct_hook *const from[CT_HOOK_COUNT])
{
    for (int kind = 0; kind < CT_HOOK_COUNT; kind++)
        to[kind] = NULL;
    to[CT_HOOK_compute] = from[CT_HOOK_compute];
    to[CT_HOOK_omit] = from[CT_HOOK_omit];
    if (!from[CT_HOOK_convert])
        return;
    to[CT_HOOK_convert] = NEW(u->reader->arena, ct_hook);
    *to[CT_HOOK_convert] = *from[CT_HOOK_convert];
    to[CT_HOOK_convert]->result = type_by_name(u, from[CT_HOOK_convert]->result);
}

static ct_field *fields_by_name(unit *u, const ct_field *f)
{
    ct_field *list = NULL;
    for (; f; f = f->next) {
        ct_field *copy = NEW(u->reader->arena, ct_field);
        *copy = *f;
        copy->name = f->c_name;
        copy->name_out = NULL;
        copy->also = NULL;
        copy->flags &= ~(uint32_t)APUS_FIELD_hooked;
        copy->type = type_by_name(u, f->type);
        copy_hooks(u, copy->hooks, f->hooks);
        copy->next = NULL;
        APPEND(list, copy);
    }
    return list;
}

static ct_model *model_by_name(unit *u, ct_model *whole);

static ct_variant *variants_by_name(unit *u, const ct_model *m, const ct_variant *v)
{
    ct_variant *list = NULL;
    for (; v; v = v->next) {
        ct_variant *copy = NEW(u->reader->arena, ct_variant);
        *copy = *v;
        copy->next = NULL;
        copy->own = v->own ? model_by_name(u, v->own) : NULL;
        copy->whole = NEW(u->reader->arena, ct_model);
        *copy->whole = *v->whole;
        copy->whole->symbol = memory_textf(u->reader->arena, "%s_as_%s", m->symbol, v->name);
        copy->whole->hooks_symbol = m->symbol;
        memset(copy->whole->hooks, 0, sizeof(copy->whole->hooks));
        copy->whole->fields = fields_by_name(u, v->whole->fields);
        APPEND(list, copy);
    }
    return list;
}

static ct_model *model_by_name(unit *u, ct_model *whole)
{
    reader *r = u->reader;
    ct_model *known = names_find(&r->by_name, whole->symbol);
    if (known)
        return known;
    ct_model *m = NEW(r->arena, ct_model);
    *m = *whole;
    m->symbol = unique_symbol(r, memory_textf(r->arena, "%s_by_name", whole->symbol));
    m->name = memory_textf(r->arena, "%sByName", whole->name);
    m->source = u->source;
    m->examples = NULL; /* they have the other names */
    m->next = NULL;
    names_put(&r->by_name, whole->symbol, m);
    APPEND(r->out->models, m);
    copy_hooks(u, m->hooks, whole->hooks);
    m->fields = fields_by_name(u, whole->fields);
    m->variants = variants_by_name(u, m, whole->variants);
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (f->flags & APUS_FIELD_tag)
            m->tag_name = f->name;
    }
    return m;
}

static ct_type *type_by_name(unit *u, const ct_type *t)
{
    name_table seen = names_in(u->reader->arena);
    if (!has_other_names(t, &seen))
        return (ct_type *)(uintptr_t)t;
    ct_type *copy = NEW(u->reader->arena, ct_type);
    *copy = *t;
    if (t->kind == APUS_KIND_model)
        copy->model = model_by_name(u, t->model);
    else
        copy->item = type_by_name(u, t->item);
    return copy;
}

static bool holds_model(const ct_type *t)
{
    while (t && t->kind != APUS_KIND_model)
        t = t->item;
    return t;
}

/* An option that says something of members, where there are none. */
static void say_no_members(unit *u, const ct_route *route, const char *key, const char *why)
{
    diag *g = diag_error(u->reader->diags, value_get(route->options, key)->key_place,
                         "'%s' returns no model", route->function->name);
    diag_note(u->reader->diags, g, &route->function->place, "%s", why);
}

void sent_read(unit *u, ct_route *route)
{
    const ct_value *by_alias = value_get(route->options, "by_alias");
    bool has_members = holds_model(route->function->result.type);
    route->sent = route->function->result.type;
    if (route->omit == APUS_OMIT_unset && !has_members)
        say_no_members(u, route, "omit", "omit = unset leaves out members that nobody set");
    if (!by_alias || value_flag(route->options, "by_alias"))
        return;
    if (has_members)
        route->sent = type_by_name(u, route->sent);
    else
        say_no_members(u, route, "by_alias",
                       "by_alias = false sends members under their names in C");
}
