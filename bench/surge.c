/* How long do requests take that come when they want to?  A client at a constant rate.
 *
 *     bench_surge --port 8000 --path /burn --rate 2000 --seconds 10
 *     rate=2000 sent=20000 ok=4873 shed=15127 failed=0 p50_ms=3.1 p90_ms=6.0 p99_ms=9.8 max_ms=14.2
 *
 * A request is due every 1/rate seconds, whatever became of those before, and its time runs
 * from that moment: a server that stalls makes all wait that were due meanwhile.  Each is
 * sent on a connection that has none on its way, or on a new one; where --connections are in
 * use, it waits.  The times are of what was answered with 200; `shed` counts 503, `failed`
 * all else: other answers, connections that broke, what had no answer in the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flags.h"

enum {
    CONNECTIONS_MAX = 10000,
    ANSWER_MAX = 8192, /* bytes; small ones are enough to see how long they take */
    EVENTS = 256,
    GRACE_S = 10, /* for what is on its way when the time is over */
};

struct connection {
    int fd;
    double due; /* of the request on its way */
    char answer[ANSWER_MAX];
    size_t got; /* bytes of the answer */
    int next;   /* among the idle ones */
};

static struct {
    int port, connections;
    double rate, seconds;
    const char *path;
} opt = { .port = 8000, .connections = 1000, .rate = 1000, .seconds = 5, .path = "/" };

static struct connection *all;
static int n_all, idle = -1, on_the_way, events_fd;
static char request[1024];
static double *times;
static size_t n_times;
static uint64_t n_sent, n_shed, n_failed;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* --- connections --- */

static void make_idle(int i)
{
    all[i].next = idle;
    idle = i;
}

static bool connect_one(struct connection *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port) };
    struct epoll_event e = { .events = EPOLLIN, .data.u32 = (uint32_t)(c - all) };
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0)
        die("socket");
    if (connect(c->fd, (const struct sockaddr *)&to, sizeof(to)) ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
        fcntl(c->fd, F_SETFL, O_NONBLOCK) || epoll_ctl(events_fd, EPOLL_CTL_ADD, c->fd, &e)) {
        close(c->fd);
        c->fd = -1;
        return false;
    }
    return true;
}

static void finish(struct connection *c, unsigned status)
{
    if (status == 200)
        times[n_times++] = now_s() - c->due;
    else if (status == 503)
        n_shed++;
    else
        n_failed++;
    on_the_way--;
    make_idle((int)(c - all));
}

static void broke(struct connection *c)
{
    close(c->fd);
    c->fd = -1;
    finish(c, 0);
}

/* Whether there was a connection for it. */
static bool send_one(double due)
{
    int i = idle;
    if (i >= 0)
        idle = all[i].next;
    else if (n_all < opt.connections)
        all[i = n_all++].fd = -1;
    else
        return false;
    struct connection *c = &all[i];
    c->due = due;
    c->got = 0;
    n_sent++;
    on_the_way++;
    if (c->fd < 0 && !connect_one(c))
        finish(c, 0);
    else if (write(c->fd, request, strlen(request)) != (ssize_t)strlen(request))
        broke(c);
    return true;
}

/* --- answers --- */

/* Whether the answer is whole; *status is set with its head. */
static bool is_whole(struct connection *c, unsigned *status)
{
    c->answer[c->got] = '\0';
    char *end = strstr(c->answer, "\r\n\r\n");
    if (!end || sscanf(c->answer, "HTTP/1.1 %u", status) != 1)
        return false;
    const char *length = strcasestr(c->answer, "\r\ncontent-length:");
    size_t whole = (size_t)(end + 4 - c->answer) + (length ? strtoul(length + 17, NULL, 10) : 0);
    return c->got >= whole;
}

static void readable(struct connection *c)
{
    unsigned status = 0;
    ssize_t n = read(c->fd, c->answer + c->got, sizeof(c->answer) - 1 - c->got);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0 || c->got + (size_t)n == sizeof(c->answer) - 1) {
        broke(c);
        return;
    }
    c->got += (size_t)n;
    if (is_whole(c, &status))
        finish(c, status);
}

static void wait_until(double moment)
{
    struct epoll_event events[EVENTS];
    double left = moment - now_s();
    int n = epoll_wait(events_fd, events, EVENTS, left > 0.001 ? (int)(left * 1000) : 0);
    for (int i = 0; i < n; i++) {
        struct connection *c = &all[events[i].data.u32];
        if (c->fd >= 0)
            readable(c);
    }
}

/* --- the run --- */

static void run(void)
{
    double begin = now_s(), end = begin + opt.seconds;
    uint64_t total = (uint64_t)(opt.rate * opt.seconds), due = 0;
    times = calloc(total + 1, sizeof(*times));
    if (!times)
        die("calloc");
    while (due < total && now_s() < end + GRACE_S) {
        double next = begin + (double)due / opt.rate;
        while (due < total && next <= now_s() && send_one(next))
            next = begin + (double)++due / opt.rate;
        wait_until(next);
    }
    while (on_the_way && now_s() < end + GRACE_S)
        wait_until(now_s() + 0.01);
    n_failed += (uint64_t)on_the_way + (total - due);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double percentile(double share)
{
    return n_times ? times[(size_t)((double)(n_times - 1) * share)] * 1000 : 0;
}

static void report(void)
{
    qsort(times, n_times, sizeof(*times), compare);
    printf("rate=%.0f sent=%llu ok=%zu shed=%llu failed=%llu p50_ms=%.2f p90_ms=%.2f p99_ms=%.2f "
           "max_ms=%.2f\n",
           opt.rate, (unsigned long long)n_sent, n_times, (unsigned long long)n_shed,
           (unsigned long long)n_failed, percentile(0.5), percentile(0.9), percentile(0.99),
           percentile(1));
}

static const char line[] = "bench_surge [options]";
static const flag flags[] = {
    { "port", "N", "of 127.0.0.1, where the server is (8000)", 65535, .whole = &opt.port },
    { "path", "PATH", "asked for (/)", .text = &opt.path },
    { "rate", "N", "requests per second (1000)", 1e9, .number = &opt.rate },
    { "seconds", "S", "of asking (5)", 86400, .number = &opt.seconds },
    { "connections", "N", "at most (1000)", CONNECTIONS_MAX, .whole = &opt.connections },
    { 0 },
};

int main(int argc, char **argv)
{
    flags_read(argc, argv, line, flags);
    if (optind < argc)
        flags_usage(line, flags);
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", opt.path);
    events_fd = epoll_create1(EPOLL_CLOEXEC);
    all = calloc((size_t)opt.connections, sizeof(*all));
    if (events_fd < 0 || !all)
        die("bench_surge");
    run();
    report();
    return 0;
}
