/* Which route answers a path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "app/router.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct route {
    apus_method method;
    const char *path;
};

/* Convertors of the app's own. */
static apus_pattern code = { .text = "^[A-Z]{3}$" };

static bool is_even(apus_str text)
{
    assert_int_equal(text.ptr[text.len], '\0');
    return (text.ptr[text.len - 1] - '0') % 2 == 0;
}

static const apus_convertor by_pattern = { .name = "code", .pattern = &code };
static const apus_convertor by_function = { .name = "even", .takes = is_even };
static const apus_convertor *const own[] = { &by_pattern, &by_function };
static const apus__convertors known = { own, 2 };

/* A router of these routes, in *a. */
static apus__router *build(apus_arena *a, const struct route *routes, size_t n)
{
    apus__router *r = apus__router_create(a, 42);
    assert_non_null(r);
    for (size_t i = 0; i < n; i++) {
        apus__template *t = APUS_NEW(a, apus__template, 1);
        apus_err err;
        if (apus__template_parse(a, apus_str_of(routes[i].path), known, t, &err) ||
            apus__router_add(r, routes[i].method, t, &err))
            fail_msg("%s", err.msg);
    }
    assert_int_equal(apus__router_finish(r, NULL), APUS_OK);
    return r;
}

/* --- which one wins, and what its parameters are --- */

static const struct route shop[] = {
    { APUS_METHOD_GET, "/" },                    /* 0 */
    { APUS_METHOD_GET, "/users/me" },            /* 1 */
    { APUS_METHOD_GET, "/users/{id}" },          /* 2 */
    { APUS_METHOD_GET, "/users/you" },           /* 3: hidden by 2 */
    { APUS_METHOD_GET, "/users/{id}/posts" },    /* 4 */
    { APUS_METHOD_GET, "/users/me/{what}" },     /* 5: behind 4 for "posts" */
    { APUS_METHOD_POST, "/users/{id}" },         /* 6 */
    { APUS_METHOD_GET, "/files/{path:path}" },   /* 7 */
    { APUS_METHOD_GET, "/n/{n:int}" },           /* 8 */
    { APUS_METHOD_GET, "/n/{x:float}" },         /* 9 */
    { APUS_METHOD_GET, "/n/{u:uuid}" },          /* 10 */
    { APUS_METHOD_GET, "/n/{s}" },               /* 11 */
    { APUS_METHOD_GET, "/img/{name}.{kind}" },   /* 12 */
    { APUS_METHOD_GET, "/img/{a}-{b}-{c}" },     /* 13 */
    { APUS_METHOD_GET, "/deep/{p:path}/raw" },   /* 14 */
    { APUS_METHOD_GET, "/deep/{p:path}" },       /* 15 */
    { APUS_METHOD_GET, "/slash/" },              /* 16 */
    { APUS_METHOD_GET, "/v{version:int}/x" },    /* 17 */
    { APUS_METHOD_GET, "/u/{a}-{p:path}" },      /* 18 */
    { APUS_METHOD_PUT, "/slash/" },              /* 19 */
    { APUS_METHOD_GET, "/c/{c:code}" },          /* 20 */
    { APUS_METHOD_GET, "/c/{n:even}" },          /* 21 */
    { APUS_METHOD_GET, "/c/{c:code}/x" },        /* 22 */
    { APUS_METHOD_GET, "/c/{n:even}/{p:path}" }, /* 23 */
    { APUS_METHOD_GET, "/a b" },                 /* never built: see refusals */
};

static const struct vector {
    const char *path;
    apus_rc rc;
    uint32_t route;
    const char *values[4];
} vectors[] = {
    { "/", APUS_OK, 0, { 0 } },
    { "/users/me", APUS_OK, 1, { 0 } },
    { "/users/7", APUS_OK, 2, { "7" } },
    { "/users/you", APUS_OK, 2, { "you" } },
    { "/users/me/posts", APUS_OK, 4, { "me" } },
    { "/users/me/likes", APUS_OK, 5, { "likes" } },
    { "/users/%6de", APUS_OK, 1, { 0 } },
    { "/users/a%2Fb", APUS_OK, 2, { "a/b" } },
    { "/users/a+b", APUS_OK, 2, { "a+b" } },
    { "/users/", APUS_NOT_FOUND, 0, { 0 } },
    { "/users", APUS_NOT_FOUND, 0, { 0 } },
    { "/users/7/", APUS_NOT_FOUND, 0, { 0 } },
    { "//users/7", APUS_NOT_FOUND, 0, { 0 } },
    { "/users//posts", APUS_NOT_FOUND, 0, { 0 } },
    { "/files/", APUS_OK, 7, { "" } },
    { "/files/a", APUS_OK, 7, { "a" } },
    { "/files/a/b/../c", APUS_OK, 7, { "a/b/../c" } },
    { "/files//etc/passwd", APUS_OK, 7, { "/etc/passwd" } },
    { "/files/a%20b/c%2Fd", APUS_OK, 7, { "a b/c/d" } },
    { "/files", APUS_NOT_FOUND, 0, { 0 } },
    { "/u/x-y/z", APUS_OK, 18, { "x", "y/z" } },
    { "/u/x-y-z", APUS_OK, 18, { "x-y", "z" } },
    { "/u/x/y-z", APUS_NOT_FOUND, 0, { 0 } },
    { "/n/12", APUS_OK, 8, { "12" } },
    { "/n/1.5", APUS_OK, 9, { "1.5" } },
    { "/n/1.", APUS_OK, 11, { "1." } },
    { "/n/-1", APUS_OK, 11, { "-1" } },
    { "/n/123e4567-e89b-12d3-a456-426614174000",
      APUS_OK,
      10,
      { "123e4567-e89b-12d3-a456-426614174000" } },
    { "/n/123e4567e89b12d3a456426614174000", APUS_OK, 10, { "123e4567e89b12d3a456426614174000" } },
    { "/n/123e4567e89b12d3a45642661417400", APUS_OK, 11, { "123e4567e89b12d3a45642661417400" } },
    { "/img/cat.png", APUS_OK, 12, { "cat", "png" } },
    { "/img/cat.tar.gz", APUS_OK, 12, { "cat.tar", "gz" } },
    { "/img/a-b-c-d", APUS_OK, 13, { "a-b", "c", "d" } },
    { "/img/a-b-c", APUS_OK, 13, { "a", "b", "c" } },
    { "/img/a-b", APUS_NOT_FOUND, 0, { 0 } },
    { "/img/.png", APUS_NOT_FOUND, 0, { 0 } },
    { "/deep/a/b/raw", APUS_OK, 14, { "a/b" } },
    { "/deep/raw", APUS_OK, 15, { "raw" } },
    { "/deep/a/raw/b", APUS_OK, 15, { "a/raw/b" } },
    { "/slash/", APUS_OK, 16, { 0 } },
    { "/slash", APUS_NOT_FOUND, 0, { 0 } },
    { "/v12/x", APUS_OK, 17, { "12" } },
    { "/vx/x", APUS_NOT_FOUND, 0, { 0 } },
    { "/v/x", APUS_NOT_FOUND, 0, { 0 } },
    { "/c/ABC", APUS_OK, 20, { "ABC" } },
    { "/c/%41BC", APUS_OK, 20, { "ABC" } },
    { "/c/abc", APUS_NOT_FOUND, 0, { 0 } },
    { "/c/ABC4", APUS_OK, 21, { "ABC4" } },
    { "/c/4%2F4", APUS_OK, 21, { "4/4" } },
    { "/c/5", APUS_NOT_FOUND, 0, { 0 } },
    { "/c/", APUS_NOT_FOUND, 0, { 0 } },
    { "/c/%FF4", APUS_NOT_FOUND, 0, { 0 } },
    { "/c/ABC/x", APUS_OK, 22, { "ABC" } },
    { "/c/4/x/y", APUS_OK, 23, { "4", "x/y" } },
    { "", APUS_NOT_FOUND, 0, { 0 } },
    { "*", APUS_NOT_FOUND, 0, { 0 } },
    { "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1/2/3/4/5/6/7/8/9",
      APUS_NOT_FOUND,
      0,
      { 0 } },
    { "/files/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1/2/3/4/5/6/7/8/9",
      APUS_OK,
      7,
      { "b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/1/2/3/4/5/6/7/8/9" } },
};

static void check(const apus__router *r, const struct vector *v, apus_arena *a)
{
    apus__match m;
    apus_rc rc = apus__router_find(r, APUS_METHOD_GET, apus_str_of(v->path), a, &m);
    if (rc != v->rc)
        fail_msg("%s: %s, not %s", v->path, apus_rc_text(rc), apus_rc_text(v->rc));
    if (rc)
        return;
    if (m.route != v->route)
        fail_msg("%s: route %u, not %u", v->path, m.route, v->route);
    for (size_t i = 0; i < COUNT(v->values) && v->values[i]; i++)
        if (!apus_str_eq(m.values[i], apus_str_of(v->values[i])))
            fail_msg("%s: value %zu is \"%.*s\", not \"%s\"", v->path, i, APUS_FMT(m.values[i]),
                     v->values[i]);
}

static void the_route_declared_first_wins(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus__router *r = build(&a, shop, COUNT(shop) - 1);
    for (size_t i = 0; i < COUNT(vectors); i++)
        check(r, &vectors[i], &a);
    apus_arena_finish(&a);
}

/* The same as a plain search through all routes, whatever their order: the tree may
 * not prune what wins. */
static void the_order_of_declaration_decides(void **state)
{
    (void)state;
    static const struct route forward[] = {
        { APUS_METHOD_GET, "/a/b/c" },      { APUS_METHOD_GET, "/a/{x}/c" },
        { APUS_METHOD_GET, "/{x}/b/c" },    { APUS_METHOD_GET, "/{p:path}" },
        { APUS_METHOD_GET, "/a/{p:path}" },
    };
    struct route backward[COUNT(forward)];
    for (size_t i = 0; i < COUNT(forward); i++)
        backward[i] = forward[COUNT(forward) - 1 - i];
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus__router *r = build(&a, forward, COUNT(forward)), *s = build(&a, backward, COUNT(forward));
    check(r, &(struct vector){ "/a/b/c", APUS_OK, 0, { 0 } }, &a);
    check(r, &(struct vector){ "/a/z/c", APUS_OK, 1, { "z" } }, &a);
    check(r, &(struct vector){ "/z/b/c", APUS_OK, 2, { "z" } }, &a);
    check(r, &(struct vector){ "/a/z/z", APUS_OK, 3, { "a/z/z" } }, &a);
    check(s, &(struct vector){ "/a/b/c", APUS_OK, 0, { "b/c" } }, &a);
    check(s, &(struct vector){ "/z/b/c", APUS_OK, 1, { "z/b/c" } }, &a);
    apus_arena_finish(&a);
}

static void another_method_is_refused_with_those_there_are(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus__router *r = build(&a, shop, COUNT(shop) - 1);
    apus__match m;
    assert_int_equal(apus__router_find(r, APUS_METHOD_DELETE, APUS_STR("/users/me"), &a, &m),
                     APUS_UNSUPPORTED);
    assert_int_equal(m.allow[APUS_METHOD_GET], 1);
    assert_int_equal(m.allow[APUS_METHOD_POST], 6);
    assert_int_equal(m.allow[APUS_METHOD_PUT], APUS__NO_ROUTE);
    assert_int_equal(apus__router_find(r, APUS_METHOD_POST, APUS_STR("/users/me"), &a, &m),
                     APUS_OK);
    assert_int_equal(m.route, 6);
    assert_int_equal(apus__router_find(r, APUS_METHOD_PUT, APUS_STR("/slash/"), &a, &m), APUS_OK);
    assert_int_equal(m.route, 19);
    assert_int_equal(apus__router_find(r, APUS_METHOD_HEAD, APUS_STR("/"), &a, &m),
                     APUS_UNSUPPORTED);
    apus_arena_finish(&a);
}

/* --- refusals --- */

static void bad_templates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "items",
        "/a b",     "/a?b",
        "/a#b",     "/{",
        "/{}",      "/{1x}",
        "/{-a}",    "/a}",
        "/{x}/{x}", "/{x:hex}",
        "/{x:}",    "/{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}{n}{o}{p}{q}",
    };
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    for (size_t i = 0; i < COUNT(bad); i++) {
        apus__template t;
        apus_err err = { 0 };
        if (!apus__template_parse(&a, apus_str_of(bad[i]), known, &t, &err))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_true(strstr(err.msg, "path") != NULL);
    }
    static const char *const bad_routes[] = {
        "/x{u:uuid}",
        "/{f:float}.{x}",
        "/{c:code}.{x}",
        "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x",
    };
    for (size_t i = 0; i < COUNT(bad_routes); i++) {
        apus__template t;
        apus_err err = { 0 };
        assert_int_equal(apus__template_parse(&a, apus_str_of(bad_routes[i]), known, &t, &err),
                         APUS_OK);
        if (!apus__router_add(apus__router_create(&a, 1), APUS_METHOD_GET, &t, &err))
            fail_msg("\"%s\" was taken", bad_routes[i]);
    }
    apus_arena_finish(&a);
}

/* --- cost --- */

/* A client that sends nothing but separators must not cost more than the length of
 * what it sends, times the parts. */
static void patterns_are_linear(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    static const struct route routes[] = { { APUS_METHOD_GET, "/{a}-{b}-{c}-{d}-{e}-{f}-{g}x" } };
    apus__router *r = build(&a, routes, 1);
    char path[8192];
    memset(path, '-', sizeof(path));
    path[0] = '/';
    apus__match m;
    assert_int_equal(
        apus__router_find(r, APUS_METHOD_GET, (apus_str){ path, sizeof(path) }, &a, &m),
        APUS_NOT_FOUND);
    apus_arena_finish(&a);
}

static uint32_t steps_of(uint32_t n, const char *path, uint32_t route)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    struct route *routes = APUS_NEW(&a, struct route, n);
    assert_non_null(routes);
    for (uint32_t i = 0; i < n; i++)
        routes[i] =
            (struct route){ APUS_METHOD_GET, apus_arena_strf(&a, "/api/r%u/{id}/x%u", i, i).ptr };
    apus__router *r = build(&a, routes, n);
    apus__match m;
    assert_int_equal(apus__router_find(r, APUS_METHOD_GET, apus_str_of(path), &a, &m), APUS_OK);
    assert_int_equal(m.route, route);
    uint32_t steps = m.steps;
    apus_arena_finish(&a);
    return steps;
}

static void a_thousand_routes_cost_as_much_as_one(void **state)
{
    (void)state;
    uint32_t one = steps_of(1, "/api/r0/7/x0", 0);
    assert_int_equal(steps_of(1000, "/api/r999/7/x999", 999), one);
    assert_int_equal(steps_of(1000, "/api/r0/7/x0", 0), one);
    assert_int_equal(one, 5);
}

/* --- memory --- */

struct torture {
    int countdown;
    bool tripped;
    size_t held;
};

static void *torture_resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    struct torture *t = ctx;
    if (new_size > 0 && t->countdown-- == 0) {
        t->tripped = true;
        return NULL;
    }
    void *out = apus_alloc_libc.resize(apus_alloc_libc.ctx, ptr, old_size, new_size);
    t->held += new_size - old_size;
    return out;
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    bool tripped = true;
    for (int n = 0; tripped; n++) {
        struct torture t = { .countdown = n };
        apus_arena a;
        apus_arena_init(&a, &(apus_alloc){ torture_resize, &t }, 1 << 20);
        apus__router *r = apus__router_create(&a, 1);
        apus_rc rc = r ? APUS_OK : APUS_NOMEM;
        for (size_t i = 0; !rc && i < COUNT(shop) - 1; i++) {
            apus__template *p = APUS_NEW(&a, apus__template, 1);
            rc = p ? apus__template_parse(&a, apus_str_of(shop[i].path), known, p, NULL)
                   : APUS_NOMEM;
            if (!rc)
                rc = apus__router_add(r, shop[i].method, p, NULL);
        }
        apus__match m;
        if (!rc)
            rc = apus__router_finish(r, NULL);
        if (!rc)
            rc = apus__router_find(r, APUS_METHOD_GET, APUS_STR("/img/a%2db-c"), &a, &m);
        if (!rc)
            rc = apus__router_find(r, APUS_METHOD_GET, APUS_STR("/c/1%32"), &a, &m);
        assert_int_equal(rc, t.tripped ? APUS_NOMEM : APUS_OK);
        tripped = t.tripped;
        apus_arena_finish(&a);
        assert_int_equal(t.held, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_route_declared_first_wins),
        cmocka_unit_test(the_order_of_declaration_decides),
        cmocka_unit_test(another_method_is_refused_with_those_there_are),
        cmocka_unit_test(bad_templates_are_refused),
        cmocka_unit_test(patterns_are_linear),
        cmocka_unit_test(a_thousand_routes_cost_as_much_as_one),
        cmocka_unit_test(no_memory_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
