/* Small pieces of an answer: JSON text, header lines. */
#ifndef APUS_APP_WIRE_H
#define APUS_APP_WIRE_H

#include <stdbool.h>

#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/str.h"

/* text as a JSON string; bytes that are not UTF-8 become U+FFFD.  .ptr is NULL when
 * there is no room. */
apus_str apus__json_text(apus_arena *a, apus_str text);

/* The same appended to a buffer. */
void apus__json_text_add(apus_buf *to, apus_str text);

/* text itself if it is UTF-8, else a copy with U+FFFD for every byte that is not; .ptr
 * is NULL when there is no room. */
apus_str apus__text_valid(apus_arena *a, apus_str text);

/* Whether the name is a token and the value has no control characters (RFC 9110
 * section 5), and the http floor does not write that header itself. */
bool apus__header_is_safe(apus_str name, apus_str value);

/* Appends "name: value\r\n"; the buffer is begun in *a if it is {0}. */
void apus__header_add(apus_buf *to, apus_arena *a, apus_str name, apus_str value);

#endif
