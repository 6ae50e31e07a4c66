/* apus/host.h - names of hosts, as Host has them (RFC 9110 section 7.2).
 *
 * Slices; nothing is taken, nothing suspends. */
#ifndef APUS_HOST_H
#define APUS_HOST_H

#include "apus/api.h"
#include "apus/str.h"

APUS_API_BEGIN

/* Without the port; an IPv6 address keeps its brackets. */
apus_str apus_host_name(apus_str host);

/* Whether pattern takes the name of a host, whatever the case of letters: "shop.example", or
 * "*.shop.example" for all names below, or "*". */
bool apus_host_fits(apus_str pattern, apus_str name);

/* Whether text is such a pattern: a '*' stands in front, alone or before a point. */
bool apus_host_is_pattern(apus_str text);

APUS_API_END

#endif
