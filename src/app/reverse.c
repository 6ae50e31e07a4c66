/* From a handler back to the path of its route. */
#include "app/service.h"

#include "apus/url.h"

enum { ARGS_MAX = APUS__TEMPLATE_PARAMS_MAX };

struct args {
    const char *const *pairs; /* name, value, ..., NULL */
    uint32_t n;
};

static const char *find_value(const struct args *args, apus_str name)
{
    for (uint32_t i = 0; i < args->n; i++)
        if (apus_str_eq(apus_str_of(args->pairs[2 * i]), name))
            return args->pairs[2 * i + 1];
    return NULL;
}

/* Whether these are just the parameters that the path has. */
static bool has_all(const apus__template *t, const struct args *args)
{
    for (uint32_t i = 0; i < t->n_params; i++)
        if (!find_value(args, t->names[i]))
            return false;
    return t->n_params == args->n;
}

/* A path parameter keeps its slashes; all else is encoded. */
static void add_value(apus_buf *to, apus__conv conv, apus_str value)
{
    while (conv == APUS__CONV_path && value.len) {
        size_t slash = apus_str_find(value, '/');
        apus_url_encode(to, apus_str_slice(value, 0, slash));
        if (slash != SIZE_MAX)
            apus_buf_addc(to, '/');
        value = slash == SIZE_MAX ? APUS_STR("") : apus_str_slice(value, slash + 1, SIZE_MAX);
    }
    apus_url_encode(to, value);
}

static apus_str write_path(apus_req *req, const apus__template *t, const struct args *args)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str out;
    apus_buf_add(&b, apus_req_root_path(req));
    for (uint32_t i = 0; i < t->n_parts; i++) {
        const apus__part *part = &t->parts[i];
        if (part->conv == APUS__CONV_literal) {
            apus_buf_add(&b, part->text);
            continue;
        }
        apus_str value = apus_str_of(find_value(args, part->text));
        apus__part within = *part; /* what has a segment of its own may have a slash in it */
        within.conv = part->conv == APUS__CONV_str ? APUS__CONV_any : part->conv;
        if (apus__part_takes(&req->x->arena, &within, value)) {
            apus__req_broken(req, "apus_path_for: {%.*s} of %.*s does not take \"%.*s\"",
                             APUS_FMT(part->text), APUS_FMT(t->text), APUS_FMT(value));
            return APUS_STR("");
        }
        add_value(&b, part->conv, value);
    }
    if (apus_buf_take(&b, &out))
        apus_abort(req, 503, NULL, "out of memory");
    return out;
}

apus_str apus__path_for(apus_req *req, apus_fn *handler, const char *const *pairs)
{
    const apus_service *s = req->service;
    struct args args = { .pairs = pairs };
    const char *name = NULL;
    while (args.n < ARGS_MAX && pairs[2 * args.n])
        args.n++;
    for (uint32_t i = 0; i < s->plans.n; i++) {
        const apus__plan *plan = &s->plans.items[i];
        if (plan->route->fn != handler)
            continue;
        name = plan->route->name;
        if (has_all(&plan->path, &args))
            return write_path(req, &plan->path, &args);
    }
    if (name)
        apus__req_broken(req, "apus_path_for: no path of %s has these parameters", name);
    else
        apus__req_broken(req, "apus_path_for: that function is no handler of a route");
    return APUS_STR("");
}

apus_str apus__url_for(apus_req *req, apus_fn *handler, const char *const *pairs)
{
    const apus_http_request *r = &req->x->request;
    apus_str path = apus__path_for(req, handler, pairs);
    return apus_strf(req, "%.*s://%.*s%.*s", APUS_FMT(r->scheme), APUS_FMT(r->host),
                     APUS_FMT(path));
}
