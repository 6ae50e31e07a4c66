/* What does TLS cost?  The same requests over TLS 1.3 and without, on connections kept alive.
 *
 *     bench_tls [--connections N] [--rounds N] [--port N] PLAIN TLS
 *
 *     bench_tls './apus_bench --port {port}' './apus_bench --port {port} --tls-cert C --tls-key K'
 *     tls=kept_alive connections=64 plain_us=4.9 tls_us=6.4 ratio=1.31
 *     tls=connection bytes=11400 connections=1000
 *
 * Both commands ({port} in them is replaced) take turns; a turn asks on all connections before
 * it reads any answer, so that the server has all of them to do at once.  The ratio is the
 * median over the rounds, in CPU of the server's process tree.  Then a thousand more
 * connections are opened to the second, have one request each and then none: what each adds
 * to its memory (private, dirty). */
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

enum { CONNECTIONS_MAX = 1000, ROUNDS_MAX = 101, ANSWER_MAX = 4096, IDLE = 1000 };

static const char request[] = "GET /json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

struct connection {
    int fd;
    SSL *tls; /* or NULL */
};

struct target {
    const char *name, *command;
    pid_t pid;
    int port;
    SSL_CTX *tls; /* or NULL */
    struct connection *connections;
    double cpu_us[ROUNDS_MAX];
};

static struct options {
    int connections, rounds, port;
    double seconds;
} opt = { .connections = 64, .rounds = 21, .port = 18950, .seconds = 0.2 };

/* --- connections --- */

static struct connection connect_to(const struct target *t)
{
    struct connection c = { .fd = target_connect(t->port) };
    if (c.fd < 0)
        die(t->name);
    if (!t->tls)
        return c;
    c.tls = SSL_new(t->tls);
    if (!c.tls || !SSL_set_fd(c.tls, c.fd) || SSL_connect(c.tls) != 1) {
        fprintf(stderr, "%s: no handshake\n", t->name);
        exit(1);
    }
    return c;
}

static void ask(const struct connection *c)
{
    int len = (int)sizeof(request) - 1;
    int n = c->tls ? SSL_write(c->tls, request, len) : (int)write(c->fd, request, (size_t)len);
    if (n != len)
        die("write");
}

static void read_answer(const struct connection *c)
{
    char in[ANSWER_MAX + 1];
    size_t got = 0;
    do {
        size_t room = ANSWER_MAX - got;
        ssize_t n = c->tls ? SSL_read(c->tls, in + got, (int)room) : read(c->fd, in + got, room);
        if (n <= 0)
            die("read");
        got += (size_t)n;
        in[got] = '\0';
    } while (!answer_length(in, got));
    if (strncmp(in, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "not a success: %.80s\n", in);
        exit(1);
    }
}

/* --- turns --- */

static void run_turn(struct target *t, int round)
{
    uint64_t answers = 0;
    double before = cpu_of_tree(t->pid), end = seconds_now() + opt.seconds;
    do {
        for (int i = 0; i < opt.connections; i++)
            ask(&t->connections[i]);
        for (int i = 0; i < opt.connections; i++)
            read_answer(&t->connections[i]);
        answers += (uint64_t)opt.connections;
    } while (seconds_now() < end);
    if (round >= 0) /* the first only warms up */
        t->cpu_us[round] = (cpu_of_tree(t->pid) - before) * 1e6 / (double)answers;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)opt.rounds * sizeof(*values));
    qsort(sorted, (size_t)opt.rounds, sizeof(*sorted), by_value);
    return sorted[opt.rounds / 2];
}

static void report(const struct target *plain, const struct target *tls)
{
    double ratios[ROUNDS_MAX];
    for (int i = 0; i < opt.rounds; i++)
        ratios[i] = tls->cpu_us[i] / plain->cpu_us[i];
    printf("tls=kept_alive connections=%d plain_us=%.2f tls_us=%.2f ratio=%.2f\n", opt.connections,
           median(plain->cpu_us), median(tls->cpu_us), median(ratios));
}

static void measure_memory(const struct target *t)
{
    static struct connection idle[IDLE];
    long before = dirty_kib(t->pid);
    for (int i = 0; i < IDLE; i++) {
        idle[i] = connect_to(t);
        ask(&idle[i]);
        read_answer(&idle[i]);
    }
    double bytes = (double)(dirty_kib(t->pid) - before) * 1024 / IDLE;
    printf("tls=connection bytes=%.0f connections=%d\n", bytes, IDLE);
}

/* --- all of it --- */

static SSL_CTX *client(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)) {
        fputs("bench_tls: no TLS 1.3\n", stderr);
        exit(1);
    }
    return ctx;
}

static void start(struct target *t)
{
    t->pid = target_start(t->name, t->command, t->port);
    t->connections = calloc((size_t)opt.connections, sizeof(*t->connections));
    if (!t->connections)
        die("connections");
    for (int i = 0; i < opt.connections; i++)
        t->connections[i] = connect_to(t);
}

static void read_options(int argc, char **argv, struct target *plain, struct target *tls)
{
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        int n = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--connections") == 0 && n > 0 && n <= CONNECTIONS_MAX)
            opt.connections = n;
        else if (strcmp(argv[i], "--rounds") == 0 && n > 0 && n <= ROUNDS_MAX)
            opt.rounds = n;
        else if (strcmp(argv[i], "--port") == 0 && n > 0 && n < 65535)
            opt.port = n;
        else
            break;
    }
    if (i + 2 != argc) {
        fputs("usage: bench_tls [--connections N] [--rounds N] [--port N] PLAIN TLS\n", stderr);
        exit(2);
    }
    *plain = (struct target){ .name = "plain", .command = argv[i], .port = opt.port };
    *tls = (struct target){ .name = "tls", .command = argv[i + 1], .port = opt.port + 1 };
}

int main(int argc, char **argv)
{
    static struct target plain, tls;
    read_options(argc, argv, &plain, &tls);
    signal(SIGPIPE, SIG_IGN);
    tls.tls = client();
    start(&plain);
    start(&tls);
    for (int round = -1; round < opt.rounds; round++) {
        run_turn(&plain, round);
        run_turn(&tls, round);
    }
    report(&plain, &tls);
    measure_memory(&tls);
    kill(plain.pid, SIGTERM);
    kill(tls.pid, SIGTERM);
    waitpid(plain.pid, NULL, 0);
    waitpid(tls.pid, NULL, 0);
    return 0;
}
