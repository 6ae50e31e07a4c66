/* apus/http1.h - HTTP/1.1 as bytes: request heads and the chunked coding.
 *
 * Pure functions on memory, strict by RFC 9112: what two parsers could read in
 * two ways is refused, because every such difference is a way to smuggle a second
 * request past the first parser.
 *
 *     apus_http1_scan scan = { 0 };
 *     rc = apus_http1_head_find(&scan, &limits, bytes, &refusal);     // until APUS_OK
 *     rc = apus_http1_head_parse(bytes up to scan.end, &limits, headers, &head, &refusal);
 *
 * MEMORY: everything handed out are slices of the input. */
#ifndef APUS_HTTP1_H
#define APUS_HTTP1_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_http_header {
    apus_str name;  /* as sent */
    apus_str value; /* without surrounding blanks */
} apus_http_header;

/* All must be set. */
typedef struct apus_http1_limits {
    uint32_t target_max;  /* bytes of the request target: 414 */
    uint32_t head_max;    /* bytes of the whole head: 431 */
    uint32_t headers_max; /* how many: 431 */
} apus_http1_limits;

/* Why a request is refused. */
typedef struct apus_http1_refusal {
    uint16_t status;    /* 400, 414, 431, 501, 505 */
    const char *detail; /* a static sentence for people */
} apus_http1_refusal;

typedef struct apus_http1_head {
    apus_str method, target;
    apus_str path;  /* of the target, still percent-encoded; "*" for OPTIONS * */
    apus_str query; /* behind '?', without it */
    apus_str host;  /* Host, or the authority of an absolute target */
    apus_http_header *headers;
    uint32_t n_headers;
    uint16_t version; /* 10 or 11 */
    bool keep_alive;  /* the client would send more */
    bool chunked;     /* Transfer-Encoding: chunked */
    bool has_length;  /* Content-Length was sent */
    bool expects_continue;
    bool expects_other; /* something else than 100-continue: 417 */
    uint64_t length;    /* Content-Length */
} apus_http1_head;

/* Where the search for the end of a head stands; zeroed to begin.  Private but for
 * `end`. */
typedef struct apus_http1_scan {
    size_t start;   /* of the request line: empty lines before it are skipped */
    size_t at;      /* everything before was looked at */
    size_t line;    /* where the line begins that `at` is in */
    uint32_t lines; /* that have ended, the request line included */
    size_t end;     /* once found: the length of the head with its empty line */
} apus_http1_scan;

/* Looks for the end of a head in `bytes`, which has grown at its end since the last
 * call; nothing is looked at twice.
 *
 * APUS_OK with scan->end; APUS_MORE; APUS_LIMIT or APUS_SYNTAX with *why. */
apus_rc apus_http1_head_find(apus_http1_scan *scan, const apus_http1_limits *limits, apus_str bytes,
                             apus_http1_refusal *why) APUS_NODISCARD;

/* Reads a whole head, from scan.start to scan.end.  headers has room for
 * limits->headers_max.  APUS_OK; or APUS_SYNTAX, APUS_LIMIT or APUS_UNSUPPORTED with
 * *why. */
apus_rc apus_http1_head_parse(apus_str head, const apus_http1_limits *limits,
                              apus_http_header *headers, apus_http1_head *out,
                              apus_http1_refusal *why) APUS_NODISCARD;

/* Finds and reads a head in one pass, if it is whole and as nearly all clients write it:
 * GET /path HTTP/1.1, headers without tabs, nothing to refuse.  headers has that much room.
 * How many bytes it has; 0: it is not so, and what to say of it is for the functions above. */
size_t apus_http1_head_usual(apus_str bytes, const apus_http1_limits *limits,
                             apus_http_header *headers, uint32_t room, apus_http1_head *out)
    APUS_NODISCARD;

/* Whether every character may stand in a token (RFC 9110 5.6.2); false for "". */
bool apus_http1_is_token(apus_str s);

/* Whether s may be the value of a header: no control characters but tab. */
bool apus_http1_is_value(apus_str s);

/* --- the chunked coding, RFC 9112 7.1 --- */

/* Zeroed to begin; private. */
typedef struct apus_http1_chunked {
    uint64_t left;  /* of the chunk's data */
    uint32_t count; /* digits of a size; bytes of extensions and trailers so far */
    uint8_t state;
    uint8_t rc; /* once it has failed: what it says for ever */
} apus_http1_chunked;

enum {
    APUS_HTTP1_CHUNK_DIGITS_MAX = 16,  /* of a size */
    APUS_HTTP1_CHUNK_EXTRA_MAX = 8192, /* bytes of all extensions and trailers of a body */
};

/* Takes bytes off the front of *in.
 *
 * APUS_OK with the next piece of the body in *data, a slice of the input; APUS_MORE
 * when *in is used up; APUS_DONE behind the last chunk, the rest of *in is another
 * request's; APUS_SYNTAX or APUS_LIMIT, for ever. */
apus_rc apus_http1_chunked_next(apus_http1_chunked *c, apus_str *in, apus_str *data) APUS_NODISCARD;

APUS_API_END

#endif
