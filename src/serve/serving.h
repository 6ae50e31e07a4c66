/* One process that answers requests: alone, or as a worker. */
#ifndef APUS_SERVE_SERVING_H
#define APUS_SERVE_SERVING_H

#include <stdbool.h>

#include "apus/loop.h"
#include "apus/main.h"
#include "apus/tls.h"
#include "apus/value.h"
#include "serve/admin.h"
#include "serve/limits.h"
#include "serve/listeners.h"
#include "serve/observing.h"
#include "serve/options.h"
#include "serve/redirect.h"

/* Between the moment from which nobody connects any more and the last look at the queue:
 * handshakes that have begun end, and by then workers are the last who hold their sockets. */
#define APUS__LAST_LOOK (200 * APUS_MILLISECOND)

/* What the access log gets to write its last lines. */
#define APUS__LAST_LINES (2 * APUS_SECOND)

/* What cancelled requests get to clean up; a second more than a request has. */
#define APUS__CLEANUP (6 * APUS_SECOND)

typedef struct apus__serving {
    const apus_app *app;
    const apus__options *options;
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    struct apus_tls *tls;           /* or NULL */
    apus_http_server *admin_server; /* or NULL */
    apus__admin admin;
    apus__observing observing;
    apus__phase own_phase; /* of who serves alone */
    apus__redirect redirect;
    apus__limiting limiting;
    bool retires, stops;
} apus__serving;

/* What a worker has of its supervisor. */
typedef struct apus__common {
    apus__board *board; /* NULL for who serves alone */
    uint32_t cell, slot;
    const apus__share *shares; /* those for admin are answered from the beginning */
    uint32_t n_shares;
} apus__common;

/* Makes a zeroed one ready to listen: what the app's worker needs is there.  On failure
 * apus__serving_close ends it. */
apus_rc apus__serving_open(apus__serving *s, const apus_app *app, const apus__options *options,
                           const apus__common *common, apus_err *err) APUS_NODISCARD;

/* Accepts on a listening socket, with TLS if the options say so and it is not the port that
 * redirects; otherwise as apus_http_server_listen. */
apus_rc apus__serving_listen(apus__serving *s, int fd, apus_err *err) APUS_NODISCARD;

/* Answers requests until it has stopped or retired. */
void apus__serving_run(apus__serving *s);

/* Within apus__serving_run: lets requests in flight finish, at most options->drain seconds;
 * a stop closes idle connections, a retirement waits for their next request. */
void apus__serving_stop(apus__serving *s);
void apus__serving_retire(apus__serving *s);

/* The access log was moved. */
void apus__serving_reopen(apus__serving *s);

void apus__serving_close(apus__serving *s);

#endif
