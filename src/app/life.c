/* The life of a request, as a list of phases.
 *
 *     [ route -> [ authenticate -> authorise -> body -> validate and depend -> handle -> encode ] ]
 *         -> finally -> send -> after -> defer
 *
 * The first row ends at the first failure, and an answer found early (a redirect)
 * ends it as well; the second row always runs.  A plan knows which phases of the
 * first row have something to do for its route; the others cost nothing.
 *
 * The brackets are where middleware stands: an app's around the route phase, what routers
 * and routes add around those behind it; see around.h.
 *
 * Whatever aborts in the first row lands at its end: nothing is unwound, the
 * functions in between are simply never returned to. */
#include "app/service.h"

#include <stddef.h>

#include "apus/encode.h"
#include "apus/fiber.h"
#include "app/bind.h"
#include "app/failure.h"
#include "app/log.h"
#include "app/overload.h"
#include "app/scopes.h"
#include "app/sent.h"
#include "app/stream.h"
#include "app/wait.h"
#include "app/ws.h"

enum { TYPICAL_SLACK = 256 }; /* bytes by which answers of one route may differ for free */

/* --- steps --- */

static bool needs_are_done(const apus_req *req, const apus__step *s)
{
    for (uint32_t i = 0; i < s->n_needs; i++)
        if (req->state[s->needs[i]] != APUS__STEP_done)
            return false;
    return true;
}

/* Whether a test has put another function in its place: that one needs no credential. */
static bool is_replaced(const apus__step *s)
{
    return s->dependency && s->fn != s->dependency->fn;
}

static void bind_security(apus_req *req, const apus__step *s, char *args)
{
    for (uint32_t i = 0; i < s->n_security && !req->failure.status; i++)
        if (apus__bind_security(req, s->security[i], args) && !is_replaced(s))
            apus__refuse_stranger(req, s->security[i]->security);
}

/* Whether all that is read from texts is valid.  The rest is read even where one
 * is not, so that the client hears of everything. */
static bool bind_texts(apus_req *req, const apus__step *s, char *args)
{
    apus_decoder d = apus__req_decoder(req);
    bool valid = true;
    for (uint32_t i = 0; i < s->n_texts; i++) {
        apus_rc rc = apus__bind_text(req, &d, &s->texts[i], args);
        if (rc && rc != APUS_INVALID)
            apus__req_unreadable(req, rc);
        valid = valid && rc == APUS_OK;
    }
    return valid;
}

/* Binds a step's arguments.  false: it must not be called. */
static bool prepare_step(apus_req *req, uint32_t index)
{
    const apus__step *s = &req->plan->steps[index];
    char *args = req->frame + s->args_at;
    bool valid = req->state[index] != APUS__STEP_invalid && needs_are_done(req, s);
    valid = bind_texts(req, s, args) && valid;
    if (!valid || req->failure.status) {
        req->state[index] = APUS__STEP_invalid;
        return false;
    }
    for (uint32_t i = 0; i < s->n_links; i++) {
        const apus__step *from = &req->plan->steps[s->links[i].from];
        memcpy(args + s->links[i].offset, req->frame + from->result_at, from->result_size);
    }
    return true;
}

static void call_step(apus_req *req, uint32_t index)
{
    const apus__step *s = &req->plan->steps[index];
    s->call(req, s->fn, req->frame + s->args_at, req->frame + s->result_at);
    req->state[index] = APUS__STEP_done;
}

static void run_dependencies(apus_req *req, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to && !apus_failed(req) && !req->response; i++) {
        const apus__step *s = &req->plan->steps[i];
        bind_security(req, s, req->frame + s->args_at);
        if (!req->failure.status && prepare_step(req, i))
            call_step(req, i);
    }
}

/* --- phases --- */

static void phase_authenticate(apus_req *req)
{
    run_dependencies(req, 0, req->plan->n_early);
    const apus__step *own = &req->plan->steps[req->plan->n_steps - 1];
    bind_security(req, own, req->frame + own->args_at);
}

static void phase_body(apus_req *req)
{
    apus_decoder d = apus__req_decoder(req);
    apus__bind_body(req, &d);
}

static void phase_depend(apus_req *req)
{
    uint32_t last = req->plan->n_steps - 1;
    run_dependencies(req, req->plan->n_early, last);
    if (apus_failed(req) || req->response)
        return;
    bool valid = prepare_step(req, last);
    for (uint32_t i = 0; i < last; i++)
        valid = valid && req->state[i] == APUS__STEP_done;
    if (req->problems.no_memory)
        apus__req_no_memory(req);
    else if (!valid)
        apus__req_invalid(req);
}

static void phase_handle(apus_req *req)
{
    uint32_t last = req->plan->n_steps - 1;
    if (req->plan->answer)
        req->plan->answer(req);
    else if (req->plan->route->flags & APUS_ROUTE_blocking)
        apus__wait_blocking(req, call_step, last);
    else
        call_step(req, last);
}

/* What the handler returned, as text; or req->response where it is not a model. */
static void phase_encode(apus_req *req)
{
    const apus_route *route = req->plan->route;
    const void *result = req->frame + req->plan->steps[req->plan->n_steps - 1].result_at;
    if (req->begun)
        return;
    if (route->flags & (APUS_ROUTE_result_pointer | APUS_ROUTE_result_response)) {
        memcpy(&result, result, sizeof(result));
        if (!result) {
            apus__req_broken(req, "%s returned NULL without a failure", route->name);
            return;
        }
    }
    if (route->flags & APUS_ROUTE_result_response) {
        req->response = result;
        return;
    }
    if (!route->result) {
        req->body = route->produces.len ? APUS_STR("") : APUS_STR("null");
        return;
    }
    if (route->flags & APUS_ROUTE_result_plain) {
        memcpy(&req->body, result, sizeof(req->body));
        return;
    }
    apus_buf b = apus_buf_in_with(&req->x->arena, req->plan->typical + TYPICAL_SLACK);
    apus_rc rc = route->omit == APUS_OMIT_unset
                     ? apus__encode_set(req, route->result, result, &b)
                     : apus_encode_json(&b, route->result, result, (apus_omit)route->omit);
    if (!rc)
        rc = apus_buf_take(&b, &req->body);
    if (rc == APUS_INVALID)
        apus__req_breaks_model(req, "the answer of", route->name, &b);
    else if (rc)
        apus__req_no_memory(req);
    else
        req->plan->typical = req->body.len;
}

/* --- which of them a plan goes through --- */

static bool has_early(const apus__plan *plan)
{
    return plan->n_early > 0 || plan->steps[plan->n_steps - 1].n_security > 0;
}

/* Where who is calling shows in the body only, it is asked behind the dependencies. */
static bool has_scopes(const apus__plan *plan)
{
    return plan->scopes.len > 0 && !plan->late_identity;
}

static bool has_late_scopes(const apus__plan *plan)
{
    return plan->scopes.len > 0 && plan->late_identity;
}

static bool has_body(const apus__plan *plan)
{
    return plan->body_kind != APUS_BODY_none;
}

static bool has_steps(const apus__plan *plan)
{
    const apus__step *own = &plan->steps[plan->n_steps - 1];
    return plan->n_steps > 1 || own->n_texts > 0 || own->n_body > 0;
}

static bool has_handler(const apus__plan *plan)
{
    (void)plan;
    return true;
}

static bool has_result(const apus__plan *plan)
{
    return !plan->answer;
}

static bool is_socket(const apus__plan *plan)
{
    return plan->route->ws != NULL;
}

static bool has_around(const apus__plan *plan)
{
    return plan->around.n > 0;
}

/* The same as asking apus_failed, for who knows that it is the request's fiber. */
static inline bool is_over(const apus_req *req)
{
    return req->response || req->failure.status || apus_fiber_cancelled(req->fiber);
}

static void run_inside(apus_req *req)
{
    const apus__plan *plan = req->plan;
    for (uint32_t i = plan->n_direct; i < plan->n_phases; i++) {
        plan->phases[i](req);
        if (is_over(req))
            return;
    }
}

static void phase_around(apus_req *req)
{
    apus__around_run(req, &req->plan->around, run_inside);
}

static const struct phase {
    void (*run)(apus_req *req);
    bool (*is_needed)(const apus__plan *plan);
} phases[] = {
    { phase_around, has_around },
    { apus__ws_phase, is_socket },
    { phase_authenticate, has_early },
    { apus__phase_authorise, has_scopes },
    { phase_body, has_body },
    { phase_depend, has_steps },
    { apus__phase_authorise, has_late_scopes },
    { phase_handle, has_handler },
    { phase_encode, has_result },
};

_Static_assert(sizeof(phases) / sizeof(phases[0]) <= APUS__PHASES_MAX, "room in apus__plan");

void apus__plan_set_phases(apus__plan *plan)
{
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
        if (phases[i].is_needed(plan))
            plan->phases[plan->n_phases++] = phases[i].run;
    plan->n_direct = has_around(plan) ? 1 : plan->n_phases;
}

static void run_route(apus_req *req)
{
    apus__phase_route(req);
    if (!req->plan)
        return;
    if (req->service->overload && !apus__overload_enter(req))
        return;
    const apus__plan *plan = req->plan;
    for (uint32_t i = 0; i < plan->n_direct; i++) {
        plan->phases[i](req);
        if (is_over(req))
            return;
    }
}

static void run_phases(apus_req *req, void *unused)
{
    (void)unused;
    const apus__around *around = &req->service->around;
    if (around->n)
        apus__around_run(req, around, run_route);
    else
        run_route(req);
}

/* --- from the http floor --- */

/* The counter is text already: most steps change one digit. */
static void take_id(apus_service *s, char *to)
{
    memcpy(to, s->id_line, APUS__ID_LINE_LEN);
    for (size_t i = APUS__ID_AT + APUS__REQUEST_ID_LEN; i-- > APUS__ID_AT + 16;) {
        char c = s->id_line[i];
        s->id_line[i] = (char)(c == '9' ? 'a' : c == 'f' ? '0' : c + 1);
        if (c != 'f')
            break;
    }
}

apus_str apus__req_id_line(const apus_req *req)
{
    return (apus_str){ req->id_line, APUS__ID_LINE_LEN };
}

static apus_req *begin(apus_service *s, apus_exchange *x)
{
    apus_req *req = apus_arena_alloc(&x->arena, sizeof(*req), _Alignof(apus_req));
    if (!req)
        return NULL;
    memset(req, 0, offsetof(apus_req, problems));
    req->x = x;
    x->app = req;
    req->service = s;
    req->fiber = apus_fiber_self();
    req->memory = &x->arena;
    req->after_end = &req->after;
    apus_problems_init(&req->problems, &x->arena);
    take_id(s, req->id_line);
    return req;
}

void apus_service_describe(const apus_exchange *x, apus_request_facts *out)
{
    const apus_req *req = x->app;
    *out = (apus_request_facts){ .route = APUS_STR(""), .id = APUS_STR("") };
    if (!req)
        return;
    out->id = (apus_str){ req->id_line + APUS__ID_AT, APUS__REQUEST_ID_LEN };
    if (req->plan)
        out->route = req->plan->path.text;
}

void apus_service_handle(void *ctx, apus_exchange *x)
{
    apus_service *s = ctx;
    apus_req *req = begin(s, x);
    if (!req) {
        apus_http_reply no_memory = { 0 };
        apus__failure_no_memory(s->app, &no_memory);
        apus_exchange_reply(x, &no_memory);
        return;
    }
    s->live++;
    apus__req_guard(req, run_phases, NULL);
    req->around = false;
    if (req->has_rare)
        apus__stream_settle(req);
    apus__wait_end(req);
    apus__later_finally(req);
    apus__reply_send(req);
    if (req->entered_at)
        apus__overload_leave(req);
    if (req->after) {
        apus_exchange_flush(x);
        apus_fiber_shield(APUS_NEVER);
        apus__later_after(req);
    }
    if (req->defer) {
        apus__wait_shield(req);
        apus__later_defer(req);
    }
    if (req->has_rare)
        apus__turn_finish(req);
    s->live--;
}
