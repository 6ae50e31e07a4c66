/* What does a WebSocket message cost, without the kernel?  A service and its clients in one
 * process, over pipes; CPU ns per message, of both sides, min and median of 11 batches.
 *
 *     echo         a text of 64 bytes there and back
 *     typed        the same, read into a struct and written again
 *     packed       a text of 4 KiB, deflated on both ways
 *     fan-out      one publish, to 1,000 fibers that send it on: per message sent */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <apus/apus.h>

App(sockets, title = "Sockets", version = "1.0.0");

/// A tick.
typedef struct tick {
    apus_str symbol;
    double price;
    int64_t volume;
} tick;
Topic(ticks, tick);

WebSocket("/echo", ping = false)
void echo(apus_req *req, apus_ws *ws)
{
    apus_str text;
    (void)req;
    while (apus_ws_recv_text(ws, &text))
        apus_ws_send_text(ws, text);
}

WebSocket("/typed", ping = false)
void typed(apus_req *req, apus_ws *ws)
{
    (void)req;
    for (tick *t; (t = apus_ws_recv(ws, tick));)
        apus_ws_send(ws, tick, t);
}

WebSocket("/listen", ping = false)
void listen_to(apus_req *req, apus_ws *ws)
{
    apus_sub *sub = apus_subscribe(req, ticks, APUS_STR("BTC"));
    for (tick *t; (t = apus_next(req, sub));)
        apus_ws_send(ws, tick, t);
}

WebSocket("/publish", ping = false)
void publish(apus_req *req, apus_ws *ws)
{
    for (tick *t; (t = apus_ws_recv(ws, tick));)
        apus_publish(req, ticks, t->symbol, t);
}

enum { BATCHES = 11, LISTENERS = 1000, FRAMES = 100, ROUNDS = 100 };

static double cpu_ns(void)
{
    return (double)clock() * (1e9 / CLOCKS_PER_SEC);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *ns)
{
    qsort(ns, BATCHES, sizeof(*ns), by_size);
    printf("%-12s %8.0f ns  (median %.0f)\n", what, ns[0], ns[BATCHES / 2]);
}

/* Frames of text, masked with zeros, as many as go into one piece. */
static apus_str frames_of(const char *text)
{
    static char bytes[FRAMES * 128];
    size_t len = strlen(text), at = 0;
    for (int i = 0; i < FRAMES; i++) {
        bytes[at++] = (char)0x81;
        bytes[at++] = (char)(0x80 | len);
        memset(bytes + at, 0, 4);
        memcpy(bytes + at + 4, text, len);
        at += 4 + len;
    }
    return (apus_str){ bytes, at };
}

/* Messages come in by the hundred, so that turning the loop is not what is measured. */
static void run_echo(const char *what, const char *path, const char *text)
{
    double ns[BATCHES];
    apus_str frames = frames_of(text);
    for (int b = 0; b < BATCHES; b++) {
        apus_test *t = apus_test_start(&sockets_app);
        apus_test_socket *s = apus_test_ws(t, path);
        double begin = cpu_ns();
        for (int i = 0; i < ROUNDS; i++) {
            apus_test_ws_raw(s, frames);
            for (int k = 0; k < FRAMES; k++)
                apus_expect_ws_text(s, text);
        }
        ns[b] = (cpu_ns() - begin) / (ROUNDS * FRAMES);
        apus_test_stop(t);
    }
    report(what, ns);
}

static void run_packed(const char *text)
{
    double ns[BATCHES];
    for (int b = 0; b < BATCHES; b++) {
        apus_test *t = apus_test_start(&sockets_app);
        apus_test_header(t, "Sec-WebSocket-Extensions", "permessage-deflate");
        apus_test_socket *s = apus_test_ws(t, "/echo");
        double begin = cpu_ns();
        for (int i = 0; i < FRAMES; i++) {
            apus_test_ws_send(s, text);
            apus_expect_ws_text(s, text);
        }
        ns[b] = (cpu_ns() - begin) / FRAMES;
        apus_test_stop(t);
    }
    report("packed", ns);
}

static void run_fan_out(const char *text, int messages)
{
    double ns[BATCHES];
    apus_test *t = apus_test_start(&sockets_app);
    static apus_test_socket *all[LISTENERS];
    for (int i = 0; i < LISTENERS; i++)
        all[i] = apus_test_ws(t, "/listen");
    apus_test_socket *s = apus_test_ws(t, "/publish");
    for (int b = 0; b < BATCHES; b++) {
        double begin = cpu_ns();
        for (int i = 0; i < messages; i++)
            apus_test_ws_send(s, text);
        ns[b] = (cpu_ns() - begin) / messages / LISTENERS;
        for (int i = 0; i < LISTENERS; i++)
            for (int k = 0; k < messages; k++)
                apus_expect_ws_text(all[i], text);
    }
    apus_test_stop(t);
    report("fan-out", ns);
}

int main(void)
{
    static char long_text[4096];
    const char *text = "{\"symbol\":\"BTC\",\"price\":64000.25,\"volume\":123456789012345678}";
    for (size_t i = 0; i + 1 < sizeof(long_text); i++)
        long_text[i] = (char)('a' + i * i / 7 % 23);
    run_echo("echo", "/echo", text);
    run_echo("typed", "/typed", text);
    run_packed(long_text);
    run_fan_out(text, 20);
    return 0;
}
