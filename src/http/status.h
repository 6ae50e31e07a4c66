/* The first line of an answer. */
#ifndef APUS_HTTP_STATUS_H
#define APUS_HTTP_STATUS_H

#include "apus/str.h"

enum { APUS__STATUS_LINE_MAX = 64 }; /* bytes; the longest line of the table is 48 */

/* "HTTP/1.1 404 Not Found\r\n"; static, or written to scratch, which has
 * APUS__STATUS_LINE_MAX bytes, for a status that has no name. */
apus_str apus__status_line(unsigned status, char *scratch);

/* {"detail":"Not Found"}, static; "" for a status that has no name. */
apus_str apus__status_body(unsigned status);

#endif
