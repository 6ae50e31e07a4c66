/* A struct within a model, flattened or a shape of a union: its members stand in the model's, and
 * what its Model() says goes on to hold for them.
 *
 *     typedef struct range { int from, to; } Model(strict, check = range_check) range;
 *     typedef struct query { range range Flatten(); apus_str text; } query;
 *
 * `from` and `to` are strict in a query as well, and range_check is asked about &query->range. */
#include <string.h>

#include "compiler/read.h"

/* A copy of the chain with one hook more, in front of the model's own. */
static ct_hook *chain_with(unit *u, const ct_hook *chain, const ct_hook *added)
{
    ct_hook *to = NULL;
    bool is_in = false;
    for (const ct_hook *h = chain;; h = h->next) {
        if (!is_in && (!h || !*h->path)) {
            ct_hook *copy = NEW(u->reader->arena, ct_hook);
            *copy = *added;
            copy->next = NULL;
            APPEND(to, copy);
            is_in = true;
        }
        if (!h)
            return to;
        ct_hook *copy = NEW(u->reader->arena, ct_hook);
        *copy = *h;
        copy->next = NULL;
        APPEND(to, copy);
    }
}

static void take_hooks(unit *u, ct_model *m, const ct_model *within, const char *path)
{
    static const ct_hook_kind taken[] = { CT_HOOK_before, CT_HOOK_check };
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        const ct_hook *h = within->hooks[taken[i]];
        if (!h)
            continue;
        ct_hook added = *h;
        added.path = path;
        added.accepts = NULL; /* another type would stand for all of m */
        m->hooks[taken[i]] = chain_with(u, m->hooks[taken[i]], &added);
    }
}

/* What is sent for the struct alone has no place among the members of m. */
static void check_encode(unit *u, const ct_model *m, const ct_model *within)
{
    const ct_value *v = value_get(within->options, "encode");
    if (!v || value_get(m->options, "encode"))
        return;
    diag *g = diag_error(u->reader->diags, v->place,
                         "'%s' makes one value of '%s', which stands within '%s'", value_word(v),
                         within->c_name, m->c_name);
    diag_note(u->reader->diags, g, &m->place,
              "hold it as a member of its own, without Flatten(), or give '%s' an encode = f",
              m->c_name);
}

void within_add(unit *u, ct_model *m, CXType canonical, const char *path)
{
    const note *notes = notes_read(u, clang_getTypeDeclaration(canonical));
    ct_model within = { .c_name = record_name(u, canonical) };
    ct_model own = *m; /* how m's own members are read */
    model_options_read(u, &within, notes);
    check_encode(u, m, &within);
    if (within.extra == APUS_EXTRA_forbid && !m->says_extra)
        m->extra = APUS_EXTRA_forbid;
    m->says_extra = m->says_extra || within.says_extra; /* to those further in */
    m->is_strict = m->is_strict || within.is_strict;
    m->names = within.names ? within.names : m->names;
    m->by_name = m->by_name || within.by_name;
    members_add(u, m, members_read(u, canonical), path);
    take_hooks(u, m, &within, path); /* behind those of what stands within it */
    m->is_strict = own.is_strict;
    m->names = own.names;
    m->by_name = own.by_name;
    m->says_extra = own.says_extra;
}
