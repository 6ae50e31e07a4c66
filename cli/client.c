#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "apus/buf.h"
#include "apus/http1.h"

enum { PATIENCE_S = 10, STREAM_ENOUGH = 256 * 1024 };

static int connect_to(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct timeval patience = { .tv_sec = PATIENCE_S };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&at, sizeof(at))) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, apus_str text)
{
    while (text.len) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        apus_str_cut(&text, (size_t)n);
    }
    return true;
}

static apus_str read_all(int fd, apus_arena *arena)
{
    apus_buf b = apus_buf_in(arena);
    apus_str text = APUS_STR("");
    char piece[16384];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
        apus_buf_add(&b, (apus_str){ piece, (size_t)n });
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

static apus_str header(apus_str head, const char *name)
{
    size_t len = strlen(name);
    while (head.len) {
        size_t end = apus_str_find(head, '\n');
        apus_str line = apus_str_cut(&head, end == SIZE_MAX ? head.len : end + 1);
        if (line.len > len && line.ptr[len] == ':' && strncasecmp(line.ptr, name, len) == 0)
            return apus_str_trim(apus_str_slice(line, len + 1, line.len));
    }
    return APUS_STR("");
}

/* What of it is here; whether that is all. */
static bool unchunk(apus_arena *a, apus_str coded, apus_str *body)
{
    apus_http1_chunked c = { 0 };
    apus_buf b = apus_buf_in(a);
    apus_str data;
    apus_rc rc;
    while ((rc = apus_http1_chunked_next(&c, &coded, &data)) == APUS_OK)
        apus_buf_add(&b, data);
    return apus_buf_take(&b, body) == APUS_OK && rc == APUS_DONE;
}

/* The connection is closed behind the answer, so its end is the body's. */
static bool parse(apus_arena *a, apus_str text, struct reply *out)
{
    const char *end = strstr(text.ptr, "\r\n\r\n");
    if (!end || text.len < 12 || strncmp(text.ptr, "HTTP/1.1 ", 9) != 0)
        return false;
    apus_str head = { text.ptr, (size_t)(end - text.ptr) + 2 };
    out->status = (int)strtol(text.ptr + 9, NULL, 10);
    out->content_type = header(head, "content-type");
    out->body = apus_str_slice(text, head.len + 2, text.len);
    apus_str length = header(head, "content-length");
    out->is_whole = length.len == 0 || strtoull(length.ptr, NULL, 10) == out->body.len;
    if (strcasestr(header(head, "transfer-encoding").ptr, "chunked") ==
        header(head, "transfer-encoding").ptr)
        out->is_whole = unchunk(a, out->body, &out->body);
    return true;
}

/* Sends the request over a connection of its own; -1 without one. */
static int ask(apus_arena *arena, const struct service *to, const char *method, const char *target,
               const char *headers, const char *content_type, apus_str body)
{
    apus_buf b = apus_buf_in(arena);
    apus_buf_addf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s", method,
                  target, to->port, headers);
    if (to->header)
        apus_buf_addf(&b, "%s\r\n", to->header);
    if (content_type)
        apus_buf_addf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n", content_type, body.len);
    apus_buf_lit(&b, "\r\n");
    apus_str head;
    int fd = apus_buf_take(&b, &head) ? -1 : connect_to(to->port);
    /* a refusal may come before all of the body was taken: read it all the same */
    if (fd >= 0)
        (void)(send_all(fd, head) && (!content_type || send_all(fd, body)));
    return fd;
}

bool client_send(apus_arena *arena, const struct service *to, const char *method,
                 const char *target, const char *headers, const char *content_type, apus_str body,
                 struct reply *out)
{
    *out = (struct reply){ .status = 0 };
    int fd = ask(arena, to, method, target, headers, content_type, body);
    if (fd < 0)
        return false;
    apus_str text = read_all(fd, arena);
    close(fd);
    return parse(arena, text, out) && out->is_whole;
}

/* Until the end, silence, or enough; whether it was the end. */
static bool read_while_it_talks(int fd, int quiet_ms, apus_buf *to)
{
    char piece[16384];
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    while (to->len < STREAM_ENOUGH && poll(&wait, 1, quiet_ms) == 1) {
        ssize_t n = recv(fd, piece, sizeof(piece), 0);
        if (n <= 0)
            return true;
        apus_buf_add(to, (apus_str){ piece, (size_t)n });
    }
    return false;
}

bool client_listen(apus_arena *arena, const struct service *to, const char *method,
                   const char *target, const char *headers, const char *content_type, apus_str body,
                   int quiet_ms, struct reply *out)
{
    apus_buf b = apus_buf_in(arena);
    apus_str text;
    *out = (struct reply){ .status = 0 };
    int fd = ask(arena, to, method, target, headers, content_type, body);
    if (fd < 0)
        return false;
    bool has_ended = read_while_it_talks(fd, quiet_ms, &b);
    close(fd);
    if (apus_buf_take(&b, &text))
        return false;
    if (!has_ended && !text.len)
        return true;
    return parse(arena, text, out) && (out->is_whole || !has_ended);
}
