/* src/model/kept.h - whether a value that goes out keeps the rules that it is documented with. */
#ifndef APUS_MODEL_KEPT_H
#define APUS_MODEL_KEPT_H

#include "apus/rc.h"
#include "apus/rules.h"

/* Of a number or a text; other kinds keep all rules.  APUS_OK, APUS_INVALID or APUS_NOMEM. */
apus_rc apus__rules_kept(const apus_type *type, const apus_rules *rules, const void *value);

/* Of the number of items of a list or map. */
apus_rc apus__count_kept(const apus_rules *rules, size_t n);

/* One of the choices: of text, or (text is NULL) of integers.  choice.c */
bool apus__choice_kept(const apus_rules *rules, const apus_str *text, int64_t value);

#endif
