/* The phase that finds the route, and what is answered when there is none. */
#include "app/service.h"

#include <stddef.h>

#include "apus/fiber.h"
#include "apus/host.h"
#include "apus/ws_codec.h"
#include "app/wait.h"
#include "app/ws.h"

/* Where this request may lead: its host decides, where there are apps for hosts. */
static const apus__realm *realm_for(const apus_service *s, const apus_http_request *r)
{
    if (s->n_realms == 1)
        return s->realms;
    apus_str name = apus_host_name(r->host);
    for (uint32_t i = 1; i < s->n_realms; i++)
        if (apus_host_fits(s->realms[i].host, name))
            return &s->realms[i];
    return s->realms;
}

/* Each method that the path has, in the order of declaration. */
static void fail_method(apus_req *req, apus__match *m)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str allow;
    if (m->allow[APUS__METHOD_SOCKET] < m->allow[APUS_METHOD_GET])
        m->allow[APUS_METHOD_GET] = m->allow[APUS__METHOD_SOCKET];
    m->allow[APUS__METHOD_SOCKET] = APUS__NO_ROUTE;
    for (;;) {
        size_t next = 0;
        for (size_t i = 0; i < APUS_METHOD_COUNT; i++)
            if (m->allow[i] < m->allow[next])
                next = i;
        if (m->allow[next] == APUS__NO_ROUTE)
            break;
        m->allow[next] = APUS__NO_ROUTE;
        if (b.len)
            apus_buf_lit(&b, ", ");
        apus_buf_add(&b, apus_method_name((apus_method)next));
    }
    apus_rc rc = apus_buf_take(&b, &allow);
    apus_fail(req, 405, NULL, "Method Not Allowed");
    if (!rc)
        apus_fail_header(req, "allow", allow.ptr);
}

/* "/items/" for "/items" and the other way round; empty if there is no other. */
static apus_str other_spelling(apus_req *req)
{
    apus_str path = apus__req_routed(req);
    if (path.len == 0)
        return APUS_STR("/"); /* the root path itself */
    if (path.len == 1)
        return APUS_STR("");
    if (path.ptr[path.len - 1] != '/')
        return apus_arena_strf(&req->x->arena, "%.*s/", APUS_FMT(path));
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* Of the app that the other spelling leads to; m->route or, with another method, one of
 * m->allow. */
static bool keeps_slashes(const apus_req *req, const apus__realm *realm, const apus__match *m)
{
    uint32_t route = m->route;
    for (size_t i = 0; i < sizeof(m->allow) / sizeof(m->allow[0]) && route == APUS__NO_ROUTE; i++)
        route = m->allow[i];
    const apus_app *app = req->service->plans.items[realm->first + route].app;
    return (app ? app : req->service->app)->keeps_slashes;
}

/* A redirect must not lead to another host: the Location is absolute, made of what
 * the client itself asked for. */
static void redirect_or_fail(apus_req *req, const apus__realm *realm, apus__match *m)
{
    const apus_http_request *r = &req->x->request;
    apus_str path = other_spelling(req);
    apus_rc rc = APUS_NOT_FOUND;
    if (path.len && r->host.len)
        rc = apus__router_find(realm->router, r->method, path, &req->x->arena, m);
    if (rc == APUS_NOMEM) {
        apus__req_no_memory(req);
    } else if (rc == APUS_NOT_FOUND || keeps_slashes(req, realm, m)) {
        apus_fail(req, 404, NULL, "Not Found");
    } else {
        apus_str root = apus_req_root_path(req);
        apus_str url =
            apus_strf(req, "%.*s://%.*s%.*s%.*s%s%.*s", APUS_FMT(r->scheme), APUS_FMT(r->host),
                      APUS_FMT(root), APUS_FMT(path), r->query.len ? "?" : "", APUS_FMT(r->query));
        req->response = apus_redirect(req, 307, url.ptr);
    }
}

static void take_plan(apus_req *req, const apus__realm *realm, const apus__match *m)
{
    apus__plan *plan = &req->service->plans.items[realm->first + m->route];
    char *frame = apus_arena_alloc(&req->x->arena, plan->frame_size, _Alignof(max_align_t));
    if (!frame) {
        apus__req_no_memory(req);
        return;
    }
    memset(frame, 0, plan->frame_size);
    if (plan->path.n_params)
        memcpy(frame + plan->values_at, m->values, plan->path.n_params * sizeof(m->values[0]));
    for (uint32_t i = 0; plan->has_constants && i < plan->n_steps; i++)
        if (plan->steps[i].constants)
            memcpy(frame + plan->steps[i].args_at, plan->steps[i].constants,
                   plan->steps[i].args_size);
    apus_fiber_set_label(req->fiber, plan->label);
    req->plan = plan;
    req->frame = frame;
    req->values = (const apus_str *)(const void *)(frame + plan->values_at);
    req->state = (unsigned char *)(frame + plan->state_at);
    apus__wait_begin(req);
}

/* Plain HTTP for what is a WebSocket. */
static void fail_upgrade(apus_req *req)
{
    apus_fail(req, 426, NULL, "This is a WebSocket");
    apus__ws_name_upgrade(req);
}

static bool asks_for_socket(const apus_service *s, const apus_http_request *r)
{
    return s->has_sockets && r->method == APUS_METHOD_GET &&
           apus_ws_is_asked(r->headers, r->n_headers);
}

/* Where there is no WebSocket, the upgrade is passed over (RFC 9110 section 7.8). */
static apus_rc find_plan(const apus_service *s, apus_exchange *x, const apus__realm *realm,
                         apus_str path, apus__match *m)
{
    const apus_http_request *r = &x->request;
    const apus__router *router = realm->router;
    if (asks_for_socket(s, r)) {
        apus_rc rc = apus__router_find(router, APUS__METHOD_SOCKET, path, &x->arena, m);
        if (rc == APUS_OK || rc == APUS_NOMEM)
            return rc;
    }
    /* a method that we do not know is none that a route has */
    apus_method method = r->method == APUS_METHOD_other ? APUS_METHOD_COUNT : r->method;
    return apus__router_find(router, method, path, &x->arena, m);
}

/* What the route phase will find, unless middleware tells it of another root path. */
static const apus__plan *foresee_plan(const apus_service *s, apus_exchange *x)
{
    apus__match m;
    const apus__realm *realm = realm_for(s, &x->request);
    apus_str path = apus__path_behind(s->root_path, x->request.path);
    return find_plan(s, x, realm, path, &m) ? NULL : &s->plans.items[realm->first + m.route];
}

void apus_service_admit(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    const apus_service *s = ctx;
    const apus__plan *plan = s->has_terms ? foresee_plan(s, x) : NULL;
    if (plan && plan->limits.body_max)
        terms->body_max = plan->limits.body_max;
    terms->is_streamed = plan && plan->route->body == APUS_BODY_streamed;
}

void apus__phase_route(apus_req *req)
{
    apus__match m;
    const apus__realm *realm = realm_for(req->service, &req->x->request);
    apus_rc rc = find_plan(req->service, req->x, realm, apus__req_routed(req), &m);
    bool is_socket = rc == APUS_UNSUPPORTED && req->x->request.method == APUS_METHOD_GET &&
                     m.allow[APUS__METHOD_SOCKET] != APUS__NO_ROUTE;
    if (rc == APUS_OK)
        take_plan(req, realm, &m);
    else if (is_socket)
        fail_upgrade(req);
    else if (rc == APUS_UNSUPPORTED)
        fail_method(req, &m);
    else if (rc == APUS_NOT_FOUND)
        redirect_or_fail(req, realm, &m);
    else
        apus__req_no_memory(req);
}
