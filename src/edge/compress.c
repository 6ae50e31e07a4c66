/* Which answers are encoded, and how; the encoding is coder.h's. */
#include "apus/compress.h"

#include <stdlib.h>

#include "apus/accept.h"
#include "apus/filter.h"
#include "apus/middleware.h"
#include "apus/req.h"
#include "edge/coder.h"
#include "edge/list.h"

enum {
    N_CODINGS = 3,
    IDLE_MAX = 8, /* coders of each coding that are kept for the next answer */
};

/* What is worth encoding where nothing else is said. */
static const char *const usual_types[] = {
    "text/*",
    "application/json",
    "application/*+json",
    "application/jsonl",
    "application/x-ndjson",
    "application/javascript",
    "application/xml",
    "application/*+xml",
    "application/wasm",
    "application/yaml",
    "application/vnd.ms-fontobject",
    "font/ttf",
    "font/otf",
    "image/svg+xml",
    "image/bmp",
    "image/x-icon",
};
enum { N_USUAL = sizeof(usual_types) / sizeof(usual_types[0]) };

struct shop {
    const apus__coding *coding; /* NULL: switched off */
    int level;
    apus__coder *idle;
    unsigned n_idle;
};

struct compress {
    uint64_t min_size;
    const char *const *types;
    size_t n_types;
    unsigned live;
    struct shop shops[N_CODINGS]; /* the one we prefer first */
};

/* What belongs to one request. */
struct encoding {
    struct compress *c;
    struct shop *shop; /* the coding that the client prefers; NULL: none */
    apus__coder *coder;
    apus_arena *arena;
};

/* --- once --- */

static void release(void *ctx)
{
    struct compress *c = ctx;
    for (int i = 0; i < N_CODINGS; i++) {
        while (c->shops[i].idle) {
            apus__coder *one = c->shops[i].idle;
            c->shops[i].idle = one->next;
            one->coding->destroy(one);
        }
    }
}

static apus_rc open_shop(struct shop *s, const apus__coding *coding, int level, int otherwise,
                         int max, apus_err *err)
{
    s->level = level ? level : otherwise;
    if (s->level > max)
        return apus_err_set(err, APUS_INVALID, "%s has levels from 1 to %d, not %d", coding->name,
                            max, level);
    s->coding = s->level > 0 ? coding : NULL;
    return APUS_OK;
}

apus_rc apus__compress_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_compress_options *o = settings;
    struct compress *c = APUS_NEW(a, struct compress, 1);
    if (!c || apus_arena_defer(a, release, c))
        return APUS_NOMEM;
    bool has_types = o->types[0] != NULL;
    c->min_size = (uint64_t)(o->min_size > 0 ? o->min_size : APUS_COMPRESS_MIN_SIZE);
    c->types = has_types ? o->types : usual_types;
    c->n_types = has_types ? APUS_COMPRESS_TYPES_MAX : N_USUAL;
    apus_rc rc = open_shop(&c->shops[0], &apus__coding_zstd, o->zstd_level,
                           APUS_COMPRESS_ZSTD_LEVEL, 19, err);
    if (!rc)
        rc = open_shop(&c->shops[1], &apus__coding_brotli, o->brotli_quality,
                       APUS_COMPRESS_BROTLI_QUALITY, 11, err);
    if (!rc)
        rc = open_shop(&c->shops[2], &apus__coding_gzip, o->gzip_level, APUS_COMPRESS_GZIP_LEVEL, 9,
                       err);
    *out = c;
    return rc;
}

/* --- coders --- */

static void give_back(void *ctx)
{
    struct encoding *e = ctx;
    apus__coder *one = e->coder;
    if (!one)
        return;
    e->coder = NULL;
    e->c->live--;
    if (e->shop->n_idle == IDLE_MAX) {
        one->coding->destroy(one);
        return;
    }
    one->next = e->shop->idle;
    e->shop->idle = one;
    e->shop->n_idle++;
}

static apus__coder *take(struct shop *s)
{
    apus__coder *one = s->idle;
    if (!one)
        return s->coding->create(s->level);
    s->idle = one->next;
    s->n_idle--;
    return one;
}

/* A coder that is ready for a body; false: the answer goes out as it is. */
static bool hire(struct encoding *e, uint64_t length)
{
    if (!e->coder) {
        if (e->c->live >= APUS_COMPRESS_LIVE_MAX || apus_arena_defer(e->arena, give_back, e))
            return false;
        e->coder = take(e->shop);
        if (!e->coder)
            return false;
        e->c->live++;
    }
    if (e->coder->coding->begin(e->coder, length) == APUS_OK)
        return true;
    give_back(e);
    return false;
}

/* --- which answers --- */

/* A '*' in the pattern stands for anything. */
static bool type_fits(const char *pattern, apus_str type)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return apus_str_eq_nocase(apus_str_of(pattern), type);
    apus_str front = { pattern, (size_t)(star - pattern) }, end = apus_str_of(star + 1);
    return type.len >= front.len + end.len &&
           apus_str_eq_nocase(apus_str_slice(type, 0, front.len), front) &&
           apus_str_eq_nocase(apus_str_slice(type, type.len - end.len, SIZE_MAX), end);
}

static bool has_type(const struct compress *c, apus_str type)
{
    type = apus_str_trim(apus_str_slice(type, 0, apus_str_find(type, ';')));
    if (apus_str_eq_nocase(type, APUS_STR("text/event-stream")))
        return false;
    for (size_t i = 0; i < c->n_types && c->types[i]; i++)
        if (type_fits(c->types[i], type))
            return true;
    return false;
}

static bool names(apus_str list, apus_str wanted)
{
    apus_str item;
    while (apus__list_next(&list, &item))
        if (apus_str_eq_nocase(item, wanted))
            return true;
    return false;
}

static bool is_eligible(const struct compress *c, const apus_http_reply *head, uint64_t length)
{
    bool has_body = head->status >= 200 && head->status != 204 && head->status != 205 &&
                    head->status != 206 && head->status != 304;
    return has_body && length >= c->min_size && has_type(c, head->content_type) &&
           !apus_head_value(head, "content-encoding").len &&
           !names(apus_head_value(head, "cache-control"), APUS_STR("no-transform"));
}

static apus_rc add_vary(apus_arena *a, apus_http_reply *head)
{
    apus_str vary = apus_head_value(head, "vary");
    if (names(vary, APUS_STR("accept-encoding")) || names(vary, APUS_STR("*")))
        return APUS_OK;
    return apus_head_add(a, head, "Vary", "Accept-Encoding");
}

/* What is said of the bytes is no longer so: byte ranges are those of the plain form, and
 * the tag names more than one form (RFC 9110 section 8.8.1). */
static apus_rc mark_encoded(apus_arena *a, apus_http_reply *head, const char *coding)
{
    apus_str etag = apus_head_value(head, "etag");
    apus_rc rc = apus_head_set(a, head, "Accept-Ranges", NULL);
    if (!rc && etag.len && !apus_str_starts(etag, APUS_STR("W/"))) {
        apus_str weak = apus_arena_strf(a, "W/%.*s", APUS_FMT(etag));
        rc = weak.ptr ? apus_head_set(a, head, "ETag", weak.ptr) : APUS_NOMEM;
    }
    return rc ? rc : apus_head_add(a, head, "Content-Encoding", coding);
}

static bool begin(apus_req *req, void *ctx, apus_http_reply *head, uint64_t length)
{
    struct encoding *e = ctx;
    (void)req;
    if (!is_eligible(e->c, head, length) || add_vary(e->arena, head) || !e->shop)
        return false;
    apus_http_reply before = *head;
    if (hire(e, length) && mark_encoded(e->arena, head, e->coder->coding->name) == APUS_OK)
        return true;
    *head = before;
    give_back(e);
    return false;
}

static apus_rc push(void *ctx, apus_str bytes, apus_filter_step step, apus_buf *out)
{
    struct encoding *e = ctx;
    return e->coder->coding->push(e->coder, bytes, step, out);
}

static const apus_filter filter = { .name = "compress", .begin = begin, .push = push };

/* --- per request --- */

/* The coding with the most weight; among equals the one we prefer.  NULL: as it is. */
static struct shop *choose(struct compress *c, apus_str accepted)
{
    int most = 0, others = apus_accept_weight(accepted, APUS_STR("*"));
    struct shop *best = NULL;
    for (int i = 0; i < N_CODINGS; i++) {
        struct shop *s = &c->shops[i];
        int weight = s->coding ? apus_accept_weight(accepted, apus_str_of(s->coding->name)) : 0;
        if (weight < 0)
            weight = others;
        if (weight > most) {
            most = weight;
            best = s;
        }
    }
    int plain = apus_accept_weight(accepted, APUS_STR("identity"));
    return plain > most ? NULL : best;
}

void apus__compress_run(apus_req *req, apus_next *next)
{
    struct compress *c = (struct compress *)(uintptr_t)apus_next_settings(next);
    struct encoding *e = apus_new(req, struct encoding);
    *e = (struct encoding){ .c = c,
                            .shop = choose(c, apus_req_header(req, "accept-encoding")),
                            .arena = apus_req_arena(req) };
    apus_next_filter(next, &filter, e);
    apus_next_run(next);
}
