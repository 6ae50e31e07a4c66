/* Mounting routers, and turning each route's dependencies into steps. */
#include "app/plan.h"

#include <assert.h>
#include <stddef.h>

#include "apus/decode.h"

/* What stands in front of a router: its prefix, middleware and dependencies of all those
 * that include it, outermost first. */
struct mount {
    const struct mount *up;
    apus_str prefix;
    const apus_dependency *const *depends;
    const apus_middleware *const *middleware;
    const apus_str *scopes;
    uint16_t n_depends, n_middleware, n_scopes;
    uint32_t depth;
    apus_content content;       /* with what it inherits ... */
    apus_request_limits limits; /* ... as these */
};

struct planner {
    apus_arena *arena;
    apus_err *err;
    apus__plan *plan;
    apus__makes *makes;
    apus__prepared **prepared;
    apus__convertors convertors;
    const apus_dependency *order[APUS__PLAN_STEPS_MAX]; /* needed first */
    uint32_t n;
};

static apus_rc no_memory(apus_err *err)
{
    return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
}

/* --- collecting the dependencies, each after those it needs --- */

static bool has_dependency(const struct planner *p, const apus_dependency *d)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (p->order[i] == d)
            return true;
    return false;
}

static apus_rc collect(struct planner *p, const apus_dependency *d, uint32_t depth)
{
    if (d->start)
        return apus__makes_add(p->makes, d, p->arena, p->err);
    if (has_dependency(p, d))
        return APUS_OK;
    if (depth > APUS__PLAN_STEPS_MAX)
        return apus_err_set(p->err, APUS_INVALID, "%s: the dependency %s needs itself",
                            p->plan->route->name, d->name);
    for (uint32_t i = 0; i < d->n_params; i++) {
        if (d->params[i].in != APUS_IN_depends)
            continue;
        apus_rc rc = collect(p, d->params[i].dependency, depth + 1);
        if (rc)
            return rc;
    }
    if (p->n == APUS__PLAN_STEPS_MAX - 1)
        return apus_err_set(p->err, APUS_LIMIT, "%s: over %d dependencies", p->plan->route->name,
                            APUS__PLAN_STEPS_MAX - 1);
    p->order[p->n++] = d;
    return APUS_OK;
}

static apus_rc collect_list(struct planner *p, const apus_dependency *const *list, uint32_t n)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < n; i++)
        rc = collect(p, list[i], 0);
    return rc;
}

static apus_rc collect_mounts(struct planner *p, const struct mount *m)
{
    if (!m)
        return APUS_OK;
    apus_rc rc = collect_mounts(p, m->up);
    return rc ? rc : collect_list(p, m->depends, m->n_depends);
}

static apus_rc collect_all(struct planner *p, const struct mount *m)
{
    const apus_route *route = p->plan->route;
    apus_rc rc = collect_mounts(p, m);
    if (!rc)
        rc = collect_list(p, route->depends, route->n_depends);
    for (uint32_t i = 0; !rc && i < route->n_params; i++)
        if (route->params[i].in == APUS_IN_depends)
            rc = collect(p, route->params[i].dependency, 0);
    return rc;
}

/* --- scopes --- */

static void add_scopes(apus_strs *to, const apus_str *scopes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < to->len && !apus_str_eq(to->ptr[k], scopes[i]))
            k++;
        if (k == to->len)
            to->ptr[to->len++] = scopes[i];
    }
}

static void add_mount_scopes(apus_strs *to, const struct mount *m)
{
    if (!m)
        return;
    add_mount_scopes(to, m->up);
    add_scopes(to, m->scopes, m->n_scopes);
}

/* The union over the tree, from the outside in. */
static apus_rc collect_scopes(struct planner *p, const struct mount *m)
{
    const apus_route *route = p->plan->route;
    size_t n = route->n_scopes;
    for (const struct mount *up = m; up; up = up->up)
        n += up->n_scopes;
    for (uint32_t i = 0; i < p->n; i++)
        n += p->order[i]->n_scopes;
    if (n == 0)
        return APUS_OK;
    apus_strs *to = &p->plan->scopes;
    to->ptr = APUS_NEW(p->arena, apus_str, n);
    if (!to->ptr)
        return no_memory(p->err);
    add_mount_scopes(to, m);
    add_scopes(to, route->scopes, route->n_scopes);
    for (uint32_t i = p->n; i-- > 0;)
        add_scopes(to, p->order[i]->scopes, p->order[i]->n_scopes);
    return APUS_OK;
}

/* --- middleware --- */

static uint32_t count_around(const struct mount *m, const apus_route *route)
{
    uint32_t n = route->n_middleware;
    for (; m; m = m->up)
        n += m->n_middleware;
    return n;
}

/* From the innermost outward, into the end of what is left. */
static void fill_around(apus__around_item *end, const struct mount *m, const apus_route *route)
{
    for (uint32_t i = route->n_middleware; i-- > 0;)
        (--end)->m = route->middleware[i];
    for (; m; m = m->up)
        for (uint32_t i = m->n_middleware; i-- > 0;)
            (--end)->m = m->middleware[i];
}

static apus_rc collect_around(struct planner *p, const struct mount *m)
{
    const apus_route *route = p->plan->route;
    uint32_t n = count_around(m, route);
    if (n == 0)
        return APUS_OK;
    if (n > APUS__AROUND_MAX)
        return apus_err_set(p->err, APUS_LIMIT, "%s: over %d middleware", route->name,
                            APUS__AROUND_MAX);
    apus__around_item *items = APUS_NEW(p->arena, apus__around_item, n);
    if (!items)
        return no_memory(p->err);
    fill_around(items + n, m, route);
    p->plan->around = (apus__around){ items, n };
    return apus__around_prepare(&p->plan->around, p->prepared, p->arena, p->err);
}

/* --- steps --- */

static bool is_text(apus_in in)
{
    return in == APUS_IN_path || in == APUS_IN_query || in == APUS_IN_header ||
           in == APUS_IN_cookie;
}

static bool is_body(apus_in in)
{
    return in == APUS_IN_body || in == APUS_IN_form || in == APUS_IN_file;
}

/* Index into apus__step.source. */
static uint32_t source_of(apus_in in)
{
    return is_text(in) ? (uint32_t)in : 4;
}

static apus_rc count_params(struct planner *p, apus__step *s, const apus_param *params, uint32_t n)
{
    uint32_t texts = 0, body = 0, depends = 0, security = 0;
    for (uint32_t i = 0; i < n; i++) {
        texts += is_text(params[i].in);
        body += is_body(params[i].in);
        depends += params[i].in == APUS_IN_depends;
        security += params[i].in == APUS_IN_security;
    }
    s->texts = APUS_NEW(p->arena, apus__binding, texts + 1);
    s->body = APUS_NEW(p->arena, apus__binding, body + 1);
    s->links = APUS_NEW(p->arena, apus__link, depends + 1);
    s->needs = APUS_NEW(p->arena, uint32_t, depends + 1);
    s->security = APUS_NEW(p->arena, const apus_param *, security + 1);
    if (!s->texts || !s->body || !s->links || !s->needs || !s->security)
        return no_memory(p->err);
    return APUS_OK;
}

static apus_rc prepare_type(const apus_type *t, apus_err *err)
{
    while (t && (t->kind == APUS_KIND_list || t->kind == APUS_KIND_array ||
                 t->kind == APUS_KIND_map || t->kind == APUS_KIND_counted))
        t = t->item;
    return t && t->kind == APUS_KIND_model ? apus_model_prepare(t->model, err) : APUS_OK;
}

static apus_rc prepare_rules(const apus_param *param, apus_err *err)
{
    apus_rc rc = param->field.rules ? apus_rules_prepare(param->field.rules, err) : APUS_OK;
    return rc ? rc : prepare_type(param->field.type, err);
}

static apus_rc find_path_index(struct planner *p, apus__binding *b, apus_str name)
{
    const apus__template *t = &p->plan->path;
    for (b->path_index = 0; b->path_index < t->n_params; b->path_index++)
        if (apus_str_eq(t->names[b->path_index], name))
            return APUS_OK;
    return apus_err_set(p->err, APUS_INVALID, "%s: the path %.*s has no {%.*s}",
                        p->plan->route->name, APUS_FMT(t->text), APUS_FMT(name));
}

static apus_rc add_text(struct planner *p, apus__step *s, const apus_param *param, uint32_t order)
{
    apus__binding *b = &s->texts[s->n_texts++];
    *b = (apus__binding){ .param = param };
    /* The members of a model that is spread stand directly below "query". */
    b->place = (apus_place){ .up = &s->source[source_of(param->in)],
                             .key = param->field.name,
                             .order = order };
    if (param->in == APUS_IN_path)
        return find_path_index(p, b, param->field.name);
    return APUS_OK;
}

/* Texts go in by source; everything else as declared. */
static apus_rc add_params(struct planner *p, apus__step *s, const apus_param *params, uint32_t n)
{
    static const char *const names[] = { "path", "query", "header", "cookie", "body" };
    uint32_t number = (uint32_t)(s - p->plan->steps) * 5;
    for (uint32_t i = 0; i < 5; i++)
        s->source[i] = (apus_place){ .key = apus_str_of(names[i]), .order = number + i };

    apus_rc rc = count_params(p, s, params, n);
    for (apus_in in = APUS_IN_path; !rc && in <= APUS_IN_cookie; in++)
        for (uint32_t i = 0; !rc && i < n; i++)
            if (params[i].in == in)
                rc = add_text(p, s, &params[i], i);
    for (uint32_t i = 0; !rc && i < n; i++) {
        const apus_param *param = &params[i];
        if (param->in == APUS_IN_security)
            s->security[s->n_security++] = param;
        else if (is_body(param->in))
            s->body[s->n_body++] = (apus__binding){
                .param = param,
                .place = { .up = &s->source[4], .key = param->field.name, .order = i },
            };
        rc = prepare_rules(param, p->err);
    }
    return rc;
}

static uint32_t index_of(const struct planner *p, const apus_dependency *d)
{
    uint32_t i = 0;
    while (i < p->n && p->order[i] != d)
        i++;
    assert(i < p->n); /* it was collected before */
    return i;
}

/* What the worker makes becomes one of the step's constants. */
static apus_rc add_made(struct planner *p, apus__step *s, const apus_param *param)
{
    if (!s->fixed)
        s->constants = s->fixed = apus__args_fixed(p->arena, s->args_size, s->constants);
    if (!s->fixed ||
        apus__makes_want(p->makes, param->dependency, s->fixed + param->field.offset, p->arena))
        return no_memory(p->err);
    return APUS_OK;
}

static apus_rc add_links(struct planner *p, apus__step *s, const apus_param *params, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (params[i].in != APUS_IN_depends)
            continue;
        if (params[i].dependency->start) {
            apus_rc rc = add_made(p, s, &params[i]);
            if (rc)
                return rc;
            continue;
        }
        uint32_t from = index_of(p, params[i].dependency);
        s->needs[s->n_needs++] = from;
        if (params[i].dependency->result_size)
            s->links[s->n_links++] = (apus__link){ from, params[i].field.offset };
    }
    return APUS_OK;
}

static apus_rc add_steps(struct planner *p)
{
    apus__plan *plan = p->plan;
    const apus_route *route = plan->route;
    plan->n_steps = p->n + 1;
    plan->steps = APUS_NEW(p->arena, apus__step, plan->n_steps);
    if (!plan->steps)
        return no_memory(p->err);
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < p->n; i++) {
        const apus_dependency *d = p->order[i];
        plan->steps[i] = (apus__step){ .dependency = d,
                                       .fn = d->fn,
                                       .call = d->call,
                                       .constants = d->constants,
                                       .args_size = d->args_size,
                                       .result_size = d->result_size };
        rc = add_params(p, &plan->steps[i], d->params, d->n_params);
        if (!rc)
            rc = add_links(p, &plan->steps[i], d->params, d->n_params);
    }
    if (rc)
        return rc;
    apus__step *last = &plan->steps[p->n];
    *last = (apus__step){ .fn = route->fn,
                          .call = route->call,
                          .args_size = route->args_size,
                          .result_size = route->result_size };
    rc = add_params(p, last, route->params, route->n_params);
    if (!rc)
        rc = add_links(p, last, route->params, route->n_params);
    return rc;
}

/* --- which steps run before the body is read --- */

static void find_early(apus__plan *plan, bool *early)
{
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        const apus__step *s = &plan->steps[i];
        early[i] = s->dependency && s->dependency->authenticates && s->n_body == 0;
        for (uint32_t k = 0; early[i] && k < s->n_needs; k++)
            if (plan->steps[s->needs[k]].n_body)
                early[i] = false;
    }
    /* What an early step needs is early too: needs stand in front. */
    for (uint32_t i = plan->n_steps; i-- > 0;)
        for (uint32_t k = 0; early[i] && k < plan->steps[i].n_needs; k++)
            early[plan->steps[i].needs[k]] = true;
}

static void renumber(uint32_t *indices, uint32_t n, const uint32_t *moved)
{
    for (uint32_t i = 0; i < n; i++)
        indices[i] = moved[indices[i]];
}

/* Moves them to the front, keeping their order.  Places point into their step, so
 * they move along. */
static apus_rc sort_early(struct planner *p)
{
    apus__plan *plan = p->plan;
    bool early[APUS__PLAN_STEPS_MAX];
    uint32_t moved[APUS__PLAN_STEPS_MAX], at = 0;
    find_early(plan, early);
    for (uint32_t i = 0; i < plan->n_steps; i++)
        if (early[i])
            moved[i] = at++;
    plan->n_early = at;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        const apus_dependency *d = plan->steps[i].dependency;
        plan->late_identity = plan->late_identity || (d && d->authenticates && !early[i]);
        if (!early[i])
            moved[i] = at++;
    }

    apus__step *sorted = APUS_NEW(p->arena, apus__step, plan->n_steps);
    if (!sorted)
        return no_memory(p->err);
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        apus__step *s = &sorted[moved[i]];
        *s = plan->steps[i];
        renumber(s->needs, s->n_needs, moved);
        for (uint32_t k = 0; k < s->n_links; k++)
            s->links[k].from = moved[s->links[k].from];
        for (uint32_t k = 0; k < s->n_texts; k++)
            s->texts[k].place.up = &s->source[source_of(s->texts[k].param->in)];
        for (uint32_t k = 0; k < s->n_body; k++)
            s->body[k].place.up = &s->source[4];
    }
    plan->steps = sorted;
    return APUS_OK;
}

/* --- the frame and the body --- */

static uint32_t align_up(uint32_t n)
{
    const uint32_t align = _Alignof(max_align_t);
    return (n + align - 1) / align * align;
}

static void lay_out(apus__plan *plan)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        apus__step *s = &plan->steps[i];
        s->args_at = at;
        at += align_up(s->args_size);
        s->result_at = at;
        plan->has_constants = plan->has_constants || s->constants;
        at += align_up(s->result_size);
    }
    plan->values_at = at;
    at += align_up((uint32_t)(plan->path.n_params * sizeof(apus_str)));
    plan->state_at = at;
    plan->frame_size = at + plan->n_steps;
}

static apus_body_kind kind_of(const apus_param *param)
{
    if (param->in != APUS_IN_body)
        return APUS_BODY_form;
    return param->flags & APUS_PARAM_raw ? APUS_BODY_raw : APUS_BODY_json;
}

/* Several parameters of different names, one that asks for it, or the plain fields
 * of a form: the body is then an object keyed by their names. */
static apus_rc decide_body(struct planner *p)
{
    apus__plan *plan = p->plan;
    const apus_param *first = NULL;
    for (uint32_t i = 0; i < plan->n_steps; i++)
        for (uint32_t k = 0; k < plan->steps[i].n_body; k++) {
            const apus_param *param = plan->steps[i].body[k].param;
            first = first ? first : param;
            if (kind_of(param) != kind_of(first))
                return apus_err_set(p->err, APUS_INVALID,
                                    "%s: the body cannot be both a form and something else",
                                    plan->route->name);
            if (k == APUS__BODY_PARAMS_MAX)
                return apus_err_set(p->err, APUS_LIMIT, "%s: over %d body parameters",
                                    plan->route->name, APUS__BODY_PARAMS_MAX);
            plan->body_kind = kind_of(param);
            if ((param->field.flags & APUS_FIELD_embed) ||
                !apus_str_eq(param->field.name, first->field.name) ||
                (param->in != APUS_IN_body && !(param->flags & APUS_PARAM_model)))
                plan->embed = true;
        }
    return APUS_OK;
}

static apus_rc prepare_plan(struct planner *p, const struct mount *m)
{
    apus_rc rc =
        apus__template_parse(p->arena, p->plan->path.text, p->convertors, &p->plan->path, p->err);
    if (!rc)
        rc = prepare_type(p->plan->route->result, p->err);
    if (!rc)
        rc = collect_all(p, m);
    if (!rc)
        rc = collect_scopes(p, m);
    if (!rc)
        rc = collect_around(p, m);
    if (!rc)
        rc = add_steps(p);
    if (!rc)
        rc = sort_early(p);
    if (rc)
        return rc;
    lay_out(p->plan);
    return decide_body(p);
}

/* --- the list --- */

static apus__plan *add(apus__plans *plans, apus_arena *a)
{
    if (plans->n == plans->room) {
        uint32_t room = plans->room ? plans->room * 2 : 16;
        apus__plan *items = APUS_NEW(a, apus__plan, room);
        if (!items)
            return NULL;
        if (plans->n)
            memcpy(items, plans->items, plans->n * sizeof(*items));
        plans->items = items;
        plans->room = room;
    }
    return &plans->items[plans->n++];
}

static apus_rc write_path(apus_arena *a, const struct mount *m, apus_str path, apus_str *out)
{
    const struct mount *chain[APUS__INCLUDE_DEPTH_MAX * 2 + 2];
    uint32_t n = 0;
    for (; m; m = m->up)
        chain[n++] = m;
    apus_buf b = apus_buf_in(a);
    while (n-- > 0)
        apus_buf_add(&b, chain[n]->prefix);
    apus_buf_add(&b, path);
    return apus_buf_take(&b, out);
}

/* What is not said further in is as it is further out. */
static apus_request_limits limits_within(const struct mount *up, apus_request_limits own)
{
    apus_request_limits l = up ? up->limits : (apus_request_limits){ 0 };
    l.body_max = own.body_max ? own.body_max : l.body_max;
    l.part_max = own.part_max ? own.part_max : l.part_max;
    l.files_max = own.files_max ? own.files_max : l.files_max;
    l.fields_max = own.fields_max ? own.fields_max : l.fields_max;
    l.shed = own.shed ? own.shed : l.shed;
    return l;
}

static apus_rc add_route(apus__plans *plans, const apus_route *route, const struct mount *m,
                         apus_arena *a, apus_err *err)
{
    apus__plan *plan = add(plans, a);
    if (!plan)
        return no_memory(err);
    plan->route = route;
    plan->lax_content = m && m->content == APUS_CONTENT_lax;
    plan->limits = limits_within(m, route->limits);
    struct planner p = {
        .arena = a, .err = err, .plan = plan, .makes = &plans->makes, .prepared = &plans->prepared
    };
    p.convertors = plans->convertors;
    if (write_path(a, m, route->path, &plan->path.text))
        return no_memory(err);
    return prepare_plan(&p, m);
}

static apus_rc add_router(apus__plans *plans, const apus_router *r, const struct mount *up,
                          apus_arena *a, apus_err *err)
{
    struct mount m = { .up = up,
                       .prefix = r->prefix,
                       .depends = r->depends,
                       .n_depends = r->n_depends,
                       .scopes = r->scopes,
                       .n_scopes = r->n_scopes,
                       .middleware = r->middleware,
                       .n_middleware = up ? r->n_middleware : 0, /* an app's is outside */
                       .content = r->content || !up ? r->content : up->content,
                       .limits = limits_within(up, r->limits),
                       .depth = up ? up->depth + 1 : 0 };
    if (m.depth > APUS__INCLUDE_DEPTH_MAX * 2)
        return apus_err_set(err, APUS_LIMIT, "router %s: included over %d deep", r->name,
                            APUS__INCLUDE_DEPTH_MAX);
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < r->n_routes; i++)
        rc = add_route(plans, &r->routes[i], &m, a, err);
    for (uint32_t i = 0; !rc && i < r->n_includes; i++) {
        const apus_include *inc = &r->includes[i];
        struct mount between = { .up = &m,
                                 .prefix = inc->prefix,
                                 .depends = inc->depends,
                                 .n_depends = inc->n_depends,
                                 .scopes = inc->scopes,
                                 .n_scopes = inc->n_scopes,
                                 .middleware = inc->middleware,
                                 .n_middleware = inc->n_middleware,
                                 .content = m.content,
                                 .limits = limits_within(&m, inc->limits),
                                 .depth = m.depth + 1 };
        rc = add_router(plans, inc->router, &between, a, err);
    }
    return rc;
}

apus_rc apus__plans_add_app(apus__plans *plans, const apus_app *app, apus_str prefix, apus_arena *a,
                            apus_err *err)
{
    struct mount at = { .prefix = prefix };
    uint32_t first = plans->n;
    plans->convertors = (apus__convertors){ app->convertors, app->n_convertors };
    apus_rc rc =
        app->root ? add_router(plans, app->root, prefix.len ? &at : NULL, a, err) : APUS_OK;
    for (uint32_t i = first; !rc && i < plans->n; i++)
        plans->items[i].app = app;
    return rc;
}

apus_rc apus__plans_put_last(apus__plans *plans, uint32_t first, apus_arena *a)
{
    uint32_t n_last = 0, kept = first;
    for (uint32_t i = first; i < plans->n; i++)
        n_last += plans->items[i].route->flags & APUS_ROUTE_last ? 1 : 0;
    if (n_last == 0)
        return APUS_OK;
    apus__plan *last = APUS_NEW(a, apus__plan, n_last);
    if (!last)
        return APUS_NOMEM;
    n_last = 0;
    for (uint32_t i = first; i < plans->n; i++) {
        if (plans->items[i].route->flags & APUS_ROUTE_last)
            last[n_last++] = plans->items[i];
        else
            plans->items[kept++] = plans->items[i];
    }
    memcpy(&plans->items[kept], last, n_last * sizeof(*last));
    return APUS_OK;
}

apus_rc apus__plans_add_own(apus__plans *plans, const apus_route *route,
                            void (*answer)(apus_req *req), apus_arena *a, apus_err *err)
{
    apus_rc rc = add_route(plans, route, NULL, a, err);
    if (!rc)
        plans->items[plans->n - 1].answer = answer;
    return rc;
}
