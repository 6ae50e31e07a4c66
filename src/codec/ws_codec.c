/* Messages out of frames, and frames out of messages.
 *
 * wslay reads and writes the frames: headers, lengths, masks.  What frames mean is here:
 *
 *     TEXT or BINARY, then CONTINUATION ..., the last with FIN    a message
 *     PING, PONG, CLOSE, whole, anywhere in between               a control frame
 *
 * Frames come in chunks, and a chunk is all that is looked at; a message that is packed
 * is collected first and unpacked when it is whole. */
#include "apus/ws_codec.h"

#include <assert.h>
#include <wslay/wslay.h>

#include "codec/ws_deflate.h"

enum {
    PACK_MIN = 512,          /* bytes of a message below which packing does not pay */
    PACKED_KEPT_MAX = 65536, /* of the buffer of packed messages, from message to message */
    FRAME_HEAD_MAX = 14,
};

struct apus_ws_codec {
    apus_alloc alloc;
    apus_ws_codec_options options;
    struct wslay_frame_context *frames;
    apus_str *input; /* of the call that runs */
    apus_buf *to;    /* of the call that runs */
    uint64_t mask;   /* the state that masks come of */

    /* what is being read */
    apus_buf packed;
    uint64_t frame_left; /* bytes of the payload to come */
    size_t len;          /* bytes of the message so far, packed ones if they are */
    uint8_t message;     /* opcode of its first frame; 0: none has begun */
    bool in_frame, is_packed;
    bool over; /* it has failed, or closed: what else comes is passed over */
    uint8_t control_len;
    char control[APUS_WS_CONTROL_MAX];
};

/* --- what wslay calls --- */

static ssize_t give_input(uint8_t *to, size_t room, int flags, void *ctx)
{
    apus_ws_codec *c = ctx;
    (void)flags;
    size_t n = c->input->len < room ? c->input->len : room;
    if (n == 0)
        return -1;
    memcpy(to, c->input->ptr, n);
    apus_str_cut(c->input, n);
    return (ssize_t)n;
}

static ssize_t take_output(const uint8_t *bytes, size_t n, int flags, void *ctx)
{
    apus_ws_codec *c = ctx;
    (void)flags;
    apus_buf_add(c->to, (apus_str){ (const char *)bytes, n });
    return c->to->failed ? -1 : (ssize_t)n;
}

/* xorshift64*: masks need to differ, and here no more than that (RFC 6455 section 10.3 is
 * about clients that others program). */
static int make_mask(uint8_t *to, size_t n, void *ctx)
{
    apus_ws_codec *c = ctx;
    for (size_t i = 0; i < n; i++) {
        c->mask ^= c->mask >> 12;
        c->mask ^= c->mask << 25;
        c->mask ^= c->mask >> 27;
        to[i] = (uint8_t)(c->mask * UINT64_C(0x2545f4914f6cdd1d) >> 56);
    }
    return 0;
}

apus_rc apus_ws_codec_create(const apus_ws_codec_options *options, const apus_alloc *alloc,
                             apus_ws_codec **out)
{
    static const struct wslay_frame_callbacks callbacks = { take_output, give_input, make_mask };
    apus_ws_codec *c = alloc->resize(alloc->ctx, NULL, 0, sizeof(*c));
    if (!c)
        return APUS_NOMEM;
    *c = (apus_ws_codec){ .alloc = *alloc,
                          .options = *options,
                          .packed = apus_buf_with(alloc),
                          .mask = options->mask_seed | 1 };
    if (wslay_frame_context_init(&c->frames, &callbacks, c)) {
        alloc->resize(alloc->ctx, c, sizeof(*c), 0);
        return APUS_NOMEM;
    }
    *out = c;
    return APUS_OK;
}

void apus_ws_codec_destroy(apus_ws_codec *c)
{
    if (!c)
        return;
    apus_alloc alloc = c->alloc;
    wslay_frame_context_free(c->frames);
    apus_buf_finish(&c->packed);
    alloc.resize(alloc.ctx, c, sizeof(*c), 0);
}

/* --- reading --- */

static apus_rc fail(apus_ws_codec *c, apus_ws_event *e, apus_rc rc, const char *why)
{
    c->over = true;
    e->kind = APUS_WS_CLOSE;
    e->payload = APUS_STR("");
    e->why = why;
    e->code = rc == APUS_SYNTAX    ? APUS_WS_PROTOCOL
              : rc == APUS_INVALID ? APUS_WS_BAD_DATA
              : rc == APUS_LIMIT   ? APUS_WS_TOO_BIG
                                   : APUS_WS_INTERNAL;
    return rc;
}

static bool is_control(unsigned opcode)
{
    return opcode & 8;
}

/* Why a frame may not begin like this, or NULL. */
static const char *frame_is_wrong(const apus_ws_codec *c, const struct wslay_frame_iocb *f)
{
    bool is_first = f->opcode == APUS_WS_TEXT || f->opcode == APUS_WS_BINARY;
    bool is_known =
        f->opcode <= APUS_WS_BINARY || (f->opcode >= APUS_WS_CLOSE && f->opcode <= APUS_WS_PONG);
    bool may_be_packed = c->options.deflate && is_first;
    if (!is_known)
        return "an opcode that means nothing";
    if (f->rsv & ~(may_be_packed ? WSLAY_RSV1_BIT : 0U))
        return "a reserved bit is set";
    if (f->mask != (c->options.role == APUS_WS_SERVER))
        return f->mask ? "a server's frame is masked" : "a client's frame is not masked";
    if (is_first && c->message)
        return "a message begins within another";
    if (f->opcode == 0 && !c->message)
        return "a message goes on that has not begun";
    return NULL;
}

static apus_rc begin_frame(apus_ws_codec *c, const struct wslay_frame_iocb *f, apus_ws_event *e)
{
    const char *why = frame_is_wrong(c, f);
    if (why)
        return fail(c, e, APUS_SYNTAX, why);
    c->in_frame = true;
    c->frame_left = f->payload_length;
    if (is_control(f->opcode)) {
        c->control_len = 0;
        return APUS_OK;
    }
    if (f->opcode) {
        c->message = f->opcode;
        c->is_packed = f->rsv & WSLAY_RSV1_BIT;
        c->len = 0;
        if (c->packed.cap > PACKED_KEPT_MAX)
            apus_buf_finish(&c->packed);
        apus_buf_clear(&c->packed);
    }
    if (f->payload_length > c->options.message_max - c->len)
        return fail(c, e, APUS_LIMIT, "the message is too long");
    c->len += (size_t)f->payload_length;
    return APUS_OK;
}

static apus_rc end_message(apus_ws_codec *c, apus_buf *message, apus_ws_event *e)
{
    apus_rc rc = APUS_OK;
    if (c->is_packed)
        rc = apus__ws_inflate(c->options.deflate, (apus_str){ c->packed.ptr, c->packed.len },
                              c->options.message_max, message);
    if (rc)
        return fail(c, e, rc == APUS_SYNTAX ? APUS_INVALID : rc,
                    rc == APUS_LIMIT ? "the message is too long" : "the message does not inflate");
    if (c->message == APUS_WS_TEXT && !apus_str_is_utf8((apus_str){ message->ptr, message->len }))
        return fail(c, e, APUS_INVALID, "the text is not UTF-8");
    *e = (apus_ws_event){ .kind = (apus_ws_kind)c->message, .payload = APUS_STR("") };
    c->message = 0;
    return APUS_OK;
}

/* RFC 6455 section 5.5.1: nothing, or a code and a reason. */
static apus_rc end_close(apus_ws_codec *c, apus_ws_event *e)
{
    const unsigned char *p = (const unsigned char *)c->control;
    unsigned code = c->control_len >= 2 ? (unsigned)p[0] << 8 | p[1] : APUS_WS_NO_CODE;
    apus_str reason = APUS_STR("");
    if (c->control_len > 2)
        reason = (apus_str){ c->control + 2, (size_t)c->control_len - 2 };
    if (c->control_len == 1 || (c->control_len && !apus_ws_code_may_travel(code)))
        return fail(c, e, APUS_SYNTAX, "a close with a code that means nothing");
    if (!apus_str_is_utf8(reason))
        return fail(c, e, APUS_INVALID, "the reason is not UTF-8");
    c->over = true;
    *e = (apus_ws_event){ .kind = APUS_WS_CLOSE, .payload = reason, .code = (uint16_t)code };
    return APUS_OK;
}

static apus_rc end_control(apus_ws_codec *c, unsigned opcode, apus_ws_event *e)
{
    if (opcode == APUS_WS_CLOSE)
        return end_close(c, e);
    *e = (apus_ws_event){ .kind = (apus_ws_kind)opcode, .payload = { c->control, c->control_len } };
    return APUS_OK;
}

static apus_rc take_payload(apus_ws_codec *c, const struct wslay_frame_iocb *f, apus_buf *message,
                            apus_ws_event *e)
{
    apus_buf *to = c->is_packed ? &c->packed : message;
    c->frame_left -= f->data_length;
    if (is_control(f->opcode)) {
        memcpy(c->control + c->control_len, f->data, f->data_length);
        c->control_len = (uint8_t)(c->control_len + f->data_length);
        return APUS_OK;
    }
    apus_buf_add(to, (apus_str){ (const char *)f->data, f->data_length });
    return to->failed ? fail(c, e, APUS_NOMEM, "out of memory") : APUS_OK;
}

/* The next chunk of a frame.  APUS_OK, APUS_MORE, APUS_SYNTAX or APUS_NOMEM. */
static apus_rc next_chunk(apus_ws_codec *c, struct wslay_frame_iocb *f)
{
    ssize_t got;
    do
        got = wslay_frame_recv(c->frames, f);
    while (got == WSLAY_ERR_WANT_READ && c->input->len);
    return got >= 0 ? APUS_OK : got == WSLAY_ERR_WANT_READ ? APUS_MORE : APUS_SYNTAX;
}

apus_rc apus_ws_codec_next(apus_ws_codec *c, apus_str *input, apus_buf *message, apus_ws_event *e)
{
    struct wslay_frame_iocb f;
    c->input = input;
    if (c->over)
        apus_str_cut(input, input->len);
    for (;;) {
        apus_rc rc = c->over ? APUS_MORE : next_chunk(c, &f);
        if (rc == APUS_MORE)
            return rc;
        if (rc)
            return fail(c, e, rc, "a frame that is none");
        if (!c->in_frame)
            rc = begin_frame(c, &f, e);
        if (!rc)
            rc = take_payload(c, &f, message, e);
        if (rc)
            return rc;
        if (c->frame_left)
            continue;
        c->in_frame = false;
        if (is_control(f.opcode))
            return end_control(c, f.opcode, e);
        if (f.fin)
            return end_message(c, message, e);
    }
}

/* --- writing --- */

static apus_rc write_frame(apus_ws_codec *c, unsigned opcode, unsigned rsv, apus_str payload,
                           apus_buf *to)
{
    struct wslay_frame_iocb f = { .fin = 1,
                                  .rsv = (uint8_t)rsv,
                                  .opcode = (uint8_t)opcode,
                                  .payload_length = payload.len,
                                  .mask = c->options.role == APUS_WS_CLIENT,
                                  .data = (const uint8_t *)payload.ptr,
                                  .data_length = payload.len };
    if (payload.len > SIZE_MAX / 2 || !apus_buf_room(to, payload.len + FRAME_HEAD_MAX))
        return APUS_NOMEM;
    c->to = to;
    do {
        ssize_t sent = wslay_frame_send(c->frames, &f);
        if (sent < 0)
            return APUS_NOMEM; /* cannot be: there is room, and the frame is a frame */
        f.data += sent;
        f.data_length -= (size_t)sent;
    } while (f.data_length);
    return APUS_OK;
}

apus_rc apus_ws_codec_write(apus_ws_codec *c, apus_ws_kind kind, apus_str bytes, apus_buf *to)
{
    apus_str packed;
    bool is_message = !is_control(kind);
    assert(is_message || bytes.len <= APUS_WS_CONTROL_MAX);
    if (is_message && c->options.deflate && bytes.len >= PACK_MIN &&
        apus__ws_deflate(c->options.deflate, bytes, &packed))
        return write_frame(c, kind, WSLAY_RSV1_BIT, packed, to);
    return write_frame(c, kind, 0, bytes.ptr ? bytes : APUS_STR(""), to);
}

apus_rc apus_ws_codec_write_close(apus_ws_codec *c, unsigned code, apus_str reason, apus_buf *to)
{
    char payload[APUS_WS_CONTROL_MAX];
    size_t len = 0;
    if (code != APUS_WS_NO_CODE) {
        if (!apus_ws_code_may_travel(code))
            return APUS_INVALID;
        payload[0] = (char)(code >> 8);
        payload[1] = (char)(code & 0xff);
        reason = apus_ws_reason_cut(reason);
        if (reason.len)
            memcpy(payload + 2, reason.ptr, reason.len);
        len = 2 + reason.len;
    }
    return write_frame(c, APUS_WS_CLOSE, 0, (apus_str){ payload, len }, to);
}
