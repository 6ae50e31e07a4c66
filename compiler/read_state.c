/* State(visitor): a type of which each request may have one. */
#include <string.h>

#include "compiler/read.h"

static bool is_declared(unit *u, const note *n, const char *name)
{
    for (const ct_state *s = u->reader->out->states; s; s = s->next) {
        if (strcmp(s->name, name) != 0)
            continue;
        diag *g = declared_again(u, n, &s->place, "there are two State(%s)", name);
        if (g)
            diag_note(u->reader->diags, g, NULL,
                      "one stands beside the type, in a header where several files need it; a "
                      "second value is a second struct");
        return true;
    }
    return false;
}

static void read_state(unit *u, const note *n)
{
    const ct_value *what = value_unnamed(n->options, 0);
    const char *name = value_word(what);
    if (!name || is_declared(u, n, name))
        return;
    CXType t = type_named(u, name);
    if (t.kind != CXType_Invalid && clang_Type_getSizeOf(type_canonical(t)) < 0) {
        diag *g = diag_error(u->reader->diags, what->place, "nobody knows how large '%s' is", name);
        diag_note(u->reader->diags, g, NULL, "State stands behind the struct, not in front of it");
        return;
    }
    ct_state *s = NEW(u->reader->arena, ct_state);
    *s = (ct_state){ .name = name, .source = u->source, .place = n->place };
    APPEND(u->reader->out->states, s);
}

void items_read_states(unit *u)
{
    declarations_each(u, "State", read_state);
}
