/* URLs and queries: decoding what was encoded gives it back; pieces of a query lie within
 * it; checks of addresses end. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/text.h"
#include "apus/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 16 << 20);
    apus_str text = { (const char *)data, size }, rest = text, name, value, encoded, decoded;
    apus_buf b = apus_buf_in(&a);
    apus_url_encode(&b, text);
    if (apus_buf_take(&b, &encoded) || apus_url_decode(&a, encoded, &decoded) ||
        !apus_str_eq(text, decoded))
        abort();
    if (apus_form_decode(&a, text, &decoded) || decoded.len > text.len)
        abort();
    while (apus_query_next(&rest, &name, &value)) {
        if (name.len + value.len > size)
            abort();
    }
    b = apus_buf_in(&a);
    apus_cookie_write(&b, text);
    if (apus_buf_take(&b, &encoded) || apus_cookie_read(&a, encoded, &decoded) ||
        !apus_str_eq(text, decoded) || apus_str_find(encoded, ';') != SIZE_MAX)
        abort();
    if (apus_cookie_read(&a, text, &decoded) || decoded.len > text.len)
        abort();
    rest = text;
    while (apus_cookie_next(&rest, &name, &value)) {
        if (name.len + value.len > size)
            abort();
    }
    const char *why;
    if (!apus_url_check(text, &why) && !why)
        abort();
    if (!apus_email_check(text, &why) && !why)
        abort();
    apus_arena_finish(&a);
    return 0;
}
