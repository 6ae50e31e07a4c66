/* A tree of path segments.
 *
 *     /users/me            0       root -- "users" -- "me"   0
 *     /users/{id}          1                     \--- {str}  1
 *     /users/{id}/posts    2                             \-- "posts" 2
 *     /files/{p:path}      3           \-- "files" -- tail {p:path} 3
 *
 * Literal segments hang in a hash table per node, so a node with a thousand of
 * them costs one probe.  Parameters that fill a segment share one child per
 * convertor.  A segment of several parts ("{name}.{kind}") is a pattern of its
 * own.  From a path parameter on, the rest of the template is a tail: a pattern
 * for the rest of the path, slashes and all.
 *
 * A path may match in several ways; the route with the lowest number wins.  So
 * the search visits every child that fits, but each node knows the lowest number
 * below it, and what cannot win any more is not visited.  No node is visited
 * twice for one path, whatever the path.
 *
 * Templates without parameters are looked up whole before that: for each of them,
 * and each method, the tree was asked once, at the end of building.
 *
 * The path is cut at its slashes first and then percent-decoded, so an encoded
 * slash stays inside its segment. */
#include "app/router.h"

#include <assert.h>

#include "apus/url.h"

struct leaf {
    struct leaf *next;
    apus_method method;
    uint32_t route;
};

struct branch { /* a parameter, a pattern or a tail */
    struct branch *next;
    const apus__part *parts;
    uint32_t n_parts;
    uint32_t n_params;
    struct node *node;
};

struct slot {
    uint64_t hash;
    apus_str text;
    struct node *node; /* NULL: empty */
};

struct node {
    uint32_t first; /* the lowest route number in here */
    uint32_t n_literals;
    uint32_t mask; /* slots - 1; slots is NULL while there are no literals */
    struct slot *slots;
    struct branch *branches;
    struct branch *tails;
    struct leaf *leaves;
};

struct fixed { /* a path that one route answers, always */
    apus_str path;
    apus_method method;
    uint32_t route;
};

struct apus__router {
    apus_arena *arena;
    uint64_t seed;
    struct node root;
    uint32_t n_routes;
    uint32_t depth; /* the most segments that any template has */

    struct text *texts; /* templates without parameters, newest first */
    uint32_t n_texts;
    struct fixed *fixed; /* a hash table; NULL until the router is finished */
    uint32_t fixed_mask;
    uint64_t fixed_lengths; /* bit n: some of them have n bytes, or n is 63 and they are longer */
};

struct text {
    struct text *next;
    apus_str path;
    apus_method method;
};

/* --- building --- */

apus__router *apus__router_create(apus_arena *a, uint64_t seed)
{
    apus__router *r = APUS_NEW(a, apus__router, 1);
    if (!r)
        return NULL;
    r->arena = a;
    r->seed = seed;
    r->root.first = APUS__NO_ROUTE;
    return r;
}

static struct node *new_node(apus__router *r)
{
    struct node *n = APUS_NEW(r->arena, struct node, 1);
    if (n)
        n->first = APUS__NO_ROUTE;
    return n;
}

static struct slot *find_slot(const struct node *n, apus_str text, uint64_t hash)
{
    for (uint32_t i = (uint32_t)hash & n->mask;; i = (i + 1) & n->mask) {
        struct slot *s = &n->slots[i];
        if (!s->node || (s->hash == hash && apus_str_eq(s->text, text)))
            return s;
    }
}

/* At most half of the slots are taken. */
static bool grow_slots(apus__router *r, struct node *n)
{
    struct node wider = *n;
    wider.mask = n->slots ? n->mask * 2 + 1 : 3;
    wider.slots = APUS_NEW(r->arena, struct slot, wider.mask + 1);
    if (!wider.slots)
        return false;
    for (uint32_t i = 0; n->slots && i <= n->mask; i++)
        if (n->slots[i].node)
            *find_slot(&wider, n->slots[i].text, n->slots[i].hash) = n->slots[i];
    *n = wider;
    return true;
}

static struct node *literal_child(apus__router *r, struct node *n, apus_str text)
{
    if ((!n->slots || (n->n_literals + 1) * 2 > n->mask + 1) && !grow_slots(r, n))
        return NULL;
    uint64_t hash = apus_hash(text.ptr, text.len, r->seed);
    struct slot *s = find_slot(n, text, hash);
    if (!s->node) {
        struct node *child = new_node(r);
        if (!child)
            return NULL;
        *s = (struct slot){ hash, text, child };
        n->n_literals++;
    }
    return s->node;
}

static bool same_parts(const struct branch *b, const apus__part *parts, uint32_t n_parts)
{
    if (b->n_parts != n_parts)
        return false;
    for (uint32_t i = 0; i < n_parts; i++)
        if (b->parts[i].conv != parts[i].conv || b->parts[i].own != parts[i].own ||
            (parts[i].conv == APUS__CONV_literal && !apus_str_eq(b->parts[i].text, parts[i].text)))
            return false;
    return true;
}

/* The branch with these parts in *list, made if need be. */
static struct node *branch_child(apus__router *r, struct branch **list, const apus__part *parts,
                                 uint32_t n_parts)
{
    for (; *list; list = &(*list)->next)
        if (same_parts(*list, parts, n_parts))
            return (*list)->node;
    struct branch *b = APUS_NEW(r->arena, struct branch, 1);
    struct node *child = new_node(r);
    if (!b || !child)
        return NULL;
    *b = (struct branch){ .parts = parts, .n_parts = n_parts, .node = child };
    for (uint32_t i = 0; i < n_parts; i++)
        b->n_params += parts[i].conv != APUS__CONV_literal;
    *list = b;
    return child;
}

/* The parts of one segment; a literal part may reach across several segments, so
 * they are cut up here. */
struct cutter {
    const apus__template *t;
    uint32_t part;
    size_t at; /* within a literal part */
};

/* Cuts the next segment off; false at the end.  The caller gave room for as many
 * parts as the template has. */
static bool next_segment(struct cutter *c, apus__part *parts, uint32_t *n)
{
    *n = 0;
    if (c->part == c->t->n_parts)
        return false;
    /* We stand on the '/' in front of the segment. */
    c->at++;
    while (c->part < c->t->n_parts) {
        const apus__part *p = &c->t->parts[c->part];
        if (p->conv != APUS__CONV_literal) {
            parts[(*n)++] = *p;
            c->part++;
            c->at = 0;
            continue;
        }
        apus_str rest = apus_str_slice(p->text, c->at, SIZE_MAX);
        size_t len = apus_str_find(rest, '/');
        apus_str text = apus_str_slice(rest, 0, len);
        if (text.len)
            parts[(*n)++] = (apus__part){ .text = text };
        c->at += text.len;
        if (len != SIZE_MAX)
            return true;
        c->part++;
        c->at = 0;
    }
    return true;
}

static apus_rc check_pattern(const apus__template *t, const apus__part *parts, uint32_t n,
                             apus_err *err)
{
    for (uint32_t i = 0; n > 1 && i < n; i++)
        if (parts[i].conv == APUS__CONV_float || parts[i].conv == APUS__CONV_uuid ||
            parts[i].conv == APUS__CONV_own)
            return apus_err_set(err, APUS_INVALID, "path %.*s: {%.*s} needs a segment of its own",
                                APUS_FMT(t->text), APUS_FMT(parts[i].text));
    return APUS_OK;
}

/* In a segment that stands alone an encoded slash is a character like any other. */
static void take_slashes(apus__part *parts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (parts[i].conv == APUS__CONV_str)
            parts[i].conv = APUS__CONV_any;
}

static bool has_path(const apus__part *parts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (parts[i].conv == APUS__CONV_path)
            return true;
    return false;
}

/* All that is left of the template, beginning with these parts of a segment. */
static uint32_t take_tail(const struct cutter *c, apus__part *parts, uint32_t n)
{
    for (uint32_t i = c->part; i < c->t->n_parts; i++) {
        parts[n] = c->t->parts[i];
        if (i == c->part)
            parts[n].text = apus_str_slice(parts[n].text, c->at, SIZE_MAX);
        n++;
    }
    return n;
}

static void note(struct node *n, uint32_t route)
{
    if (route < n->first)
        n->first = route;
}

static apus_rc walk(apus__router *r, const apus__template *t, struct node **out, apus_err *err)
{
    struct node *n = &r->root;
    struct cutter c = { .t = t };
    apus__part *parts = NULL;
    uint32_t n_parts = 0, depth = 0;
    for (;;) {
        note(n, r->n_routes);
        parts = APUS_NEW(r->arena, apus__part, t->n_parts + 1);
        if (!parts)
            return apus_err_set(err, APUS_NOMEM, "path %.*s: out of memory", APUS_FMT(t->text));
        if (!next_segment(&c, parts, &n_parts))
            break;
        if (++depth > APUS__TEMPLATE_SEGMENTS_MAX)
            return apus_err_set(err, APUS_LIMIT, "path %.*s: over %d segments", APUS_FMT(t->text),
                                APUS__TEMPLATE_SEGMENTS_MAX);
        bool is_tail = has_path(parts, n_parts);
        if (is_tail)
            n_parts = take_tail(&c, parts, n_parts);
        else
            take_slashes(parts, n_parts);
        apus_rc rc = check_pattern(t, parts, n_parts, err);
        if (rc)
            return rc;
        if (is_tail)
            n = branch_child(r, &n->tails, parts, n_parts);
        else if (n_parts == 0)
            n = literal_child(r, n, APUS_STR(""));
        else if (n_parts == 1 && parts[0].conv == APUS__CONV_literal)
            n = literal_child(r, n, parts[0].text);
        else
            n = branch_child(r, &n->branches, parts, n_parts);
        if (!n)
            return apus_err_set(err, APUS_NOMEM, "path %.*s: out of memory", APUS_FMT(t->text));
        if (is_tail)
            break;
    }
    note(n, r->n_routes);
    if (depth > r->depth)
        r->depth = depth;
    *out = n;
    return APUS_OK;
}

/* One with a percent sign in it is never what a client sends decoded. */
static apus_rc note_text(apus__router *r, apus_method method, const apus__template *t)
{
    if (t->n_params || apus_str_find(t->text, '%') != SIZE_MAX)
        return APUS_OK;
    struct text *text = APUS_NEW(r->arena, struct text, 1);
    if (!text)
        return APUS_NOMEM;
    *text = (struct text){ .next = r->texts, .path = t->text, .method = method };
    r->texts = text;
    r->n_texts++;
    return APUS_OK;
}

apus_rc apus__router_add(apus__router *r, apus_method method, const apus__template *t,
                         apus_err *err)
{
    struct node *n;
    apus_rc rc = walk(r, t, &n, err);
    if (rc)
        return rc;
    struct leaf *leaf = APUS_NEW(r->arena, struct leaf, 1);
    if (!leaf || note_text(r, method, t))
        return apus_err_set(err, APUS_NOMEM, "path %.*s: out of memory", APUS_FMT(t->text));
    *leaf = (struct leaf){ .method = method, .route = r->n_routes++ };
    struct leaf **end = &n->leaves;
    while (*end)
        end = &(*end)->next;
    *end = leaf;
    return APUS_OK;
}

/* --- finding --- */

struct segment {
    apus_str text; /* decoded */
    size_t at;     /* where it begins in the path */
};

struct search {
    const apus__router *r;
    apus_method method;
    apus_str path;
    apus_arena *scratch;
    uint32_t n; /* segments of the path; only the first r->depth of them are kept */
    struct segment segments[APUS__TEMPLATE_SEGMENTS_MAX];
    uint32_t n_values; /* on the way to where we are */
    apus_str values[APUS__TEMPLATE_PARAMS_MAX];
    apus__match *best;
    apus_rc failed;
};

/* The '+' of a path is a plus. */
static apus_str decode(struct search *s, apus_str text)
{
    apus_str out;
    apus_rc rc = apus_url_decode(s->scratch, text, &out);
    if (rc)
        s->failed = rc;
    return rc ? text : out;
}

/* Cuts the next segment off, from `at` on; where it ends. */
static size_t cut_segment(struct search *s, size_t at, struct segment *out)
{
    size_t end = at;
    bool is_encoded = false;
    for (; end < s->path.len && s->path.ptr[end] != '/'; end++)
        is_encoded = is_encoded || s->path.ptr[end] == '%';
    out->at = at;
    out->text = (apus_str){ s->path.ptr + at, end - at };
    if (is_encoded)
        out->text = decode(s, out->text);
    return end;
}

/* One segment more than the deepest template has is enough to tell "longer". */
static void cut_path(struct search *s)
{
    for (size_t at = 1; at <= s->path.len; at++) {
        if (s->n++ == s->r->depth)
            return;
        at = cut_segment(s, at, &s->segments[s->n - 1]);
    }
}

static void take_leaves(struct search *s, const struct node *n)
{
    apus__match *m = s->best;
    for (const struct leaf *leaf = n->leaves; leaf; leaf = leaf->next) {
        if (leaf->route < m->allow[leaf->method])
            m->allow[leaf->method] = leaf->route;
        if (leaf->method == s->method && leaf->route < m->route) {
            m->route = leaf->route;
            m->n_values = s->n_values;
            memcpy(m->values, s->values, s->n_values * sizeof(s->values[0]));
        }
    }
}

static bool branch_fits(struct search *s, const struct branch *b, apus_str text)
{
    if (s->failed)
        return false;
    apus_str *to = s->values + s->n_values;
    apus_rc rc;
    if (b->n_parts == 1) {
        *to = text;
        rc = apus__part_takes(s->scratch, b->parts, text);
    } else {
        rc = apus__parts_match(s->scratch, b->parts, b->n_parts, text, to);
    }
    if (rc && rc != APUS_NOT_FOUND)
        s->failed = rc;
    return rc == APUS_OK;
}

static void visit(struct search *s, const struct node *n, uint32_t depth);

static void try_tails(struct search *s, const struct node *n, uint32_t depth)
{
    apus_str rest = apus_str_slice(s->path, s->segments[depth].at, SIZE_MAX);
    if (apus_str_find(rest, '%') != SIZE_MAX)
        rest = decode(s, rest);
    for (const struct branch *b = n->tails; b; b = b->next) {
        if (b->node->first > s->best->route || !branch_fits(s, b, rest))
            continue;
        s->n_values += b->n_params;
        take_leaves(s, b->node);
        s->n_values -= b->n_params;
    }
}

static void visit(struct search *s, const struct node *n, uint32_t depth)
{
    s->best->steps++;
    if (depth == s->n) {
        take_leaves(s, n);
        return;
    }
    if (depth == s->r->depth)
        return;
    const struct segment *seg = &s->segments[depth];
    if (n->slots) {
        uint64_t hash = apus_hash(seg->text.ptr, seg->text.len, s->r->seed);
        const struct node *child = find_slot(n, seg->text, hash)->node;
        if (child && child->first < s->best->route)
            visit(s, child, depth + 1);
    }
    for (const struct branch *b = n->branches; b; b = b->next) {
        if (b->node->first > s->best->route || !branch_fits(s, b, seg->text))
            continue;
        s->n_values += b->n_params;
        visit(s, b->node, depth + 1);
        s->n_values -= b->n_params;
    }
    if (n->tails)
        try_tails(s, n, depth);
}

static apus_rc search_tree(const apus__router *r, apus_method method, apus_str path,
                           apus_arena *scratch, apus__match *m)
{
    struct search s;
    s.r = r;
    s.method = method;
    s.path = path;
    s.scratch = scratch;
    s.n = s.n_values = 0;
    s.best = m;
    s.failed = APUS_OK;
    m->route = APUS__NO_ROUTE;
    m->n_values = 0;
    m->steps = 0;
    for (size_t i = 0; i < APUS_METHOD_COUNT; i++)
        m->allow[i] = APUS__NO_ROUTE;
    if (path.len == 0 || path.ptr[0] != '/')
        return APUS_NOT_FOUND;
    cut_path(&s);
    if (!s.failed)
        visit(&s, &r->root, 0);
    if (s.failed)
        return s.failed;
    if (m->route != APUS__NO_ROUTE)
        return APUS_OK;
    for (size_t i = 0; i < APUS_METHOD_COUNT; i++)
        if (m->allow[i] != APUS__NO_ROUTE)
            return APUS_UNSUPPORTED;
    return APUS_NOT_FOUND;
}

/* --- whole paths --- */

static uint64_t length_bit(size_t len)
{
    return UINT64_C(1) << (len < 63 ? len : 63);
}

static struct fixed *find_fixed(const apus__router *r, apus_method method, apus_str path)
{
    uint64_t hash = apus_hash(path.ptr, path.len, r->seed + method);
    for (uint32_t i = (uint32_t)hash & r->fixed_mask;; i = (i + 1) & r->fixed_mask) {
        struct fixed *f = &r->fixed[i];
        if (!f->path.ptr || (f->method == method && apus_str_eq(f->path, path)))
            return f;
    }
}

apus_rc apus__router_finish(apus__router *r, apus_err *err)
{
    uint32_t room = 4;
    while (room < r->n_texts * 2)
        room *= 2;
    struct fixed *table = APUS_NEW(r->arena, struct fixed, room);
    if (!table)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the routes");
    for (const struct text *t = r->texts; t; t = t->next) {
        apus__match m;
        if (search_tree(r, t->method, t->path, r->arena, &m))
            continue;
        /* The tree may well prefer one with parameters that was declared earlier. */
        if (m.n_values)
            continue;
        r->fixed = table;
        r->fixed_mask = room - 1;
        *find_fixed(r, t->method, t->path) =
            (struct fixed){ .path = t->path, .method = t->method, .route = m.route };
        r->fixed_lengths |= length_bit(t->path.len);
    }
    return APUS_OK;
}

apus_rc apus__router_find(const apus__router *r, apus_method method, apus_str path,
                          apus_arena *scratch, apus__match *m)
{
    if (r->fixed_lengths & length_bit(path.len)) {
        const struct fixed *f = find_fixed(r, method, path);
        if (f->path.ptr) {
            m->route = f->route;
            m->n_values = 0;
            m->steps = 1;
            return APUS_OK;
        }
    }
    return search_tree(r, method, path, scratch, m);
}
