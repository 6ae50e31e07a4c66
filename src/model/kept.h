/* src/model/kept.h - whether a value that goes out keeps the rules that it is documented with. */
#ifndef APUS_MODEL_KEPT_H
#define APUS_MODEL_KEPT_H

#include "apus/model.h"
#include "apus/rc.h"

/* Rules that are looked at on the way out. */
enum {
    APUS__RULES_KEPT = APUS_RULE_gt | APUS_RULE_ge | APUS_RULE_lt | APUS_RULE_le |
                       APUS_RULE_multiple_of | APUS_RULE_min_length | APUS_RULE_max_length |
                       APUS_RULE_pattern | APUS_RULE_one_of
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

#endif
