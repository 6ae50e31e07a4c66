#include "serve/pidfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

apus_rc apus__pidfile_write(const char *path, apus_err *err)
{
    char fresh[PATH_ROOM];
    if (!path)
        return APUS_OK;
    snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid());
    FILE *f = fopen(fresh, "we");
    bool good = f && fprintf(f, "%ld\n", (long)getpid()) > 0;
    if (f && fclose(f))
        good = false;
    if (good && rename(fresh, path) == 0)
        return APUS_OK;
    int why = errno;
    if (f)
        (void)unlink(fresh);
    return apus_err_set(err, APUS_IO, "--pid-file %s: %s", path, strerror(why));
}

void apus__pidfile_remove(const char *path)
{
    if (!path)
        return;
    long pid = 0;
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%ld", &pid) != 1)
        pid = 0;
    if (f)
        fclose(f);
    if (pid == (long)getpid())
        (void)unlink(path);
}
