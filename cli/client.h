/* cli/client.h - one HTTP request to a service on this machine. */
#ifndef APUS_CLI_CLIENT_H
#define APUS_CLI_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/arena.h"

struct reply {
    int status; /* 0: no answer that can be read */
    apus_str content_type;
    apus_str body;
    bool is_whole; /* nothing of the body is missing */
};

/* Where requests go, and what each of them says besides. */
struct service {
    uint16_t port;
    const char *header; /* "Name: value", or NULL */
    const char *query;  /* "name=value", at the end of each target; or NULL */
};

/* Sends one request over a connection of its own and reads the answer to its end, for at
 * most 10 s.  headers are whole lines, "" for none.  false when there was no whole answer. */
bool client_send(apus_arena *arena, const struct service *to, const char *method,
                 const char *target, const char *headers, const char *content_type, apus_str body,
                 struct reply *out);

/* The same for an answer that may never end: it is read until it does, or until nothing more has
 * come for `quiet_ms`, or enough has.  Chunks are undone.  out->is_whole says which; without any
 * head in that time, out->status is 0 and the result true: nobody has said anything yet. */
bool client_listen(apus_arena *arena, const struct service *to, const char *method,
                   const char *target, const char *headers, const char *content_type, apus_str body,
                   int quiet_ms, struct reply *out);

#endif
