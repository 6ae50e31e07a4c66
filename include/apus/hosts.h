/* apus/hosts.h - which names this service answers to, and that it is called by HTTPS.
 *
 *     TrustedHosts(hosts, .allowed = { "shop.example", "*.shop.example" });
 *     Https(https, .hsts = 31536000);
 *     App(shop, title = "Shop", version = "1.0.0", middleware = [hosts, https]);
 *
 * A request for another host is refused with 400: links and redirects are made of the
 * Host header, and a cache or a mail must not carry somebody else's.
 *
 * Behind a proxy that ends TLS, Proxies (apus/proxy.h) tells what the client used; put it
 * in front of both. */
#ifndef APUS_HOSTS_H
#define APUS_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

enum { APUS_HOSTS_MAX = 32 }; /* names of a list */

typedef struct apus_hosts_options {
    char apus__;                         /* not yours */
    const char *allowed[APUS_HOSTS_MAX]; /* without port; "*.shop.example" is every name below,
                                            "*" any; up to the first NULL */
    bool no_www;                         /* do not send shop.example to www.shop.example where
                                            only the latter is allowed */
} apus_hosts_options;

typedef struct apus_https_options {
    char apus__;     /* not yours */
    int64_t hsts;    /* seconds of Strict-Transport-Security (RFC 6797) on answers by HTTPS;
                        0: no such header */
    bool subdomains; /* ... for all names below, too */
    bool preload;    /* ... and browsers may build it in */
    int status;      /* of the redirect; 307 unless said */
} apus_https_options;

/* Each begins with the name for `middleware = [...]`. */
#define APUS_TRUSTED_HOSTS(...)                                                                    \
    APUS_MIDDLEWARE(                                                                               \
        APUS__FIRST(__VA_ARGS__), .run = apus__hosts_run, .prepare = apus__hosts_prepare,          \
        .settings = &(const apus_hosts_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })
#define APUS_HTTPS(...)                                                                            \
    APUS_MIDDLEWARE(                                                                               \
        APUS__FIRST(__VA_ARGS__), .run = apus__https_run, .prepare = apus__https_prepare,          \
        .settings = &(const apus_https_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })

#ifndef APUS_NO_SHORT_NAMES
#define TrustedHosts APUS_TRUSTED_HOSTS
#define Https        APUS_HTTPS
#endif

void apus__hosts_run(apus_req *req, apus_next *next);
void apus__https_run(apus_req *req, apus_next *next);
apus_rc apus__hosts_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err);
apus_rc apus__https_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err);

APUS_API_END

#endif
