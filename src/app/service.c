/* Building a service from its tables. */
#include "app/service.h"

#include <stdlib.h>

#include "apus/random.h"

/* All tables that an app can lead to fit many times over. */
#define SERVICE_MEMORY_MAX ((size_t)256 << 20)

static void write_hex(char *to, uint64_t value)
{
    for (int i = 15; i >= 0; i--, value >>= 4)
        to[i] = "0123456789abcdef"[value & 15];
}

static apus_rc add_routes(apus_service *s, apus_err *err)
{
    uint64_t seed;
    memcpy(&seed, s->id_prefix, sizeof(seed));
    s->router = apus__router_create(&s->arena, seed);
    if (!s->router)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < s->plans.n; i++) {
        apus__plan *plan = &s->plans.items[i];
        apus__plan_set_phases(plan);
        rc = apus__router_add(s->router, plan->route->method, &plan->path, err);
    }
    return rc ? rc : apus__router_finish(s->router, err);
}

apus_rc apus_service_create(const apus_app *app, struct apus_loop *loop, apus_service **out,
                            apus_err *err)
{
    apus_service *s = apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, sizeof(*s));
    if (!s)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    *s = (apus_service){ .app = app, .loop = loop };
    apus_arena_init(&s->arena, &apus_alloc_libc, SERVICE_MEMORY_MAX);
    uint64_t prefix;
    apus_rc rc = apus_random(&prefix, sizeof(prefix), err);
    if (!rc) {
        write_hex(s->id_prefix, prefix);
        rc = apus__docs_add(s, err);
    }
    if (!rc)
        rc = apus__plans_add_app(&s->plans, app, &s->arena, err);
    if (!rc)
        rc = add_routes(s, err);
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
    apus_arena_finish(&s->arena);
    apus_alloc_libc.resize(apus_alloc_libc.ctx, s, sizeof(*s), 0);
}

uint32_t apus__service_override(apus_service *s, apus_fn *real, apus_fn *fake)
{
    uint32_t places = 0;
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
