/* Models and enums: names that meet on the wire, checks that span members. */
#include <string.h>

#include "compiler/check_parts.h"
#include "compiler/component.h"

/* --- enums --- */

static void check_enum(checker *k, const ct_enum *e)
{
    if (!e->values) {
        diag *g = diag_error(k->diags, e->place, "'%s' has no value that could be sent", e->c_name);
        diag_note(k->diags, g, NULL, "give it enumerators, or Name() to the skipped ones");
    }
    for (const ct_enum_value *v = e->values; v; v = v->next) {
        if (!*v->name)
            diag_error(k->diags, v->place, "'%s' has an empty name on the wire", v->c_name);
        for (const ct_enum_value *other = e->values; other != v; other = other->next) {
            if (strcmp(v->name, other->name) != 0)
                continue;
            diag *g = diag_error(k->diags, v->place, "'%s' and '%s' are both \"%s\" on the wire",
                                 other->c_name, v->c_name, v->name);
            diag_note(k->diags, g, &other->place, "give one of them another with Name(\"...\")");
        }
    }
}

void check_enums(checker *k)
{
    for (const ct_enum *e = k->contract->enums; e; e = e->next)
        check_enum(k, e);
}

/* --- models --- */

static void say_same(checker *k, const ct_field *f, ct_place place, const ct_field *other,
                     const char *name)
{
    diag *g = diag_error(k->diags, place, "'%s' and '%s' are both \"%s\" on the wire", other->path,
                         f->path, name);
    diag_note(k->diags, g, &other->place, "give one of them another with Field(alias = \"...\")");
}

static const char *out_name_of(const ct_field *f)
{
    return f->name_out ? f->name_out : f->name;
}

/* Other names, and names on the way out, are as unique as the first. */
static void check_other_names(checker *k, const ct_field *fields)
{
    for (const ct_field *f = fields; f; f = f->next) {
        for (const ct_field *other = fields; other; other = other->next) {
            bool same_in = strcmp(f->name, other->name) == 0;
            if (other != f && f->place.line >= other->place.line && !same_in &&
                strcmp(out_name_of(f), out_name_of(other)) == 0)
                say_same(k, f, f->place, other, out_name_of(f));
            for (const ct_also *a = f->also; a; a = a->next) {
                if (other != f && strcmp(a->name, other->name) == 0)
                    say_same(k, f, a->place, other, a->name);
            }
        }
    }
}

static void check_wire_names(checker *k, const ct_field *fields)
{
    check_other_names(k, fields);
    for (const ct_field *f = fields; f; f = f->next) {
        for (const ct_field *other = fields; other != f; other = other->next) {
            if (strcmp(f->name, other->name) != 0)
                continue;
            say_same(k, f, f->place, other, f->name);
        }
    }
}

static void check_fields(checker *k, const ct_field *fields)
{
    for (const ct_field *f = fields; f; f = f->next) {
        check_rules(k, f);
        check_default(k, f);
        check_examples(k, f);
    }
}

static void check_tags(checker *k, const ct_model *m)
{
    const ct_field *first = NULL;
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (!(f->flags & APUS_FIELD_tag))
            continue;
        if (first) {
            diag *g = diag_error(k->diags, f->place, "'%s' has two tags", m->c_name);
            diag_note(k->diags, g, &first->place, "the first stands here");
        } else if (m->n_variants == 0 && !m->is_broken) {
            diag *g =
                diag_error(k->diags, f->place, "the tag '%s' has no union to decide", f->c_name);
            diag_note(k->diags, g, NULL, "a union stands behind it: union { cat cat; dog dog; };");
        }
        first = f;
    }
}

static void check_keep(checker *k, const ct_model *m)
{
    const ct_value *extra = value_get(m->options, "extra");
    const char *word = value_word(extra);
    if (!word)
        return;
    if (strcmp(word, "keep") == 0 && !m->keep_path) {
        diag *g =
            diag_error(k->diags, extra->place, "extra members of '%s' have no place", m->c_name);
        diag_note(k->diags, g, NULL, "add a member: apus_json rest Field(extra);");
    }
    if (strcmp(word, "keep") != 0 && m->keep_path)
        diag_error(k->diags, extra->place, "extra = %s, but a member keeps what is extra", word);
}

/* Those of several files are told apart by these. */
static void check_component_names(checker *k, uint64_t bit)
{
    const component *all = components_of(k->arena, k->contract, bit);
    for (const component *one = all; one; one = one->next) {
        for (const component *other = all; other != one; other = other->next) {
            if (strcmp(one->name, other->name) != 0)
                continue;
            diag *g = diag_error(k->diags, one->place,
                                 "two schemas are called \"%s\" in the document", one->wanted);
            diag_note(k->diags, g, &other->place, "give one of them another with Name(\"...\")");
        }
    }
}

/* What the documents of the app's problems call theirs. */
static void check_reserved_names(checker *k, const ct_model *m)
{
    static const char *const reserved[] = { "ProblemDetails", "ValidationError" };
    unsigned i = 0;
    for (const ct_app *app = k->contract->apps; app; app = app->next, i++) {
        bool is_in = m->apps & UINT64_C(1) << (i % 64);
        for (size_t n = 0; n < sizeof(reserved) / sizeof(reserved[0]); n++) {
            if (!is_in || app->problems != APUS_PROBLEMS_rfc9457 ||
                strcmp(m->name, reserved[n]) != 0)
                continue;
            diag *g = diag_error(k->diags, m->place,
                                 "\"%s\" is what problems = rfc9457 calls its own", m->name);
            diag_note(k->diags, g, NULL, "give the model another name with Name(\"...\")");
        }
    }
}

void check_models(checker *k)
{
    unsigned i = 0;
    for (const ct_app *app = k->contract->apps; app; app = app->next, i++)
        check_component_names(k, UINT64_C(1) << (i % 64));
    for (const ct_model *m = k->contract->models; m; m = m->next) {
        check_fields(k, m->fields);
        check_wire_names(k, m->fields);
        check_tags(k, m);
        check_tuple(k, m);
        check_keep(k, m);
        check_reserved_names(k, m);
        for (const ct_variant *v = m->variants; v; v = v->next) {
            check_fields(k, v->whole->fields);
            check_wire_names(k, v->whole->fields);
        }
    }
}
