/* apus/rc.h - result codes, and an error that says what happened.
 *
 * A function that can fail returns an apus_rc and writes its results through
 * pointers, only on success.  Where the reason deserves a sentence it takes an
 * apus_err as well, which may be NULL. */
#ifndef APUS_RC_H
#define APUS_RC_H

#include "apus/api.h"

APUS_API_BEGIN

#define APUS_RC_TABLE(X)                                                                           \
    /*  name       status  meaning                               */                                \
    X(OK, 200, "success")                                                                          \
    X(DONE, 200, "the end was reached, nothing is wrong")                                          \
    X(MORE, 200, "needs more input than was given")                                                \
    X(SYNTAX, 400, "the input is malformed")                                                       \
    X(NOT_FOUND, 404, "no such thing")                                                             \
    X(LIMIT, 413, "a configured limit was exceeded")                                               \
    X(INVALID, 422, "well formed, but breaks its schema")                                          \
    X(BUSY, 429, "too many requests, try later")                                                   \
    X(CANCELLED, 499, "the caller went away")                                                      \
    X(IO, 500, "the operating system said no")                                                     \
    X(UNSUPPORTED, 501, "not offered here")                                                        \
    X(NOMEM, 503, "out of memory")                                                                 \
    X(TIMEOUT, 504, "the deadline passed")

typedef enum apus_rc {
#define X(name, status, text) APUS_##name,
    APUS_RC_TABLE(X)
#undef X
        APUS_RC_COUNT
} apus_rc;

/* What went wrong, in a sentence for people. */
typedef struct apus_err {
    apus_rc rc;
    char msg[240]; /* always terminated; a longer message is cut */
} apus_err;

/* The meaning of rc in English; static, never NULL. */
const char *apus_rc_text(apus_rc rc);

/* The HTTP status (RFC 9110 section 15) that fits rc. */
int apus_rc_status(apus_rc rc);

/* Fills *err, unless err is NULL, and has the value rc, so that a failure is
 * one line: `return apus_err_set(err, APUS_LIMIT, "body over %zu bytes", max);`
 * On success nobody touches *err, so one apus_err serves a chain of calls.
 *
 * A macro, so that the compiler sees the constant come back.  rc is evaluated
 * twice. */
#define apus_err_set(err, rc, ...) (apus__err_set((err), (rc), __VA_ARGS__), (rc))

void apus__err_set(apus_err *err, apus_rc rc, const char *fmt, ...) APUS_PRINTF(3, 4);

APUS_API_END

#endif
