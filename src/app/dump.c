/* Models as JSON with some of their members. */
#include "apus/encode.h"
#include "app/sent.h"

/* Whether a list of names has that one, and whether it has names within it. */
static bool is_listed(const char *const *names, apus_str path, bool *within)
{
    bool listed = false;
    *within = false;
    for (; *names; names++) {
        apus_str name = apus_str_of(*names);
        listed = listed || apus_str_eq(name, path);
        *within = *within ||
                  (name.len > path.len && apus_str_starts(name, path) && name.ptr[path.len] == '.');
    }
    return listed;
}

struct pruning {
    apus_req *req;
    const apus_dump *how;
    bool no_memory;
};

static void prune(struct pruning *p, apus_json *v, apus_str path);

/* Whether the member at path stays; what is within it is pruned if need be. */
static bool stays(struct pruning *p, apus_json *v, apus_str path)
{
    bool within = false, further = false;
    bool in = !p->how->include || is_listed(p->how->include, path, &within);
    bool out = p->how->exclude && is_listed(p->how->exclude, path, &further);
    if (out || (!in && !within))
        return false;
    if (within || further) {
        struct pruning inner = *p;
        apus_dump how = *p->how;
        how.include = in ? NULL : how.include;
        inner.how = &how;
        prune(&inner, v, path);
        p->no_memory = p->no_memory || inner.no_memory;
    }
    return true;
}

static apus_str path_of(struct pruning *p, apus_str path, apus_str name)
{
    apus_str s =
        path.len ? apus_arena_strf(&p->req->x->arena, "%.*s.%.*s", APUS_FMT(path), APUS_FMT(name))
                 : name;
    p->no_memory = p->no_memory || !s.ptr;
    return s.ptr ? s : APUS_STR("");
}

/* A list's items are pruned like the object that could stand in its place. */
static void prune(struct pruning *p, apus_json *v, apus_str path)
{
    apus_json *first = v->kind == APUS_JSON_list || v->kind == APUS_JSON_object ? v->first : NULL;
    if (v->kind == APUS_JSON_list) {
        for (apus_json *item = first; item; item = item->next)
            prune(p, item, path);
    } else if (v->kind == APUS_JSON_object) {
        v->first = v->last = NULL;
        v->n = 0;
        for (apus_json *next; first; first = next) {
            next = first->next;
            first->next = NULL;
            if (stays(p, first, path_of(p, path, first->name)))
                apus_json_add(v, first);
        }
    }
}

static apus_json *as_json(apus_req *req, const apus_model *m, const void *object, apus_omit omit)
{
    apus_arena *a = apus_req_arena(req);
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json *out;
    apus_rc rc = apus_encode_model(&b, m, object, omit);
    if (rc == APUS_OK)
        rc = apus_buf_take(&b, &text);
    if (rc == APUS_OK)
        rc = apus_json_parse(a, text, NULL, &out, NULL);
    if (rc == APUS_OK)
        return out;
    return apus_fail(req, rc == APUS_NOMEM ? 503 : 500, NULL, "%s has no JSON form", m->name);
}

apus_json *apus__json_of(apus_req *req, const apus_model *m, const void *object)
{
    return as_json(req, m, object, APUS_OMIT_nothing);
}

apus_json *apus__json_dump(apus_req *req, const apus_model *m, const void *object,
                           const apus_dump *how)
{
    apus_omit omit = how->no_default ? APUS_OMIT_default
                     : how->no_null  ? APUS_OMIT_null
                                     : APUS_OMIT_nothing;
    apus_json *v = as_json(req, m, object, omit);
    struct pruning p = { .req = req, .how = how };
    apus_type type = { .kind = APUS_KIND_model };
    type.model = m;
    if (v && how->no_unsent)
        p.no_memory = !apus__unset_drop(req, &type, object, v);
    if (v && (how->include || how->exclude))
        prune(&p, v, APUS_STR(""));
    if (!p.no_memory)
        return v;
    apus__req_no_memory(req);
    return NULL;
}
