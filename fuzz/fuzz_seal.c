/* Sealed texts in a Cookie header: nothing is taken that we have not sealed, and what is taken is
 * the one spelling of it. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/seal.h"
#include "apus/url.h"

static apus_str words[] = { APUS_STR_INIT("new key, 16 bytes"),
                            APUS_STR_INIT("old key, 16 bytes") };
static const apus_strs keys = { words, 2 };

static void look(apus_arena *a, apus_str value)
{
    apus_sealed found;
    apus_str again;
    apus_rc rc = apus_seal_read(a, keys, APUS_STR("session"), 2000000000, 0, value, &found);
    if (rc != APUS_OK && rc != APUS_INVALID)
        abort();
    if (rc)
        return;
    apus_buf b = apus_buf_in(a);
    apus_strs used = { &words[found.key], 1 };
    if (apus_seal_write(&b, used, APUS_STR("session"), found.at, found.text) ||
        apus_buf_take(&b, &again) || !apus_str_eq(again, value))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    apus_str rest = { (const char *)data, size }, name, value;
    while (apus_cookie_next(&rest, &name, &value))
        look(&a, value);
    apus_arena_finish(&a);
    return 0;
}
