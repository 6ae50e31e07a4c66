#include "serve/observing.h"

#include <string.h>

#include "serve/admin.h"

enum { STATUS_LEFT = 499 }; /* the client left before there was an answer: nginx's number */

/* --- the access log --- */

/* Names as they are told one by one; the first failure counts. */
struct names {
    apus_access_log *log;
    apus_rc (*add)(apus_access_log *log, apus_str name);
    apus_rc rc;
};

static void add_name(void *ctx, apus_str name)
{
    struct names *n = ctx;
    if (!n->rc && name.len)
        n->rc = n->add(n->log, name);
}

static apus_rc add_list(struct names *n, const char *list)
{
    while (list && *list) {
        size_t len = strcspn(list, ",");
        add_name(n, apus_str_trim((apus_str){ list, len }));
        list += len + (list[len] == ',');
    }
    return n->rc;
}

static apus_rc add_names(apus_access_log *log, const apus__options *options,
                         const apus_service *service, apus_err *err)
{
    struct names secrets = { .log = log, .add = apus_access_log_secret };
    struct names headers = { .log = log, .add = apus_access_log_header };
    apus_service_secrets(service, add_name, &secrets);
    if (add_list(&secrets, options->access_log_secrets))
        return apus_err_set(err, secrets.rc, "--access-log-secrets: over %d names",
                            APUS_ACCESS_SECRETS_MAX);
    if (add_list(&headers, options->access_log_headers))
        return apus_err_set(err, headers.rc, "--access-log-headers: over %d names",
                            APUS_ACCESS_HEADERS_MAX);
    return APUS_OK;
}

apus_rc apus__observing_open_log(apus__observing *o, const apus__options *options,
                                 const apus_service *service,
                                 void (*trouble)(void *ctx, const apus_err *err), void *ctx,
                                 apus_err *err)
{
    bool is_json = strcmp(options->access_log_format, "json") == 0;
    apus_access_log_options log = { .path = options->access_log,
                                    .form = is_json ? APUS_ACCESS_json : APUS_ACCESS_combined,
                                    .trouble = trouble,
                                    .ctx = ctx };
    if (!is_json && strcmp(options->access_log_format, "combined") != 0)
        return apus_err_set(err, APUS_INVALID, "--access-log-format: json or combined, not \"%s\"",
                            options->access_log_format);
    if (strcmp(options->access_log, "off") == 0)
        return APUS_OK;
    apus_rc rc = apus_access_log_open(&log, &o->log, err);
    return rc ? rc : add_names(o->log, options, service, err);
}

bool apus__observing_wants(const apus__observing *o)
{
    return o->traffic.table || o->log;
}

/* --- requests --- */

static void count(apus_traffic_counter *c, const apus_http_request *r, apus_str route,
                  uint16_t status, const apus_http_outcome *o)
{
    apus_traffic_event e = { .route = route,
                             .method = r->method,
                             .status = status,
                             .version = (uint8_t)r->version,
                             .is_encrypted = r->security != NULL,
                             .duration = o->duration,
                             .bytes_in = r->body.len,
                             .bytes_out = o->body_bytes };
    apus_traffic_count(c, &e);
}

void apus__observe(void *observing, const apus_exchange *x, const apus_http_outcome *o)
{
    apus__observing *to = observing;
    apus_request_facts facts;
    if (x->app == apus__admin_mark)
        return;
    apus_service_describe(x, &facts);
    uint16_t status = o->status ? o->status : STATUS_LEFT;
    if (to->traffic.table)
        count(&to->traffic, &x->request, facts.route, status, o);
    if (to->log)
        apus_access_log_add(to->log, &(apus_access_entry){ .request = &x->request,
                                                           .route = facts.route,
                                                           .id = facts.id,
                                                           .status = status,
                                                           .bytes = o->body_bytes,
                                                           .duration = o->duration,
                                                           .ended = o->ended });
}
