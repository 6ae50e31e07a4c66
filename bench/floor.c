/* The floor: what answering costs before a framework has done anything.
 *
 *     bench_floor PORT [BODY]
 *
 * A bare epoll loop, one read per wakeup, one write per read, no parsing: it
 * looks for blank lines and writes one fixed answer for each.  Every figure of
 * bench/load.c is a ratio to this program, so it must stay as simple as it is;
 * it is not an example of a server (a request cut in two is not answered). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 1024,
    READ_MAX = 65536,
    ANSWERS_MAX = 128, /* per read; as many pipelined requests as the load sends */
    ANSWER_MAX = 512,
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in addr = { .sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0 ||
        bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 1024) < 0)
        die("listen");
    return fd;
}

static void accept_all(int epoll, int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
            die("epoll_ctl");
    }
}

/* Answers what one read brought; false when the connection is over. */
static int answer(int fd, const char *answers, size_t answer_len)
{
    static char in[READ_MAX];
    ssize_t got = read(fd, in, sizeof(in));
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    size_t n = 0;
    const char *at = in, *end = in + got;
    while (n < ANSWERS_MAX && (at = memmem(at, (size_t)(end - at), "\r\n\r\n", 4))) {
        n++;
        at += 4;
    }
    return n == 0 || write(fd, answers, n * answer_len) == (ssize_t)(n * answer_len);
}

int main(int argc, char **argv)
{
    static char answers[ANSWERS_MAX * ANSWER_MAX];
    const char *body = argc > 2 ? argv[2] : "{\"message\":\"Hello, World!\"}";
    int len = snprintf(answers, ANSWER_MAX,
                       "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(body), body);
    if (argc < 2 || len >= ANSWER_MAX) {
        fputs("usage: bench_floor PORT [BODY]\n", stderr);
        return 2;
    }
    for (int i = 1; i < ANSWERS_MAX; i++)
        memcpy(answers + i * len, answers, (size_t)len);

    int listener = listen_on(atoi(argv[1]));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev = { .events = EPOLLIN, .data.fd = listener };
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev) < 0)
        die("epoll");
    for (;;) {
        static struct epoll_event events[EVENTS_MAX];
        int n = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_all(epoll, listener);
            else if (!answer(fd, answers, (size_t)len))
                close(fd);
        }
    }
}
