/* apus/seal.h - a text that travels through strangers' hands and comes back unchanged.
 *
 *     apus_seal_write(&b, keys, APUS_STR("reset"), now, APUS_STR("ada"));
 *     ... https://shop.example/reset?t=v1.1767225600.YWRh.hVn0...
 *     rc = apus_seal_read(arena, keys, APUS_STR("reset"), now, 3600, token, &who);
 *
 * What is sealed can be read by anybody, and written only by who has a key: HMAC with SHA-256
 * over its purpose, its time and its bytes.  It has only letters that cookies and URLs take as
 * they are.
 *
 * KEYS: the first one signs, all of them are tried for reading.  To change keys, put the new one
 * in front; take the old one away when what it signed is too old to count.  A key has at least
 * APUS_SEAL_KEY_MIN bytes, best random ones (`openssl rand -hex 32`).
 *
 * TIME is passed in: seconds since 1970.  FIBERS: nothing suspends. */
#ifndef APUS_SEAL_H
#define APUS_SEAL_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/model.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_SEAL_KEYS_MAX = 16,     /* that are looked at */
    APUS_SEAL_KEY_MIN = 16,      /* bytes */
    APUS_SEAL_TEXT_MAX = 16384,  /* bytes of a sealed text that is read */
    APUS_SEAL_OVERHEAD_MAX = 72, /* bytes that sealing adds, besides a third of the text */
};

/* Whether there are keys, and each is long enough.  APUS_OK or APUS_INVALID, with a sentence
 * that does not tell them. */
apus_rc apus_seal_check_keys(apus_strs keys, apus_err *err) APUS_NODISCARD;

/* Appends `text`, sealed with the first key.  The purpose is not sent, but must be the same for
 * reading: what was made for one is worth nothing for another.
 * APUS_OK; APUS_INVALID without a key; or the buffer's failure. */
apus_rc apus_seal_write(apus_buf *to, apus_strs keys, apus_str purpose, int64_t now, apus_str text)
    APUS_NODISCARD;

typedef struct apus_sealed {
    apus_str text; /* in the arena */
    int64_t at;    /* when it was sealed */
    uint32_t key;  /* with which of the keys; not 0: seal it again */
} apus_sealed;

/* Reads what apus_seal_write wrote with one of the keys, at most max_age seconds ago (0: ever).
 * APUS_OK; APUS_INVALID where it is not such a text, whatever the reason; APUS_LIMIT where it
 * was sealed too long ago; APUS_NOMEM. */
apus_rc apus_seal_read(apus_arena *a, apus_strs keys, apus_str purpose, int64_t now,
                       int64_t max_age, apus_str sealed, apus_sealed *out) APUS_NODISCARD;

APUS_API_END

#endif
