/* The command line: what to read, what to write. */
#include "compiler/args.h"

#include <stdio.h>
#include <string.h>

#include "compiler/memory.h"
#include "compiler/names.h"
#include "manual/manual.h"

static void add_word(apus_arena *arena, const char ***list, unsigned *n, const char *word)
{
    const char **more = NEW_N(arena, const char *, *n + 1);
    if (*n)
        memcpy(more, *list, *n * sizeof(*more));
    more[(*n)++] = word;
    *list = more;
}

/* --- flags for the C front end --- */

/* Whether word begins with flag; *needs_next when its value is the next word. */
static bool is_flag(const char *word, const char *flag, bool *needs_next)
{
    size_t len = strlen(flag);
    if (strncmp(word, flag, len) != 0)
        return false;
    *needs_next = word[len] == '\0';
    return true;
}

void flags_filter(apus_arena *arena, const char *const *flags, unsigned n, const char ***out,
                  unsigned *n_out)
{
    static const char *const with_value[] = { "-isystem", "-iquote", "-idirafter", "-include",
                                              "-I",       "-D",      "-U" };
    for (unsigned i = 0; i < n; i++) {
        bool needs_next = false, is_ours = false;
        for (size_t k = 0; k < sizeof(with_value) / sizeof(with_value[0]) && !is_ours; k++)
            is_ours = is_flag(flags[i], with_value[k], &needs_next);
        if (!is_ours && strncmp(flags[i], "-std=", 5) != 0 && strncmp(flags[i], "-m", 2) != 0)
            continue;
        add_word(arena, out, n_out, flags[i]);
        if (is_ours && needs_next && i + 1 < n)
            add_word(arena, out, n_out, flags[++i]);
    }
}

/* --- words --- */

static const char *const known_words[] = {
    "-o",        "--output",           "--check", "--openapi", "--routes", "--routes=json",
    "--app",     "--depfile",          "--main",  "--no-main", "--help",   "-h",
    "--version", "--compile-commands", "--man",
};

static bool refuse(const char *word)
{
    near like = near_to(word);
    for (size_t i = 0; i < sizeof(known_words) / sizeof(known_words[0]); i++)
        near_offer(&like, known_words[i]);
    if (like.best)
        fprintf(stderr, "apusc: unknown option '%s'; did you mean '%s'?\n", word, like.best);
    else
        fprintf(stderr, "apusc: unknown option '%s'; see apusc --help\n", word);
    return false;
}

static bool take_mode(args *out, const char *word)
{
    static const struct {
        const char *word;
        args_mode mode;
    } modes[] = {
        { "--check", ARGS_check },
        { "--routes", ARGS_routes },
        { "--routes=json", ARGS_routes_json },
        { "--help", ARGS_help },
        { "-h", ARGS_help },
        { "--version", ARGS_version },
        { "--man", ARGS_man },
    };
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(word, modes[i].word) != 0)
            continue;
        out->mode = modes[i].mode;
        return true;
    }
    if (strcmp(word, "--main") == 0)
        out->main = ARGS_main_always;
    else if (strcmp(word, "--no-main") == 0)
        out->main = ARGS_main_never;
    else
        return false;
    return true;
}

/* "--depfile FILE" and "--depfile=FILE"; NULL when word is another. */
static const char **value_of(args *out, const char *word, size_t *len)
{
    const struct {
        const char *word;
        const char **value;
    } options[] = {
        { "--output", &out->directory },
        { "--openapi", &out->openapi },
        { "--app", &out->app },
        { "--depfile", &out->depfile },
        { "--compile-commands", &out->compile_commands },
        { "-o", &out->directory },
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        *len = strlen(options[i].word);
        if (strncmp(word, options[i].word, *len) == 0 && (word[*len] == '\0' || word[*len] == '='))
            return options[i].value;
    }
    return NULL;
}

bool args_read(int argc, char **argv, apus_arena *arena, args *out)
{
    *out = (args){ .directory = "." };
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        size_t len;
        if (argv[i][0] != '-') {
            add_word(arena, &out->sources, &out->n_sources, argv[i]);
            continue;
        }
        if (take_mode(out, argv[i]))
            continue;
        const char **value = value_of(out, argv[i], &len);
        if (!value)
            return refuse(argv[i]);
        if (!argv[i][len] && i + 1 >= argc) {
            fprintf(stderr, "apusc: %s needs a value\n", argv[i]);
            return false;
        }
        if (value == &out->openapi)
            out->mode = ARGS_openapi;
        *value = argv[i][len] ? argv[i] + len + 1 : argv[i + 1];
        i += argv[i][len] == '\0';
    }
    if (i < argc)
        flags_filter(arena, (const char *const *)argv + i + 1, (unsigned)(argc - i - 1),
                     &out->flags, &out->n_flags);
    if (out->n_sources || out->mode >= ARGS_help)
        return true;
    fputs("apusc: no sources; see apusc --help\n", stderr);
    return false;
}

/* --- the page --- */

static const manual_row rows[] = {
    { "-o, --output", "DIR", "where to write (the working directory)", 0 },
    { "--check", NULL, "only report what is wrong", 0 },
    { "--openapi", "FILE", "write the OpenAPI document; - is standard output", 0 },
    { "--app", "NAME", "of this app, where the program has several", 0 },
    { "--routes", NULL, "list the routes; --routes=json for programs", 0 },
    { "--depfile", "FILE", "write what was read, for make and ninja", 0 },
    { "--compile-commands", "FILE", "take each source's flags from compile_commands.json", 0 },
    { "--main", NULL, "write main always; else where there is none", 0 },
    { "--no-main", NULL, "never write main", 0 },
    { "--help", NULL, "this text; --man is the page for man", 0 },
    { "--version", NULL, "the version", 0 },
    { NULL, NULL, NULL, 0 },
};

static const manual page = {
    .name = "apusc",
    .usage = "[-o DIR] SOURCE... [-- CFLAG...]",
    .summary = "read annotated C and write the tables that serve it",
    .heading = "Options",
    .rows = rows,
    .about =
        "Writes DIR/NAME.apus.c for each source, compiled in its place, and DIR/apus_app.c for "
        "the program. Files whose text would not change are not written.\n\n"
        "Of CFLAGS, -I -isystem -iquote -idirafter -D -U -include -std -m count; the rest is "
        "passed over.\n\n"
        "Exit codes: 0 all is well, 1 the sources are wrong, 2 the command line is.",
    .also = (const char *const[]){ "apus", "apus build", NULL },
};

void args_help(void)
{
    manual_help(stdout, &page);
}

void args_man(void)
{
    manual_roff(stdout, &page);
}
