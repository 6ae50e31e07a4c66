/* Tables of State(). */
#include "compiler/emit_c.h"

void emit_states(struct out *o)
{
    for (const ct_state *s = o->contract->states; s; s = s->next) {
        if (s->source != o->source)
            continue;
        out_line(o, "/* %s */", out_where(o, s->place));
        out_line(o, "const struct apus_state %s_state = {", s->name);
        out_line(o, "    .name = %s,", out_quoted(o, s->name));
        out_line(o, "    .size = sizeof(%s),", s->name);
        out_line(o, "    .align = _Alignof(%s),", s->name);
        out_line(o, "};\n");
    }
}
