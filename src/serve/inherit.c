#include "serve/inherit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SYSTEMD_FIRST_FD = 3 };

/* The number in a variable of the environment, or -1. */
static long number_in(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long value = text && *text ? strtol(text, &end, 10) : -1;
    return value >= 0 && value <= INT_MAX && !*end ? value : -1;
}

static int take(int fd)
{
    struct stat st;
    int flags = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? fcntl(fd, F_GETFL) : -1;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
        return -1;
    return fd;
}

int apus__inherited_listener(void)
{
    long fd = number_in("APUS_LISTEN_FD");
    if (fd >= 0)
        return take((int)fd);
    if (number_in("LISTEN_PID") == (long)getpid() && number_in("LISTEN_FDS") > 0)
        return take(SYSTEMD_FIRST_FD);
    return -1;
}

void apus__tell_ready(void)
{
    long fd = number_in("APUS_READY_FD");
    if (fd < 0)
        return;
    ssize_t told = write((int)fd, "1", 1); /* nobody left to tell is nothing to do about */
    (void)told;
    close((int)fd);
}
