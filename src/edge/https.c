/* From http to https, and Strict-Transport-Security (RFC 6797). */
#include "apus/hosts.h"
#include "apus/middleware.h"
#include "apus/req.h"

#include <inttypes.h>

struct https {
    int status;
    const char *hsts; /* as it is sent, or NULL */
};

apus_rc apus__https_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_https_options *o = settings;
    struct https *h = APUS_NEW(a, struct https, 1);
    if (!h)
        return APUS_NOMEM;
    h->status = o->status ? o->status : 307;
    if (h->status < 301 || h->status > 308)
        return apus_err_set(err, APUS_INVALID, "%d is no status of a redirect", o->status);
    if (!o->hsts && (o->subdomains || o->preload))
        return apus_err_set(err, APUS_INVALID,
                            "subdomains and preload are part of hsts: say for how many seconds");
    *out = h;
    if (o->hsts <= 0)
        return APUS_OK;
    h->hsts =
        apus_arena_strf(a, "max-age=%" PRId64 "%s%s", o->hsts,
                        o->subdomains ? "; includeSubDomains" : "", o->preload ? "; preload" : "")
            .ptr;
    return h->hsts ? APUS_OK : APUS_NOMEM;
}

/* Port 80 does not speak TLS, and 443 need not be named. */
static apus_str host_for_https(apus_str host)
{
    if (apus_str_ends(host, APUS_STR(":80")))
        return apus_str_slice(host, 0, host.len - 3);
    if (apus_str_ends(host, APUS_STR(":443")))
        return apus_str_slice(host, 0, host.len - 4);
    return host;
}

void apus__https_run(apus_req *req, apus_next *next)
{
    const struct https *h = apus_next_settings(next);
    const apus_http_request *http = apus_req_http(req);
    if (apus_str_eq(http->scheme, APUS_STR("https"))) {
        if (h->hsts)
            apus_set_header(req, "strict-transport-security", h->hsts);
        apus_next_run(next);
        return;
    }
    if (!http->host.len) {
        apus_fail(req, 400, NULL, "There is no Host to redirect to");
        return;
    }
    apus_str host = host_for_https(http->host);
    apus_str url =
        apus_strf(req, "https://%.*s%.*s%s%.*s", APUS_FMT(host), APUS_FMT(apus_req_path(req)),
                  http->query.len ? "?" : "", APUS_FMT(http->query));
    apus_next_answer(next, apus_redirect(req, h->status, url.ptr));
}
