/* apus/json.h - any JSON value (RFC 8259).
 *
 * For what has no model: `apus_json` is a field, parameter, body or answer of
 * any shape.  Values live in an arena and point at one another; nothing is
 * freed by hand.
 *
 *     apus_json *out = apus_json_object(arena);
 *     apus_json_set(arena, out, "name", apus_json_text(arena, name));
 *     int64_t n = apus_json_int_or(apus_json_get(doc, "count"), 0);
 *
 * Builders return NULL when memory is out and take NULL for a child by doing
 * nothing and returning false, so that a chain needs one check at its end. */
#ifndef APUS_JSON_H
#define APUS_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef enum apus_json_kind {
    APUS_JSON_null, /* also what {0} is */
    APUS_JSON_false,
    APUS_JSON_true,
    APUS_JSON_int,    /* fits in int64_t */
    APUS_JSON_double, /* any other number that a double holds */
    APUS_JSON_big,    /* an integer past int64_t; `text` has its digits */
    APUS_JSON_string,
    APUS_JSON_list,
    APUS_JSON_object,
} apus_json_kind;

typedef struct apus_json apus_json;

/* Fields may be read; write through the functions. */
struct apus_json {
    apus_json_kind kind;
    uint32_t n;      /* children of a list or an object */
    apus_str name;   /* the key, where the parent is an object */
    apus_json *next; /* the next child of the same parent */
    union {
        int64_t integer;
        double number;
        apus_str text;
        struct {
            apus_json *first, *last;
        };
    };
};

/* What a reader accepts; zero means the default in parentheses. */
typedef struct apus_json_limits {
    uint32_t depth;             /* nested lists and objects (128) */
    size_t size;                /* bytes of text (16 MiB) */
    bool refuse_duplicate_keys; /* otherwise the last one wins, as in Python */
} apus_json_limits;

/* Where and why reading stopped.  `message` is a static text in the words of
 * Python's json module, which FastAPI's clients know. */
typedef struct apus_json_error {
    size_t offset;     /* in bytes */
    size_t codepoints; /* the same place, in characters */
    const char *message;
} apus_json_error;

/* Reads one JSON text.  limits and error may be NULL.
 *
 * APUS_OK; APUS_SYNTAX (not JSON, or not UTF-8), APUS_LIMIT (too deep or too
 * long) or APUS_NOMEM, with *error filled and *out untouched. */
apus_rc apus_json_parse(apus_arena *a, apus_str text, const apus_json_limits *limits,
                        apus_json **out, apus_json_error *error) APUS_NODISCARD;

/* Writes value as compact JSON.  Doubles print in the fewest digits that read
 * back as the same number, always with a point or an exponent; a double that
 * is not finite prints as null.  NULL prints as null. */
void apus_json_write(apus_buf *to, const apus_json *value);

/* The member called key of an object, or NULL (also when value is no object
 * or NULL).  The last one wins among duplicates. */
apus_json *apus_json_get(const apus_json *value, const char *key);

/* The i-th child of a list or an object, or NULL. */
apus_json *apus_json_at(const apus_json *value, size_t i);

/* The value as an integer, a double, a bool or text; otherwise `or`. */
int64_t apus_json_int_or(const apus_json *value, int64_t otherwise);
double apus_json_double_or(const apus_json *value, double otherwise);
bool apus_json_bool_or(const apus_json *value, bool otherwise);
apus_str apus_json_text_or(const apus_json *value, apus_str otherwise);

/* Equal as JSON values: 1 and 1.0 are, the order of members is not looked at. */
bool apus_json_eq(const apus_json *a, const apus_json *b);

apus_json *apus_json_null_new(apus_arena *a);
apus_json *apus_json_bool(apus_arena *a, bool value);
apus_json *apus_json_int(apus_arena *a, int64_t value);
apus_json *apus_json_number(apus_arena *a, double value);
apus_json *apus_json_text(apus_arena *a, apus_str value); /* copied */
apus_json *apus_json_array(apus_arena *a);
apus_json *apus_json_object(apus_arena *a);

/* Appends child, which must not have a parent yet.  false when list or child
 * is NULL. */
bool apus_json_add(apus_json *list, apus_json *child);

/* Adds or replaces a member; key is copied.  false when memory is out or
 * object or child is NULL. */
bool apus_json_set(apus_arena *a, apus_json *object, const char *key, apus_json *child);

APUS_API_END

#endif
