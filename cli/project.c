#include "project.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apus/buf.h"
#include "process.h"
#include "toolchain.h"

enum {
    SOURCES_MAX = 1000,
    FOLDERS_MAX = 16, /* folders within each other */
};

/* --- which sources --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static bool is_source(const char *name)
{
    apus_str s = apus_str_of(name);
    return name[0] != '.' && apus_str_ends(s, APUS_STR(".c")) &&
           !apus_str_ends(s, APUS_STR(".apus.c"));
}

static bool is_test(const char *name)
{
    apus_str s = apus_str_of(name);
    return apus_str_starts(s, APUS_STR("test_")) || apus_str_ends(s, APUS_STR("_test.c"));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#define object_to(options, ...) ((options)->quiet ? (void)0 : complain(__VA_ARGS__))

static bool add_source(struct project *p, const char *path)
{
    if (p->n_sources == SOURCES_MAX) {
        complain("more than %d sources in %s", SOURCES_MAX, p->dir);
        return false;
    }
    p->sources[p->n_sources++] = path;
    return true;
}

enum deep { DEEP_no, DEEP_yes }; /* whether folders within are read, too */

static bool sources_of_dir(struct project *p, const struct options *options, const char *dir,
                           enum deep deep, unsigned depth);

static bool sources_of_entry(struct project *p, const struct options *options, const char *path,
                             const char *name, enum deep deep, unsigned depth)
{
    if (is_source(name))
        return (p->kind != BUILD_TEST && is_test(name)) || add_source(p, path);
    bool holds_tests = strcmp(name, "test") == 0 || strcmp(name, "tests") == 0;
    if (deep == DEEP_no || name[0] == '.' || (holds_tests && p->kind != BUILD_TEST) ||
        is_link(path) || !is_dir(path))
        return true;
    return sources_of_dir(p, options, path, deep, depth + 1);
}

static bool sources_of_dir(struct project *p, const struct options *options, const char *dir,
                           enum deep deep, unsigned depth)
{
    if (depth > FOLDERS_MAX) {
        complain("%s: more than %d folders within each other", dir, FOLDERS_MAX);
        return false;
    }
    DIR *d = opendir(dir);
    if (!d) {
        object_to(options, "%s: %s", dir, strerror(errno));
        return false;
    }
    bool fine = true, is_here = strcmp(dir, ".") == 0;
    for (struct dirent *e; fine && (e = readdir(d));) {
        const char *path =
            textf(p->arena, "%s%s%s", is_here ? "" : dir, is_here ? "" : "/", e->d_name);
        fine = sources_of_entry(p, options, path, e->d_name, deep, depth);
    }
    closedir(d);
    return fine;
}

static bool sources_of_path(struct project *p, const struct options *options, const char *path)
{
    if (is_dir(path)) {
        const char *src = strcmp(path, ".") == 0 ? "src" : textf(p->arena, "%s/src", path);
        return sources_of_dir(p, options, path, DEEP_no, 0) &&
               (!is_dir(src) || sources_of_dir(p, options, src, DEEP_yes, 0));
    }
    if (access(path, R_OK)) {
        object_to(options, "%s: %s", path, strerror(errno));
        return false;
    }
    if (!is_source(base_name(path))) {
        complain("%s is no C source: name .c files, or the directory that they are in", path);
        return false;
    }
    return add_source(p, path);
}

static bool find_sources(struct project *p, const struct options *options)
{
    for (unsigned i = 0; i < options->n_paths; i++) {
        if (!sources_of_path(p, options, options->paths[i]))
            return false;
    }
    if (p->n_sources == 0) {
        object_to(options, "no .c files in %s\n  `apus new NAME` makes a project to start from",
                  p->dir);
        return false;
    }
    qsort(p->sources, p->n_sources, sizeof(p->sources[0]), by_name);
    return true;
}

static bool is_taken(const struct project *p, unsigned n, const char *unit)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(p->units[i], unit) == 0)
            return true;
    return strcmp(unit, "apus_app") == 0;
}

/* As apusc calls the wrappers: main, and main_2 for lib/main.c. */
static void name_units(struct project *p)
{
    for (unsigned i = 0; i < p->n_sources; i++) {
        const char *name = base_name(p->sources[i]);
        const char *stem = textf(p->arena, "%.*s", (int)(strlen(name) - 2), name);
        p->units[i] = stem;
        for (unsigned n = 2; is_taken(p, i, p->units[i]); n++)
            p->units[i] = textf(p->arena, "%s_%u", stem, n);
    }
}

/* The program is called like the directory, or like the only source. */
static const char *program_name(struct project *p, const char *first, bool from_dir)
{
    if (!from_dir) {
        const char *name = base_name(first);
        return textf(p->arena, "%.*s", (int)(strlen(name) - 2), name);
    }
    char *real = realpath(p->dir, NULL);
    const char *name = textf(p->arena, "%s", real ? base_name(real) : "app");
    free(real);
    return *name ? name : "app";
}

bool project_make_dirs(apus_arena *arena, const char *path)
{
    for (const char *p = path + 1; *p; p++) {
        if (*p == '/' && mkdir(textf(arena, "%.*s", (int)(p - path), path), 0777) &&
            errno != EEXIST)
            break;
    }
    if (mkdir(path, 0777) && errno != EEXIST) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool project_find(apus_arena *arena, const struct options *options, enum build_kind kind,
                  struct project *out)
{
    static const char *const kinds[] = { "release", "dev", "test" };
    const char *first = options->paths[0];
    bool from_dir = is_dir(first);
    *out = (struct project){
        .arena = arena,
        .kind = kind,
        .verbose = options->verbose,
        .sources = APUS_NEW(arena, const char *, SOURCES_MAX),
        .units = APUS_NEW(arena, const char *, SOURCES_MAX),
    };
    const char *slash = strrchr(first, '/');
    out->dir = from_dir ? first : slash ? textf(arena, "%.*s", (int)(slash - first), first) : ".";
    if (!out->sources || !out->units || !find_sources(out, options) ||
        !project_file_read(arena, out->dir, &out->file))
        return false;
    out->cflags = options->cflags && *options->cflags
                      ? textf(arena, "%s %s", out->file.cflags, options->cflags)
                      : out->file.cflags;
    name_units(out);
    out->name = program_name(out, first, from_dir);
    /* other flags make other objects */
    const char *flags =
        *out->cflags
            ? textf(arena, "-%08x", (unsigned)apus_hash(out->cflags, strlen(out->cflags), 0))
            : "";
    out->work = textf(arena, "%s/.apus/%s-%s%s", out->dir, out->name, kinds[kind], flags);
    out->program = options->output         ? options->output
                   : kind == BUILD_RELEASE ? textf(arena, "%s/%s", out->dir, out->name)
                                           : textf(arena, "%s/%s", out->work, out->name);
    return project_make_dirs(arena, out->work);
}

/* --- building --- */

/* Words are run; what they say goes to the terminal or to *errors. */
static bool step(const struct project *p, const struct argv *a, const char **errors)
{
    if (p->verbose) {
        for (unsigned i = 0; i < a->n; i++)
            fprintf(stderr, "%s%s", i ? " " : "+ ", a->words[i]);
        fputc('\n', stderr);
    }
    struct capture capture = { .arena = p->arena };
    int code = process_run(a, errors ? &capture : NULL);
    if (errors && capture.text && *capture.text)
        *errors = textf(p->arena, "%s%s", *errors, capture.text);
    return code == 0;
}

static void add_flags(struct argv *a, const struct project *p, const struct toolchain *t)
{
    static const char *const by_kind[] = { "-O2 -g", "-O0 -g", "-O0 -g" };
    argv_add_words(
        a, "-std=c17 -Wall -Wextra -Wno-unused-parameter -fstack-clash-protection -D_GNU_SOURCE");
    argv_add_words(a, by_kind[p->kind]);
    argv_add(a, "-iquote"); /* wrappers name the sources as they are called from here */
    argv_add(a, p->dir);
    argv_add(a, textf(p->arena, "-I%s", t->include));
    argv_add_words(a, p->cflags);
}

static bool run_apusc(const struct project *p, const struct toolchain *t, const char **errors)
{
    struct argv a = { .arena = p->arena };
    argv_add(&a, t->apusc);
    argv_add(&a, "-o");
    argv_add(&a, p->work);
    for (unsigned i = 0; i < p->n_sources; i++)
        argv_add(&a, p->sources[i]);
    argv_add(&a, "--");
    add_flags(&a, p, t);
    return step(p, &a, errors);
}

static bool is_newer(const char *a, const char *b)
{
    struct stat sa, sb;
    if (stat(a, &sa) || stat(b, &sb))
        return true;
    return sa.st_mtim.tv_sec > sb.st_mtim.tv_sec ||
           (sa.st_mtim.tv_sec == sb.st_mtim.tv_sec && sa.st_mtim.tv_nsec > sb.st_mtim.tv_nsec);
}

/* The prerequisites in a depfile of the compiler; NULL-terminated. */
static const char **read_depfile(apus_arena *arena, const char *path)
{
    apus_buf b = apus_buf_in(arena);
    FILE *f = fopen(path, "r");
    char piece[4096];
    size_t n;
    while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
        apus_buf_add(&b, (apus_str){ piece, n });
    if (f)
        fclose(f);
    struct argv words = { .arena = arena };
    apus_str text;
    if (apus_buf_take(&b, &text))
        return NULL;
    char *p = (char *)(uintptr_t)strchr(text.ptr, ':');
    for (p = p ? p + 1 : NULL; p && *p;) {
        p += strspn(p, " \\\n\t");
        size_t len = strcspn(p, " \n\t");
        if (len)
            argv_add(&words, textf(arena, "%.*s", (int)len, p));
        p += len;
    }
    return words.words;
}

static bool is_current(const struct project *p, const char *object, const char *depfile)
{
    const char **deps = access(object, R_OK) ? NULL : read_depfile(p->arena, depfile);
    if (!deps)
        return false;
    for (; *deps; deps++) {
        if (is_newer(*deps, object))
            return false;
    }
    return true;
}

static bool compile(const struct project *p, const struct toolchain *t, const char *unit,
                    struct argv *link, const char **errors)
{
    const char *object = textf(p->arena, "%s/%s.o", p->work, unit);
    const char *depfile = textf(p->arena, "%s/%s.d", p->work, unit);
    argv_add(link, object);
    if (is_current(p, object, depfile))
        return true;
    struct argv a = { .arena = p->arena };
    argv_add(&a, t->cc);
    add_flags(&a, p, t);
    argv_add(&a, "-MMD");
    argv_add(&a, "-MF");
    argv_add(&a, depfile);
    argv_add(&a, "-c");
    argv_add(&a, textf(p->arena, "%s/%s.c", p->work, unit));
    argv_add(&a, "-o");
    argv_add(&a, object);
    return step(p, &a, errors);
}

static bool link_program(const struct project *p, const struct toolchain *t, struct argv *link,
                         const char **errors)
{
    /* the old program may be running: a new file takes its name when it is whole */
    const char *fresh = textf(p->arena, "%s.new", p->program);
    argv_add(link, t->library);
    argv_add_words(link, p->file.libraries);
    argv_add_words(link, getenv("LDLIBS"));
    argv_add_words(link, APUS_LINK_LIBS);
    argv_add(link, "-o");
    argv_add(link, fresh);
    if (!step(p, link, errors))
        return false;
    if (rename(fresh, p->program)) {
        complain("%s: %s", p->program, strerror(errno));
        return false;
    }
    return true;
}

bool project_build(const struct project *p, const char **errors)
{
    struct toolchain t;
    if (errors)
        *errors = "";
    if (!toolchain_find(p->arena, &t) || !run_apusc(p, &t, errors))
        return false;
    struct argv link = { .arena = p->arena };
    argv_add(&link, t.cc);
    bool fine = true;
    for (unsigned i = 0; i < p->n_sources; i++)
        fine &= compile(p, &t, textf(p->arena, "%s.apus", p->units[i]), &link, errors);
    fine &= compile(p, &t, "apus_app", &link, errors);
    return fine && link_program(p, &t, &link, errors);
}

/* --- what to watch --- */

const char **project_watched(const struct project *p, apus_arena *arena)
{
    struct argv files = { .arena = arena };
    if (p->file.path)
        argv_add(&files, p->file.path);
    for (unsigned i = 0; i < p->n_sources; i++) {
        argv_add(&files, p->sources[i]);
        const char **deps = read_depfile(arena, textf(arena, "%s/%s.apus.d", p->work, p->units[i]));
        for (; deps && *deps; deps++) {
            if (strncmp(*deps, "/usr/", 5) != 0 && !strstr(*deps, "/.apus/"))
                argv_add(&files, *deps);
        }
    }
    return files.words;
}

int project_apusc(const struct project *p, const char *const *words)
{
    struct toolchain t;
    if (!toolchain_find(p->arena, &t))
        return EXIT_FAILED;
    struct argv a = { .arena = p->arena };
    argv_add(&a, t.apusc);
    for (; *words; words++)
        argv_add(&a, *words);
    for (unsigned i = 0; i < p->n_sources; i++)
        argv_add(&a, p->sources[i]);
    argv_add(&a, "--");
    add_flags(&a, p, &t);
    return process_run(&a, NULL);
}
