/* Lists with weights: a weight is in its bounds, and naming an item in front decides. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "apus/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const items[] = { "gzip", "br", "*", "text/html" };
    apus_str list = { (const char *)data, size };
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        int weight = apus_accept_weight(list, apus_str_of(items[i]));
        if (weight < -1 || weight > APUS_WEIGHT_MAX)
            abort();
        char *more = malloc(size + 32);
        if (!more)
            return 0;
        int n = snprintf(more, 32, "%s;q=0.5,", items[i]);
        if (size)
            memcpy(more + n, data, size);
        if (apus_accept_weight((apus_str){ more, (size_t)n + size }, apus_str_of(items[i])) != 500)
            abort();
        free(more);
    }
    return 0;
}
