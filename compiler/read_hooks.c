/* Functions that have a say: before, check, encode, computed, default = f. */
#include <stdlib.h>
#include <string.h>

#include "compiler/read.h"

/* What such a function may look like: its result, or NULL where any will do, and its
 * parameters.  %T is the value's type, %S the struct that declares it. */
struct shape {
    const char *result, *params;
    bool is_full, by_value, takes_arena;
};

static const struct shape before_shapes[] = {
    { .result = "void", .params = "apus_checking *, apus_json *" }, { 0 }
};
static const struct shape check_shapes[] = {
    { .result = "const char *", .params = "const %T *" },
    { .result = "const char *", .params = "%T", .by_value = true },
    { .result = "void", .params = "apus_checking *, %T *", .is_full = true },
    { 0 },
};
static const struct shape make_shapes[] = {
    { .result = "%T", .params = "void" },
    { .result = "%T", .params = "apus_arena *", .takes_arena = true },
    { 0 },
};
static const struct shape convert_shapes[] = {
    { .params = "%T", .by_value = true },
    { .params = "const %T *" },
    { .params = "apus_arena *, %T", .by_value = true, .takes_arena = true },
    { .params = "apus_arena *, const %T *", .takes_arena = true },
    { 0 },
};
static const struct shape compute_shapes[] = {
    { .result = "%R", .params = "const %S *" },
    { .result = "%R", .params = "apus_arena *, const %S *", .takes_arena = true },
    { 0 },
};

static const struct shape omit_shapes[] = {
    { .result = "bool", .params = "%T", .by_value = true },
    { .result = "bool", .params = "const %T *" },
    { 0 },
};

static const struct shape choose_shapes[] = { { .result = "%R", .params = "const apus_json *" },
                                              { 0 } };

static const struct kind {
    const char *key; /* NULL: of the default */
    const struct shape *shapes;
    const char *when; /* for who misspelt it */
} kinds[CT_HOOK_COUNT] = {
    [CT_HOOK_before] = { "before", before_shapes, "before = f calls f with what was sent" },
    [CT_HOOK_check] = { "check", check_shapes, "check = f calls f with what has been read" },
    [CT_HOOK_make] = { "default", make_shapes, "default = f takes what f gives" },
    [CT_HOOK_convert] = { "encode", convert_shapes, "encode = f sends what f makes of it" },
    [CT_HOOK_compute] = { "computed", compute_shapes, "computed = f sends what f gives" },
    [CT_HOOK_omit] = { "omit", omit_shapes, "omit = f leaves out what f says true of" },
};

/* What %T, %S and %R stand for. */
struct meaning {
    const char *value, *owner, *result;
};

static const char *fill_in(unit *u, const char *pattern, const struct meaning *m)
{
    const char *at = strchr(pattern, '%');
    if (!at)
        return pattern;
    const char *text = at[1] == 'T' ? m->value : at[1] == 'S' ? m->owner : m->result;
    const char *rest = at + 2;
    size_t len = strlen(text);
    bool is_pointer = len && text[len - 1] == '*' && strncmp(rest, " *", 2) == 0;
    return memory_textf(u->reader->arena, "%.*s%s%s", (int)(at - pattern), pattern, text,
                        is_pointer ? rest + 1 : rest);
}

static bool has_shape(unit *u, const ct_function *f, const struct shape *s, const struct meaning *m)
{
    const char *params = strstr(f->type, "(*)(");
    const char *wanted = fill_in(u, s->params, m);
    size_t len = strlen(wanted);
    if (!params || strncmp(params + 4, wanted, len) != 0 || strcmp(params + 4 + len, ")") != 0)
        return false;
    return !s->result || strcmp(f->result.c_name, fill_in(u, s->result, m)) == 0;
}

static void say_shapes(unit *u, const struct kind *k, const ct_value *v, const char *called,
                       const ct_function *f, const struct meaning *m)
{
    diags *d = u->reader->diags;
    diag *g = diag_error(d, v->place, "'%s' does not fit '%s' of '%s'", f->name, k->key, called);
    for (const struct shape *s = k->shapes; s->params; s++) {
        const char *result = s->result ? fill_in(u, s->result, m) : "T";
        const char *space = result[strlen(result) - 1] == '*' ? "" : " ";
        diag_note(d, g, s == k->shapes ? &f->place : NULL, "%s: %s%s%s(%s)",
                  s == k->shapes ? "it must be" : "or", result, space, f->name,
                  fill_in(u, s->params, m));
    }
}

static ct_hook *read_as(unit *u, const struct kind *k, const ct_value *v, const char *called,
                        const struct meaning *m)
{
    function_decl *decl = function_want(u, value_word(v), v->place, k->when);
    if (!decl)
        return NULL;
    ct_function *f = function_read(decl);
    for (const struct shape *s = k->shapes; s->params; s++) {
        if (!has_shape(u, f, s, m))
            continue;
        ct_hook *hook = NEW(u->reader->arena, ct_hook);
        *hook = (ct_hook){ .function = f,
                           .is_full = s->is_full,
                           .by_value = s->by_value,
                           .takes_arena = s->takes_arena,
                           .path = "" };
        return hook;
    }
    say_shapes(u, k, v, called, f, m);
    return NULL;
}

static ct_hook *read_hook(unit *u, ct_hook_kind kind, const ct_value *v, const char *called,
                          const struct meaning *m)
{
    return read_as(u, &kinds[kind], v, called, m);
}

ct_function *chooser_read(unit *u, const ct_value *v, const char *called, const ct_enum *e)
{
    static const struct kind choosing = {
        "tag", choose_shapes,
        "tag = f asks f which shape was sent; tag = hidden and tag = first need no function"
    };
    struct meaning m = { .value = e->c_name, .owner = "", .result = e->c_name };
    const ct_hook *hook = read_as(u, &choosing, v, called, &m);
    return hook ? hook->function : NULL;
}

/* encode: what is sent for what is called so is what the function gives.  false: it cannot be. */
static bool read_result(unit *u, const char *called, ct_hook *hook, const ct_value *v)
{
    const char *why = "it gives nothing";
    diags *d = u->reader->diags;
    function_decl *decl = function_find(u, hook->function->name);
    CXType t = clang_getCursorResultType(decl->cursor);
    bool is_pointer = type_canonical(t).kind == CXType_Pointer;
    hook->result = type_canonical(t).kind == CXType_Void ? NULL : type_read(u, t, &why);
    if (hook->result && hook->result->size <= APUS_CONVERTED_MAX)
        return true;
    diag *g = diag_error(d, v->place, "what '%s' gives cannot be sent for '%s'",
                         hook->function->name, called);
    if (hook->result)
        diag_note(d, g, &hook->function->place, "it has %u bytes, and at most %d are taken",
                  hook->result->size, APUS_CONVERTED_MAX);
    else
        diag_note(d, g, &hook->function->place, "%s",
                  is_pointer ? "let it give the value itself" : why);
    return false;
}

/* accepts = T: what before takes besides the member's or the model's own type. */
static void read_accepts(unit *u, ct_hook *before, const ct_value *options)
{
    const ct_value *v = value_get(options, "accepts");
    if (!v)
        return;
    if (before) {
        before->accepts = type_called(u, v);
        return;
    }
    if (value_get(options, "before"))
        return; /* reported */
    diag *g = diag_error(u->reader->diags, v->place, "nothing here accepts '%s'", value_word(v));
    diag_note(u->reader->diags, g, NULL,
              "before = f names the function that makes of it what is declared");
}

static void read_computed(unit *u, ct_field *f, const char *path, const ct_value *v)
{
    ct_hook *hook = f->hooks[CT_HOOK_compute];
    if (!hook)
        return;
    hook->path = path;
    f->flags |= APUS_FIELD_read_only;
    if (f->type->size > APUS_CONVERTED_MAX || f->type->kind == APUS_KIND_counted ||
        f->type->kind == APUS_KIND_array || f->type->kind == APUS_KIND_chars) {
        diag *g = diag_error(u->reader->diags, v->place, "'%s' cannot be computed: it is '%s'",
                             f->c_name, f->type->c_name);
        diag_note(u->reader->diags, g, NULL,
                  "a function can give a plain value, a list or a pointer");
    }
}

/* default = 1, omit = null, omit = default */
static bool is_no_function(ct_hook_kind kind, const ct_value *v)
{
    if (kind == CT_HOOK_make)
        return v->kind != CT_VALUE_word;
    const char *word = value_word(v);
    return kind == CT_HOOK_omit && (!word || strcmp(word, "default") == 0);
}

void hooks_read(unit *u, ct_field *f, const char *owner, const char *path, const ct_value *options)
{
    bool is_pointer = (f->flags & APUS_FIELD_pointer) != 0;
    struct meaning m = { .value = f->type->c_name, .owner = owner ? owner : "" };
    m.result = is_pointer ? memory_textf(u->reader->arena, "%s *", m.value) : m.value;
    for (int kind = 0; kind < CT_HOOK_COUNT; kind++) {
        const ct_value *v = value_get(options, kinds[kind].key);
        if (!v || is_no_function((ct_hook_kind)kind, v))
            continue;
        f->hooks[kind] = read_hook(u, (ct_hook_kind)kind, v, f->c_name, &m);
        if (kind == CT_HOOK_before || kind == CT_HOOK_check)
            f->flags |= APUS_FIELD_hooked;
        if (kind == CT_HOOK_make)
            f->default_value = NULL;
        if (kind == CT_HOOK_convert && f->hooks[kind] &&
            !read_result(u, f->c_name, f->hooks[kind], v))
            f->hooks[kind] = NULL;
        if (kind == CT_HOOK_compute)
            read_computed(u, f, path, v);
    }
    read_accepts(u, f->hooks[CT_HOOK_before], options);
}

void model_hooks_read(unit *u, ct_model *model, const ct_value *options)
{
    static const ct_hook_kind taken[] = { CT_HOOK_before, CT_HOOK_check, CT_HOOK_convert };
    struct meaning m = { .value = model->c_name, .owner = "", .result = "" };
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        const ct_value *v = value_get(options, kinds[taken[i]].key);
        if (v)
            model->hooks[taken[i]] = read_hook(u, taken[i], v, model->c_name, &m);
    }
    ct_hook *convert = model->hooks[CT_HOOK_convert];
    if (convert && !read_result(u, model->c_name, convert, value_get(options, "encode")))
        model->hooks[CT_HOOK_convert] = NULL;
    read_accepts(u, model->hooks[CT_HOOK_before], options);
}
