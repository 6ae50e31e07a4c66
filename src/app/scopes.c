#include "app/scopes.h"

#include <stdarg.h>

#include "apus/security.h"

/* --- challenges --- */

/* ` scope="a b"` behind what a challenge says already.  Scopes hold no quotes. */
static void add_scope(apus_buf *b, bool is_first, const apus_str *scopes, size_t n)
{
    apus_buf_add(b, is_first ? APUS_STR(" scope=\"") : APUS_STR(", scope=\""));
    for (size_t i = 0; i < n; i++) {
        if (i)
            apus_buf_addc(b, ' ');
        apus_buf_add(b, scopes[i]);
    }
    apus_buf_addc(b, '"');
}

static void send_challenge(apus_req *req, apus_buf *b)
{
    apus_str text;
    if (apus_buf_take(b, &text))
        apus__req_no_memory(req);
    else
        apus_fail_header(req, "www-authenticate", text.ptr);
}

static bool is_bearer(const apus_security *s)
{
    return s->kind == APUS_SECURITY_bearer;
}

static void challenge(apus_req *req, const apus_security *s)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    const apus_strs *scopes = &req->plan->scopes;
    apus_buf_add(&b, s->challenge);
    if (is_bearer(s) && scopes->len)
        add_scope(&b, apus_str_find(s->challenge, ' ') == SIZE_MAX, scopes->ptr, scopes->len);
    send_challenge(req, &b);
}

static void challenge_insufficient(apus_req *req, const apus_security *s, const apus_str *scopes,
                                   size_t n)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    bool is_first = apus_str_find(s->challenge, ' ') == SIZE_MAX;
    apus_buf_add(&b, s->challenge);
    apus_buf_add(&b, is_first ? APUS_STR(" ") : APUS_STR(", "));
    apus_buf_lit(&b, "error=\"insufficient_scope\"");
    add_scope(&b, false, scopes, n);
    send_challenge(req, &b);
}

/* The i-th scheme of the plan, counting each challenge once; NULL behind the last. */
static const apus_security *next_scheme(const apus__plan *plan, uint32_t *step, uint32_t *at)
{
    for (; plan && *step < plan->n_steps; (*step)++, *at = 0) {
        const apus__step *s = &plan->steps[*step];
        if (*at < s->n_security)
            return s->security[(*at)++]->security;
    }
    return NULL;
}

static bool is_new(const apus__plan *plan, const apus_security *found, uint32_t n)
{
    uint32_t step = 0, at = 0;
    for (uint32_t i = 0; i < n; i++)
        if (apus_str_eq(next_scheme(plan, &step, &at)->challenge, found->challenge))
            return false;
    return true;
}

void *apus_unauthorized(apus_req *req, const char *fmt, ...)
{
    if (apus_failed_status(req))
        return NULL;
    va_list args;
    va_start(args, fmt);
    apus_str text = apus_arena_vstrf(&req->x->arena, fmt, args);
    va_end(args);
    if (!text.ptr) {
        apus__req_no_memory(req);
        return NULL;
    }
    apus_fail(req, 401, NULL, "%s", text.ptr);
    uint32_t step = 0, at = 0;
    const apus_security *s;
    for (uint32_t n = 0; (s = next_scheme(req->plan, &step, &at)); n++)
        if (is_new(req->plan, s, n))
            challenge(req, s);
    return NULL;
}

/* --- scopes --- */

static bool has_scope(const apus_principal *who, apus_str scope)
{
    for (size_t i = 0; i < who->scopes.len; i++)
        if (apus_str_eq(who->scopes.ptr[i], scope))
            return true;
    return false;
}

static void require(apus_req *req, const apus_str *scopes, size_t n)
{
    const apus_principal *who = apus_req_principal(req);
    if (!who) {
        apus_unauthorized(req, "Not authenticated");
        return;
    }
    size_t i = 0;
    while (i < n && has_scope(who, scopes[i]))
        i++;
    if (i == n)
        return;
    apus_fail(req, 403, "insufficient_scope", "Not enough permissions");
    uint32_t step = 0, at = 0;
    const apus_security *s = next_scheme(req->plan, &step, &at);
    while (s && !is_bearer(s))
        s = next_scheme(req->plan, &step, &at);
    if (s)
        challenge_insufficient(req, s, scopes, n);
}

/* Nobody may be known because what would have asked them was not called: its own parameters are
 * wrong, and that is what the client has to hear. */
void apus__phase_authorise(apus_req *req)
{
    if (!apus_req_principal(req) && req->problems.n)
        apus__req_invalid(req);
    else
        require(req, req->plan->scopes.ptr, req->plan->scopes.len);
}

apus_strs apus_req_scopes(const apus_req *req)
{
    return req->plan ? req->plan->scopes : (apus_strs){ 0 };
}

bool apus_has_scope(const apus_req *req, const char *scope)
{
    const apus_principal *who = apus_req_principal(req);
    return who && has_scope(who, apus_str_of(scope));
}

bool apus_need_scope(apus_req *req, const char *scope)
{
    apus_str wanted = apus_str_of(scope);
    if (!apus_failed_status(req))
        require(req, &wanted, 1);
    return !apus_failed_status(req);
}

/* --- basic --- */

apus_login apus_login_of(apus_req *req, apus_str value)
{
    size_t colon = apus_str_find(value, ':');
    return (apus_login){
        .username = apus_strdup(req, apus_str_slice(value, 0, colon)),
        .password = colon == SIZE_MAX
                        ? APUS_STR("")
                        : apus_strdup(req, apus_str_slice(value, colon + 1, SIZE_MAX)),
    };
}
