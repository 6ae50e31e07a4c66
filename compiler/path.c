/* Path templates. */
#include "compiler/path.h"

#include <ctype.h>
#include <string.h>

#include "compiler/memory.h"
#include "compiler/names.h"

enum { INCLUDE_DEPTH_MAX = 16 }; /* routers within routers */

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_letter = isalpha((unsigned char)text[i]) || text[i] == '_';
        if (!is_letter && !(i && (isdigit((unsigned char)text[i]) || text[i] == '-')))
            return false;
    }
    return len > 0;
}

/* Behind the colon: which texts a parameter takes, as the router has it. */
static const struct {
    const char *name;
    bool rest, alone; /* takes slashes and all; needs a segment of its own */
} convertors[] = {
    { "str", false, false }, { "int", false, false }, { "float", false, true },
    { "uuid", false, true }, { "path", true, false },
};
enum { N_CONVERTORS = sizeof(convertors) / sizeof(convertors[0]) };

static size_t find_convertor(apus_str name)
{
    size_t i = 0;
    while (i < N_CONVERTORS && !apus_str_eq(apus_str_of(convertors[i].name), name))
        i++;
    return i;
}

bool path_is_convertor(apus_str name)
{
    return find_convertor(name) < N_CONVERTORS;
}

const ct_convertor *convertor_find(const contract *c, apus_str name)
{
    const ct_convertor *own = c->convertors;
    while (own && !apus_str_eq(apus_str_of(own->name), name))
        own = own->next;
    return own;
}

static const char *no_convertor(apus_arena *arena, const contract *c, apus_str name)
{
    near like = near_to(memory_slice(arena, name.ptr, name.len));
    for (size_t i = 0; i < N_CONVERTORS; i++)
        near_offer(&like, convertors[i].name);
    for (const ct_convertor *own = c->convertors; own; own = own->next)
        near_offer(&like, own->name);
    if (like.best)
        return memory_textf(arena, "there is no convertor '%s'; did you mean '%s'?", like.name,
                            like.best);
    return "a path parameter is {name}, one of {name:int}, :float, :uuid, :str and :path, or of "
           "a Convertor()";
}

static const char *fault_of(const char *path, size_t open, size_t close, path_part *part,
                            const contract *c, apus_arena *arena)
{
    size_t len = close - open - 1;
    const char *inside = path + open + 1, *colon = memchr(inside, ':', len);
    size_t name_len = colon ? (size_t)(colon - inside) : len;
    bool is_alone =
        (!open || path[open - 1] == '/') && (!path[close + 1] || path[close + 1] == '/');
    if (!is_name(inside, name_len))
        return "a path parameter needs a name, as in {id}";
    part->name = memory_slice(arena, inside, name_len);
    apus_str word =
        colon ? (apus_str){ colon + 1, len - name_len - 1 } : apus_str_of(convertors[0].name);
    size_t kind = find_convertor(word);
    part->own = kind == N_CONVERTORS ? convertor_find(c, word) : NULL;
    if (kind == N_CONVERTORS && !part->own)
        return no_convertor(arena, c, word);
    if (part->own && !is_alone)
        return "a convertor of your own takes a whole segment";
    part->rest = !part->own && convertors[kind].rest;
    if (!part->own && convertors[kind].alone && !is_alone)
        return "numbers with a point and UUIDs fill their whole segment";
    if (path[close + 1] == '{')
        return "where one parameter ends and the next begins nobody can tell: put text between";
    if (part->rest && (path[close + 1] || !is_alone))
        return "{name:path} takes all that follows, so it stands at the end";
    return NULL;
}

path_part *path_parse(apus_arena *arena, const contract *c, const char *path, const char **why,
                      size_t *at)
{
    path_part *parts = NULL;
    for (size_t i = 0; path[i]; i++) {
        const char *fault = NULL;
        size_t open = i;
        if (path[i] == '{') {
            size_t close = i + strcspn(path + i, "}/");
            if (path[close] != '}') {
                fault = "this '{' is not closed";
            } else {
                path_part *part = NEW(arena, path_part);
                part->offset = open;
                fault = fault_of(path, open, close, part, c, arena);
                if (part->name)
                    APPEND(parts, part);
                i = close;
            }
        } else if (path[i] == '}') {
            fault = "this '}' closes nothing";
        } else if (path[i] == '?' || path[i] == '#') {
            fault = "a path has no query; parameters of the query are arguments";
        } else if (path[i] == ' ' || !isprint((unsigned char)path[i])) {
            fault = "a path is printable ASCII without blanks";
        }
        if (fault && why && !*why) {
            *why = fault;
            *at = open;
        }
    }
    return parts;
}

const char *path_shape(apus_arena *arena, const char *path)
{
    char *shape = NEW_N(arena, char, strlen(path) + 1), *to = shape;
    while (*path) {
        *to++ = *path;
        if (*path++ != '{')
            continue;
        size_t len = strcspn(path, ":}");
        path += len; /* the name goes, the convertor stays */
        if (strncmp(path, ":str}", 5) == 0)
            path += 4;
    }
    *to = '\0';
    return shape;
}

const char *path_join(apus_arena *arena, const char *prefix, const char *path)
{
    return memory_textf(arena, "%s%s", prefix, path);
}

struct gathering {
    apus_arena *arena;
    const contract *contract;
    const char **names;
    size_t n;
};

static void add_names(struct gathering *g, const char *path)
{
    for (path_part *p = path_parse(g->arena, g->contract, path, NULL, NULL); p; p = p->next) {
        const char **more = NEW_N(g->arena, const char *, g->n + 2);
        if (g->n)
            memcpy(more, g->names, g->n * sizeof(*more));
        more[g->n++] = p->name;
        g->names = more;
    }
}

static void add_router(struct gathering *g, const ct_router *router, unsigned depth)
{
    add_names(g, router->prefix);
    if (depth >= INCLUDE_DEPTH_MAX)
        return;
    for (const ct_router *r = g->contract->routers; r; r = r->next) {
        for (const ct_include *i = r->includes; i; i = i->next) {
            if (i->router != router || r == router)
                continue;
            add_names(g, i->prefix);
            add_router(g, r, depth + 1);
        }
    }
}

const char *const *path_names_of(apus_arena *arena, const contract *c, const ct_router *router,
                                 const char *path)
{
    struct gathering g = { .arena = arena, .contract = c };
    g.names = NEW_N(arena, const char *, 1);
    add_names(&g, path);
    add_router(&g, router, 0);
    return g.names;
}
