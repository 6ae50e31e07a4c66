/* The rules once more, on the way out.  What breaks them is the program's mistake: the
 * answer is not sent, and nobody is told what it was but the log. */
#include "model/kept.h"

/* Bytes say enough about characters where the limits are not near. */
bool apus__length_fits(const apus_rules *r, apus_str text)
{
    bool long_enough = !(r->has & APUS_RULE_min_length) || text.len / 4 >= r->min_length;
    bool short_enough = !(r->has & APUS_RULE_max_length) || text.len <= r->max_length;
    if (long_enough && short_enough)
        return true;
    size_t n = apus_str_codepoints(text);
    return !(r->has & APUS_RULE_min_length && n < r->min_length) &&
           !(r->has & APUS_RULE_max_length && n > r->max_length);
}

static apus_rc text_kept(const apus_rules *r, apus_str text)
{
    if (r->has & APUS_RULE_one_of && !apus__choice_kept(r, &text, 0))
        return APUS_INVALID;
    if (!apus__length_fits(r, text))
        return APUS_INVALID;
    /* one that was never prepared belongs to tables that no service looks at */
    if (r->has & APUS_RULE_pattern && r->pattern->code)
        return apus_pattern_match(r->pattern, text);
    return APUS_OK;
}

static apus_rc whole_kept(const apus_rules *r, bool negative, uint64_t magnitude)
{
    return apus__whole_keeps(r, negative, magnitude) ? APUS_OK : APUS_INVALID;
}

static apus_rc signed_kept(const apus_rules *r, int64_t v)
{
    if (r->has & APUS_RULE_one_of && !apus__choice_kept(r, NULL, v))
        return APUS_INVALID;
    return whole_kept(r, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static apus_rc number_kept(const apus_rules *r, double v)
{
    return apus__number_keeps(r, v) ? APUS_OK : APUS_INVALID;
}

#define LOAD(type) (*(const type *)value)

apus_rc apus__rules_kept(const apus_type *type, const apus_rules *r, const void *value)
{
    switch (type->kind) {
    case APUS_KIND_int8:
        return signed_kept(r, LOAD(int8_t));
    case APUS_KIND_int16:
        return signed_kept(r, LOAD(int16_t));
    case APUS_KIND_int32:
        return signed_kept(r, LOAD(int32_t));
    case APUS_KIND_int64:
        return signed_kept(r, LOAD(int64_t));
    case APUS_KIND_uint8:
        return whole_kept(r, false, LOAD(uint8_t));
    case APUS_KIND_uint16:
        return whole_kept(r, false, LOAD(uint16_t));
    case APUS_KIND_uint32:
        return whole_kept(r, false, LOAD(uint32_t));
    case APUS_KIND_uint64:
        return whole_kept(r, false, LOAD(uint64_t));
    case APUS_KIND_float:
        return number_kept(r, (double)LOAD(float));
    case APUS_KIND_double:
        return number_kept(r, LOAD(double));
    case APUS_KIND_str:
    case APUS_KIND_url:
        return text_kept(r, LOAD(apus_str));
    case APUS_KIND_cstr:
        return LOAD(char *) ? text_kept(r, apus_str_of(LOAD(char *))) : APUS_OK;
    default:
        return APUS_OK;
    }
}

apus_rc apus__count_kept(const apus_rules *r, size_t n)
{
    bool kept = !(r->has & APUS_RULE_min_items && n < r->min_items) &&
                !(r->has & APUS_RULE_max_items && n > r->max_items);
    return kept ? APUS_OK : APUS_INVALID;
}
