#include "apus/random.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/random.h>
#endif

apus_rc apus_random(void *to, size_t n, apus_err *err)
{
    enum { PIECE_MAX = 256 }; /* what getentropy gives at once */
    char *p = to;
    while (n) {
        size_t piece = n < PIECE_MAX ? n : PIECE_MAX;
        if (getentropy(p, piece))
            return apus_err_set(err, APUS_IO, "no random bytes: %s", strerror(errno));
        p += piece;
        n -= piece;
    }
    return APUS_OK;
}
