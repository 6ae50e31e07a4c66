/* The PROXY protocol: a head lies within the bytes and its limits, is read the same whatever
 * follows it, and each shorter beginning of it wants more. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/proxied.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_str bytes = { (const char *)data, size };
    apus_proxied p, again;
    apus_rc rc = apus_proxied_read(bytes, &p);
    if (rc == APUS_MORE && size >= APUS_PROXIED_MAX)
        abort();
    if (rc != APUS_OK)
        return 0;
    if (p.size == 0 || p.size > size || p.size > APUS_PROXIED_MAX)
        abort();
    if (apus_proxied_read(apus_str_slice(bytes, 0, p.size), &again) || again.size != p.size)
        abort();
    for (size_t n = 0; n < p.size; n++)
        if (apus_proxied_read(apus_str_slice(bytes, 0, n), &again) != APUS_MORE)
            abort();
    return 0;
}
