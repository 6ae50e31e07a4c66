/* src/codec/http1_head.h - the way of reading a head that knows all; the usual one's measure. */
#ifndef APUS_CODEC_HTTP1_HEAD_H
#define APUS_CODEC_HTTP1_HEAD_H

#include "apus/http1.h"

/* As apus_http1_head_parse. */
apus_rc apus__http1_head_any(apus_str head, const apus_http1_limits *limits,
                             apus_http_header *headers, apus_http1_head *out,
                             apus_http1_refusal *why) APUS_NODISCARD;

#endif
