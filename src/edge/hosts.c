/* Trusted hosts: refusing requests for names that are not ours. */
#include "apus/hosts.h"

#include "apus/host.h"
#include "apus/middleware.h"
#include "apus/req.h"

apus_rc apus__hosts_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_hosts_options *o = settings;
    (void)a;
    if (!o->allowed[0])
        return apus_err_set(err, APUS_INVALID, "no host is allowed: say .allowed = { ... }");
    for (size_t i = 0; i < APUS_HOSTS_MAX && o->allowed[i]; i++) {
        if (!apus_host_is_pattern(apus_str_of(o->allowed[i])))
            return apus_err_set(err, APUS_INVALID,
                                "\"%s\" is no host: a '*' stands alone, or in front as in "
                                "\"*.shop.example\"",
                                o->allowed[i]);
    }
    *out = o;
    return APUS_OK;
}

static bool has_www(const apus_hosts_options *o, apus_str name)
{
    for (size_t i = 0; i < APUS_HOSTS_MAX && o->allowed[i]; i++) {
        apus_str one = apus_str_of(o->allowed[i]);
        if (apus_str_starts(one, APUS_STR("www.")) &&
            apus_str_eq_nocase(apus_str_slice(one, 4, SIZE_MAX), name))
            return true;
    }
    return false;
}

void apus__hosts_run(apus_req *req, apus_next *next)
{
    const apus_hosts_options *o = apus_next_settings(next);
    const apus_http_request *http = apus_req_http(req);
    apus_str name = apus_host_name(http->host);
    for (size_t i = 0; i < APUS_HOSTS_MAX && o->allowed[i]; i++) {
        if (apus_host_fits(apus_str_of(o->allowed[i]), name)) {
            apus_next_run(next);
            return;
        }
    }
    if (!o->no_www && has_www(o, name)) {
        apus_str url = apus_strf(req, "%.*s://www.%.*s%.*s%s%.*s", APUS_FMT(http->scheme),
                                 APUS_FMT(http->host), APUS_FMT(apus_req_path(req)),
                                 http->query.len ? "?" : "", APUS_FMT(http->query));
        apus_next_answer(next, apus_redirect(req, 307, url.ptr));
        return;
    }
    apus_next_answer(next, apus_text(req, APUS_STR("Invalid host header")));
    apus_set_status(req, 400);
}
