/* apus/rules.h - whether a value keeps the rules of its field, without a call for what is usual.
 *
 * For code that knows which field it reads (apus/plain.h) and for encoding.  What these functions
 * refuse may still be fine: whoever must know looks again, by the ways that say what is wrong.
 *
 * MEMORY: none.  Nothing suspends. */
#ifndef APUS_RULES_H
#define APUS_RULES_H

#include "apus/model.h"
#include "apus/pattern.h"

APUS_API_BEGIN

enum {
    APUS__RULES_NUMBER =
        APUS_RULE_gt | APUS_RULE_ge | APUS_RULE_lt | APUS_RULE_le | APUS_RULE_multiple_of,
    APUS__RULES_TEXT = APUS_RULE_min_length | APUS_RULE_max_length | APUS_RULE_pattern,
    /* those that are looked at on the way out */
    APUS__RULES_KEPT = APUS__RULES_NUMBER | APUS__RULES_TEXT | APUS_RULE_one_of
};

/* The bounds alone. */
bool apus__whole_keeps(const apus_rules *rules, bool negative, uint64_t magnitude);
bool apus__number_keeps(const apus_rules *rules, double v);
bool apus__length_fits(const apus_rules *rules, apus_str text);

static inline bool apus__kept_has(const apus_rules *r, unsigned which)
{
    return r && r->has & which;
}

static inline bool apus__text_fits(const apus_rules *r, apus_str text)
{
    if (r->has & (APUS_RULE_min_length | APUS_RULE_max_length) && !apus__length_fits(r, text))
        return false;
    return !(r->has & APUS_RULE_pattern) ||
           (r->pattern->code && apus_pattern_match(r->pattern, text) == APUS_OK);
}

static inline bool apus__number_fits(const apus_rules *r, double v)
{
    return !(r->has & APUS_RULE_gt && !(v > r->gt.number)) &&
           !(r->has & APUS_RULE_ge && !(v >= r->ge.number)) &&
           !(r->has & APUS_RULE_lt && !(v < r->lt.number)) &&
           !(r->has & APUS_RULE_le && !(v <= r->le.number)) &&
           !(r->has & APUS_RULE_multiple_of && !apus__number_keeps(r, v));
}

static inline bool apus__whole_fits(const apus_rules *r, int64_t v)
{
    return !(r->has & APUS_RULE_gt && !(v > r->gt.integer)) &&
           !(r->has & APUS_RULE_ge && !(v >= r->ge.integer)) &&
           !(r->has & APUS_RULE_lt && !(v < r->lt.integer)) &&
           !(r->has & APUS_RULE_le && !(v <= r->le.integer)) &&
           !(r->has & APUS_RULE_multiple_of &&
             !apus__whole_keeps(r, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v));
}

APUS_API_END

#endif
