/* A connection: the same bytes are the same requests, however the network cuts them; each
 * is answered once, in order, and nothing is served after a refusal. */
#include <stdlib.h>

#include "talk.h"

enum { LENT = 3000 }; /* bytes of a body that goes out without being copied */

static size_t count_answers(const apus_buf *out)
{
    static const char start[] = "HTTP/1.1 ", interim[] = "HTTP/1.1 1";
    size_t n = 0;
    for (size_t i = 0; i + sizeof(interim) <= out->len; i++)
        if (memcmp(out->ptr + i, start, sizeof(start) - 1) == 0 &&
            memcmp(out->ptr + i, interim, sizeof(interim) - 1) != 0 &&
            (i + 15 < out->len && out->ptr[i + 12] == ' '))
            n++;
    return n;
}

static talk converse(apus_str bytes, size_t step)
{
    static const apus_http_limits limits = {
        .target_max = 256, .head_max = 1024, .headers_max = 16, .body_max = 4096, .pipeline_max = 8
    };
    talk t = talk_hold(&limits, LENT, APUS_STR(""), bytes, step);
    /* an echoed body may look like an answer, so there may seem to be more */
    if (count_answers(&t.out) + t.n_lost < t.n_requests || t.n_over != t.n_requests)
        abort();
    talk_finish(&t);
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    apus_str in = { (const char *)data + 1, size - 1 };
    if (apus_str_starts(in, APUS_STR("PRI * HTTP/2.0")))
        return 0; /* fuzz_h2 */
    talk whole = converse(in, in.len ? in.len : 1);
    talk parts = converse(in, 1 + data[0] % 64);
    if (whole.n_requests != parts.n_requests || whole.requests != parts.requests ||
        whole.bodies != parts.bodies || whole.was_closed != parts.was_closed)
        abort();
    return 0;
}
