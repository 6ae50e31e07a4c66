/* A talk with the server over a pipe: bytes in steps, requests as the handler saw them, answers.
 * What fuzz_connection.c and fuzz_h2.c have in common. */
#ifndef FUZZ_TALK_H
#define FUZZ_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/http.h"
#include "apus/loop.h"

typedef struct talk {
    uint64_t requests; /* a hash of all, in order */
    size_t n_requests;
    uint64_t bodies; /* of those that the handler read, in any order */
    size_t n_lost;   /* of all, those whose body the client did not finish */
    size_t n_over;   /* of all, those whose memory was given back */
    bool was_closed; /* by the server, before the client left */
    apus_buf out;    /* all that was answered; talk_finish gives it back */
} talk;

/* Sends `greeting` whole and then `bytes` in pieces of `step`; the handler answers 200 with the
 * request's body, for paths that begin with /l with `lent` bytes that are not copied, with /p in
 * pieces; of /s it reads the body itself.  Aborts when the machine has no memory. */
talk talk_hold(const apus_http_limits *limits, size_t lent, apus_str greeting, apus_str bytes,
               size_t step);
void talk_finish(talk *t);

#endif
