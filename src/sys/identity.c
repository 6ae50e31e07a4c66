#include "apus/process.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { NAME_ROOM = 256 };

static apus_rc find_group(const char *name, apus_identity *out, apus_err *err)
{
    const struct group *g = getgrnam(name);
    if (!g)
        return apus_err_set(err, APUS_NOT_FOUND, "there is no group \"%s\"", name);
    out->group = g->gr_gid;
    return APUS_OK;
}

apus_rc apus_identity_find(const char *text, apus_identity *out, apus_err *err)
{
    char name[NAME_ROOM];
    size_t len = strcspn(text, ":");
    if (len == 0 || len >= sizeof(name))
        return apus_err_set(err, APUS_NOT_FOUND, "\"%s\" is not \"name\" or \"name:group\"", text);
    memcpy(name, text, len);
    name[len] = 0;
    const struct passwd *p = getpwnam(name);
    if (!p)
        return apus_err_set(err, APUS_NOT_FOUND, "there is no user \"%s\"", name);
    *out = (apus_identity){ .user = p->pw_uid, .group = p->pw_gid };
    apus_rc rc = text[len] ? find_group(text + len + 1, out, err) : APUS_OK;
    if (rc)
        return rc;
    gid_t groups[APUS_IDENTITY_GROUPS_MAX];
    int n = APUS_IDENTITY_GROUPS_MAX;
    if (getgrouplist(name, (gid_t)out->group, groups, &n) < 0)
        return apus_err_set(err, APUS_LIMIT, "\"%s\" is in over %d groups", name,
                            APUS_IDENTITY_GROUPS_MAX);
    out->n_groups = (uint32_t)n;
    for (int i = 0; i < n; i++)
        out->groups[i] = (uint32_t)groups[i];
    return APUS_OK;
}

apus_rc apus_identity_assume(const apus_identity *who, apus_err *err)
{
    gid_t groups[APUS_IDENTITY_GROUPS_MAX];
    for (uint32_t i = 0; i < who->n_groups; i++)
        groups[i] = (gid_t)who->groups[i];
    if (setgroups(who->n_groups, groups) || setgid((gid_t)who->group) || setuid((uid_t)who->user))
        return apus_err_set(err, APUS_IO, "cannot become user %u: %s", (unsigned)who->user,
                            strerror(errno));
    return APUS_OK;
}
