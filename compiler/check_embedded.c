/* Members of one body that several functions read: the same name is the same thing. */
#include <string.h>

#include "compiler/check_parts.h"

enum { EMBEDDED_MAX = 128 }; /* more than a route may have */

struct embedded {
    const ct_param *items[EMBEDDED_MAX];
    unsigned n;
};

static bool is_embedded(const ct_param *p)
{
    return p->kind == CT_PARAM_value && p->in == APUS_IN_body &&
           (p->field.flags & APUS_FIELD_embed);
}

static void collect(struct embedded *all, const ct_param *params)
{
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_depends)
            collect(all, p->dependency->params);
        if (is_embedded(p) && all->n < EMBEDDED_MAX)
            all->items[all->n++] = p;
    }
}

static bool is_same_type(const ct_type *a, const ct_type *b)
{
    return a->kind == b->kind && strcmp(a->c_name, b->c_name) == 0;
}

/* The first that has the name of all->items[at] and another type, or NULL. */
static const ct_param *find_other(const struct embedded *all, unsigned at)
{
    const ct_param *p = all->items[at];
    for (unsigned i = 0; i < at; i++) {
        const ct_param *other = all->items[i];
        if (strcmp(other->field.name, p->field.name) == 0 &&
            !is_same_type(other->field.type, p->field.type))
            return other;
    }
    return NULL;
}

void check_embedded(checker *k, const ct_route *r)
{
    struct embedded all = { .n = 0 };
    collect(&all, r->function->params);
    for (const ct_depends *d = r->depends; d; d = d->next)
        collect(&all, d->dependency->params);
    for (unsigned i = 1; i < all.n; i++) {
        const ct_param *p = all.items[i], *other = find_other(&all, i);
        if (!other)
            continue;
        diag *g = diag_error(k->diags, p->place, "\"%s\" in the body of '%s' is '%s' here",
                             p->field.name, r->function->name, p->field.type->c_name);
        diag_note(k->diags, g, &other->place, "and '%s' here: give one of them an alias",
                  other->field.type->c_name);
    }
}
