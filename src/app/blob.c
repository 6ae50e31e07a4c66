/* Text that was compressed when the program was built. */
#include <zlib.h>

#include "apus/route.h"

/* zlib asks for a few blocks; they come from the arena and go with it. */
static voidpf take(voidpf arena, uInt n, uInt size)
{
    return apus__arena_array(arena, n, size, 16);
}

static void give(voidpf arena, voidpf block)
{
    (void)arena;
    (void)block;
}

static apus_rc gunzip(const apus_blob *blob, apus_arena *a, apus_str *out)
{
    if (blob->gzip_len > UINT32_MAX || blob->text_len >= UINT32_MAX)
        return APUS_SYNTAX;
    char *text = apus_arena_alloc(a, blob->text_len + 1, 1);
    if (!text)
        return APUS_NOMEM;
    z_stream z = { .zalloc = take, .zfree = give, .opaque = a };
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return APUS_NOMEM;
    z.next_in = (z_const Bytef *)(uintptr_t)blob->gzip;
    z.avail_in = (uInt)blob->gzip_len;
    z.next_out = (Bytef *)text;
    z.avail_out = (uInt)blob->text_len + 1; /* one more shows what is too long */
    int rc = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    if (rc != Z_STREAM_END || z.total_out != blob->text_len)
        return rc == Z_MEM_ERROR ? APUS_NOMEM : APUS_SYNTAX;
    text[blob->text_len] = 0;
    *out = (apus_str){ text, blob->text_len };
    return APUS_OK;
}

apus_rc apus_blob_text(const apus_blob *blob, apus_arena *a, apus_str *out)
{
    if (!blob->text && blob->gzip_len)
        return gunzip(blob, a, out);
    *out =
        (apus_str){ blob->text ? (const char *)blob->text : "", blob->text ? blob->text_len : 0 };
    return APUS_OK;
}
