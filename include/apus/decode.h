/* apus/decode.h - from JSON or text straight into a C value, checked.
 *
 * One decoder, driven by the tables of apus/model.h: it reads the text once,
 * writes each value to its place in the struct and collects every problem.
 *
 *     struct order o;
 *     rc = apus_decode_json(&d, &(apus_type){ .kind = APUS_KIND_model, ... }, NULL, text, &at, &o);
 *
 * MEMORY: strings, lists and optional values are taken from d->arena; nothing
 * points into the input afterwards.  FIBERS: nothing suspends. */
#ifndef APUS_DECODE_H
#define APUS_DECODE_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/json.h"
#include "apus/model.h"
#include "apus/problem.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_decoder {
    apus_arena *arena;
    apus_problems *problems;
    apus_json_limits limits;
    apus_json_error error; /* filled on APUS_SYNTAX and APUS_LIMIT */
    /* For partial bodies (PATCH): called for each model object with the fields
     * that were sent, as a bit set by field index.  Or NULL. */
    void (*sent)(void *ctx, const apus_model *m, const void *object, const uint64_t *bits);
    void *sent_ctx;
    void *context; /* of checks: apus_checking_context; or NULL */
    int64_t (*now)(
        void);    /* ns since 1970, for past and future; NULL: those rules are passed over */
    bool partial; /* nothing is required, no default is filled in: absent members stay zero */
} apus_decoder;

/* Reads JSON text into *at, which need not be initialised; type->size bytes
 * (or one pointer, see decode_field) are written.
 *
 * APUS_OK; APUS_INVALID with problems added under `place`; APUS_SYNTAX or
 * APUS_LIMIT with d->error filled and no problem added; APUS_NOMEM. */
apus_rc apus_decode_json(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                         apus_str text, const apus_place *place, void *at) APUS_NODISCARD;

/* The same for a type that no route may know, into new memory of the decoder's arena: *out, or
 * NULL where something is wrong. */
apus_rc apus_decode_new(apus_decoder *d, const apus_type *type, apus_str text,
                        const apus_place *place, void **out) APUS_NODISCARD;

/* The same for a field: honours pointer, nullable, secret and default.  `base`
 * is the struct that field->offset counts from. */
apus_rc apus_decode_json_field(apus_decoder *d, const apus_field *field, apus_str text,
                               const apus_place *place, void *base) APUS_NODISCARD;

/* Several body parameters keyed by name: text is an object, each field is read
 * from its member, into base.  Absent ones get their default or a problem. */
apus_rc apus_decode_json_members(apus_decoder *d, const apus_field *const *fields, size_t n,
                                 apus_str text, const apus_place *place, void *base) APUS_NODISCARD;

/* One value given as plain text: a path, query, header, cookie or form value.
 * Scalars only; errors.md section 3 says what is accepted.  APUS_OK,
 * APUS_INVALID with a problem added, or APUS_NOMEM. */
apus_rc apus_decode_text(apus_decoder *d, const apus_field *field, apus_str text,
                         const apus_place *place, void *base) APUS_NODISCARD;

/* Several values given as text, for a field whose type is a list. */
apus_rc apus_decode_texts(apus_decoder *d, const apus_field *field, const apus_str *texts, size_t n,
                          const apus_place *place, void *base) APUS_NODISCARD;

/* Nothing was sent: fills in the default, or NULL, or adds `missing` (with
 * `input`, a JSON text, empty for null) and returns APUS_INVALID. */
apus_rc apus_decode_absent(apus_decoder *d, const apus_field *field, apus_str input,
                           const apus_place *place, void *base) APUS_NODISCARD;

/* Runs a model's own check after its members were bound from text (a query
 * model, say).  APUS_OK or APUS_INVALID with value_error added. */
apus_rc apus_decode_check(apus_decoder *d, const apus_model *m, const apus_place *place,
                          void *object) APUS_NODISCARD;

/* A whole value from JSON text that came from elsewhere than a request: a file, a queue.
 * type->size bytes in the arena, or NULL: problems say why, also that it is no JSON
 * (json_invalid) or that memory is out (no_memory); their places begin at the value itself.
 * Patterns of the type are compiled first where they are not. */
void *apus_read_text(apus_arena *a, const apus_type *type, apus_str text, apus_problems *problems)
    APUS_NODISCARD;

/* Compiles every pattern that type, or a model it leads to, mentions.  Once,
 * at start; cheap when done already.  APUS_OK, APUS_INVALID (err says which and
 * why) or APUS_NOMEM. */
apus_rc apus_model_prepare(const apus_model *m, apus_err *err) APUS_NODISCARD;
apus_rc apus_rules_prepare(const apus_rules *rules, apus_err *err) APUS_NODISCARD;

APUS_API_END

#endif
