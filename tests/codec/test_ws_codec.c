/* The WebSocket protocol: handshakes, frames by the rules of RFC 6455 sections 5 and 7, and
 * packed messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "apus/ws_codec.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { MESSAGE_MAX = 100000 };

/* --- the handshake --- */

#define HEADER(name_, value_)                                                                      \
    {                                                                                              \
        APUS_STR_INIT(name_), APUS_STR_INIT(value_)                                                \
    }
#define KEY     HEADER("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
#define VERSION HEADER("Sec-WebSocket-Version", "13")

static void the_key_of_the_rfc(void **state)
{
    char out[APUS_WS_ACCEPT_LEN + 1] = { 0 };
    (void)state;
    apus_ws_accept_print(APUS_STR("dGhlIHNhbXBsZSBub25jZQ=="), out);
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void who_asks(void **state)
{
    static const struct {
        apus_http_header headers[2];
        bool asks;
    } rows[] = {
        { { HEADER("upgrade", "websocket"), HEADER("connection", "Upgrade") }, true },
        { { HEADER("Upgrade", "WebSocket"), HEADER("Connection", "keep-alive, upgrade") }, true },
        { { HEADER("Upgrade", "h2c, websocket"), HEADER("Connection", "Upgrade") }, true },
        { { HEADER("Upgrade", "h2c"), HEADER("Connection", "Upgrade") }, false },
        { { HEADER("Upgrade", "websocket"), HEADER("Connection", "keep-alive") }, false },
        { { HEADER("Upgrade", "websockets"), HEADER("Connection", "Upgrade") }, false },
        { { HEADER("Host", "a"), HEADER("Accept", "*/*") }, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(apus_ws_is_asked(rows[i].headers, 2), rows[i].asks);
}

static void handshakes_read(void **state)
{
    static const struct {
        apus_http_header headers[3];
        apus_rc rc;
        bool has_deflate;
    } rows[] = {
        { { KEY, VERSION, HEADER("a", "b") }, APUS_OK, false },
        { { KEY, HEADER("Sec-WebSocket-Version", "8"), HEADER("a", "b") },
          APUS_UNSUPPORTED,
          false },
        { { KEY, HEADER("a", "b"), HEADER("a", "b") }, APUS_UNSUPPORTED, false },
        { { VERSION, HEADER("a", "b"), HEADER("a", "b") }, APUS_SYNTAX, false },
        { { VERSION, KEY, KEY }, APUS_SYNTAX, false },
        { { VERSION, HEADER("Sec-WebSocket-Key", "short"), HEADER("a", "b") }, APUS_SYNTAX, false },
        { { VERSION, HEADER("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j*Q=="), HEADER("a", "b") },
          APUS_SYNTAX,
          false },
#define OFFER(text, has)                                                                           \
    { { KEY, VERSION, HEADER("Sec-WebSocket-Extensions", text) }, APUS_OK, has }
        OFFER("permessage-deflate", true),
        OFFER("permessage-deflate; client_max_window_bits", true),
        OFFER("permessage-deflate; client_max_window_bits=10; server_no_context_takeover", true),
        OFFER("x-other, permessage-deflate; server_max_window_bits=\"9\", permessage-deflate",
              true),
        OFFER("permessage-deflate; server_max_window_bits=15", true),
        OFFER("permessage-deflate; server_max_window_bits=10", false),
        OFFER("permessage-deflate; client_max_window_bits=16", false),
        OFFER("permessage-deflate; client_max_window_bits=; a", false),
        OFFER("permessage-deflate; client_max_window_bits; client_max_window_bits", false),
        OFFER("permessage-deflate; server_no_context_takeover=1", false),
        OFFER("permessage-deflate; unknown", false),
        OFFER("x-webkit-deflate-frame", false),
        OFFER("", false),
        OFFER(",;,", false),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_ws_handshake h;
        assert_int_equal(apus_ws_handshake_read(rows[i].headers, 3, &h), rows[i].rc);
        assert_int_equal(h.has_deflate, rows[i].has_deflate);
        assert_int_equal(h.why != NULL, rows[i].rc == APUS_SYNTAX);
    }
}

static void subprotocols_by_our_preference(void **state)
{
    static const apus_http_header headers[] = {
        HEADER("Sec-WebSocket-Protocol", "v1.chat, v2.chat"),
        HEADER("sec-websocket-protocol", "V3.chat"),
    };
    static const apus_str known[] = { APUS_STR_INIT("v3.chat"), APUS_STR_INIT("v2.chat"),
                                      APUS_STR_INIT("v1.chat") };
    (void)state;
    assert_true(apus_str_eq(apus_ws_subprotocol_choose(headers, 2, known, 3), known[1]));
    assert_int_equal(apus_ws_subprotocol_choose(headers, 2, known, 1).len, 0);
    assert_true(apus_ws_subprotocol_is_offered(headers, 2, APUS_STR("V3.chat")));
}

static void codes_that_may_travel(void **state)
{
    static const unsigned may[] = { 1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999 };
    static const unsigned may_not[] = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535 };
    (void)state;
    for (size_t i = 0; i < COUNT(may); i++)
        assert_true(apus_ws_code_may_travel(may[i]));
    for (size_t i = 0; i < COUNT(may_not); i++)
        assert_false(apus_ws_code_may_travel(may_not[i]));
}

static void reasons_end_with_a_character(void **state)
{
    char text[130];
    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text + 121, "\xe2\x82\xac", 3); /* bytes 121 .. 123 */
    assert_int_equal(apus_ws_reason_cut((apus_str){ text, sizeof(text) }).len, 121);
    assert_int_equal(apus_ws_reason_cut((apus_str){ text, 100 }).len, 100);
}

/* --- frames, byte by byte --- */

static apus_ws_codec *server_with(apus_ws_deflate *deflate)
{
    apus_ws_codec *c = NULL;
    apus_ws_codec_options o = { .message_max = MESSAGE_MAX, .deflate = deflate };
    assert_int_equal(apus_ws_codec_create(&o, &apus_alloc_libc, &c), APUS_OK);
    return c;
}

/* A frame as a client sends it; the mask is 1 2 3 4. */
static void add_frame(apus_buf *to, unsigned first, const char *payload, size_t len)
{
    static const unsigned char mask[] = { 1, 2, 3, 4 };
    apus_buf_addc(to, (char)first);
    if (len < 126) {
        apus_buf_addc(to, (char)(0x80 | len));
    } else if (len < 65536) {
        apus_buf_addc(to, (char)(0x80 | 126));
        apus_buf_addc(to, (char)(len >> 8));
        apus_buf_addc(to, (char)(len & 0xff));
    } else {
        apus_buf_addc(to, (char)(0x80 | 127));
        for (int i = 7; i >= 0; i--)
            apus_buf_addc(to, (char)((uint64_t)len >> 8 * i & 0xff));
    }
    apus_buf_add(to, (apus_str){ (const char *)mask, 4 });
    for (size_t i = 0; i < len; i++)
        apus_buf_addc(to, (char)(payload[i] ^ mask[i & 3]));
}

/* What comes of bytes that arrive `step` at a time, as a text: "T:hello" "P:" "!1002". */
static void read_all(apus_ws_codec *c, apus_str bytes, size_t step, char *said, size_t room)
{
    apus_buf message = apus_buf_with(&apus_alloc_libc);
    apus_ws_event e;
    size_t at = 0;
    said[0] = 0;
    while (bytes.len) {
        apus_str part = apus_str_cut(&bytes, step < bytes.len ? step : bytes.len);
        apus_rc rc;
        while ((rc = apus_ws_codec_next(c, &part, &message, &e)) == APUS_OK) {
            apus_str text = e.payload;
            if (e.kind <= APUS_WS_BINARY)
                text = (apus_str){ message.ptr, message.len };
            const char *kind = "?TB?????CPQ";
            if (e.kind == APUS_WS_CLOSE)
                at += (size_t)snprintf(said + at, room - at, "C%u:%.*s ", e.code, APUS_FMT(text));
            else if (text.len > 100)
                at += (size_t)snprintf(said + at, room - at, "%c%zu ", kind[e.kind], text.len);
            else
                at += (size_t)snprintf(said + at, room - at, "%c:%.*s ", kind[e.kind],
                                       APUS_FMT(text));
            if (e.kind <= APUS_WS_BINARY)
                apus_buf_clear(&message);
        }
        if (rc != APUS_MORE) {
            snprintf(said + at, room - at, "!%u", e.code);
            break;
        }
        assert_int_equal(part.len, 0);
    }
    apus_buf_finish(&message);
}

struct piece {
    unsigned first; /* the frame's first byte; 0 ends the row */
    const char *payload;
    size_t len; /* of zeros, where payload is NULL */
};

enum { FIN = 0x80, RSV1 = 0x40, RSV2 = 0x20, RSV3 = 0x10, CONT = 0, TXT = 1, BIN = 2 };
enum { CLOSE = FIN | 8, PING = FIN | 9, PONG = FIN | 10 };

#define P(text)    "" text, sizeof(text) - 1
#define NO_FIN(op) ((op) | 0x100) /* so that 0 can end a row */

static const char zeros[MESSAGE_MAX + 1];

static const struct {
    struct piece pieces[6];
    const char *said;
} grid[] = {
    /* 1: messages of every length form */
    { { { FIN | TXT, P("") } }, "T: " },
    { { { FIN | TXT, P("hello") } }, "T:hello " },
    { { { FIN | BIN, P("\x01\xff") } }, "B:\x01\xff " },
    { { { FIN | BIN, NULL, 125 } }, "B125 " },
    { { { FIN | BIN, NULL, 126 } }, "B126 " },
    { { { FIN | BIN, NULL, 65535 } }, "B65535 " },
    { { { FIN | BIN, NULL, 65536 } }, "B65536 " },
    { { { FIN | BIN, NULL, MESSAGE_MAX } }, "B100000 " },
    { { { FIN | BIN, NULL, MESSAGE_MAX + 1 } }, "!1009" },
    { { { FIN | TXT, P("a") }, { FIN | TXT, P("b") } }, "T:a T:b " },
    /* 2: pings and pongs */
    { { { PING, P("") } }, "P: " },
    { { { PING, P("beat") }, { PONG, P("\xff") } }, "P:beat Q:\xff " },
    { { { PING, NULL, 125 } }, "P125 " },
    { { { PING, NULL, 126 } }, "!1002" },
    /* 3: reserved bits */
    { { { FIN | RSV1 | TXT, P("a") } }, "!1002" },
    { { { FIN | RSV2 | TXT, P("a") } }, "!1002" },
    { { { FIN | RSV3 | BIN, P("a") } }, "!1002" },
    { { { PING | RSV1, P("a") } }, "!1002" },
    { { { CLOSE | RSV3, P("") } }, "!1002" },
    /* 4: opcodes that mean nothing */
    { { { FIN | 3, P("a") } }, "!1002" },
    { { { FIN | 7, P("") } }, "!1002" },
    { { { FIN | 11, P("") } }, "!1002" },
    { { { FIN | 15, P("a") } }, "!1002" },
    /* 5: fragments */
    { { { NO_FIN(TXT), P("he") }, { FIN | CONT, P("llo") } }, "T:hello " },
    { { { NO_FIN(TXT), P("") }, { NO_FIN(CONT), P("") }, { FIN | CONT, P("") } }, "T: " },
    { { { NO_FIN(TXT), P("a") },
        { PING, P("p") },
        { NO_FIN(CONT), P("b") },
        { PONG, P("q") },
        { FIN | CONT, P("c") } },
      "P:p Q:q T:abc " },
    { { { FIN | CONT, P("a") } }, "!1002" },
    { { { NO_FIN(CONT), P("a") } }, "!1002" },
    { { { NO_FIN(TXT), P("a") }, { FIN | TXT, P("b") } }, "!1002" },
    { { { NO_FIN(TXT), P("a") }, { NO_FIN(BIN), P("b") } }, "!1002" },
    { { { FIN | TXT, P("a") }, { FIN | CONT, P("b") } }, "T:a !1002" },
    { { { NO_FIN(9), P("a") } }, "!1002" },
    { { { NO_FIN(8), P("") } }, "!1002" },
    { { { NO_FIN(BIN), NULL, MESSAGE_MAX }, { FIN | CONT, P("a") } }, "!1009" },
    { { { NO_FIN(BIN), NULL, 60000 }, { FIN | CONT, NULL, 40000 } }, "B100000 " },
    /* 6: text is UTF-8 */
    { { { FIN | TXT, P("\xce\xba\xe1\xbd\xb9") } }, "T:\xce\xba\xe1\xbd\xb9 " },
    { { { NO_FIN(TXT), P("\xe2") }, { FIN | CONT, P("\x82\xac") } }, "T:\xe2\x82\xac " },
    { { { FIN | TXT, P("\xed\xa0\x80") } }, "!1007" },
    { { { FIN | TXT, P("\xc0\xaf") } }, "!1007" },
    { { { FIN | TXT, P("\xf4\x90\x80\x80") } }, "!1007" },
    { { { FIN | TXT, P("\xe2\x82") } }, "!1007" },
    { { { NO_FIN(TXT), P("ok") }, { FIN | CONT, P("\xff") } }, "!1007" },
    { { { FIN | BIN, P("\xff") } }, "B:\xff " },
    /* 7: closing */
    { { { CLOSE, P("") } }, "C1005: " },
    { { { CLOSE, P("\x03\xe8") } }, "C1000: " },
    { { { CLOSE, P("\x03\xe8"
                   "bye") } },
      "C1000:bye " },
    { { { CLOSE, P("\x0f\xa0") } }, "C4000: " },
    { { { CLOSE, P("\x03") } }, "!1002" },
    { { { CLOSE, P("\x00\x00") } }, "!1002" },
    { { { CLOSE, P("\x03\xe7") } }, "!1002" },
    { { { CLOSE, P("\x03\xec") } }, "!1002" },
    { { { CLOSE, P("\x03\xed") } }, "!1002" },
    { { { CLOSE, P("\x03\xee") } }, "!1002" },
    { { { CLOSE, P("\x03\xf7") } }, "!1002" },
    { { { CLOSE, P("\x0b\xb7") } }, "!1002" },
    { { { CLOSE, P("\x13\x88") } }, "!1002" },
    { { { CLOSE, P("\x03\xe8\xff") } }, "!1007" },
    { { { CLOSE, NULL, 126 } }, "!1002" },
    { { { FIN | TXT, P("a") }, { CLOSE, P("\x03\xe8") }, { FIN | TXT, P("b") } }, "T:a C1000: " },
    { { { NO_FIN(TXT), P("a") }, { CLOSE, P("\x03\xe9") } }, "C1001: " },
};

static void frames_by_the_rules(void **state)
{
    static const size_t steps[] = { 1, 2, 3, 7, 4096, SIZE_MAX };
    char said[512];
    (void)state;
    for (size_t i = 0; i < COUNT(grid); i++) {
        apus_buf bytes = apus_buf_with(&apus_alloc_libc);
        for (const struct piece *p = grid[i].pieces; p->first; p++)
            add_frame(&bytes, p->first & 0xff, p->payload ? p->payload : zeros, p->len);
        for (size_t k = bytes.len > 1000 ? 3 : 0; k < COUNT(steps); k++) {
            apus_ws_codec *c = server_with(NULL);
            read_all(c, (apus_str){ bytes.ptr, bytes.len }, steps[k], said, sizeof(said));
            assert_string_equal(said, grid[i].said);
            apus_ws_codec_destroy(c);
        }
        apus_buf_finish(&bytes);
    }
}

/* What no frame of the grid is. */
static void heads_that_are_wrong(void **state)
{
    static const struct {
        apus_str bytes;
        const char *said;
    } rows[] = {
        { APUS_STR_INIT("\x81\x01"
                        "a"),
          "!1002" },                                                    /* not masked */
        { APUS_STR_INIT("\x82\xfe\x00\x7d\x01\x02\x03\x04"), "!1002" }, /* 125 in the long form */
        { APUS_STR_INIT("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04"), "!1002" },
        { APUS_STR_INIT("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04"), "!1002" },
        { APUS_STR_INIT("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04x"), "!1009" },
        { APUS_STR_INIT("\x82\xfe"), "" }, /* and nothing more yet */
        { APUS_STR_INIT("GET / HTTP/1.1\r\n"), "!1002" },
    };
    char said[64];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_ws_codec *c = server_with(NULL);
        read_all(c, rows[i].bytes, SIZE_MAX, said, sizeof(said));
        assert_string_equal(said, rows[i].said);
        apus_ws_codec_destroy(c);
    }
}

/* --- both sides --- */

struct pair {
    apus_ws_deflate *deflate;
    apus_ws_codec *server, *client;
    apus_buf wire;
};

static struct pair pair_with(bool packs)
{
    struct pair p = { .wire = apus_buf_with(&apus_alloc_libc) };
    if (packs)
        assert_int_equal(apus_ws_deflate_create(&apus_alloc_libc, &p.deflate), APUS_OK);
    p.server = server_with(p.deflate);
    apus_ws_codec_options o = {
        .role = APUS_WS_CLIENT, .message_max = MESSAGE_MAX, .deflate = p.deflate, .mask_seed = 7
    };
    assert_int_equal(apus_ws_codec_create(&o, &apus_alloc_libc, &p.client), APUS_OK);
    return p;
}

static void pair_end(struct pair *p)
{
    apus_ws_codec_destroy(p->server);
    apus_ws_codec_destroy(p->client);
    apus_ws_deflate_destroy(p->deflate);
    apus_buf_finish(&p->wire);
}

/* Sends text from one to the other; the bytes that it took. */
static size_t pass(struct pair *p, apus_ws_codec *from, apus_ws_codec *to, apus_str text)
{
    apus_buf message = apus_buf_with(&apus_alloc_libc);
    apus_ws_event e;
    apus_buf_clear(&p->wire);
    assert_int_equal(apus_ws_codec_write(from, APUS_WS_TEXT, text, &p->wire), APUS_OK);
    apus_str wire = { p->wire.ptr, p->wire.len };
    assert_int_equal(apus_ws_codec_next(to, &wire, &message, &e), APUS_OK);
    assert_int_equal(e.kind, APUS_WS_TEXT);
    assert_true(apus_str_eq((apus_str){ message.ptr, message.len }, text));
    assert_int_equal(apus_ws_codec_next(to, &wire, &message, &e), APUS_MORE);
    apus_buf_finish(&message);
    return p->wire.len;
}

static void messages_arrive_as_they_were(void **state)
{
    static const size_t lengths[] = { 0, 1, 125, 126, 511, 512, 4095, 4096, 65535, 65536, 100000 };
    static char text[MESSAGE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i * i % 23);
    for (int packs = 0; packs < 2; packs++) {
        struct pair p = pair_with(packs);
        for (size_t i = 0; i < COUNT(lengths); i++) {
            size_t sent = pass(&p, p.server, p.client, (apus_str){ text, lengths[i] });
            assert_true(packs && lengths[i] >= 512 ? sent < lengths[i] : sent >= lengths[i] + 2);
            pass(&p, p.client, p.server, (apus_str){ text, lengths[i] });
        }
        pair_end(&p);
    }
}

/* Bytes without a pattern are sent as they are. */
static void what_does_not_pack_is_not_packed(void **state)
{
    char noise[4096];
    uint64_t x = 88172645463325252u;
    (void)state;
    for (size_t i = 0; i < sizeof(noise); i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        noise[i] = (char)(x >> 32);
    }
    struct pair p = pair_with(true);
    assert_int_equal(
        apus_ws_codec_write(p.server, APUS_WS_BINARY, (apus_str){ noise, sizeof(noise) }, &p.wire),
        APUS_OK);
    assert_int_equal(p.wire.len, sizeof(noise) + 4);
    assert_int_equal((unsigned char)p.wire.ptr[0], 0x82);
    pair_end(&p);
}

/* RFC 7692 section 7.2.3.1: "Hello", packed; in one frame, in two, with a stored block. */
static void packed_messages_of_the_rfc(void **state)
{
    static const struct {
        struct piece pieces[3];
        const char *said;
    } rows[] = {
        { { { FIN | RSV1 | TXT, P("\xf2\x48\xcd\xc9\xc9\x07\x00") } }, "T:Hello " },
        { { { NO_FIN(RSV1 | TXT), P("\xf2\x48\xcd") }, { FIN | CONT, P("\xc9\xc9\x07\x00") } },
          "T:Hello " },
        { { { FIN | RSV1 | TXT, P("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00") } }, "T:Hello " },
        { { { FIN | RSV1 | TXT, P("\xf3\x48\xcd\xc9\xc9\x07\x00\x00") } }, "T:Hello " },
        { { { FIN | RSV1 | TXT, P("\x00") } }, "T: " },
        { { { FIN | RSV1 | TXT, P("\xff\xff\xff") } }, "!1007" },
        { { { NO_FIN(TXT), P("a") }, { FIN | RSV1 | CONT, P("b") } }, "!1002" },
        { { { RSV1 | PING, P("a") } }, "!1002" },
        { { { FIN | TXT, P("plain") } }, "T:plain " },
    };
    char said[64];
    (void)state;
    struct pair p = pair_with(true);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_buf_clear(&p.wire);
        for (const struct piece *x = rows[i].pieces; x->first; x++)
            add_frame(&p.wire, x->first & 0xff, x->payload, x->len);
        apus_ws_codec *c = server_with(p.deflate);
        read_all(c, (apus_str){ p.wire.ptr, p.wire.len }, 1, said, sizeof(said));
        assert_string_equal(said, rows[i].said);
        apus_ws_codec_destroy(c);
    }
    pair_end(&p);
}

/* A message that is small on the wire and larger than the limit. */
static void bombs_are_too_big(void **state)
{
    char said[64];
    (void)state;
    struct pair p = pair_with(true);
    static char text[4 * MESSAGE_MAX];
    memset(text, 'a', sizeof(text));
    assert_int_equal(
        apus_ws_codec_write(p.client, APUS_WS_TEXT, (apus_str){ text, sizeof(text) }, &p.wire),
        APUS_OK);
    assert_true(p.wire.len < 4000);
    read_all(p.server, (apus_str){ p.wire.ptr, p.wire.len }, SIZE_MAX, said, sizeof(said));
    assert_string_equal(said, "!1009");
    pair_end(&p);
}

static void closes_are_written(void **state)
{
    static const struct {
        unsigned code;
        apus_str reason, bytes;
    } rows[] = {
        { 1000, APUS_STR_INIT("bye"),
          APUS_STR_INIT("\x88\x05\x03\xe8"
                        "bye") },
        { 1005, APUS_STR_INIT("lost"), APUS_STR_INIT("\x88\x00") },
        { 4999, APUS_STR_INIT(""), APUS_STR_INIT("\x88\x02\x13\x87") },
    };
    (void)state;
    apus_ws_codec *c = server_with(NULL);
    apus_buf to = apus_buf_with(&apus_alloc_libc);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_buf_clear(&to);
        assert_int_equal(apus_ws_codec_write_close(c, rows[i].code, rows[i].reason, &to), APUS_OK);
        assert_true(apus_str_eq((apus_str){ to.ptr, to.len }, rows[i].bytes));
    }
    assert_int_equal(apus_ws_codec_write_close(c, 1006, APUS_STR(""), &to), APUS_INVALID);
    apus_buf_finish(&to);
    apus_ws_codec_destroy(c);
}

/* --- without memory --- */

struct march {
    int allowed;
};

static void *march_resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    struct march *m = ctx;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return m->allowed-- > 0 ? realloc(ptr, new_size) : NULL;
}

/* Packs and unpacks a message with so many allocations; whether that sufficed. */
static bool try_with(int allowed)
{
    struct march m = { allowed };
    apus_alloc alloc = { march_resize, &m };
    static char text[5000];
    memset(text, 'x', sizeof(text));
    apus_ws_deflate *d = NULL;
    apus_ws_codec *server = NULL, *client = NULL;
    apus_buf wire = apus_buf_with(&alloc), message = apus_buf_with(&alloc);
    apus_ws_event e;
    apus_rc rc = apus_ws_deflate_create(&alloc, &d);
    apus_ws_codec_options o = { .message_max = MESSAGE_MAX, .deflate = d };
    rc = rc ? rc : apus_ws_codec_create(&o, &alloc, &server);
    o.role = APUS_WS_CLIENT;
    rc = rc ? rc : apus_ws_codec_create(&o, &alloc, &client);
    rc = rc ? rc
            : apus_ws_codec_write(client, APUS_WS_TEXT, (apus_str){ text, sizeof(text) }, &wire);
    apus_str bytes = { wire.ptr, wire.len };
    rc = rc ? rc : apus_ws_codec_next(server, &bytes, &message, &e);
    assert_true(rc == APUS_OK || rc == APUS_NOMEM);
    if (!rc)
        assert_int_equal(message.len, sizeof(text));
    apus_ws_codec_destroy(server);
    apus_ws_codec_destroy(client);
    apus_ws_deflate_destroy(d);
    apus_buf_finish(&wire);
    apus_buf_finish(&message);
    return rc == APUS_OK;
}

static void every_allocation_may_fail(void **state)
{
    int allowed = 0;
    (void)state;
    while (!try_with(allowed))
        allowed++;
    assert_true(allowed > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_of_the_rfc),
        cmocka_unit_test(who_asks),
        cmocka_unit_test(handshakes_read),
        cmocka_unit_test(subprotocols_by_our_preference),
        cmocka_unit_test(codes_that_may_travel),
        cmocka_unit_test(reasons_end_with_a_character),
        cmocka_unit_test(frames_by_the_rules),
        cmocka_unit_test(heads_that_are_wrong),
        cmocka_unit_test(messages_arrive_as_they_were),
        cmocka_unit_test(what_does_not_pack_is_not_packed),
        cmocka_unit_test(packed_messages_of_the_rfc),
        cmocka_unit_test(bombs_are_too_big),
        cmocka_unit_test(closes_are_written),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
