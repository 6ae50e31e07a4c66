/* What does a worker cost while it does nothing?
 *
 *     bench_process [--connections N] [--rounds N] [--port N] COMMAND
 *
 * COMMAND ({port} in it is replaced) is started --rounds times:
 *
 *     process=ready ms=    from exec until it accepts, the median
 *     process=answer ms=   until GET /json is answered, the median
 *     process=idle kib=    memory of its own (private, dirty) after some requests
 *     process=connection bytes=   what each of --connections idle ones adds to that
 *
 * Of the last start the connections are opened, have one request each and then none. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "target.h"

enum {
    ROUNDS_MAX = 101,
    CONNECTIONS_MAX = 9000,
    TRIES_MAX = 100000, /* of 0.1 ms each, until it must accept */
    WARM = 200,         /* requests before memory is looked at */
};

static struct options {
    int connections, rounds, port;
    const char *command;
} opt = { .connections = 1000, .rounds = 11, .port = 18800 };

static double ms_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static pid_t start(int port)
{
    char command[1024];
    const char *at = strstr(opt.command, "{port}");
    if (!at) {
        fputs("bench_process: the command has no {port}\n", stderr);
        exit(2);
    }
    snprintf(command, sizeof(command), "exec %.*s%d%s >/dev/null 2>&1", (int)(at - opt.command),
             opt.command, port, at + strlen("{port}"));
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
#if defined(__linux__)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* -1: nobody accepts. */
static int try_connect(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_when_ready(int port)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        int fd = try_connect(port);
        if (fd >= 0)
            return fd;
        nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
    }
    fprintf(stderr, "bench_process: %s does not accept\n", opt.command);
    exit(1);
}

static void ask(int fd)
{
    static const char request[] = "GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[4096];
    if (write(fd, request, sizeof(request) - 1) != (ssize_t)sizeof(request) - 1)
        die("write");
    ssize_t n = read(fd, answer, sizeof(answer)); /* a small answer comes in one piece */
    if (n < 12 || memcmp(answer, "HTTP/1.1 200", 12) != 0) {
        fputs("bench_process: GET /json is not answered with 200\n", stderr);
        exit(1);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof(*values), by_value);
    return values[n / 2];
}

static void measure_memory(pid_t pid, int first)
{
    static int fds[CONNECTIONS_MAX];
    for (int i = 0; i < WARM; i++)
        ask(first);
    long idle = dirty_kib(pid);
    for (int i = 0; i < opt.connections; i++) {
        fds[i] = connect_when_ready(opt.port);
        ask(fds[i]);
    }
    long with = dirty_kib(pid);
    printf("process=idle kib=%ld\n", idle);
    printf("process=connection bytes=%.0f connections=%d\n",
           (double)(with - idle) * 1024 / opt.connections, opt.connections);
    for (int i = 0; i < opt.connections; i++)
        close(fds[i]);
}

static void read_options(int argc, char **argv)
{
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        int n = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--connections") == 0 && n > 0 && n <= CONNECTIONS_MAX)
            opt.connections = n;
        else if (strcmp(argv[i], "--rounds") == 0 && n > 0 && n <= ROUNDS_MAX)
            opt.rounds = n;
        else if (strcmp(argv[i], "--port") == 0 && n > 0 && n < 65536)
            opt.port = n;
        else
            break;
    }
    if (i + 1 != argc) {
        fputs("usage: bench_process [--connections N] [--rounds N] [--port N] COMMAND\n", stderr);
        exit(2);
    }
    opt.command = argv[i];
}

int main(int argc, char **argv)
{
    double ready[ROUNDS_MAX], answered[ROUNDS_MAX];
    read_options(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < opt.rounds; i++) {
        double begin = ms_now();
        pid_t pid = start(opt.port);
        int fd = connect_when_ready(opt.port);
        ready[i] = ms_now() - begin;
        ask(fd);
        answered[i] = ms_now() - begin;
        if (i + 1 == opt.rounds)
            measure_memory(pid, fd);
        close(fd);
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    printf("process=ready ms=%.1f\n", median(ready, opt.rounds));
    printf("process=answer ms=%.1f\n", median(answered, opt.rounds));
    return 0;
}
