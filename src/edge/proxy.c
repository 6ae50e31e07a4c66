/* Which of the headers of proxies to believe. */
#include "apus/proxy.h"

#include "apus/forwarded.h"
#include "apus/middleware.h"
#include "apus/peers.h"
#include "apus/req.h"
#include "edge/list.h"

enum { HOPS_MAX = APUS_PROXIES_HOPS_MAX };

struct proxies {
    const apus_proxies_options *o;
    apus_peers trusted;
};

/* Values of a header's lists, the last ones, in their order. */
struct hops {
    apus_str items[HOPS_MAX];
    size_t n;
};

/* --- once --- */

apus_rc apus__proxies_prepare(const void *settings, apus_arena *a, const void **out, apus_err *err)
{
    const apus_proxies_options *o = settings;
    struct proxies *p = APUS_NEW(a, struct proxies, 1);
    if (!p)
        return APUS_NOMEM;
    p->o = o;
    apus_rc rc = APUS_OK;
    for (size_t i = 0; !rc && i < APUS_PROXIES_MAX && o->trusted[i]; i++)
        rc = apus_peers_add(&p->trusted, apus_str_of(o->trusted[i]), err);
    if (!rc && !o->trusted[0])
        rc = apus_err_set(err, APUS_INVALID, "no proxy is trusted: say .trusted = { ... }");
    *out = p;
    return rc;
}

/* --- what they say --- */

static void add_hop(struct hops *h, apus_str item)
{
    if (h->n == HOPS_MAX) {
        memmove(h->items, h->items + 1, (HOPS_MAX - 1) * sizeof(h->items[0]));
        h->n--;
    }
    h->items[h->n++] = item;
}

/* Of all lines of that name. */
static void read_list(const apus_http_request *http, apus_str name, struct hops *out)
{
    apus_str item;
    for (uint32_t i = 0; i < http->n_headers; i++) {
        apus_str rest = http->headers[i].value;
        if (!apus_str_eq_nocase(http->headers[i].name, name))
            continue;
        while (apus__list_next(&rest, &item))
            add_hop(out, item);
    }
}

struct said {
    struct hops clients, protos, hosts, prefixes;
};

static void read_x_forwarded(const struct proxies *p, const apus_http_request *http, struct said *s)
{
    read_list(http, APUS_STR("x-forwarded-for"), &s->clients);
    read_list(http, APUS_STR("x-forwarded-proto"), &s->protos);
    if (p->o->host)
        read_list(http, APUS_STR("x-forwarded-host"), &s->hosts);
}

/* One element a hop, whatever it says; of a list that cannot be read nothing counts. */
static void read_forwarded(const struct proxies *p, const apus_http_request *http, struct said *s)
{
    apus_forwarded f;
    for (uint32_t i = 0; i < http->n_headers; i++) {
        apus_str rest = http->headers[i].value;
        apus_rc rc = APUS_DONE;
        if (!apus_str_eq_nocase(http->headers[i].name, APUS_STR("forwarded")))
            continue;
        while ((rc = apus_forwarded_next(&rest, &f)) == APUS_OK) {
            add_hop(&s->clients, f.client);
            add_hop(&s->protos, f.proto);
            if (p->o->host)
                add_hop(&s->hosts, f.host);
        }
        if (rc != APUS_DONE) {
            s->clients.n = s->protos.n = s->hosts.n = 0;
            return;
        }
    }
}

/* Whether somebody passed the request on and says so; where not, it does not matter who it was. */
static bool was_forwarded(const apus_http_request *http)
{
    apus_str names[] = { APUS_STR("forwarded"), APUS_STR("x-forwarded-") };
    for (uint32_t i = 0; i < http->n_headers; i++) {
        apus_str name = http->headers[i].name, known = names[name.len > names[0].len];
        if (name.len >= known.len && apus_str_eq_nocase(apus_str_slice(name, 0, known.len), known))
            return true;
    }
    return false;
}

/* How many of them, from the right, are proxies of ours; the client is the next one, or the
 * leftmost. */
static size_t count_proxies(const struct proxies *p, const struct hops *clients)
{
    size_t n = 0;
    while (n + 1 < clients->n && apus_peers_has(&p->trusted, clients->items[clients->n - 1 - n]))
        n++;
    return n;
}

/* What the proxy said that took the request from the client; it may have said it alone. */
static apus_str pick(const struct hops *h, size_t back)
{
    if (h->n == 0)
        return APUS_STR("");
    return h->items[back < h->n ? h->n - 1 - back : 0];
}

static bool has_only(apus_str text, const char *others)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return text.len > 0;
}

static apus_str scheme_of(apus_str proto)
{
    static const char *const secure[] = { "https", "wss", NULL }, *const plain[] = { "http", "ws",
                                                                                     NULL };
    if (apus__list_has_nocase(secure, 2, proto))
        return APUS_STR("https");
    return apus__list_has_nocase(plain, 2, proto) ? APUS_STR("http") : APUS_STR("");
}

/* "/api", "/a/b"; not "//host", and no slash at its end. */
static apus_str prefix_of(apus_str prefix)
{
    while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
        prefix.len--;
    bool fits = has_only(prefix, "/-._~") && prefix.ptr[0] == '/' &&
                !(prefix.len > 1 && prefix.ptr[1] == '/');
    return fits ? prefix : APUS_STR("");
}

void apus__proxies_run(apus_req *req, apus_next *next)
{
    const struct proxies *p = apus_next_settings(next);
    const apus_http_request *http = apus_req_http(req);
    if (was_forwarded(http) && apus_peers_has(&p->trusted, http->peer)) {
        struct said s;
        s.clients.n = s.protos.n = s.hosts.n = s.prefixes.n = 0;
        if (p->o->header == APUS_PROXY_forwarded)
            read_forwarded(p, http, &s);
        else
            read_x_forwarded(p, http, &s);
        if (p->o->prefix)
            read_list(http, APUS_STR("x-forwarded-prefix"), &s.prefixes);
        size_t back = count_proxies(p, &s.clients);
        apus_str client = pick(&s.clients, back), host = pick(&s.hosts, back);
        apus_req_came_by(
            req, &(apus_way){
                     .scheme = scheme_of(pick(&s.protos, back)),
                     .host = has_only(host, "-._~:[]") ? host : APUS_STR(""),
                     .client = has_only(client, "-._:[]") ? apus_peer_host(client) : APUS_STR(""),
                     .root_path = prefix_of(pick(&s.prefixes, back)),
                 });
    }
    apus_next_run(next);
}
