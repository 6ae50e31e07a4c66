/* A service as a process, and clients that count what goes wrong. */
#ifndef TESTS_E2E_SERVICE_H
#define TESTS_E2E_SERVICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the service --- */

enum { ARGS_MAX = 16, OUTPUT_MAX = 1 << 20, PATIENCE_MS = 60000 };

struct service {
    pid_t pid;
    int out; /* its standard output and error */
    char *text;
    size_t len;
    unsigned port;
};

static inline void rest_ms(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static inline int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void service_start(struct service *s, const char *const *args)
{
    int ends[2];
    *s = (struct service){ .text = calloc(1, OUTPUT_MAX) };
    assert_non_null(s->text);
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing running */
#endif
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        execv(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    close(ends[1]);
    s->out = ends[0];
}

#define SERVICE_START(s, ...) service_start((s), (const char *const[]){ __VA_ARGS__, NULL })

/* Reads what it says until `word` is in it, from byte `from` on; false at its end or when
 * patience is. */
static inline bool service_says_after(struct service *s, size_t from, const char *word)
{
    int64_t until = now_ms() + PATIENCE_MS;
    while (s->len < from || !strstr(s->text + from, word)) {
        struct pollfd p = { .fd = s->out, .events = POLLIN };
        int64_t left = until - now_ms();
        if (left <= 0 || s->len + 1 == OUTPUT_MAX)
            return false;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        ssize_t got = read(s->out, s->text + s->len, OUTPUT_MAX - 1 - s->len);
        if (got <= 0)
            return false;
        s->len += (size_t)got;
    }
    return true;
}

static inline bool service_says(struct service *s, const char *word)
{
    return service_says_after(s, 0, word);
}

static inline void service_expect(struct service *s, const char *word)
{
    if (!service_says(s, word))
        fail_msg("never said \"%s\", but: %s", word, s->text);
}

static inline void service_ready(struct service *s)
{
    service_expect(s, "serving ");
    service_expect(s, "\n");
    const char *at = strstr(s->text, "http://127.0.0.1:");
    if (at)
        s->port = (unsigned)strtoul(at + strlen("http://127.0.0.1:"), NULL, 10);
}

/* Its exit code, or a signal's number with a minus. */
static inline int service_end(struct service *s)
{
    int status;
    (void)service_says(s, "\001"); /* all of it */
    while (waitpid(s->pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    close(s->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline void service_stop(struct service *s)
{
    kill(s->pid, SIGTERM);
    int code = service_end(s);
    if (code)
        fail_msg("ended with %d: %s", code, s->text);
    free(s->text);
}

/* --- one client --- */

static inline int connect_to(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Asks and reads one answer: its number, or -1 when there is none that is whole.  *closes:
 * it was the connection's last. */
static inline int64_t ask(int fd, const char *path, bool *closes)
{
    char text[1024];
    size_t len = 0;
    int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nhost: x\r\n\r\n", path);
    if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
        return -1;
    for (;;) {
        ssize_t got = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        if (got < 0 && errno == EINTR)
            continue; /* a child of the test has ended */
        if (got <= 0)
            return -1;
        len += (size_t)got;
        text[len] = 0;
        const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
        if (!body || !length || len - (size_t)(body + 4 - text) < strtoul(length + 16, NULL, 10))
            continue;
        *closes = strstr(text, "Connection: close") != NULL;
        return strncmp(text, "HTTP/1.1 200", 12) == 0 ? strtoll(body + 4, NULL, 10) : -1;
    }
}

/* The number that a GET answers, or -1. */
static inline int64_t get(unsigned port, const char *path)
{
    bool closes;
    int fd = connect_to(port);
    int64_t answer = fd < 0 ? -1 : ask(fd, path, &closes);
    if (fd >= 0)
        close(fd);
    return answer;
}

/* --- many clients --- */

enum { CLIENTS = 8 };

struct load {
    unsigned port;
    const char *path;
    pthread_t threads[CLIENTS];
    atomic_bool over;
    atomic_long answered, refused, broken; /* broken: no whole answer to what was asked */
};

/* One request at a time on one connection, another one when that has ended. */
static inline void *be_client(void *arg)
{
    struct load *l = arg;
    int fd = -1;
    while (!atomic_load(&l->over)) {
        bool closes = false;
        if (fd < 0 && (fd = connect_to(l->port)) < 0) {
            atomic_fetch_add(&l->refused, 1);
            rest_ms(1);
            continue;
        }
        bool good = ask(fd, l->path, &closes) >= 0;
        atomic_fetch_add(good ? &l->answered : &l->broken, 1);
        if (!good || closes) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static inline void load_start(struct load *l, unsigned port, const char *path)
{
    *l = (struct load){ .port = port, .path = path };
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&l->threads[i], NULL, be_client, l), 0);
}

static inline void load_end(struct load *l, const char *what)
{
    atomic_store(&l->over, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(l->threads[i], NULL);
    printf("%s: %ld answered, %ld broken, %ld refused\n", what, atomic_load(&l->answered),
           atomic_load(&l->broken), atomic_load(&l->refused));
}

#endif
