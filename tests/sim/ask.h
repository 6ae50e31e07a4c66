/* One request that a client may make, and the answer that it must get. */
#ifndef TESTS_SIM_ASK_H
#define TESTS_SIM_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <apus/buf.h>
#include <apus/str.h>

struct answer;

/* Bytes of a file, both included; first -1: the last `last` of them; last INT64_MAX: to its end. */
typedef struct ask_part {
    int64_t first, last;
} ask_part;

typedef struct ask {
    const char *method;
    char path[96];
    char content_type[64]; /* "" without a body */
    struct {
        const char *name;
        char value[96];
    } headers[2]; /* further ones, in lower case */
    unsigned n_headers;
    apus_buf body;
    bool is_chunked;
    bool is_tunnel;   /* a WebSocket over HTTP/2: body and answer are its frames; ... */
    size_t goodbye;   /* ... from there on in the body it closes, ... */
    size_t before_it; /* ... once so much of the answer has come */
    unsigned status;
    apus_buf answer; /* the body that must come; not looked at unless the status is 200 */

    /* what is wrong with the answer, or NULL; in the place of both, where it is set */
    const char *(*judge)(const struct ask *a, const struct answer *got);
    int64_t made_at;
    bool touches_disk; /* more than a body does that is too long for memory */
    int file;          /* of the shelf, and ... */
    ask_part parts[2]; /* ... which of it is wanted */
    unsigned n_parts;
    char kept[48]; /* the name of the file that it brings */
} ask;

/* One that the seed chooses.  Ends with ask_finish. */
void ask_make(ask *a);
void ask_finish(ask *a);

/* A WebSocket whose messages come back, and which it then closes. */
void ask_make_tunnel(ask *a);

/* All of a file of the shelf, or what is left behind the `at` bytes of that edition. */
void ask_make_rest(ask *a, int file, const char *etag, int64_t at);

/* As HTTP/1.1, with further header lines. */
void ask_write(const ask *a, const char *headers, apus_buf *to);

#endif
