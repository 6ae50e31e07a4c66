/* apus/cors.h - pages of other origins may call (the Fetch standard, section 3.2).
 *
 *     Cors(cors, .origins = { "https://shop.example" }, .credentials = true);
 *     App(shop, title = "Shop", version = "1.0.0", middleware = [cors]);
 *
 * Preflight requests are answered here, with 200, or with 400 and what was not allowed;
 * every other answer to an allowed origin says so, failures included.  What it depends on
 * stands in Vary.  Put it first in the list, so that it is around all others.
 *
 * Lists end at their first NULL.  MEMORY: a few headers per request.  FIBERS: nothing
 * suspends. */
#ifndef APUS_CORS_H
#define APUS_CORS_H

#include <stdbool.h>

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

enum {
    APUS_CORS_LIST_MAX = 32,         /* items of each list */
    APUS_CORS_MAX_AGE_DEFAULT = 600, /* seconds */
};

typedef struct apus_cors_options {
    char apus__;                             /* not yours */
    const char *origins[APUS_CORS_LIST_MAX]; /* "https://shop.example"; "*": all */
    const char *origin_pattern; /* or all that this matches as a whole (PCRE2); NULL: none */
    const char *methods[APUS_CORS_LIST_MAX]; /* { "GET" } unless said; "*": all */
    const char *headers[APUS_CORS_LIST_MAX]; /* that a page may send, besides those that any
                                                may; "*": all */
    const char *expose[APUS_CORS_LIST_MAX];  /* headers of the answer that a page may read */
    bool credentials;     /* pages may send cookies; then "*" is answered with the origin */
    bool private_network; /* pages of public networks may call in here */
    int max_age;          /* seconds that a preflight's answer is remembered; 0: the default,
                             negative: not at all */
} apus_cors_options;

#define APUS_CORS(...)                                                                             \
    APUS_MIDDLEWARE(                                                                               \
        APUS__FIRST(__VA_ARGS__), .run = apus__cors_run, .prepare = apus__cors_prepare,            \
        .settings = &(const apus_cors_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })

#ifndef APUS_NO_SHORT_NAMES
#define Cors APUS_CORS
#endif

void apus__cors_run(apus_req *req, apus_next *next);
apus_rc apus__cors_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err);

APUS_API_END

#endif
