/* src/model/decoder.h - what the files of the decoder share.
 *
 * A value comes from JSON (a scanner) or from text (a parameter).  Whoever reads one
 * token makes an `input` of it; kinds then check and store it, not caring where it
 * came from.
 *
 * Every function that gives an apus_rc: APUS_OK; APUS_INVALID (problems were added, and
 * the value has been passed); anything else ends the decoding. */
#ifndef APUS_MODEL_DECODER_H
#define APUS_MODEL_DECODER_H

#include "apus/decode.h"
#include "apus/json_scan.h"

enum apus__token {
    APUS__TOKEN_null,
    APUS__TOKEN_bool,
    APUS__TOKEN_number,
    APUS__TOKEN_string, /* of JSON */
    APUS__TOKEN_text,   /* of a parameter: as a string, and bare */
    APUS__TOKEN_list,
    APUS__TOKEN_object,
};

/* One value as it was sent. */
struct apus__input {
    enum apus__token token;
    bool truth;
    apus_scan_number number;
    apus_str text; /* string, text: decoded */
    apus_str raw;  /* JSON: the bytes of the value; text: itself */
    bool secret;
    const apus_type *echo_as; /* for lists and maps, whose secrets are left out; or NULL */
};

/* What a check is told and says; apus/check.h. */
struct apus_checking {
    apus_decoder *d;
    const apus_place *place;
    const apus_model *model;  /* of a model's check, or NULL */
    const apus_type *echo_as; /* what raw is, or NULL: the echo is given */
    apus_str raw;             /* what was sent, as JSON */
    apus_str echo;            /* for `input`, when it has been made */
    uint32_t n;               /* said so far */
    bool secret;
};

struct apus__decoding {
    apus_decoder *d;
    apus_scan scan;
    size_t again; /* bytes that were read more than once, by unions without a tag */
    /* Of all objects so far, for those unions: members that fields took, and values with
     * members that none did. */
    size_t n_taken, n_untaken;
};

/* --- scalar.c: checks one token and stores it at `at` --- */
apus_rc apus__scalar_set(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                         const struct apus__input *in, const apus_place *place, void *at);
bool apus__kind_is_scalar(apus_kind kind);

/* --- complain.c --- */

/* Are there as many problems as are told?  Of the others nothing is made. */
static inline bool apus__problems_full(const apus_problems *p)
{
    return p->n >= p->max;
}

/* One more that is only counted: APUS_INVALID. */
static inline apus_rc apus__problem_count(apus_problems *p)
{
    p->n++;
    return APUS_INVALID;
}

/* Adds a problem about `in`; ctx is JSON or "". */
apus_rc apus__complain(apus_decoder *d, const apus_place *place, const struct apus__input *in,
                       const char *type, apus_str ctx, const char *msg, ...) APUS_PRINTF(6, 7);

/* Forgets what was said at or below a place (its value was sent again). */
void apus__problems_drop(apus_problems *p, const apus_place *at);

/* JSON {"key": value} in the arena: of an integer, a number as Python prints it, a text. */
apus_str apus__ctx_int(apus_decoder *d, const char *key, int64_t value);
apus_str apus__ctx_number(apus_decoder *d, const char *key, double value);
apus_str apus__ctx_text(apus_decoder *d, const char *key, apus_str value);

/* --- prepare.c --- */
apus_rc apus__type_prepare(const apus_type *t, apus_err *err);

/* --- check.c --- */

/* Calls a check.  APUS_OK, APUS_INVALID (it said something) or APUS_NOMEM. */
apus_rc apus__check_run(apus_checking *c, apus_check *check, void *value);

/* --- echo.c --- */

/* The value as it goes into a problem's `input`: compact JSON, without what is secret. */
apus_str apus__echo(apus_decoder *d, const apus_type *type, apus_str raw);

/* The echo, or null in place of one that clients could not read. */
apus_str apus__echo_readable(apus_str echo);

/* --- value.c --- */

/* One JSON value of any type, from where the scanner stands. */
apus_rc apus__decode_value(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                           bool secret, const apus_place *place, void *at);

/* A field's value: pointers, null, secrets. */
apus_rc apus__decode_field(struct apus__decoding *c, const apus_field *f, const apus_place *place,
                           void *base);

/* A field that is sent as a text which holds JSON: from that text. */
apus_rc apus__decode_json_text(apus_decoder *d, const apus_field *f, const struct apus__input *in,
                               const apus_place *place, void *base);

/* The object behind a field's member; NULL where that is NULL. */
void *apus__field_object(const apus_field *f, void *base);

/* The token where the scanner stands, if it is a scalar it is passed. */
apus_rc apus__input_read(struct apus__decoding *c, struct apus__input *in);

/* --- plain.c --- */

/* Reads a parameter that is a whole number in digits or a text, and keeps its rules; false:
 * it is not, or there is no memory, and nothing has happened. */
bool apus__plain_param(apus_decoder *d, const apus_field *f, apus_str text, void *base);

/* Takes members as long as they are the fields from `next` on, one after the other, and as
 * plain as most are; marks them in *seen, which has a bit for each field.  Gives the field
 * that it did not take, and the scanner stands behind the last that it took. */
uint32_t apus__plain_members(struct apus__decoding *c, const apus_model *m, uint32_t next,
                             bool is_first, void *base, uint64_t *seen);

/* What was taken of an object that turned out not to be plain. */
struct apus__taken {
    uint32_t n;       /* fields, from the first on */
    const char *rest; /* where the text goes on */
};

/* A whole object, if it is plain and has every field; into zeroed memory.  false: the scanner
 * has not moved, and *taken says what has been read all the same. */
bool apus__plain_object(struct apus__decoding *c, const apus_model *m, void *base,
                        struct apus__taken *taken);

/* One scalar where the scanner stands.  false: it is not plain, and nothing has happened. */
bool apus__plain_value(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                       void *at);

/* --- before.c --- */

/* Reads one value, lets `before` see and change it, and makes *changed stand in front of
 * what it left.  Of a field (f) or of a model.  Results as above. */
apus_rc apus__before_run(struct apus__decoding *c, apus_check *before, const apus_field *f,
                         const apus_model *m, const apus_place *place,
                         struct apus__decoding *changed);

/* When *changed has been read: it counts as part of c. */
void apus__before_end(struct apus__decoding *c, const struct apus__decoding *changed);

/* --- also.c --- */

/* The field that may be sent under another name; n_fields if none. */
uint32_t apus__also_find(const apus_model *m, apus_str name);

/* Whether a field may stand within the member of that name. */
bool apus__also_begins(const apus_model *m, apus_str name);

/* Moves the scanner, in front of an object, to the value at a pointer within it. */
apus_rc apus__also_enter(struct apus__decoding *c, apus_str pointer, bool *found);

/* --- object.c --- */
apus_rc apus__decode_model(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                           void *base);

/* --- tuple.c --- */
apus_rc apus__decode_tuple(struct apus__decoding *c, const apus_model *m, const apus_place *place,
                           void *base);

/* From as many texts; in is how all of them are told. */
apus_rc apus__decode_tuple_texts(apus_decoder *d, const apus_model *m, const apus_str *texts,
                                 size_t n, const struct apus__input *in, const apus_place *place,
                                 void *base);

/* --- items.c: lists, arrays, maps --- */
apus_rc apus__decode_items(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                           bool secret, const apus_place *place, void *at);
apus_rc apus__decode_map(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                         bool secret, const apus_place *place, void *at);

/* How many there are, and whether they differ; of a set, drops those that repeat. */
apus_rc apus__check_items(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                          void *items, size_t *n, const struct apus__input *in,
                          const apus_place *place);
apus_rc apus__check_count(apus_decoder *d, const char *what, const apus_rules *rules, size_t n,
                          const struct apus__input *in, const apus_place *place);

/* Stores n at the member that counts. */
void apus__store_count(const apus_field *f, void *base, size_t n);

/* The bytes between where a value began and where the scanner stands, without the
 * blanks behind it. */
apus_str apus__raw_since(const struct apus__decoding *c, const char *begin);

#endif
