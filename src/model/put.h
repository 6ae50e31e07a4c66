/* src/model/put.h - short values, written straight into room that is there.
 *
 * The room has APUS__PUT_MAX bytes.  Each function gives the end of what it wrote; or NULL,
 * and nothing counts as written: the value is none of the usual, or breaks a rule, and
 * encode.c takes it from its beginning. */
#ifndef APUS_MODEL_PUT_H
#define APUS_MODEL_PUT_H

#include "apus/json_plain.h"
#include "apus/text.h"
#include "model/kept.h"

enum {
    APUS__PUT_MAX = 128,
    APUS__PUT_TEXT_MAX = APUS__PUT_MAX - 2, /* bytes of a text, which gets quotes */
};

/* n bytes, being few and not known to the compiler. */
static inline char *apus__put_bytes(char *to, const char *from, size_t n)
{
    uint64_t first, last;
    uint32_t head, tail;
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        memcpy(&first, from, 8);
        memcpy(&last, from + n - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + n - 8, &last, 8);
    } else if (n >= 4) {
        memcpy(&head, from, 4);
        memcpy(&tail, from + n - 4, 4);
        memcpy(to, &head, 4);
        memcpy(to + n - 4, &tail, 4);
    } else {
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
    }
    return to + n;
}

/* Whether eight bytes are ASCII and none of them needs an escape; see codec/swar.h. */
static inline bool apus__word_is_plain(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
    return !(((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & tops);
}

/* Copies text whose bytes all stand for themselves in JSON. */
static inline char *apus__put_plain_bytes(char *to, const char *from, size_t n)
{
    uint64_t word, last;
    char *end = to + n;
    for (; n >= APUS_STEP; n -= APUS_STEP, from += APUS_STEP, to += APUS_STEP) {
        apus_step s = apus_step_load(from);
        if (!apus__step_is_plain_ascii(s))
            return NULL;
        apus_step_store(to, s);
    }
    if (n >= 8) {
        memcpy(&word, from, 8);
        memcpy(&last, from + n - 8, 8); /* overlaps */
        if (!apus__word_is_plain(word) || !apus__word_is_plain(last))
            return NULL;
        memcpy(to, &word, 8);
        memcpy(end - 8, &last, 8);
        return end;
    }
    for (; n; n--, from++, to++) {
        unsigned char c = (unsigned char)*from;
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            return NULL;
        *to = *from;
    }
    return end;
}

static inline char *apus__put_text(char *to, apus_str text)
{
    *to++ = '"';
    to = text.len <= APUS__PUT_TEXT_MAX ? apus__put_plain_bytes(to, text.ptr, text.len) : NULL;
    if (to)
        *to++ = '"';
    return to;
}

static inline char *apus__put_whole(char *to, const apus_rules *r, int64_t v)
{
    bool fits =
        !apus__kept_has(r, APUS__RULES_KEPT) ||
        (!apus__kept_has(r, APUS__RULES_KEPT & ~APUS__RULES_NUMBER) && apus__whole_fits(r, v));
    return fits ? to + apus_int_print(v, to) : NULL;
}

static inline char *apus__put_double(char *to, const apus_rules *r, double v)
{
    bool fits =
        !apus__kept_has(r, APUS__RULES_KEPT) ||
        (!apus__kept_has(r, APUS__RULES_KEPT & ~APUS__RULES_NUMBER) && apus__number_fits(r, v));
    size_t n = fits ? apus_double_print(v, to) : 0; /* none if it is not finite */
    return n ? to + n : NULL;
}

static inline char *apus__put_str(char *to, const apus_rules *r, apus_str text)
{
    bool fits =
        !apus__kept_has(r, APUS__RULES_KEPT) ||
        (!apus__kept_has(r, APUS__RULES_KEPT & ~APUS__RULES_TEXT) && apus__text_fits(r, text));
    return fits ? apus__put_text(to, text) : NULL;
}

static inline char *apus__put_enum(char *to, const apus_enum *e, int32_t v)
{
    for (uint32_t i = 0; i < e->n_values; i++)
        if (e->values[i].value == v)
            return apus__put_text(to, e->values[i].name);
    return NULL;
}

/* A list of a few texts. */
static inline char *apus__put_texts(char *to, const apus_type *type, const apus_rules *r,
                                    const void *value)
{
    const apus_str *texts;
    size_t n;
    memcpy(&texts, value, sizeof(texts));
    memcpy(&n, (const char *)value + sizeof(texts), sizeof(n));
    n = texts ? n : 0;
    if (type->item->kind != APUS_KIND_str || type->item_pointer ||
        apus__kept_has(r, APUS__RULES_KEPT) || (r && apus__count_kept(r, n) != APUS_OK))
        return NULL;
    char *end = to + APUS__PUT_MAX;
    *to = '[';
    to += n == 0;
    for (size_t i = 0; to && i < n; i++) {
        if (texts[i].len + 4 > (size_t)(end - to)) /* its quotes, what stands in front, ] */
            return NULL;
        *to = i ? ',' : '[';
        to = apus__put_text(to + 1, texts[i]);
    }
    if (to)
        *to++ = ']';
    return to;
}

/* The kinds that most members are. */
static APUS_INLINE char *apus__put_value(char *to, const apus_type *type, const apus_rules *r,
                                         const void *value)
{
    bool has_rules = apus__kept_has(r, APUS__RULES_KEPT);
    switch (type->kind) {
    case APUS_KIND_str:
        return apus__put_str(to, r, *(const apus_str *)value);
    case APUS_KIND_double:
        return apus__put_double(to, r, *(const double *)value);
    case APUS_KIND_int64:
        return apus__put_whole(to, r, *(const int64_t *)value);
    case APUS_KIND_int32:
        return apus__put_whole(to, r, *(const int32_t *)value);
    case APUS_KIND_enum:
        return type->size == sizeof(int32_t) && !has_rules
                   ? apus__put_enum(to, type->enumeration, *(const int32_t *)value)
                   : NULL;
    case APUS_KIND_bool:
        if (has_rules)
            return NULL;
        return *(const bool *)value ? apus__put_bytes(to, "true", 4)
                                    : apus__put_bytes(to, "false", 5);
    case APUS_KIND_list:
        return apus__put_texts(to, type, r, value);
    case APUS_KIND_time:
        if (has_rules || !apus_time_is_valid(*(const apus_time *)value))
            return NULL;
        *to = '"';
        to += 1 + apus_time_print(*(const apus_time *)value, to + 1);
        *to = '"';
        return to + 1;
    default:
        return NULL;
    }
}

#endif
