/* How long do requests wait at a constant rate?  Latency without coordinated omission.
 *
 *     bench_rate [options] NAME=COMMAND...
 *
 *     bench_rate --rate 2000 floor='./bench_floor {port}' apus='./apus_bench --port {port}'
 *     mode=floor rate=2000 p50_us=61 p99_us=180 max_us=910 errors=0 p50=1.00 p99=1.00
 *     mode=apus rate=2000 p50_us=66 p99_us=195 max_us=880 errors=0 p50=1.07 p99=1.05
 *
 * Requests are due at fixed moments, whatever the server does, and the wait is counted from
 * the moment at which one was due, not from when it could be sent: a server that stops for a
 * second is charged for all that came in that second.  What is due goes out on the connection
 * that is free; when none is, it waits, and its time runs.
 *
 * The commands take turns of a fraction of a second, so that whatever else the machine does
 * hits all alike; the figures are medians over the turns, and the last two the medians of
 * the turns' ratios to the first command.  An answer that is no 2xx, a connection that ends
 * or one that does not answer within ten seconds is an error. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flags.h"
#include "target.h"

enum {
    TARGETS_MAX = 4,
    TURNS_MAX = 101,
    CONNECTIONS_MAX = 256,
    REQUESTS_MAX = 100000, /* in one turn */
    ANSWER_MAX = 65536,
};

#define PATIENCE 10.0 /* seconds */

struct connection {
    int fd;
    bool is_busy;
    double due; /* when the request that is under way was */
    size_t got;
    char in[ANSWER_MAX];
};

struct target {
    const char *name, *command;
    pid_t pid;
    int port, epoll;
    struct connection *connections;
    unsigned errors;
    double p50[TURNS_MAX], p99[TURNS_MAX], max;
};

static struct options {
    const char *path;
    double rate, seconds;
    int connections, turns, port;
} opt = { .path = "/items/42?q=abc&limit=20",
          .rate = 2000,
          .seconds = 0.5,
          .connections = 50,
          .turns = 11,
          .port = 18900 };

static char request[1024];
static size_t request_len;
static double waits[REQUESTS_MAX];

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof(*values), by_value);
    return n ? values[(size_t)((double)(n - 1) * q)] : 0;
}

/* --- connections --- */

static void open_connection(struct target *t, struct connection *c)
{
    c->fd = target_connect(t->port);
    if (c->fd < 0 || fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
        die(t->name);
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
    if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, c->fd, &ev) < 0)
        die("epoll_ctl");
    c->is_busy = false;
}

static void fail(struct target *t, struct connection *c)
{
    t->errors++;
    close(c->fd);
    open_connection(t, c);
}

static void send_due(struct target *t, struct connection *c, double due)
{
    c->is_busy = true;
    c->due = due;
    c->got = 0;
    if (write(c->fd, request, request_len) != (ssize_t)request_len)
        fail(t, c);
}

/* Whether the answer is whole. */
static bool take_answer(struct target *t, struct connection *c)
{
    ssize_t n = read(c->fd, c->in + c->got, sizeof(c->in) - 1 - c->got);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0) {
        fail(t, c);
        return false;
    }
    c->got += (size_t)n;
    c->in[c->got] = 0;
    size_t whole = answer_length(c->in, c->got);
    if (!whole)
        return false;
    if (whole != c->got || strncmp(c->in, "HTTP/1.1 2", 10) != 0) {
        fail(t, c);
        return false;
    }
    c->is_busy = false;
    return true;
}

static struct connection *find_free(struct target *t, int *from)
{
    for (int i = 0; i < opt.connections; i++) {
        struct connection *c = &t->connections[(*from + i) % opt.connections];
        if (c->is_busy)
            continue;
        *from = (*from + i + 1) % opt.connections;
        return c;
    }
    return NULL;
}

/* --- one turn --- */

static size_t collect(struct target *t, int wait_ms, size_t n)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int got = epoll_wait(t->epoll, events, CONNECTIONS_MAX, wait_ms);
    double now = seconds_now();
    for (int i = 0; i < got; i++) {
        struct connection *c = events[i].data.ptr;
        if (take_answer(t, c))
            waits[n++] = now - c->due;
    }
    return n;
}

static bool is_any_busy(const struct target *t)
{
    for (int i = 0; i < opt.connections; i++)
        if (t->connections[i].is_busy)
            return true;
    return false;
}

static void run_turn(struct target *t, int turn)
{
    size_t n = 0, n_sent = 0, all = (size_t)(opt.rate * opt.seconds);
    double begin = seconds_now(), end = begin + opt.seconds + PATIENCE;
    int from = 0;
    while ((n_sent < all || is_any_busy(t)) && seconds_now() < end) {
        double now = seconds_now(), due = begin + (double)n_sent / opt.rate;
        struct connection *c;
        while (n_sent < all && due <= now && (c = find_free(t, &from))) {
            send_due(t, c, due);
            due = begin + (double)++n_sent / opt.rate;
        }
        n = collect(t, 0, n);
        if (n_sent < all && due - seconds_now() > 0.002)
            n = collect(t, 1, n);
    }
    t->errors += (unsigned)(all - n_sent);
    for (int i = 0; i < opt.connections; i++)
        if (t->connections[i].is_busy)
            fail(t, &t->connections[i]);
    if (turn < 0)
        return; /* the first only warms up */
    t->p50[turn] = quantile(waits, n, 0.5);
    t->p99[turn] = quantile(waits, n, 0.99);
    if (n && waits[n - 1] > t->max)
        t->max = waits[n - 1];
}

/* --- all of it --- */

static double ratio(const double *ours, const double *floor)
{
    double ratios[TURNS_MAX];
    for (int i = 0; i < opt.turns; i++)
        ratios[i] = floor[i] > 0 ? ours[i] / floor[i] : 0;
    return quantile(ratios, (size_t)opt.turns, 0.5);
}

static void report(struct target *t, const struct target *floor)
{
    double p50 = ratio(t->p50, floor->p50), p99 = ratio(t->p99, floor->p99);
    double own50[TURNS_MAX], own99[TURNS_MAX];
    memcpy(own50, t->p50, sizeof(own50));
    memcpy(own99, t->p99, sizeof(own99));
    printf("mode=%s rate=%.0f p50_us=%.0f p99_us=%.0f max_us=%.0f errors=%u p50=%.2f p99=%.2f\n",
           t->name, opt.rate, quantile(own50, (size_t)opt.turns, 0.5) * 1e6,
           quantile(own99, (size_t)opt.turns, 0.5) * 1e6, t->max * 1e6, t->errors, p50, p99);
}

static const char line[] = "bench_rate [options] NAME=COMMAND...   ({port} in COMMAND is replaced)";
static const flag flags[] = {
    { "rate", "N", "requests per second (2000)", REQUESTS_MAX, .number = &opt.rate },
    { "seconds", "S", "of one turn (0.5)", 60, .number = &opt.seconds },
    { "turns", "N", "for each command (11)", TURNS_MAX, .whole = &opt.turns },
    { "connections", "N", "kept alive (50)", CONNECTIONS_MAX, .whole = &opt.connections },
    { "path", "PATH", "asked for (/items/42?q=abc&limit=20)", .text = &opt.path },
    { "port", "N", "first port to use (18900)", 65000, .whole = &opt.port },
    { 0 },
};

int main(int argc, char **argv)
{
    static struct target targets[TARGETS_MAX];
    int n = 0;
    flags_read(argc, argv, line, flags);
    if (opt.rate * opt.seconds > REQUESTS_MAX)
        flags_usage(line, flags);
    signal(SIGPIPE, SIG_IGN);
    request_len = (size_t)snprintf(request, sizeof(request),
                                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", opt.path);
    for (; optind < argc && n < TARGETS_MAX; optind++, n++) {
        char *equals = strchr(argv[optind], '=');
        if (!equals || request_len >= sizeof(request))
            flags_usage(line, flags);
        *equals = '\0';
        struct target *t = &targets[n];
        *t = (struct target){ .name = argv[optind], .command = equals + 1, .port = opt.port + n };
        t->pid = target_start(t->name, t->command, t->port);
        t->epoll = epoll_create1(EPOLL_CLOEXEC);
        t->connections = calloc((size_t)opt.connections, sizeof(*t->connections));
        if (t->epoll < 0 || !t->connections)
            die("connections");
        for (int i = 0; i < opt.connections; i++)
            open_connection(t, &t->connections[i]);
    }
    if (n == 0)
        flags_usage(line, flags);
    for (int turn = -1; turn < opt.turns; turn++)
        for (int i = 0; i < n; i++)
            run_turn(&targets[i], turn);
    unsigned errors = 0;
    for (int i = 0; i < n; i++) {
        report(&targets[i], &targets[0]);
        errors += targets[i].errors;
        kill(targets[i].pid, SIGTERM);
    }
    for (int i = 0; i < n; i++)
        waitpid(targets[i].pid, NULL, 0);
    return errors ? 1 : 0;
}
