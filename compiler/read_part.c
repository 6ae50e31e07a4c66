/* include = [...] and exclude = [...]: an answer with some of its model's members.
 *
 * The encoder knows nothing of it: what is sent has a table of its own, which lacks the
 * other members.  The document says the whole model, as FastAPI's does. */
#include <string.h>

#include "compiler/read.h"

static const ct_field *find_field(const ct_model *m, const char *name)
{
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (strcmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

static bool is_listed(const ct_value *list, const char *name)
{
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        if (v->text && strcmp(v->text, name) == 0)
            return true;
    }
    return false;
}

/* Each name must be a member's. */
static void check_names(unit *u, const ct_model *m, const ct_value *list)
{
    for (const ct_value *v = list ? list->items : NULL; v; v = v->next) {
        if (find_field(m, v->text))
            continue;
        near like = near_to(v->text);
        for (const ct_field *f = m->fields; f; f = f->next)
            near_offer(&like, f->name);
        diags *d = u->reader->diags;
        diag *g = diag_error(d, v->place, "%s has no member '%s'", m->name, v->text);
        if (like.best)
            diag_note(d, g, NULL, "did you mean '%s'?", like.best);
    }
}

static ct_model *part_of(unit *u, const ct_route *route, const ct_model *whole,
                         const ct_value *include, const ct_value *exclude)
{
    apus_arena *a = u->reader->arena;
    ct_model *m = NEW(a, ct_model);
    *m = *whole;
    m->symbol =
        unique_symbol(u->reader, memory_textf(a, "%s_of_%s", whole->symbol, route->function->name));
    m->next = NULL;
    for (int i = 0; i < CT_HOOK_COUNT; i++)
        m->hooks[i] = NULL; /* it is never read */
    m->fields = NULL;
    m->n_fields = 0;
    for (const ct_field *f = whole->fields; f; f = f->next) {
        if ((include && !is_listed(include, f->name)) || is_listed(exclude, f->name))
            continue;
        ct_field *copy = NEW(a, ct_field);
        *copy = *f;
        copy->next = NULL;
        APPEND(m->fields, copy);
        m->n_fields++;
    }
    return m;
}

void part_read(unit *u, ct_route *route)
{
    const ct_value *include = value_get(route->options, "include");
    const ct_value *exclude = value_get(route->options, "exclude");
    ct_type *type = route->sent;
    bool is_list = type && type->kind == APUS_KIND_list;
    const ct_type *of = is_list ? type->item : type;
    if (!include && !exclude)
        return;
    if (!of || of->kind != APUS_KIND_model || of->model->n_variants ||
        of->model->hooks[CT_HOOK_convert]) {
        diag *g = diag_error(u->reader->diags, (include ? include : exclude)->place,
                             "'%s' returns no model of which some members could be sent",
                             route->function->name);
        diag_note(u->reader->diags, g, &route->function->place,
                  "include and exclude name members of a model or of a list of them");
        return;
    }
    check_names(u, of->model, include);
    check_names(u, of->model, exclude);
    ct_type *part = NEW(u->reader->arena, ct_type);
    *part = *of;
    part->model = part_of(u, route, of->model, include, exclude);
    route->part = part;
    if (is_list) {
        route->part = NEW(u->reader->arena, ct_type);
        *route->part = *type;
        route->part->item = part;
    }
}
