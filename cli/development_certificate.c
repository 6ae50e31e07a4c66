#include "development_certificate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apus/tls.h"
#include "command.h"

#define LAST_WEEK (7 * 24 * 60 * 60) /* seconds */

static bool make_folder(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    complain("%s: %s", path, strerror(errno));
    return false;
}

/* NULL after a complaint. */
static const char *find_folder(apus_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (!cache || *cache != '/') {
        if (!home || *home != '/') {
            complain("--tls keeps its certificate in $HOME/.cache/apus, but HOME is not set");
            return NULL;
        }
        cache = textf(arena, "%s/.cache", home);
    }
    const char *folder = textf(arena, "%s/apus", cache);
    return make_folder(cache) && make_folder(folder) ? folder : NULL;
}

static bool is_good(const struct development_certificate *c)
{
    int64_t ends = 0;
    return access(c->key, R_OK) == 0 && apus_tls_find_end(c->chain, &ends, NULL) == APUS_OK &&
           ends - (int64_t)time(NULL) > LAST_WEEK;
}

bool development_certificate_find(apus_arena *arena, struct development_certificate *out)
{
    apus_err err = { 0 };
    const char *folder = find_folder(arena);
    if (!folder)
        return false;
    out->chain = textf(arena, "%s/localhost.crt", folder);
    out->key = textf(arena, "%s/localhost.key", folder);
    out->is_new = !is_good(out);
    if (!out->is_new || apus_tls_write_self_signed(out->chain, out->key, &err) == APUS_OK)
        return true;
    complain("%s", err.msg);
    return false;
}
