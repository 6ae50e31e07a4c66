/* The program's own file: each app's OpenAPI document, compressed; the list of
 * tests; and main, where the program has none. */
#include <string.h>
#include <zlib.h>

#include "compiler/emit.h"
#include "compiler/emit_c.h"

enum {
    GZIP_WINDOW = 15 + 16, /* zlib's way to ask for a gzip header */
    BYTES_PER_LINE = 16,
};

/* gzip of text; no name and no time in it, so that the same text gives the same
 * bytes.  false when memory is out. */
static bool compress_text(apus_arena *arena, apus_str text, apus_bytes *out)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY))
        return false;
    uLong room = deflateBound(&z, text.len);
    uint8_t *bytes = apus_arena_alloc(arena, room, 1);
    int state = Z_MEM_ERROR;
    if (bytes) {
        z.next_in = (Bytef *)(uintptr_t)text.ptr;
        z.avail_in = (uInt)text.len;
        z.next_out = bytes;
        z.avail_out = (uInt)room;
        state = deflate(&z, Z_FINISH);
        *out = (apus_bytes){ bytes, z.total_out };
    }
    deflateEnd(&z);
    return state == Z_STREAM_END;
}

static void emit_bytes(struct out *o, const char *name, apus_bytes bytes)
{
    out_line(o, "/* clang-format off */");
    out_line(o, "static const uint8_t %s[] = {", name);
    for (size_t i = 0; i < bytes.len; i += BYTES_PER_LINE) {
        apus_buf_lit(o->to, "   ");
        for (size_t j = i; j < bytes.len && j < i + BYTES_PER_LINE; j++)
            apus_buf_addf(o->to, " 0x%02x,", bytes.ptr[j]);
        apus_buf_addc(o->to, '\n');
    }
    out_line(o, "};");
    out_line(o, "/* clang-format on */\n");
}

static void emit_document(struct out *o, const ct_app *app)
{
    apus_buf text = apus_buf_in(o->arena);
    apus_str json;
    apus_bytes gzip;
    if (!emit_openapi(o->contract, app, &text) || apus_buf_take(&text, &json) ||
        !compress_text(o->arena, json, &gzip)) {
        o->to->failed = APUS_NOMEM;
        return;
    }
    out_line(o, "/* The OpenAPI document of %s: %zu bytes of JSON, compressed by gzip.", app->title,
             json.len);
    out_line(o, " * `apusc --openapi -` prints it. */");
    emit_bytes(o, out_name(o, "apus__openapi_%s", app->name), gzip);
    out_line(o, "extern const apus_blob apus_openapi_%s;", app->name);
    out_line(o, "const apus_blob apus_openapi_%s = {", app->name);
    out_line(o, "    .gzip = apus__openapi_%s,", app->name);
    out_line(o, "    .gzip_len = sizeof(apus__openapi_%s),", app->name);
    out_line(o, "    .text_len = %zu,", json.len);
    out_line(o, "};\n");
}

static void emit_tests(struct out *o)
{
    if (!o->contract->tests)
        return;
    for (const ct_test *t = o->contract->tests; t; t = t->next)
        out_line(o, "void apus_test_%s(void);", t->name);
    out_line(o, "extern const apus_test_case apus_tests[];");
    out_line(o, "const apus_test_case apus_tests[] = {");
    for (const ct_test *t = o->contract->tests; t; t = t->next) {
        const char *slash = strrchr(t->place.file, '/');
        out_line(o, "    { %s, apus_test_%s, %s, %u },", out_quoted(o, t->name), t->name,
                 out_quoted(o, slash ? slash + 1 : t->place.file), t->place.line);
    }
    out_line(o, "};\n");
}

static void emit_main(struct out *o, const ct_app *app)
{
    out_line(o, "extern const apus_app %s_app;\n", app->name);
    out_line(o, "int main(int argc, char **argv)");
    out_line(o, "{");
    out_line(o, "    return apus_main(argc, argv, &%s_app);", app->name);
    out_line(o, "}");
}

bool emit_app(const contract *c, apus_buf *to)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    struct out o = { .contract = c, .arena = &arena, .to = to };
    out_line(&o, "/* Written by apusc %s; changes here are lost. */", APUS_VERSION);
    out_line(&o, "#include \"apus/main.h\"");
    out_line(&o, "#include \"apus/route.h\"\n");
    for (const ct_app *app = c->apps; app; app = app->next) {
        if (app->openapi_path)
            emit_document(&o, app);
    }
    emit_tests(&o);
    if (!c->has_main && c->apps)
        emit_main(&o, c->apps);
    out_end(&o);
    apus_arena_finish(&arena);
    return !to->failed;
}
