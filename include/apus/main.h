/* apus/main.h - a program that serves an app.
 *
 * apusc writes `int main` where a program has none; it calls apus_main.
 * Options: --host --port ... (see --help); each is also an environment variable
 * (APUS_PORT=9000).  Exit codes: 0 stopped on request, 1 could not start, 2 wrong
 * usage. */
#ifndef APUS_MAIN_H
#define APUS_MAIN_H

#include "apus/api.h"
#include "apus/http.h"
#include "apus/rc.h"
#include "apus/route.h"

APUS_API_BEGIN

/* Reads the options, listens, serves the app and stops gracefully on SIGTERM and SIGINT.
 * Returns the exit code. */
int apus_main(int argc, char **argv, const apus_app *app);

/* An app made ready to answer: its router is built, its patterns compiled. */
typedef struct apus_service apus_service;
struct apus_loop;

/* What is decided where the service starts, not in its source; apus_main has it from its options.
 * Zeroed: as the app says. */
typedef struct apus_service_options {
    const char *root_path;  /* in the place of the app's; NULL: that one */
    bool hides_docs;        /* neither documents nor pages, whatever the app says */
    const char *mock_seed;  /* answers come from the document instead of handlers, chosen by this
                               number; NULL: they do not */
    const char *dev_status; /* the file where a compiler leaves its words: pages show them,
                               answers tell mistakes, memory given back is filled with nonsense; for
                               `apus dev` alone.  NULL: none */
} apus_service_options;

/* Makes one.  APUS_OK, or what is wrong with the tables, a pattern, the options or memory as a
 * sentence in *err.  `app`, `loop` and the texts of *options (NULL: zeroed) must outlive it. */
apus_rc apus_service_create_as(const apus_app *app, struct apus_loop *loop,
                               const apus_service_options *options, apus_service **out,
                               apus_err *err) APUS_NODISCARD;

/* The same, as the app says. */
apus_rc apus_service_create(const apus_app *app, struct apus_loop *loop, apus_service **out,
                            apus_err *err) APUS_NODISCARD;
/* This stands around the app's own middleware, further out than what was put around before;
 * *m is not copied.  Before the first request.  APUS_OK, APUS_LIMIT, APUS_NOMEM, or what its
 * prepare says. */
apus_rc apus_service_put_around(apus_service *s, const apus_middleware *m, apus_err *err)
    APUS_NODISCARD;

/* Makes what the app's worker needs (apus/worker.h), turning the loop as long as that
 * takes; before the first request.  APUS_OK, or what failed as a sentence in *err; the
 * service can then only be destroyed. */
apus_rc apus_service_start(apus_service *s, apus_err *err) APUS_NODISCARD;
/* Ends what the worker made, turning the loop.  No request may be running.  NULL is fine. */
void apus_service_destroy(apus_service *s);

/* The apus_http_handler of a service: ctx is the apus_service. */
void apus_service_handle(void *ctx, apus_exchange *x);

/* What a service knows of a request that is over (see apus_http_server_on_end): x->app is
 * what apus_service_handle left there. */
typedef struct apus_request_facts {
    apus_str route; /* the whole template, "/items/{id}", a pointer that stays the same; "": none
                       was found */
    apus_str id;    /* as in X-Request-Id; "" where it was refused before */
} apus_request_facts;

/* Tells them; *out is valid as long as the exchange. */
void apus_service_describe(const apus_exchange *x, apus_request_facts *out);

/* fn is told the name of each query parameter and header that the contract calls secret:
 * Field(secret), apus_secret, the keys of Security.  Some more than once. */
void apus_service_secrets(const apus_service *s, void (*fn)(void *ctx, apus_str name), void *ctx);

/* The apus_http_refusal that goes with it: refusals of the server read as the app's. */
void apus_service_refuse(void *ctx, apus_exchange *x, const char *detail, apus_http_reply *reply);

/* The apus_http_admission that goes with it: what routes say of the bodies that they take. */
void apus_service_admit(void *ctx, apus_exchange *x, apus_http_terms *terms);

APUS_API_END

#endif
