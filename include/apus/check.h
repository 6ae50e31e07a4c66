/* apus/check.h - rules of your own: functions that look at what was sent.
 *
 * A member, a parameter or a model names a function with `check = f`.  It is called when
 * the value has been read and keeps all other rules:
 *
 *     const char *f(double price);                  // NULL, or what is wrong with it
 *     const char *f(const order *value);
 *     void f(apus_checking *c, order *value);       // may change it, and say more
 *
 * and with `before = f` a function that sees, and may change, what was sent before it is read:
 *
 *     void f(apus_checking *c, apus_json *sent);
 *
 * What is wrong is told with the other problems of the request, in one 422 answer.
 *
 * MEMORY: apus_checking_arena lives as long as what is being read.  FIBERS: a check must
 * not suspend. */
#ifndef APUS_CHECK_H
#define APUS_CHECK_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/json.h"

APUS_API_BEGIN

typedef struct apus_checking apus_checking;

/* A check as tables hold it. */
typedef void apus_check(apus_checking *c, void *value);

/* Says what is wrong with the value: value_error, "Value error, TEXT".  May be called more
 * than once. */
void apus_wrong(apus_checking *c, const char *fmt, ...) APUS_PRINTF(2, 3);

typedef struct apus_wrong_options {
    const char *type;     /* the problem's type, of your own; a static text; NULL: value_error */
    const char *member;   /* of a model: which one is wrong, by its name on the wire; or NULL */
    const apus_json *ctx; /* an object that goes with it; or NULL */
} apus_wrong_options;

/* The same as a problem of your own: with a type, the text stands as it is. */
void apus_wrong_as(apus_checking *c, const apus_wrong_options *options, const char *fmt, ...)
    APUS_PRINTF(3, 4);

/* Whether something was said to be wrong. */
bool apus_checking_failed(const apus_checking *c);

/* For what a check makes; it lives as long as what is being read. */
apus_arena *apus_checking_arena(apus_checking *c);

/* What the decoder was given as its context: the request, where one is being read
 * (apus_checking_req in apus/req.h), else NULL. */
void *apus_checking_context(apus_checking *c);

APUS_API_END

#endif
