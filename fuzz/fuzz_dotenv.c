/* Lines of a .env file: names and values come from the text, every step reads on, and a
 * refusal names a line that is there. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/dotenv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 64 << 20);
    apus_dotenv d = { { (const char *)data, size }, 1 };
    apus_str name, value;
    uint32_t lines = 1;
    apus_rc rc;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    do {
        size_t before = d.rest.len;
        rc = apus_dotenv_next(&d, &a, &name, &value);
        if (rc == APUS_OK && (d.rest.len >= before || name.len == 0 ||
                              value.ptr[value.len] != '\0' || name.len + value.len > before))
            abort();
    } while (rc == APUS_OK);
    if ((rc != APUS_DONE && rc != APUS_SYNTAX) || d.line > lines)
        abort();
    apus_arena_finish(&a);
    return 0;
}
