/* Any bytes are frames or are refused, at any seam: what comes of them does not depend on
 * how they were cut.  Messages that arrive, arrive again when they are sent back. */
#include <assert.h>
#include <stdlib.h>

#include "apus/ws_codec.h"

enum { MESSAGE_MAX = 4096 };

struct outcome {
    unsigned n, code;
    size_t bytes;
    uint64_t hash;
};

static void note(struct outcome *o, unsigned kind, apus_str text)
{
    o->n++;
    o->bytes += text.len;
    o->hash = apus_hash(text.ptr, text.len, o->hash + kind);
}

/* Sends a message to a client, which must see the same. */
static void echo(apus_ws_codec *server, apus_ws_codec *client, unsigned kind, apus_str text)
{
    apus_buf wire = apus_buf_with(&apus_alloc_libc), back = apus_buf_with(&apus_alloc_libc);
    apus_ws_event e;
    apus_rc rc = apus_ws_codec_write(server, (apus_ws_kind)kind, text, &wire);
    apus_str bytes = { wire.ptr, wire.len };
    assert(rc == APUS_OK);
    rc = apus_ws_codec_next(client, &bytes, &back, &e);
    assert(rc == APUS_OK && e.kind == kind && bytes.len == 0);
    assert(apus_str_eq((apus_str){ back.ptr, back.len }, text));
    apus_buf_finish(&wire);
    apus_buf_finish(&back);
}

static struct outcome read_frames(apus_str bytes, size_t step, apus_ws_deflate *deflate)
{
    struct outcome o = { 0 };
    apus_ws_codec *server = NULL, *client = NULL;
    apus_ws_codec_options options = { .message_max = MESSAGE_MAX, .deflate = deflate };
    apus_buf message = apus_buf_with(&apus_alloc_libc);
    apus_ws_event e;
    if (apus_ws_codec_create(&options, &apus_alloc_libc, &server))
        abort();
    options.role = APUS_WS_CLIENT;
    if (apus_ws_codec_create(&options, &apus_alloc_libc, &client))
        abort();
    while (bytes.len && !o.code) {
        apus_str part = apus_str_cut(&bytes, step < bytes.len ? step : bytes.len);
        apus_rc rc;
        while ((rc = apus_ws_codec_next(server, &part, &message, &e)) == APUS_OK) {
            bool is_message = e.kind <= APUS_WS_BINARY;
            apus_str text = is_message ? (apus_str){ message.ptr, message.len } : e.payload;
            assert(text.len <= MESSAGE_MAX);
            assert(e.kind != APUS_WS_TEXT || apus_str_is_utf8(text));
            note(&o, e.kind, text);
            if (!is_message)
                continue;
            echo(server, client, e.kind, text);
            apus_buf_clear(&message);
        }
        if (rc != APUS_MORE)
            o.code = e.code;
        assert(rc == APUS_MORE || (e.why && apus_ws_code_may_travel(e.code)));
    }
    apus_ws_codec_destroy(server);
    apus_ws_codec_destroy(client);
    apus_buf_finish(&message);
    return o;
}

/* The input as a header's value: whatever it is, it is judged. */
static void read_handshake(apus_str text)
{
    static const char *const names[] = { "upgrade", "sec-websocket-key", "sec-websocket-extensions",
                                         "sec-websocket-protocol" };
    const apus_str known[] = { APUS_STR("chat"), APUS_STR("") };
    apus_http_header headers[6] = {
        { APUS_STR("Connection"), APUS_STR("upgrade") },
        { APUS_STR("Sec-WebSocket-Version"), APUS_STR("13") },
    };
    char accept[APUS_WS_ACCEPT_LEN];
    apus_ws_handshake h;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        headers[2 + i] = (apus_http_header){ apus_str_of(names[i]), text };
    (void)apus_ws_is_asked(headers, 6);
    if (apus_ws_handshake_read(headers, 6, &h) == APUS_OK)
        apus_ws_accept_print(h.key, accept);
    (void)apus_ws_subprotocol_choose(headers, 6, known, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_str bytes = { (const char *)data, size };
    apus_ws_deflate *deflate = NULL;
    if (size == 0)
        return 0;
    if (data[0] & 1 && apus_ws_deflate_create(&apus_alloc_libc, &deflate))
        abort();
    read_handshake(bytes);
    apus_str_cut(&bytes, 1);
    struct outcome whole = read_frames(bytes, SIZE_MAX, deflate);
    struct outcome cut = read_frames(bytes, 1 + (data[0] >> 1) % 16, deflate);
    assert(whole.n == cut.n && whole.code == cut.code && whole.hash == cut.hash);
    apus_ws_deflate_destroy(deflate);
    return 0;
}
