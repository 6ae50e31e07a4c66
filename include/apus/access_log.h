/* apus/access_log.h - one line for each request that is over.
 *
 *     apus_access_log_open(&(apus_access_log_options){ .path = "/var/log/shop.log",
 *                                                      .form = APUS_ACCESS_json }, &log, &err);
 *     apus_access_log_secret(log, "voucher");
 *     apus_access_log_add(log, &entry);
 *
 * As JSON (RFC 8259), one object a line, or in the combined format that log analysers read.
 * What clients sent is escaped, so that it can forge neither a line nor a member; long values
 * are cut.  Secrets are masked: values of query parameters (of the Referer as well) and of
 * headers whose names are secret are written as "***".
 *
 * Adding never waits (apus/lines.h) and costs the loop some 0.35 us.  MEMORY is taken when it is
 * opened.
 * THREADS: one. */
#ifndef APUS_ACCESS_LOG_H
#define APUS_ACCESS_LOG_H

#include "apus/api.h"
#include "apus/http.h"
#include "apus/lines.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef enum apus_access_form { APUS_ACCESS_json, APUS_ACCESS_combined } apus_access_form;

enum {
    APUS_ACCESS_HEADERS_MAX = 16,  /* headers that are written by name */
    APUS_ACCESS_SECRETS_MAX = 256, /* names, those that are built in among them */
    APUS_ACCESS_VALUE_MAX = 1024,  /* bytes of a value; longer ones are cut */
};

typedef struct apus_access_log_options {
    const char *path; /* as apus_lines_options, and so are trouble and ctx */
    apus_access_form form;
    void (*trouble)(void *ctx, const apus_err *err);
    void *ctx;
} apus_access_log_options;

/* A request that is over. */
typedef struct apus_access_entry {
    const apus_http_request *request;
    apus_str route, id; /* "": none */
    uint16_t status;
    uint64_t bytes;   /* of the answer's body */
    int64_t duration; /* ns */
    int64_t ended;    /* ns, of the monotonic clock */
} apus_access_entry;

typedef struct apus_access_log apus_access_log;

/* APUS_OK; APUS_IO or APUS_NOMEM with a sentence in *err. */
apus_rc apus_access_log_open(const apus_access_log_options *options, apus_access_log **out,
                             apus_err *err) APUS_NODISCARD;

/* The value of a query parameter or header of that name is never written; names are compared
 * without case, and copied.  Built in are authorization, proxy-authorization, cookie,
 * x-api-key; access_token, id_token, refresh_token, token, api_key, apikey, password, passwd,
 * secret, client_secret, signature, sig, code.  APUS_OK, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus_access_log_secret(apus_access_log *log, apus_str name) APUS_NODISCARD;

/* Writes that header of each request that has it, in JSON, as a member of "headers".  Copied.
 * APUS_OK, APUS_LIMIT or APUS_NOMEM. */
apus_rc apus_access_log_header(apus_access_log *log, apus_str name) APUS_NODISCARD;

/* One line.  Does not wait: one that finds no room is dropped and counted. */
void apus_access_log_add(apus_access_log *log, const apus_access_entry *e);

/* Somebody has moved the file: the path is opened anew.  Nothing is lost. */
void apus_access_log_reopen(apus_access_log *log);

/* As apus_lines_close.  NULL is fine. */
void apus_access_log_close(apus_access_log *log, int64_t patience);

/* The line itself, as it would be written, for tests: in *to, which is emptied first. */
void apus__access_line(apus_access_log *log, const apus_access_entry *e, apus_buf *to);

APUS_API_END

#endif
