/* The names of components: plain ones, and qualified ones where those meet. */
#include "compiler/component.h"

#include <ctype.h>
#include <string.h>

#include "compiler/memory.h"

struct gathering {
    apus_arena *arena;
    component *first, *last;
};

static void gather(struct gathering *g, const char *name, const char *symbol, ct_place place)
{
    component *one = NEW(g->arena, component);
    *one = (component){ .name = name, .wanted = name, .symbol = symbol, .place = place };
    if (g->last)
        g->last->next = one;
    else
        g->first = one;
    g->last = one;
}

/* A model, and the shapes of a union, which are components of their own. */
static void gather_model(struct gathering *g, const ct_model *m)
{
    gather(g, m->name, m->symbol, m->place);
    for (const ct_variant *v = m->variants; v; v = v->next) {
        if (!v->whole->is_bare)
            gather(g, memory_textf(g->arena, "%s%s", m->name, v->whole->name), v->whole->symbol,
                   m->place);
    }
}

/* Where the last part of a path begins, with n directories in front of it. */
static const char *tail_of(const char *path, unsigned n)
{
    const char *at = path + strlen(path);
    while (at > path && (at[-1] != '/' || n-- > 0))
        at--;
    return at;
}

/* Whether a file's ".h" is part of a name. */
enum ending { WITHOUT_ENDING, WITH_ENDING };

/* "shop/items.h" as part of a name: shop__items, or shop__items_h. */
static const char *as_name(apus_arena *arena, const char *path, enum ending ending)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    size_t len = dot && ending == WITHOUT_ENDING ? (size_t)(dot - path) : strlen(path);
    char *name = NEW_N(arena, char, 2 * len + 1), *to = name;
    for (size_t i = 0; i < len; i++) {
        if (path[i] == '/')
            *to++ = '_';
        *to++ = isalnum((unsigned char)path[i]) ? path[i] : '_';
    }
    return name;
}

/* Components that want one name. */
struct namesakes {
    component **all;
    unsigned n;
};

static void qualify(apus_arena *arena, const struct namesakes *same, unsigned directories,
                    enum ending ending)
{
    for (unsigned i = 0; i < same->n; i++) {
        const char *tail = tail_of(same->all[i]->place.file, directories);
        same->all[i]->name =
            memory_textf(arena, "%s__%s", as_name(arena, tail, ending), same->all[i]->wanted);
    }
}

/* Those of one file cannot be told apart: that is reported. */
static bool are_told_apart(const struct namesakes *same)
{
    for (unsigned i = 0; i < same->n; i++) {
        for (unsigned j = 0; j < i; j++) {
            const component *a = same->all[i], *b = same->all[j];
            if (strcmp(a->name, b->name) == 0 && strcmp(a->place.file, b->place.file) != 0)
                return false;
        }
    }
    return true;
}

static bool are_whole(const struct namesakes *same, unsigned directories)
{
    for (unsigned i = 0; i < same->n; i++) {
        if (tail_of(same->all[i]->place.file, directories) != same->all[i]->place.file)
            return false;
    }
    return true;
}

static void tell_apart(apus_arena *arena, const struct namesakes *same)
{
    unsigned directories = 0;
    qualify(arena, same, directories, WITHOUT_ENDING);
    while (!are_told_apart(same) && !are_whole(same, directories))
        qualify(arena, same, ++directories, WITHOUT_ENDING);
    if (!are_told_apart(same))
        qualify(arena, same, directories, WITH_ENDING);
}

component *components_of(apus_arena *arena, const contract *c, uint64_t bit)
{
    struct gathering g = { .arena = arena };
    unsigned n = 0;
    for (const ct_model *m = c->models; m; m = m->next) {
        if (m->apps & bit && !m->is_tuple) /* they stand where they are used */
            gather_model(&g, m);
    }
    for (const ct_enum *e = c->enums; e; e = e->next) {
        if (e->apps & bit && !e->is_inline)
            gather(&g, e->name, e->symbol, e->place);
    }
    for (const component *one = g.first; one; one = one->next)
        n++;
    struct namesakes same = { .all = NEW_N(arena, component *, n + 1) };
    for (component *one = g.first; one; one = one->next) {
        same.n = 0;
        for (component *other = one; one->name == one->wanted && other; other = other->next) {
            if (strcmp(other->wanted, one->wanted) == 0)
                same.all[same.n++] = other;
        }
        if (same.n > 1)
            tell_apart(arena, &same);
    }
    return g.first;
}
