/* apus/model.h - what a C type looks like on the wire, as constant tables.
 *
 * apusc writes these tables from plain structs; they can be written by hand
 * just as well (docs/how-to/without-apusc.md).  One decoder and one encoder
 * read them: apus/decode.h, apus/encode.h.
 *
 *     struct point { int x; double *y; };
 *
 *     static const apus_field point_fields[] = {
 *         { APUS_FIELD_NAME("x"), .type = &apus_type_int, .offset = offsetof(struct point, x),
 *           .flags = APUS_FIELD_required },
 *         { APUS_FIELD_NAME("y"), .type = &apus_type_double, .offset = offsetof(struct point, y),
 *           .flags = APUS_FIELD_pointer | APUS_FIELD_nullable },
 *     };
 *     const apus_model apus_model_point = {
 *         .name = "point", .size = sizeof(struct point), .align = _Alignof(struct point),
 *         .fields = point_fields, .n_fields = 2,
 *     };
 *
 * MEMORY: tables are static and constant, except a pattern's compiled form. */
#ifndef APUS_MODEL_H
#define APUS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/check.h"
#include "apus/json.h"
#include "apus/str.h"
#include "apus/value.h"

APUS_API_BEGIN

typedef struct apus_model apus_model;
typedef struct apus_type apus_type;

/* How a value lies in memory. */
#define APUS_KIND_TABLE(X)                                                                         \
    /* kind     C type */                                                                          \
    X(bool)         /* bool */                                                                     \
    X(int8)         /* int8_t, signed char */                                                      \
    X(int16)        /* int16_t, short */                                                           \
    X(int32)        /* int32_t, int */                                                             \
    X(int64)        /* int64_t, long, long long */                                                 \
    X(uint8)        /* uint8_t, unsigned char */                                                   \
    X(uint16)       /* uint16_t */                                                                 \
    X(uint32)       /* uint32_t, unsigned */                                                       \
    X(uint64)       /* uint64_t, size_t */                                                         \
    X(float)        /* float */                                                                    \
    X(double)       /* double */                                                                   \
    X(str)          /* apus_str */                                                                 \
    X(cstr)         /* const char *; NULL is null */                                               \
    X(chars)        /* char[n], NUL-terminated; n counts the NUL */                                \
    X(bytes)        /* apus_bytes, base64 */                                                       \
    X(enum)         /* an enum; `enumeration` */                                                   \
    X(time)         /* apus_time */                                                                \
    X(date)         /* apus_date */                                                                \
    X(duration)     /* apus_duration */                                                            \
    X(uuid)         /* apus_uuid */                                                                \
    X(decimal)      /* apus_decimal */                                                             \
    X(url)          /* apus_url */                                                                 \
    X(email)        /* apus_email */                                                               \
    X(ip)           /* apus_ip */                                                                  \
    X(clock_time)   /* apus_clock_time */                                                          \
    X(name_email)   /* apus_name_email */                                                          \
    X(secret)       /* apus_secret */                                                              \
    X(ip_network)   /* apus_ip_network */                                                          \
    X(ip_interface) /* apus_ip_interface */                                                        \
    X(json)         /* apus_json by value */                                                       \
    X(model)        /* a struct; `model` */                                                        \
    X(list)         /* struct { T *ptr; size_t len; }; `item` */                                   \
    X(counted)      /* T *, and how many in the field at count_offset; `item` */                   \
    X(array)        /* T[n], exactly n; `item` */                                                  \
    X(map)          /* struct { struct { apus_str key; T value; } *ptr; size_t len; }; `item` */

typedef enum apus_kind {
    APUS_KIND_none, /* nothing at all: the result of a void handler */
#define X(name) APUS_KIND_##name,
    APUS_KIND_TABLE(X)
#undef X
        APUS_KIND_COUNT
} apus_kind;

/* One value of an enum. */
typedef struct apus_enum_value {
    apus_str name; /* on the wire */
    int64_t value;
} apus_enum_value;

typedef struct apus_enum {
    const char *name; /* the schema's title */
    const apus_enum_value *values;
    uint32_t n_values;
    bool is_inline; /* has no schema of its own: the values stand where it is used, and what is
                       none of them is a literal_error */
} apus_enum;

struct apus_type {
    apus_kind kind;
    uint32_t size;  /* sizeof the C object; of one entry's stride, for map, see entry_size */
    uint32_t align; /* and its alignment */
    uint32_t n;     /* array: items; chars: bytes with the NUL; otherwise 0 */
    union {
        const apus_model *model;      /* model */
        const apus_enum *enumeration; /* enum */
        const apus_type *item;        /* list, counted, array, map */
    };
    uint32_t entry_size;   /* map: sizeof one entry ... */
    uint32_t value_offset; /* ... and where its value begins */
    bool int_keys;         /* map: keys are int64_t */
    bool item_pointer;     /* the items are T *: NULL is null */
};

/* The types without parameters. */
extern const apus_type apus_type_bool, apus_type_int8, apus_type_int16, apus_type_int32,
    apus_type_int64, apus_type_uint8, apus_type_uint16, apus_type_uint32, apus_type_uint64,
    apus_type_float, apus_type_double, apus_type_str, apus_type_cstr, apus_type_bytes,
    apus_type_time, apus_type_date, apus_type_duration, apus_type_uuid, apus_type_decimal,
    apus_type_url, apus_type_email, apus_type_ip, apus_type_json, apus_type_clock_time,
    apus_type_name_email, apus_type_secret, apus_type_ip_network, apus_type_ip_interface;
#define apus_type_int  apus_type_int32 /* what C calls them, where int has 32 bits */
#define apus_type_size apus_type_uint64

/* Ready-made lists, so that the common ones need no List(). */
typedef struct apus_strs {
    apus_str *ptr;
    size_t len;
} apus_strs;
typedef struct apus_ints {
    int64_t *ptr;
    size_t len;
} apus_ints;
typedef struct apus_doubles {
    double *ptr;
    size_t len;
} apus_doubles;
extern const apus_type apus_type_strs, apus_type_ints, apus_type_doubles;

/* A bound is kept twice: whole for integer kinds, and as a double. */
typedef struct apus_bound {
    int64_t integer;
    double number;
} apus_bound;

/* A pattern, compiled once by apus_pattern_prepare (PCRE2, unanchored search,
 * UTF, with match and depth limits, so that it cannot hang a worker). */
typedef struct apus_pattern {
    const char *text; /* as written in the source */
    void *code;       /* NULL until prepared; apus/decode.h */
} apus_pattern;

/* Which members of apus_rules count. */
enum {
    APUS_RULE_gt = 1 << 0,
    APUS_RULE_ge = 1 << 1,
    APUS_RULE_lt = 1 << 2,
    APUS_RULE_le = 1 << 3,
    APUS_RULE_multiple_of = 1 << 4,
    APUS_RULE_min_length = 1 << 5, /* characters of text; bytes of apus_bytes */
    APUS_RULE_max_length = 1 << 6,
    APUS_RULE_pattern = 1 << 7,
    APUS_RULE_min_items = 1 << 8, /* items of a list, entries of a map */
    APUS_RULE_max_items = 1 << 9,
    APUS_RULE_unique = 1 << 10,     /* items differ from one another */
    APUS_RULE_max_digits = 1 << 11, /* decimals */
    APUS_RULE_decimal_places = 1 << 12,
    APUS_RULE_inf_nan = 1 << 13, /* floats need not be finite */
    APUS_RULE_strict = 1 << 14,  /* no coercion from other JSON types */
    APUS_RULE_strip = 1 << 15,   /* whitespace around text is taken off first */
    APUS_RULE_set = 1 << 16,     /* of items that are equal, the first stays */
    APUS_RULE_lower = 1 << 17,   /* letters (ASCII) become small ones, behind all other rules */
    APUS_RULE_upper = 1 << 18,
    APUS_RULE_past = 1 << 19, /* dates and times, by the decoder's clock */
    APUS_RULE_future = 1 << 20,
    APUS_RULE_aware = 1 << 21,       /* times: with an offset */
    APUS_RULE_naive = 1 << 22,       /* times: without one */
    APUS_RULE_version = 1 << 23,     /* of a UUID; of an address, network or interface: 4 or 6 */
    APUS_RULE_schemes = 1 << 24,     /* URLs */
    APUS_RULE_host = 1 << 25,        /* URLs: must have one */
    APUS_RULE_byte_size = 1 << 26,   /* integers: a text such as "10MB" is read too */
    APUS_RULE_one_of = 1 << 27,      /* text and integers: nothing else */
    APUS_RULE_media_types = 1 << 28, /* files; their size is max_length */
};

/* One value that APUS_RULE_one_of admits: of text its name, of integers its value. */
typedef struct apus_choice {
    apus_str name;
    int64_t value;
} apus_choice;

/* Constraints.  Those of text and numbers on a list or map hold for its items. */
typedef struct apus_rules {
    uint32_t has; /* APUS_RULE_... */
    apus_bound gt, ge, lt, le, multiple_of;
    uint32_t min_length, max_length;
    uint32_t min_items, max_items;
    uint16_t max_digits, decimal_places;
    apus_pattern *pattern;
    uint8_t version;
    uint8_t n_schemes, n_one_of;
    const apus_str *schemes;     /* in small letters */
    const apus_str *media_types; /* of files: "image/png", or all of a kind: "image/..." as
                                    RFC 9110 writes ranges */
    uint8_t n_media_types;
    const apus_choice *one_of;
} apus_rules;

enum {
    APUS_FIELD_required = 1 << 0,     /* absent is a problem */
    APUS_FIELD_pointer = 1 << 1,      /* the member is T *, the type describes T */
    APUS_FIELD_nullable = 1 << 2,     /* null is accepted: the pointer becomes NULL */
    APUS_FIELD_secret = 1 << 3,       /* never echoed in a 422, never logged */
    APUS_FIELD_read_only = 1 << 4,    /* ignored on the way in */
    APUS_FIELD_write_only = 1 << 5,   /* left out on the way out */
    APUS_FIELD_omit_null = 1 << 6,    /* NULL is left out instead of null */
    APUS_FIELD_omit_default = 1 << 7, /* a value equal to the default is left out */
    APUS_FIELD_tag = 1 << 8,          /* the enum that says which variant is meant */
    APUS_FIELD_embed = 1 << 9,        /* a body parameter that is keyed by its name */
    APUS_FIELD_json = 1 << 10,        /* sent as a text that holds JSON */
    APUS_FIELD_hooked = 1 << 11,      /* hooks has a `before` or a `check` */
};

/* What few fields have: names and functions of their own.  All may be NULL. */
typedef struct apus_hooks {
    apus_str name_out;  /* on the way out, where it differs from `name`; else empty */
    apus_check *before; /* value is the apus_json that was sent */
    apus_check *check;  /* value is the object that was read; not of NULL, nor of a default */
    /* The default, made anew: writes an object of the C type. */
    void (*make)(apus_arena *a, void *at);
    /* On the way out: writes what is sent in its place, a `converted`, at most
     * APUS_CONVERTED_MAX bytes. */
    void (*convert)(apus_arena *a, const void *value, void *to);
    const apus_type *converted;
    /* The member is not stored but calculated from the struct: writes the C type (or the
     * pointer) to `to`; at most APUS_CONVERTED_MAX bytes. */
    void (*compute)(apus_arena *a, const void *object, void *to);
    /* On the way out: whether the member is left out; not asked of NULL. */
    bool (*omit)(const void *value);
} apus_hooks;

/* What is sent in a whole model's place: writes a `converted`, at most APUS_CONVERTED_MAX
 * bytes.  That may be of the model itself, which is then sent by its members. */
typedef struct apus_model_convert {
    void (*convert)(apus_arena *a, const void *object, void *to);
    const apus_type *converted;
} apus_model_convert;

enum { APUS_CONVERTED_MAX = 256 };

/* Of a field: its name, and what a member of that name begins with in an object, so that it
 * is compared and copied in one go (APUS_STEP bytes may be touched, hence the blanks behind
 * it).  With .name alone all goes the longer way.  Names that need escapes have no member. */
#define APUS_FIELD_NAME(text)                                                                      \
    .name = APUS_STR_INIT(text),                                                                   \
    .member = { "\"" text "\":                ", sizeof("\"" text "\":") - 1 }

/* One member of a model, or one parameter of a handler. */
typedef struct apus_field {
    apus_str name;   /* on the wire: the alias if there is one */
    apus_str member; /* how it begins within an object; both are APUS_FIELD_NAME's */
    const apus_type *type;
    uint32_t offset;           /* of the member in the struct */
    uint32_t count_offset;     /* counted: of the member that holds how many ... */
    uint8_t count_size;        /* ... and its size: 1, 2, 4 or 8 bytes */
    uint16_t flags;            /* APUS_FIELD_... */
    const apus_rules *rules;   /* or NULL */
    const void *default_value; /* an object of the C type that is copied in, or NULL */
    const apus_hooks *hooks;   /* or NULL */
} apus_field;

/* Another name under which a field may be sent. */
typedef struct apus_also {
    apus_str name;  /* or, where it begins with '/', a place within the object (RFC 6901) */
    uint32_t field; /* index into fields */
} apus_also;

/* What happens to members that the model does not have. */
typedef enum apus_extra {
    APUS_EXTRA_ignore,
    APUS_EXTRA_forbid,
    APUS_EXTRA_keep, /* collected in the apus_json at keep_offset, an object */
} apus_extra;

/* Which shape of a union was sent, where it says so by other things than a tag. */
typedef struct apus_choose {
    int64_t (*tag)(const apus_json *sent); /* of no variant: it is none of them */
    const char *name;                      /* of the function, for complaints */
} apus_choose;

/* One shape of a union.  `model` describes the whole outer struct as this
 * variant has it: its common members, the tag, and the variant's own. */
typedef struct apus_variant {
    int64_t tag;
    apus_str name; /* of the tag's value on the wire */
    const apus_model *model;
} apus_variant;

typedef struct apus_plain apus_plain; /* apus/plain.h */

/* Takes members as most clients write them, from the first field on, into an object that is zero;
 * how many it took. */
typedef uint32_t apus_plain_members(apus_plain *in, void *object);

struct apus_model {
    const char *name; /* the schema's title and the component's name */
    uint32_t size, align;
    const apus_field *fields; /* in declaration order, flattened ones in place */
    uint32_t n_fields;
    apus_extra extra;
    uint32_t keep_offset; /* for APUS_EXTRA_keep */
    apus_check *check;    /* of the whole, when all its members are fine; or NULL */
    apus_check *before;   /* value is the apus_json that was sent; or NULL */
    const apus_also *also;
    uint32_t n_also;
    const apus_model_convert *converts; /* or NULL: it is sent by its members */
    apus_plain_members *plain;          /* reads most objects faster than the tables; or NULL */

    /* A perfect hash of the names, or NULL: then names are searched in order.
     * The slot of a name is apus_model_hash(name, seed) & slot_mask; slots hold
     * an index into fields, 0xffff where empty. */
    const uint16_t *slots;
    uint32_t slot_mask;
    uint32_t seed;

    /* A tagged union: n_variants > 0.  The field with APUS_FIELD_tag decides,
     * unless tag_hidden: then `choose` does, or, where that is NULL, the variant that fits and
     * takes most members of what was sent is taken; of several, or with in_order, the first. */
    const apus_variant *variants;
    uint32_t n_variants;
    uint32_t tag_field; /* index into fields */
    bool tag_hidden;
    bool in_order;             /* the first variant that fits, whatever others would take */
    const apus_choose *choose; /* or NULL */
    bool is_tuple;             /* it travels as a list: its members in order, without names */
    bool is_bare; /* a shape of a union without a tag that is no object, but the value of its one
                     field; `name` is what places call it: "int", "str" */
};

/* The hash behind `slots`. */
static inline uint32_t apus_model_hash(const char *name, size_t len, uint32_t seed)
{
    uint32_t h = seed ^ (uint32_t)len * UINT32_C(0x9e3779b1);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * UINT32_C(0x01000193);
    return h ^ h >> 15;
}

/* The index of the field called name, or n_fields. */
uint32_t apus_model_find(const apus_model *m, apus_str name);

APUS_API_END

#endif
