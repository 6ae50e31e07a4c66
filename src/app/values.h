/* What a request says, by name: its query, headers, cookies and form fields.
 *
 * Read once, when first asked for; decoded into the request's memory. */
#ifndef APUS_APP_VALUES_H
#define APUS_APP_VALUES_H

#include "app/request.h"

/* How a name is looked for. */
typedef enum apus__spelling {
    APUS__AS_WRITTEN,
    APUS__HYPHENS, /* of a header: '_' in the name stands for '-' */
} apus__spelling;

enum { APUS__PAIRS_MAX = 1000 }; /* of a query, the cookies, a form */

/* All there are, in the order of arrival.  in: query, header, cookie or form (which
 * must have been read).  APUS_OK, APUS_LIMIT (over APUS__PAIRS_MAX, or what out->max says) or
 * APUS_NOMEM. */
apus_rc apus__values_all(apus_req *req, apus_in in, const apus__pairs **out) APUS_NODISCARD;

/* Reads an urlencoded form into *out.  Results as above. */
apus_rc apus__values_read_form(apus_req *req, apus_str body, apus__pairs *out) APUS_NODISCARD;

/* Appends; both texts are valid UTF-8 and live as long as the arena.  Results as
 * above. */
apus_rc apus__pairs_add(apus_arena *a, apus__pairs *to, apus_str name, apus_str value)
    APUS_NODISCARD;

/* Whether a pair has that name. */
bool apus__value_is(const apus__pair *p, apus_in in, apus_str name, apus__spelling spelling);

/* The value of that name: of several the last, but the first header, as FastAPI
 * takes it.  APUS_OK, APUS_NOT_FOUND, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__value_get(apus_req *req, apus_in in, apus_str name, apus__spelling spelling,
                        apus_str *out) APUS_NODISCARD;

/* All values of that name, in order.  APUS_OK (also for none), APUS_LIMIT or APUS_NOMEM. */
apus_rc apus__value_list(apus_req *req, apus_in in, apus_str name, apus__spelling spelling,
                         apus_str **out, size_t *n) APUS_NODISCARD;

#endif
