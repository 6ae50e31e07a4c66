/* One schema of a model or two: what a client sends, and what it is sent.
 *
 * They differ where members only travel one way, or are called or written otherwise on the way
 * out, or where App(output_required) says that what is always sent is required.  A model
 * that holds one that differs does so as well.  A third one is for Body(partial), where
 * anything may be absent and then stays as it is. */
#include "compiler/openapi.h"

static bool is_always_sent(const struct openapi *d, const ct_model *m, const ct_field *f)
{
    return d->app->output_required && !(f->flags & APUS_FIELD_write_only) &&
           !(m->reached[CT_WAY_partly] & d->bit);
}

/* As it says itself. */
static bool may_be_left_out(const ct_field *f)
{
    return f->hooks[CT_HOOK_omit] || f->flags & (APUS_FIELD_omit_null | APUS_FIELD_omit_default);
}

bool is_required(const struct openapi *d, const ct_model *m, const ct_field *f, ct_way way)
{
    if (way == CT_WAY_out && may_be_left_out(f))
        return false;
    return f->flags & APUS_FIELD_required || (way == CT_WAY_out && is_always_sent(d, m, f));
}

/* Whether it is a model of a table, a list or map of those, or so on. */
static bool holds_one_of(const name_table *models, const ct_type *type)
{
    for (const ct_type *t = type; t; t = t->item) {
        if (t->kind == APUS_KIND_model && names_find(models, t->model->symbol))
            return true;
    }
    return false;
}

static bool field_differs(const struct openapi *d, const ct_model *m, const ct_field *f)
{
    bool goes_one_way = f->flags & (APUS_FIELD_read_only | APUS_FIELD_write_only);
    const ct_hook *before = f->hooks[CT_HOOK_before];
    bool is_made = f->hooks[CT_HOOK_convert] || f->hooks[CT_HOOK_compute];
    if (goes_one_way || is_made || f->name_out || (before && before->accepts) ||
        is_required(d, m, f, CT_WAY_in) != is_required(d, m, f, CT_WAY_out))
        return true;
    return holds_one_of(&d->two_ways, f->type);
}

static bool any_differs(const struct openapi *d, const ct_model *m, const ct_field *f)
{
    for (; f; f = f->next) {
        if (field_differs(d, m, f))
            return true;
    }
    return false;
}

static bool model_differs(const struct openapi *d, const ct_model *m)
{
    const ct_hook *before = m->hooks[CT_HOOK_before];
    bool differs =
        m->hooks[CT_HOOK_convert] || (before && before->accepts) || any_differs(d, m, m->fields);
    for (const ct_variant *v = m->variants; v && !differs; v = v->next)
        differs = any_differs(d, m, v->whole->fields);
    return differs;
}

void find_two_ways(struct openapi *d)
{
    d->two_ways = names_in(d->arena);
    bool found = !d->app->one_schema;
    while (found) {
        found = false;
        for (ct_model *m = d->contract->models; m; m = m->next) {
            if (names_find(&d->two_ways, m->symbol) || !model_differs(d, m))
                continue;
            names_put(&d->two_ways, m->symbol, m);
            found = true;
        }
    }
}

static bool any_is_filled(const struct openapi *d, const ct_field *f)
{
    for (; f; f = f->next) {
        bool is_shown = f->default_value && f->default_value->kind != CT_VALUE_null;
        if (is_shown || f->flags & APUS_FIELD_required || holds_one_of(&d->partials, f->type))
            return true;
    }
    return false;
}

void find_partials(struct openapi *d)
{
    d->partials = names_in(d->arena);
    for (bool found = true; found;) {
        found = false;
        for (ct_model *m = d->contract->models; m; m = m->next) {
            bool differs = !m->is_tuple && any_is_filled(d, m->fields);
            for (const ct_variant *v = m->variants; v && !differs; v = v->next)
                differs = any_is_filled(d, v->whole->fields);
            if (!differs || names_find(&d->partials, m->symbol))
                continue;
            names_put(&d->partials, m->symbol, m);
            found = true;
        }
    }
}

bool is_partial(const struct openapi *d, const ct_model *m)
{
    return d->partly && names_find(&d->partials, m->symbol);
}

const ct_type *sent_instead(const struct openapi *d, const ct_model *m)
{
    const ct_hook *convert = m->hooks[CT_HOOK_convert];
    bool is_as_read = d->app->one_schema && m->reached[CT_WAY_in] & d->bit;
    return convert && convert->result->model != m && !is_as_read ? convert->result : NULL;
}

bool has_two_schemas(const struct openapi *d, const ct_model *m)
{
    bool is_in = m->reached[CT_WAY_in] & d->bit;
    bool is_out =
        !sent_instead(d, m) && (m->reached[CT_WAY_out] | m->reached[CT_WAY_partly]) & d->bit;
    return is_in && is_out && names_find(&d->two_ways, m->symbol);
}

ct_way way_of(const struct openapi *d, const ct_model *m)
{
    if (has_two_schemas(d, m))
        return d->way;
    return m->reached[CT_WAY_in] & d->bit ? CT_WAY_in : CT_WAY_out;
}

const char *way_suffix(const struct openapi *d, const ct_model *m)
{
    if (is_partial(d, m))
        return "-Partial";
    return !has_two_schemas(d, m) ? "" : d->way == CT_WAY_in ? "-Input" : "-Output";
}
