/* A connection of HTTP/2: the same frames are the same requests, however the network cuts them,
 * and whatever they are, every request that was begun gives its memory back. */
#include <stdlib.h>

#include "talk.h"

enum { LENT = 200000 }; /* bytes of a body that no window holds */

static talk converse(apus_str bytes, size_t step)
{
    static const apus_http_limits limits = {
        .target_max = 256, .head_max = 1024, .headers_max = 16, .body_max = 4096, .streams_max = 8
    };
    talk t = talk_hold(&limits, LENT, APUS_STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), bytes, step);
    talk_finish(&t);
    if (t.n_over != t.n_requests)
        abort();
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    apus_str in = { (const char *)data + 1, size - 1 };
    talk whole = converse(in, in.len ? in.len : 1);
    talk parts = converse(in, 1 + data[0] % 64);
    /* in one piece, a reset may come before its request is handled: no more are than in many */
    if (whole.n_requests > parts.n_requests)
        abort();
    return 0;
}
