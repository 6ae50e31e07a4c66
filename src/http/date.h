/* The Date line, written once a second. */
#ifndef APUS_HTTP_DATE_H
#define APUS_HTTP_DATE_H

#include <stdint.h>

enum { APUS__DATE_LINE_LEN = 37 };

/* Writes "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" (RFC 9110 section 5.6.7) for
 * that many seconds since 1970; no NUL. */
void apus__date_line(char out[APUS__DATE_LINE_LEN], int64_t seconds);

#endif
