/* Path templates: "/items/{id}", "/files/{path:path}", "/{name}.{kind}".
 *
 * A template is a row of parts: literal text and parameters, each with a
 * convertor that says which characters it takes, as in Starlette:
 *
 *     str      one or more characters but '/'         (also when none is named)
 *     int      one or more digits
 *     float    digits, and perhaps a point and digits
 *     uuid     32 hex digits, hyphens optional
 *     path     anything at all, '/' and nothing included
 *
 * and those of the app's own (apus_convertor), which see a whole segment, decoded. */
#ifndef APUS_APP_TEMPLATE_H
#define APUS_APP_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/route.h"
#include "apus/str.h"

enum {
    APUS__TEMPLATE_PARAMS_MAX = 16,   /* parameters in one template */
    APUS__TEMPLATE_SEGMENTS_MAX = 32, /* pieces between slashes */
};

typedef enum apus__conv {
    APUS__CONV_literal, /* not a parameter: the text itself */
    APUS__CONV_str,
    APUS__CONV_int,
    APUS__CONV_float,
    APUS__CONV_uuid,
    APUS__CONV_path,
    APUS__CONV_any, /* str within a segment that is cut out and decoded: '/' is a character */
    APUS__CONV_own, /* the app's: see apus__part.own */
} apus__conv;

typedef struct apus__part {
    apus__conv conv;
    apus_str text;             /* the literal, or the parameter's name */
    const apus_convertor *own; /* of APUS__CONV_own */
} apus__part;

/* The convertors that an app declares. */
typedef struct apus__convertors {
    const apus_convertor *const *items;
    uint32_t n;
} apus__convertors;

typedef struct apus__template {
    apus_str text;
    apus__part *parts;
    uint32_t n_parts;
    uint32_t n_params;
    apus_str names[APUS__TEMPLATE_PARAMS_MAX]; /* of the parameters, in order */
} apus__template;

/* Reads a template, which must begin with '/'.  Parts point into text; the patterns of
 * convertors that it names are compiled.
 *
 * APUS_OK; APUS_INVALID (err says what is wrong with it), APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__template_parse(apus_arena *a, apus_str text, apus__convertors known,
                             apus__template *out, apus_err *err) APUS_NODISCARD;

/* Whether a parameter takes the whole of text.  APUS_OK, APUS_NOT_FOUND or APUS_NOMEM. */
apus_rc apus__part_takes(apus_arena *scratch, const apus__part *part, apus_str text) APUS_NODISCARD;

/* Whether the parts match the whole of text; each parameter takes as much as it
 * can, the first one first.  values gets one slice of text per parameter.  Only
 * literal, str, any, int and path parts.  Time and scratch memory are n * text.len,
 * whatever the text.
 *
 * APUS_OK, APUS_NOT_FOUND or APUS_NOMEM. */
apus_rc apus__parts_match(apus_arena *scratch, const apus__part *parts, uint32_t n, apus_str text,
                          apus_str *values) APUS_NODISCARD;

#endif
