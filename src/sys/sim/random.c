#include "apus/random.h"

#include <string.h>

#include "sys/sim/world.h"

apus_rc apus_random(void *to, size_t n, apus_err *err)
{
    char *p = to;
    (void)err;
    while (n) {
        uint64_t word = sim_random();
        size_t piece = n < sizeof(word) ? n : sizeof(word);
        memcpy(p, &word, piece);
        p += piece;
        n -= piece;
    }
    return APUS_OK;
}
