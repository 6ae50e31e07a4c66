/* Answers in pieces, and connections that leave HTTP.
 *
 *     begin     head queued; from here the answer is OPEN and stays its connection's turn
 *     write     small pieces are copied into the output's blocks, large ones lent to it
 *     finish    the end, as the framing tells it; the next answer's turn
 *
 * A writer is held back in two ways: when stream_max bytes have been copied and not
 * sent it waits until half of them have left, and with a lent piece until all of it
 * has.  So a stream costs a client that does not read no more than that, and the write
 * timeout ends it. */
#include "apus/metric.h"
#include "apus/value.h"
#include "http/connection.h"
#include "http/h2.h"

enum {
    LEND_MIN = 4096,    /* bytes from which a piece is lent instead of copied */
    CHUNK_HEAD_MAX = 18 /* "ffffffffffffffff\r\n" */
};

static apus__exchange *of(apus_exchange *pub)
{
    return (apus__exchange *)(void *)pub;
}

static bool is_gone(const apus__exchange *x)
{
    return x->c->state == APUS__CONNECTION_GONE;
}

/* --- beginning --- */

static bool has_turn(const apus__exchange *x)
{
    return x->c->turn == x;
}

/* APUS_OK with the turn, or why not. */
static apus_rc wait_for_turn(apus__exchange *x)
{
    apus_rc rc = has_turn(x) ? APUS_OK : apus__exchange_wait(x, has_turn);
    return is_gone(x) ? APUS_IO : rc;
}

/* The client can only be told the end by closing: nothing may follow. */
static void close_behind(apus__exchange *x)
{
    apus__connection *c = x->c;
    x->closes = true;
    x->keeps_alive = false;
    if (c->state == APUS__CONNECTION_OPEN)
        c->state = APUS__CONNECTION_CLOSING;
    apus__input_drop(c);
}

static void frame(apus__exchange *x, uint64_t length)
{
    x->left = length;
    x->framing = APUS__FRAMING_LENGTH;
    if (length != APUS_LENGTH_UNKNOWN)
        return;
    x->framing = APUS__FRAMING_CHUNKED;
    if (x->pub.request.version == 10) {
        x->framing = APUS__FRAMING_CLOSE;
        close_behind(x);
    }
}

apus_rc apus_exchange_begin(apus_exchange *pub, const apus_http_reply *reply, uint64_t length)
{
    apus__exchange *x = of(pub);
    apus__connection *c = x->c;
    if (x->h2)
        return apus__h2_open(x, reply, length);
    apus_rc rc = is_gone(x) ? APUS_IO : wait_for_turn(x);
    if (rc)
        return rc;
    apus__connection_enter(c);
    frame(x, length);
    if (apus__answer_begin(x, reply)) {
        apus__connection_lose(c);
        rc = APUS_IO;
    } else if (apus__answer_has_content(x, reply->status)) {
        x->answer_state = APUS__ANSWER_OPEN;
    } else {
        apus__exchange_set_over(x);
        apus__body_pass_over(x);
        apus__exchange_pass_turn(c);
        rc = APUS_DONE;
    }
    apus__connection_leave_later(c);
    return rc;
}

/* --- writing --- */

/* A piece that stands with its writer, who waits until it is back. */
typedef struct loan {
    apus__piece piece; /* first */
    apus_fiber *writer;
    bool over;
} loan;

static void loan_is_over(apus__piece *p)
{
    loan *l = (loan *)(void *)p;
    l->over = true;
    apus_fiber_wake(l->writer);
}

static char *put_chunk_head(char *to, size_t n)
{
    char digits[16];
    size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[n & 15];
        n >>= 4;
    } while (n);
    memcpy(to, digits + at, sizeof(digits) - at);
    to += sizeof(digits) - at;
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

/* Queues a copy of bytes with what frames them. */
static apus_rc put_copy(apus__exchange *x, apus_str bytes)
{
    apus__connection *c = x->c;
    char *begin = apus__output_room(&c->out, &c->server->blocks, bytes.len + CHUNK_HEAD_MAX + 2);
    if (!begin)
        return APUS_NOMEM;
    char *end = x->framing == APUS__FRAMING_CHUNKED ? put_chunk_head(begin, bytes.len) : begin;
    memcpy(end, bytes.ptr, bytes.len);
    end += bytes.len;
    if (x->framing == APUS__FRAMING_CHUNKED) {
        *end++ = '\r';
        *end++ = '\n';
    }
    apus__output_grew(&c->out, (size_t)(end - begin));
    return APUS_OK;
}

static apus_rc put_text(apus__connection *c, apus_str text)
{
    char *to = apus__output_room(&c->out, &c->server->blocks, text.len);
    if (!to)
        return APUS_NOMEM;
    memcpy(to, text.ptr, text.len);
    apus__output_grew(&c->out, text.len);
    return APUS_OK;
}

/* Queues bytes themselves, with what frames them; l stands until they are back. */
static apus_rc put_loan(apus__exchange *x, apus_str bytes, loan *l)
{
    apus__connection *c = x->c;
    bool chunked = x->framing == APUS__FRAMING_CHUNKED;
    char head[CHUNK_HEAD_MAX];
    apus_rc rc = APUS_OK;
    if (chunked)
        rc = put_text(c, (apus_str){ head, (size_t)(put_chunk_head(head, bytes.len) - head) });
    if (rc)
        return rc;
    *l = (loan){ .piece = { .ptr = bytes.ptr, .len = bytes.len, .released = loan_is_over },
                 .writer = apus_fiber_self() };
    apus__output_lend(&c->out, &l->piece);
    return chunked ? put_text(c, APUS_STR("\r\n")) : APUS_OK;
}

static bool has_room(const apus__exchange *x)
{
    const apus__connection *c = x->c;
    return c->out.queued - c->out.sent <= c->server->limits.stream_max / 2;
}

/* After one call: the connection may be lost to a lack of memory. */
static apus_rc settle_write(apus__exchange *x, apus_rc rc)
{
    if (rc)
        apus__connection_lose(x->c);
    else
        x->sent_at = x->c->out.queued;
    apus__connection_leave_later(x->c);
    return is_gone(x) ? APUS_IO : rc;
}

static apus_rc write_loan(apus__exchange *x, apus_str bytes)
{
    loan l = { .over = true };
    apus__connection_enter(x->c);
    apus_rc rc = settle_write(x, put_loan(x, bytes, &l));
    /* whatever happens, the piece stands on this stack until it is back */
    while (!l.over)
        apus_fiber_park_firmly();
    return is_gone(x) ? APUS_IO : rc;
}

static apus_rc write_copy(apus__exchange *x, apus_str bytes)
{
    apus__connection *c = x->c;
    apus__connection_enter(c);
    apus_rc rc = settle_write(x, put_copy(x, bytes));
    if (rc || c->out.queued - c->out.sent <= c->server->limits.stream_max)
        return rc;
    rc = apus__exchange_wait(x, has_room);
    return is_gone(x) ? APUS_IO : rc;
}

apus_rc apus_exchange_write(apus_exchange *pub, apus_str bytes)
{
    apus__exchange *x = of(pub);
    if (is_gone(x))
        return APUS_IO;
    if (x->answer_state != APUS__ANSWER_OPEN)
        return APUS_DONE;
    if (bytes.len == 0)
        return APUS_OK;
    if (x->framing == APUS__FRAMING_LENGTH) {
        if (bytes.len > x->left)
            return APUS_LIMIT;
        x->left -= bytes.len;
    }
    x->body_bytes += bytes.len;
    if (x->h2)
        return apus__h2_write(x, bytes);
    return bytes.len < LEND_MIN ? write_copy(x, bytes) : write_loan(x, bytes);
}

/* --- finishing --- */

/* What tells the end; APUS_INVALID when it cannot be told. */
static apus_rc put_end(apus__exchange *x)
{
    apus__connection *c = x->c;
    switch ((apus__framing)x->framing) {
    case APUS__FRAMING_LENGTH:
        return x->left ? APUS_INVALID : APUS_OK;
    case APUS__FRAMING_CHUNKED:
        return put_text(c, APUS_STR("0\r\n\r\n"));
    case APUS__FRAMING_CLOSE:
        c->cut = true;
        return APUS_OK;
    case APUS__FRAMING_NONE:
        c->state = APUS__CONNECTION_CLOSING;
        c->lingers = true;
        return APUS_OK;
    }
    return APUS_INVALID;
}

apus_rc apus_exchange_finish(apus_exchange *pub)
{
    apus__exchange *x = of(pub);
    apus__connection *c = x->c;
    if (is_gone(x))
        return APUS_IO;
    if (x->answer_state != APUS__ANSWER_OPEN)
        return APUS_OK;
    if (x->h2)
        return apus__h2_finish(x);
    apus__connection_enter(c);
    apus__body_pass_over(x);
    apus_rc rc = put_end(x);
    if (rc) {
        apus__connection_lose(c);
    } else {
        x->sent_at = c->out.queued;
        apus__exchange_set_over(x);
        apus__exchange_pass_turn(c);
    }
    apus__connection_leave_later(c);
    return rc;
}

void apus_exchange_end_on_drain(apus_exchange *pub)
{
    apus__exchange *x = of(pub);
    x->ends_on_drain = true;
    if (x->c->server->draining)
        apus_fiber_cancel(x->fiber ? x->fiber : apus_fiber_self(), APUS_CANCELLED);
}

/* --- leaving HTTP --- */

apus_rc apus_exchange_upgrade(apus_exchange *pub, apus_str headers)
{
    apus__exchange *x = of(pub);
    apus__connection *c = x->c;
    apus_rc rc = is_gone(x) ? APUS_IO : x->h2 ? APUS_OK : wait_for_turn(x);
    if (rc)
        return rc;
    if (c->server->draining) /* to accept would be a promise */
        return APUS_BUSY;
    if (x->h2)
        return apus__h2_upgrade(x, headers);
    if (x->next || c->incoming || c->streamed || c->state != APUS__CONNECTION_OPEN)
        return APUS_INVALID;
    apus__connection_enter(c);
    rc = put_text(c, APUS_STR("HTTP/1.1 101 Switching Protocols\r\n"));
    rc = rc ? rc : put_text(c, headers);
    rc = rc ? rc : put_text(c, APUS_STR("\r\n"));
    if (!rc) {
        c->state = APUS__CONNECTION_UPGRADED;
        x->answer_state = APUS__ANSWER_OPEN;
        x->framing = APUS__FRAMING_NONE;
        x->status = 101;
    }
    return settle_write(x, rc);
}

apus_rc apus_exchange_recv(apus_exchange *pub, char *to, size_t room, int64_t deadline, size_t *got)
{
    apus__exchange *x = of(pub);
    apus__connection *c = x->c;
    if (x->h2)
        return apus__h2_recv(x, to, room, deadline, got);
    for (;;) {
        if (c->state != APUS__CONNECTION_UPGRADED)
            return APUS_IO;
        *got = apus__input_take(c, to, room);
        if (*got)
            return APUS_OK;
        apus_rc rc = apus_stream_read(c->stream, to, room, got);
        if (!rc)
            apus_metric_count(APUS_METRIC_bytes_in, (int64_t)*got);
        if (rc == APUS_IO) {
            apus__connection_enter(c);
            apus__connection_lose(c);
            apus__connection_leave_later(c);
        }
        if (rc != APUS_MORE)
            return rc;
        c->reader = apus_fiber_self();
        apus__connection_enter(c);
        apus__connection_leave_later(c); /* settling watches for the reader */
        rc = apus_fiber_park(deadline);
        c->reader = NULL;
        if (rc)
            return rc;
    }
}
