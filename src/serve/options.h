/* What a program is told on its command line and in its environment. */
#ifndef APUS_SERVE_OPTIONS_H
#define APUS_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "apus/arena.h"
#include "apus/rc.h"
#include "apus/route.h"

typedef enum apus__command {
    APUS__COMMAND_serve,
    APUS__COMMAND_test,
    APUS__COMMAND_openapi,
    APUS__COMMAND_help,
    APUS__COMMAND_markdown,
    APUS__COMMAND_man,
    APUS__COMMAND_version,
} apus__command;

typedef struct apus__options {
    apus__command command;
    const char *filter;    /* of test, or NULL */
    const char *host;      /* one address, or several with commas between */
    const char *unix_path; /* or NULL: host and port */
    int64_t port;
    int64_t backlog;  /* connections that may wait in front of each listener */
    int64_t workers;  /* 0: this process serves by itself */
    int64_t stuck;    /* seconds that a worker's loop may be silent; 0: for ever */
    int64_t start;    /* seconds that a worker may take to start */
    const char *user; /* "name" or "name:group" to run as, or NULL */
    const char *pid_file;
    int64_t drain;       /* seconds that requests in flight get when stopping ... */
    int64_t drain_delay; /* ... and before that, while all goes on as ever */
    const char *admin;   /* an address for /metrics, /live and /ready, or NULL */
    const char *metrics; /* paths of the service for them, or NULL */
    const char *live, *ready;
    const char *access_log;          /* a path, "-", or NULL: none */
    const char *access_log_format;   /* "json" or "combined" */
    const char *access_log_headers;  /* "x-tenant,x-trace", or NULL */
    const char *access_log_secrets;  /* further names, or NULL */
    int64_t body_max;                /* bytes */
    int64_t connections_max;         /* of this process, as those that follow */
    int64_t connections_per_address; /* 0: as many as connections_max */
    const char *connections_exempt;  /* "10.0.0.0/8,unix" */
    int64_t requests_max;            /* at once; 0: as connections_max */
    int64_t target_max, head_max;    /* bytes */
    int64_t headers_max, pipeline_max, streams_max;
    int64_t head_timeout, body_timeout, idle_timeout, write_timeout; /* seconds */
    int64_t rate_min;                                                /* bytes a second */
    int64_t request_memory;                                          /* bytes */
    int64_t worker_memory;       /* bytes; 0: no limit of ours */
    const char *shed;            /* "on" or "off" */
    int64_t concurrency_max;     /* requests at once */
    const char *trusted_proxies; /* "10.0.0.0/8,unix"; or NULL: none */
    const char *proxy_protocol;  /* "10.0.0.0/8"; or NULL: nobody tells */
    const char *root_path;       /* or NULL: as the app says */
    const char *docs;            /* "on", "off", or NULL */
    const char *tls_cert;        /* PEM files with commas between; or NULL: no TLS ... */
    const char *tls_key;         /* ... and the key of each */
    const char *tls_clients;     /* who signs the certificates that clients must show, or NULL */
    int64_t tls_min;             /* 12 or 13 */
    int64_t redirect_http;       /* a port, or 0 */
    const char *acme;            /* the folder with answers to an authority's challenges, or NULL */
    int64_t hsts;                /* seconds, or 0 */
    const char *config;          /* the file that was read, or NULL */
    char **from_file;            /* what it said, as variables; NULL at the end.  NULL: nothing */
    apus_arena memory;           /* of what it said */
} apus__options;

/* Defaults, then the file that --config names, then the environment, then the command line.  A
 * worker has in its environment what the file said when its version was started, and does not
 * read it again.
 *
 * APUS_OK; APUS_INVALID with a sentence in *err, and nothing is to be finished. */
apus_rc apus__options_read(int argc, char **argv, apus__options *out, apus_err *err) APUS_NODISCARD;

/* Once for all copies. */
void apus__options_finish(apus__options *o);

/* What is said of an option. */
typedef struct apus__option_text {
    const char *flag, *argument, *variable;
    const char *unless_set; /* NULL: nothing */
    bool is_number;         /* that is */
    const char *help;
} apus__option_text;

/* Of each, in the order of --help. */
void apus__options_each(void (*fn)(void *ctx, const apus__option_text *o), void *ctx);

#endif
