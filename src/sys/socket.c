#include "apus/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#ifdef __linux__
#include <linux/filter.h>
#endif
#include <unistd.h>

enum { BACKLOG = 1024 }; /* unless apus_socket_set_queue says another; the kernel has its limit */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
    struct sockaddr_storage room;
};

static bool set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool reuse_port(int fd)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0;
}

/* The first of those that share a port binds as if it were alone, so that a port that
 * another service shares among its own is in use all the same. */
static apus_rc bind_and_listen(int fd, const union address *at, socklen_t len,
                               apus_socket_share share, const char *name, apus_err *err)
{
    if (fd >= 0 && set_flags(fd) && (share != APUS_SOCKET_SHARED || reuse_port(fd)) &&
        bind(fd, &at->any, len) == 0 && (share != APUS_SOCKET_FIRST || reuse_port(fd)) &&
        listen(fd, BACKLOG) == 0)
        return APUS_OK;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return apus_err_set(err, why == EADDRINUSE ? APUS_BUSY : APUS_IO, "%s: %s", name,
                        strerror(why));
}

apus_rc apus_socket_listen(const char *host, uint16_t port, apus_socket_share share, int *fd,
                           apus_err *err)
{
    union address at;
    memset(&at, 0, sizeof(at));
    socklen_t len = sizeof(at.v4);
    if (inet_pton(AF_INET, host, &at.v4.sin_addr) == 1) {
        at.v4.sin_family = AF_INET;
        at.v4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, host, &at.v6.sin6_addr) == 1) {
        at.v6.sin6_family = AF_INET6;
        at.v6.sin6_port = htons(port);
        len = sizeof(at.v6);
    } else {
        return apus_err_set(err, APUS_INVALID, "\"%s\" is not an IPv4 or IPv6 address", host);
    }
    char name[APUS_SOCKET_NAME_MAX + 16];
    snprintf(name, sizeof(name), "%.60s port %u", host, port);
    int on = 1, s = socket(at.any.sa_family, SOCK_STREAM, 0);
    if (s >= 0) {
        (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (at.any.sa_family == AF_INET6)
            (void)setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    apus_rc rc = bind_and_listen(s, &at, len, share, name, err);
    if (rc == APUS_OK)
        *fd = s;
    return rc;
}

/* false if the path is too long. */
static bool name_local(const char *path, union address *at)
{
    memset(at, 0, sizeof(*at));
    at->local.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(at->local.sun_path))
        return false;
    memcpy(at->local.sun_path, path, strlen(path) + 1);
    return true;
}

/* Whether somebody takes connections there. */
static bool is_alive(const union address *at)
{
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bool alive = s >= 0 && connect(s, &at->any, sizeof(at->local)) == 0;
    if (s >= 0)
        close(s);
    return alive;
}

apus_rc apus_socket_listen_unix(const char *path, int *fd, apus_err *err)
{
    union address at;
    if (!name_local(path, &at))
        return apus_err_set(err, APUS_INVALID, "%s: over %zu bytes", path,
                            sizeof(at.local.sun_path) - 1);
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        if (is_alive(&at))
            return apus_err_set(err, APUS_BUSY, "%s: somebody listens on it", path);
        (void)unlink(path);
    }
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    apus_rc rc = bind_and_listen(s, &at, sizeof(at.local), APUS_SOCKET_ALONE, path, err);
    if (rc == APUS_OK)
        *fd = s;
    return rc;
}

apus_rc apus_socket_set_queue(int fd, unsigned most)
{
    return listen(fd, (int)most) ? APUS_IO : APUS_OK;
}

unsigned apus_socket_queue_max(void)
{
    unsigned most = 0;
    FILE *f = fopen("/proc/sys/net/core/somaxconn", "re");
    if (f && fscanf(f, "%u", &most) != 1)
        most = 0;
    if (f)
        fclose(f);
    return most;
}

uint16_t apus_socket_port(int fd)
{
    union address at = { 0 };
    socklen_t len = sizeof(at);
    if (getsockname(fd, &at.any, &len))
        return 0;
    return at.any.sa_family == AF_INET    ? ntohs(at.v4.sin_port)
           : at.any.sa_family == AF_INET6 ? ntohs(at.v6.sin6_port)
                                          : 0;
}

static void print_peer(const union address *at, char *to)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (at->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &at->v4.sin_addr, host, sizeof(host));
        snprintf(to, APUS_SOCKET_NAME_MAX, "%s:%u", host, ntohs(at->v4.sin_port));
    } else if (at->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &at->v6.sin6_addr, host, sizeof(host));
        snprintf(to, APUS_SOCKET_NAME_MAX, "[%s]:%u", host, ntohs(at->v6.sin6_port));
    } else {
        snprintf(to, APUS_SOCKET_NAME_MAX, "unix");
    }
}

static int accept_one(int listener, union address *at, socklen_t *len)
{
#if defined(__linux__)
    return accept4(listener, &at->any, len, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    int fd = accept(listener, &at->any, len);
    if (fd >= 0 && !set_flags(fd)) {
        close(fd);
        return -1;
    }
    return fd;
#endif
}

apus_rc apus_socket_accept(int listener, int *fd, char *peer)
{
    union address at = { 0 };
    socklen_t len;
    int s;
    do {
        len = sizeof(at);
        s = accept_one(listener, &at, &len);
    } while (s < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (s < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return APUS_MORE;
        return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM
                   ? APUS_LIMIT
                   : APUS_IO;
    }
    print_peer(&at, peer);
    *fd = s;
    return APUS_OK;
}

apus_rc apus_socket_read(int fd, char *to, size_t room, size_t *got)
{
    ssize_t n;
    do
        n = recv(fd, to, room, 0); /* a shorter way through the kernel than read */
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? APUS_MORE : APUS_IO;
    if (n == 0)
        return APUS_DONE;
    *got = (size_t)n;
    return APUS_OK;
}

apus_rc apus_socket_writev(int fd, const struct iovec *iov, int n, size_t *sent)
{
    struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)iov };
    message.msg_iovlen = (size_t)n;
    ssize_t done;
    do /* one piece, the usual case, spares the kernel the reading of a header */
        done = n == 1 ? send(fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL)
                      : sendmsg(fd, &message, MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? APUS_MORE : APUS_IO;
    *sent = (size_t)done;
    return APUS_OK;
}

void apus_socket_no_delay(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* a Unix socket has none */
}

void apus_socket_finish(int fd)
{
    (void)shutdown(fd, SHUT_WR); /* a peer that is gone needs no telling */
}

void apus_socket_close(int fd)
{
    close(fd);
}

bool apus_socket_is_listening(int fd)
{
    int listens = 0;
    socklen_t len = sizeof(listens);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens;
}

apus_rc apus_socket_adopt(int fd)
{
    return set_flags(fd) ? APUS_OK : APUS_IO;
}

void apus_socket_admit_no_more(int fd)
{
#ifdef SO_ATTACH_FILTER
    /* Of a packet's TCP header: drops those that begin a connection (SYN without ACK). */
    enum { FLAGS_AT = 13, SYN = 0x02, ACK = 0x10 };
    static struct sock_filter drops_syn[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_AT),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN | ACK),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = { .len = sizeof(drops_syn) / sizeof(drops_syn[0]),
                                  .filter = drops_syn };
    /* where it is refused, a last look at the queue has to do */
    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
#else
    (void)fd;
#endif
}

apus_rc apus_socket_duplicate(int fd, int *copy)
{
    int made = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (made < 0)
        return APUS_LIMIT;
    *copy = made;
    return APUS_OK;
}

apus_rc apus_socket_pair(int ends[2], apus_err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
        return apus_err_set(err, APUS_LIMIT, "socketpair: %s", strerror(errno));
    if (set_flags(ends[0]) && set_flags(ends[1]))
        return APUS_OK;
    close(ends[0]);
    close(ends[1]);
    return apus_err_set(err, APUS_IO, "socketpair: no flags");
}

apus_rc apus_socket_tell(const char *path, apus_str text)
{
    union address at;
    if (!name_local(path, &at))
        return APUS_IO;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        at.local.sun_path[0] = 0;
    int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return APUS_IO;
    ssize_t n = sendto(s, text.ptr, text.len, MSG_NOSIGNAL, &at.any, len);
    close(s);
    return n == (ssize_t)text.len ? APUS_OK : APUS_IO;
}
