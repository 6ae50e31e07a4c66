/* apus/accept.h - what a client prefers: lists with weights (RFC 9110 section 12.4.2).
 *
 *     gzip;q=0.8, br, *;q=0        of Accept-Encoding
 *     text/html, application/json;q=0.5
 *
 * Bytes in, numbers out; nothing is taken, nothing suspends. */
#ifndef APUS_ACCEPT_H
#define APUS_ACCEPT_H

#include "apus/api.h"
#include "apus/str.h"

APUS_API_BEGIN

enum { APUS_WEIGHT_MAX = 1000 }; /* q=1, or no q at all */

/* The weight of an item in a list, in thousandths; 0 when it is refused (q=0), -1 when the
 * list does not name it.  Names are compared without case; an item whose weight is no
 * number from 0 to 1 counts as refused.  Of one that stands twice the first counts. */
int apus_accept_weight(apus_str list, apus_str item);

APUS_API_END

#endif
