/* apusc: annotated C in, tables out. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/args.h"
#include "compiler/check.h"
#include "compiler/emit.h"
#include "compiler/environment.h"
#include "compiler/listing.h"
#include "compiler/output.h"
#include "compiler/read.h"

enum { EXIT_contract = 1, EXIT_usage = 2 };

/* --- sources --- */

static const char *stem_of(apus_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return memory_slice(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* main.c and lib/main.c: the second wrapper is main_2.apus.c. */
static const char *unique_stem(contract *c, const char *stem)
{
    const char *unique = stem;
    for (unsigned i = 2;; i++) {
        const ct_source *s = c->sources;
        while (s && strcmp(s->stem, unique) != 0)
            s = s->next;
        if (!s && strcmp(unique, "apus_app") != 0)
            return unique;
        unique = memory_textf(c->arena, "%s_%u", stem, i);
    }
}

/* path as it is called below directory, or NULL. */
static const char *below(const char *directory, const char *path)
{
    size_t len = strlen(directory);
    if (strcmp(directory, ".") == 0)
        return path[0] == '/' || strncmp(path, "../", 3) == 0 ? NULL : path;
    return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

/* What the wrapper includes: a path below a directory of -iquote, so that compilers call the
 * source what its owner calls it; else the way from the wrapper. */
static const char *include_of(const contract *c, const args *a, const char *source)
{
    for (unsigned i = 0; i + 1 < a->n_flags; i++) {
        const char *name =
            strcmp(a->flags[i], "-iquote") == 0 ? below(a->flags[i + 1], source) : NULL;
        if (name && strcmp(name, "apus_app.c") != 0)
            return name;
    }
    return output_relative(c->arena, a->directory, source);
}

static void add_sources(contract *c, const args *a)
{
    for (unsigned i = 0; i < a->n_sources; i++) {
        ct_source *s = NEW(c->arena, ct_source);
        s->path = a->sources[i];
        s->include = include_of(c, a, a->sources[i]);
        s->stem = unique_stem(c, stem_of(c->arena, a->sources[i]));
        APPEND(c->sources, s);
    }
}

/* --- what comes out --- */

static bool write_buffer(apus_arena *arena, const char *path, apus_buf *b)
{
    apus_str text;
    if (apus_buf_take(b, &text))
        memory_out();
    return output_write(arena, path, text);
}

static bool write_c(contract *c, const args *a)
{
    for (const ct_source *s = c->sources; s; s = s->next) {
        apus_buf b = apus_buf_in(c->arena);
        if (!emit_source(c, s, &b))
            memory_out();
        if (!write_buffer(c->arena, memory_textf(c->arena, "%s/%s.apus.c", a->directory, s->stem),
                          &b))
            return false;
    }
    apus_buf b = apus_buf_in(c->arena);
    if (!emit_app(c, &b))
        memory_out();
    return write_buffer(c->arena, memory_textf(c->arena, "%s/apus_app.c", a->directory), &b);
}

static bool write_openapi(contract *c, const args *a)
{
    const ct_app *app = c->apps;
    while (app && a->app && strcmp(app->name, a->app) != 0)
        app = app->next;
    if (!app) {
        fprintf(stderr, a->app ? "apusc: there is no App(%s)\n" : "apusc: there is no App\n",
                a->app);
        return false;
    }
    apus_buf b = apus_buf_in(c->arena);
    if (!emit_openapi(c, app, &b))
        memory_out();
    apus_buf_addc(&b, '\n');
    return write_buffer(c->arena, a->openapi, &b);
}

static bool write_listing(contract *c, void (*listing)(const contract *c, apus_buf *to))
{
    apus_buf b = apus_buf_in(c->arena);
    listing(c, &b);
    return write_buffer(c->arena, "-", &b);
}

static bool write_all(contract *c, const args *a)
{
    switch (a->mode) {
    case ARGS_write:
        return write_c(c, a);
    case ARGS_openapi:
        return write_openapi(c, a);
    case ARGS_routes:
        return write_listing(c, listing_text);
    case ARGS_routes_json:
        return write_listing(c, listing_json);
    default:
        return true;
    }
}

static bool write_depfile(reader *r, const args *a)
{
    apus_buf b = apus_buf_in(r->arena);
    depfile_text(r, memory_textf(r->arena, "%s/apus_app.c", a->directory), &b);
    return write_buffer(r->arena, a->depfile, &b);
}

/* --- all of it --- */

static int compile(apus_arena *arena, const args *a)
{
    text_files text = files_in(arena);
    diags said = diags_in(arena, &text);
    contract c = { .arena = arena };
    reader r = { .out = &c, .arena = arena, .diags = &said, .files = &text };
    reader_names(&r);
    /* The wrappers name the sources relative to where they stand. */
    if (a->mode == ARGS_write && !output_directory(arena, a->directory))
        return EXIT_usage;
    add_sources(&c, a);
    said.sources = c.sources;
    read_options options;
    if (!environment_flags(arena, a, &c, &options))
        return EXIT_usage;
    if (read_contract(&r, &options))
        contract_check(&c, &said);
    if (a->main != ARGS_main_where_none)
        c.has_main = a->main == ARGS_main_never;
    diags_print(&said, stderr, isatty(STDERR_FILENO) ? DIAG_coloured : DIAG_plain);
    bool ok = said.n_errors == 0 && write_all(&c, a) && (!a->depfile || write_depfile(&r, a));
    reader_finish(&r);
    return ok ? 0 : EXIT_contract;
}

int main(int argc, char **argv)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, SIZE_MAX);
    args a;
    int code = EXIT_usage;
    if (args_read(argc, argv, &arena, &a)) {
        code = 0;
        if (a.mode == ARGS_help)
            args_help();
        else if (a.mode == ARGS_man)
            args_man();
        else if (a.mode == ARGS_version)
            printf("apusc %s\n", APUS_VERSION);
        else
            code = compile(&arena, &a);
    }
    apus_arena_finish(&arena);
    return code;
}
