#include "toolchain.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const char *parent(apus_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : textf(arena, "%.*s", (int)(slash - path), path);
}

static const char *own_prefix(apus_arena *arena)
{
    const char *given = getenv("APUS_PREFIX");
    if (given && *given)
        return given;
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (n <= 0)
        return APUS_INSTALL_PREFIX;
    path[n] = '\0';
    return parent(arena, parent(arena, path));
}

static bool must_exist(const char *what, const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    complain("%s is missing: %s\n"
             "  install Apus with `cmake --install`, or set APUS_PREFIX to where it is installed",
             what, path);
    return false;
}

bool toolchain_find(apus_arena *arena, struct toolchain *out)
{
    const char *prefix = own_prefix(arena);
    const char *cc = getenv("CC");
    out->cc = cc && *cc ? cc : "cc";
    out->apusc = textf(arena, "%s/bin/apusc", prefix);
    out->include = textf(arena, "%s/include", prefix);
    out->library = textf(arena, "%s/%s/libapus.a", prefix, APUS_LIBDIR);
    return must_exist("apusc", out->apusc) &&
           must_exist("the header", textf(arena, "%s/apus/apus.h", out->include)) &&
           must_exist("the library", out->library);
}
