/* How a failure reads on the wire: one table of forms, chosen by App(problems = ...). */
#ifndef APUS_APP_FAILURE_H
#define APUS_APP_FAILURE_H

#include "apus/http.h"
#include "apus/problem.h"
#include "apus/route.h"

/* What there is to say. */
typedef struct apus__said {
    unsigned status;
    const char *code;        /* or NULL */
    apus_str detail;         /* JSON; empty where `problems` says it */
    apus_problems *problems; /* of a 422, or NULL */
} apus__said;

/* Sets content type and body of *reply in the app's form; where memory is out, those of a
 * 503 and its status. */
void apus__failure_write(const apus_app *app, apus_arena *a, const apus__said *said,
                         apus_http_reply *reply);

/* What the app's form says when memory is out: static. */
void apus__failure_no_memory(const apus_app *app, apus_http_reply *reply);

#endif
