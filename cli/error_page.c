#include "error_page.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apus/buf.h"

enum { PATIENCE_MS = 500 }; /* for a client's request, which is read and not looked at */

static void escape(apus_buf *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            apus_buf_lit(to, "&lt;");
        else if (*text == '&')
            apus_buf_lit(to, "&amp;");
        else if (*text == '\033') /* a colour of the terminal: ESC [ ... m */
            text += strcspn(text, "m") - (strchr(text, 'm') ? 0 : 1);
        else
            apus_buf_addc(to, *text);
    }
}

static void page(apus_buf *to, const char *errors)
{
    apus_buf_lit(
        to, "<!doctype html><html lang=en><meta charset=utf-8><title>It does not compile</title>"
            "<meta http-equiv=refresh content=1>"
            "<style>body{font:16px/1.5 system-ui;margin:3rem auto;max-width:60rem;padding:0 1rem;"
            "background:#1c1b22;color:#eee}h1{color:#ff8a80}pre{background:#000;padding:1rem;"
            "border-radius:.5rem;overflow:auto;font:14px/1.45 monospace}</style>"
            "<h1>It does not compile</h1><p>This page loads itself again after your next "
            "save.</p><pre>");
    escape(to, *errors ? errors : "building...");
    apus_buf_lit(to, "</pre></html>\n");
}

static void send_all(int fd, apus_str text)
{
    while (text.len) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the client left: nobody to tell */
        apus_str_cut(&text, (size_t)n);
    }
}

void error_page_answer(int listener, const char *errors)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char request[8192];
    if (poll(&p, 1, PATIENCE_MS) == 1 && recv(fd, request, sizeof(request), 0) > 0) {
        apus_buf body = apus_buf_with(&apus_alloc_libc), head = apus_buf_with(&apus_alloc_libc);
        apus_str text, lines;
        page(&body, errors);
        apus_buf_addf(
            &head,
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\n"
            "Content-Length: %zu\r\nRetry-After: 1\r\nConnection: close\r\n\r\n",
            body.len);
        if (apus_buf_take(&head, &lines) == APUS_OK && apus_buf_take(&body, &text) == APUS_OK) {
            send_all(fd, lines);
            send_all(fd, text);
            shutdown(fd, SHUT_WR);
        }
        apus_buf_finish(&body);
        apus_buf_finish(&head);
    }
    close(fd);
}
