/* Routes are tried in their order, so one may take all that another is there for. */
#include <string.h>

#include "compiler/check_parts.h"
#include "compiler/join.h"
#include "compiler/path.h"

static bool may_hide(const joined_route *first, const joined_route *r)
{
    return first->route->method == r->route->method && !first->route->socket == !r->route->socket &&
           !first->route->last && !r->route->last;
}

/* The next segment, without its slash. */
static apus_str take_segment(const char **path)
{
    const char *begin = *path + (**path == '/');
    *path = begin + strcspn(begin, "/");
    return (apus_str){ begin, (size_t)(*path - begin) };
}

/* {name}, {name:str}: any segment there is. */
static bool takes_any(apus_str segment)
{
    size_t colon = apus_str_find(segment, ':');
    apus_str rest = apus_str_slice(segment, 1, segment.len);
    bool is_one = apus_str_starts(segment, APUS_STR("{")) &&
                  apus_str_find(rest, '}') == rest.len - 1 && apus_str_find(rest, '{') == SIZE_MAX;
    return is_one && (colon == SIZE_MAX || apus_str_ends(segment, APUS_STR(":str}")));
}

static bool takes_rest(apus_str segment)
{
    return apus_str_starts(segment, APUS_STR("{")) && apus_str_ends(segment, APUS_STR(":path}"));
}

/* Whether a request for the second path is always one for the first. */
static bool takes_all(const char *first, const char *path)
{
    while (*first && *path) {
        apus_str a = take_segment(&first), b = take_segment(&path);
        if (takes_rest(a))
            return true;
        if (takes_rest(b) || !(apus_str_eq(a, b) || (takes_any(a) && b.len)))
            return false;
    }
    return !*first && !*path;
}

void check_never_called(checker *k, const ct_app *app)
{
    joined_route *all = routes_join(k->arena, app);
    for (const joined_route *r = all; r; r = r->next) {
        const joined_route *first = all;
        while (first != r && !(may_hide(first, r) && takes_all(first->path, r->path)))
            first = first->next;
        bool collide =
            strcmp(path_shape(k->arena, first->path), path_shape(k->arena, r->path)) == 0;
        if (first == r || collide) /* the latter is an error of its own */
            continue;
        diag *g = diag_warn(k->diags, r->route->place, "'%s' is never called: '%s' takes %s first",
                            r->route->function->name, first->route->function->name, r->path);
        diag_note(k->diags, g, &first->route->place,
                  "routes are tried in their order: put %s above %s", r->path, first->path);
    }
}
