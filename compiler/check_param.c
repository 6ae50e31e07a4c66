/* Parameters: can a value of that type come from there? */
#include <ctype.h>
#include <string.h>

#include "compiler/check_parts.h"

static const char *in_text(apus_in in)
{
    static const char *const texts[] = {
        [APUS_IN_path] = "the path",         [APUS_IN_query] = "the query",
        [APUS_IN_header] = "a header",       [APUS_IN_cookie] = "a cookie",
        [APUS_IN_body] = "the body",         [APUS_IN_form] = "a form",
        [APUS_IN_file] = "a file",           [APUS_IN_depends] = "a dependency",
        [APUS_IN_security] = "a credential",
    };
    return texts[in];
}

/* What one text can say. */
static bool is_plain(const ct_type *t)
{
    return t->kind != APUS_KIND_none && t->kind != APUS_KIND_model && t->kind != APUS_KIND_json &&
           !holds_items(t->kind);
}

static bool is_plain_tuple(const ct_type *t)
{
    if (t->kind != APUS_KIND_model || !t->model->is_tuple)
        return false;
    for (const ct_field *f = t->model->fields; f; f = f->next) {
        if (!is_plain(f->type))
            return false;
    }
    return true;
}

static bool is_plain_list(const ct_type *t)
{
    if (is_plain_tuple(t))
        return true;
    return (t->kind == APUS_KIND_list || t->kind == APUS_KIND_counted ||
            t->kind == APUS_KIND_array) &&
           is_plain(t->item) && !t->item_pointer;
}

static bool can_stand_in(const ct_field *f, apus_in in)
{
    const ct_type *t = f->type;
    if (f->flags & APUS_FIELD_json)
        return t->kind != APUS_KIND_none; /* one text says it all */
    bool takes_list = in == APUS_IN_query || in == APUS_IN_header || in == APUS_IN_form;
    return is_plain(t) || (takes_list && is_plain_list(t));
}

static void say_cannot(checker *k, const ct_field *f, apus_in in, const char *owner)
{
    diag *g = diag_error(k->diags, f->place, "%s cannot carry '%s' of type '%s'", in_text(in),
                         f->c_name, f->type->c_name);
    if (owner)
        diag_note(k->diags, g, NULL, "'%s' is taken from there, member by member", owner);
    else if (in == APUS_IN_path || in == APUS_IN_cookie)
        diag_note(k->diags, g, NULL, "it carries one plain value: a number, a text, an enum ...");
    else
        diag_note(k->diags, g, NULL, "it carries plain values and lists of them");
}

static void check_members(checker *k, const ct_param *p, const ct_field *fields)
{
    for (const ct_field *f = fields; f; f = f->next) {
        if (!can_stand_in(f, p->in) && !(f->flags & APUS_FIELD_tag))
            say_cannot(k, f, p->in, p->c_name);
    }
}

/* Of a form's union, each shape is a model whose members are the form's. */
static void check_shapes(checker *k, const ct_param *p, const ct_model *m)
{
    for (const ct_variant *v = m->variants; v; v = v->next) {
        if (v->whole->is_bare)
            diag_error(k->diags, v->place, "a form has members, and '%s' has none",
                       v->whole->fields ? v->whole->fields->c_name : v->name);
        else
            check_members(k, p, v->whole->fields);
    }
}

static void check_spread(checker *k, const ct_param *p)
{
    const ct_model *m = p->field.type->model;
    if (m->n_variants && p->in == APUS_IN_form) {
        check_shapes(k, p, m);
        return;
    }
    if (m->n_variants) {
        diag_error(k->diags, p->place, "%s cannot carry a union, and '%s' is one", in_text(p->in),
                   m->c_name);
        return;
    }
    check_members(k, p, m->fields);
}

static void check_path_param(checker *k, const ct_param *p)
{
    bool is_pointer = (p->field.flags & APUS_FIELD_pointer) != 0;
    if (!is_pointer && p->field.type->kind != APUS_KIND_cstr)
        return;
    if (p->field.type->kind == APUS_KIND_cstr)
        return;
    diag *g =
        diag_error(k->diags, p->place, "'%s' is in the path, so it is never absent", p->c_name);
    diag_note(k->diags, g, NULL, "take it by value: %s %s", p->field.type->c_name, p->c_name);
}

/* RFC 9110: a token. */
static void check_token(checker *k, const ct_param *p)
{
    for (const char *c = p->field.name; *c; c++) {
        if (isalnum((unsigned char)*c) || strchr("!#$%&'*+-.^_`|~", *c))
            continue;
        diag_error(k->diags, value_place(p->field.rules.options, "alias", p->place),
                   "\"%s\" cannot be the name of %s", p->field.name, in_text(p->in));
        return;
    }
}

/* "image/png", or "image/" and a star. */
static bool is_media_type(const char *text)
{
    const char *slash = strchr(text, '/');
    return slash && slash != text && slash[1] && !strchr(slash + 1, '/') && !strchr(text, ' ') &&
           !strchr(text, ';');
}

static void check_file_rules(checker *k, const ct_param *p)
{
    const ct_rules *r = &p->field.rules;
    const ct_value *size = value_get(r->options, "max_size");
    if (size && !(r->has & APUS_RULE_max_length)) {
        diag *g = diag_error(k->diags, size->place, "this is no size that a file could have");
        diag_note(k->diags, g, NULL, "it is a number of bytes, or a text such as \"10MB\"");
    }
    for (const ct_value *v = r->media_types ? r->media_types->items : NULL; v; v = v->next) {
        if (!is_media_type(v->text))
            diag_error(k->diags, v->place, "'%s' is no media type, as image/png is", v->text);
    }
}

static void check_file(checker *k, const ct_param *p)
{
    check_file_rules(k, p);
    apus_kind kind = p->field.type->kind;
    apus_kind one = kind == APUS_KIND_list ? p->field.type->item->kind : kind;
    if (one == APUS_KIND_bytes || one == APUS_KIND_none)
        return;
    diag *g =
        diag_error(k->diags, p->place, "'%s' cannot hold a file: it is '%s'", p->c_name, p->c_type);
    diag_note(k->diags, g, NULL, "take apus_bytes, const apus_upload * or apus_uploads");
}

static void check_value(checker *k, const ct_param *p)
{
    check_rules(k, &p->field);
    check_default(k, &p->field);
    check_examples(k, &p->field);
    if (p->in == APUS_IN_body)
        return;
    if (p->in == APUS_IN_file) {
        check_file(k, p);
        return;
    }
    if (p->flags & APUS_PARAM_model && p->in != APUS_IN_path)
        check_spread(k, p);
    else if (!can_stand_in(&p->field, p->in))
        say_cannot(k, &p->field, p->in, NULL);
    else if (p->in == APUS_IN_path)
        check_path_param(k, p);
    if (p->in == APUS_IN_header || p->in == APUS_IN_cookie)
        check_token(k, p);
}

static void check_same_name(checker *k, const ct_param *params, const ct_param *p)
{
    for (const ct_param *other = params; other != p; other = other->next) {
        if (other->kind != CT_PARAM_value || other->in != p->in ||
            strcmp(other->field.name, p->field.name) != 0)
            continue;
        diag *g = diag_error(k->diags, p->place, "'%s' and '%s' are both \"%s\" in %s",
                             other->c_name, p->c_name, p->field.name, in_text(p->in));
        diag_note(k->diags, g, &other->place, "the first stands here");
    }
}

void check_params(checker *k, const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_constant)
            check_default(k, &p->field);
        if (p->kind != CT_PARAM_value)
            continue;
        check_value(k, p);
        check_same_name(k, params, p);
    }
}
