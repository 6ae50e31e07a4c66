#ifndef APUS_APP_TEST_CLIENT_H
#define APUS_APP_TEST_CLIENT_H

#include "apus/http.h"
#include "apus/test.h"

enum { APUS__TEST_SECONDS_MAX = 20 }; /* that a client waits for anything */

struct apus__test_header {
    struct apus__test_header *next;
    apus_str name, value;
};

struct apus__test_cookie {
    struct apus__test_cookie *next;
    apus_str name, value, path;
};

struct apus_test {
    struct apus_loop *loop;
    struct apus_service *service;
    apus_http_server *server;
    apus_arena arena;
    struct apus__test_header *headers;
    apus_str from; /* the client's address; empty: none of a network */
    struct apus__test_cookie *cookies;
    apus_str prefix;        /* of apus_test_base_url */
    unsigned redirects_max; /* followed from one request on */
    apus_test_socket *sockets;
};

/* Memory that lives until apus_test_stop. */
apus_arena *apus__test_arena(apus_test *t);

/* Ends the test with a text that says all.  Does not return unless the function
 * given to apus_test_on_fail does. */
void apus__test_fail(const char *text);
void apus__test_fail_now(const char *fmt, ...) APUS_PRINTF(1, 2);

/* What the client itself cannot do without. */
void apus__test_need(bool holds, const char *what);

/* Request line and headers, those of apus_test_header and Host. */
void apus__test_write_head(const apus_test *t, const char *method, const char *path, apus_buf *to);

/* test_cookies.c: keeps what a head sets; writes the header for a path. */
void apus__test_cookies_take(apus_test *t, apus_str head);
void apus__test_cookies_write(const apus_test *t, const char *path, apus_buf *to);

/* test_requests.c: the answer behind the redirects that are followed. */
typedef apus_answer apus__test_send(apus_test *t, const char *method, const char *path,
                                    const char *content_type, apus_str body);
apus_answer apus__test_followed(apus_test *t, apus_answer a, const char *content_type,
                                apus_str body, apus__test_send *send);

/* The length of the head that `all` begins with; 0: it is not whole. */
size_t apus__test_head_end(apus_str all);

/* Status, head and body of an answer as it came. */
void apus__test_cut_answer(apus_str all, const char *method, apus_answer *a);

/* test_ws.c: goes away, and gives back what the socket has. */
void apus__test_socket_end(apus_test_socket *s);

#endif
