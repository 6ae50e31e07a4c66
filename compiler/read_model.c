/* Structs as models: their members as fields, flattened ones in place. */
#include <string.h>

#include "compiler/read.h"

struct gathering {
    unit *unit;
    member *first;
};

static enum CXVisitorResult take_member(CXCursor c, CXClientData data)
{
    struct gathering *g = data;
    unit *u = g->unit;
    member *m = NEW(u->reader->arena, member);
    *m = (member){ .cursor = c,
                   .type = clang_getCursorType(c),
                   .c_name = cursor_name(u, c),
                   .notes = notes_read(u, c),
                   .place = cursor_place(u, c) };
    m->field = notes_find(m->notes, "Field");
    APPEND(g->first, m);
    return CXVisit_Continue;
}

member *members_read(unit *u, CXType record)
{
    struct gathering g = { .unit = u };
    clang_Type_visitFields(record, take_member, &g);
    return g.first;
}

static const ct_value *options_of(const member *m)
{
    return m->field ? m->field->options : NULL;
}

static const char *path_of(unit *u, const char *path, const char *name)
{
    if (!*name)
        return path;
    return *path ? memory_textf(u->reader->arena, "%s.%s", path, name) : name;
}

static void add_field(ct_model *m, ct_field *f)
{
    APPEND(m->fields, f);
    m->n_fields++;
}

/* --- counted pointers --- */

static const char *count_name(const member *m)
{
    return value_word(value_get(options_of(m), "count"));
}

static const member *find_member(const member *members, const char *name)
{
    while (members && strcmp(members->c_name, name) != 0)
        members = members->next;
    return members;
}

static bool counts_another(const member *members, const member *m)
{
    for (const member *other = members; other; other = other->next) {
        const char *name = count_name(other);
        if (name && strcmp(name, m->c_name) == 0)
            return true;
    }
    return false;
}

static bool is_integer(CXType t)
{
    CXType canonical = type_canonical(t);
    return canonical.kind >= CXType_Char_U && canonical.kind <= CXType_LongLong &&
           canonical.kind != CXType_UInt128;
}

/* `item *items Field(count = n_items)` */
static ct_type *read_counted(unit *u, const member *members, const member *m, const char *path,
                             ct_field *f, const char **why)
{
    diags *d = u->reader->diags;
    const char *name = count_name(m);
    const ct_value *option = value_get(options_of(m), "count");
    const member *count = find_member(members, name);
    CXType canonical = type_canonical(m->type);
    if (!count) {
        near like = near_to(name);
        for (const member *other = members; other; other = other->next)
            near_offer(&like, other->c_name);
        diag *g =
            diag_error(d, option->place, "there is no member '%s' beside '%s'", name, m->c_name);
        if (like.best)
            diag_note(d, g, NULL, "did you mean '%s'?", like.best);
        return NULL;
    }
    if (!is_integer(count->type)) {
        diag *g = diag_error(d, option->place, "'%s' cannot say how many items '%s' has", name,
                             m->c_name);
        diag_note(d, g, &count->place, "a count is an integer; this is '%s'",
                  type_spell(u, count->type));
        return NULL;
    }
    if (canonical.kind != CXType_Pointer) {
        diag_error(d, option->place, "count is for pointers, and '%s' is '%s'", m->c_name,
                   type_spell(u, m->type));
        return NULL;
    }
    f->count_path = path_of(u, path, name);
    f->count_size = (uint8_t)clang_Type_getSizeOf(count->type);
    CXType item = type_pointee(m->type);
    ct_type *type = NEW(u->reader->arena, ct_type);
    *type = (ct_type){ .kind = APUS_KIND_counted,
                       .c_name = type_spell(u, m->type),
                       .size = sizeof(void *),
                       .align = _Alignof(void *) };
    CXType inner = type_canonical(item);
    type->item_c_name = type_spell_value(u, item);
    type->item_pointer = inner.kind == CXType_Pointer;
    if (type->item_pointer) {
        CXType text = type_canonical(clang_getPointeeType(inner));
        type->item_pointer = text.kind != CXType_Char_S && text.kind != CXType_Char_U;
    }
    type->item = type_read(u, type->item_pointer ? clang_getPointeeType(inner) : item, why);
    return type->item ? type : NULL;
}

/* --- one member --- */

static bool is_text_pointer(CXType canonical)
{
    if (canonical.kind != CXType_Pointer)
        return false;
    CXType to = type_canonical(clang_getPointeeType(canonical));
    return to.kind == CXType_Char_S || to.kind == CXType_Char_U;
}

static void say_no_wire_form(unit *u, const member *m, const char *why)
{
    diag *g = diag_error(u->reader->diags, m->place, "'%s' of type '%s' has no form on the wire",
                         m->c_name, type_spell(u, m->type));
    diag_note(u->reader->diags, g, NULL, "%s; Field(skip) leaves the member out", why);
}

/* The struct that declares it. */
static CXType owner_of(const member *m)
{
    return clang_getCursorType(clang_getCursorSemanticParent(m->cursor));
}

static void read_member(unit *u, ct_model *m, const member *members, const member *from,
                        const char *path)
{
    const char *why = NULL;
    const ct_value *options = options_of(from);
    CXType canonical = type_canonical(from->type);
    ct_field *f = NEW(u->reader->arena, ct_field);
    *f = (ct_field){ .c_name = from->c_name,
                     .path = path_of(u, path, from->c_name),
                     .place = from->place,
                     .doc = doc_read(u, from->cursor, from->notes) };
    bool is_counted = count_name(from) != NULL, is_text = is_text_pointer(canonical);
    bool is_pointer = canonical.kind == CXType_Pointer && !is_counted && !is_text;
    if (is_counted)
        f->type = read_counted(u, members, from, path, f, &why);
    else
        f->type = type_read(u, is_pointer ? type_pointee(from->type) : from->type, &why);
    if (!f->type) {
        if (why)
            say_no_wire_form(u, from, why);
        return;
    }
    field_presence(f, is_pointer, options);
    field_options(u, f, options);
    if (m->is_strict && !value_get(options, "strict"))
        f->rules.has |= APUS_RULE_strict;
    names_read(u, m, f, options);
    hooks_read(u, f, record_name(u, type_canonical(owner_of(from))), path, options);
    if (value_get(options, "tag"))
        f->flags |= APUS_FIELD_tag;
    add_field(m, f);
}

/* --- all members --- */

static void add_flattened(unit *u, ct_model *m, const member *from, const char *path)
{
    CXType canonical = type_canonical(from->type);
    if (canonical.kind == CXType_Record && clang_Type_getSizeOf(canonical) >= 0) {
        within_add(u, m, canonical, path_of(u, path, from->c_name));
        return;
    }
    diag *g = diag_error(u->reader->diags, notes_find(from->notes, "Flatten")->place,
                         "only a struct can be flattened, and '%s' is '%s'", from->c_name,
                         type_spell(u, from->type));
    if (canonical.kind == CXType_Pointer)
        diag_note(u->reader->diags, g, NULL, "hold the struct itself instead of a pointer");
}

static bool is_union(CXType t)
{
    CXType canonical = type_canonical(t);
    return canonical.kind == CXType_Record &&
           clang_getCursorKind(clang_getTypeDeclaration(canonical)) == CXCursor_UnionDecl;
}

static void keep_extra(unit *u, ct_model *m, const member *from, const char *path)
{
    if (!type_is(u, from->type, "apus_json")) {
        diag *g =
            diag_error(u->reader->diags, from->place, "'%s' cannot keep extra members: it is '%s'",
                       from->c_name, type_spell(u, from->type));
        diag_note(u->reader->diags, g, NULL, "an apus_json can");
        return;
    }
    m->extra = APUS_EXTRA_keep;
    m->keep_path = path_of(u, path, from->c_name);
}

static void check_words(unit *u, const member *m)
{
    static const char *const others[] = { "Query", "Path", "Header", "Cookie",
                                          "Body",  "Form", "File",   "Depends" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const note *n = notes_find(m->notes, others[i]);
        if (!n)
            continue;
        diag *g = diag_error(u->reader->diags, n->place,
                             "%s is for parameters, and '%s' is a member", n->word, m->c_name);
        diag_fix(g, "Field");
        diag_note(u->reader->diags, g, NULL, "members take Field(...)");
    }
}

void members_add(unit *u, ct_model *m, member *members, const char *path)
{
    for (member *from = members; from; from = from->next) {
        check_words(u, from);
        if (value_flag(options_of(from), "skip") || counts_another(members, from))
            continue;
        if (clang_Cursor_isBitField(from->cursor)) {
            say_no_wire_form(u, from, "a bit-field has no address");
        } else if (is_union(from->type)) {
            union_read(u, m, members, from, path);
        } else if (notes_find(from->notes, "Flatten") || !*from->c_name) {
            add_flattened(u, m, from, path);
        } else if (value_flag(options_of(from), "extra")) {
            keep_extra(u, m, from, path);
        } else {
            read_member(u, m, members, from, path);
        }
    }
}

/* --- the model --- */

void model_options_read(unit *u, ct_model *m, const note *notes)
{
    static const char *const extras[] = {
        [APUS_EXTRA_ignore] = "ignore", [APUS_EXTRA_forbid] = "forbid", [APUS_EXTRA_keep] = "keep"
    };
    const note *n = notes_find(notes, "Model");
    if (!n)
        return;
    const ct_value *extra = value_get(n->options, "extra");
    const char *word = value_word(extra);
    m->says_extra = extra != NULL;
    for (size_t i = 0; word && i < sizeof(extras) / sizeof(extras[0]); i++) {
        if (strcmp(word, extras[i]) == 0) {
            m->extra = (apus_extra)i;
            word = NULL;
        }
    }
    if (extra && word)
        diag_error(u->reader->diags, extra->place, "extra is forbid, ignore or keep, not '%s'",
                   word);
    m->is_tuple = value_flag(n->options, "tuple");
    m->is_strict = value_flag(n->options, "strict");
    model_hooks_read(u, m, n->options);
    model_names_read(u, m, n->options);
    m->options = n->options;
    const ct_value *examples = value_get(n->options, "examples");
    m->examples = (ct_value *)(uintptr_t)examples;
}

ct_model *model_read(unit *u, CXType canonical, const char **why)
{
    reader *r = u->reader;
    CXCursor c = clang_getTypeDeclaration(canonical);
    const char *c_name = record_name(u, canonical);
    const char *key = declaration_key(u, c, c_name);
    ct_model *m = names_find(&r->models, key);
    if (m)
        return m;
    if (strncmp(bare_name(c_name), "apus_", 5) == 0) {
        *why = "it belongs to the request, not to its data";
        return NULL;
    }
    note *notes = notes_read(u, c);
    m = NEW(r->arena, ct_model);
    *m = (ct_model){ .c_name = c_name,
                     .symbol = unique_symbol(r, bare_name(c_name)),
                     .name = schema_name(u, notes, c_name),
                     .doc = doc_read(u, c, notes),
                     .place = cursor_place(u, c),
                     .source = u->source,
                     .size = (uint32_t)clang_Type_getSizeOf(canonical),
                     .align = (uint32_t)clang_Type_getAlignOf(canonical) };
    names_put(&r->models, key, m);
    APPEND(r->out->models, m);
    model_options_read(u, m, notes);
    unsigned errors = r->diags->n_errors;
    members_add(u, m, members_read(u, canonical), "");
    m->is_broken = errors != r->diags->n_errors;
    union_finish(u, m);
    return m;
}
