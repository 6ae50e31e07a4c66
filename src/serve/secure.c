#include "serve/secure.h"

#include <string.h>

enum { PATH_MAX_LEN = 1024 }; /* bytes of a file's name, and its NUL */

/* Cuts the next name off *list into to; false when there is none or it is too long. */
static bool next_name(const char **list, char to[PATH_MAX_LEN])
{
    size_t len = strcspn(*list, ",");
    if (len == 0 || len >= PATH_MAX_LEN)
        return false;
    memcpy(to, *list, len);
    to[len] = '\0';
    *list += len + ((*list)[len] == ',');
    return true;
}

typedef struct names {
    char chain[APUS_TLS_CERTIFICATES_MAX][PATH_MAX_LEN];
    char key[APUS_TLS_CERTIFICATES_MAX][PATH_MAX_LEN];
    apus_tls_certificate list[APUS_TLS_CERTIFICATES_MAX];
    size_t n;
} names;

static apus_rc read_names(const apus__options *o, names *out, apus_err *err)
{
    const char *chains = o->tls_cert, *keys = o->tls_key ? o->tls_key : "";
    while (*chains) {
        if (out->n == APUS_TLS_CERTIFICATES_MAX)
            return apus_err_set(err, APUS_LIMIT, "--tls-cert: over %d files",
                                (int)APUS_TLS_CERTIFICATES_MAX);
        size_t i = out->n++;
        if (!next_name(&chains, out->chain[i]))
            return apus_err_set(err, APUS_INVALID, "--tls-cert: \"%s\" is no list of files",
                                o->tls_cert);
        if (!next_name(&keys, out->key[i]))
            return apus_err_set(
                err, APUS_INVALID,
                "--tls-key: the key of %s is missing; name one for each certificate",
                out->chain[i]);
        out->list[i] = (apus_tls_certificate){ .chain = out->chain[i], .key = out->key[i] };
    }
    if (*keys)
        return apus_err_set(err, APUS_INVALID, "--tls-key: there are more keys than certificates");
    return APUS_OK;
}

apus_rc apus__tls_open(const apus__options *o, const uint8_t *ticket_secret, apus_tls **out,
                       apus_err *err)
{
    static names all; /* read once, at the start; too large for a stack */
    *out = NULL;
    if (!o->tls_cert) {
        if (o->tls_key || o->tls_clients)
            return apus_err_set(err, APUS_INVALID, "--tls-key and --tls-clients need --tls-cert");
        return APUS_OK;
    }
    all = (names){ .n = 0 };
    apus_rc rc = read_names(o, &all, err);
    if (rc)
        return rc;
    apus_tls_options options = { .certificates = all.list,
                                 .n_certificates = all.n,
                                 .protocols = "h2,http/1.1",
                                 .version_min = (int)o->tls_min,
                                 .clients = o->tls_clients ? APUS_TLS_CLIENTS_must
                                                           : APUS_TLS_CLIENTS_anonymous,
                                 .authorities = o->tls_clients,
                                 .ticket_secret = ticket_secret };
    return apus_tls_create(&options, out, err);
}
