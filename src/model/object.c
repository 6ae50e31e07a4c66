/* Objects into structs: members as they come, then what is missing, then the model's own
 * check.  A tagged union first looks ahead for its tag. */
#include "apus/json_plain.h"
#include "model/decoder.h"
#include "model/extra.h"

enum {
    FIELDS_INLINE = 256, /* more need memory from the arena */
    WORD_BITS = 64,
};

struct object {
    struct apus__decoding *c;
    const apus_model *m;
    const apus_place *place;
    void *base;
    uint64_t *seen;              /* a bit per field */
    uint32_t n_seen;             /* how many of them are set */
    uint32_t n_extra;            /* members that the model does not have, so far */
    struct apus__extras *extras; /* they, where the model keeps them */
    apus_rc worst;
    uint32_t before; /* problems that were there before this object's */
};

static bool is_seen(const struct object *o, uint32_t i)
{
    return o->seen[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static apus_rc take_extra(struct object *o, apus_str key)
{
    o->c->n_untaken++;
    if (o->m->extra == APUS_EXTRA_keep)
        return apus__extra_keep(o->c, o->extras, key);
    if (o->m->extra == APUS_EXTRA_ignore || apus__also_begins(o->m, key))
        return apus_scan_skip(&o->c->scan);
    struct apus__input in = { 0 };
    apus_rc rc = apus__input_read(o->c, &in);
    if (rc)
        return rc;
    apus_place here = { .up = o->place, .key = key, .order = o->m->n_fields + o->n_extra++ };
    return apus__complain(o->c->d, &here, &in, "extra_forbidden", APUS_STR(""),
                          "Extra inputs are not permitted");
}

/* *next is the field that a client who keeps our order sends now. */
static uint32_t find_field(const apus_model *m, apus_str key, uint32_t *next)
{
    uint32_t i = *next;
    if (i >= m->n_fields || !apus_str_eq(m->fields[i].name, key))
        i = apus_model_find(m, key);
    *next = i + 1;
    return i;
}

/* A member that was sent before: the last one counts. */
static apus_rc take_again(struct object *o, const apus_place *here)
{
    apus_decoder *d = o->c->d;
    if (d->limits.refuse_duplicate_keys) {
        o->c->scan.error->message = "Duplicate key";
        return APUS_SYNTAX;
    }
    if (o->worst) { /* forget what was wrong before */
        apus__problems_drop(d->problems, here);
        o->worst = d->problems->n > o->before ? APUS_INVALID : APUS_OK;
    }
    return APUS_OK;
}

/* No field's, or one's that is only sent. */
static apus_rc take_other(struct object *o, uint32_t i, apus_str key)
{
    if (i == o->m->n_fields)
        return take_extra(o, key);
    o->c->n_untaken++;
    return apus_scan_skip(&o->c->scan);
}

static apus_rc take_member(struct object *o, apus_str key, uint32_t *next)
{
    uint32_t i = find_field(o->m, key, next);
    if (i == o->m->n_fields && o->m->n_also)
        i = apus__also_find(o->m, key);
    if (i == o->m->n_fields || o->m->fields[i].flags & APUS_FIELD_read_only)
        return take_other(o, i, key);
    const apus_field *f = &o->m->fields[i];
    apus_place here = { .up = o->place, .key = f->name, .order = i };
    apus_rc rc = is_seen(o, i) ? take_again(o, &here) : APUS_OK;
    if (rc)
        return rc;
    o->n_seen += !is_seen(o, i);
    o->seen[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
    return apus__decode_field(o->c, f, &here, o->base);
}

/* Those that `taken` says are there already. */
static void pass_taken(struct object *o, const struct apus__taken *taken)
{
    for (uint32_t i = 0; i < taken->n; i++)
        o->seen[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
    o->n_seen = taken->n;
}

static apus_rc take_members(struct object *o, const struct apus__taken *taken)
{
    bool more;
    uint32_t next = taken->n;
    apus_str key;
    apus_scan *s = &o->c->scan;
    apus_rc rc = apus_scan_enter_object(s);
    if (rc == APUS_OK && taken->n)
        apus_scan_move(s, taken->rest);
    for (bool first = taken->n == 0; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(s, first, o->c->d->arena, &key, &more);
        if (rc || !more)
            break;
        rc = take_member(o, key, &next);
        if (rc == APUS_INVALID) {
            o->worst = rc;
            rc = APUS_OK;
        }
        if (rc == APUS_OK) {
            uint32_t from = next;
            next = apus__plain_members(o->c, o->m, next, false, o->base, o->seen);
            o->n_seen += next - from;
        }
    }
    return rc;
}

/* A member that may stand further inside: from there, if it does. */
static apus_rc take_within(struct object *o, uint32_t i, const char *begin, bool *found)
{
    const apus_model *m = o->m;
    for (uint32_t k = 0; k < m->n_also && !*found; k++) {
        const apus_also *also = &m->also[k];
        if (also->field != i || !apus_str_starts(also->name, APUS_STR("/")))
            continue;
        struct apus__decoding inner = { .d = o->c->d, .scan = o->c->scan };
        inner.scan.at = begin;
        apus_rc rc = apus__also_enter(&inner, also->name, found);
        apus_place here = { .up = o->place, .key = m->fields[i].name, .order = i };
        if (rc == APUS_OK && *found)
            rc = apus__decode_field(&inner, &m->fields[i], &here, o->base);
        if (*found)
            o->seen[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
        if (rc)
            return rc;
    }
    return APUS_OK;
}

/* The echo of the whole object is made once, and only if something is missing. */
static apus_rc fill_absent(struct object *o, const char *begin)
{
    apus_decoder *d = o->c->d;
    apus_str echo = { NULL, 0 };
    for (uint32_t i = 0; o->n_seen < o->m->n_fields && i < o->m->n_fields; i++) {
        const apus_field *f = &o->m->fields[i];
        if (is_seen(o, i))
            continue;
        bool found = false;
        apus_rc within = o->m->n_also ? take_within(o, i, begin, &found) : APUS_OK;
        if (within && within != APUS_INVALID)
            return within;
        o->worst = within ? within : o->worst;
        if (found)
            continue;
        bool missing =
            f->flags & APUS_FIELD_required && !(f->flags & APUS_FIELD_read_only) && !d->partial;
        if (missing && !echo.ptr) {
            apus_type whole = { .kind = APUS_KIND_model };
            whole.model = o->m;
            echo = apus__echo(d, &whole, apus__raw_since(o->c, begin));
        }
        apus_place here = { .up = o->place, .key = f->name, .order = i };
        apus_rc rc = apus_decode_absent(d, f, echo, &here, o->base);
        if (rc == APUS_INVALID)
            o->worst = rc;
        else if (rc)
            return rc;
    }
    return APUS_OK;
}

apus_rc apus_decode_check(apus_decoder *d, const apus_model *m, const apus_place *place,
                          void *object)
{
    apus_checking c = { .d = d, .place = place, .model = m };
    return m->check ? apus__check_run(&c, m->check, object) : APUS_OK;
}

/* As above, with the echo of the object. */
static apus_rc check_object(struct object *o, const char *begin)
{
    apus_checking c = { .d = o->c->d, .place = o->place, .model = o->m };
    if (!o->m->check)
        return APUS_OK;
    c.raw = apus__raw_since(o->c, begin);
    return apus__check_run(&c, o->m->check, o->base);
}

/* What is left to be done with an object when `taken` has been read of it, or all of it. */
static APUS_NOINLINE apus_rc decode_rest(struct apus__decoding *c, const apus_model *m,
                                         const apus_place *place, void *base, const char *begin,
                                         const struct apus__taken *taken)
{
    uint64_t inline_bits[FIELDS_INLINE / WORD_BITS] = { 0 };
    struct object o = { .c = c, .m = m, .place = place, .base = base, .seen = inline_bits };
    o.before = c->d->problems->n;
    if (m->n_fields > FIELDS_INLINE)
        o.seen = APUS_NEW(c->d->arena, uint64_t, (m->n_fields + WORD_BITS - 1) / WORD_BITS);
    if (m->extra == APUS_EXTRA_keep) {
        o.extras = APUS_NEW(c->d->arena, struct apus__extras, 1);
        if (!o.extras)
            return APUS_NOMEM;
        o.extras->kept = (apus_json *)(void *)((char *)base + m->keep_offset);
        *o.extras->kept = (apus_json){ .kind = APUS_JSON_object };
    }
    if (!o.seen)
        return APUS_NOMEM;
    pass_taken(&o, taken);
    apus_rc rc = c->scan.at == begin ? take_members(&o, taken) : APUS_OK;
    if (rc == APUS_OK)
        rc = fill_absent(&o, begin);
    if (rc == APUS_OK && o.worst == APUS_OK && !c->d->partial)
        o.worst = check_object(&o, begin);
    c->n_taken += o.n_seen;
    if (rc == APUS_OK && c->d->sent)
        c->d->sent(c->d->sent_ctx, m, base, o.seen);
    return rc ? rc : o.worst;
}

static apus_rc decode_plain(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                            void *base)
{
    struct apus__taken taken;
    const char *begin = c->scan.at;
    if (apus__plain_object(c, m, base, &taken) && !m->check && m->extra != APUS_EXTRA_keep &&
        !c->d->sent) {
        c->n_taken += taken.n;
        return APUS_OK;
    }
    return decode_rest(c, m, place, base, begin, &taken);
}

/* --- unions --- */

static apus_rc no_tag(struct apus__decoding *c, const apus_model *m, const apus_place *place)
{
    apus_str tag = m->fields[m->tag_field].name;
    const char *begin = c->scan.at;
    apus_rc rc = apus_scan_skip(&c->scan);
    if (rc)
        return rc;
    apus_type whole = { .kind = APUS_KIND_model };
    whole.model = m;
    apus_str quoted = apus_arena_strf(c->d->arena, "'%.*s'", APUS_FMT(tag));
    apus_problems_add(c->d->problems, place, "union_tag_not_found",
                      apus__echo(c->d, &whole, apus__raw_since(c, begin)),
                      apus__ctx_text(c->d, "discriminator", quoted),
                      "Unable to extract tag using discriminator '%.*s'", APUS_FMT(tag));
    return c->d->problems->no_memory || !quoted.ptr ? APUS_NOMEM : APUS_INVALID;
}

static apus_rc wrong_tag(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                         apus_str sent)
{
    apus_buf names = apus_buf_in(c->d->arena), ctx = apus_buf_in(c->d->arena);
    apus_str tag = m->fields[m->tag_field].name, expected, context;
    const char *begin = c->scan.at;
    apus_rc rc = apus_scan_skip(&c->scan);
    if (rc)
        return rc;
    if (apus__problems_full(c->d->problems))
        return apus__problem_count(c->d->problems);
    for (uint32_t i = 0; i < m->n_variants; i++)
        apus_buf_addf(&names, "%s'%.*s'", i ? ", " : "", APUS_FMT(m->variants[i].name));
    if (apus_buf_take(&names, &expected))
        return APUS_NOMEM;
    apus_buf_addf(&ctx, "{\"discriminator\":\"'%.*s'\",\"tag\":", APUS_FMT(tag));
    apus_json_quote(&ctx, sent);
    apus_buf_lit(&ctx, ",\"expected_tags\":");
    apus_json_quote(&ctx, expected);
    apus_buf_addc(&ctx, '}');
    if (apus_buf_take(&ctx, &context))
        return APUS_NOMEM;
    apus_type whole = { .kind = APUS_KIND_model };
    whole.model = m;
    apus_problems_add(c->d->problems, place, "union_tag_invalid",
                      apus__echo(c->d, &whole, apus__raw_since(c, begin)), context,
                      "Input tag '%.*s' found using '%.*s' does not match any of the expected "
                      "tags: %.*s",
                      APUS_FMT(sent), APUS_FMT(tag), APUS_FMT(expected));
    return c->d->problems->no_memory ? APUS_NOMEM : APUS_INVALID;
}

/* The tag's text, wherever it stands; the scanner does not move.  A tag that is no
 * string counts as none. */
static apus_rc find_tag(struct apus__decoding *c, const apus_model *m, apus_str *tag, bool *found)
{
    apus_scan s = c->scan;
    bool more;
    apus_str key;
    *found = false;
    apus_rc rc = apus_scan_enter_object(&s);
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(&s, first, c->d->arena, &key, &more);
        if (rc || !more)
            break;
        if (apus_str_eq(key, m->fields[m->tag_field].name) && apus_scan_peek(&s) == '"') {
            rc = apus_scan_string(&s, c->d->arena, tag);
            *found = true;
        } else {
            rc = apus_scan_skip(&s);
        }
    }
    return rc;
}

static apus_rc decode_tagged(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                             void *base)
{
    apus_str tag;
    bool found;
    apus_rc rc = find_tag(c, m, &tag, &found);
    if (rc)
        return rc;
    if (!found)
        return no_tag(c, m, place);
    for (uint32_t i = 0; i < m->n_variants; i++) {
        const apus_variant *v = &m->variants[i];
        if (!apus_str_eq(v->name, tag))
            continue;
        apus_place here = { .up = place, .key = v->name, .order = 0 };
        return decode_plain(c, v->model, &here, base);
    }
    return wrong_tag(c, m, place, tag);
}

static void store_tag(const apus_model *m, const apus_variant *v, void *base)
{
    const apus_field *f = &m->fields[m->tag_field];
    apus_field as_count = { .count_offset = f->offset, .count_size = (uint8_t)f->type->size };
    apus__store_count(&as_count, base, (size_t)v->tag);
}

/* Counts what is read once more since start.  Unions within unions that fail late would
 * double the work at each level; what is told of one is bounded by the text. */
static apus_rc read_again(struct apus__decoding *c, const apus_scan *start)
{
    enum { FREE = 1 << 16, TIMES = 16 }; /* bytes; how often the whole text */
    c->again += (size_t)(c->scan.at - start->at);
    return c->again / TIMES > FREE / TIMES + (size_t)(c->scan.end - c->scan.begin) ? APUS_LIMIT
                                                                                   : APUS_INVALID;
}

static apus_rc no_object(struct apus__decoding *c, const apus_model *m, const apus_place *place)
{
    apus_type whole = { .kind = APUS_KIND_model };
    whole.model = m;
    struct apus__input in = { .echo_as = &whole };
    apus_rc rc = apus__input_read(c, &in);
    return rc ? rc
              : apus__complain(c->d, place, &in, "model_attributes_type", APUS_STR(""),
                               "Input should be a valid dictionary or object to extract "
                               "fields from");
}

static apus_rc decode_shape(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                            void *base)
{
    if (m->is_bare)
        return apus__decode_field(c, &m->fields[0], place, base);
    return apus_scan_peek(&c->scan) == '{' ? decode_plain(c, m, place, base)
                                           : no_object(c, m, place);
}

/* The best of the shapes so far. */
struct choice {
    const apus_variant *variant; /* NULL: none fits */
    void *object;                /* as it was read: in its place, or aside */
    size_t n_taken;
};

/* What was read of it is kept aside, since the next shape is read into its place. */
static apus_rc keep_aside(struct apus__decoding *c, const apus_model *m, const void *base,
                          struct choice *best)
{
    best->object = apus_arena_alloc(c->d->arena, m->size, m->align);
    if (!best->object)
        return APUS_NOMEM;
    memcpy(best->object, base, m->size);
    return APUS_OK;
}

/* One shape.  APUS_OK: no other can be better; APUS_INVALID: others may be, also where this
 * one fits and is kept in *best. */
static apus_rc try_shape(struct apus__decoding *c, const apus_model *m, const apus_variant *v,
                         const apus_place *here, void *base, struct choice *best)
{
    const apus_scan start = c->scan;
    size_t taken = c->n_taken, untaken = c->n_untaken;
    memset(base, 0, m->size);
    apus_rc rc = decode_shape(c, v->model, here, base);
    if (rc && rc != APUS_INVALID)
        return rc;
    taken = c->n_taken - taken;
    if (rc == APUS_OK && (!best->variant || taken > best->n_taken)) {
        *best = (struct choice){ .variant = v, .object = base, .n_taken = taken };
        if (v->model->is_bare || m->in_order || c->n_untaken == untaken)
            return APUS_OK;
        if (keep_aside(c, m, base, best))
            return APUS_NOMEM;
    }
    return read_again(c, &start);
}

/* What was read of other shapes must not be the last that is told of this object. */
static apus_rc read_once_more(struct apus__decoding *c, const apus_model *m,
                              const struct choice *best, const apus_scan *start,
                              const apus_place *place, void *base)
{
    apus_place here = { .up = place, .key = apus_str_of(best->variant->model->name) };
    c->scan = *start;
    memset(base, 0, m->size);
    apus_rc rc = decode_shape(c, best->variant->model, &here, base);
    store_tag(m, best->variant, base);
    return rc;
}

/* The shapes that `fits` admits (NULL: all): the one that takes most members of what was sent,
 * objects within included; of several the first.  If none is right, the complaints of all are
 * told. */
static apus_rc try_shapes(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                          void *base, bool (*fits)(const apus_model *shape, const apus_scan *at))
{
    const struct apus__decoding before = *c;
    struct choice best = { .variant = NULL };
    uint32_t n = c->d->problems->n, last = 0;
    apus_rc rc = APUS_INVALID;
    for (uint32_t i = 0; i < m->n_variants && rc == APUS_INVALID; i++) {
        const apus_variant *v = &m->variants[i];
        apus_place here = { .up = place, .key = apus_str_of(v->model->name), .order = i };
        c->scan = before.scan;
        if (fits && !fits(v->model, &c->scan))
            continue;
        last = i;
        rc = try_shape(c, m, v, &here, base, &best);
    }
    if (!best.variant || (rc && rc != APUS_INVALID))
        return rc;
    apus_problems_cut(c->d->problems, n);
    if (best.object != base)
        memcpy(base, best.object, m->size);
    c->n_taken = before.n_taken + best.n_taken;
    store_tag(m, best.variant, base);
    if (c->d->sent && best.variant != &m->variants[last])
        return read_once_more(c, m, &best, &before.scan, place, base);
    return APUS_OK;
}

/* Whether a shape is what was sent without any conversion. */
static bool is_exact(const apus_model *shape, const apus_scan *at)
{
    char c = apus_scan_peek((apus_scan *)(uintptr_t)at);
    if (!shape->is_bare)
        return c == '{';
    const char *p = at->at;
    switch (shape->fields[0].type->kind) {
    case APUS_KIND_bool:
        return c == 't' || c == 'f';
    case APUS_KIND_str:
    case APUS_KIND_cstr:
    case APUS_KIND_chars:
    case APUS_KIND_enum:
        return c == '"';
    case APUS_KIND_list:
    case APUS_KIND_array:
        return c == '[';
    case APUS_KIND_map:
        return c == '{';
    case APUS_KIND_model: /* a tuple */
        return c == '[';
    case APUS_KIND_float:
    case APUS_KIND_double:
        for (; p < at->end && *p && strchr("+-0123456789", *p); p++)
            ;
        return c && strchr("-0123456789", c) && p < at->end && strchr(".eE", *p);
    default:
        for (; p < at->end && *p && strchr("-0123456789", *p); p++)
            ;
        return shape->fields[0].type->kind >= APUS_KIND_int8 &&
               shape->fields[0].type->kind <= APUS_KIND_uint64 && p > at->at &&
               !(p < at->end && strchr(".eE", *p));
    }
}

static bool has_bare(const apus_model *m)
{
    for (uint32_t i = 0; i < m->n_variants; i++) {
        if (m->variants[i].model->is_bare)
            return true;
    }
    return false;
}

/* As pydantic's smart mode, unless in order: where plain values are among the shapes, what
 * was sent as one of them is that one, and only then others are tried. */
static apus_rc decode_untagged(struct apus__decoding *c, const apus_model *m,
                               const apus_place *place, void *base)
{
    const apus_scan start = c->scan;
    uint32_t n = c->d->problems->n;
    apus_rc rc =
        has_bare(m) && !m->in_order ? try_shapes(c, m, place, base, is_exact) : APUS_INVALID;
    if (rc != APUS_INVALID)
        return rc;
    c->scan = start;
    apus_problems_cut(c->d->problems, n);
    return try_shapes(c, m, place, base, NULL);
}

/* --- unions where a function says which shape was sent --- */

static apus_rc no_choice(struct apus__decoding *c, const apus_model *m, const apus_place *place)
{
    apus_type whole = { .kind = APUS_KIND_model };
    whole.model = m;
    struct apus__input in = { .echo_as = &whole };
    apus_rc rc = apus__input_read(c, &in);
    apus_str name = apus_arena_strf(c->d->arena, "%s()", m->choose->name);
    if (rc)
        return rc;
    return apus__complain(c->d, place, &in, "union_tag_not_found",
                          apus__ctx_text(c->d, "discriminator", name),
                          "Unable to extract tag using discriminator %s()", m->choose->name);
}

static apus_rc decode_chosen(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                             void *base)
{
    const apus_scan start = c->scan;
    apus_json *sent;
    apus_rc rc = apus_scan_json(&c->scan, c->d->arena, c->d->limits.refuse_duplicate_keys, &sent);
    if (rc)
        return rc;
    if (read_again(c, &start) == APUS_LIMIT)
        return APUS_LIMIT;
    c->scan = start;
    int64_t tag = m->choose->tag(sent);
    for (uint32_t i = 0; i < m->n_variants; i++) {
        const apus_variant *v = &m->variants[i];
        if (v->tag != tag)
            continue;
        apus_place here = { .up = place, .key = v->name, .order = i };
        rc = decode_shape(c, v->model, &here, base);
        store_tag(m, v, base);
        return rc;
    }
    return no_choice(c, m, place);
}

/* What Model(before = f) leaves of what was sent, read in its place. */
static apus_rc decode_changed(struct apus__decoding *c, const apus_model *m,
                              const apus_place *place, void *base)
{
    apus_model plain = *m;
    plain.before = NULL;
    struct apus__decoding changed;
    apus_rc rc = apus__before_run(c, m->before, NULL, m, place, &changed);
    if (rc)
        return rc;
    rc = apus__decode_model(&changed, &plain, place, base);
    apus__before_end(c, &changed);
    return rc;
}

apus_rc apus__decode_model(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                           void *base)
{
    if (m->before)
        return decode_changed(c, m, place, base);
    if (m->is_tuple)
        return apus__decode_tuple(c, m, place, base);
    if (apus_scan_peek(&c->scan) != '{' && !(m->tag_hidden && has_bare(m)))
        return no_object(c, m, place);
    memset(base, 0, m->size);
    if (m->n_variants == 0)
        return decode_plain(c, m, place, base);
    if (m->choose)
        return decode_chosen(c, m, place, base);
    return m->tag_hidden ? decode_untagged(c, m, place, base) : decode_tagged(c, m, place, base);
}
