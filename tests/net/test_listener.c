/* Real sockets on the loopback: few, and only what a pipe cannot show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apus/net.h"
#include "apus/usage.h"
#include "apus/value.h"

enum { STREAMS_MAX = 64 };

struct host {
    apus_loop *loop;
    apus_listener *listener;
    uint16_t port;
    apus_stream *streams[STREAMS_MAX];
    int n, gone, troubles;
    char text[64];
    apus_err last;
};

static void ready(void *ctx, unsigned events)
{
    struct host *h = ctx;
    size_t got = 0;
    if (events & APUS_STREAM_GONE) {
        h->gone++;
        apus_stream_close(h->streams[--h->n]);
    } else if (apus_stream_read(h->streams[h->n - 1], h->text, sizeof(h->text) - 1, &got) ==
               APUS_OK) {
        h->text[got] = '\0';
        size_t sent;
        (void)apus_stream_writev(h->streams[h->n - 1],
                                 &(struct iovec){ .iov_base = h->text, .iov_len = got }, 1, &sent);
    }
}

static void accepted(void *ctx, apus_stream *stream)
{
    struct host *h = ctx;
    assert_true(h->n < STREAMS_MAX);
    h->streams[h->n++] = stream;
    apus_stream_attach(stream, ready, h);
    apus_stream_watch(stream, APUS_STREAM_READ);
}

static void trouble(void *ctx, const apus_err *err)
{
    struct host *h = ctx;
    h->troubles++;
    h->last = *err;
}

static void listen_on(struct host *h, int fd)
{
    apus_listener_options options = { .accepted = accepted, .trouble = trouble, .ctx = h };
    h->port = apus_socket_port(fd);
    assert_int_equal(apus_listener_open(h->loop, fd, &options, &h->listener, NULL), APUS_OK);
}

static int open_host(void **state)
{
    static struct host h;
    h = (struct host){ 0 };
    *state = &h;
    return apus_loop_create(&h.loop, NULL) != APUS_OK;
}

static int close_host(void **state)
{
    struct host *h = *state;
    apus_listener_close(h->listener);
    while (h->n > 0)
        apus_stream_close(h->streams[--h->n]);
    apus_loop_turn(h->loop, 0);
    apus_loop_destroy(h->loop);
    return 0;
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

/* Turns the loop until *number is n, or for two seconds. */
static void turn_until(struct host *h, const int *number, int n)
{
    for (int i = 0; i < 2000 && *number != n; i++)
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_int_equal(*number, n);
}

static void tcp(struct host *h)
{
    int fd;
    assert_int_equal(apus_listen_tcp("localhost", 0, APUS_SOCKET_ALONE, &fd, NULL), APUS_OK);
    listen_on(h, fd);
}

static void listener_hands_on_tcp_connections(void **state)
{
    struct host *h = *state;
    tcp(h);
    int fd = connect_to(h);
    turn_until(h, &h->n, 1);
    assert_true(apus_str_starts(apus_stream_peer(h->streams[0]), APUS_STR("127.0.0.1:")));

    char back[8] = "";
    assert_int_equal(write(fd, "hello", 5), 5);
    for (int i = 0; i < 100 && h->text[0] == '\0'; i++)
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_int_equal(read(fd, back, sizeof(back)), 5);
    assert_string_equal(back, "hello");
    close(fd);
}

static void listener_hands_on_unix_connections(void **state)
{
    struct host *h = *state;
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/apus-test-%d.sock", (int)getpid());
    int listener, fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(apus_socket_listen_unix(at.sun_path, &listener, NULL), APUS_OK);
    listen_on(h, listener);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    turn_until(h, &h->n, 1);
    apus_str peer = apus_stream_peer(h->streams[0]);
    assert_true(apus_str_eq(peer, APUS_STR("unix")));
    close(fd);
    unlink(at.sun_path);
}

/* A closed client and a half-closed one look alike until something is written; a reset
 * is told even to those who watch nothing. */
static void stream_tells_a_reset_but_not_a_half_close(void **state)
{
    struct host *h = *state;
    tcp(h);
    int fd = connect_to(h);
    turn_until(h, &h->n, 1);
    apus_stream_watch(h->streams[0], 0);
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 20; i++)
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_int_equal(h->gone, 0);

    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    turn_until(h, &h->gone, 1);
}

/* Out of descriptors: those who are in stay in, it is told once, and as soon as there
 * is room the one who waited is let in. */
static void listener_rests_when_descriptors_run_out(void **state)
{
    struct host *h = *state;
    struct rlimit before, low;
    tcp(h);
    int a = connect_to(h);
    turn_until(h, &h->n, 1);
    int b = connect_to(h), c = connect_to(h);

    getrlimit(RLIMIT_NOFILE, &before);
    int lowest = dup(0);
    close(lowest);
    low = before;
    low.rlim_cur = (rlim_t)lowest;
    setrlimit(RLIMIT_NOFILE, &low);
    for (int i = 0; i < 300; i++)
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_int_equal(h->n, 1);
    assert_int_equal(h->troubles, 1);
    assert_non_null(strstr(h->last.msg, "out of descriptors"));
    assert_int_equal(write(a, "still", 5), 5);
    for (int i = 0; i < 100 && h->text[0] == '\0'; i++)
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_string_equal(h->text, "still");

    setrlimit(RLIMIT_NOFILE, &before);
    turn_until(h, &h->n, 3);
    close(a);
    close(b);
    close(c);
}

/* Requests of those who are in need descriptors, too. */
static void connections_leave_some_descriptors(void **state)
{
    enum { LIMIT = 100, BEFORE = 30 };
    struct host *h = *state;
    struct rlimit before, low;
    int clients[LIMIT], n = 0;
    getrlimit(RLIMIT_NOFILE, &before);
    low = before;
    low.rlim_cur = LIMIT;
    setrlimit(RLIMIT_NOFILE, &low);
    tcp(h);
    while (n < BEFORE)
        clients[n++] = connect_to(h);
    while (!h->troubles) { /* each takes two here: the client's end and ours */
        clients[n++] = connect_to(h);
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    }
    assert_non_null(strstr(h->last.msg, "out of descriptors"));
    assert_in_range(apus_descriptor_percent(), APUS_DESCRIPTORS_FULL, 92);
    int taken = h->n;
    for (int i = 0; i < 2; i++)
        clients[n++] = connect_to(h);
    for (int i = 0; i < 300; i++) /* it looks again, and leaves it at that */
        apus_loop_turn(h->loop, APUS_MILLISECOND);
    assert_int_equal(h->n, taken);
    for (int i = 0; i < 2; i++) /* one goes, the next one comes: it is the same trouble */
        apus_stream_close(h->streams[--h->n]);
    turn_until(h, &h->n, taken);
    assert_int_equal(h->troubles, 1);
    setrlimit(RLIMIT_NOFILE, &before);
    turn_until(h, &h->n, n - 2);
    while (n)
        close(clients[--n]);
}

static void listen_refuses_what_is_no_address(void **state)
{
    (void)state;
    apus_err err;
    int fd;
    assert_int_equal(apus_listen_tcp("no.such.host", 0, APUS_SOCKET_ALONE, &fd, &err),
                     APUS_INVALID);
    assert_non_null(strstr(err.msg, "no.such.host"));
}

static void finishing_takes_who_waits(void **state)
{
    struct host *h = *state;
    tcp(h);
    int waiting[3];
    for (int i = 0; i < 3; i++)
        waiting[i] = connect_to(h);
    apus_listener_finish(h->listener);
    h->listener = NULL;
    assert_int_equal(h->n, 3);
    for (int i = 0; i < 3; i++)
        close(waiting[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        T(listener_hands_on_tcp_connections),
        T(listener_hands_on_unix_connections),
        T(stream_tells_a_reset_but_not_a_half_close),
        T(listener_rests_when_descriptors_run_out),
        T(connections_leave_some_descriptors),
        cmocka_unit_test(listen_refuses_what_is_no_address),
        cmocka_unit_test_setup_teardown(finishing_takes_who_waits, open_host, close_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
