/* Where each parameter's value comes from, as FastAPI decides it:
 *
 *   what the annotation says; else
 *   apus_req *, apus_worker *, a Security() type; else
 *   a name in the path -> path; a scalar -> query;
 *   a model, list or map on a method with a body -> body. */
#include <string.h>

#include "compiler/read.h"

static const struct {
    const char *word;
    apus_in in;
} places[] = {
    { "Query", APUS_IN_query },   { "Path", APUS_IN_path }, { "Header", APUS_IN_header },
    { "Cookie", APUS_IN_cookie }, { "Body", APUS_IN_body }, { "Form", APUS_IN_form },
    { "File", APUS_IN_file },
};

/* One parameter on its way. */
struct binding_param {
    const binding *b;
    unit *unit;
    CXCursor cursor;
    CXType type;
    note *notes;
    const char *name;
    ct_param *out;
};

static note *param_notes(unit *u, const function_decl *f, unsigned i)
{
    note *notes = NULL;
    for (unsigned d = 0; d < f->n_all; d++) {
        if ((int)i < clang_Cursor_getNumArguments(f->all[d]))
            notes_join(&notes, notes_read(u, clang_Cursor_getArgument(f->all[d], i)));
    }
    return notes;
}

/* --- errors --- */

static void say_no_wire_form(const struct binding_param *p, const char *why)
{
    diags *d = p->unit->reader->diags;
    diag *g = diag_error(d, p->out->place, "'%s' of type '%s' has no form on the wire", p->name,
                         type_spell(p->unit, p->type));
    diag_note(d, g, NULL, "%s", why);
}

static void say_no_source(const struct binding_param *p, const char *why)
{
    diags *d = p->unit->reader->diags;
    diag *g = diag_error(d, p->out->place, "no source can fill '%s' of type '%s'", p->name,
                         type_spell(p->unit, p->type));
    diag_note(d, g, NULL, "%s", why);
}

static void say_by_value(const struct binding_param *p)
{
    diags *d = p->unit->reader->diags;
    const char *type = type_spell(p->unit, p->type);
    diag *g =
        diag_error(d, p->out->place, "'%s' is a model, and models are passed as pointers", p->name);
    diag_note(d, g, NULL, "take 'const %s *%s'", type, p->name);
}

/* --- values --- */

static bool holds_members(const ct_type *t)
{
    return t->kind == APUS_KIND_model || t->kind == APUS_KIND_list || t->kind == APUS_KIND_map ||
           t->kind == APUS_KIND_array || t->kind == APUS_KIND_json;
}

/* Reads the type behind the parameter; NULL after an error. */
static ct_type *read_value_type(struct binding_param *p, bool *is_pointer)
{
    CXType canonical = type_canonical(p->type);
    const char *why = NULL;
    *is_pointer = false;
    if (canonical.kind == CXType_Pointer) {
        CXType to = type_canonical(clang_getPointeeType(canonical));
        bool is_text = to.kind == CXType_Char_S || to.kind == CXType_Char_U;
        *is_pointer = !is_text;
    }
    CXType t = *is_pointer ? type_pointee(p->type) : p->type;
    ct_type *type = type_read(p->unit, t, &why);
    if (type)
        return type;
    if (*is_pointer)
        say_no_source(p, memory_textf(p->unit->reader->arena,
                                      "%s; a function can give it: Depends(function)", why));
    else
        say_no_wire_form(p, why);
    return NULL;
}

static void set_header_name(struct binding_param *p, const ct_value *options)
{
    ct_field *f = &p->out->field;
    bool keeps = value_get(options, "convert") && !value_flag(options, "convert");
    if (keeps && f->type->kind == APUS_KIND_model)
        p->out->flags |= APUS_PARAM_underscores;
    if (f->aliased || keeps)
        return;
    size_t len = strlen(f->name);
    char *name = NEW_N(p->unit->reader->arena, char, len + 1);
    for (size_t i = 0; i < len; i++)
        name[i] = f->name[i] == '_' ? '-' : f->name[i];
    f->name = name;
}

static void bind_body(struct binding_param *p, const ct_value *options, bool is_pointer)
{
    ct_param *out = p->out;
    diags *d = p->unit->reader->diags;
    apus_kind kind = out->field.type->kind;
    out->is_optional = value_flag(options, "optional");
    if (value_flag(options, "raw")) {
        out->flags |= APUS_PARAM_raw;
        if (is_pointer || (kind != APUS_KIND_bytes && kind != APUS_KIND_str)) {
            diag *g = diag_error(d, out->place, "a raw body is apus_bytes or apus_str, not '%s'",
                                 type_spell(p->unit, p->type));
            diag_note(d, g, NULL, "without raw it is read as JSON");
        }
    }
    if (value_flag(options, "partial")) {
        out->flags |= APUS_PARAM_partial;
        if (kind != APUS_KIND_model) {
            diag *g = diag_error(d, value_get(options, "partial")->key_place,
                                 "only a model can be partial, and '%s' is '%s'", p->name,
                                 type_spell(p->unit, p->type));
            diag_note(d, g, NULL, "partial means that any member may be left out");
        }
    }
    if (value_flag(options, "sent"))
        out->flags |= APUS_PARAM_sent;
    if (value_flag(options, "embed"))
        out->field.flags |= APUS_FIELD_embed;
    if (out->is_optional && !is_pointer) {
        diag *g = diag_error(d, value_get(options, "optional")->key_place,
                             "'%s' cannot be absent: it is no pointer", p->name);
        diag_note(d, g, NULL, "take '%s *%s', which may be NULL", type_spell(p->unit, p->type),
                  p->name);
    }
}

/* Models and the like are required, unless they may be NULL; scalars follow the
 * table in read_rules.c. */
static void set_presence(struct binding_param *p, bool is_pointer, const ct_value *options)
{
    ct_field *f = &p->out->field;
    bool is_spread = f->type->kind == APUS_KIND_model && f->type->model->is_tuple &&
                     p->out->in != APUS_IN_body; /* a key for each item */
    if (!is_pointer || is_spread || !holds_members(f->type) || f->flags & APUS_FIELD_json) {
        field_presence(f, is_pointer, options);
        return;
    }
    f->flags |= APUS_FIELD_pointer;
    if (p->out->flags & APUS_PARAM_model)
        return; /* its members say what must be there */
    f->flags |= p->out->is_optional             ? APUS_FIELD_nullable
                : value_get(options, "default") ? 0
                                                : APUS_FIELD_required;
}

static bool bind_value(struct binding_param *p, apus_in in, const ct_value *options)
{
    ct_param *out = p->out;
    bool is_pointer;
    out->kind = CT_PARAM_value;
    out->in = in;
    out->field = (ct_field){ .c_name = p->name, .path = p->name, .place = out->place };
    out->field.type = read_value_type(p, &is_pointer);
    if (!out->field.type)
        return false;
    bool is_model = out->field.type->kind == APUS_KIND_model;
    bool is_tuple = is_model && out->field.type->model->is_tuple;
    if (is_model && !is_tuple && !is_pointer) {
        say_by_value(p);
        return false;
    }
    field_options(p->unit, &out->field, options);
    hooks_read(p->unit, &out->field, NULL, NULL, options);
    if (in == APUS_IN_header)
        set_header_name(p, options);
    if (in == APUS_IN_body)
        bind_body(p, options, is_pointer);
    else if (is_model && !is_tuple && !(out->field.flags & APUS_FIELD_json))
        out->flags |= APUS_PARAM_model;
    set_presence(p, is_pointer, options);
    return true;
}

/* apus_upload *, or apus_uploads by value: types that only files have. */
static ct_type *upload_type(struct binding_param *p)
{
    bool is_one = type_points_at(p->unit, p->type, "apus_upload");
    if (!is_one && !type_is(p->unit, p->type, "apus_uploads"))
        return NULL;
    ct_type *one = NEW(p->unit->reader->arena, ct_type);
    *one = (ct_type){ .kind = APUS_KIND_none, .c_name = "apus_upload" };
    if (is_one)
        return one;
    ct_type *list = NEW(p->unit->reader->arena, ct_type);
    *list = (ct_type){
        .kind = APUS_KIND_list, .c_name = "apus_uploads", .item = one, .item_c_name = "apus_upload"
    };
    return list;
}

static bool bind_file(struct binding_param *p, const ct_value *options)
{
    ct_param *out = p->out;
    ct_type *type = upload_type(p);
    if (!type)
        return bind_value(p, APUS_IN_file, options);
    bool is_pointer = type->kind == APUS_KIND_none;
    out->kind = CT_PARAM_value;
    out->in = APUS_IN_file;
    out->is_optional = value_flag(options, "optional");
    out->field =
        (ct_field){ .c_name = p->name, .path = p->name, .place = out->place, .type = type };
    out->field.flags =
        (is_pointer ? APUS_FIELD_pointer : 0) | (!out->is_optional ? APUS_FIELD_required
                                                 : is_pointer      ? APUS_FIELD_nullable
                                                                   : 0);
    field_options(p->unit, &out->field, options);
    return true;
}

/* --- what is not a value of the wire --- */

static bool same_pointer(unit *a, CXType x, unit *b, CXType y)
{
    const char *left = type_spell(a, type_canonical(x)), *right = type_spell(b, type_canonical(y));
    left = strncmp(left, "const ", 6) == 0 ? left + 6 : left;
    right = strncmp(right, "const ", 6) == 0 ? right + 6 : right;
    return strcmp(left, right) == 0;
}

static bool drops_const(CXType from, CXType to)
{
    CXType a = type_canonical(from), b = type_canonical(to);
    return a.kind == CXType_Pointer && b.kind == CXType_Pointer &&
           clang_isConstQualifiedType(clang_getPointeeType(a)) &&
           !clang_isConstQualifiedType(clang_getPointeeType(b));
}

static void check_result(struct binding_param *p, const function_decl *f, ct_place place)
{
    diags *d = p->unit->reader->diags;
    CXType result = clang_getCursorResultType(f->cursor);
    ct_place there = cursor_place(f->unit, f->cursor);
    if (type_canonical(result).kind == CXType_Void) {
        diag *g =
            diag_error(d, place, "'%s' gives nothing, so it cannot fill '%s'", f->name, p->name);
        diag_note(d, g, &there, "a check without a value goes in depends = [%s]", f->name);
    } else if (!same_pointer(f->unit, result, p->unit, p->type) || drops_const(result, p->type)) {
        diag *g = diag_error(d, place, "'%s' gives '%s', but '%s' is '%s'", f->name,
                             type_spell(f->unit, result), p->name, type_spell(p->unit, p->type));
        diag_note(d, g, &there, "'%s' stands here", f->name);
    }
}

static bool bind_depends(struct binding_param *p, const note *n)
{
    const ct_value *named = value_unnamed(n->options, 0);
    const char *name = value_word(named);
    if (!name)
        return false;
    function_decl *f =
        function_want(p->unit, name, named->place, "Depends(f) calls f and passes what it gives");
    if (!f)
        return false;
    p->out->kind = CT_PARAM_depends;
    p->out->in = APUS_IN_depends;
    check_result(p, f, named->place);
    p->out->scopes = scopes_read(p->unit, n->options);
    p->out->dependency = dependency_read(f, p->b, n->options, named->place);
    return p->out->dependency != NULL;
}

static bool bind_security(struct binding_param *p, ct_security *s, bool is_pointer)
{
    p->out->kind = CT_PARAM_security;
    p->out->in = APUS_IN_security;
    p->out->security = s;
    p->out->is_optional = is_pointer;
    p->out->field = (ct_field){ .c_name = p->name,
                                .path = p->name,
                                .name = p->name,
                                .place = p->out->place,
                                .flags = is_pointer ? APUS_FIELD_pointer : 0 };
    return true;
}

static bool bind_constant(struct binding_param *p, const ct_value *v)
{
    const char *why = NULL;
    p->out->kind = CT_PARAM_constant;
    p->out->field = (ct_field){ .c_name = p->name,
                                .path = p->name,
                                .place = v->place,
                                .default_value = (ct_value *)(uintptr_t)v };
    p->out->field.type = type_read(p->unit, p->type, &why);
    if (!p->out->field.type) {
        say_no_wire_form(p, why);
        return false;
    }
    ct_value *fitted = NEW(p->unit->reader->arena, ct_value);
    *fitted = *v;
    ct_value options = { .kind = CT_VALUE_map, .items = fitted };
    fitted->key = "default";
    fitted->next = NULL;
    ct_field fit = p->out->field;
    field_options(p->unit, &fit, &options);
    p->out->field.name = p->name;
    p->out->field.default_value = fitted;
    return true;
}

/* --- deciding --- */

static bool is_in_path(const binding *b, const char *name)
{
    for (const char *const *n = b->path_names; n && *n; n++) {
        if (strcmp(*n, name) == 0)
            return true;
    }
    return false;
}

static const note *find_place(const struct binding_param *p, apus_in *in)
{
    const note *found = NULL;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const note *n = notes_find(p->notes, places[i].word);
        if (!n)
            continue;
        if (found) {
            diag *g = diag_error(p->unit->reader->diags, n->place,
                                 "'%s' has both %s and %s: a value has one source", p->name,
                                 found->word, n->word);
            diag_note(p->unit->reader->diags, g, &found->place, "%s stands here", found->word);
        } else {
            found = n;
            *in = places[i].in;
        }
    }
    return found;
}

static void check_path_name(const struct binding_param *p, const note *n)
{
    const char *alias = value_text(n->options, "alias");
    const char *name = alias ? alias : p->name;
    if (p->b->is_dependency || is_in_path(p->b, name))
        return;
    diag *g = diag_error(p->unit->reader->diags, n->place, "the path has no '{%s}'", name);
    near like = near_to(name);
    for (const char *const *known = p->b->path_names; known && *known; known++)
        near_offer(&like, *known);
    if (like.best)
        diag_note(p->unit->reader->diags, g, NULL, "did you mean '{%s}'?", like.best);
    else
        diag_note(p->unit->reader->diags, g, NULL, "write it into the path, or use Query()");
}

/* The word for a member is no word for a parameter. */
static void check_words(const struct binding_param *p)
{
    static const char *const others[] = { "Field", "Flatten" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const note *n = notes_find(p->notes, others[i]);
        if (!n)
            continue;
        diag *g =
            diag_error(p->unit->reader->diags, n->place,
                       "%s is for members of structs, and '%s' is a parameter", n->word, p->name);
        diag_note(p->unit->reader->diags, g, NULL,
                  "say where the value comes from: Query(...), Header(...), Body(...)");
    }
}

static bool bind_inferred(struct binding_param *p)
{
    if (is_in_path(p->b, p->name))
        return bind_value(p, APUS_IN_path, NULL);
    if (type_points_at(p->unit, p->type, "apus_upload") ||
        type_is(p->unit, p->type, "apus_uploads"))
        return bind_file(p, NULL);
    CXType canonical = type_canonical(p->type);
    bool is_pointer = canonical.kind == CXType_Pointer;
    CXType to = is_pointer ? type_canonical(clang_getPointeeType(canonical)) : canonical;
    const char *why = NULL;
    ct_type *type = clang_Type_getSizeOf(to) >= 0 ? type_read(p->unit, to, &why) : NULL;
    if (!type || !holds_members(type))
        return bind_value(p, APUS_IN_query, NULL);
    if (p->b->takes_body)
        return bind_value(p, APUS_IN_body, NULL);
    if (strcmp(p->b->what, "WebSocket") == 0)
        say_no_source(p, "a WebSocket has no body: say Query() or Depends(function), or receive it "
                         "with apus_ws_recv(ws, model)");
    else if (p->b->is_dependency)
        say_no_source(p, "a dependency does not know whether there is a body: say Body() or "
                         "Query(), or Depends(function)");
    else
        say_no_source(
            p,
            memory_textf(p->unit->reader->arena,
                         "%s has no body: say Query() or Depends(function), or Body() if you must",
                         p->b->what));
    return false;
}

/* apus_body *: beside it may stand Body(media_type = "text/csv"). */
static void bind_streamed(struct binding_param *p)
{
    const note *n = notes_find(p->notes, "Body");
    p->out->kind = CT_PARAM_body;
    p->out->field.rules.options = n ? n->options : NULL;
    for (const ct_value *v = n ? n->options->items : NULL; v; v = v->next) {
        if (v->key && strcmp(v->key, "media_type") == 0)
            continue;
        diag *g = diag_error(p->unit->reader->diags, v->key ? v->key_place : v->place,
                             "a body that its handler reads has a media_type, and nothing else");
        diag_note(p->unit->reader->diags, g, NULL, "what it holds is for the handler to look at");
    }
}

static bool bind_one(struct binding_param *p)
{
    bool is_pointer;
    apus_in in = APUS_IN_query;
    check_words(p);
    if (type_points_at(p->unit, p->type, "apus_req")) {
        p->out->kind = CT_PARAM_request;
        return true;
    }
    if (type_points_at(p->unit, p->type, "apus_worker")) {
        p->out->kind = CT_PARAM_worker;
        return true;
    }
    if (type_points_at(p->unit, p->type, "apus_sse")) {
        p->out->kind = CT_PARAM_sse;
        return true;
    }
    if (type_points_at(p->unit, p->type, "apus_ws")) {
        p->out->kind = CT_PARAM_ws;
        return true;
    }
    if (type_points_at(p->unit, p->type, "apus_body")) {
        bind_streamed(p);
        return true;
    }
    if (!*p->name) {
        diag_error(p->unit->reader->diags, p->out->place,
                   "a parameter without a name has no source");
        return false;
    }
    const note *depends = notes_find(p->notes, "Depends");
    if (depends)
        return bind_depends(p, depends);
    ct_security *s = security_find(p->unit, p->type, &is_pointer);
    if (s)
        return bind_security(p, s, is_pointer);
    const ct_value *constant = value_get(p->b->constants, p->name);
    if (constant)
        return bind_constant(p, constant);
    const note *n = find_place(p, &in);
    if (!n)
        return bind_inferred(p);
    if (in == APUS_IN_path)
        check_path_name(p, n);
    return in == APUS_IN_file ? bind_file(p, n->options) : bind_value(p, in, n->options);
}

/* What a comment at the parameter says, or @param in the function's. */
static ct_doc param_doc(const function_decl *f, CXCursor c, const note *notes, const char *name)
{
    ct_doc doc = doc_read(f->unit, c, notes);
    for (unsigned i = 0; i < f->n_all && !doc.description; i++)
        doc = doc_read_param(f->unit, f->all[i], f->notes, name);
    return doc;
}

ct_param *params_bind(function_decl *f, const binding *b)
{
    ct_param *params = NULL;
    int n = clang_Cursor_getNumArguments(f->cursor);
    if (clang_Cursor_isVariadic(f->cursor)) {
        diag *g = diag_error(f->unit->reader->diags, cursor_place(f->unit, f->cursor),
                             "'%s' takes any number of arguments, and no source has that", f->name);
        diag_note(f->unit->reader->diags, g, NULL, "take '...' out; a list holds several values");
    }
    for (int i = 0; i < n; i++) {
        CXCursor c = clang_Cursor_getArgument(f->cursor, (unsigned)i);
        ct_param *out = NEW(f->unit->reader->arena, ct_param);
        struct binding_param p = { .b = b,
                                   .unit = f->unit,
                                   .cursor = c,
                                   .type = clang_getCursorType(c),
                                   .notes = param_notes(f->unit, f, (unsigned)i),
                                   .name = cursor_name(f->unit, c),
                                   .out = out };
        out->c_name = p.name;
        out->c_type = type_spell_value(f->unit, p.type);
        out->place = cursor_place(f->unit, c);
        if (!bind_one(&p))
            continue;
        if (out->kind == CT_PARAM_value)
            out->field.doc = param_doc(f, c, p.notes, p.name);
        APPEND(params, out);
    }
    return params;
}
