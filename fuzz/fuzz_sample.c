/* Any JSON as a schema: a value of it ends within its limits, and the same seed gives the same;
 * any text as a pattern: what is said to match is not longer than the limit. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/sample.h"

#define MEMORY_MAX ((size_t)512 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY_MAX);
    apus_str text = { (const char *)bytes, size };
    apus_buf b = apus_buf_in(&a);
    apus_json *document;
    if (apus_sample_pattern(text, 1, &b) && b.len > APUS_SAMPLE_LENGTH_MAX)
        abort();
    if (apus_json_parse(&a, text, NULL, &document, NULL) == APUS_OK) {
        apus_schema schema = { .document = document, .root = document };
        apus_json *value = apus_sample(&schema, &a, 3);
        if (value && !apus_json_eq(value, apus_sample(&schema, &a, 3)))
            abort();
    }
    apus_arena_finish(&a);
    return 0;
}
