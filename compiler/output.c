/* Files that come out: written only when they change. */
#include "compiler/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/files.h"
#include "compiler/memory.h"

static bool complain(const char *path)
{
    fprintf(stderr, "apusc: %s: %s\n", path, strerror(errno));
    return false;
}

static bool is_unchanged(apus_arena *arena, const char *path, apus_str text)
{
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || (size_t)st.st_size != text.len)
        return false;
    text_files f = files_in(arena);
    return apus_str_eq(files_get(&f, path)->text, text);
}

bool output_write(apus_arena *arena, const char *path, apus_str text)
{
    if (strcmp(path, "-") == 0)
        return fwrite(text.ptr, 1, text.len, stdout) == text.len || complain("standard output");
    if (is_unchanged(arena, path, text))
        return true;
    const char *temporary = memory_textf(arena, "%s.%ld.tmp", path, (long)getpid());
    FILE *out = fopen(temporary, "wb");
    if (!out)
        return complain(path);
    bool ok = fwrite(text.ptr, 1, text.len, out) == text.len;
    ok = fclose(out) == 0 && ok;
    if (ok && rename(temporary, path) == 0)
        return true;
    complain(path);
    unlink(temporary);
    return false;
}

bool output_directory(apus_arena *arena, const char *path)
{
    for (size_t i = 1; path[i]; i++) {
        if (path[i] != '/')
            continue;
        const char *above = memory_slice(arena, path, i);
        if (mkdir(above, 0777) && errno != EEXIST)
            return complain(above);
    }
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    return complain(path);
}

static const char *absolute(apus_arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = memory_text(arena, real ? real : path);
    free(real);
    return copy;
}

const char *output_relative(apus_arena *arena, const char *directory, const char *path)
{
    const char *from = absolute(arena, directory), *to = absolute(arena, path);
    if (from[0] != '/' || to[0] != '/')
        return to;
    size_t common = 0;
    for (size_t i = 0;; i++) {
        bool from_ends = from[i] == '\0' || from[i] == '/';
        if (from_ends && to[i] == '/')
            common = i;
        if (from[i] != to[i] || from[i] == '\0')
            break;
    }
    const char *up = "";
    for (const char *p = from + common; *p; p++) {
        if (*p == '/' && p[1])
            up = memory_textf(arena, "%s../", up);
    }
    return memory_textf(arena, "%s%s", up, to + common + 1);
}
