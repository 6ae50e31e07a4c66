/* What does another way to ask cost?  The same requests over TLS 1.3 and over HTTP/2.
 *
 *     bench_ways [--rounds N] [--port N] PLAIN TLS
 *
 *     bench_ways './apus_bench --port {port}' './apus_bench --port {port} --tls-cert C --tls-key K'
 *     way=http1 in_flight=64 cpu_us=4.9 ratio=1.00
 *     way=tls in_flight=64 cpu_us=10.4 ratio=2.12
 *     way=http2 in_flight=64 cpu_us=4.1 ratio=0.84
 *     way=tls bytes=14900 connections=1000
 *
 * PLAIN is asked by HTTP/1.1 and by HTTP/2 (32 streams on each of two connections), TLS by
 * HTTP/1.1; all ({port} in the commands is replaced) take turns.  A turn asks for all before it
 * reads any answer, so that the server has all of them to do at once.  Ratios are medians over
 * the rounds, of CPU of the server's process tree.  Then a thousand more connections are opened
 * to TLS, have one request each and then none: what each adds to its memory (private, dirty). */
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

enum {
    IN_FLIGHT = 64,
    STREAMS = 32, /* of them on each connection of HTTP/2 */
    IDLE = 1000,
    ROUNDS_MAX = 101,
    ANSWER_MAX = 4096,
    FRAMES_MAX = 65536,
    FRAME_HEAD = 9,
};

static const char request[] = "GET /json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

struct connection {
    int fd;
    SSL *tls;        /* or NULL */
    uint32_t stream; /* of HTTP/2: the last one that we opened */
    char in[FRAMES_MAX];
    size_t got;
};

struct target {
    const char *name, *command;
    pid_t pid;
    int port;
    SSL_CTX *tls; /* or NULL */
    void (*ask)(struct connection *c);
    void (*read_answers)(struct connection *c);
    int n; /* connections */
    struct connection *connections;
    double cpu_us[ROUNDS_MAX];
};

static struct options {
    int rounds, port;
    double seconds;
} opt = { .rounds = 21, .port = 18950, .seconds = 0.2 };

/* --- connections --- */

static void connect_to(const struct target *t, struct connection *c)
{
    c->fd = target_connect(t->port);
    if (c->fd < 0)
        die(t->name);
    if (!t->tls)
        return;
    c->tls = SSL_new(t->tls);
    if (!c->tls || !SSL_set_fd(c->tls, c->fd) || SSL_connect(c->tls) != 1) {
        fprintf(stderr, "%s: no handshake\n", t->name);
        exit(1);
    }
}

static void send_all(const struct connection *c, const char *from, size_t len)
{
    ssize_t n = c->tls ? SSL_write(c->tls, from, (int)len) : write(c->fd, from, len);
    if (n != (ssize_t)len)
        die("write");
}

static void receive(struct connection *c)
{
    size_t room = sizeof(c->in) - 1 - c->got;
    ssize_t n =
        c->tls ? SSL_read(c->tls, c->in + c->got, (int)room) : read(c->fd, c->in + c->got, room);
    if (n <= 0)
        die("read");
    c->got += (size_t)n;
    c->in[c->got] = '\0';
}

/* --- HTTP/1.1 --- */

static void ask_http1(struct connection *c)
{
    c->got = 0;
    send_all(c, request, sizeof(request) - 1);
}

static void read_http1(struct connection *c)
{
    do
        receive(c);
    while (!answer_length(c->in, c->got));
    if (strncmp(c->in, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "not a success: %.80s\n", c->in);
        exit(1);
    }
}

/* --- HTTP/2 (RFC 9113), by frames that need no thought --- */

static size_t put_frame(char *to, char type, char flags, uint32_t stream, const char *payload,
                        uint8_t len)
{
    const char head[FRAME_HEAD] = { 0,
                                    0,
                                    (char)len,
                                    type,
                                    flags,
                                    (char)(stream >> 24),
                                    (char)(stream >> 16),
                                    (char)(stream >> 8),
                                    (char)stream };
    memcpy(to, head, sizeof(head));
    memcpy(to + sizeof(head), payload, len);
    return sizeof(head) + len;
}

/* The preface, our settings (none) and a window that answers do not fill. */
static void begin_http2(struct connection *c)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    char out[128];
    size_t n = sizeof(preface) - 1;
    memcpy(out, preface, n);
    n += put_frame(out + n, 4, 0, 0, "", 0);
    n += put_frame(out + n, 4, 1, 0, "", 0);
    n += put_frame(out + n, 8, 0, 0, "\x7f\x00\x00\x00", 4);
    send_all(c, out, n);
    c->stream = UINT32_MAX; /* so that the first is 1 */
}

static void ask_http2(struct connection *c)
{
    /* GET, http, and as literals /json and 127.0.0.1 (RFC 7541) */
    static const char headers[] = "\x82\x86\x04\x05/json\x01\x09"
                                  "127.0.0.1";
    char out[STREAMS * 64];
    size_t n = 0;
    for (int i = 0; i < STREAMS; i++)
        n += put_frame(out + n, 1, 5, c->stream += 2, headers, sizeof(headers) - 1);
    send_all(c, out, n);
}

/* How many streams the frames in c->in end; what is left of them begins the next look. */
static int take_ends(struct connection *c)
{
    int ends = 0;
    size_t at = 0;
    for (;;) {
        const unsigned char *f = (const unsigned char *)c->in + at;
        size_t len =
            c->got - at < FRAME_HEAD ? SIZE_MAX : (size_t)f[0] << 16 | (size_t)f[1] << 8 | f[2];
        if (len > c->got - at - FRAME_HEAD)
            break;
        if (f[3] == 3 || f[3] == 7) {
            fputs("HTTP/2: a stream or the connection was refused\n", stderr);
            exit(1);
        }
        ends += f[3] <= 1 && f[4] & 1;
        at += FRAME_HEAD + len;
    }
    memmove(c->in, c->in + at, c->got - at);
    c->got -= at;
    return ends;
}

static void read_http2(struct connection *c)
{
    int ends = 0;
    while (ends < STREAMS) {
        receive(c);
        ends += take_ends(c);
    }
}

/* --- turns --- */

static void run_turn(struct target *t, int round)
{
    uint64_t answers = 0;
    double before = cpu_of_tree(t->pid), end = seconds_now() + opt.seconds;
    do {
        for (int i = 0; i < t->n; i++)
            t->ask(&t->connections[i]);
        for (int i = 0; i < t->n; i++)
            t->read_answers(&t->connections[i]);
        answers += IN_FLIGHT;
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

static void report(const struct target *t, const struct target *plain)
{
    double ratios[ROUNDS_MAX];
    for (int i = 0; i < opt.rounds; i++)
        ratios[i] = t->cpu_us[i] / plain->cpu_us[i];
    printf("way=%s in_flight=%d cpu_us=%.2f ratio=%.2f\n", t->name, IN_FLIGHT, median(t->cpu_us),
           median(ratios));
}

static void measure_memory(const struct target *t)
{
    static struct connection one[IDLE];
    memset(one, 0, sizeof(one));
    long before = dirty_kib(t->pid);
    for (int i = 0; i < IDLE; i++) {
        connect_to(t, &one[i]);
        t->ask(&one[i]);
        t->read_answers(&one[i]);
    }
    double bytes = (double)(dirty_kib(t->pid) - before) * 1024 / IDLE;
    printf("way=%s bytes=%.0f connections=%d\n", t->name, bytes, IDLE);
}

/* --- all of it --- */

static SSL_CTX *client(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)) {
        fputs("bench_ways: no TLS 1.3\n", stderr);
        exit(1);
    }
    return ctx;
}

static void start(struct target *t, int port)
{
    t->port = port;
    t->pid = target_start(t->name, t->command, t->port);
    t->connections = calloc((size_t)t->n, sizeof(*t->connections));
    if (!t->connections)
        die("connections");
    for (int i = 0; i < t->n; i++) {
        connect_to(t, &t->connections[i]);
        if (t->ask == ask_http2)
            begin_http2(&t->connections[i]);
    }
}

/* The index of the first command. */
static int read_options(int argc, char **argv)
{
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        int n = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--rounds") == 0 && n > 0 && n <= ROUNDS_MAX)
            opt.rounds = n;
        else if (strcmp(argv[i], "--port") == 0 && n > 0 && n < 65530)
            opt.port = n;
        else
            break;
    }
    if (i + 2 != argc) {
        fputs("usage: bench_ways [--rounds N] [--port N] PLAIN TLS\n", stderr);
        exit(2);
    }
    return i;
}

int main(int argc, char **argv)
{
    int at = read_options(argc, argv);
    struct target ways[] = {
        { "http1", argv[at], .ask = ask_http1, .read_answers = read_http1, .n = IN_FLIGHT },
        { "tls", argv[at + 1], .ask = ask_http1, .read_answers = read_http1, .n = IN_FLIGHT },
        { "http2", argv[at], .ask = ask_http2, .read_answers = read_http2,
          .n = IN_FLIGHT / STREAMS },
    };
    enum { WAYS = sizeof(ways) / sizeof(ways[0]), TLS = 1 };
    signal(SIGPIPE, SIG_IGN);
    ways[TLS].tls = client();
    for (int i = 0; i < WAYS; i++)
        start(&ways[i], opt.port + i);
    for (int round = -1; round < opt.rounds; round++)
        for (int i = 0; i < WAYS; i++)
            run_turn(&ways[i], round);
    for (int i = 0; i < WAYS; i++)
        report(&ways[i], &ways[0]);
    measure_memory(&ways[TLS]);
    for (int i = 0; i < WAYS; i++)
        kill(ways[i].pid, SIGTERM);
    for (int i = 0; i < WAYS; i++)
        waitpid(ways[i].pid, NULL, 0);
    return 0;
}
