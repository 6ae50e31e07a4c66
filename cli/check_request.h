/* Requests of `apus check`: made from what an operation's document says of its parameters and its
 * body.
 *
 * One of the parameters may be under attack: it has the value `with`, or is left out where that is
 * NULL; the others have good ones, and stand only where they are required.  Texts live in *a. */
#ifndef APUS_CLI_CHECK_REQUEST_H
#define APUS_CLI_CHECK_REQUEST_H

#include "apus/json.h"

/* An operation, and what is sent with every request. */
struct asked {
    const apus_json *document;
    const apus_json *json; /* of the operation, in the document */
    const char *path;      /* the template */
    const char *query;     /* "key=sesame", or NULL */
};

/* What a body is made of, and how it is written; type is NULL where there is none. */
struct body {
    const char *type;
    const apus_json *schema, *encoding;
};

/* The path with its parameters filled in, then the query. */
const char *request_target(const struct asked *o, apus_arena *a, const apus_json *attacked,
                           const apus_json *with);

/* Headers and cookies: "name: value\r\n"... */
const char *request_headers(const struct asked *o, apus_arena *a, const apus_json *attacked,
                            const apus_json *with);

struct body request_body(const struct asked *o);

/* The value as such a body; of bytes always the same. */
apus_str request_body_write(apus_arena *a, const struct asked *o, const struct body *body,
                            const apus_json *v);

/* As a Content-Type says it, boundary included; or NULL. */
const char *request_body_type(apus_arena *a, const struct body *body);

apus_str request_json(apus_arena *a, const apus_json *v);

/* Whether leaving it out, or that value of it, must be refused.  All arrives as text: a text is
 * held to a text's rules, a number to a number's. */
bool request_must_refuse(const struct asked *o, apus_arena *a, const apus_json *p,
                         const apus_json *v);

#endif
