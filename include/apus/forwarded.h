/* apus/forwarded.h - the header Forwarded (RFC 7239), element by element.
 *
 *     for=192.0.2.60;proto=https;host=shop.example, for="[2001:db8::1]:4711"
 *
 * Slices of the text; nothing is taken, nothing suspends. */
#ifndef APUS_FORWARDED_H
#define APUS_FORWARDED_H

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* One proxy's word; what it does not say is empty.  Values stand without their quotes. */
typedef struct apus_forwarded {
    apus_str client; /* for=; with brackets and port as sent */
    apus_str proto, host;
} apus_forwarded;

/* Takes the next element off *rest.  APUS_OK; APUS_DONE at the end; APUS_SYNTAX for what is
 * no such list, or has a backslash in a quoted value: then nothing of it can be trusted. */
apus_rc apus_forwarded_next(apus_str *rest, apus_forwarded *out) APUS_NODISCARD;

APUS_API_END

#endif
