/* Flags for libclang, from the command line, a compilation database, and where
 * apusc itself is installed. */
#include "compiler/environment.h"

#include <clang-c/CXCompilationDatabase.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set by the build: where the tree it was built in has these. */
#ifndef APUSC_RESOURCE_DIR
#define APUSC_RESOURCE_DIR ""
#endif
#ifndef APUSC_INCLUDE_DIR
#define APUSC_INCLUDE_DIR ""
#endif

static bool has_file(apus_arena *arena, const char *directory, const char *file)
{
    return *directory && access(memory_textf(arena, "%s/%s", directory, file), R_OK) == 0;
}

/* clang's own headers (stddef.h and so on) stand below its resource directory. */
static const char *resource_directory(apus_arena *arena)
{
    const char *set = getenv("APUSC_RESOURCE_DIR");
    if (set)
        return set;
    if (has_file(arena, APUSC_RESOURCE_DIR, "include/stddef.h"))
        return APUSC_RESOURCE_DIR;
    static const char *const patterns[] = { "/usr/lib/llvm-*/lib/clang/*", "/usr/lib*/clang/*",
                                            "/usr/local/lib/clang/*",
                                            "/opt/homebrew/opt/llvm/lib/clang/*" };
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        glob_t found;
        const char *best = NULL;
        if (glob(patterns[i], 0, NULL, &found) == 0) {
            for (size_t k = 0; k < found.gl_pathc; k++) {
                if (has_file(arena, found.gl_pathv[k], "include/stddef.h"))
                    best = memory_text(arena, found.gl_pathv[k]);
            }
            globfree(&found);
        }
        if (best)
            return best;
    }
    return NULL;
}

/* Our headers: beside where apusc is installed, else where it was built. */
static const char *include_directory(apus_arena *arena)
{
    const char *set = getenv("APUS_INCLUDE_DIR");
    if (set)
        return set;
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    for (int up = 0; len > 0 && up < 2; up++) {
        while (len > 0 && self[--len] != '/')
            ;
    }
    if (len > 0) {
        self[len] = '\0';
        const char *beside = memory_textf(arena, "%s/include", self);
        if (has_file(arena, beside, "apus/apus.h"))
            return beside;
    }
    return has_file(arena, APUSC_INCLUDE_DIR, "apus/apus.h") ? APUSC_INCLUDE_DIR : NULL;
}

static void add(apus_arena *arena, flag_list *list, const char *flag)
{
    const char **more = NEW_N(arena, const char *, list->n + 1);
    if (list->n)
        memcpy(more, list->flags, list->n * sizeof(*more));
    more[list->n++] = flag;
    list->flags = more;
}

/* What compilers let pass with a warning, and what crashes later: a call of a function that is
 * declared nowhere, a function of another shape where one is called through a pointer. */
static const char *const never_meant[] = {
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=incompatible-function-pointer-types",
    "-Werror=pointer-type-mismatch",
    "-Werror=int-conversion",
    "-Werror=return-type",
};

static flag_list own_flags(apus_arena *arena, const args *a)
{
    flag_list list = { 0 };
    const char *resources = resource_directory(arena), *include = include_directory(arena);
    add(arena, &list, "-x");
    add(arena, &list, "c");
    add(arena, &list, "-Wno-everything");
    for (size_t i = 0; i < sizeof(never_meant) / sizeof(never_meant[0]); i++)
        add(arena, &list, never_meant[i]);
    add(arena, &list, "-DAPUS_READING=1");
    if (resources) {
        add(arena, &list, "-resource-dir");
        add(arena, &list, resources);
    }
    for (unsigned i = 0; i < a->n_flags; i++)
        add(arena, &list, a->flags[i]);
    if (include) {
        add(arena, &list, "-isystem");
        add(arena, &list, include);
    }
    return list;
}

/* --- compile_commands.json --- */

/* -I of a command counts from its directory. */
static const char *anchored(apus_arena *arena, const char *directory, const char *flag)
{
    bool is_relative = strncmp(flag, "-I", 2) == 0 && flag[2] && flag[2] != '/';
    return is_relative ? memory_textf(arena, "-I%s/%s", directory, flag + 2) : flag;
}

static void add_command(apus_arena *arena, flag_list *list, CXCompileCommand command)
{
    CXString said = clang_CompileCommand_getDirectory(command);
    const char *directory = memory_text(arena, clang_getCString(said));
    clang_disposeString(said);
    unsigned n = clang_CompileCommand_getNumArgs(command), n_kept = 0;
    const char **words = NEW_N(arena, const char *, n + 1), **kept = NULL;
    for (unsigned i = 0; i < n; i++) {
        said = clang_CompileCommand_getArg(command, i);
        words[i] = memory_text(arena, clang_getCString(said));
        clang_disposeString(said);
    }
    flags_filter(arena, words, n, &kept, &n_kept);
    for (unsigned i = 0; i < n_kept; i++)
        add(arena, list, anchored(arena, directory, kept[i]));
}

static bool add_commands(apus_arena *arena, const args *a, const contract *c, flag_list *lists)
{
    const char *slash = strrchr(a->compile_commands, '/');
    const char *directory =
        slash ? memory_slice(arena, a->compile_commands, (size_t)(slash - a->compile_commands))
              : ".";
    CXCompilationDatabase_Error error;
    CXCompilationDatabase db = clang_CompilationDatabase_fromDirectory(directory, &error);
    if (error != CXCompilationDatabase_NoError ||
        strcmp(slash ? slash + 1 : a->compile_commands, "compile_commands.json") != 0) {
        fprintf(stderr, "apusc: %s cannot be read; it must be called compile_commands.json\n",
                a->compile_commands);
        return false;
    }
    unsigned i = 0;
    for (const ct_source *s = c->sources; s; s = s->next, i++) {
        char *real = realpath(s->path, NULL);
        CXCompileCommands commands =
            clang_CompilationDatabase_getCompileCommands(db, real ? real : s->path);
        if (commands && clang_CompileCommands_getSize(commands))
            add_command(arena, &lists[i], clang_CompileCommands_getCommand(commands, 0));
        if (commands)
            clang_CompileCommands_dispose(commands);
        free(real);
    }
    clang_CompilationDatabase_dispose(db);
    return true;
}

bool environment_flags(apus_arena *arena, const args *a, const contract *c, read_options *out)
{
    flag_list common = own_flags(arena, a), *lists = NEW_N(arena, flag_list, a->n_sources);
    for (unsigned i = 0; i < a->n_sources; i++)
        lists[i] = common;
    out->per_source = lists;
    return !a->compile_commands || add_commands(arena, a, c, lists);
}

/* --- the depfile --- */

struct inclusions {
    name_table seen;
    unit *unit;
    apus_buf *to;
};

static void add_path(apus_buf *to, const char *path)
{
    apus_buf_lit(to, " \\\n  ");
    for (; *path; path++) {
        if (*path == ' ' || *path == '#')
            apus_buf_addc(to, '\\');
        if (*path == '$')
            apus_buf_addc(to, '$');
        apus_buf_addc(to, *path);
    }
}

static void visit(CXFile in, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    struct inclusions *i = data;
    (void)stack;
    (void)depth;
    const char *name = take_text(i->unit, clang_getFileName(in));
    if (names_find(&i->seen, name))
        return;
    names_put(&i->seen, name, i);
    add_path(i->to, name);
}

void depfile_text(reader *r, const char *target, apus_buf *to)
{
    struct inclusions i = { .seen = names_in(r->arena), .to = to };
    apus_buf_addf(to, "%s:", target);
    for (unit *u = r->units; u; u = u->next) {
        i.unit = u;
        if (u->tu)
            clang_getInclusions(u->tu, visit, &i);
    }
    apus_buf_addc(to, '\n');
}
