/* apus/password.h - passwords, kept as hashes that take long to guess (Argon2id, RFC 9106).
 *
 *     account->password = apus_password_hash(req, form->password, NULL);
 *     ...
 *     if (!apus_password_verify(req, form->password, account ? account->password : NULL))
 *         return apus_fail(req, 400, NULL, "Incorrect username or password");
 *
 * A hash is one line of text that names its salt and cost, "$argon2id$v=19$m=19456,t=2,p=1$...".
 * Passwords are neither kept nor logged.
 *
 * FIBERS: apus_password_hash and apus_password_verify run on a pool thread and suspend;
 * apus_password_make and apus_password_matches block for as long: they are for `blocking` handlers
 * and for programs without requests. */
#ifndef APUS_PASSWORD_H
#define APUS_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/req.h"
#include "apus/str.h"

APUS_API_BEGIN

enum { APUS_PASSWORD_MAX = 1024 }; /* bytes of a password */

/* What each guess costs.  A member that is 0 has its default. */
typedef struct apus_password_cost {
    uint32_t memory_kib; /* 19456, of which each hash at work takes so much */
    uint32_t passes;     /* 2 */
    uint32_t lanes;      /* 1 */
} apus_password_cost;

/* The hash, in the request's memory; cost may be NULL.  NULL with the failure set: 400 for a
 * password over APUS_PASSWORD_MAX bytes, 503 where the pool is full or memory is out, or the
 * request was cancelled. */
const char *apus_password_hash(apus_req *req, apus_str password, const apus_password_cost *cost);

/* Whether the password is the one that was hashed.  With NULL, or with what is no such hash, it
 * takes as long and is false, so that nobody learns from the time which accounts there are.
 * false for passwords that are too long to have been hashed, whosever; false with the failure
 * set where the pool is full, memory is out or the request was cancelled. */
bool apus_password_verify(apus_req *req, apus_str password, const char *hash);

/* Whether a hash was made at another cost, and should be made anew when its owner logs in. */
bool apus_password_is_outdated(const char *hash, const apus_password_cost *cost);

/* The same without a request; these block for tens of milliseconds.  APUS_OK, APUS_LIMIT (the
 * password is too long), APUS_INVALID (the cost makes no sense), APUS_IO (no random bytes) or
 * APUS_NOMEM. */
apus_rc apus_password_make(apus_arena *a, apus_str password, const apus_password_cost *cost,
                           apus_str *out) APUS_NODISCARD;
bool apus_password_matches(apus_str password, const char *hash);

APUS_API_END

#endif
