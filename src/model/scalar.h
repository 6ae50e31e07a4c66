/* src/model/scalar.h - the setters of scalar kinds: see scalar.c.  `rules` is never
 * NULL; at has type->size bytes. */
#ifndef APUS_MODEL_SCALAR_H
#define APUS_MODEL_SCALAR_H

#include "apus/plain.h"
#include "model/decoder.h"

#define APUS__SETTER(name)                                                                         \
    apus_rc apus__set_##name(apus_decoder *d, const apus_type *type, const apus_rules *rules,      \
                             const struct apus__input *in, const apus_place *place, void *at)

APUS__SETTER(bool); /* scalar_number.c */
APUS__SETTER(int);
APUS__SETTER(number);
APUS__SETTER(decimal);
APUS__SETTER(str); /* scalar_text.c */
APUS__SETTER(bytes);
APUS__SETTER(enum);
APUS__SETTER(secret);
APUS__SETTER(json);
APUS__SETTER(url); /* scalar_address.c */
APUS__SETTER(email);
APUS__SETTER(name_email);
APUS__SETTER(ip);
APUS__SETTER(ip_network);
APUS__SETTER(ip_interface);
APUS__SETTER(uuid);
APUS__SETTER(time); /* scalar_time.c */
APUS__SETTER(date);
APUS__SETTER(duration);
APUS__SETTER(clock_time);

/* Whether the token carries text. */
bool apus__has_text(const struct apus__input *in);

/* A copy of the text in the arena, stored at `at`: APUS_OK or APUS_NOMEM. */
apus_rc apus__store_text(apus_decoder *d, apus_str text, void *at);

/* APUS_RULE_one_of: literal_error for what is none of them.  choice.c */
apus_rc apus__check_choice(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                           const struct apus__input *in, const apus_place *place, apus_str text,
                           int64_t value);

#endif
