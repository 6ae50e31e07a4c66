/* src/model/kept.h - whether a value that goes out keeps the rules that it is documented with. */
#ifndef APUS_MODEL_KEPT_H
#define APUS_MODEL_KEPT_H

#include "apus/model.h"
#include "apus/pattern.h"
#include "apus/rc.h"

enum {
    APUS__RULES_NUMBER =
        APUS_RULE_gt | APUS_RULE_ge | APUS_RULE_lt | APUS_RULE_le | APUS_RULE_multiple_of,
    APUS__RULES_TEXT = APUS_RULE_min_length | APUS_RULE_max_length | APUS_RULE_pattern,
    /* those that are looked at on the way out */
    APUS__RULES_KEPT = APUS__RULES_NUMBER | APUS__RULES_TEXT | APUS_RULE_one_of
};

/* Of a number or a text; other kinds keep all rules.  APUS_OK, APUS_INVALID or APUS_NOMEM. */
apus_rc apus__rules_kept(const apus_type *type, const apus_rules *rules, const void *value);

/* Of the number of items of a list or map. */
apus_rc apus__count_kept(const apus_rules *rules, size_t n);

/* One of the choices: of text, or (text is NULL) of integers.  choice.c */
bool apus__choice_kept(const apus_rules *rules, const apus_str *text, int64_t value);

/* The bounds alone; scalar_number.c. */
bool apus__whole_keeps(const apus_rules *rules, bool negative, uint64_t magnitude);
bool apus__number_keeps(const apus_rules *rules, double v);
bool apus__length_fits(const apus_rules *rules, apus_str text);

/* --- the same without a call, for values as most are; false: look again, with the above --- */

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

#endif
