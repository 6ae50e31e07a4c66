/* Lists, fixed arrays and maps. */
#include <stdlib.h>

#include "apus/json_plain.h"
#include "model/coerce.h"
#include "model/decoder.h"
#include "model/distinct.h"

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static apus_str count_ctx(apus_decoder *d, const char *what, const char *key, uint32_t limit,
                          size_t n)
{
    if (apus__problems_full(d->problems))
        return APUS_STR("");
    apus_str s = apus_arena_strf(
        d->arena, "{\"field_type\":\"%s\",\"%s\":%u,\"actual_length\":%zu}", what, key, limit, n);
    return s.ptr ? s : APUS_STR("");
}

apus_rc apus__check_count(apus_decoder *d, const char *what, const apus_rules *r, size_t n,
                          const struct apus__input *in, const apus_place *place)
{
    if (r && r->has & APUS_RULE_min_items && n < r->min_items)
        return apus__complain(d, place, in, "too_short",
                              count_ctx(d, what, "min_length", r->min_items, n),
                              "%s should have at least %u item%s after validation, not %zu", what,
                              r->min_items, plural(r->min_items), n);
    if (r && r->has & APUS_RULE_max_items && n > r->max_items && r->has & APUS_RULE_set)
        return apus__complain(d, place, in, "too_long",
                              apus_arena_strf(d->arena,
                                              "{\"field_type\":\"Set\",\"max_length\":%u,"
                                              "\"actual_length\":null}",
                                              r->max_items),
                              "Set should have at most %u item%s after validation, not more",
                              r->max_items, plural(r->max_items));
    if (r && r->has & APUS_RULE_max_items && n > r->max_items)
        return apus__complain(d, place, in, "too_long",
                              count_ctx(d, what, "max_length", r->max_items, n),
                              "%s should have at most %u item%s after validation, not %zu", what,
                              r->max_items, plural(r->max_items), n);
    return APUS_OK;
}

/* What begins with an apus_str that is all of it. */
static bool is_text(apus_kind kind)
{
    return kind == APUS_KIND_str || kind == APUS_KIND_url || kind == APUS_KIND_email ||
           kind == APUS_KIND_secret;
}

static bool same_name_email(const apus_name_email *a, const apus_name_email *b)
{
    return apus_str_eq(a->name, b->name) && apus_str_eq(a->email, b->email);
}

/* Items are compared as the JSON they came from would be: by value. */
static bool same_item(const apus_type *item, const void *a, const void *b)
{
    if (is_text(item->kind))
        return apus_str_eq(*(const apus_str *)a, *(const apus_str *)b);
    if (item->kind == APUS_KIND_name_email)
        return same_name_email(a, b);
    if (item->kind == APUS_KIND_cstr)
        return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
    if (item->kind == APUS_KIND_json)
        return apus_json_eq(a, b);
    if (item->kind == APUS_KIND_double)
        return *(const double *)a == *(const double *)b;
    return memcmp(a, b, item->size) == 0;
}

struct items {
    const apus_type *type;
    const char *first;
};

static const void *item_at(const struct items *all, size_t i)
{
    return all->first + i * all->type->size;
}

static bool same_items(const void *ctx, size_t i, size_t j)
{
    const struct items *all = ctx;
    return same_item(all->type, item_at(all, i), item_at(all, j));
}

static uint64_t hash_item(const void *ctx, size_t i, uint64_t seed)
{
    const struct items *all = ctx;
    const void *at = item_at(all, i);
    apus_str text;
    switch (all->type->kind) {
    case APUS_KIND_str:
    case APUS_KIND_url:
    case APUS_KIND_email:
    case APUS_KIND_secret:
    case APUS_KIND_name_email: /* by its name */
        text = *(const apus_str *)at;
        return apus_hash(text.ptr, text.len, seed);
    case APUS_KIND_cstr:
        text = apus_str_of(*(const char *const *)at);
        return apus_hash(text.ptr, text.len, seed);
    case APUS_KIND_json:
        return apus__json_hash(at, seed);
    case APUS_KIND_double:
        return apus__double_hash(*(const double *)at, seed);
    default:
        return apus_hash(at, all->type->size, seed);
    }
}

/* Of items that are equal, the first stays. */
static apus_rc drop_repeats(apus_decoder *d, const apus_type *type, char *items, size_t *n)
{
    struct apus__distinct distinct = { .arena = d->arena };
    struct items kept = { type->item, items };
    size_t n_kept = 0, size = type->item->size;
    for (size_t i = 0; i < *n; i++) {
        size_t earlier;
        if (i != n_kept)
            memcpy(items + n_kept * size, items + i * size, size);
        if (apus__distinct_add(&distinct, &kept, hash_item, same_items, n_kept, &earlier))
            return APUS_NOMEM;
        n_kept += earlier == n_kept;
    }
    *n = n_kept;
    return APUS_OK;
}

apus_rc apus__check_items(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                          void *items, size_t *count, const struct apus__input *in,
                          const apus_place *place)
{
    uint32_t has = rules && !type->item_pointer ? rules->has : 0;
    apus_rc rc = has & APUS_RULE_set ? drop_repeats(d, type, items, count) : APUS_OK;
    size_t n = *count;
    if (!rc)
        rc = apus__check_count(d, has & APUS_RULE_set ? "Set" : "List", rules, n, in, place);
    if (rc || !(has & APUS_RULE_unique))
        return rc;
    struct apus__distinct distinct = { .arena = d->arena };
    struct items all = { type->item, items };
    for (size_t i = 0; i < n; i++) {
        size_t earlier;
        if (apus__distinct_add(&distinct, &all, hash_item, same_items, i, &earlier))
            return APUS_NOMEM;
        if (earlier != i)
            return apus__complain(d, place, in, "unique_items", APUS_STR(""),
                                  "List items should be unique, items %zu and %zu are equal",
                                  earlier, i);
    }
    return APUS_OK;
}

/* A growing array in the arena. */
struct growing {
    const char *begin; /* of the text of all items */
    char *ptr;
    size_t n, cap, size, align;
};

/* Room for as many as the rest of the text may hold, if they are like those before; but
 * little more than was sent, so that a client's memory costs its own bytes. */
static size_t next_cap(const apus_scan *s, const struct growing *g)
{
    enum { FIRST = 4, TIMES = 16 };
    if (g->cap == 0)
        return FIRST;
    size_t each = (size_t)(s->at - g->begin) / g->n;
    size_t like_these = g->n + (size_t)(s->end - s->at) / (each ? each : 1) + 1;
    size_t least = g->cap * 2, most = g->cap * TIMES;
    return like_these < least ? least : like_these > most ? most : like_these;
}

static bool widen(struct apus__decoding *c, struct growing *g)
{
    size_t cap = next_cap(&c->scan, g);
    if (cap > SIZE_MAX / 2 / g->size)
        return false;
    char *moved = apus_arena_grow(c->d->arena, g->ptr, g->cap * g->size, cap * g->size, g->align);
    if (!moved)
        return false;
    g->ptr = moved;
    g->cap = cap;
    return true;
}

static void *next_item(struct apus__decoding *c, struct growing *g)
{
    if (g->n == g->cap && !widen(c, g))
        return NULL;
    return g->ptr + g->n++ * g->size;
}

static apus_rc decode_item(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                           bool secret, const apus_place *place, void *at)
{
    if (!type->item_pointer && type->item->kind == APUS_KIND_model)
        return apus__decode_model(c, type->item->model, place, at);
    if (!type->item_pointer)
        return apus__decode_value(c, type->item, rules, secret, place, at);
    memset(at, 0, sizeof(void *));
    if (apus_scan_peek(&c->scan) == 'n')
        return apus_scan_null(&c->scan); /* stays NULL */
    void *object = apus__arena_array(c->d->arena, 1, type->item->size, type->item->align);
    if (!object)
        return APUS_NOMEM;
    memcpy(at, &object, sizeof(object));
    return apus__decode_value(c, type->item, rules, secret, place, object);
}

static apus_rc wrong_token(struct apus__decoding *c, const apus_type *expected, bool secret,
                           const apus_place *place, const char *type, const char *msg)
{
    struct apus__input in = { .secret = secret, .echo_as = expected };
    apus_rc rc = apus__input_read(c, &in);
    return rc ? rc : apus__complain(c->d, place, &in, type, APUS_STR(""), "%s", msg);
}

/* The model of items whose objects are worth a try with what knows it, without all that may be
 * done with an object; or NULL. */
static const apus_model *quick_model(const struct apus__decoding *c, const apus_type *type)
{
    const apus_model *m = type->item->kind == APUS_KIND_model ? type->item->model : NULL;
    bool is_quick = m && m->plain && !type->item_pointer && !m->before && !m->check &&
                    m->extra != APUS_EXTRA_keep && !c->d->sent;
    return is_quick ? m : NULL;
}

static bool take_quickly(struct apus__decoding *c, const apus_model *m, void *at)
{
    struct apus__taken taken;
    memset(at, 0, m->size);
    bool ok = apus__plain_object(c, m, at, &taken);
    c->n_taken += ok ? taken.n : 0;
    return ok;
}

/* All items into g; APUS_INVALID when any had a problem. */
static apus_rc read_items(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                          bool secret, const apus_place *place, struct growing *g)
{
    const bool scalar = !type->item_pointer && apus__kind_is_scalar(type->item->kind);
    const apus_model *quick = quick_model(c, type);
    apus_rc worst = APUS_OK, rc = apus_scan_enter_list(&c->scan);
    bool more;
    for (uint32_t i = 0; rc == APUS_OK; i++) {
        const char *next = i ? apus_plain_comma(c->scan.at, c->scan.end) : NULL;
        if (next) {
            apus_scan_move(&c->scan, next);
        } else {
            rc = apus_scan_more_items(&c->scan, i == 0, &more);
            if (rc || !more)
                break;
        }
        void *at = next_item(c, g);
        if (!at)
            return APUS_NOMEM;
        if (scalar && apus__plain_value(c, type->item, rules, at))
            continue;
        if (quick && take_quickly(c, quick, at))
            continue;
        quick = NULL; /* others will not be plain either */
        apus_place here = { .up = place, .index = i, .is_index = true, .order = i };
        rc = decode_item(c, type, rules, secret, &here, at);
        if (rc == APUS_INVALID) {
            worst = rc;
            rc = APUS_OK;
        }
    }
    return rc ? rc : worst;
}

static apus_rc store_array(struct apus__decoding *c, const apus_type *type, const struct growing *g,
                           const struct apus__input *in, const apus_place *place, void *at)
{
    apus_rules exact = { .has = APUS_RULE_min_items | APUS_RULE_max_items };
    exact.min_items = exact.max_items = type->n;
    apus_rc rc = apus__check_count(c->d, "List", &exact, g->n, in, place);
    if (rc == APUS_OK && g->n)
        memcpy(at, g->ptr, g->n * g->size);
    return rc;
}

apus_rc apus__decode_items(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                           bool secret, const apus_place *place, void *at)
{
    if (apus_scan_peek(&c->scan) != '[')
        return rules && rules->has & APUS_RULE_set
                   ? wrong_token(c, type, secret, place, "set_type", "Input should be a valid set")
                   : wrong_token(c, type, secret, place, "list_type",
                                 "Input should be a valid list");
    const char *begin = c->scan.at;
    struct growing g = { .begin = begin,
                         .size = type->item_pointer ? sizeof(void *) : type->item->size,
                         .align = type->item_pointer ? _Alignof(void *) : type->item->align };
    apus_rc rc = read_items(c, type, rules, secret, place, &g);
    if (rc)
        return rc;
    struct apus__input in = { .token = APUS__TOKEN_list, .secret = secret };
    in.raw = apus__raw_since(c, begin);
    in.echo_as = type;
    if (type->kind == APUS_KIND_array)
        return store_array(c, type, &g, &in, place, at);
    rc = apus__check_items(c->d, type, rules, g.ptr, &g.n, &in, place);
    if (rc == APUS_OK) {
        memcpy(at, &g.ptr, sizeof(g.ptr));
        memcpy((char *)at + sizeof(g.ptr), &g.n, sizeof(g.n));
    }
    return rc;
}

/* --- maps --- */

static apus_str key_at(const struct growing *g, size_t i)
{
    return *(const apus_str *)(const void *)(g->ptr + i * g->size);
}

static bool same_keys(const void *ctx, size_t i, size_t j)
{
    return apus_str_eq(key_at(ctx, i), key_at(ctx, j));
}

static uint64_t hash_key(const void *ctx, size_t i, uint64_t seed)
{
    apus_str key = key_at(ctx, i);
    return apus_hash(key.ptr, key.len, seed);
}

/* The entry for a key: where it was sent before the last value counts, and what was
 * wrong with the one before is forgotten. */
static apus_rc entry_for(struct apus__decoding *c, struct growing *g, struct apus__distinct *keys,
                         apus_str key, apus_place *here)
{
    apus_decoder *d = c->d;
    size_t i = g->n, at;
    apus_str copy = apus_arena_str(d->arena, key);
    void *entry = copy.ptr ? next_item(c, g) : NULL;
    if (!entry)
        return APUS_NOMEM;
    memset(entry, 0, g->size);
    memcpy(entry, &copy, sizeof(copy));
    apus_rc rc = apus__distinct_add(keys, g, hash_key, same_keys, i, &at);
    here->key = copy;
    here->order = (uint32_t)at;
    if (rc || at == i)
        return rc;
    g->n--;
    memset(g->ptr + at * g->size, 0, g->size);
    memcpy(g->ptr + at * g->size, &copy, sizeof(copy));
    apus__problems_drop(d->problems, here);
    return APUS_OK;
}

/* --- maps with integers for keys --- */

static int64_t int_key_at(const struct growing *g, size_t i)
{
    int64_t key;
    memcpy(&key, g->ptr + i * g->size, sizeof(key));
    return key;
}

static bool same_int_keys(const void *ctx, size_t i, size_t j)
{
    return int_key_at(ctx, i) == int_key_at(ctx, j);
}

static uint64_t hash_int_key(const void *ctx, size_t i, uint64_t seed)
{
    int64_t key = int_key_at(ctx, i);
    return apus_hash((const char *)&key, sizeof(key), seed);
}

/* Keys are texts in JSON; APUS_INVALID, told at [..., KEY, "[key]"], where one is no integer. */
static apus_rc read_int_key(apus_decoder *d, apus_str text, const apus_place *here, int64_t *key)
{
    struct apus__whole v;
    struct apus__input in = { .token = APUS__TOKEN_text, .text = text, .raw = text };
    apus_place at = { .up = here, .key = APUS_STR("[key]") };
    enum apus__coerced said = apus__whole_of_text(text, &v);
    uint64_t most = v.negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    if (said == APUS__NOT_A_NUMBER)
        return apus__complain(
            d, &at, &in, "int_parsing", APUS_STR(""),
            "Input should be a valid integer, unable to parse string as an integer");
    if (said != APUS__COERCED || v.overflow || v.magnitude > most)
        return apus__complain(d, &at, &in, "int_parsing_size", APUS_STR(""),
                              "Unable to parse input string as an integer, exceeded maximum size");
    *key = (int64_t)(v.negative ? 0 - v.magnitude : v.magnitude);
    return APUS_OK;
}

/* As entry_for; what is wrong with the key is a problem of its own. */
static apus_rc int_entry_for(struct apus__decoding *c, struct growing *g,
                             struct apus__distinct *keys, apus_str text, apus_place *here)
{
    const uint32_t behind = UINT32_C(1) << 31; /* all entries: it is none */
    apus_decoder *d = c->d;
    size_t i = g->n, at;
    int64_t key = 0;
    here->key = apus_arena_str(d->arena, text);
    here->order = behind | (uint32_t)i;
    if (!here->key.ptr)
        return APUS_NOMEM;
    apus_rc rc = read_int_key(d, here->key, here, &key);
    if (rc)
        return rc;
    void *entry = next_item(c, g);
    if (!entry)
        return APUS_NOMEM;
    memset(entry, 0, g->size);
    memcpy(entry, &key, sizeof(key));
    rc = apus__distinct_add(keys, g, hash_int_key, same_int_keys, i, &at);
    here->order = (uint32_t)at;
    if (rc || at == i)
        return rc;
    g->n--;
    memset(g->ptr + at * g->size + sizeof(key), 0, g->size - sizeof(key));
    apus__problems_drop(d->problems, here);
    return APUS_OK;
}

static apus_rc read_entries(struct apus__decoding *c, const apus_type *type,
                            const apus_rules *rules, bool secret, const apus_place *place,
                            struct growing *g)
{
    struct apus__distinct keys = { .arena = c->d->arena };
    uint32_t before = c->d->problems->n;
    apus_rc rc = apus_scan_enter_object(&c->scan);
    bool more;
    apus_str key;
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(&c->scan, first, c->d->arena, &key, &more);
        if (rc || !more)
            break;
        apus_place here = { .up = place };
        rc = type->int_keys ? int_entry_for(c, g, &keys, key, &here)
                            : entry_for(c, g, &keys, key, &here);
        if (rc == APUS_INVALID) {
            rc = apus_scan_skip(&c->scan);
            continue;
        }
        if (rc)
            return rc;
        char *entry = g->ptr + here.order * g->size;
        rc = decode_item(c, type, rules, secret, &here, entry + type->value_offset);
        rc = rc == APUS_INVALID ? APUS_OK : rc;
    }
    if (rc)
        return rc;
    return c->d->problems->n > before ? APUS_INVALID : APUS_OK;
}

apus_rc apus__decode_map(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                         bool secret, const apus_place *place, void *at)
{
    if (apus_scan_peek(&c->scan) != '{')
        return wrong_token(c, type, secret, place, "dict_type",
                           "Input should be a valid dictionary");
    const char *begin = c->scan.at;
    struct growing g = { .begin = begin, .size = type->entry_size, .align = _Alignof(max_align_t) };
    apus_rc rc = read_entries(c, type, rules, secret, place, &g);
    if (rc)
        return rc;
    struct apus__input in = { .token = APUS__TOKEN_object, .secret = secret };
    in.raw = apus__raw_since(c, begin);
    in.echo_as = type;
    rc = apus__check_count(c->d, "Dictionary", rules, g.n, &in, place);
    if (rc == APUS_OK) {
        memcpy(at, &g.ptr, sizeof(g.ptr));
        memcpy((char *)at + sizeof(g.ptr), &g.n, sizeof(g.n));
    }
    return rc;
}
