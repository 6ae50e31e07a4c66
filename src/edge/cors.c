/* CORS: what depends on nothing but the settings is put together once. */
#include "apus/cors.h"

#include <stdio.h>

#include "apus/middleware.h"
#include "apus/pattern.h"
#include "apus/req.h"
#include "edge/list.h"

enum { MAX = APUS_CORS_LIST_MAX };

/* Any page may send these (the Fetch standard's safelist). */
static const char *const safe_headers[] = { "Accept", "Accept-Language", "Content-Language",
                                            "Content-Type" };
enum { N_SAFE = sizeof(safe_headers) / sizeof(safe_headers[0]) };

struct cors {
    const apus_cors_options *o;
    apus_pattern pattern;
    bool all_origins, all_methods, all_headers;
    const char *methods, *headers, *expose, *max_age; /* as they are sent; NULL: not at all */
};

/* --- once --- */

static void release(void *ctx)
{
    apus_pattern_release(ctx);
}

/* The pattern is to match all of an origin. */
static apus_rc prepare_pattern(struct cors *c, apus_arena *a, apus_err *err)
{
    if (!c->o->origin_pattern)
        return APUS_OK;
    apus_str whole = apus_arena_strf(a, "\\A(?:%s)\\z", c->o->origin_pattern);
    if (!whole.ptr)
        return APUS_NOMEM;
    c->pattern.text = whole.ptr;
    apus_rc rc = apus_pattern_prepare(&c->pattern, err);
    if (rc)
        return rc;
    rc = apus_arena_defer(a, release, &c->pattern);
    if (rc)
        apus_pattern_release(&c->pattern);
    return rc;
}

static apus_rc check_lists(const apus_cors_options *o, apus_err *err)
{
    for (size_t i = 0; i < MAX && o->origins[i]; i++) {
        apus_str origin = apus_str_of(o->origins[i]);
        if (!apus_str_eq(origin, APUS_STR("*")) && apus_str_ends(origin, APUS_STR("/")))
            return apus_err_set(err, APUS_INVALID,
                                "the origin \"%s\" has a path: an origin is https://host or "
                                "https://host:port",
                                o->origins[i]);
    }
    return APUS_OK;
}

/* "A, B"; the safe ones stand with those that are allowed. */
static apus_str join_headers(apus_arena *a, const apus_cors_options *o)
{
    const char *all[N_SAFE + MAX];
    size_t n = 0;
    for (; n < N_SAFE; n++)
        all[n] = safe_headers[n];
    for (size_t i = 0; i < MAX && o->headers[i]; i++)
        if (!apus__list_has_nocase(safe_headers, N_SAFE, apus_str_of(o->headers[i])))
            all[n++] = o->headers[i];
    return apus__list_join(a, all, n);
}

static apus_rc join(struct cors *c, apus_arena *a)
{
    static const char *const every[] = {
        "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"
    };
    static const char *const get[] = { "GET" };
    const apus_cors_options *o = c->o;
    int age = o->max_age == 0 ? APUS_CORS_MAX_AGE_DEFAULT : o->max_age < 0 ? 0 : o->max_age;
    apus_str methods = c->all_methods  ? apus__list_join(a, every, 7)
                       : o->methods[0] ? apus__list_join(a, o->methods, MAX)
                                       : apus__list_join(a, get, 1);
    apus_str headers = c->all_headers ? APUS_STR("") : join_headers(a, o);
    apus_str expose = apus__list_join(a, o->expose, MAX);
    apus_str max_age = apus_arena_strf(a, "%d", age);
    if (!methods.ptr || !headers.ptr || !expose.ptr || !max_age.ptr)
        return APUS_NOMEM;
    c->methods = methods.ptr;
    c->headers = headers.len ? headers.ptr : NULL;
    c->expose = expose.len ? expose.ptr : NULL;
    c->max_age = max_age.ptr;
    return APUS_OK;
}

apus_rc apus__cors_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_cors_options *o = settings;
    struct cors *c = APUS_NEW(a, struct cors, 1);
    if (!c)
        return APUS_NOMEM;
    *c = (struct cors){
        .o = o,
        .all_origins = apus__list_has(o->origins, MAX, APUS_STR("*")),
        .all_methods = apus__list_has(o->methods, MAX, APUS_STR("*")),
        .all_headers = apus__list_has(o->headers, MAX, APUS_STR("*")),
    };
    apus_rc rc = check_lists(o, err);
    if (!rc)
        rc = prepare_pattern(c, a, err);
    if (!rc)
        rc = join(c, a);
    *out = c;
    return rc;
}

/* --- per request --- */

static bool is_allowed(const struct cors *c, apus_str origin)
{
    if (c->all_origins || apus__list_has(c->o->origins, MAX, origin))
        return true;
    return c->pattern.text && apus_str_is_utf8(origin) &&
           apus_pattern_match(&c->pattern, origin) == APUS_OK;
}

static bool allows_method(const struct cors *c, apus_str method)
{
    apus_str rest = apus_str_of(c->methods), item;
    while (apus__list_next(&rest, &item))
        if (apus_str_eq(item, method))
            return true;
    return false;
}

static bool allows_headers(const struct cors *c, apus_str wanted)
{
    apus_str item;
    while (!c->all_headers && apus__list_next(&wanted, &item)) {
        if (!apus__list_has_nocase(safe_headers, N_SAFE, item) &&
            !apus__list_has_nocase(c->o->headers, MAX, item))
            return false;
    }
    return true;
}

/* What a page asked for, in the words of the answer; more than one of them is listed. */
static void preflight(const struct cors *c, apus_req *req, apus_next *next, apus_str origin)
{
    const char *refused[4];
    size_t n = 0;
    apus_str headers = apus_req_header(req, "access-control-request-headers");
    bool is_explicit = !c->all_origins || c->o->credentials;
    if (!is_allowed(c, origin))
        refused[n++] = "origin";
    else
        apus_set_header(req, "access-control-allow-origin", is_explicit ? origin.ptr : "*");
    if (is_explicit)
        apus_set_header(req, "vary", "Origin");
    apus_set_header(req, "access-control-allow-methods", c->methods);
    apus_set_header(req, "access-control-max-age", c->max_age);
    if (!allows_method(c, apus_req_header(req, "access-control-request-method")))
        refused[n++] = "method";
    if (!allows_headers(c, headers))
        refused[n++] = "headers";
    if (c->all_headers && headers.len)
        apus_set_header(req, "access-control-allow-headers", headers.ptr);
    else if (c->headers)
        apus_set_header(req, "access-control-allow-headers", c->headers);
    if (c->o->credentials)
        apus_set_header(req, "access-control-allow-credentials", "true");
    if (apus_req_header(req, "access-control-request-private-network").len) {
        if (c->o->private_network)
            apus_set_header(req, "access-control-allow-private-network", "true");
        else
            refused[n++] = "private-network";
    }
    apus_str why = apus__list_join(apus_req_arena(req), refused, n);
    if (!why.ptr)
        apus_abort(req, 503, NULL, "out of memory");
    apus_next_answer(
        next, apus_text(req, n ? apus_strf(req, "Disallowed CORS %s", why.ptr) : APUS_STR("OK")));
    apus_set_status(req, n ? 400 : 200);
}

/* In front of the answer, so that one in pieces has them too. */
static void allow(const struct cors *c, apus_req *req, apus_str origin)
{
    bool has_cookie = apus_req_header(req, "cookie").len > 0;
    bool is_explicit = !c->all_origins || has_cookie;
    if (is_explicit)
        apus_set_header(req, "vary", "Origin");
    if (!is_allowed(c, origin))
        return;
    apus_set_header(req, "access-control-allow-origin", is_explicit ? origin.ptr : "*");
    if (c->o->credentials)
        apus_set_header(req, "access-control-allow-credentials", "true");
    if (c->expose)
        apus_set_header(req, "access-control-expose-headers", c->expose);
}

void apus__cors_run(apus_req *req, apus_next *next)
{
    const struct cors *c = apus_next_settings(next);
    apus_str origin = apus_req_header(req, "origin");
    bool is_preflight = apus_req_http(req)->method == APUS_METHOD_OPTIONS &&
                        apus_req_header(req, "access-control-request-method").len;
    if (origin.len && is_preflight) {
        preflight(c, req, next, origin);
        return;
    }
    if (origin.len)
        allow(c, req, origin);
    else if (!c->all_origins) /* a cache must not give this answer to a page that may */
        apus_set_header(req, "vary", "Origin");
    apus_next_run(next);
}
