/* Structs that travel as lists: their members in order, without names. */
#include "model/decoder.h"

struct tuple {
    struct apus__decoding *c;
    const apus_model *m;
    const apus_place *place;
    void *base;
    apus_rc worst;
};

static apus_place place_of(const struct tuple *t, uint32_t i)
{
    return (apus_place){ .up = t->place, .index = i, .is_index = true, .order = i };
}

/* true: go on. */
static bool take(struct tuple *t, apus_rc rc)
{
    t->worst = rc ? rc : t->worst;
    return rc == APUS_OK || rc == APUS_INVALID;
}

static apus_rc no_list(apus_decoder *d, const apus_place *place, const struct apus__input *in)
{
    return apus__complain(d, place, in, "tuple_type", APUS_STR(""),
                          "Input should be a valid tuple");
}

static apus_rc too_long(apus_decoder *d, const apus_model *m, const apus_place *place, uint32_t n,
                        const struct apus__input *in)
{
    const apus_rules most = { .has = APUS_RULE_max_items, .max_items = m->n_fields };
    return apus__check_count(d, "Tuple", &most, n, in, place);
}

/* What a list of n items does not have. */
static apus_rc fill_absent(struct tuple *t, uint32_t n, apus_str echo)
{
    for (uint32_t i = n; i < t->m->n_fields; i++) {
        apus_place here = place_of(t, i);
        if (!take(t, apus_decode_absent(t->c->d, &t->m->fields[i], echo, &here, t->base)))
            return t->worst;
    }
    return t->worst;
}

/* The items, as many as there are; *n counts them. */
static apus_rc take_items(struct tuple *t, uint32_t *n)
{
    bool more;
    apus_scan *s = &t->c->scan;
    apus_rc rc = apus_scan_enter_list(s);
    while (rc == APUS_OK) {
        rc = apus_scan_more_items(s, *n == 0, &more);
        if (rc || !more)
            break;
        apus_place here = place_of(t, *n);
        rc = *n < t->m->n_fields ? apus__decode_field(t->c, &t->m->fields[*n], &here, t->base)
                                 : apus_scan_skip(s);
        if (take(t, rc))
            rc = APUS_OK;
        *n += *n < UINT32_MAX;
    }
    return rc;
}

/* The whole, as it is told where something is wrong with it. */
static struct apus__input whole_of(struct apus__decoding *c, const apus_type *type,
                                   const char *begin)
{
    return (struct apus__input){ .token = APUS__TOKEN_list,
                                 .raw = apus__raw_since(c, begin),
                                 .echo_as = type };
}

static apus_rc check(struct tuple *t, const char *begin)
{
    apus_checking checking = { .d = t->c->d, .place = t->place, .model = t->m };
    if (!t->m->check)
        return APUS_OK;
    checking.raw = apus__raw_since(t->c, begin);
    return apus__check_run(&checking, t->m->check, t->base);
}

apus_rc apus__decode_tuple(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                           void *base)
{
    struct tuple t = { .c = c, .m = m, .place = place, .base = base };
    apus_type type = { .kind = APUS_KIND_model };
    type.model = m;
    const char *begin = c->scan.at;
    uint32_t n = 0, before = c->d->problems->n;
    if (apus_scan_peek(&c->scan) != '[') {
        struct apus__input in = { .echo_as = &type };
        apus_rc rc = apus__input_read(c, &in);
        return rc ? rc : no_list(c->d, place, &in);
    }
    memset(base, 0, m->size);
    apus_rc rc = take_items(&t, &n);
    if (rc)
        return rc;
    if (n > m->n_fields) { /* that is all that is told of it */
        struct apus__input in = whole_of(c, &type, begin);
        apus_problems_cut(c->d->problems, before);
        return too_long(c->d, m, place, n, &in);
    }
    if (n < m->n_fields) {
        rc = fill_absent(&t, n, apus__echo(c->d, &type, apus__raw_since(c, begin)));
        if (rc && rc != APUS_INVALID)
            return rc;
    }
    return t.worst ? t.worst : check(&t, begin);
}

apus_rc apus__decode_tuple_texts(apus_decoder *d, const apus_model *m, const apus_str *texts,
                                 size_t n, const struct apus__input *in, const apus_place *place,
                                 void *base)
{
    struct apus__decoding c = { .d = d };
    struct tuple t = { .c = &c, .m = m, .place = place, .base = base };
    memset(base, 0, m->size);
    if (n > m->n_fields)
        return too_long(d, m, place, (uint32_t)(n < UINT32_MAX ? n : UINT32_MAX), in);
    for (uint32_t i = 0; i < n; i++) {
        apus_place here = place_of(&t, i);
        if (!take(&t, apus_decode_text(d, &m->fields[i], texts[i], &here, base)))
            return t.worst;
    }
    apus_rc rc = fill_absent(&t, (uint32_t)n, in->raw);
    return rc ? rc : apus_decode_check(d, m, place, base);
}
