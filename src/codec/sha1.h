/* SHA-1 (RFC 3174), for the WebSocket handshake and nothing else: it is broken where
 * somebody may choose the input to deceive. */
#ifndef APUS_CODEC_SHA1_H
#define APUS_CODEC_SHA1_H

#include "apus/str.h"

enum { APUS__SHA1_LEN = 20, APUS__SHA1_INPUT_MAX = 119 };

/* Of at most APUS__SHA1_INPUT_MAX bytes. */
void apus__sha1(apus_str text, uint8_t to[APUS__SHA1_LEN]);

#endif
