#include "serve/inherit.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "apus/socket.h"

enum { SYSTEMD_FIRST_FD = 3 };

/* The number in a variable of the environment, or -1. */
static long number_in(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long value = text && *text ? strtol(text, &end, 10) : -1;
    return value >= 0 && value <= INT_MAX && !*end ? value : -1;
}

apus_rc apus__inherited_listeners(int *fds, uint32_t max, uint32_t *n, apus_err *err)
{
    long first = number_in("APUS_LISTEN_FD"), count = 1;
    *n = 0;
    if (first < 0 && number_in("LISTEN_PID") == (long)getpid()) {
        first = SYSTEMD_FIRST_FD;
        count = number_in("LISTEN_FDS");
    }
    if (first < 0 || count <= 0)
        return APUS_OK;
    if (count > (long)max)
        return apus_err_set(err, APUS_LIMIT, "%ld inherited sockets: over %u", count,
                            (unsigned)max);
    for (long i = 0; i < count; i++) {
        int fd = (int)(first + i);
        if (!apus_socket_is_listening(fd) || apus_socket_adopt(fd))
            return apus_err_set(err, APUS_INVALID,
                                "descriptor %d, which was inherited, is not a listening socket",
                                fd);
        fds[i] = fd;
    }
    *n = (uint32_t)count;
    return APUS_OK;
}
