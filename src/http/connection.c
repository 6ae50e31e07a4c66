/* The life of a connection: what follows from what has happened.
 *
 *     state      on                                          goes to
 *     OPEN       a request that is the last; an error answer  CLOSING
 *                the client has finished sending              CLOSING
 *     CLOSING    all answers have left                        the end, or LINGERS
 *     OPEN       a handler that takes the connection over     UPGRADED
 *     UPGRADED   that handler's end                           CLOSING
 *     LINGERS    the client's end, enough bytes, enough time  the end
 *     any        reset, failed write, a wait that is over     GONE
 *
 * Every event is handled in two steps.  First what it says is done: bytes are read
 * and parsed, a handler answers.  Then, once, by the outermost leave, `settle` does
 * what follows: sends all that was answered with one writev, goes on with input
 * that had to wait, ends what is over, and sets what is watched and waited for.  So
 * there is one place that knows what comes next, whatever came first.
 *
 * LINGERING: closing a socket that has unread bytes makes the kernel send a reset,
 * which overtakes the last answer.  So after an error we say that we are done
 * (shutdown) and read until the client is, within limits.
 *
 * WAITS: each connection has one timer, armed for a moment that is never after any
 * of its deadlines.  Deadlines that move away leave it alone; when it fires early it
 * is armed again.  A request that comes in one piece costs no timer. */
#include "apus/metric.h"
#include "apus/value.h"
#include "http/connection.h"
#include "http/h2.h"

enum { LINGER_BYTES_MAX = 1 << 20 };
#define LINGER_TIMEOUT (2 * APUS_SECOND)

/* For each wait of who is turned away. */
#define REFUSED_TIMEOUT (2 * APUS_SECOND)

/* Who has just been answered, or has just connected, may be sending already when the server
 * drains. */
#define DRAIN_FRESH    (250 * APUS_MILLISECOND) /* quiet for less: ... */
#define DRAIN_PATIENCE (500 * APUS_MILLISECOND) /* ... its next request is waited for */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- the end --- */

/* Closes the stream; the rest goes when the last exchange does. */
static void shut(apus__connection *c)
{
    c->state = APUS__CONNECTION_GONE;
    apus_timer_stop(c->server->loop, &c->timer);
    apus_stream_close(c->stream);
    apus__input_drop(c);
    apus__h2_drop(c);
}

void apus__connection_lose(apus__connection *c)
{
    if (c->state == APUS__CONNECTION_GONE)
        return;
    shut(c);
    apus__output_drop(&c->out, &c->server->blocks);
    if (c->reader)
        apus_fiber_wake(c->reader); /* first, so that it can tell the handler why */
    for (apus__exchange *x = c->first, *next; x; x = next) {
        next = x->next;
        apus__exchange_lose(x);
    }
    apus__exchange_wake(c);
}

/* All answers have left and no request will follow. */
static void end(apus__connection *c)
{
    if (!c->lingers || c->state == APUS__CONNECTION_LINGERS) {
        shut(c);
        return;
    }
    c->state = APUS__CONNECTION_LINGERS;
    apus__input_drop(c);
    apus_stream_finish(c->stream);
}

/* --- waits --- */

static apus__wait what_is_waited_for(const apus__connection *c)
{
    if (c->state == APUS__CONNECTION_LINGERS)
        return APUS__WAIT_LINGER;
    if (c->state != APUS__CONNECTION_OPEN || c->held)
        return APUS__WAIT_NONE;
    if (c->h2)
        return apus__h2_wait(c);
    if (c->streamed)
        return c->reader ? APUS__WAIT_BODY : APUS__WAIT_NONE;
    if (c->incoming)
        return APUS__WAIT_BODY;
    if (apus__input_is_partial(c) || !c->had_request)
        return APUS__WAIT_HEAD;
    if (!c->turn && apus__output_is_empty(&c->out))
        return APUS__WAIT_IDLE;
    return APUS__WAIT_NONE;
}

static int64_t span_of(const apus__connection *c, apus__wait wait)
{
    const apus_http_limits *l = &c->server->limits;
    if (c->refusal)
        return REFUSED_TIMEOUT;
    switch (wait) {
    case APUS__WAIT_HEAD:
        return l->head_timeout;
    case APUS__WAIT_BODY:
        return l->body_timeout;
    case APUS__WAIT_IDLE:
        return l->idle_timeout;
    case APUS__WAIT_LINGER:
        return LINGER_TIMEOUT;
    case APUS__WAIT_NONE:
    case APUS__WAIT_COUNT:
        break;
    }
    return 0;
}

int64_t apus__connection_paid(const apus__connection *c, uint64_t bytes)
{
    uint32_t rate = c->server->limits.rate_min;
    uint64_t seconds = bytes / rate;
    if (seconds > 3600)
        return 3600 * APUS_SECOND; /* no timeout is longer by then */
    return (int64_t)(bytes * (uint64_t)APUS_SECOND / rate);
}

/* A body that its handler reads is waited for again and again, and its sender goes on to lag
 * from where it was. */
static void set_read_by(apus__connection *c, int64_t now)
{
    apus__wait wait = what_is_waited_for(c);
    int64_t span = span_of(c, wait), most = c->server->limits.body_timeout;
    bool resumes = wait == APUS__WAIT_BODY && c->streamed;
    if (c->wait == APUS__WAIT_BODY)
        c->credit = c->read_by - now;
    if (c->wait == APUS__WAIT_BODY || resumes) {
        c->credit = earlier(c->credit + apus__connection_paid(c, c->arrived), most);
        c->arrived = 0;
    }
    if (wait == APUS__WAIT_NONE)
        c->read_by = APUS_NEVER;
    else if (wait == APUS__WAIT_BODY && (resumes || c->wait == wait))
        c->read_by = now + c->credit;
    else if (wait != c->wait)
        c->read_by = now + span;
    if (wait == APUS__WAIT_BODY && wait != c->wait)
        c->arrived = 0;
    c->wait = (uint8_t)wait;
}

static void set_write_by(apus__connection *c, int64_t now)
{
    int64_t span = c->server->limits.write_timeout;
    if (apus__output_is_empty(&c->out))
        c->write_by = APUS_NEVER;
    else if (c->write_by == APUS_NEVER)
        c->write_by = now + span;
    else
        c->write_by = earlier(c->write_by + apus__connection_paid(c, c->out.sent - c->write_mark),
                              now + span);
    c->write_mark = c->out.sent;
}

static void set_deadlines(apus__connection *c)
{
    int64_t now = apus_loop_now(c->server->loop);
    set_read_by(c, now);
    set_write_by(c, now);
    int64_t first = earlier(c->read_by, c->write_by);
    if (c->h2)
        first = earlier(first, c->h2->due);
    if (first < c->alarm_at) {
        c->alarm_at = first;
        apus_timer_start(c->server->loop, &c->timer, first);
    }
}

static void count_overdue(apus__wait wait)
{
    static const apus_metric of[APUS__WAIT_COUNT] = {
        [APUS__WAIT_HEAD] = APUS_METRIC_limit_head_time,
        [APUS__WAIT_BODY] = APUS_METRIC_limit_body_time,
        [APUS__WAIT_IDLE] = APUS_METRIC_limit_idle_time
    };
    if (wait == APUS__WAIT_HEAD || wait == APUS__WAIT_BODY || wait == APUS__WAIT_IDLE)
        apus_metric_add(of[wait], 1);
}

/* The client has had its time to send. */
static void read_is_overdue(apus__connection *c)
{
    count_overdue((apus__wait)c->wait);
    if (c->h2) {
        apus__h2_overdue(c);
        return;
    }
    if (c->streamed) {
        apus__body_is_overdue(c);
        return;
    }
    bool sent_something = c->wait == APUS__WAIT_BODY || apus__input_is_partial(c);
    if (c->wait == APUS__WAIT_LINGER || !sent_something)
        apus__connection_lose(c);
    else
        apus__input_refuse(c, 408, "the request did not arrive in time");
}

static void alarm_fired(void *ctx)
{
    apus__connection *c = ctx;
    int64_t now = apus_loop_now(c->server->loop);
    c->alarm_at = APUS_NEVER;
    apus__connection_enter(c);
    if (c->write_by <= now) {
        apus_metric_add(APUS_METRIC_limit_write_time, 1);
        apus__connection_lose(c);
    } else if (c->read_by <= now) {
        read_is_overdue(c);
    }
    if (c->h2 && c->h2->due <= now)
        apus__h2_pace_look(c);
    apus__connection_leave(c);
}

/* --- settling --- */

/* Sends, and goes on reading what had to wait for that.  Whether all has left. */
static bool send_answers(apus__connection *c)
{
    for (;;) {
        bool pulled = c->h2 && apus__h2_pull(c);
        if (c->state == APUS__CONNECTION_GONE)
            return false;
        if (!apus__output_is_empty(&c->out)) {
            apus_rc rc = apus__output_send(&c->out, &c->server->blocks, c->stream);
            if (rc == APUS_IO)
                apus__connection_lose(c);
            if (c->state == APUS__CONNECTION_GONE)
                return false;
            apus__exchange_wake(c);
            if (rc)
                return false;
        }
        c->n_queued = 0;
        if (pulled)
            continue;
        if (!c->held || c->n_open >= c->server->limits.pipeline_max)
            return true;
        apus__input_resume(c);
    }
}

static void set_watch(apus__connection *c)
{
    unsigned events = 0;
    bool has_taker = !c->streamed || c->reader;
    if ((c->state == APUS__CONNECTION_OPEN && !c->held && has_taker) ||
        c->state == APUS__CONNECTION_LINGERS ||
        (c->state == APUS__CONNECTION_UPGRADED && c->reader))
        events |= APUS_STREAM_READ;
    if (!apus__output_is_empty(&c->out))
        events |= APUS_STREAM_WRITE;
    if (events != c->watched) {
        c->watched = (uint8_t)events;
        apus_stream_watch(c->stream, events);
    }
}

static void settle(apus__connection *c)
{
    bool all_left = c->state != APUS__CONNECTION_GONE && send_answers(c);
    if (all_left && c->cut && (c->turn || (c->h2 && c->first)))
        apus__connection_lose(c);
    else if (all_left && c->h2 ? apus__h2_is_over(c)
                               : all_left && c->state == APUS__CONNECTION_CLOSING && !c->turn)
        end(c);
    if (c->state == APUS__CONNECTION_GONE)
        return;
    apus__input_trim(c);
    set_watch(c);
    set_deadlines(c);
}

void apus__connection_enter(apus__connection *c)
{
    c->depth++;
}

static void free_if_over(apus__connection *c)
{
    if (c->state == APUS__CONNECTION_GONE && c->depth == 0 && !c->first && !c->dirty) {
        apus__caller_forget(c);
        apus__server_give_connection(c->server, c);
    }
}

void apus__connection_leave(apus__connection *c)
{
    if (c->depth == 1)
        settle(c); /* still entered, so that what it calls does not settle again */
    c->depth--;
    free_if_over(c);
}

void apus__connection_leave_later(apus__connection *c)
{
    apus_http_server *s = c->server;
    c->depth--;
    if (c->depth > 0 || c->dirty)
        return;
    c->dirty = true;
    c->next_dirty = s->dirty;
    s->dirty = c;
    apus_loop_at_end(s->loop, &s->hook);
}

void apus__connections_settle(apus_http_server *s)
{
    while (s->dirty) {
        apus__connection *c = s->dirty;
        s->dirty = c->next_dirty;
        c->dirty = false;
        apus__connection_enter(c);
        apus__connection_leave(c);
    }
}

/* --- events --- */

/* Reads and forgets, until the client has seen the end. */
static void linger(apus__connection *c)
{
    char bytes[4096];
    size_t got;
    apus_rc rc = apus_stream_read(c->stream, bytes, sizeof(bytes), &got);
    if (rc == APUS_OK)
        c->drained += (uint32_t)got;
    if (rc == APUS_DONE || rc == APUS_IO || c->drained >= LINGER_BYTES_MAX)
        shut(c);
}

/* Without a reader nothing is watched for any more, once this is settled. */
static void wake_reader(apus__connection *c)
{
    if (c->reader)
        apus_fiber_wake(c->reader);
}

static void ready(void *ctx, unsigned events)
{
    apus__connection *c = ctx;
    apus__connection_enter(c);
    if (events & APUS_STREAM_GONE)
        apus__connection_lose(c);
    else if (!(events & APUS_STREAM_READ))
        ; /* writable: settling sends */
    else if (c->state == APUS__CONNECTION_LINGERS)
        linger(c);
    else if (c->state == APUS__CONNECTION_UPGRADED || c->streamed)
        wake_reader(c);
    else if (!c->held)
        apus__input_receive(c);
    apus__connection_leave(c);
}

apus_rc apus__connection_open(apus_http_server *s, apus_stream *stream, apus__refusal refusal,
                              apus__address address)
{
    apus__connection *c = apus__server_take_connection(s);
    if (!c) {
        apus_stream_close(stream);
        return APUS_NOMEM;
    }
    c->refusal = (uint8_t)refusal;
    s->n_turned_away += refusal != APUS__REFUSAL_NONE;
    if (address && apus__addresses_add(&s->addresses, address))
        c->address = address;
    c->stream = stream;
    apus__caller_keep(c);
    c->alarm_at = c->write_by = APUS_NEVER;
    c->timer = (apus_timer){ .fn = alarm_fired, .ctx = c };
    apus_stream_attach(stream, ready, c);
    apus__connection_enter(c);
    apus__connection_leave(c);
    return APUS_OK;
}

static void end_streams(apus__connection *c)
{
    for (apus__exchange *x = c->first; x; x = x->next)
        if (x->ends_on_drain && x->fiber)
            apus_fiber_cancel(x->fiber, APUS_CANCELLED);
}

/* Whether the next bytes begin a request, and there is none whose body arrives. */
static bool is_between_requests(const apus__connection *c)
{
    return c->state == APUS__CONNECTION_OPEN && !c->held && !c->incoming && !c->streamed &&
           !apus__input_is_partial(c);
}

/* Quiet, but for so short a time that the next request may be on its way. */
static bool is_fresh(const apus__connection *c)
{
    if (c->turn || (c->wait != APUS__WAIT_IDLE && c->wait != APUS__WAIT_HEAD))
        return false;
    int64_t since = c->read_by - span_of(c, (apus__wait)c->wait);
    return apus_loop_now(c->server->loop) - since < DRAIN_FRESH;
}

void apus__connection_drain(apus__connection *c)
{
    end_streams(c);
    if (c->state != APUS__CONNECTION_OPEN)
        return;
    apus__connection_enter(c);
    if (c->h2) {
        apus__h2_drain(c);
        apus__connection_leave(c);
        return;
    }
    /* A request may have arrived that the loop has not come to. */
    if (!c->held && !c->streamed)
        apus__input_receive(c);
    if (is_between_requests(c) && is_fresh(c)) {
        c->read_by = earlier(c->read_by, apus_loop_now(c->server->loop) + DRAIN_PATIENCE);
    } else if (is_between_requests(c)) {
        c->state = APUS__CONNECTION_CLOSING;
        if (c->turn)
            c->last->closes = true;
    } else if (c->incoming || c->streamed) {
        (c->incoming ? c->incoming : c->streamed)->closes = true;
    }
    apus__connection_leave(c);
}

/* Only an answer that has not begun can still say that it is the last; whoever has read
 * another one may be sending already. */
void apus__connection_retire(apus__connection *c)
{
    end_streams(c);
    if (c->state != APUS__CONNECTION_OPEN)
        return;
    apus__connection_enter(c);
    if (c->incoming || c->streamed) {
        (c->incoming ? c->incoming : c->streamed)->closes = true;
    } else if (is_between_requests(c) && c->turn && c->last->answer_state == APUS__ANSWER_NONE) {
        c->last->closes = c->lingers = true;
        c->state = APUS__CONNECTION_CLOSING;
    }
    apus__connection_leave(c);
}
