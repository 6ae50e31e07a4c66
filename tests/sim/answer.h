/* Answers of HTTP/1.1, read by somebody else than the server's own code. */
#ifndef TESTS_SIM_ANSWER_H
#define TESTS_SIM_ANSWER_H

#include <stdbool.h>

#include <apus/buf.h>
#include <apus/str.h>

typedef struct answer {
    unsigned status;
    bool closes;   /* the connection, so it says */
    apus_str head; /* in the bytes that were read */
    apus_buf body; /* to be finished by whoever read it */
} answer;

typedef enum answer_rc {
    ANSWER_WHOLE,
    ANSWER_PART,  /* as far as it goes it is one */
    ANSWER_WRONG, /* it is none */
} answer_rc;

/* Takes one answer off the front of *bytes; interim ones (1xx) are passed over, but for 101.
 * `method` is what was asked with: the answer to HEAD has no body. */
answer_rc answer_read(apus_str *bytes, const char *method, answer *a);

/* The same without the body, which the caller takes. */
answer_rc answer_read_head(apus_str *bytes, answer *a);

/* Takes lines and the empty one behind them; false when they are not whole. */
bool answer_take_head(apus_str *bytes, apus_str *head);

/* The value of a header, or "". */
apus_str answer_header(const answer *a, apus_str name);

#endif
