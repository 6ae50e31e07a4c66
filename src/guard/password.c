#include "apus/password.h"

#include <argon2.h>
#include <stdio.h>
#include <string.h>

#include "apus/random.h"

enum {
    MEMORY_KIB = 19456, /* what OWASP's cheat sheet on storing passwords asks for at least */
    PASSES = 2,
    LANES = 1,
    SALT_LEN = 16,
    HASH_LEN = 32,
};

static const char prefix[] = "$argon2id$";

static apus_password_cost cost_of(const apus_password_cost *given)
{
    apus_password_cost c = given ? *given : (apus_password_cost){ 0 };
    return (apus_password_cost){ .memory_kib = c.memory_kib ? c.memory_kib : MEMORY_KIB,
                                 .passes = c.passes ? c.passes : PASSES,
                                 .lanes = c.lanes ? c.lanes : LANES };
}

static apus_rc rc_of(int argon)
{
    return argon == ARGON2_OK                        ? APUS_OK
           : argon == ARGON2_MEMORY_ALLOCATION_ERROR ? APUS_NOMEM
                                                     : APUS_INVALID;
}

apus_rc apus_password_make(apus_arena *a, apus_str password, const apus_password_cost *cost,
                           apus_str *out)
{
    apus_password_cost c = cost_of(cost);
    uint8_t salt[SALT_LEN];
    if (password.len > APUS_PASSWORD_MAX)
        return APUS_LIMIT;
    apus_rc rc = apus_random(salt, sizeof(salt), NULL);
    if (rc)
        return rc;
    size_t room = argon2_encodedlen(c.passes, c.memory_kib, c.lanes, SALT_LEN, HASH_LEN, Argon2_id);
    char *text = apus_arena_alloc(a, room, 1);
    if (!text)
        return APUS_NOMEM;
    rc = rc_of(argon2id_hash_encoded(c.passes, c.memory_kib, c.lanes, password.ptr, password.len,
                                     salt, sizeof(salt), HASH_LEN, text, room));
    if (!rc)
        *out = apus_str_of(text);
    return rc;
}

/* As long as a comparison takes, for nothing. */
static bool waste_time(apus_str password)
{
    static const uint8_t salt[SALT_LEN] = { 0 };
    uint8_t hash[HASH_LEN];
    (void)argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, password.ptr, password.len, salt,
                            sizeof(salt), hash, sizeof(hash));
    return false;
}

bool apus_password_matches(apus_str password, const char *hash)
{
    if (password.len > APUS_PASSWORD_MAX)
        return false;
    if (!hash || strncmp(hash, prefix, sizeof(prefix) - 1) != 0)
        return waste_time(password);
    int argon = argon2id_verify(hash, password.ptr, password.len);
    return argon == ARGON2_OK || (argon != ARGON2_VERIFY_MISMATCH && waste_time(password));
}

bool apus_password_is_outdated(const char *hash, const apus_password_cost *cost)
{
    apus_password_cost c = cost_of(cost);
    unsigned memory, passes, lanes;
    int n = 0;
    if (strncmp(hash, prefix, sizeof(prefix) - 1) != 0)
        return true;
    int found =
        sscanf(hash + sizeof(prefix) - 1, "v=19$m=%u,t=%u,p=%u$%n", &memory, &passes, &lanes, &n);
    return found != 3 || n == 0 || memory != c.memory_kib || passes != c.passes || lanes != c.lanes;
}

/* --- on a pool thread --- */

struct work {
    apus_str password;
    const char *hash;
    const apus_password_cost *cost;
    apus_str out;
};

static void *make(apus_req *req, void *arg)
{
    struct work *w = arg;
    apus_rc rc = apus_password_make(apus_req_arena(req), w->password, w->cost, &w->out);
    if (!rc)
        return w;
    return apus_fail(req, apus_rc_status(rc), NULL, "the password cannot be kept: %s",
                     apus_rc_text(rc));
}

static void *match(apus_req *req, void *arg)
{
    struct work *w = arg;
    (void)req;
    return apus_password_matches(w->password, w->hash) ? w : NULL;
}

/* A pool thread may still be at it when the request has given up: it works on what the
 * request's memory holds. */
static struct work *new_work(apus_req *req, apus_str password)
{
    struct work *w = apus_new(req, struct work);
    w->password = password;
    return w;
}

const char *apus_password_hash(apus_req *req, apus_str password, const apus_password_cost *cost)
{
    if (password.len > APUS_PASSWORD_MAX)
        return apus_fail(req, 400, "password_too_long", "A password has at most %d bytes",
                         APUS_PASSWORD_MAX);
    struct work *w = new_work(req, password);
    w->cost = cost;
    return apus_offload(req, make, w) ? w->out.ptr : NULL;
}

bool apus_password_verify(apus_req *req, apus_str password, const char *hash)
{
    struct work *w = new_work(req, password);
    w->hash = hash;
    return apus_offload(req, match, w) != NULL;
}
