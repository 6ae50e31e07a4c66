/* What does a request cost?  A load generator that measures the server's CPU.
 *
 *     bench_load [options] NAME=COMMAND...
 *
 *     bench_load --load json floor='./bench_floor {port}' bare='./bench_http {port}'
 *     load=json mode=floor cpu_us=6.02 floor=1.00 p10=5.98 p90=6.20
 *     load=json mode=bare cpu_us=6.41 floor=1.07 p10=6.35 p90=6.66
 *
 * Each COMMAND is started once, on a port of its own, and then gets its turn of
 * a fraction of a second, round after round, so that whatever else the machine
 * does hits all alike.  The figure is user + system time of the server's whole
 * process tree divided by the requests answered, the median over the rounds;
 * `floor` is the median of the rounds' ratios to the first command.  Throughput
 * is not printed: on a shared machine it says little.
 *
 * Connections are kept alive, each with one request (or a batch of `--pipeline`)
 * on the way; the next goes out when the last answer is in. */
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
#include <time.h>
#include <unistd.h>

#include "flags.h"
#include "target.h"

enum {
    TARGETS_MAX = 8,
    ROUNDS_MAX = 201,
    CONNECTIONS_MAX = 20000,
    PIPELINE_MAX = 128,
    REPEAT_MAX = 10000,   /* so that the body stays below 1 MiB */
    ANSWER_MAX = 4 << 20, /* bytes; more than the largest answer of any load */
};

/* The loads of the performance budgets. */
static const struct load {
    const char *name, *method, *path;
    const char *unit; /* of a body that repeats, or the whole body, or NULL */
    int repeat;       /* how often the unit stands in {"orders":[...]}; 0: the unit is the body */
} loads[] = {
#define ORDER                                                                                      \
    "{\"symbol\":\"BTC-USD\",\"side\":\"buy\",\"quantity\":0.5,\"limit_price\":50000.0,"           \
    "\"tags\":[\"a\",\"b\"]}"
    { "json", "GET", "/json", NULL, 0 },
    { "items", "GET", "/items/42?q=abc&limit=20", NULL, 0 },
    { "orders", "POST", "/orders", ORDER, 0 },
    { "batch", "POST", "/batch", ORDER, 100 },
    { "candles", "GET", "/candles?limit=1000", NULL, 0 },
};

struct connection {
    int fd;
    size_t got; /* bytes of the answers to this batch */
};

struct target {
    const char *name, *command;
    pid_t pid;
    int port;
    struct connection *connections;
    int epoll;
    size_t answer_len; /* learned from the first answer; the same ever after */
    double cpu_us[ROUNDS_MAX];
};

static struct options {
    const struct load *load;
    const char *path;   /* instead of the load's, or NULL */
    const char *label;  /* instead of load=NAME, or NULL */
    int repeat;         /* instead of the load's, or 0 */
    const char *header; /* one further line for each request, or "" */
    int connections, rounds, pipeline, port;
    double seconds;
} opt = {
    .header = "",
    .connections = 64,
    .rounds = 21,
    .pipeline = 1,
    .port = 18700,
    .seconds = 0.4,
};

static char *request; /* opt.pipeline copies of it */
static size_t request_len;

static void build_request(void)
{
    char *body = calloc(1, 1 << 20);
    char *one = calloc(1, 2 << 20);
    if (!body || !one)
        die("request");
    const struct load *l = opt.load;
    int repeat = l->repeat && opt.repeat ? opt.repeat : l->repeat;
    char *end = body;
    if (l->unit && !repeat)
        end = stpcpy(end, l->unit); /* a literal of the table above */
    for (int i = 0; i < repeat; i++) {
        end = stpcpy(end, i ? "," : "{\"orders\":[");
        end = stpcpy(end, l->unit);
    }
    if (repeat)
        stpcpy(end, "]}");
    char head[256] = "";
    if (l->unit)
        snprintf(head, sizeof(head), "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                 strlen(body));
    int len = snprintf(one, 2 << 20, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s%s\r\n%s",
                       l->method, opt.path ? opt.path : l->path, opt.port, opt.header,
                       opt.header[0] ? "\r\n" : "", head, body);
    request_len = (size_t)len * (size_t)opt.pipeline;
    request = malloc(request_len);
    if (!request)
        die("request");
    for (int i = 0; i < opt.pipeline; i++)
        memcpy(request + i * len, one, (size_t)len);
    free(one);
    free(body);
}

/* One request, blocking: learns how long an answer is. */
static void learn_answer(struct target *t)
{
    char *buf = calloc(1, ANSWER_MAX);
    int fd = target_connect(t->port);
    if (!buf || fd < 0 || write(fd, request, request_len / (size_t)opt.pipeline) < 0)
        die("first request");
    size_t n = 0;
    while (!(t->answer_len = answer_length(buf, n))) {
        ssize_t got = read(fd, buf + n, ANSWER_MAX - 1 - n);
        if (got <= 0) {
            fprintf(stderr, "%s: no whole answer: %.200s\n", t->name, buf);
            exit(1);
        }
        n += (size_t)got;
    }
    if (strncmp(buf, "HTTP/1.1 2", 10) != 0) {
        fprintf(stderr, "%s: not a success: %.200s\n", t->name, buf);
        exit(1);
    }
    close(fd);
    free(buf);
}

static void send_batch(struct connection *c)
{
    size_t sent = 0;
    while (sent < request_len) {
        ssize_t n = write(c->fd, request + sent, request_len - sent);
        if (n > 0)
            sent += (size_t)n;
        else if (errno != EAGAIN)
            die("write");
    }
    c->got = 0;
}

static void open_connections(struct target *t)
{
    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    t->connections = calloc((size_t)opt.connections, sizeof(*t->connections));
    if (t->epoll < 0 || !t->connections)
        die("connections");
    for (int i = 0; i < opt.connections; i++) {
        struct connection *c = &t->connections[i];
        c->fd = target_connect(t->port);
        if (c->fd < 0 || fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
            die("connect");
        struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
        if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, c->fd, &ev) < 0)
            die("epoll_ctl");
    }
}

/* Keeps all connections busy for opt.seconds, lets the last answers come in and
 * gives back how many there were. */
static uint64_t drive(struct target *t)
{
    static char sink[1 << 18];
    size_t batch = t->answer_len * (size_t)opt.pipeline;
    uint64_t answers = 0;
    int busy = opt.connections;
    double end = seconds_now() + opt.seconds;
    for (int i = 0; i < opt.connections; i++)
        send_batch(&t->connections[i]);
    while (busy > 0) {
        struct epoll_event events[1024];
        int n = epoll_wait(t->epoll, events, 1024, 2000);
        if (n <= 0) {
            fprintf(stderr, "%s: %d answers are missing\n", t->name, busy);
            exit(1);
        }
        bool over = seconds_now() > end;
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            ssize_t got = read(c->fd, sink, sizeof(sink));
            if (got <= 0) {
                fprintf(stderr, "%s: closed a connection\n", t->name);
                exit(1);
            }
            c->got += (size_t)got;
            if (c->got < batch)
                continue;
            answers += (uint64_t)opt.pipeline;
            if (over)
                busy--;
            else
                send_batch(c);
        }
    }
    return answers;
}

static void run_round(struct target *t, int round)
{
    double before = cpu_of_tree(t->pid);
    uint64_t answers = drive(t);
    t->cpu_us[round] = (cpu_of_tree(t->pid) - before) * 1e6 / (double)answers;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *values, int n, double p)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)n * sizeof(*values));
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    return sorted[(int)((double)(n - 1) * p + 0.5)];
}

static void report(const struct target *t, const struct target *floor)
{
    double ratios[ROUNDS_MAX];
    for (int i = 0; i < opt.rounds; i++)
        ratios[i] = t->cpu_us[i] / floor->cpu_us[i];
    if (opt.label)
        printf("%s mode=%s", opt.label, t->name);
    else
        printf("load=%s mode=%s", opt.load->name, t->name);
    if (opt.pipeline > 1)
        printf(" pipeline=%d", opt.pipeline);
    printf(" connections=%d cpu_us=%.2f floor=%.2f p10=%.2f p90=%.2f\n", opt.connections,
           percentile(t->cpu_us, opt.rounds, 0.5), percentile(ratios, opt.rounds, 0.5),
           percentile(t->cpu_us, opt.rounds, 0.1), percentile(t->cpu_us, opt.rounds, 0.9));
}

static const char line[] = "bench_load [options] NAME=COMMAND...   ({port} in COMMAND is replaced)";
static const char *load_name = "json";
static const flag flags[] = {
    { "load", "NAME", "json, items, orders, batch, candles (json)", .text = &load_name },
    { "connections", "N", "kept alive, all busy (64)", CONNECTIONS_MAX, .whole = &opt.connections },
    { "pipeline", "N", "requests sent at once on each (1)", PIPELINE_MAX, .whole = &opt.pipeline },
    { "rounds", "N", "turns for each command (21)", ROUNDS_MAX, .whole = &opt.rounds },
    { "seconds", "S", "of each turn (0.4)", 60, .number = &opt.seconds },
    { "header", "LINE", "sent with each request", .text = &opt.header },
    { "path", "PATH", "asked for instead of the load's", .text = &opt.path },
    { "repeat", "N", "orders in one batch instead of 100; up to 10000", REPEAT_MAX,
      .whole = &opt.repeat },
    { "label", "TEXT", "begins the line instead of load=NAME", .text = &opt.label },
    { "port", "N", "first port to use (18700)", 65000, .whole = &opt.port },
    { 0 },
};

static const struct load *find_load(const char *name)
{
    for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
        if (strcmp(loads[i].name, name) == 0)
            return &loads[i];
    flags_usage(line, flags);
}

int main(int argc, char **argv)
{
    static struct target targets[TARGETS_MAX];
    int n = 0;
    flags_read(argc, argv, line, flags);
    opt.load = find_load(load_name);
    signal(SIGPIPE, SIG_IGN);
    for (; optind < argc && n < TARGETS_MAX; optind++, n++) {
        char *equals = strchr(argv[optind], '=');
        if (!equals)
            flags_usage(line, flags);
        *equals = '\0';
        targets[n] =
            (struct target){ .name = argv[optind], .command = equals + 1, .port = opt.port + n };
    }
    if (n == 0)
        flags_usage(line, flags);

    build_request();
    for (int i = 0; i < n; i++) {
        targets[i].pid = target_start(targets[i].name, targets[i].command, targets[i].port);
        learn_answer(&targets[i]);
        open_connections(&targets[i]);
        drive(&targets[i]); /* caches, pools and branch predictors are warm from here on */
    }
    for (int round = 0; round < opt.rounds; round++)
        for (int i = 0; i < n; i++)
            run_round(&targets[i], round);
    for (int i = 0; i < n; i++) {
        kill(targets[i].pid, SIGTERM);
        report(&targets[i], &targets[0]);
    }
    for (int i = 0; i < n; i++)
        waitpid(targets[i].pid, NULL, 0);
    return 0;
}
