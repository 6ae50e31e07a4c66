/* From --tls-cert and its like to what a listener needs. */
#ifndef APUS_SERVE_SECURE_H
#define APUS_SERVE_SECURE_H

#include "apus/tls.h"
#include "serve/options.h"

/* NULL in *out where the options ask for no TLS.  ticket_secret as apus_tls_options.
 * APUS_OK; APUS_INVALID with a sentence, APUS_NOMEM. */
apus_rc apus__tls_open(const apus__options *o, const uint8_t *ticket_secret, apus_tls **out,
                       apus_err *err) APUS_NODISCARD;

#endif
