/* compiler/value.h - asking the values that options hold. */
#ifndef APUSC_VALUE_H
#define APUSC_VALUE_H

#include "compiler/contract.h"

/* The option called key, or NULL (also when map is NULL). */
const ct_value *value_get(const ct_value *map, const char *key);

/* The i-th option without a key, or NULL. */
const ct_value *value_unnamed(const ct_value *map, size_t i);

/* The word a value is: a name, or the enumerator behind a number; else NULL. */
const char *value_word(const ct_value *v);

/* Whether a flag is set: `secret`, `secret = true`. */
bool value_flag(const ct_value *map, const char *key);

/* The text of a string option, or NULL. */
const char *value_text(const ct_value *map, const char *key);

size_t value_count(const ct_value *list);

/* "a number", "a text" ...: what kind it is, for messages. */
const char *value_kind_text(const ct_value *v);

/* Where to point for an option: at its key if it has one.  otherwise: what to
 * point at when there is no such option. */
ct_place value_place(const ct_value *map, const char *key, ct_place otherwise);

#endif
