/* Building a service from its tables. */
#include "app/service.h"

#include <stdlib.h>

#include "apus/random.h"
#include "app/mock.h"
#include "app/document.h"
#include "apus/ws_codec.h"

/* All tables that an app can lead to fit many times over. */
#define SERVICE_MEMORY_MAX ((size_t)256 << 20)

static void write_id_line(char *line, uint64_t prefix)
{
    memcpy(line,
           APUS__ID_HEADER "0000000000000000"
                           "00000000\r\n",
           APUS__ID_LINE_LEN);
    for (size_t i = APUS__ID_AT + 16; i-- > APUS__ID_AT; prefix >>= 4)
        line[i] = "0123456789abcdef"[prefix & 15];
}

static apus_rc add_routes(apus_service *s, apus__realm *realm, uint64_t seed, apus_err *err)
{
    realm->router = apus__router_create(&s->arena, seed);
    if (!realm->router)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    apus_rc rc = APUS_OK;
    for (uint32_t i = realm->first; !rc && i < realm->beyond; i++) {
        apus__plan *plan = &s->plans.items[i];
        apus__plan_set_phases(plan);
        plan->label =
            apus_arena_strf(&s->arena, "%.*s %.*s", APUS_FMT(apus_method_name(plan->route->method)),
                            APUS_FMT(plan->path.text))
                .ptr;
        if (!plan->label)
            return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
        bool is_socket = plan->route->ws != NULL;
        s->has_sockets = s->has_sockets || is_socket;
        s->has_terms =
            s->has_terms || plan->limits.body_max || plan->route->body == APUS_BODY_streamed;
        rc = apus__router_add(realm->router, is_socket ? APUS__METHOD_SOCKET : plan->route->method,
                              &plan->path, err);
    }
    return rc ? rc : apus__router_finish(realm->router, err);
}

/* An app that stands at a host is added later, when all others are. */
static apus_rc add_realm(apus_service *s, const apus_mount *m, apus_err *err)
{
    if (s->n_realms == APUS__REALMS_MAX)
        return apus_err_set(err, APUS_LIMIT, "app %s: over %d hosts", m->app->name,
                            APUS__REALMS_MAX - 1);
    s->realms[s->n_realms++] = (apus__realm){ .host = m->host, .mount = m };
    return APUS_OK;
}

static apus_rc add_app(apus_service *s, const apus_app *app, apus_str prefix, uint32_t depth,
                       apus_err *err);

static apus_rc add_mounts(apus_service *s, const apus_app *app, apus_str prefix, uint32_t depth,
                          apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < app->n_mounts; i++) {
        const apus_mount *m = &app->mounts[i];
        if (m->host.len) {
            rc = add_realm(s, m, err);
            continue;
        }
        apus_str within =
            apus_arena_strf(&s->arena, "%.*s%.*s", APUS_FMT(prefix), APUS_FMT(m->prefix));
        if (!within.ptr)
            return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
        rc = add_app(s, m->app, within, depth + 1, err);
    }
    return rc;
}

/* Its documents in front, so that a catch-all does not swallow them; what it mounts behind,
 * so that its own routes come first. */
static apus_rc add_app(apus_service *s, const apus_app *app, apus_str prefix, uint32_t depth,
                       apus_err *err)
{
    if (depth > APUS__MOUNT_DEPTH_MAX)
        return apus_err_set(err, APUS_LIMIT, "app %s: mounted over %d deep", app->name,
                            APUS__MOUNT_DEPTH_MAX);
    apus_rc rc = apus__docs_add(s, app, prefix, err);
    if (!rc)
        rc = apus__plans_add_app(&s->plans, app, prefix, &s->arena, err);
    return rc ? rc : add_mounts(s, app, prefix, depth, err);
}

/* Each host's app may name further hosts, which come behind. */
static apus_rc add_realms(apus_service *s, uint64_t seed, apus_err *err)
{
    s->realms = APUS_NEW(&s->arena, apus__realm, APUS__REALMS_MAX);
    if (!s->realms)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    apus_rc rc = APUS_OK;
    s->n_realms = 1;
    for (uint32_t i = 0; !rc && i < s->n_realms; i++) {
        apus__realm *realm = &s->realms[i];
        const apus_mount *m = realm->mount;
        realm->first = s->plans.n;
        rc = add_app(s, m ? m->app : s->app, m ? m->prefix : APUS_STR(""), 0, err);
        if (!rc && apus__plans_put_last(&s->plans, realm->first, &s->arena))
            rc = apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
        realm->beyond = s->plans.n;
    }
    for (uint32_t i = 0; !rc && i < s->n_realms; i++)
        rc = add_routes(s, &s->realms[i], seed, err);
    return rc;
}

const apus_app *apus__req_app(const apus_req *req)
{
    return req->plan ? req->plan->app : req->service->app;
}

static apus_rc add_around(apus_service *s, apus_err *err)
{
    const apus_router *root = s->app->root;
    if (!root || root->n_middleware == 0)
        return APUS_OK;
    if (root->n_middleware > APUS__AROUND_MAX)
        return apus_err_set(err, APUS_LIMIT, "%s: over %d middleware", s->app->name,
                            APUS__AROUND_MAX);
    s->around.n = root->n_middleware;
    s->around.items = APUS_NEW(&s->arena, apus__around_item, root->n_middleware);
    if (!s->around.items)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    for (uint32_t i = 0; i < s->around.n; i++)
        s->around.items[i].m = root->middleware[i];
    return apus__around_prepare(&s->around, &s->plans.prepared, &s->arena, err);
}

apus_rc apus_service_put_around(apus_service *s, const apus_middleware *m, apus_err *err)
{
    if (s->around.n == APUS__AROUND_MAX)
        return apus_err_set(err, APUS_LIMIT, "%s: over %d middleware", s->app->name,
                            APUS__AROUND_MAX);
    apus__around wider = { .n = s->around.n + 1 };
    wider.items = APUS_NEW(&s->arena, apus__around_item, wider.n);
    if (!wider.items)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    wider.items[0].m = m;
    for (uint32_t i = 1; i < wider.n; i++)
        wider.items[i] = s->around.items[i - 1];
    apus_rc rc = apus__around_prepare(&wider, &s->plans.prepared, &s->arena, err);
    if (!rc)
        s->around = wider;
    return rc;
}

apus_rc apus_service_create(const apus_app *app, struct apus_loop *loop, apus_service **out,
                            apus_err *err)
{
    return apus_service_create_as(app, loop, NULL, out, err);
}

apus_rc apus_service_create_as(const apus_app *app, struct apus_loop *loop,
                               const apus_service_options *options, apus_service **out,
                               apus_err *err)
{
    apus_service *s = apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, sizeof(*s));
    if (!s)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    *s = (apus_service){ .app = app, .loop = loop };
    if (options)
        s->options = *options;
    if (s->options.dev_status)
        apus_arena_scribble();
    apus_arena_init(&s->arena, &apus_alloc_libc, SERVICE_MEMORY_MAX);
    uint64_t random[2]; /* clients see the first and must not know the second */
    apus_rc rc = apus_random(random, sizeof(random), err);
    if (!rc) {
        write_id_line(s->id_line, random[0]);
        rc = add_around(s, err);
    }
    if (!rc)
        rc = apus__root_path(app, s->options.root_path, &s->root_path, err);
    if (!rc)
        rc = add_realms(s, random[1], err);
    if (!rc && s->options.mock_seed)
        rc = apus__service_mock(s, strtoull(s->options.mock_seed, NULL, 10), err);
    if (rc) {
        apus_service_destroy(s);
        return rc;
    }
    *out = s;
    return APUS_OK;
}

void apus_service_destroy(apus_service *s)
{
    if (!s)
        return;
    apus__worker_stop(s);
    apus__hub_finish(&s->hub);
    apus_ws_deflate_destroy(s->deflate);
    apus_arena_finish(&s->arena);
    apus_alloc_libc.resize(apus_alloc_libc.ctx, s, sizeof(*s), 0);
}

uint32_t apus__service_override(apus_service *s, apus_fn *real, apus_fn *fake)
{
    uint32_t places = apus__makes_override(&s->plans.makes, real, fake);
    for (uint32_t i = 0; i < s->plans.n; i++) {
        apus__plan *plan = &s->plans.items[i];
        for (uint32_t k = 0; k < plan->n_steps; k++) {
            apus__step *step = &plan->steps[k];
            apus_fn *own = step->dependency ? step->dependency->fn : plan->route->fn;
            if (own == real) {
                step->fn = fake;
                places++;
            }
        }
    }
    return places;
}
