/* apus/ws_codec.h - the WebSocket protocol (RFC 6455) as bytes in, bytes out.
 *
 * The handshake's headers are judged, frames become messages, messages become frames.
 * permessage-deflate (RFC 7692) is spoken without context takeover, so that one pair
 * of zlib streams serves all connections of a loop.  Handlers use apus/ws.h instead.
 *
 *     while ((rc = apus_ws_codec_next(c, &input, &message, &e)) == APUS_OK)
 *         if (e.kind == APUS_WS_TEXT)
 *             take(message);
 *
 * MEMORY comes from the apus_alloc that is given, but for the 4 KiB of wslay, the
 * library that reads and writes frames, which takes them from malloc.
 * FIBERS: nothing suspends.  THREADS: none of it is locked. */
#ifndef APUS_WS_CODEC_H
#define APUS_WS_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/http1.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

/* Why a connection ends (RFC 6455 section 7.4.1). */
enum {
    APUS_WS_NORMAL = 1000,
    APUS_WS_GOING_AWAY = 1001,
    APUS_WS_PROTOCOL = 1002,
    APUS_WS_UNSUPPORTED = 1003, /* a kind of message that is not taken */
    APUS_WS_NO_CODE = 1005,     /* never sent: the other side gave none */
    APUS_WS_LOST = 1006,        /* never sent: it went away without a word */
    APUS_WS_BAD_DATA = 1007,    /* text that is not UTF-8, or not what it should be */
    APUS_WS_POLICY = 1008,
    APUS_WS_TOO_BIG = 1009,
    APUS_WS_INTERNAL = 1011,
    APUS_WS_TRY_LATER = 1013,

    APUS_WS_CONTROL_MAX = 125, /* bytes of a ping or a pong */
    APUS_WS_REASON_MAX = 123,  /* bytes of a close's reason */
};

/* Whether a close frame may carry that code (section 7.4). */
bool apus_ws_code_may_travel(unsigned code);

/* `text` up to the last character that ends within APUS_WS_REASON_MAX bytes. */
apus_str apus_ws_reason_cut(apus_str text);

/* --- the handshake --- */

enum { APUS_WS_ACCEPT_LEN = 28 };

/* Whether these headers ask to leave HTTP for a WebSocket. */
bool apus_ws_is_asked(const apus_http_header *headers, uint32_t n);

/* What a client says in it; slices of the headers. */
typedef struct apus_ws_handshake {
    apus_str key;
    const char *why;  /* on APUS_SYNTAX: what is wrong, static */
    bool has_deflate; /* permessage-deflate is offered, in a form that we speak */
} apus_ws_handshake;

/* Reads it.  APUS_OK; APUS_UNSUPPORTED for a version other than 13; APUS_SYNTAX. */
apus_rc apus_ws_handshake_read(const apus_http_header *headers, uint32_t n, apus_ws_handshake *out)
    APUS_NODISCARD;

/* The value of Sec-WebSocket-Accept for a key. */
void apus_ws_accept_print(apus_str key, char to[APUS_WS_ACCEPT_LEN]);

/* The first of n_known subprotocols that the client offers too, or "". */
apus_str apus_ws_subprotocol_choose(const apus_http_header *headers, uint32_t n,
                                    const apus_str *known, uint32_t n_known);

/* Whether the client offers that one. */
bool apus_ws_subprotocol_is_offered(const apus_http_header *headers, uint32_t n, apus_str name);

/* What the answer says where permessage-deflate is spoken: the value of
 * Sec-WebSocket-Extensions. */
#define APUS_WS_DEFLATE_ANSWER                                                                     \
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

/* --- compression --- */

/* A deflating and an inflating stream, 300 KiB, for any number of codecs. */
typedef struct apus_ws_deflate apus_ws_deflate;

apus_rc apus_ws_deflate_create(const apus_alloc *alloc, apus_ws_deflate **out) APUS_NODISCARD;
void apus_ws_deflate_destroy(apus_ws_deflate *d); /* NULL is fine */

/* --- frames --- */

typedef enum apus_ws_role { APUS_WS_SERVER, APUS_WS_CLIENT } apus_ws_role;

/* Opcodes, as sent. */
typedef enum apus_ws_kind {
    APUS_WS_TEXT = 1,
    APUS_WS_BINARY = 2,
    APUS_WS_CLOSE = 8,
    APUS_WS_PING = 9,
    APUS_WS_PONG = 10,
} apus_ws_kind;

typedef struct apus_ws_codec apus_ws_codec;

typedef struct apus_ws_codec_options {
    apus_ws_role role;
    size_t message_max;       /* bytes of a message, also once inflated: 1009 */
    apus_ws_deflate *deflate; /* NULL: not negotiated.  Must outlive the codec */
    uint64_t mask_seed;       /* a client's masks come of it */
} apus_ws_codec_options;

typedef struct apus_ws_event {
    apus_ws_kind kind;
    apus_str payload; /* of ping and pong; of close, the reason: until the next call */
    uint16_t code;    /* of close: APUS_WS_NO_CODE where none was sent */
    const char *why;  /* on failure: what was wrong, static, and `code` what to close with */
} apus_ws_event;

/* APUS_OK or APUS_NOMEM. */
apus_rc apus_ws_codec_create(const apus_ws_codec_options *options, const apus_alloc *alloc,
                             apus_ws_codec **out) APUS_NODISCARD;
void apus_ws_codec_destroy(apus_ws_codec *c); /* NULL is fine */

/* Takes bytes off *input until a message or a control frame is whole.
 *
 * A message collects in *message, which the caller empties before the next one, and not
 * in between; text is checked to be UTF-8.  APUS_OK: *e says what came; APUS_MORE: all of
 * *input was taken.  APUS_SYNTAX (1002), APUS_INVALID (1007), APUS_LIMIT (1009) and
 * APUS_NOMEM (1011) end it: e->code and e->why are set.  What
 * comes behind a failure or a close is taken and passed over. */
apus_rc apus_ws_codec_next(apus_ws_codec *c, apus_str *input, apus_buf *message, apus_ws_event *e)
    APUS_NODISCARD;

/* Appends a frame with those bytes to *to, compressed where that is spoken and pays.
 * Ping and pong take at most APUS_WS_CONTROL_MAX bytes.  APUS_OK or APUS_NOMEM. */
apus_rc apus_ws_codec_write(apus_ws_codec *c, apus_ws_kind kind, apus_str bytes, apus_buf *to)
    APUS_NODISCARD;

/* A close frame; APUS_WS_NO_CODE sends none.  The reason is cut to fit.  Nothing may be
 * written behind it.  APUS_OK, APUS_NOMEM, or APUS_INVALID for a code that may not travel. */
apus_rc apus_ws_codec_write_close(apus_ws_codec *c, unsigned code, apus_str reason, apus_buf *to)
    APUS_NODISCARD;

APUS_API_END

#endif
