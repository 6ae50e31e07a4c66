/* Model(tuple): structs that travel as lists. */
#include "compiler/check_parts.h"

/* Options of members that are about names, or about members that are not there. */
static void check_options(checker *k, const ct_field *f)
{
    static const char *const without[] = { "alias",      "alias_in", "alias_out", "read_only",
                                           "write_only", "omit",     "computed" };
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        const ct_value *v = value_get(f->rules.options, without[i]);
        if (!v)
            continue;
        diag *g = diag_error(k->diags, v->key_place, "%s means nothing in a tuple", without[i]);
        diag_note(k->diags, g, NULL, "'%s' is known by where it stands, and always sent",
                  f->c_name);
    }
}

/* Only items at the end can be left out. */
static void check_order(checker *k, const ct_model *m)
{
    const ct_field *optional = NULL;
    for (const ct_field *f = m->fields; f; f = f->next) {
        bool is_required = f->flags & APUS_FIELD_required;
        if (!is_required && !optional)
            optional = f;
        if (!is_required || !optional)
            continue;
        diag *g = diag_error(k->diags, f->place, "'%s' must be sent, and '%s' in front of it not",
                             f->c_name, optional->c_name);
        diag_note(k->diags, g, &optional->place,
                  "with Field(required) this must be sent as well; a pointer may still be null");
        return;
    }
}

/* Whether m leads to itself: its schema stands wherever it is used, so it would have no end. */
static bool leads_to(const ct_type *t, const ct_model *m, unsigned depth)
{
    enum { DEPTH_MAX = 16 };
    while (t && t->kind != APUS_KIND_model)
        t = t->item;
    if (!t || depth == DEPTH_MAX)
        return false;
    if (t->model == m)
        return true;
    for (const ct_field *f = t->model->is_tuple ? t->model->fields : NULL; f; f = f->next) {
        if (leads_to(f->type, m, depth + 1))
            return true;
    }
    return false;
}

static void check_end(checker *k, const ct_model *m)
{
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (!leads_to(f->type, m, 0))
            continue;
        diag *g = diag_error(k->diags, f->place, "a tuple cannot hold itself");
        diag_note(k->diags, g, NULL, "let '%s' be a struct that is no tuple", f->c_name);
        return;
    }
}

void check_tuple(checker *k, const ct_model *m)
{
    if (!m->is_tuple)
        return;
    ct_place place = value_get(m->options, "tuple")->key_place;
    if (m->n_variants)
        diag_error(k->diags, place, "a tuple is no union, and '%s' holds one", m->c_name);
    else if (m->keep_path || value_get(m->options, "extra"))
        diag_error(k->diags, place, "a tuple has nothing extra: what is too long is refused");
    for (const ct_field *f = m->fields; f; f = f->next)
        check_options(k, f);
    check_order(k, m);
    check_end(k, m);
}
