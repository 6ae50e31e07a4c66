#include "serve/tell.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apus/clock.h"
#include "apus/socket.h"
#include "apus/value.h"

/* Nobody there to hear it is nothing to do about. */
static void tell(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (path && (*path == '/' || *path == '@'))
        (void)apus_socket_tell(path, apus_str_of(text));
}

void apus__tell_ready(void)
{
    const char *text = getenv("APUS_READY_FD");
    char *end;
    long fd = text && *text ? strtol(text, &end, 10) : -1;
    if (fd >= 0 && fd <= INT_MAX && !*end) {
        ssize_t told = write((int)fd, "1", 1);
        (void)told;
        close((int)fd);
    }
    tell("READY=1");
}

void apus__tell_reloading(void)
{
    char text[64];
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             apus_clock_now() / APUS_MICROSECOND);
    tell(text);
}

void apus__tell_stopping(void)
{
    tell("STOPPING=1");
}

void apus__tell_alive(void)
{
    if (getenv("WATCHDOG_USEC"))
        tell("WATCHDOG=1");
}
