/* The http floor on real sockets: few, and only what a pipe cannot show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apus/fiber.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/net.h"
#include "apus/value.h"

#define MS        APUS_MILLISECOND
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

enum { BIG = 20 << 20 };

struct host {
    apus_loop *loop;
    apus_http_server *server;
    uint16_t port;
    char *big;
    int n_calls, n_cancelled, drained;
    char peer[64];
};

static void handle(void *ctx, apus_exchange *x)
{
    struct host *h = ctx;
    apus_http_reply r = { .status = 200, .body = APUS_STR("OK") };
    h->n_calls++;
    snprintf(h->peer, sizeof(h->peer), "%.*s", APUS_FMT(x->request.peer));
    if (apus_str_eq(x->request.path, APUS_STR("/slow")))
        h->n_cancelled += apus_fiber_park(APUS_NEVER) == APUS_CANCELLED;
    if (apus_str_eq(x->request.path, APUS_STR("/big")))
        r.body = (apus_str){ h->big, BIG };
    (void)apus_exchange_reply(x, &r);
}

static struct host *host_open(const apus_http_limits *limits)
{
    struct host *h = calloc(1, sizeof(*h));
    int fd;
    assert_non_null(h);
    h->big = calloc(1, BIG);
    assert_non_null(h->big);
    assert_int_equal(apus_loop_create(&h->loop, NULL), APUS_OK);
    assert_int_equal(apus_http_server_create(h->loop, limits, handle, h, &h->server, NULL),
                     APUS_OK);
    assert_int_equal(apus_listen_tcp("127.0.0.1", 0, APUS_SOCKET_ALONE, &fd, NULL), APUS_OK);
    h->port = apus_socket_port(fd);
    assert_int_equal(apus_http_server_listen(h->server, fd, NULL), APUS_OK);
    return h;
}

static void host_close(struct host *h)
{
    apus_http_server_destroy(h->server);
    apus_loop_turn(h->loop, 0);
    apus_loop_destroy(h->loop);
    free(h->big);
    free(h);
}

static int connect_to(const struct host *h)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(h->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void reset_and_close(int fd)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
}

/* Turns until *number is at least n; two seconds at most. */
static void turn_until(struct host *h, const int *number, int n)
{
    for (int i = 0; i < 2000 && *number < n; i++)
        apus_loop_turn(h->loop, MS);
    assert_true(*number >= n);
}

/* Reads what comes, turning meanwhile, until the end, a reset (-1), or, once something
 * has come, `quiet` turns of a millisecond in which nothing more did. */
static ssize_t receive(struct host *h, int fd, char *to, size_t room, int quiet)
{
    size_t n = 0;
    for (int still = 0; still < (n ? quiet : 5000) && n < room;) {
        apus_loop_turn(h->loop, MS);
        ssize_t got = recv(fd, to + n, room - n, MSG_DONTWAIT);
        if (got == 0)
            break;
        if (got < 0 && errno != EAGAIN)
            return -1;
        still = got < 0 ? still + 1 : 0;
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

static void serves_a_socket(void **state)
{
    struct host *h = host_open(NULL);
    char got[1024] = "";
    (void)state;
    int fd = connect_to(h);
    send_text(fd, GET("/ok"));
    assert_true(receive(h, fd, got, sizeof(got) - 1, 50) > 0);
    assert_int_equal(strncmp(got, "HTTP/1.1 200 OK\r\n", 17), 0);
    assert_int_equal(strncmp(h->peer, "127.0.0.1:", 10), 0);
    close(fd);
    host_close(h);
}

static void sends_more_than_a_socket_takes(void **state)
{
    struct host *h = host_open(NULL);
    char *got = malloc(BIG + 1024);
    (void)state;
    assert_non_null(got);
    int fd = connect_to(h);
    send_text(fd, GET("/big"));
    for (int i = 0; i < 50; i++) /* not read for a while */
        apus_loop_turn(h->loop, MS);
    assert_true(receive(h, fd, got, BIG + 1024, 100) > BIG);
    free(got);
    close(fd);
    host_close(h);
}

static void reset_cancels_the_request(void **state)
{
    struct host *h = host_open(NULL);
    (void)state;
    int fd = connect_to(h);
    send_text(fd, GET("/slow"));
    turn_until(h, &h->n_calls, 1);
    reset_and_close(fd);
    turn_until(h, &h->n_cancelled, 1);
    assert_int_equal(apus_http_server_connections(h->server), 0);
    host_close(h);
}

/* Even after the client has finished sending, and nothing is read any more. */
static void reset_after_a_half_close_cancels_too(void **state)
{
    struct host *h = host_open(NULL);
    (void)state;
    int fd = connect_to(h);
    send_text(fd, GET("/slow"));
    turn_until(h, &h->n_calls, 1);
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 30; i++)
        apus_loop_turn(h->loop, MS);
    assert_int_equal(h->n_cancelled, 0);
    reset_and_close(fd);
    turn_until(h, &h->n_cancelled, 1);
    host_close(h);
}

/* A client that sends a megabyte too much still reads why it was refused. */
static void refusal_survives_unread_bytes(void **state)
{
    struct host *h = host_open(NULL);
    char *noise = malloc(900000), got[1024] = "";
    (void)state;
    assert_non_null(noise);
    memset(noise, 'a', 900000);
    int fd = connect_to(h);
    send_text(fd, "GET /");
    for (size_t sent = 0; sent < 900000;) {
        ssize_t n = send(fd, noise + sent, 900000 - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(n > 0 || errno == EAGAIN);
        sent += n > 0 ? (size_t)n : 0;
        apus_loop_turn(h->loop, 0);
    }
    assert_true(receive(h, fd, got, sizeof(got) - 1, 100) > 0);
    assert_int_equal(strncmp(got, "HTTP/1.1 414 ", 13), 0);
    free(noise);
    close(fd);
    host_close(h);
}

static void connections_max_turns_further_ones_away(void **state)
{
    apus_http_limits l = { .connections_max = 2 };
    struct host *h = host_open(&l);
    char got[256];
    (void)state;
    int a = connect_to(h), b = connect_to(h), c = connect_to(h);
    send_text(a, GET("/ok"));
    send_text(b, GET("/ok"));
    turn_until(h, &h->n_calls, 2);
    assert_true(receive(h, c, got, sizeof(got), 100) <= 0);
    assert_int_equal(apus_http_server_connections(h->server), 2);
    close(a);
    while (apus_http_server_connections(h->server) > 1)
        apus_loop_turn(h->loop, MS);
    int d = connect_to(h);
    send_text(d, GET("/ok"));
    turn_until(h, &h->n_calls, 3);
    close(b);
    close(c);
    close(d);
    host_close(h);
}

/* The wait for a head begins when its first byte comes, not when the loop went to
 * sleep. */
static void waits_are_timed_from_their_event(void **state)
{
    apus_http_limits l = { .head_timeout = 100 * MS };
    struct host *h = host_open(&l);
    char got[256] = "";
    (void)state;
    int fd = connect_to(h);
    send_text(fd, GET("/ok"));
    turn_until(h, &h->n_calls, 1);
    assert_true(receive(h, fd, got, sizeof(got), 150) > 0); /* no timer is left */
    pid_t child = fork();
    if (child == 0) {
        usleep(200000);
        _exit(send(fd, "GET /o", 6, MSG_NOSIGNAL) != 6);
    }
    apus_loop_turn(h->loop, 5 * APUS_SECOND);
    apus_loop_turn(h->loop, 0);
    send_text(fd, "k HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(receive(h, fd, got, sizeof(got), 20) > 0);
    assert_int_equal(strncmp(got, "HTTP/1.1 200 ", 13), 0);
    waitpid(child, NULL, 0);
    close(fd);
    host_close(h);
}

static void note_drained(void *ctx)
{
    ((struct host *)ctx)->drained++;
}

/* A request that reached the kernel before we stopped is answered. */
static void drain_answers_what_had_arrived(void **state)
{
    struct host *h = host_open(NULL);
    char got[256] = "";
    (void)state;
    int fd = connect_to(h), idle = connect_to(h);
    send_text(fd, GET("/ok"));
    turn_until(h, &h->n_calls, 1);
    assert_true(receive(h, fd, got, sizeof(got), 20) > 0);
    send_text(fd, GET("/ok"));
    apus_http_server_drain(h->server, apus_loop_now(h->loop) + APUS_SECOND, note_drained, h);
    turn_until(h, &h->drained, 1);
    memset(got, 0, sizeof(got));
    assert_true(receive(h, fd, got, sizeof(got) - 1, 20) > 0);
    assert_non_null(strstr(got, "Connection: close\r\n"));
    close(fd);
    close(idle);
    host_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_a_socket),
        cmocka_unit_test(sends_more_than_a_socket_takes),
        cmocka_unit_test(reset_cancels_the_request),
        cmocka_unit_test(reset_after_a_half_close_cancels_too),
        cmocka_unit_test(refusal_survives_unread_bytes),
        cmocka_unit_test(connections_max_turns_further_ones_away),
        cmocka_unit_test(waits_are_timed_from_their_event),
        cmocka_unit_test(drain_answers_what_had_arrived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
