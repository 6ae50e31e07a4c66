/* Requests without TLS are answered with 308 to the same URL by HTTPS, which keeps method and
 * body; only for hosts that a certificate is for: a redirect to anywhere else would be the
 * client's words, not ours, and could be kept by a cache for others.  An authority's challenge
 * (ACME's http-01, RFC 8555 section 8.3) comes without TLS and is answered from a folder. */
#include "serve/redirect.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "apus/host.h"
#include "apus/middleware.h"
#include "apus/req.h"

enum {
    TOKEN_MAX = 256, /* bytes of a challenge's token */
    PORT_HTTP = 80,
    PORT_HTTPS = 443,
};

static bool is_token(apus_str s)
{
    bool good = s.len > 0 && s.len <= TOKEN_MAX;
    for (size_t i = 0; good && i < s.len; i++)
        good = isalnum((unsigned char)s.ptr[i]) || s.ptr[i] == '-' || s.ptr[i] == '_';
    return good;
}

/* The name of the file that answers an authority; empty when the request is none of its. */
static apus_str challenge_of(const apus__redirect *r, const apus_http_request *http)
{
    static const apus_str prefix = APUS_STR_INIT("/.well-known/acme-challenge/");
    bool reads = http->method == APUS_METHOD_GET || http->method == APUS_METHOD_HEAD;
    if (!r->options->acme || !reads || !apus_str_starts(http->path, prefix))
        return APUS_STR("");
    apus_str token = apus_str_slice(http->path, prefix.len, http->path.len);
    return is_token(token) ? token : APUS_STR("");
}

/* Who names our port is sent to our other one; who names another (80 is not written) came by
 * somebody who maps ports, and will find HTTPS where it is usual. */
static unsigned port_for(const apus__redirect *r, apus_str host)
{
    apus_str name = apus_host_name(host);
    unsigned came_by = PORT_HTTP;
    if (host.len > name.len) {
        came_by = 0;
        for (size_t i = name.len + 1; i < host.len && came_by <= UINT16_MAX; i++)
            came_by = came_by * 10 + (unsigned)(host.ptr[i] - '0');
    }
    return came_by == r->options->redirect_http && r->port ? r->port : PORT_HTTPS;
}

/* Brackets and port are not part of a name. */
static apus_str bare_name(apus_str host)
{
    apus_str name = apus_host_name(host);
    bool is_bracketed = name.len > 2 && name.ptr[0] == '[';
    return is_bracketed ? apus_str_slice(name, 1, name.len - 1) : name;
}

static apus_response *by_https(const apus__redirect *r, apus_req *req)
{
    const apus_http_request *http = apus_req_http(req);
    char port[16] = "";
    unsigned number = port_for(r, http->host);
    apus_str name = apus_host_name(http->host);
    if (number != PORT_HTTPS)
        snprintf(port, sizeof(port), ":%u", number);
    apus_str url =
        apus_strf(req, "https://%.*s%s%.*s%s%.*s", APUS_FMT(name), port,
                  APUS_FMT(apus_req_path(req)), http->query.len ? "?" : "", APUS_FMT(http->query));
    return apus_redirect(req, 308, url.ptr);
}

static void run(apus_req *req, apus_next *next)
{
    const apus__redirect *r = apus_next_settings(next);
    const apus_http_request *http = apus_req_http(req);
    bool is_plain = !apus_str_eq(http->scheme, APUS_STR("https"));
    if (!is_plain && r->hsts[0])
        apus_set_header(req, "strict-transport-security", r->hsts);
    if (!is_plain || !r->options->redirect_http) {
        apus_next_run(next);
        return;
    }
    apus_str token = challenge_of(r, http);
    apus_folder_options folder = { .folder = r->options->acme };
    if (token.len)
        apus_next_answer(next, apus_folder(req, token, &folder));
    else if (apus_tls_is_for(r->tls, bare_name(http->host)))
        apus_next_answer(next, by_https(r, req));
    else
        apus_fail(req, 400, NULL, "There is no certificate for this host");
}

apus_rc apus__redirect_set(apus__redirect *r, apus_service *service, const apus__options *o,
                           const apus_tls *tls, apus_err *err)
{
    static apus_middleware m = { .name = "--redirect-http", .run = run };
    if (!o->redirect_http && !o->hsts)
        return APUS_OK;
    *r = (apus__redirect){ .options = o, .tls = tls };
    if (o->hsts)
        snprintf(r->hsts, sizeof(r->hsts), "max-age=%" PRId64, o->hsts);
    m.settings = r;
    return apus_service_put_around(service, &m, err);
}
