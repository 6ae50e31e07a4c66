/* apus/proxy.h - what the client used, where a proxy in front of us tells.
 *
 *     Proxies(proxies, .trusted = { "10.0.0.0/8", "::1" });
 *     App(shop, title = "Shop", version = "1.0.0", middleware = [proxies, hosts]);
 *
 * Only what a trusted peer says counts.  X-Forwarded-For is read from the right: each
 * address that is trusted was a proxy, the first that is not is the client; so a client
 * that sends such a header itself changes nothing.  From then on apus_req_client is that
 * address, and scheme, host and root path are what the client saw: in redirects, in
 * apus_req_url, in documents.
 *
 * Put it first in the list.  `--trusted-proxies` does the same for any program.
 *
 * MEMORY: slices of the request's headers.  FIBERS: nothing suspends. */
#ifndef APUS_PROXY_H
#define APUS_PROXY_H

#include <stdbool.h>

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

enum {
    APUS_PROXIES_MAX = 32,      /* networks */
    APUS_PROXIES_HOPS_MAX = 32, /* of one request; those further left are not looked at */
};

/* Where a proxy tells.  One of them: a client's own header of the other kind, which the proxy
 * passes on as it came, must not count. */
typedef enum apus_proxy_header {
    APUS_PROXY_x_forwarded, /* X-Forwarded-For and -Proto */
    APUS_PROXY_forwarded,   /* Forwarded (RFC 7239) */
} apus_proxy_header;

typedef struct apus_proxies_options {
    char apus__;                           /* not yours */
    const char *trusted[APUS_PROXIES_MAX]; /* "127.0.0.1", "10.0.0.0/8", "fd00::/8", "unix" (the
                                              peer of a Unix socket), "*": all */
    apus_proxy_header header;
    bool host;   /* the proxy sets X-Forwarded-Host (or host=) on every request */
    bool prefix; /* ... and X-Forwarded-Prefix, which it took off the path */
} apus_proxies_options;

#define APUS_PROXIES(...)                                                                          \
    APUS_MIDDLEWARE(                                                                               \
        APUS__FIRST(__VA_ARGS__), .run = apus__proxies_run, .prepare = apus__proxies_prepare,      \
        .settings = &(const apus_proxies_options){ .apus__ = 0, APUS__REST(__VA_ARGS__) })

#ifndef APUS_NO_SHORT_NAMES
#define Proxies APUS_PROXIES
#endif

void apus__proxies_run(apus_req *req, apus_next *next);
apus_rc apus__proxies_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err);

APUS_API_END

#endif
