/* Bodies that their handler reads, piece by piece.
 *
 *     head ─► handler's fiber ─► apus_exchange_read ◄── what came with the head, then the stream
 *
 * Behind the head nothing is parsed until the body is over, and the stream is watched only while
 * the handler waits for more: what it does not take stays with the client.  Bytes of a counted
 * body go from the socket to where the handler wants them; a chunked one passes a block.
 *
 * A body that is not read to its end is in the way of the next request: then the answer says
 * that it is the last, and the connection lingers until the client has seen it. */
#include "apus/metric.h"
#include "http/connection.h"
#include "http/h2.h"

static apus__exchange *of(const apus_exchange *pub)
{
    return (apus__exchange *)(uintptr_t)pub;
}

static size_t here(const apus__connection *c)
{
    return c->in ? c->in->used - c->in_at : 0;
}

void apus__body_stream(apus__exchange *x, bool expects_continue)
{
    x->c->streamed = x;
    x->expects_continue = expects_continue;
    apus__exchange_start(x);
}

/* --- the end --- */

static void end_body(apus__exchange *x, apus_rc why)
{
    x->body_rc = (uint8_t)why;
    x->expects_continue = x->wants_continue = false;
    x->c->streamed = NULL;
}

/* What follows is the next request: settling goes on with it. */
static void body_is_whole(apus__exchange *x)
{
    apus__connection *c = x->c;
    end_body(x, APUS_DONE);
    if (!x->closes) {
        c->held = here(c) > 0;
    } else if (c->state == APUS__CONNECTION_OPEN) {
        c->state = APUS__CONNECTION_CLOSING;
        c->lingers = here(c) > 0;
        apus__input_drop(c);
    }
}

/* The rest will not be read. */
static void forsake(apus__exchange *x, apus_rc why)
{
    apus__connection *c = x->c;
    end_body(x, why);
    x->closes = true;
    x->keeps_alive = false;
    c->lingers = true;
    if (c->state == APUS__CONNECTION_OPEN)
        c->state = APUS__CONNECTION_CLOSING;
    apus__input_drop(c);
}

/* Whether all of the rest is here; then it is passed over. */
static bool skip(apus__connection *c)
{
    apus__body *b = &c->body;
    if (!b->chunked && b->left > here(c))
        return false;
    if (!b->chunked) {
        c->in_at += (uint32_t)b->left;
        return true;
    }
    if (!c->in)
        return false;
    apus_str in = { c->in->bytes + c->in_at, here(c) }, data;
    apus_rc rc = APUS_OK;
    while (!rc)
        rc = apus_http1_chunked_next(&b->decoder, &in, &data);
    c->in_at = c->in->used - (uint32_t)in.len;
    return rc == APUS_DONE;
}

void apus__body_pass_over(apus__exchange *x)
{
    if (x->c->streamed != x)
        return;
    if (x->expects_continue || !skip(x->c)) {
        forsake(x, APUS_IO);
        return;
    }
    body_is_whole(x);
    x->body_rc = APUS_IO;
}

void apus__body_is_overdue(apus__connection *c)
{
    apus_fiber *reader = c->reader;
    forsake(c->streamed, APUS_TIMEOUT);
    if (reader)
        apus_fiber_wake(reader);
}

/* --- reading --- */

/* What the stream says, for a body that is not whole. */
static apus_rc cut_short(apus_rc rc)
{
    return rc == APUS_DONE ? APUS_SYNTAX : rc;
}

/* From what is here, else from the stream. */
static apus_rc take_counted(apus__connection *c, char *to, size_t room, size_t *got)
{
    apus__body *b = &c->body;
    size_t most = b->left < room ? (size_t)b->left : room;
    *got = apus__input_take(c, to, most);
    if (!*got) {
        apus_rc rc = apus_stream_read(c->stream, to, most, got);
        if (rc)
            return cut_short(rc);
        apus_metric_count(APUS_METRIC_bytes_in, (int64_t)*got);
        c->arrived += (uint32_t)*got;
    }
    b->left -= *got;
    if (b->left == 0)
        body_is_whole(c->streamed);
    return APUS_OK;
}

/* The next data of the chunks that are here. */
static apus_rc take_chunk(apus__connection *c, char *to, size_t room, size_t *got)
{
    apus__body *b = &c->body;
    apus_rc rc = APUS_MORE;
    apus_str data;
    while (rc == APUS_MORE && here(c)) {
        size_t n = here(c) < room ? here(c) : room; /* so that its data fits */
        apus_str in = { c->in->bytes + c->in_at, n };
        rc = apus_http1_chunked_next(&b->decoder, &in, &data);
        c->in_at += (uint32_t)(n - in.len);
    }
    if (rc == APUS_LIMIT)
        return APUS_SYNTAX; /* of the coding, not of the body */
    if (rc)
        return rc;
    if (data.len > b->max - b->len)
        return APUS_LIMIT;
    memcpy(to, data.ptr, data.len);
    b->len += data.len;
    *got = data.len;
    return APUS_OK;
}

static apus_rc take_chunked(apus__connection *c, char *to, size_t room, size_t *got)
{
    for (;;) {
        apus_rc rc = take_chunk(c, to, room, got);
        if (rc == APUS_DONE)
            body_is_whole(c->streamed);
        if (rc != APUS_MORE)
            return rc;
        rc = apus__input_fill(c);
        if (rc)
            return cut_short(rc);
    }
}

/* What is to be had now; APUS_MORE: nothing. */
static apus_rc take(apus__exchange *x, char *to, size_t room, size_t *got)
{
    apus__connection *c = x->c;
    apus_rc rc = c->body.chunked ? take_chunked(c, to, room, got) : take_counted(c, to, room, got);
    if (rc == APUS_IO)
        apus__connection_lose(c);
    else if (rc != APUS_OK && rc != APUS_MORE && rc != APUS_DONE)
        forsake(x, rc);
    return rc;
}

static void ask_for_more(apus__exchange *x)
{
    if (x->expects_continue)
        x->wants_continue = true;
    x->expects_continue = false;
    apus__exchange_continue(x);
}

apus_rc apus_exchange_read(apus_exchange *pub, char *to, size_t room, size_t *got)
{
    apus__exchange *x = of(pub);
    apus__connection *c = x->c;
    if (x->h2)
        return apus__h2_recv(x, to, room, APUS_NEVER, got);
    while (c->streamed == x) {
        apus__connection_enter(c);
        apus_rc rc = take(x, to, room, got);
        if (rc == APUS_MORE) {
            ask_for_more(x);
            c->reader = apus_fiber_self();
        }
        apus__connection_leave_later(c); /* settling watches for the reader */
        if (rc != APUS_MORE)
            return rc;
        rc = apus_fiber_park(APUS_NEVER);
        c->reader = NULL;
        if (rc)
            return rc;
    }
    return (apus_rc)x->body_rc;
}

bool apus_exchange_is_streamed(const apus_exchange *pub)
{
    return of(pub)->is_streamed;
}

bool apus_exchange_is_abandoned(const apus_exchange *pub)
{
    return atomic_load_explicit(&of(pub)->is_abandoned, memory_order_relaxed);
}
