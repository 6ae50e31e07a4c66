/* --redirect-http, --acme and --hsts: what makes clients come by HTTPS. */
#ifndef APUS_SERVE_REDIRECT_H
#define APUS_SERVE_REDIRECT_H

#include "apus/main.h"
#include "apus/tls.h"
#include "serve/options.h"

typedef struct apus__redirect {
    const apus__options *options;
    const apus_tls *tls;
    unsigned port; /* of HTTPS; 0: none is known */
    char hsts[48]; /* the header's text; "": none */
} apus__redirect;

/* Puts it around the service where the options ask for any of it; *r lives as long as the
 * service.  APUS_OK; otherwise as apus_service_put_around. */
apus_rc apus__redirect_set(apus__redirect *r, apus_service *service, const apus__options *o,
                           const apus_tls *tls, apus_err *err) APUS_NODISCARD;

#endif
