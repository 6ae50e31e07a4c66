/* What it takes to answer one route, worked out once at start.
 *
 * A route's dependencies form a graph; here it is a row of steps in the order in
 * which they run, each dependency once, each before whoever needs it, and the
 * handler's own step last.  The steps that authenticate come first and run before
 * the body is read.
 *
 * For each step, the arguments and the result have a fixed place in one frame, so
 * that a request takes them from its arena in one piece; every parameter has its
 * place in a 422 answer ready made, in FastAPI's order: a dependency's own before
 * those of whoever needs it; path, query, header, cookie, then the body.
 *
 * MEMORY: the service's arena.  Constant while serving, but for `typical`. */
#ifndef APUS_APP_PLAN_H
#define APUS_APP_PLAN_H

#include "apus/problem.h"
#include "apus/route.h"
#include "app/around.h"
#include "app/template.h"
#include "app/worker.h"

enum {
    APUS__PLAN_STEPS_MAX = 64,    /* dependencies of one route, and its handler */
    APUS__INCLUDE_DEPTH_MAX = 16, /* routers within routers */
    APUS__BODY_PARAMS_MAX = 32,   /* body parameters of one function */
    APUS__PHASES_MAX = 9,         /* see life.c */
};

/* One value to be read from the request. */
typedef struct apus__binding {
    const apus_param *param;
    apus_place place;
    uint32_t path_index; /* path: which of the template's parameters */
} apus__binding;

/* The result of an earlier step as an argument. */
typedef struct apus__link {
    uint32_t from;   /* index of the step */
    uint32_t offset; /* in our arguments */
} apus__link;

typedef struct apus__step {
    const apus_dependency *dependency; /* NULL: the handler itself */
    apus_fn *fn;                       /* what apus_override replaces */
    apus_call *call;
    const void *constants;
    char *fixed;          /* the constants, where results of the worker are among them; or NULL */
    apus__binding *texts; /* path, query, header and cookie, in this order */
    apus__binding *body;  /* body, form and file */
    const apus_param **security;
    apus__link *links;
    uint32_t *needs; /* indices of the steps that must have succeeded */
    uint16_t n_texts, n_body, n_security, n_links, n_needs;
    uint32_t args_size, result_size;
    uint32_t args_at, result_at; /* in the frame */
    apus_place source[5];        /* the outermost places: path, query, header, cookie, body */
} apus__step;

typedef struct apus__plan {
    const apus_route *route;
    const apus_app *app;           /* whose it is */
    const char *label;             /* "GET /items/{id}": what its fibers are called */
    const struct apus__docs *docs; /* of our own pages: which */
    const struct apus__mock *mock; /* where nothing of the program runs; see mock.h */
    apus__template path;           /* the whole path, all prefixes in front */
    apus__step *steps;             /* the last one is the handler's */
    uint32_t n_steps;
    uint32_t n_early;              /* those that run before the body is read */
    uint32_t values_at;            /* in the frame: the path's values ... */
    uint32_t state_at;             /* ... and the steps' states */
    uint32_t frame_size;           /* arguments and results of all steps, and those */
    apus_request_limits limits;    /* with those of what includes it */
    apus_body_kind body_kind;      /* none: nothing is bound from the body */
    bool lax_content;              /* a body without a Content-Type is JSON */
    bool embed;                    /* body parameters are members of an object */
    bool has_constants;            /* some step has */
    void (*answer)(apus_req *req); /* of our own pages: called instead of a handler */
    void (*phases[APUS__PHASES_MAX])(apus_req *req); /* those that have something to do here */
    uint32_t n_phases;
    uint32_t n_direct;   /* those that are not inside of the ring: all, or the one that runs it */
    apus__around around; /* of routers and route */
    apus_strs scopes;    /* that the caller must have, each once */
    bool late_identity;  /* who is calling is known only behind the body */
    size_t typical;      /* bytes of the last answer, to begin with room for it; not constant */
} apus__plan;

typedef struct apus__plans {
    apus__plan *items;
    uint32_t n, room;
    apus__makes makes;           /* what any of them wants of the worker */
    apus__prepared *prepared;    /* middleware of the app and of all of them */
    apus__convertors convertors; /* of the app whose routes are being added */
} apus__plans;

/* Adds a plan for every route of the app, behind a prefix: the root router's, then what it
 * includes.  Not what it mounts.
 * APUS_OK, APUS_INVALID, APUS_LIMIT or APUS_NOMEM, with a sentence in *err. */
apus_rc apus__plans_add_app(apus__plans *plans, const apus_app *app, apus_str prefix, apus_arena *a,
                            apus_err *err) APUS_NODISCARD;

/* From `first` on, routes that are tried last (APUS_ROUTE_last) go behind the others; among
 * themselves both keep their order.  APUS_OK or APUS_NOMEM. */
apus_rc apus__plans_put_last(apus__plans *plans, uint32_t first, apus_arena *a) APUS_NODISCARD;

/* Notes which phases a request of this plan goes through; see life.c. */
void apus__plan_set_phases(apus__plan *plan);

/* Adds one for a route that is not the app's. */
apus_rc apus__plans_add_own(apus__plans *plans, const apus_route *route,
                            void (*answer)(apus_req *req), apus_arena *a, apus_err *err)
    APUS_NODISCARD;

#endif
