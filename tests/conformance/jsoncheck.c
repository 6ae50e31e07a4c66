/* Reads a JSON text from standard input and writes the same value; exit code 1 when it
 * is not JSON.  For the json suite. */
#include <stdio.h>

#include "apus/buf.h"
#include "apus/json.h"

enum { SIZE_MAX_BYTES = 64 * 1024 * 1024, DEPTH = 512 };

int main(void)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, (size_t)1 << 32);
    apus_buf in = apus_buf_with(&apus_alloc_libc), out = apus_buf_with(&apus_alloc_libc);
    char piece[65536];
    size_t n;
    while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0)
        apus_buf_add(&in, (apus_str){ piece, n });
    apus_str text;
    apus_json *value;
    apus_json_limits limits = { .depth = DEPTH, .size = SIZE_MAX_BYTES };
    bool fine = apus_buf_take(&in, &text) == APUS_OK &&
                apus_json_parse(&arena, text, &limits, &value, NULL) == APUS_OK;
    if (fine) {
        apus_json_write(&out, value);
        fine = apus_buf_take(&out, &text) == APUS_OK &&
               fwrite(text.ptr, 1, text.len, stdout) == text.len;
    }
    apus_buf_finish(&in);
    apus_buf_finish(&out);
    apus_arena_finish(&arena);
    return fine ? 0 : 1;
}
