/* Functions of the program's own, called through the shapes that tables know. */
#include <string.h>

#include "compiler/emit_c.h"

/* The value behind a `const void *`, as the function takes it. */
static const char *argument(struct out *o, const ct_hook *h, const char *c_name)
{
    return out_name(o, h->by_value ? "*(%s const *)value" : "(%s const *)value", c_name);
}

/* One turn of a check; of a model, perhaps about a struct within it. */
static void emit_check(struct out *o, const char *called, const ct_hook *h, const char *c_name)
{
    const char *taken = argument(o, h, c_name);
    out_line(o, "static void %s(apus_checking *c, void *value)", called);
    out_line(o, "{");
    if (*h->path) {
        out_line(o, "    %s *whole = value;", c_name);
        taken = out_name(o, "%swhole->%s", h->by_value ? "" : "&", h->path);
    }
    if (h->is_full) {
        out_line(o, "    %s(c, %s);", h->function->name, *h->path ? taken : "value");
    } else {
        out_line(o, "    const char *why = %s(%s);", h->function->name, taken);
        out_line(o, "    if (why)");
        out_line(o, "        apus_wrong(c, \"%%s\", why);");
    }
    out_line(o, "}\n");
}

static void emit_before(struct out *o, const char *called, const ct_hook *h)
{
    out_line(o, "static void %s(apus_checking *c, void *value)", called);
    out_line(o, "{");
    out_line(o, "    %s(c, value);", h->function->name);
    out_line(o, "}\n");
}

/* A model's function of that kind: the only one, or all of a chain in turn. */
static void emit_chain(struct out *o, const char *called, const ct_hook *chain, ct_hook_kind kind,
                       const char *c_name)
{
    unsigned n = 0;
    for (const ct_hook *h = chain; h; h = h->next) {
        const char *one = chain->next ? out_name(o, "%s_%u", called, ++n) : called;
        if (kind == CT_HOOK_check)
            emit_check(o, one, h, c_name);
        else
            emit_before(o, one, h);
    }
    if (!chain || !chain->next)
        return;
    out_line(o, "static void %s(apus_checking *c, void *value)", called);
    out_line(o, "{");
    for (unsigned i = 1; i <= n; i++)
        out_line(o, "    %s_%u(c, value);", called, i);
    out_line(o, "}\n");
}

static void emit_make(struct out *o, const char *symbol, const ct_hook *h, const char *c_name)
{
    out_line(o, "static void %s_make(apus_arena *a, void *at)", symbol);
    out_line(o, "{");
    if (!h->takes_arena)
        out_line(o, "    (void)a;");
    out_line(o, "    *(%s *)at = %s(%s);", c_name, h->function->name, h->takes_arena ? "a" : "");
    out_line(o, "}\n");
}

static void emit_convert(struct out *o, const char *symbol, const ct_hook *h, const char *c_name)
{
    out_line(o, "static void %s_convert(apus_arena *a, const void *value, void *to)", symbol);
    out_line(o, "{");
    if (!h->takes_arena)
        out_line(o, "    (void)a;");
    out_line(o, "    *(%s *)to = %s(%s%s);", h->result->c_name, h->function->name,
             h->takes_arena ? "a, " : "", argument(o, h, c_name));
    out_line(o, "}\n");
}

static void emit_omit(struct out *o, const char *symbol, const ct_hook *h, const char *c_name)
{
    out_line(o, "static bool %s_omit(const void *value)", symbol);
    out_line(o, "{");
    out_line(o, "    return %s(%s);", h->function->name, argument(o, h, c_name));
    out_line(o, "}\n");
}

static void emit_compute(struct out *o, const char *symbol, const char *object, const ct_field *f)
{
    const ct_hook *h = f->hooks[CT_HOOK_compute];
    const char *star = f->flags & APUS_FIELD_pointer ? "*" : "";
    out_line(o, "static void %s_compute(apus_arena *a, const void *object, void *to)", symbol);
    out_line(o, "{");
    if (!h->takes_arena)
        out_line(o, "    (void)a;");
    out_line(o, "    const %s *from = object;", object);
    const char *within = *h->path ? out_name(o, "&from->%s", h->path) : "from";
    out_line(o, "    *(%s %s*)to = %s(%s%s);", f->type->c_name, star, h->function->name,
             h->takes_arena ? "a, " : "", within);
    out_line(o, "}\n");
}

static bool has_any(const ct_field *f)
{
    bool any = f->name_out != NULL;
    for (int i = 0; i < CT_HOOK_COUNT; i++)
        any = any || f->hooks[i];
    return any;
}

const char *emit_hooks(struct out *o, const char *symbol, const char *object, const ct_field *f)
{
    static const char *const names[] = {
        [CT_HOOK_before] = "before",   [CT_HOOK_check] = "check",     [CT_HOOK_make] = "make",
        [CT_HOOK_convert] = "convert", [CT_HOOK_compute] = "compute", [CT_HOOK_omit] = "omit",
    };
    if (!has_any(f))
        return NULL;
    ct_hook *const *h = f->hooks;
    const char *c_name = f->type->c_name, *converted = NULL;
    if (h[CT_HOOK_before])
        emit_before(o, out_name(o, "%s_before", symbol), h[CT_HOOK_before]);
    if (h[CT_HOOK_check])
        emit_check(o, out_name(o, "%s_check", symbol), h[CT_HOOK_check], c_name);
    if (h[CT_HOOK_make])
        emit_make(o, symbol, h[CT_HOOK_make], c_name);
    if (h[CT_HOOK_convert]) {
        emit_convert(o, symbol, h[CT_HOOK_convert], c_name);
        converted = emit_type(o, h[CT_HOOK_convert]->result);
    }
    if (h[CT_HOOK_compute])
        emit_compute(o, symbol, object, f);
    if (h[CT_HOOK_omit])
        emit_omit(o, symbol, h[CT_HOOK_omit], c_name);
    const char *table = out_name(o, "%s_hooks", symbol);
    out_line(o, "static const apus_hooks %s = {", table);
    if (f->name_out)
        out_line(o, "    .name_out = %s,", out_str_init(o, f->name_out));
    for (int i = 0; i < CT_HOOK_COUNT; i++) {
        if (h[i])
            out_line(o, "    .%s = %s_%s,", names[i], symbol, names[i]);
    }
    if (converted)
        out_line(o, "    .converted = &%s,", converted);
    out_line(o, "};\n");
    return table;
}

static void emit_chooser(struct out *o, const char *symbol, const ct_function *f)
{
    out_line(o, "static int64_t %s_tag(const apus_json *sent)", symbol);
    out_line(o, "{");
    out_line(o, "    return %s(sent);", f->name);
    out_line(o, "}\n");
    out_line(o, "static const apus_choose %s_choose = { %s_tag, %s };\n", symbol, symbol,
             out_quoted(o, f->name));
}

static void emit_turns(struct out *o, const char *symbol, const ct_model *m)
{
    emit_chain(o, out_name(o, "%s_check", symbol), m->hooks[CT_HOOK_check], CT_HOOK_check,
               m->c_name);
    emit_chain(o, out_name(o, "%s_before", symbol), m->hooks[CT_HOOK_before], CT_HOOK_before,
               m->c_name);
}

void emit_shape_hooks(struct out *o, const ct_model *whole)
{
    emit_turns(o, out_name(o, "apus__%s", whole->symbol), whole);
}

void emit_model_hooks(struct out *o, const ct_model *m)
{
    const char *symbol = out_name(o, "apus__%s", m->symbol);
    if (m->chooser)
        emit_chooser(o, symbol, m->chooser);
    emit_turns(o, symbol, m);
    const ct_hook *convert = m->hooks[CT_HOOK_convert];
    if (!convert)
        return;
    emit_convert(o, symbol, convert, m->c_name);
    const char *converted = emit_type(o, convert->result);
    out_line(o, "static const apus_model_convert %s_converts = {", symbol);
    out_line(o, "    .convert = %s_convert,", symbol);
    out_line(o, "    .converted = &%s,", converted);
    out_line(o, "};\n");
}
