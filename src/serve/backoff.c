#include "serve/backoff.h"

enum { STRIKES_MAX = 10 }; /* more make no difference */

int64_t apus__backoff_after(apus__backoff *b, int64_t served, bool killed)
{
    if (served >= 0 && killed)
        return 0;
    if (served >= APUS__LIFE_GOOD)
        b->strikes = 0;
    int64_t rest = 0;
    /* the first fall is free: one bad request costs one start */
    if (b->strikes > 0 || served < 0)
        rest = APUS__REST_FIRST << (b->strikes < STRIKES_MAX ? b->strikes : STRIKES_MAX);
    b->strikes++;
    int64_t most = served < 0 ? APUS__REST_MAX : APUS__REST_READY;
    return rest < most ? rest : most;
}
