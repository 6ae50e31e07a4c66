/* The header Forwarded: each step reads on, and what it gives lies within the text. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/forwarded.h"

static void check_within(apus_str part, const char *begin, const char *end)
{
    if (part.len && (part.ptr < begin || part.ptr + part.len > end))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    apus_str rest = { begin, size };
    apus_forwarded f;
    size_t before;
    apus_rc rc;
    do {
        before = rest.len;
        rc = apus_forwarded_next(&rest, &f);
        check_within(f.client, begin, begin + size);
        check_within(f.proto, begin, begin + size);
        check_within(f.host, begin, begin + size);
        if (rc == APUS_OK && rest.len >= before)
            abort();
    } while (rc == APUS_OK);
    if (rc != APUS_DONE && rc != APUS_SYNTAX)
        abort();
    return 0;
}
