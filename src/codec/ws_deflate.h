/* Compressed messages (RFC 7692 section 7.2), as ws_codec.c needs them. */
#ifndef APUS_CODEC_WS_DEFLATE_H
#define APUS_CODEC_WS_DEFLATE_H

#include "apus/ws_codec.h"

/* Appends the message that `packed` is to *to.  APUS_OK, APUS_SYNTAX, APUS_LIMIT when
 * *to would pass `max` bytes, or APUS_NOMEM. */
apus_rc apus__ws_inflate(apus_ws_deflate *d, apus_str packed, size_t max, apus_buf *to)
    APUS_NODISCARD;

/* Puts the message, packed, into the deflate's own buffer: *packed, until the next call.
 * false when it did not become shorter, or there was no memory. */
bool apus__ws_deflate(apus_ws_deflate *d, apus_str message, apus_str *packed);

#endif
