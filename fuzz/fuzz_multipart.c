/* Forms with files: parts lie within the body, in order and apart, and a form that was read
 * to its end is read the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/multipart.h"

static unsigned read_form(apus_arena *a, apus_str body, apus_rc *last)
{
    apus_multipart m;
    apus_part part;
    unsigned n = 0;
    const char *after = body.ptr;
    *last = apus_multipart_begin(&m, APUS_STR("multipart/form-data; boundary=x"), body);
    while (*last == APUS_OK && (*last = apus_multipart_next(&m, a, &part)) == APUS_OK) {
        if (!part.name.ptr || part.body.ptr < after ||
            part.body.ptr + part.body.len > body.ptr + body.len)
            abort();
        after = part.body.ptr + part.body.len;
        n++;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 16 << 20);
    apus_str body = { (const char *)data, size };
    apus_rc first, again;
    unsigned n = read_form(&a, body, &first);
    if (n != read_form(&a, body, &again) || first != again)
        abort();
    apus_arena_finish(&a);
    return 0;
}
