/* embed OUT FILE...: writes files, compressed by gzip, as a C table (src/app/assets.h says
 * what it looks like).  The same files give the same bytes. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "apus/str.h"

enum { GZIP_WINDOW = 15 + 16, BYTES_PER_LINE = 32 };

struct content {
    unsigned char *bytes;
    size_t len;
};

static void fail(const char *path, const char *why)
{
    fprintf(stderr, "embed: %s: %s\n", path, why);
    exit(1);
}

static struct content read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        fail(path, strerror(errno));
    long size = ftell(f);
    rewind(f);
    struct content c = { malloc(size > 0 ? (size_t)size : 1), size > 0 ? (size_t)size : 0 };
    if (!c.bytes || fread(c.bytes, 1, c.len, f) != c.len)
        fail(path, "cannot be read");
    fclose(f);
    return c;
}

static struct content compress_content(const char *path, struct content in)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY))
        fail(path, "no memory");
    uLong room = deflateBound(&z, in.len);
    struct content out = { malloc(room), 0 };
    if (!out.bytes)
        fail(path, "no memory");
    z.next_in = in.bytes;
    z.avail_in = (uInt)in.len;
    z.next_out = out.bytes;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        fail(path, "cannot be compressed");
    out.len = z.total_out;
    deflateEnd(&z);
    return out;
}

static const char *type_of(const char *name)
{
    apus_str s = apus_str_of(name);
    if (apus_str_ends(s, APUS_STR(".css")))
        return "text/css; charset=utf-8";
    if (apus_str_ends(s, APUS_STR(".js")))
        return "text/javascript; charset=utf-8";
    return apus_str_ends(s, APUS_STR(".svg")) ? "image/svg+xml" : "application/octet-stream";
}

static void write_bytes(FILE *to, int i, struct content c)
{
    fprintf(to, "static const uint8_t file_%d[] = {", i);
    for (size_t at = 0; at < c.len; at++)
        fprintf(to, "%s%u,", at % BYTES_PER_LINE ? "" : "\n", c.bytes[at]);
    fprintf(to, "\n};\n\n");
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: embed OUT FILE...\n");
        return 2;
    }
    FILE *to = fopen(argv[1], "w");
    if (!to)
        fail(argv[1], strerror(errno));
    char rows[8192] = "";
    size_t used = 0;
    for (int i = 2; i < argc; i++) {
        struct content text = read_file(argv[i]), gzip = compress_content(argv[i], text);
        const char *slash = strrchr(argv[i], '/'), *name = slash ? slash + 1 : argv[i];
        write_bytes(to, i, gzip);
        int n = snprintf(rows + used, sizeof(rows) - used,
                         "    { \"%s\", \"%s\", \"%016" PRIx64 "\", file_%d, %zu, %zu },\n", name,
                         type_of(name), apus_hash(text.bytes, text.len, 0), i, gzip.len, text.len);
        used += n > 0 ? (size_t)n : 0;
        if (used >= sizeof(rows))
            fail(argv[1], "too many files");
        free(text.bytes);
        free(gzip.bytes);
    }
    fprintf(to, "static const struct apus__asset table[] = {\n%s};\n", rows);
    if (ferror(to) | fclose(to))
        fail(argv[1], "cannot be written");
    return 0;
}
