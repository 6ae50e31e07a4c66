/* apus/json_scan.h - reading JSON text token by token (RFC 8259), in place.
 *
 * For the decoder, which knows what should come next and writes it straight to where
 * it belongs, and for whoever must walk JSON without building values.  The scanner
 * stands before a value; each function takes one token and the blanks behind it.
 *
 *     apus_scan s;
 *     rc = apus_scan_begin(&s, text, NULL, &error);
 *     ... one value ...
 *     rc = apus_scan_end(&s);
 *
 * Every function that gives an apus_rc: APUS_OK; or APUS_SYNTAX or APUS_LIMIT with
 * s->error filled, and the scanner is of no more use.  Messages and places are those
 * of Python's json module.
 *
 * MEMORY: strings without escapes are slices of the text; others are decoded into the
 * arena that is given.  Nothing suspends. */
#ifndef APUS_JSON_SCAN_H
#define APUS_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/json.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* `at` may be read: it is where the next token begins. */
typedef struct apus_scan {
    const char *begin, *at, *end;
    uint32_t depth, depth_max;
    apus_json_error *error;
} apus_scan;

/* What a number says. */
typedef struct apus_scan_number {
    apus_str text;
    bool is_integer; /* neither point nor exponent */
    bool fits;       /* an integer that int64_t holds: `integer` */
    int64_t integer;
    double number; /* always; may be infinite where the text is too large */
} apus_scan_number;

/* Checks size and UTF-8 and stands before the first value.  limits may be NULL; error
 * may not, and has no message when the text is not UTF-8 or passes a limit. */
apus_rc apus_scan_begin(apus_scan *s, apus_str text, const apus_json_limits *limits,
                        apus_json_error *error) APUS_NODISCARD;

/* Behind the value there must be nothing. */
apus_rc apus_scan_end(apus_scan *s) APUS_NODISCARD;

/* The first character of the next token: { [ " t f n, '-' or a digit; '\0' at the end. */
static inline char apus_scan_peek(const apus_scan *s)
{
    return s->at < s->end ? *s->at : '\0';
}

/* Each reads one value of its kind, whose first character is next, and stands behind
 * it then.  A string without escapes points into the text, others are put into *a.
 * APUS_OK; APUS_SYNTAX, and the scan says where and why; APUS_NOMEM. */
apus_rc apus_scan_string(apus_scan *s, apus_arena *a, apus_str *out) APUS_NODISCARD;
apus_rc apus_scan_number_read(apus_scan *s, apus_scan_number *out) APUS_NODISCARD;
apus_rc apus_scan_bool(apus_scan *s, bool *out) APUS_NODISCARD;
apus_rc apus_scan_null(apus_scan *s) APUS_NODISCARD;

/* Lists and objects: enter, then `more` before each item (with its key), until *more is
 * false, which leaves. */
apus_rc apus_scan_enter_list(apus_scan *s) APUS_NODISCARD;
apus_rc apus_scan_more_items(apus_scan *s, bool is_first, bool *more) APUS_NODISCARD;
apus_rc apus_scan_enter_object(apus_scan *s) APUS_NODISCARD;
apus_rc apus_scan_more_members(apus_scan *s, bool is_first, apus_arena *a, apus_str *key,
                               bool *more) APUS_NODISCARD;

/* Checks and passes one value, whatever it is. */
apus_rc apus_scan_skip(apus_scan *s) APUS_NODISCARD;

/* Any value, built in the arena. */
apus_rc apus_scan_json(apus_scan *s, apus_arena *a, bool refuse_duplicates, apus_json **out)
    APUS_NODISCARD;

/* "Expecting value" where the scanner stands. */
apus_rc apus_scan_expecting_value(apus_scan *s);

/* Appends text as a JSON string with its quotes.  Valid UTF-8 is the caller's duty. */
void apus_json_quote(apus_buf *to, apus_str text);

/* Appends valid JSON text without the blanks between its tokens. */
void apus_json_compact(apus_buf *to, apus_str json);

APUS_API_END

#endif
