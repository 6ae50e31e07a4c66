/* The request as a handler sees it: memory, what came in, and identity. */
#include "app/request.h"

#include <stdarg.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/middleware.h"
#include "app/service.h"
#include "app/values.h"

apus__rare *apus__req_rare(apus_req *req)
{
    if (!req->has_rare) {
        memset(&req->rare, 0, sizeof(req->rare));
        req->has_rare = true;
    }
    return &req->rare;
}

apus_decoder apus__req_decoder(apus_req *req)
{
    return (apus_decoder){
        .arena = &req->x->arena, .problems = &req->problems, .context = req, .now = apus_clock_wall
    };
}

bool apus__req_is_on_thread(void)
{
    return !apus_fiber_self();
}

apus_req *apus__req_root(apus_req *req)
{
    while (req->parent)
        req = req->parent;
    return req;
}

/* --- memory --- */

void *apus__req_new(apus_req *req, size_t n, size_t size, size_t align)
{
    void *p = apus__arena_array(req->memory, n, size, align);
    if (!p) {
        apus__req_no_memory(req);
        apus_abort(req, 503, NULL, "out of memory");
    }
    return p;
}

void *apus__req_some(apus_req *req, const void *value, size_t size, size_t align)
{
    return memcpy(apus__req_new(req, 1, size, align), value, size);
}

apus_str apus_strf(apus_req *req, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(req->memory, fmt, args);
    va_end(args);
    if (!s.ptr)
        apus_abort(req, 503, NULL, "out of memory");
    return s;
}

apus_str apus_strdup(apus_req *req, apus_str s)
{
    apus_str copy = apus_arena_str(req->memory, s);
    if (!copy.ptr)
        apus_abort(req, 503, NULL, "out of memory");
    return copy;
}

apus_arena *apus_req_arena(apus_req *req)
{
    return req->memory;
}

/* --- what came in --- */

const apus_http_request *apus_req_http(const apus_req *req)
{
    return &req->x->request;
}

apus_str apus__req_raw_header(const apus_req *req, apus_str name)
{
    const apus_http_header *h = apus_http_header_find(&req->x->request, name);
    return h ? h->value : APUS_STR("");
}

static apus_str value_of(apus_req *req, apus_in in, const char *name)
{
    apus_str value;
    apus_rc rc = apus__value_get(req, in, apus_str_of(name), APUS__AS_WRITTEN, &value);
    if (rc == APUS_NOMEM)
        apus_abort(req, 503, NULL, "out of memory");
    return rc ? APUS_STR("") : apus_strdup(req, value);
}

/* What a handler gets is text, with a NUL behind it; what came is a slice. */
apus_str apus_req_header(apus_req *req, const char *name)
{
    return value_of(req, APUS_IN_header, name);
}

apus_str apus_req_query(apus_req *req, const char *name)
{
    return value_of(req, APUS_IN_query, name);
}

apus_str apus_req_cookie(apus_req *req, const char *name)
{
    return value_of(req, APUS_IN_cookie, name);
}

apus_str apus_req_path_value(apus_req *req, const char *name)
{
    if (!req->plan)
        return APUS_STR("");
    const apus__template *t = &req->plan->path;
    for (uint32_t i = 0; i < t->n_params; i++)
        if (apus_str_eq(t->names[i], apus_str_of(name)))
            return apus_strdup(req, req->values[i]);
    return APUS_STR("");
}

apus_str apus_req_url(apus_req *req)
{
    const apus_http_request *r = &req->x->request;
    return apus_strf(req, "%.*s://%.*s%.*s%s%.*s", APUS_FMT(r->scheme), APUS_FMT(r->host),
                     APUS_FMT(apus_req_path(req)), r->query.len ? "?" : "", APUS_FMT(r->query));
}

apus_str apus_req_root_path(apus_req *req)
{
    bool is_told = req->has_rare && req->rare.root_path.len;
    return is_told ? req->rare.root_path : req->service->root_path;
}

apus_str apus__path_behind(apus_str root, apus_str path)
{
    bool has_root = root.len && apus_str_starts(path, root) &&
                    (path.len == root.len || path.ptr[root.len] == '/');
    return has_root ? apus_str_slice(path, root.len, SIZE_MAX) : path;
}

apus_str apus__req_routed(apus_req *req)
{
    return apus__path_behind(apus_req_root_path(req), req->x->request.path);
}

apus_str apus_req_path(apus_req *req)
{
    apus_str root = apus_req_root_path(req);
    if (!root.len)
        return apus_strdup(req, req->x->request.path);
    return apus_strf(req, "%.*s%.*s", APUS_FMT(root), APUS_FMT(apus__req_routed(req)));
}

void apus_req_came_by(apus_req *req, const apus_way *way)
{
    apus_http_request *r = &req->x->request;
    if (way->scheme.len)
        r->scheme = way->scheme;
    if (way->host.len)
        r->host = way->host;
    if (way->client.len)
        r->peer = apus_str_find(way->client, ':') == SIZE_MAX
                      ? way->client
                      : apus_strf(req, "[%.*s]", APUS_FMT(way->client));
    if (way->root_path.len)
        apus__req_rare(req)->root_path = way->root_path;
}

const apus_route *apus_req_route(const apus_req *req)
{
    return req->plan ? req->plan->route : NULL;
}

const char *apus_req_id(const apus_req *req)
{
    apus__rare *r = apus__req_rare((apus_req *)(uintptr_t)req);
    memcpy(r->id, req->id_line + APUS__ID_AT, APUS__REQUEST_ID_LEN);
    return r->id;
}

/* --- who is calling --- */

void apus_identify(apus_req *req, const apus_principal *who)
{
    apus_principal *p = apus_new(req, apus_principal);
    p->id = apus_strdup(req, who->id);
    p->scopes.len = who->scopes.len;
    p->scopes.ptr = apus_new_n(req, apus_str, who->scopes.len);
    for (size_t i = 0; i < who->scopes.len; i++)
        p->scopes.ptr[i] = apus_strdup(req, who->scopes.ptr[i]);
    apus__req_rare(req)->principal = p;
}

const apus_principal *apus_req_principal(const apus_req *req)
{
    return req->has_rare ? req->rare.principal : NULL;
}

apus_str apus_req_client(apus_req *req)
{
    apus_str peer = req->x->request.peer; /* 127.0.0.1:50312, [::1]:50312, unix */
    size_t end = peer.len;
    for (size_t i = 0; i < peer.len; i++) {
        if (peer.ptr[i] == ':' || peer.ptr[i] == ']')
            end = i;
        if (peer.ptr[i] == ']')
            break;
    }
    bool is_v6 = peer.len && peer.ptr[0] == '[';
    return apus_strdup(req, apus_str_slice(peer, is_v6, end - is_v6));
}
