/* Who is at the other end: also asked when nobody is there any more, and somebody else has come. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apus/net.h"
#include "client.h"

struct seen {
    char handled[APUS_SOCKET_NAME_MAX]; /* by the handler, once it goes on */
    char noted[APUS_SOCKET_NAME_MAX];   /* by the observer */
};

static struct seen seen;

static void keep(char *to, apus_str peer)
{
    snprintf(to, APUS_SOCKET_NAME_MAX, "%.*s", APUS_FMT(peer));
}

static void wait_and_ask(struct client *t, apus_exchange *x)
{
    bool is_first = t->n_waiters == 0;
    wait_for_release(t);
    apus_fiber_shield(APUS_NEVER);
    while (is_first && t->n_waiters < 2)
        assert_int_equal(apus_fiber_sleep(apus_loop_now(t->loop) + APUS_MILLISECOND), APUS_OK);
    if (is_first)
        keep(seen.handled, x->request.peer);
}

static void note(void *ctx, const apus_exchange *x, const apus_http_outcome *o)
{
    (void)ctx, (void)o;
    if (!seen.noted[0])
        keep(seen.noted, x->request.peer);
}

/* A connection, and what the server calls it. */
static int connect_to(uint16_t port, char name[APUS_SOCKET_NAME_MAX])
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) }, from;
    socklen_t len = sizeof(from);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&from, &len), 0);
    snprintf(name, APUS_SOCKET_NAME_MAX, "127.0.0.1:%u", ntohs(from.sin_port));
    return fd;
}

static void turn_until_waiters(struct client *t, int n)
{
    enum { TURNS_MAX = 3000 }; /* of 10 ms, as far as nothing comes */
    for (int turns = 0; t->n_waiters < n || (n > 1 && !seen.handled[0]); turns++) {
        assert_true(turns < TURNS_MAX);
        apus_loop_turn(t->loop, 10 * APUS_MILLISECOND);
        client_time += APUS_MILLISECOND; /* that the handler sleeps */
    }
}

static void ask(int fd)
{
    static const char text[] = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
}

static void a_client_that_has_gone_keeps_its_name(void **state)
{
    (void)state;
    char first[APUS_SOCKET_NAME_MAX], second[APUS_SOCKET_NAME_MAX];
    apus_err err;
    int listener;
    struct client *t = client_open(NULL);
    seen = (struct seen){ .handled = "" };
    t->own = wait_and_ask;
    apus_http_server_on_end(t->server, note, NULL);
    assert_int_equal(apus_listen_tcp("127.0.0.1", 0, APUS_SOCKET_ALONE, &listener, &err), APUS_OK);
    uint16_t port = apus_socket_port(listener);
    assert_int_equal(apus_http_server_listen(t->server, listener, &err), APUS_OK);
    int fd = connect_to(port, first);
    ask(fd);
    turn_until_waiters(t, 1);
    struct linger reset = { .l_onoff = 1 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
    close(fd);
    fd = connect_to(port, second); /* takes the memory of the first one's stream */
    ask(fd);
    turn_until_waiters(t, 2);
    assert_string_equal(seen.noted, first);
    assert_string_equal(seen.handled, first);
    close(fd);
    client_close(t);
    assert_string_not_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_has_gone_keeps_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
