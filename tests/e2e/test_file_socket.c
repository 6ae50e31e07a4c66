/* Files and streams over real sockets: a large one to a client that reads slowly, in bounded
 * memory, beside others; one that leaves in the middle; one that grows shorter while it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <apus/apus.h>
#include <apus/loop.h>
#include <apus/main.h>
#include <apus/net.h>
#include <apus/reactor.h>

enum {
    BIG = 64 << 20,
    /* what sending BIG to slow clients may add; the shadow of a sanitizer is counted with it */
    MEMORY_MAX_KIB = 16 << 10,
    SANITIZED_MAX_KIB = 96 << 10,
};

static char path[] = "/tmp/apus-big-XXXXXX";

/* --- the service, in a process of its own --- */

static void response_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_response **)result = ((apus_response * (*)(apus_req *)) fn)(req);
}

static void text_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(apus_str *)result = ((apus_str(*)(apus_req *))fn)(req);
}

static apus_response *big(apus_req *req)
{
    return apus_file(req, path, NULL);
}

/* The most memory that was resident so far, in KiB. */
static apus_str memory(apus_req *req)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return apus_strf(req, "%ld", used.ru_maxrss);
}

static int n_ended; /* streams whose client has gone */

static void note_end(void *arg)
{
    (void)arg;
    n_ended++;
}

/* Until nobody reads. */
static void ticks(apus_req *req)
{
    apus_defer(req, note_end, NULL);
    while (apus_write(req, APUS_STR("tick\n")) && apus_sleep(req, APUS_MILLISECOND))
        ;
}

static void ticks_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    (void)result;
    ticks(req);
}

static apus_str ended(apus_req *req)
{
    return apus_strf(req, "%d", n_ended);
}

static const apus_route routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/ticks"),
      .name = "ticks",
      .fn = (apus_fn *)ticks,
      .call = ticks_call,
      .status = 200,
      .produces = APUS_STR_INIT("text/plain") },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/ended"),
      .name = "ended",
      .fn = (apus_fn *)ended,
      .call = text_call,
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200,
      .flags = APUS_ROUTE_result_plain,
      .produces = APUS_STR_INIT("text/plain") },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/big"),
      .name = "big",
      .fn = (apus_fn *)big,
      .call = response_call,
      .result_size = sizeof(void *),
      .status = 200,
      .flags = APUS_ROUTE_result_response },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/memory"),
      .name = "memory",
      .fn = (apus_fn *)memory,
      .call = text_call,
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200,
      .flags = APUS_ROUTE_result_plain,
      .produces = APUS_STR_INIT("text/plain") },
};
static const apus_router root = { .name = "files", .routes = routes, .n_routes = 4 };
static const apus_app app = { .name = "files", .title = "files", .version = "1", .root = &root };

static void serve(int fd)
{
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    /* who comes late is read late on a slow machine */
    static const apus_http_limits limits = { .write_timeout = 200 * APUS_SECOND };
    alarm(250);
    if (apus_loop_create(&loop, NULL) || apus_service_create(&app, loop, &service, NULL) ||
        apus_http_server_create(loop, &limits, apus_service_handle, service, &server, NULL) ||
        apus_http_server_listen(server, fd, NULL))
        _exit(1);
    apus_loop_run(loop);
    _exit(0);
}

static uint16_t port;
static pid_t server_pid;

static int set_up(void **state)
{
    static char block[1 << 16];
    int fd = mkstemp(path), listener;
    (void)state;
    for (int i = 0; i < BIG / (int)sizeof(block); i++) {
        memset(block, 'a' + i % 26, sizeof(block));
        if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
            return -1;
    }
    close(fd);
    if (apus_listen_tcp("127.0.0.1", 0, APUS_SOCKET_ALONE, &listener, NULL))
        return -1;
    port = apus_socket_port(listener);
    server_pid = fork();
    if (server_pid == 0)
        serve(listener);
    close(listener);
    return server_pid > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kill(server_pid, SIGKILL);
    waitpid(server_pid, NULL, 0);
    return unlink(path);
}

/* --- clients --- */

static int open_client(const char *target, const char *headers)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char request[256];
    int fd = socket(AF_INET, SOCK_STREAM, 0), room = 16384;
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    int n = snprintf(request, sizeof(request),
                     "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", target, headers);
    assert_int_equal(write(fd, request, (size_t)n), n);
    return fd;
}

/* How many bytes came until the end; the first ones stand in `head`. */
static size_t read_all(int fd, char *head, size_t room)
{
    static char buffer[1 << 16];
    size_t all = 0;
    ssize_t n;
    while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
        if (all < room - 1) {
            size_t take = (size_t)n < room - 1 - all ? (size_t)n : room - 1 - all;
            memcpy(head + all, buffer, take);
            head[all + take] = '\0';
        }
        all += (size_t)n;
    }
    close(fd);
    return all;
}

static size_t body_length(const char *head, size_t all)
{
    const char *end = strstr(head, "\r\n\r\n");
    assert_non_null(end);
    return all - (size_t)(end + 4 - head);
}

static long ask_number(const char *target)
{
    char head[512];
    read_all(open_client(target, ""), head, sizeof(head));
    return strtol(strstr(head, "\r\n\r\n") + 4, NULL, 10);
}

static void hang_up(int fd)
{
    struct linger reset = { .l_onoff = 1 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
}

static void slow_clients_cost_little_memory(void **state)
{
    enum { SLOW = 8 };
    int slow[SLOW];
    char head[1024];
    (void)state;
    long before = ask_number("/memory");
    for (int i = 0; i < SLOW; i++)
        slow[i] = open_client("/big", "");
    /* they read nothing yet, and another client is served all the same */
    size_t all = read_all(open_client("/big", "Range: bytes=65535-65536\r\n"), head, sizeof(head));
    assert_non_null(strstr(head, "206 Partial Content"));
    assert_int_equal(body_length(head, all), 2);
    assert_string_equal(strstr(head, "\r\n\r\n") + 4, "ab");
    for (int i = 0; i < SLOW; i++) {
        all = read_all(slow[i], head, sizeof(head));
        assert_int_equal(body_length(head, all), BIG);
    }
    const char *sanitized = getenv("APUS_SANITIZED");
    long added = ask_number("/memory") - before;
    printf("%ld KiB more memory\n", added);
    assert_true(added < (sanitized && *sanitized ? SANITIZED_MAX_KIB : MEMORY_MAX_KIB));
}

static void who_leaves_in_the_middle_harms_nobody(void **state)
{
    char head[1024];
    (void)state;
    for (int i = 0; i < 20; i++) {
        int fd = open_client("/big", "");
        assert_true(read(fd, head, sizeof(head)) > 0);
        hang_up(fd);
    }
    size_t all = read_all(open_client("/big", "Range: bytes=-10\r\n"), head, sizeof(head));
    assert_int_equal(body_length(head, all), 10);
    assert_int_equal(kill(server_pid, 0), 0);
}

static void streams_end_when_nobody_reads(void **state)
{
    enum { CLIENTS = 5, PATIENCE = 200 };
    char head[1024];
    int fds[CLIENTS];
    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = open_client("/ticks", "");
        assert_true(read(fds[i], head, sizeof(head)) > 0);
    }
    assert_int_equal(ask_number("/ended"), 0);
    for (int i = 0; i < CLIENTS; i++)
        hang_up(fds[i]);
    long n = 0;
    for (int i = 0; i < PATIENCE && n < CLIENTS; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        n = ask_number("/ended");
    }
    assert_int_equal(n, CLIENTS);
}

/* The last test: the file is never whole again. */
static void a_file_that_shrinks_is_cut_off(void **state)
{
    char head[1024];
    (void)state;
    int fd = open_client("/big", "");
    assert_true(read(fd, head, 100) > 0);
    assert_int_equal(truncate(path, 1000), 0);
    size_t all = 100 + read_all(fd, head, sizeof(head));
    assert_true(all < BIG);
    all = read_all(open_client("/big", ""), head, sizeof(head));
    assert_int_equal(body_length(head, all), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_clients_cost_little_memory),
        cmocka_unit_test(who_leaves_in_the_middle_harms_nobody),
        cmocka_unit_test(streams_end_when_nobody_reads),
        cmocka_unit_test(a_file_that_shrinks_is_cut_off),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
