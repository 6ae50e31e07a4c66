/* Trusted hosts: refusing requests for names that are not ours. */
#include "apus/hosts.h"

#include "apus/middleware.h"
#include "apus/req.h"

apus_rc apus__hosts_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_hosts_options *o = settings;
    (void)a;
    if (!o->allowed[0])
        return apus_err_set(err, APUS_INVALID, "no host is allowed: say .allowed = { ... }");
    for (size_t i = 0; i < APUS_HOSTS_MAX && o->allowed[i]; i++) {
        const char *star = strrchr(o->allowed[i], '*');
        bool fits = !star || (star == o->allowed[i] && (star[1] == '.' || !star[1]));
        if (!fits)
            return apus_err_set(err, APUS_INVALID,
                                "\"%s\" is no host: a '*' stands alone, or in front as in "
                                "\"*.shop.example\"",
                                o->allowed[i]);
    }
    *out = o;
    return APUS_OK;
}

/* Without the port; an IPv6 address keeps its brackets. */
static apus_str name_of(apus_str host)
{
    size_t from = host.len && host.ptr[0] == '[' ? apus_str_find(host, ']') : 0;
    if (from == SIZE_MAX)
        return host;
    size_t colon = apus_str_find(apus_str_slice(host, from, SIZE_MAX), ':');
    return colon == SIZE_MAX ? host : apus_str_slice(host, 0, from + colon);
}

/* "*.shop.example" takes "a.shop.example". */
static bool fits(const char *allowed, apus_str name)
{
    apus_str whole = apus_str_of(allowed);
    if (!whole.len || whole.ptr[0] != '*')
        return apus_str_eq_nocase(whole, name);
    apus_str end = apus_str_slice(whole, 1, SIZE_MAX);
    return name.len >= end.len &&
           apus_str_eq_nocase(apus_str_slice(name, name.len - end.len, SIZE_MAX), end);
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
    apus_str name = name_of(http->host);
    for (size_t i = 0; i < APUS_HOSTS_MAX && o->allowed[i]; i++) {
        if (fits(o->allowed[i], name)) {
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
