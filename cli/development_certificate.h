/* cli/development_certificate.h - the certificate of `apus dev --tls`.
 *
 * One for all projects of whoever develops, so that it is trusted once: localhost.crt and
 * localhost.key in $XDG_CACHE_HOME/apus or ~/.cache/apus.  It signs itself, for localhost,
 * 127.0.0.1 and ::1, and is made anew in its last week. */
#ifndef APUS_CLI_DEVELOPMENT_CERTIFICATE_H
#define APUS_CLI_DEVELOPMENT_CERTIFICATE_H

#include <stdbool.h>

#include "apus/arena.h"

struct development_certificate {
    const char *chain, *key; /* names of PEM files */
    bool is_new;
};

/* Finds it or makes it.  false after a complaint. */
bool development_certificate_find(apus_arena *arena, struct development_certificate *out);

#endif
