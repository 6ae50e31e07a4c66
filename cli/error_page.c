#include "error_page.h"

#include <stdlib.h>
#include <string.h>

#include "apus/buf.h"
#include "apus/http.h"
#include "apus/loop.h"
#include "apus/socket.h"
#include "apus/tls.h"
#include "apus/value.h"
#include "command.h"

struct error_page {
    apus_loop *loop;
    apus_http_server *server;
    apus_tls *tls; /* or NULL */
    const char *errors;
};

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

static void write_page(apus_buf *to, const char *errors)
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

static void answer(void *ctx, apus_exchange *x)
{
    const struct error_page *page = ctx;
    apus_buf body = apus_buf_in(&x->arena);
    apus_http_reply reply = { .status = 503,
                              .content_type = APUS_STR("text/html; charset=utf-8"),
                              .headers = APUS_STR("Retry-After: 1\r\n") };
    write_page(&body, page->errors);
    if (apus_buf_take(&body, &reply.body) == APUS_OK)
        apus_exchange_reply(x, &reply);
}

static apus_rc open_tls(struct error_page *page, const struct development_certificate *c,
                        apus_err *err)
{
    const apus_tls_certificate pair = { .chain = c->chain, .key = c->key };
    return apus_tls_create(&(apus_tls_options){ .certificates = &pair,
                                                .n_certificates = 1,
                                                .protocols = "h2,http/1.1" },
                           &page->tls, err);
}

static apus_rc open_server(struct error_page *page, int listener,
                           const struct development_certificate *c, apus_err *err)
{
    int fd = -1;
    apus_rc rc = apus_loop_create(&page->loop, err);
    if (!rc)
        rc = apus_http_server_create(page->loop, NULL, answer, page, &page->server, err);
    if (!rc && c)
        rc = open_tls(page, c, err);
    if (!rc)
        rc = apus_socket_duplicate(listener, &fd);
    if (rc)
        return rc;
    rc = page->tls ? apus_http_server_listen_tls(page->server, fd, page->tls, err)
                   : apus_http_server_listen(page->server, fd, err);
    if (rc)
        apus_socket_close(fd);
    return rc;
}

struct error_page *error_page_open(int listener, const struct development_certificate *certificate)
{
    apus_err err = { .msg = "out of memory" };
    struct error_page *page = calloc(1, sizeof(*page));
    if (page) {
        page->errors = "";
        if (open_server(page, listener, certificate, &err) == APUS_OK)
            return page;
    }
    complain("nothing is answered until a build is good: %s", err.msg);
    error_page_close(page);
    return NULL;
}

void error_page_answer(struct error_page *page, const char *errors, int wait_ms)
{
    page->errors = errors;
    apus_loop_turn(page->loop, wait_ms * APUS_MILLISECOND);
}

void error_page_close(struct error_page *page)
{
    if (!page)
        return;
    apus_http_server_destroy(page->server);
    apus_loop_destroy(page->loop);
    apus_tls_destroy(page->tls);
    free(page);
}
