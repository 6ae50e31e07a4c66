/* Tables of Convertor(). */
#include "compiler/emit_c.h"

void emit_convertors(struct out *o)
{
    for (const ct_convertor *c = o->contract->convertors; c; c = c->next) {
        if (c->source != o->source)
            continue;
        if (c->pattern)
            out_line(o, "static apus_pattern apus__%s_pattern = {\n    .text = %s,\n};", c->name,
                     out_quoted(o, c->pattern));
        out_line(o, "/* %s */", out_where(o, c->place));
        out_line(o, "const apus_convertor %s_convertor = {", c->name);
        out_line(o, "    .name = %s,", out_quoted(o, c->name));
        if (c->pattern)
            out_line(o, "    .pattern = &apus__%s_pattern,", c->name);
        if (c->check)
            out_line(o, "    .takes = %s,", c->check->name);
        out_line(o, "};\n");
    }
}

unsigned emit_convertor_list(struct out *o, const char *symbol)
{
    unsigned n = 0;
    if (!o->contract->convertors)
        return 0;
    for (const ct_convertor *c = o->contract->convertors; c; c = c->next) {
        if (c->source != o->source && out_is_first(o, out_name(o, "%s_convertor", c->name)))
            out_line(o, "extern const apus_convertor %s_convertor;", c->name);
    }
    out_line(o, "static const apus_convertor *const %s[] = {", symbol);
    for (const ct_convertor *c = o->contract->convertors; c; c = c->next, n++)
        out_line(o, "    &%s_convertor,", c->name);
    out_line(o, "};\n");
    return n;
}
