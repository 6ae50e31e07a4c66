#include "target.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

enum { START_TRIES = 500 }; /* of 10 ms each, until a server must accept */

_Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int target_connect(int port)
{
    struct sockaddr_in addr = { .sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    return fd;
}

pid_t target_start(const char *name, const char *command, int port)
{
    char line[1024];
    const char *at = strstr(command, "{port}");
    if (!at)
        at = command + strlen(command);
    snprintf(line, sizeof(line), "exec %.*s%d%s", (int)(at - command), command, port,
             *at ? at + strlen("{port}") : "");
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
#if defined(__linux__)
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* when we are interrupted, it shall not stay */
#endif
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < START_TRIES; i++) {
        int fd = target_connect(port);
        if (fd >= 0) {
            close(fd);
            return pid;
        }
        usleep(10000);
    }
    fprintf(stderr, "%s: does not accept on port %d\n", name, port);
    exit(1);
}

size_t answer_length(const char *buf, size_t n)
{
    const char *end = memmem(buf, n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - buf) + 4;
    for (const char *line = buf; line < end; line = strchr(line, '\n') + 1)
        if (strncasecmp(line, "content-length:", 15) == 0) {
            size_t all = head + strtoul(line + 15, NULL, 10);
            return all <= n ? all : 0;
        }
    return 0;
}

double cpu_of_tree(pid_t pid)
{
    clockid_t clock;
    struct timespec t;
    double sum = 0;
    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0)
        sum = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "r");
    int child;
    while (f && fscanf(f, "%d", &child) == 1)
        sum += cpu_of_tree(child);
    if (f)
        fclose(f);
    return sum;
}

long dirty_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = 0, sum = 0;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        die(path);
    while (fgets(line, sizeof(line), f))
        if (sscanf(line, "Private_Dirty: %ld kB", &kib) == 1)
            sum += kib;
    fclose(f);
    return sum;
}
