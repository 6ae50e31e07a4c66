/* apus_main as a process: it starts, says where, answers over a real socket, and stops
 * when told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <apus/apus.h>

/* --- the program --- */

static int64_t answer(apus_req *req)
{
    (void)req;
    return 42;
}

static int64_t slow(apus_req *req)
{
    return apus_sleep(req, 300 * APUS_MILLISECOND) ? 1 : 0;
}

static int64_t never(apus_req *req)
{
    return apus_sleep(req, 600 * APUS_SECOND) ? 1 : 0;
}

static void call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((int64_t(*)(apus_req *))fn)(req);
}

#define ROUTE(path_, fn_)                                                                          \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = call, .result = &apus_type_int64,                            \
        .result_size = sizeof(int64_t), .status = 200                                              \
    }

static const apus_route routes[] = { ROUTE("/answer", answer), ROUTE("/slow", slow),
                                     ROUTE("/never", never) };

static void passes(void)
{
}

static void fails(void)
{
    apus_expect(1 + 1 == 3);
}

static void crashes(void)
{
    abort();
}

static const apus_test_case cases[] = {
    { "answers_pass", passes, "x.c", 1 },
    { "orders_fail", fails, "x.c", 2 },
    { "orders_crash", crashes, "x.c", 3 },
};

static const uint8_t document[] = "{\"openapi\":\"3.1.0\"}";
static const apus_blob blob = { .text = document, .text_len = sizeof(document) - 1 };
static const apus_router root = {
    .name = "x", .prefix = APUS_STR_INIT(""), .routes = routes, .n_routes = 3
};
static const apus_app app = { .name = "x",
                              .title = "Served",
                              .version = "2.0",
                              .root = &root,
                              .openapi = &blob,
                              .openapi_path = "/openapi.json",
                              .docs_path = "/docs",
                              .tests = cases,
                              .n_tests = 3 };

/* --- running it --- */

struct program {
    pid_t pid;
    int out; /* its standard output and error */
    char text[4096];
    size_t len;
    unsigned port;
};

static void start(struct program *p, const char *const *args, int n)
{
    int ends[2];
    char *argv[8] = { (char *)(uintptr_t) "served" };
    for (int i = 0; i < n; i++)
        argv[i + 1] = (char *)(uintptr_t)args[i];
    *p = (struct program){ 0 };
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        int rc = apus_main(n + 1, argv, &app);
        fflush(NULL);
        _exit(rc);
    }
    close(ends[1]);
    p->out = ends[0];
}

#define START(p, ...)                                                                              \
    start((p), (const char *const[]){ __VA_ARGS__ },                                               \
          (int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))

/* Reads what it prints until `word` is in it; false at its end or after 20 s. */
static bool read_until(struct program *p, const char *word)
{
    while (!strstr(p->text, word)) {
        struct pollfd fd = { .fd = p->out, .events = POLLIN };
        if (p->len + 1 == sizeof(p->text) || poll(&fd, 1, 20000) <= 0)
            return false;
        ssize_t got = read(p->out, p->text + p->len, sizeof(p->text) - 1 - p->len);
        if (got <= 0)
            return false;
        p->len += (size_t)got;
        p->text[p->len] = 0;
    }
    return true;
}

static int wait_for(struct program *p)
{
    int status;
    read_until(p, "\001"); /* all of it */
    while (waitpid(p->pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    close(p->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void start_serving(struct program *p, const char *drain)
{
    START(p, "--port", "0", "--drain", drain);
    if (!read_until(p, "\n"))
        fail_msg("did not start: %s", p->text);
    const char *at = strstr(p->text, "http://127.0.0.1:");
    assert_non_null(at);
    p->port = (unsigned)strtoul(at + strlen("http://127.0.0.1:"), NULL, 10);
    assert_true(p->port > 0);
}

static int connect_to(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void ask(int fd, const char *path)
{
    char text[256];
    int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nhost: x\r\n\r\n", path);
    assert_int_equal(write(fd, text, (size_t)n), n);
}

/* Reads until the text is in what came; false at the end of the connection. */
static bool receive(int fd, const char *text)
{
    char got[4096] = { 0 };
    size_t len = 0;
    while (!strstr(got, text)) {
        ssize_t n = read(fd, got + len, sizeof(got) - 1 - len);
        if (n <= 0)
            return false;
        len += (size_t)n;
    }
    return true;
}

/* --- facts --- */

static void it_says_where_and_answers(void **state)
{
    (void)state;
    struct program p;
    start_serving(&p, "5");
    char line[128];
    snprintf(line, sizeof(line),
             "serving Served on http://127.0.0.1:%u  docs http://127.0.0.1:%u/docs\n", p.port,
             p.port);
    assert_string_equal(p.text, line);
    int fd = connect_to(p.port);
    ask(fd, "/answer");
    assert_true(receive(fd, "\r\n\r\n42"));
    close(fd);
    kill(p.pid, SIGINT);
    assert_int_equal(wait_for(&p), 0);
    assert_int_equal(connect_to(p.port), -1);
}

static void a_signal_lets_requests_finish(void **state)
{
    (void)state;
    struct program p;
    start_serving(&p, "10");
    int fd = connect_to(p.port);
    ask(fd, "/answer");
    assert_true(receive(fd, "42"));
    ask(fd, "/slow");
    nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000 * 1000 }, NULL);
    kill(p.pid, SIGTERM);
    assert_true(receive(fd, "\r\n\r\n1"));
    assert_int_equal(wait_for(&p), 0);
    close(fd);
}

static void a_deadline_ends_what_does_not_finish(void **state)
{
    (void)state;
    struct program p;
    start_serving(&p, "0");
    int fd = connect_to(p.port);
    ask(fd, "/never");
    nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000 * 1000 }, NULL);
    kill(p.pid, SIGTERM);
    assert_int_equal(wait_for(&p), 0);
    close(fd);
}

static void a_second_signal_stops_at_once(void **state)
{
    (void)state;
    struct program p;
    start_serving(&p, "600");
    int fd = connect_to(p.port);
    ask(fd, "/never");
    nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000 * 1000 }, NULL);
    kill(p.pid, SIGTERM);
    assert_true(read_until(&p, "600 s to finish"));
    kill(p.pid, SIGTERM);
    wait_for(&p);
    assert_non_null(strstr(p.text, "stopping at once"));
    close(fd);
}

static void a_port_in_use_is_explained(void **state)
{
    (void)state;
    struct program first, second;
    start_serving(&first, "5");
    char port[16];
    snprintf(port, sizeof(port), "%u", first.port);
    START(&second, "--port", port);
    assert_int_equal(wait_for(&second), 1);
    assert_non_null(strstr(second.text, "is in use"));
    assert_non_null(strstr(second.text, "--port"));
    kill(first.pid, SIGTERM);
    wait_for(&first);
}

static void usage_is_explained(void **state)
{
    (void)state;
    struct program p;
    START(&p, "--prot", "1");
    assert_int_equal(wait_for(&p), 2);
    assert_string_equal(p.text, "served: there is no option --prot (--help lists the options)\n");
    START(&p, "--workers", "some");
    assert_int_equal(wait_for(&p), 2);
    assert_non_null(strstr(p.text, "\"some\" is not a number from 0 to 256, or auto"));
    START(&p, "--help");
    assert_int_equal(wait_for(&p), 0);
    assert_non_null(strstr(p.text, "APUS_PORT"));
    START(&p, "--version");
    assert_int_equal(wait_for(&p), 0);
    assert_string_equal(p.text, "x 2.0 (Apus " APUS_VERSION ")\n");
    START(&p, "openapi");
    assert_int_equal(wait_for(&p), 0);
    assert_string_equal(p.text, "{\"openapi\":\"3.1.0\"}\n");
}

static void tests_run_each_in_a_process(void **state)
{
    (void)state;
    struct program p;
    START(&p, "test");
    assert_int_equal(wait_for(&p), 1);
    assert_non_null(strstr(p.text, "ok    answers_pass\n"));
    assert_non_null(strstr(p.text, "expected: 1 + 1 == 3"));
    assert_non_null(strstr(p.text, "FAIL  orders_fail (x.c:2)\n"));
    assert_non_null(strstr(p.text, "FAIL  orders_crash (x.c:3): Aborted\n"));
    assert_non_null(strstr(p.text, "1 passed, 2 failed\n"));
    START(&p, "test", "answers");
    assert_int_equal(wait_for(&p), 0);
    assert_non_null(strstr(p.text, "1 passed, 0 failed\n"));
    START(&p, "test", "nothing");
    assert_int_equal(wait_for(&p), 1);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_where_and_answers),
        cmocka_unit_test(a_signal_lets_requests_finish),
        cmocka_unit_test(a_deadline_ends_what_does_not_finish),
        cmocka_unit_test(a_second_signal_stops_at_once),
        cmocka_unit_test(a_port_in_use_is_explained),
        cmocka_unit_test(usage_is_explained),
        cmocka_unit_test(tests_run_each_in_a_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
