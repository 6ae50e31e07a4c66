/* Path matching: the tree agrees with a plain search through all routes.
 *
 * The input is a few templates, one a line, then a blank line and a path; {x:upper} and
 * {x:even} are convertors of its own.  Whatever
 * the templates, and whatever the path: the route found is the first one whose own
 * template matches, and its values put back into the template give the path. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/arena.h"
#include "app/router.h"

enum { ROUTES_MAX = 16, MEMORY_MAX = 16 << 20 };

static apus_pattern upper = { .text = "^[A-Z]+$" };

static bool is_even(apus_str text)
{
    return (text.ptr[text.len - 1] & 1) == 0;
}

static const apus_convertor by_pattern = { .name = "upper", .pattern = &upper };
static const apus_convertor by_function = { .name = "even", .takes = is_even };
static const apus_convertor *const own[] = { &by_pattern, &by_function };
static const apus__convertors known = { own, 2 };

static apus_str next_line(apus_str *in)
{
    size_t len = apus_str_find(*in, '\n');
    apus_str line = apus_str_cut(in, len < in->len ? len : in->len);
    if (in->len)
        apus_str_cut(in, 1);
    return line;
}

/* Whether a router with this route alone finds the path. */
static int alone(apus_arena *a, const apus__template *t, apus_str path)
{
    apus__match m;
    apus__router *r = apus__router_create(a, 7);
    if (!r || apus__router_add(r, APUS_METHOD_GET, t, NULL) || apus__router_finish(r, NULL))
        return 0;
    return apus__router_find(r, APUS_METHOD_GET, path, a, &m) == APUS_OK;
}

/* Without percent signs, a path is its template with the values put in. */
static void check_values(const apus__template *t, const apus__match *m, apus_str path)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < t->n_parts; i++) {
        apus_str part =
            t->parts[i].conv == APUS__CONV_literal ? t->parts[i].text : m->values[value++];
        if (!apus_str_starts(path, part))
            abort();
        apus_str_cut(&path, part.len);
    }
    if (path.len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_str in = { (const char *)data, size };
    apus__template templates[ROUTES_MAX];
    uint32_t n = 0;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY_MAX);
    apus__router *r = apus__router_create(&a, 7);
    for (apus_str line; r && n < ROUTES_MAX && (line = next_line(&in)).len;)
        if (!apus__template_parse(&a, line, known, &templates[n], NULL) &&
            !apus__router_add(r, APUS_METHOD_GET, &templates[n], NULL))
            n++;
    apus__match m;
    if (r && apus__router_finish(r, NULL))
        r = NULL;
    apus_rc rc = r ? apus__router_find(r, APUS_METHOD_GET, in, &a, &m) : APUS_NOMEM;
    uint32_t first = 0;
    while (rc != APUS_NOMEM && first < n && !alone(&a, &templates[first], in))
        first++;
    if (rc == APUS_OK) {
        if (m.route != first)
            abort();
        if (apus_str_find(in, '%') == SIZE_MAX)
            check_values(&templates[first], &m, in);
    } else if (rc == APUS_NOT_FOUND && first < n) {
        abort();
    }
    apus_arena_finish(&a);
    return 0;
}
