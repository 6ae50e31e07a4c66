/* Workers that are killed, crash, get stuck, fall at the start and are replaced by those of
 * another version, while clients ask.
 *
 * APUS_SOAK_S makes the long tests last so many seconds; 2 without it.  APUS_STOPS: how often a
 * service is stopped under load; 4 without it. */
#include "service.h"

#include <sys/stat.h>
#include <sys/un.h>

static const char *served(int version)
{
    const char *path = getenv(version == 1 ? "SERVED1" : "SERVED2");
    assert_non_null(path);
    return path;
}

static long soak_ms(void)
{
    const char *text = getenv("APUS_SOAK_S");
    return (text ? strtol(text, NULL, 10) : 2) * 1000;
}

static long stops_wanted(void)
{
    const char *text = getenv("APUS_STOPS");
    return text ? strtol(text, NULL, 10) : 4;
}

/* A directory for one test's files. */
static char folder[] = "/tmp/apus-serve-XXXXXX";
static char path_room[8][64];

static const char *file(const char *name)
{
    static int next;
    char *to = path_room[next++ % 8];
    snprintf(to, sizeof(path_room[0]), "%s/%s", folder, name);
    return to;
}

/* What is installed at a path, as a package manager does it: at once. */
static void install(int version, const char *to)
{
    char command[512];
    snprintf(command, sizeof(command), "cp '%s' '%s.new' && mv '%s.new' '%s'", served(version), to,
             to, to);
    assert_int_equal(system(command), 0);
}

static pid_t worker_of(const struct service *s)
{
    int64_t pid = get(s->port, "/process");
    if (pid <= 0)
        fail_msg("no answer: %s", s->text);
    return (pid_t)pid;
}

/* --- facts --- */

static void several_processes_answer(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "3");
    service_ready(&s);
    pid_t seen[3] = { 0 };
    int n = 0;
    for (int i = 0; i < 500 && n < 3; i++) {
        pid_t pid = worker_of(&s);
        int k = 0;
        while (k < n && seen[k] != pid)
            k++;
        if (k == n)
            seen[n++] = pid;
    }
    assert_int_equal(n, 3);
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(seen[i], s.pid);
    service_stop(&s);
    assert_true(connect_to(s.port) < 0);
}

static void a_crash_names_the_route_and_costs_its_own_requests(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2");
    service_ready(&s);
    assert_int_equal(get(s.port, "/crash"), -1);
    service_expect(&s, "crashes in GET /crash: Segmentation fault at 0x10\n");
    service_expect(&s, "served1(");
    service_expect(&s, "ended with signal 11 (Segmentation fault); another one starts\n");
    for (int i = 0; i < 50; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    assert_int_equal(get(s.port, "/offload"), -1); /* on a pool thread */
    service_expect(&s, "crashes in GET /offload: Segmentation fault at 0x10\n");
    service_stop(&s);
}

static void killed_workers_lose_their_own_requests_only(void **state)
{
    (void)state;
    struct service s;
    static struct load l;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "4");
    service_ready(&s);
    load_start(&l, s.port, "/version");
    int kills = 0;
    for (int64_t until = now_ms() + soak_ms(); now_ms() < until || l.answered <= 100; kills++) {
        kill(worker_of(&s), SIGKILL);
        rest_ms(100);
    }
    load_end(&l, "killed every 100 ms");
    printf("%d workers killed\n", kills);
    assert_int_equal(l.refused, 0);
    /* a client has one request under way at a time */
    assert_true(l.broken <= (long)kills * CLIENTS);
    service_stop(&s);
}

static void a_stuck_worker_is_replaced(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2", "--stuck", "2");
    service_ready(&s);
    int fd = connect_to(s.port);
    static const char text[] = "GET /spin HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
    rest_ms(500); /* it takes no more now */
    /* those whom the kernel gives to its queue are served meanwhile: by its neighbour */
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    service_expect(&s, "is stuck: its loop is silent for");
    service_expect(&s, "crashes in GET /spin: Aborted\n");
    service_expect(&s, "another one starts\n");
    close(fd);
    for (int i = 0; i < 50; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    service_stop(&s);
}

static void who_falls_again_and_again_rests_and_others_serve(void **state)
{
    (void)state;
    struct service s;
    const char *falls = file("falls");
    setenv("SERVED_FALLS", falls, 1);
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2");
    service_ready(&s);
    fclose(fopen(falls, "w"));
    kill(worker_of(&s), SIGKILL);
    service_expect(&s, "did not start with exit code 3; another one starts in 100 ms\n");
    service_expect(&s, "another one starts in 200 ms\n");
    service_expect(&s, "another one starts in 400 ms\n");
    /* the queue of the slot that rests is served by the other one */
    for (int i = 0; i < 100; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    service_expect(&s, "another one starts in 800 ms\n");
    unlink(falls);
    rest_ms(1200);
    size_t before = s.len;
    for (int i = 0; i < 50; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    assert_int_equal(s.len, before);
    unsetenv("SERVED_FALLS");
    service_stop(&s);
}

static void one_that_never_starts_ends_the_service(void **state)
{
    (void)state;
    struct service s;
    const char *falls = file("falls");
    fclose(fopen(falls, "w"));
    setenv("SERVED_FALLS", falls, 1);
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2");
    assert_int_equal(service_end(&s), 3);
    free(s.text);
    unsetenv("SERVED_FALLS");
    unlink(falls);
}

static void reloads_under_load_lose_nothing(void **state)
{
    (void)state;
    struct service s;
    static struct load quick, slow; /* their threads outlive a test that fails */
    const char *program = file("served");
    install(1, program);
    /* nobody is idle for so long */
    SERVICE_START(&s, program, "--port", "0", "--workers", "2", "--drain", "600");
    service_ready(&s);
    /* this one sleeps through a reload between two requests */
    int idle = connect_to(s.port);
    bool closes = true;
    assert_int_equal(ask(idle, "/version", &closes), 1);
    assert_false(closes);
    load_start(&quick, s.port, "/version");
    load_start(&slow, s.port, "/slow");
    int reloads = 0;
    for (int64_t until = now_ms() + soak_ms(); reloads < 5 || now_ms() < until; reloads++) {
        int version = reloads % 2 ? 1 : 2;
        size_t from = s.len;
        rest_ms(100);
        install(version, program);
        kill(s.pid, SIGHUP);
        if (!service_says_after(&s, from, "reloaded\n"))
            fail_msg("not reloaded: %s", s.text);
        /* who was about to be told so may take one more connection */
        int64_t last = now_ms() + PATIENCE_MS;
        while (get(s.port, "/version") != version)
            assert_true(now_ms() < last);
    }
    assert_int_equal(ask(idle, "/version", &closes), 1);
    assert_true(closes);
    close(idle);
    load_end(&quick, "reloaded, quick requests");
    load_end(&slow, "reloaded, slow requests");
    printf("%d reloads\n", reloads);
    assert_int_equal(quick.refused + quick.broken, 0);
    assert_int_equal(slow.refused + slow.broken, 0);
    assert_true(quick.answered > 100 && slow.answered > 8);
    service_stop(&s);
}

static void a_version_that_does_not_start_changes_nothing(void **state)
{
    (void)state;
    struct service s;
    static struct load l;
    const char *falls = file("falls"), *program = file("served");
    setenv("SERVED_FALLS", falls, 1);
    install(1, program);
    SERVICE_START(&s, program, "--port", "0", "--workers", "2");
    service_ready(&s);
    load_start(&l, s.port, "/version");
    fclose(fopen(falls, "w"));
    install(2, program);
    kill(s.pid, SIGHUP);
    service_expect(&s, "the new version did not start (exit code 3); the one before goes on\n");
    unlink(falls);
    /* who is replaced now is of the version that goes on, whatever stands at its path */
    kill(worker_of(&s), SIGKILL);
    service_expect(&s, "another one starts\n");
    rest_ms(300);
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    size_t from = s.len;
    unlink(program);
    kill(s.pid, SIGHUP);
    assert_true(service_says_after(&s, from, "not reloaded: "));
    load_end(&l, "a version that does not start");
    assert_int_equal(l.refused, 0);
    assert_true(l.broken <= CLIENTS);
    unsetenv("SERVED_FALLS");
    service_stop(&s);
}

static void settings_are_read_again(void **state)
{
    (void)state;
    /* those of the environment cannot change under a process; that it reads them again shows
     * in that a wrong one is refused at the start and at a reload alike */
    struct service s;
    setenv("APUS_WORKERS", "many", 1);
    SERVICE_START(&s, served(1), "--port", "0");
    assert_int_equal(service_end(&s), 2);
    assert_non_null(strstr(s.text, "APUS_WORKERS: \"many\" is not a number from 0 to 256"));
    unsetenv("APUS_WORKERS");
    free(s.text);
}

static void requests_in_flight_finish_before_the_end(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2", "--drain", "10");
    service_ready(&s);
    int fd = connect_to(s.port);
    static const char text[] = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
    rest_ms(100);
    kill(s.pid, SIGTERM);
    char answer[512] = { 0 };
    assert_true(recv(fd, answer, sizeof(answer) - 1, 0) > 0);
    assert_non_null(strstr(answer, "\r\n\r\n1"));
    close(fd);
    assert_int_equal(service_end(&s), 0);
    assert_non_null(strstr(s.text, "10 s to finish"));
    free(s.text);
}

static void a_stop_under_load_breaks_nothing(void **state)
{
    (void)state;
    static struct load l;
    long answered = 0, broken = 0, stops = stops_wanted();
    for (long i = 0; i < stops; i++) {
        struct service s;
        int workers = i % 2 ? 2 : 0;
        SERVICE_START(&s, served(1), "--port", "0", "--workers", workers ? "2" : "0");
        service_ready(&s);
        load_start(&l, s.port, "/version");
        for (int64_t last = now_ms() + PATIENCE_MS; l.answered <= 100 && now_ms() < last;)
            rest_ms(10);
        rest_ms(200);
        service_stop(&s);
        load_end(&l, workers ? "stopped, with workers" : "stopped, alone");
        assert_true(l.answered > 100);
        answered += l.answered;
        broken += l.broken; /* refused are those who come afterwards */
    }
    printf("%ld stops: %ld answered, %ld broken\n", stops, answered, broken);
    assert_int_equal(broken, 0);
}

static void a_second_signal_ends_all_at_once(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2", "--drain", "600", "--stuck", "0");
    service_ready(&s);
    int fd = connect_to(s.port);
    static const char text[] = "GET /spin HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
    rest_ms(100);
    kill(s.pid, SIGTERM);
    service_expect(&s, "600 s to finish");
    kill(s.pid, SIGINT);
    assert_int_equal(service_end(&s), 0);
    assert_non_null(strstr(s.text, "stopping at once"));
    close(fd);
    free(s.text);
}

static void workers_end_with_their_supervisor(void **state)
{
    (void)state;
    struct service s;
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "2");
    service_ready(&s);
    kill(s.pid, SIGKILL);
    /* whoever still lives holds the other end of the pipe that is read to its end */
    assert_int_equal(service_end(&s), -SIGKILL);
    assert_true(connect_to(s.port) < 0);
    free(s.text);
}

static void a_port_that_is_in_use_is_explained(void **state)
{
    (void)state;
    struct service first, second;
    char port[16];
    const char *local = file("socket");
    SERVICE_START(&first, served(1), "--port", "0", "--workers", "2");
    service_ready(&first);
    snprintf(port, sizeof(port), "%u", first.port);
    SERVICE_START(&second, served(1), "--port", port, "--workers", "2");
    assert_int_equal(service_end(&second), 1);
    assert_non_null(strstr(second.text, "is in use: stop the program that has it"));
    free(second.text);
    service_stop(&first);

    SERVICE_START(&first, served(1), "--unix", local, "--workers", "2");
    service_ready(&first);
    SERVICE_START(&second, served(1), "--unix", local, "--workers", "2");
    assert_int_equal(service_end(&second), 1);
    assert_non_null(strstr(second.text, "is in use: stop the program that listens on it"));
    free(second.text);
    service_stop(&first);
}

static void the_pid_file_is_there_as_long_as_the_service(void **state)
{
    (void)state;
    struct service s;
    const char *path = file("pid");
    SERVICE_START(&s, served(1), "--port", "0", "--workers", "1", "--pid-file", path);
    service_ready(&s);
    FILE *f = fopen(path, "r");
    int pid = 0;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &pid), 1);
    fclose(f);
    assert_int_equal(pid, s.pid);
    service_stop(&s);
    assert_int_equal(access(path, F_OK), -1);
}

/* The number that a datagram of systemd's protocol would have told. */
static void systemd_hands_sockets_down_and_is_told(void **state)
{
    (void)state;
    struct service s = { .text = calloc(1, OUTPUT_MAX) };
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", file("notify"));
    int told = socket(AF_UNIX, SOCK_DGRAM, 0), out[2];
    assert_int_equal(bind(told, (struct sockaddr *)&at, sizeof(at)), 0);
    struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
    setsockopt(told, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in in = { .sin_family = AF_INET };
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof(in);
    assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &len), 0);
    assert_int_equal(pipe(out), 0);
    s.port = ntohs(in.sin_port);
    s.out = out[0];
    s.pid = fork();
    if (s.pid == 0) {
        char pid[16];
        dup2(out[1], 1);
        dup2(out[1], 2);
        dup2(listener, 3);
        snprintf(pid, sizeof(pid), "%d", (int)getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
        setenv("NOTIFY_SOCKET", at.sun_path, 1);
        for (int fd = 4; fd < 64; fd++)
            close(fd);
        execl(served(1), served(1), "--workers", "2", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    close(listener);
    char text[128] = { 0 };
    assert_true(recv(told, text, sizeof(text) - 1, 0) > 0);
    assert_string_equal(text, "READY=1");
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(s.port, "/version"), 1);
    kill(s.pid, SIGHUP);
    memset(text, 0, sizeof(text));
    assert_true(recv(told, text, sizeof(text) - 1, 0) > 0);
    assert_non_null(strstr(text, "RELOADING=1\nMONOTONIC_USEC="));
    memset(text, 0, sizeof(text));
    assert_true(recv(told, text, sizeof(text) - 1, 0) > 0);
    assert_string_equal(text, "READY=1");
    assert_int_equal(get(s.port, "/version"), 1);
    kill(s.pid, SIGTERM);
    memset(text, 0, sizeof(text));
    assert_true(recv(told, text, sizeof(text) - 1, 0) > 0);
    assert_string_equal(text, "STOPPING=1");
    assert_int_equal(service_end(&s), 0);
    free(s.text);
    close(told);
}

static void privileges_are_dropped(void **state)
{
    (void)state;
    struct service s;
    if (getuid() != 0) {
        printf("only root can become another user\n");
        skip();
    }
    const char *program = file("served");
    chmod(folder, 0755);
    install(1, program);
    for (int workers = 0; workers < 2; workers++) {
        SERVICE_START(&s, program, "--port", "0", "--workers", workers ? "1" : "0", "--user",
                      "nobody");
        service_ready(&s);
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d", (int)worker_of(&s));
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_not_equal(st.st_uid, 0);
        service_stop(&s);
    }
    SERVICE_START(&s, program, "--port", "0", "--workers", "1", "--user", "no-such-one");
    assert_int_equal(service_end(&s), 1);
    assert_non_null(strstr(s.text, "there is no user \"no-such-one\""));
    free(s.text);
}

/* --- */

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

/* test_supervisor [PATTERN]: those whose name it fits. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_processes_answer),
        cmocka_unit_test(a_crash_names_the_route_and_costs_its_own_requests),
        cmocka_unit_test(killed_workers_lose_their_own_requests_only),
        cmocka_unit_test(a_stuck_worker_is_replaced),
        cmocka_unit_test(who_falls_again_and_again_rests_and_others_serve),
        cmocka_unit_test(one_that_never_starts_ends_the_service),
        cmocka_unit_test(reloads_under_load_lose_nothing),
        cmocka_unit_test(a_version_that_does_not_start_changes_nothing),
        cmocka_unit_test(settings_are_read_again),
        cmocka_unit_test(requests_in_flight_finish_before_the_end),
        cmocka_unit_test(a_stop_under_load_breaks_nothing),
        cmocka_unit_test(a_second_signal_ends_all_at_once),
        cmocka_unit_test(workers_end_with_their_supervisor),
        cmocka_unit_test(a_port_that_is_in_use_is_explained),
        cmocka_unit_test(the_pid_file_is_there_as_long_as_the_service),
        cmocka_unit_test(systemd_hands_sockets_down_and_is_told),
        cmocka_unit_test(privileges_are_dropped),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
