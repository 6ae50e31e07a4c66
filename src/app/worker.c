#include "app/worker.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "app/service.h"

/* --- which there are --- */

static apus__made *find(const apus__makes *m, const apus_dependency *d)
{
    apus__made *one = m->first;
    while (one && one->dependency != d)
        one = one->next;
    return one;
}

char *apus__args_fixed(apus_arena *a, uint32_t size, const void *constants)
{
    char *args = apus_arena_alloc(a, size, _Alignof(max_align_t));
    if (!args)
        return NULL;
    memset(args, 0, size);
    if (constants)
        memcpy(args, constants, size);
    return args;
}

static apus_rc no_memory(apus_err *err)
{
    return apus_err_set(err, APUS_NOMEM, "out of memory while preparing what a worker makes");
}

static apus_rc append(apus__makes *m, const apus_dependency *d, apus_arena *a, apus_err *err)
{
    apus__made *one = APUS_NEW(a, apus__made, 1);
    if (!one)
        return no_memory(err);
    *one = (apus__made){ .dependency = d,
                         .fn = d->fn,
                         .args = apus__args_fixed(a, d->args_size, d->constants),
                         .result = apus__args_fixed(a, d->result_size, NULL) };
    if (!one->args || !one->result)
        return no_memory(err);
    for (uint32_t i = 0; i < d->n_params; i++)
        if (apus__makes_want(m, d->params[i].dependency, one->args + d->params[i].field.offset, a))
            return no_memory(err);
    *(m->first ? m->end : &m->first) = one;
    m->end = &one->next;
    return APUS_OK;
}

static apus_rc add(apus__makes *m, const apus_dependency *d, apus_arena *a, uint32_t depth,
                   apus_err *err)
{
    if (find(m, d))
        return APUS_OK;
    if (depth > APUS__MADE_DEPTH_MAX)
        return apus_err_set(err, APUS_LIMIT, "%s: over %d dependencies deep, or needs itself",
                            d->name, APUS__MADE_DEPTH_MAX);
    for (uint32_t i = 0; i < d->n_params; i++) {
        const apus_param *p = &d->params[i];
        if (p->in != APUS_IN_depends || !p->dependency->start)
            return apus_err_set(err, APUS_INVALID, "%s runs once per worker: %.*s is of a request",
                                d->name, APUS_FMT(p->field.name));
        apus_rc rc = add(m, p->dependency, a, depth + 1, err);
        if (rc)
            return rc;
    }
    return append(m, d, a, err);
}

apus_rc apus__makes_add(apus__makes *m, const apus_dependency *d, apus_arena *a, apus_err *err)
{
    return add(m, d, a, 0, err);
}

apus_rc apus__makes_want(apus__makes *m, const apus_dependency *d, char *to, apus_arena *a)
{
    apus__made *one = find(m, d);
    apus__want *want = APUS_NEW(a, apus__want, 1);
    if (!want)
        return APUS_NOMEM;
    *want = (apus__want){ .to = to, .next = one->wants };
    one->wants = want;
    return APUS_OK;
}

uint32_t apus__makes_override(apus__makes *m, apus_fn *real, apus_fn *fake)
{
    uint32_t places = 0;
    for (apus__made *one = m->first; one; one = one->next) {
        if (one->dependency->fn != real)
            continue;
        one->fn = fake ? fake : one->fn;
        places++;
    }
    return places;
}

/* --- starting and stopping --- */

struct run {
    void (*fn)(apus_service *s);
    apus_service *service;
    bool is_over;
};

static void run(void *arg)
{
    struct run *r = arg;
    r->fn(r->service);
    r->is_over = true;
}

/* In a fiber, so that it may wait; returns when it is over. */
static apus_rc run_in_fiber(apus_service *s, void (*fn)(apus_service *s), const char *label)
{
    struct run r = { .fn = fn, .service = s };
    apus_rc rc = apus_fiber_spawn(s->loop, run, &r, label, NULL);
    while (!rc && !r.is_over)
        apus_loop_turn(s->loop, APUS_SECOND / 10);
    return rc;
}

static void make_all(apus_service *s)
{
    apus_worker *w = &s->worker;
    for (apus__made *one = s->plans.makes.first; one; one = one->next) {
        w->running = one->dependency;
        one->dependency->start(w, one->fn, one->args, one->result);
        if (apus_worker_failed(w))
            return;
        for (const apus__want *want = one->wants; want; want = want->next)
            memcpy(want->to, one->result, one->dependency->result_size);
    }
}

apus_rc apus_service_start(apus_service *s, apus_err *err)
{
    apus_worker *w = &s->worker;
    if (w->is_started || !s->plans.makes.first)
        return APUS_OK;
    apus_arena_init(&w->arena, &apus_alloc_libc, SIZE_MAX);
    w->is_started = true;
    if (run_in_fiber(s, make_all, "start of the worker"))
        return no_memory(err);
    if (!apus_worker_failed(w))
        return APUS_OK;
    return apus_err_set(err, w->failure.rc, "%s: %s", w->running->name, w->failure.msg);
}

static void end(apus_service *s)
{
    apus_arena_finish(&s->worker.arena);
}

void apus__worker_stop(apus_service *s)
{
    if (!s->worker.is_started)
        return;
    s->worker.is_started = false;
    if (run_in_fiber(s, end, "end of the worker"))
        end(s);
}

/* --- for those who make --- */

void *apus_worker_fail(apus_worker *w, const char *fmt, ...)
{
    va_list args;
    if (w->failure.rc)
        return NULL;
    va_start(args, fmt);
    w->failure.rc = APUS_INVALID;
    vsnprintf(w->failure.msg, sizeof(w->failure.msg), fmt, args);
    va_end(args);
    return NULL;
}

bool apus_worker_failed(const apus_worker *w)
{
    return w->failure.rc != APUS_OK;
}

apus_arena *apus_worker_arena(apus_worker *w)
{
    return &w->arena;
}

void *apus__worker_new(apus_worker *w, size_t size, size_t align)
{
    void *p = apus__arena_array(&w->arena, 1, size, align);
    return p ? p : apus_worker_fail(w, "out of memory");
}

void apus_worker_defer(apus_worker *w, void (*fn)(void *arg), void *arg)
{
    if (!apus_arena_defer(&w->arena, fn, arg))
        return;
    fn(arg);
    apus_worker_fail(w, "out of memory");
}
