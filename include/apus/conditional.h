/* apus/conditional.h - is what the client has still good, and which part does it want?
 *
 * Conditional and range requests (RFC 9110 sections 13 and 14) for a representation that
 * has an entity tag and a date of its last change.
 *
 * MEMORY: nothing is kept.  FIBERS: nothing suspends. */
#ifndef APUS_CONDITIONAL_H
#define APUS_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_HTTP_DATE_LEN = 29, /* "Sun, 06 Nov 1994 08:49:37 GMT" */
    APUS_RANGES_MAX = 16,    /* of one request; with more, the whole is sent */
};

/* RFC 9110 section 5.6.7; no NUL is written.  Years 0 to 9999. */
void apus_http_date_print(int64_t seconds, char to[APUS_HTTP_DATE_LEN]);

/* Reads the three forms that the section knows. */
bool apus_http_date_parse(apus_str text, int64_t *seconds);

/* Whether a tag stands in a list such as `"a", W/"b"`, or the list is `*`.  A weak tag is
 * as good as a strong one here (If-None-Match). */
bool apus_etag_is_in(apus_str list, apus_str tag);

/* The same for If-Match: weak ones never match. */
bool apus_etag_is_in_strongly(apus_str list, apus_str tag);

/* The request's headers; empty where absent. */
typedef struct apus_conditions {
    apus_str if_match, if_none_match, if_modified_since, if_unmodified_since;
    apus_str range, if_range;
} apus_conditions;

/* What a GET or HEAD comes to (section 13.2.2): 200, 304 or 412.  etag with its quotes,
 * modified in seconds since 1970. */
unsigned apus_conditions_status(const apus_conditions *c, apus_str etag, int64_t modified);

/* Bytes first to last, both counted. */
typedef struct apus_range {
    uint64_t first, last;
} apus_range;

/* Which parts of `size` bytes are wanted.  APUS_OK and 1 to APUS_RANGES_MAX of them, in
 * the order asked for; APUS_DONE: the whole is (no range, one that is no range of bytes,
 * If-Range that fails, too many, or more than the whole); APUS_INVALID: none that there
 * is (416). */
apus_rc apus_ranges_wanted(const apus_conditions *c, apus_str etag, int64_t modified, uint64_t size,
                           apus_range to[APUS_RANGES_MAX], size_t *n) APUS_NODISCARD;

APUS_API_END

#endif
