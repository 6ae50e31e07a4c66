/* One request that a client may make, and the answer that it must get. */
#ifndef TESTS_SIM_ASK_H
#define TESTS_SIM_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <apus/buf.h>
#include <apus/str.h>

typedef struct ask {
    const char *method;
    char path[96];
    char content_type[32]; /* "" without a body */
    apus_buf body;
    bool is_chunked;
    unsigned status;
    apus_buf answer; /* the body that must come; not looked at unless the status is 200 */
} ask;

/* One that the seed chooses.  Ends with ask_finish. */
void ask_make(ask *a);
void ask_finish(ask *a);

/* As HTTP/1.1, with further header lines. */
void ask_write(const ask *a, const char *headers, apus_buf *to);

#endif
