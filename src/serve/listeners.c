#include "serve/listeners.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "apus/net.h"
#include "apus/socket.h"
#include "serve/inherit.h"

struct opening {
    const apus__options *o;
    const apus__listeners *before;
    apus__listeners *out;
    uint32_t n_slots;
    apus_err *err;
};

static const char *scheme_of(const apus__options *o)
{
    return o->tls_cert ? "https" : "http";
}

static bool has(const apus__listeners *l, int fd)
{
    for (uint32_t i = 0; l && i < l->n; i++)
        if (l->items[i].fd == fd)
            return true;
    return false;
}

/* --- memory: sized once, for the most there can be --- */

static apus_rc prepare(apus__listeners *l, uint32_t room, apus_err *err)
{
    *l = (apus__listeners){ .room = room };
    l->items = calloc(room, sizeof(*l->items));
    l->address = calloc(room, sizeof(*l->address));
    l->names = calloc(APUS__ADDRESSES_MAX, sizeof(*l->names));
    l->keys = calloc(APUS__ADDRESSES_MAX, sizeof(*l->keys));
    if (l->items && l->address && l->names && l->keys)
        return APUS_OK;
    apus__listeners_close(l, NULL);
    return apus_err_set(err, APUS_NOMEM, "no memory for listeners");
}

void apus__listeners_close(apus__listeners *l, const apus__listeners *kept)
{
    for (uint32_t i = 0; l->items && i < l->n; i++)
        if (!has(kept, l->items[i].fd))
            apus_socket_close(l->items[i].fd);
    free(l->items);
    free(l->address);
    free(l->names);
    free(l->keys);
    *l = (apus__listeners){ 0 };
}

static bool add(apus__listeners *l, int fd, int slot)
{
    if (l->n == l->room)
        return false;
    l->address[l->n] = (uint16_t)(l->n_names - 1);
    l->items[l->n++] = (apus__share){ fd, slot };
    return true;
}

/* --- one address --- */

static apus_rc begin_address(struct opening *op, const char *key)
{
    apus__listeners *l = op->out;
    if (l->n_names == APUS__ADDRESSES_MAX)
        return apus_err_set(op->err, APUS_LIMIT, "over %d addresses to listen on",
                            APUS__ADDRESSES_MAX);
    snprintf(l->keys[l->n_names++], APUS__ADDRESS_MAX, "%s", key);
    return APUS_OK;
}

/* What `before` has of this address; all of it, though there may be fewer slots now: a
 * queue that is closed loses who waits in it.  How many. */
static uint32_t take_over(struct opening *op)
{
    const apus__listeners *from = op->before;
    apus__listeners *l = op->out;
    uint32_t n = 0;
    if (!from)
        return 0;
    assert(op->n_slots > 0); /* only a crew has listeners before */
    for (uint32_t i = 0; i < from->n; i++) {
        uint32_t at = from->address[i];
        if (strcmp(from->keys[at], l->keys[l->n_names - 1]) != 0)
            continue;
        int slot = from->items[i].slot;
        if (!add(l, from->items[i].fd, slot < 0 ? slot : (int)(n % op->n_slots)))
            break;
        memcpy(l->names[l->n_names - 1], from->names[at], APUS__ADDRESS_MAX);
        n++;
    }
    return n;
}

/* What is opened at each host. */
struct door {
    int64_t asked; /* the port; 0: any, the same at all hosts */
    uint16_t port; /* that there is */
    const char *scheme, *flag;
};

static apus_rc open_tcp(struct opening *op, const char *host, struct door *door)
{
    char key[APUS__ADDRESS_MAX];
    snprintf(key, sizeof(key), "%s %lld", host, (long long)door->asked);
    apus_rc rc = begin_address(op, key);
    uint32_t n = rc ? 0 : take_over(op), wanted = op->n_slots ? op->n_slots : 1;
    if (n)
        door->port = apus_socket_port(op->out->items[op->out->n - 1].fd);
    for (; !rc && n < wanted; n++) {
        apus_socket_share share = op->n_slots == 0 ? APUS_SOCKET_ALONE
                                  : n == 0         ? APUS_SOCKET_FIRST
                                                   : APUS_SOCKET_SHARED;
        int fd;
        rc = apus_listen_tcp(host, door->port, share, &fd, op->err);
        if (rc == APUS_BUSY)
            return apus_err_set(op->err, rc,
                                "port %u of %s is in use: stop the program that has it, or choose "
                                "another one with %s",
                                (unsigned)door->port, host, door->flag);
        if (rc)
            return rc;
        door->port = apus_socket_port(fd);
        if (!add(op->out, fd, (int)n))
            return apus_err_set(op->err, APUS_LIMIT, "too many listeners");
    }
    if (!rc)
        snprintf(op->out->names[op->out->n_names - 1], APUS__ADDRESS_MAX,
                 strchr(host, ':') ? "%s://[%.64s]:%u" : "%s://%.64s:%u", door->scheme, host,
                 (unsigned)door->port);
    return rc;
}

/* "127.0.0.1,::1": each with the port, which the first one chooses where it is 0. */
static apus_rc open_hosts(struct opening *op, struct door *door)
{
    apus_rc rc = APUS_OK;
    for (const char *at = op->o->host; !rc && *at;) {
        char host[APUS_SOCKET_NAME_MAX];
        size_t len = strcspn(at, ",");
        if (len >= sizeof(host))
            return apus_err_set(op->err, APUS_INVALID, "\"%s\" is not an address", at);
        memcpy(host, at, len);
        host[len] = 0;
        at += len + (at[len] == ',');
        rc = open_tcp(op, host, door);
    }
    return rc;
}

static apus_rc open_ports(struct opening *op)
{
    int64_t port = op->o->port, redirect = op->o->redirect_http;
    struct door main = { port, (uint16_t)port, scheme_of(op->o), "--port" };
    struct door second = { redirect, (uint16_t)redirect, "http", "--redirect-http" };
    apus_rc rc = open_hosts(op, &main);
    return rc || !redirect ? rc : open_hosts(op, &second);
}

static apus_rc open_unix(struct opening *op)
{
    const char *path = op->o->unix_path;
    apus_rc rc = begin_address(op, path);
    if (rc || take_over(op))
        return rc;
    int fd;
    rc = apus_socket_listen_unix(path, &fd, op->err);
    if (rc == APUS_BUSY)
        return apus_err_set(op->err, rc,
                            "%s is in use: stop the program that listens on it, or choose another "
                            "path with --unix",
                            path);
    if (rc)
        return rc;
    snprintf(op->out->names[op->out->n_names - 1], APUS__ADDRESS_MAX, "%s", path);
    (void)add(op->out, fd, APUS__EVERY_SLOT);
    return APUS_OK;
}

static apus_rc take_inherited(struct opening *op, const int *fds, uint32_t n)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < n; i++) {
        char key[32];
        snprintf(key, sizeof(key), "fd %d", fds[i]);
        rc = begin_address(op, key);
        if (rc)
            break;
        unsigned port = apus_socket_port(fds[i]);
        char *name = op->out->names[op->out->n_names - 1];
        if (port)
            snprintf(name, APUS__ADDRESS_MAX, "%s://%.64s:%u",
                     port == op->o->redirect_http ? "http" : scheme_of(op->o), op->o->host, port);
        else
            snprintf(name, APUS__ADDRESS_MAX, "descriptor %d", fds[i]);
        (void)add(op->out, fds[i], APUS__EVERY_SLOT);
    }
    return rc;
}

/* --- for those who look after the service --- */

/* Cuts "9090", "127.0.0.1:9090" or "[::1]:9090" into its parts. */
static apus_rc split_admin(const char *address, char host[APUS_SOCKET_NAME_MAX], uint16_t *port,
                           apus_err *err)
{
    const char *colon = strrchr(address, ':'), *digits = colon ? colon + 1 : address;
    char *end;
    long number = strtol(digits, &end, 10);
    size_t len = colon ? (size_t)(colon - address) : 0;
    bool bracketed = len > 2 && address[0] == '[' && address[len - 1] == ']';
    if (bracketed) {
        address++;
        len -= 2;
    }
    if (end == digits || *end || number < 0 || number > UINT16_MAX || len >= APUS_SOCKET_NAME_MAX)
        return apus_err_set(err, APUS_INVALID, "--admin: \"%s\" is no address with a port",
                            address);
    snprintf(host, APUS_SOCKET_NAME_MAX, "%.*s", len ? (int)len : 9, len ? address : "127.0.0.1");
    *port = (uint16_t)number;
    return APUS_OK;
}

static apus_rc listen_admin(const char *address, int *fd, char name[APUS__ADDRESS_MAX],
                            apus_err *err)
{
    char host[APUS_SOCKET_NAME_MAX];
    uint16_t port;
    if (strchr(address, '/')) {
        snprintf(name, APUS__ADDRESS_MAX, "%s", address);
        return apus_socket_listen_unix(address, fd, err);
    }
    apus_rc rc = split_admin(address, host, &port, err);
    if (!rc)
        rc = apus_listen_tcp(host, port, APUS_SOCKET_ALONE, fd, err);
    if (!rc)
        snprintf(name, APUS__ADDRESS_MAX, strchr(host, ':') ? "http://[%s]:%u" : "http://%s:%u",
                 host, (unsigned)apus_socket_port(*fd));
    return rc;
}

static apus_rc open_admin(struct opening *op)
{
    const char *address = op->o->admin;
    char key[APUS__ADDRESS_MAX];
    if (!address)
        return APUS_OK;
    snprintf(key, sizeof(key), "admin %s", address);
    apus_rc rc = begin_address(op, key);
    op->out->has_admin = !rc;
    if (rc || take_over(op))
        return rc;
    int fd;
    rc = listen_admin(address, &fd, op->out->names[op->out->n_names - 1], op->err);
    if (rc == APUS_BUSY)
        return apus_err_set(op->err, rc, "--admin: %s is in use", address);
    if (!rc)
        (void)add(op->out, fd, APUS__EVERY_ADMIN);
    return rc;
}

/* --- how many may wait --- */

/* Whoever handed a socket down has said how many. */
static void set_queues(const struct opening *op, bool inherited)
{
    unsigned most = (unsigned)op->o->backlog, allowed = apus_socket_queue_max();
    for (uint32_t i = 0; i < op->out->n && !inherited; i++)
        if (op->out->items[i].slot != APUS__EVERY_ADMIN)
            (void)apus_socket_set_queue(op->out->items[i].fd, most);
    if (allowed && allowed < most && !inherited)
        fprintf(stderr, "--backlog %u: the system allows %u (net.core.somaxconn)\n", most, allowed);
}

/* --- all of them --- */

apus_rc apus__listeners_open(const apus__options *o, uint32_t n_slots,
                             const apus__listeners *before, apus__listeners *out, apus_err *err)
{
    struct opening op = { o, before, out, n_slots, err };
    int inherited[APUS__ADDRESSES_MAX];
    uint32_t n;
    uint32_t most = (n_slots ? n_slots : 1) * APUS__ADDRESSES_MAX;
    if (before && before->n > most)
        most = before->n;
    apus_rc rc = apus__inherited_listeners(inherited, APUS__ADDRESSES_MAX, &n, err);
    if (!rc)
        rc = prepare(out, most < APUS__LISTENERS_MAX ? most : APUS__LISTENERS_MAX, err);
    if (rc)
        return rc;
    if (n)
        rc = take_inherited(&op, inherited, n);
    else if (o->unix_path)
        rc = open_unix(&op);
    else
        rc = open_ports(&op);
    if (!rc)
        rc = open_admin(&op);
    if (rc)
        apus__listeners_close(out, before);
    else
        set_queues(&op, n > 0);
    return rc;
}

void apus__listeners_announce(const apus__listeners *l, const apus_app *app, FILE *to)
{
    fprintf(to, "serving %s on ", app->title ? app->title : app->name);
    for (uint32_t i = 0; i < l->n_names - l->has_admin; i++)
        fprintf(to, "%s%s", i ? ", " : "", l->names[i]);
    if (app->openapi && app->openapi_path && app->docs_path && strncmp(l->names[0], "http", 4) == 0)
        fprintf(to, "  docs %s%s", l->names[0], app->docs_path);
    if (l->has_admin)
        fprintf(to, "  admin %s", l->names[l->n_names - 1]);
    fputc('\n', to);
    fflush(to);
}
