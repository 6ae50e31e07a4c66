/* Tagged unions: `kind k Field(tag); union { cat cat; dog dog; };`
 *
 * Each member of the union is one shape of the whole struct; the enumerator with
 * the member's name says which.  An enumerator without a member is a shape that
 * has nothing of its own. */
#include <string.h>

#include "compiler/read.h"

static const member *find_tag(const member *members)
{
    for (; members; members = members->next) {
        if (members->field && value_get(members->field->options, "tag"))
            return members;
    }
    return NULL;
}

static const ct_enum_value *find_enumerator(const ct_enum *e, const char *name)
{
    for (const ct_enum_value *v = e->values; v; v = v->next) {
        if (strcmp(v->name, name) == 0 || strcmp(v->c_name, name) == 0)
            return v;
    }
    return NULL;
}

/* A copy, for the list of another model. */
static ct_field *copy_field(unit *u, const ct_field *f)
{
    ct_field *copy = NEW(u->reader->arena, ct_field);
    *copy = *f;
    copy->next = NULL;
    return copy;
}

/* The members that all shapes share, the tag first unless it is hidden: then it
 * stands in the outer model alone, where the decoder finds its place. */
static void add_common(unit *u, ct_model *whole, const ct_model *m)
{
    for (int tags = !m->tag_hidden; tags >= 0; tags--) {
        for (const ct_field *f = m->fields; f; f = f->next) {
            if (((f->flags & APUS_FIELD_tag) != 0) != (tags == 1))
                continue;
            ct_field *copy = copy_field(u, f);
            APPEND(whole->fields, copy);
            whole->n_fields++;
        }
    }
}

/* own: the member's model, or NULL; called: what it is called in generated names. */
static ct_variant *new_variant(unit *u, const ct_model *m, const ct_enum_value *tag, ct_model *own,
                               const char *called)
{
    ct_variant *v = NEW(u->reader->arena, ct_variant);
    ct_model *whole = NEW(u->reader->arena, ct_model);
    *whole = *m;
    whole->symbol = memory_textf(u->reader->arena, "%s_as_%s", m->symbol, called);
    whole->name = own ? own->name : tag->name;
    whole->doc = own ? own->doc : tag->doc;
    memset(whole->hooks, 0, sizeof(whole->hooks)); /* until union_finish knows all of m's */
    whole->fields = NULL;
    whole->n_fields = 0;
    whole->variants = NULL;
    whole->n_variants = 0;
    whole->tag_name = NULL;
    whole->next = NULL;
    *v = (ct_variant){
        .tag = tag->value, .tag_c_name = tag->c_name, .name = tag->name, .own = own, .whole = whole
    };
    return v;
}

/* What places call a shape that is no object, in Python's words. */
static const char *label_of(const ct_type *t)
{
    switch (t->kind) {
    case APUS_KIND_bool:
        return "bool";
    case APUS_KIND_float:
    case APUS_KIND_double:
        return "float";
    case APUS_KIND_str:
    case APUS_KIND_cstr:
    case APUS_KIND_chars:
    case APUS_KIND_email:
        return "str";
    case APUS_KIND_list:
    case APUS_KIND_array:
        return "list";
    case APUS_KIND_map:
        return "dict";
    case APUS_KIND_model:
        return "tuple";
    case APUS_KIND_time:
        return "datetime";
    case APUS_KIND_enum:
        return t->enumeration->name;
    default:
        return t->kind >= APUS_KIND_int8 && t->kind <= APUS_KIND_uint64 ? "int" : t->c_name;
    }
}

/* A shape that is a number, a text, a list: the value stands in the place of the object. */
static void add_bare(unit *u, ct_model *m, const ct_enum_value *tag, const member *from,
                     const ct_type *own, const char *path)
{
    ct_variant *v = new_variant(u, m, tag, NULL, from->c_name);
    member *alone = NEW(u->reader->arena, member);
    *alone = *from;
    alone->next = NULL;
    v->place = from->place;
    v->whole->is_bare = true;
    v->whole->name = label_of(own);
    v->whole->extra = APUS_EXTRA_ignore;
    members_add(u, v->whole, alone, path);
    APPEND(m->variants, v);
    m->n_variants++;
}

static void add_variant(unit *u, ct_model *m, const ct_enum *e, const member *from,
                        const char *path)
{
    diags *d = u->reader->diags;
    const ct_enum_value *tag = find_enumerator(e, from->c_name);
    if (!tag) {
        diag *g = diag_error(d, from->place, "no enumerator of '%s' means the member '%s'",
                             e->c_name, from->c_name);
        diag_note(d, g, &e->place, "give one the name: Name(\"%s\")", from->c_name);
        return;
    }
    CXType canonical = type_canonical(from->type);
    const char *why = NULL;
    ct_type *own = type_read(u, from->type, &why);
    bool is_plain = own && (own->kind != APUS_KIND_model || own->model->is_tuple);
    if (is_plain && m->tag_hidden) {
        add_bare(u, m, tag, from, own, path);
        return;
    }
    if (!own || is_plain) {
        diag *g = diag_error(d, from->place, "'%s' cannot be a shape of a union", from->c_name);
        diag_note(d, g, NULL, "its members must be structs; this is '%s'%s",
                  type_spell(u, from->type),
                  own ? "; with Field(tag = hidden) plain values can be" : "");
        return;
    }
    ct_variant *v = new_variant(u, m, tag, own->model, from->c_name);
    v->place = from->place;
    v->path = *path ? memory_textf(u->reader->arena, "%s.%s", path, from->c_name) : from->c_name;
    within_add(u, v->whole, canonical, v->path);
    APPEND(m->variants, v);
    m->n_variants++;
}

static bool has_variant(const ct_model *m, int64_t tag)
{
    for (const ct_variant *v = m->variants; v; v = v->next) {
        if (v->tag == tag)
            return true;
    }
    return false;
}

static void say_no_tag(unit *u, const member *body)
{
    diag *g = diag_error(u->reader->diags, body->place,
                         "this union does not say which of its members is meant");
    diag_note(u->reader->diags, g, NULL,
              "put an enum with Field(tag) in front of it, or leave it out with Field(skip)");
}

void union_read(unit *u, ct_model *m, member *members, const member *body, const char *path)
{
    const member *tag = find_tag(members);
    if (!tag) {
        say_no_tag(u, body);
        return;
    }
    CXType canonical = type_canonical(tag->type);
    ct_enum *e = canonical.kind == CXType_Enum ? enum_read(u, canonical) : NULL;
    if (!e) {
        diag_error(u->reader->diags, tag->place, "a tag is an enum, and '%s' is '%s'", tag->c_name,
                   type_spell(u, tag->type));
        return;
    }
    if (m->n_variants) {
        diag_error(u->reader->diags, body->place, "'%s' has two unions; one tag decides one",
                   m->c_name);
        return;
    }
    const ct_value *option = value_get(tag->field->options, "tag");
    const char *word = value_word(option);
    m->tag_hidden = word != NULL;
    m->in_order = word && strcmp(word, "first") == 0;
    if (word && !m->in_order && strcmp(word, "hidden") != 0)
        m->chooser = chooser_read(u, option, tag->c_name, e);
    const char *inner =
        *body->c_name
            ? *path ? memory_textf(u->reader->arena, "%s.%s", path, body->c_name) : body->c_name
            : path;
    for (const member *from = members_read(u, body->type); from; from = from->next)
        add_variant(u, m, e, from, inner);
    for (const ct_enum_value *v = m->tag_hidden ? NULL : e->values; v; v = v->next) {
        if (has_variant(m, v->value))
            continue;
        ct_variant *empty = new_variant(u, m, v, NULL, v->c_name);
        empty->place = v->place;
        APPEND(m->variants, empty);
        m->n_variants++;
    }
}

/* A plain value has no place for members beside it. */
static void check_alone(unit *u, const ct_model *m)
{
    const ct_variant *v = m->variants;
    while (v && !v->whole->is_bare)
        v = v->next;
    if (!v)
        return;
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (f->flags & APUS_FIELD_tag)
            continue;
        diag *g =
            diag_error(u->reader->diags, f->place, "'%s' has no place where '%s' is sent alone",
                       f->c_name, v->whole->name);
        diag_note(u->reader->diags, g, &v->place, "this member of the union is no struct");
        return;
    }
}

/* A shape's own hooks, if any, then the model's, which are the functions of m where it has none. */
static void share_hooks(unit *u, ct_model *whole, const ct_model *m)
{
    bool has_own = whole->hooks[CT_HOOK_check] || whole->hooks[CT_HOOK_before];
    whole->hooks_symbol = has_own ? NULL : m->symbol;
    for (int kind = 0; kind < CT_HOOK_COUNT; kind++) {
        for (const ct_hook *h = m->hooks[kind]; h; h = h->next) {
            ct_hook *copy = NEW(u->reader->arena, ct_hook);
            *copy = *h;
            copy->next = NULL;
            APPEND(whole->hooks[kind], copy);
        }
    }
    if (has_own)
        whole->hooks[CT_HOOK_convert] = NULL; /* m is converted, not its shapes */
}

void union_finish(unit *u, ct_model *m)
{
    for (const ct_field *f = m->fields; f; f = f->next) {
        if (f->flags & APUS_FIELD_tag)
            m->tag_name = f->name;
    }
    check_alone(u, m);
    for (ct_variant *v = m->variants; v; v = v->next) {
        share_hooks(u, v->whole, m);
        if (v->whole->is_bare)
            continue;
        ct_field *own = v->whole->fields;
        v->whole->fields = NULL;
        v->whole->n_fields = 0;
        add_common(u, v->whole, m);
        APPEND(v->whole->fields, own);
        for (; own; own = own->next)
            v->whole->n_fields++;
    }
}
