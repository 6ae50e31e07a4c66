/* One request and its answer, from the head's last byte to the answer's.
 *
 * Two things happen to an exchange, in any order: its handler runs, and its answer
 * leaves.  It ends when both are over:
 *
 *     request    ARRIVING -> HANDLED -> DONE
 *     answer     NONE -> GIVEN -> QUEUED -> OVER
 *                     \--> OPEN (streamed.c) --/
 *
 * Requests of one connection run side by side, but answers leave in the order of
 * the requests: one that is early stays GIVEN until `turn` comes to it. */
#include <assert.h>

#include "apus/clock.h"
#include "apus/metric.h"
#include "http/connection.h"
#include "http/h2.h"
#include "http/status.h"

static void end_if_over(apus__exchange *x)
{
    apus__connection *c = x->c;
    if (x->request_state != APUS__REQUEST_DONE || x->answer_state != APUS__ANSWER_OVER)
        return;
    *(x->prev ? &x->prev->next : &c->first) = x->next;
    *(x->next ? &x->next->prev : &c->last) = x->prev;
    apus__block_drop(&c->server->blocks, x->input);
    apus__server_give_exchange(c->server, x);
}

/* Nothing is told of what did not become a request. */
static void tell(const apus__exchange *x, bool is_lost)
{
    const apus_http_server *s = x->c->server;
    apus_metric_count(APUS_METRIC_requests, -1);
    if (!x->status && !x->pub.request.method_text.len)
        return;
    int64_t now = apus_clock_now();
    apus_http_outcome o = { .status = x->status,
                            .is_lost = is_lost,
                            .body_bytes = x->body_bytes,
                            .duration = now - x->begun,
                            .ended = now };
    s->observer(s->observer_ctx, &x->pub, &o);
}

void apus__exchange_set_over(apus__exchange *x)
{
    x->answer_state = APUS__ANSWER_OVER;
    if (x->c->server->observer)
        tell(x, false);
}

void apus__exchange_answer_over(apus__exchange *x)
{
    if (x->answer_state != APUS__ANSWER_OVER)
        apus__exchange_set_over(x);
    end_if_over(x);
}

/* A request that is refused before it was read must not look like the one before. */
static void begin_observing(apus__exchange *x)
{
    x->pub.request = (apus_http_request){ .n_headers = 0 };
    x->begun = apus_loop_now(x->c->server->loop);
    apus_metric_count(APUS_METRIC_requests, 1);
}

apus__exchange *apus__exchange_begin(apus__connection *c)
{
    apus__exchange *x = apus__server_take_exchange(c->server);
    if (!x)
        return NULL;
    /* One by one: the whole is 400 bytes, and most are set by whoever needs them. */
    x->c = c;
    x->fiber = NULL;
    x->h2 = NULL;
    x->input = NULL;
    x->request_state = APUS__REQUEST_ARRIVING;
    x->answer_state = APUS__ANSWER_NONE;
    x->wants_continue = x->closes = x->keeps_alive = x->ends_on_drain = false;
    x->is_streamed = x->expects_continue = false;
    x->body_rc = APUS_DONE;
    atomic_init(&x->is_abandoned, false);
    x->pub.app = NULL;
    x->status = 0;
    x->body_bytes = 0;
    if (c->server->observer)
        begin_observing(x);
    x->pub.request.method = APUS_METHOD_other;
    x->pub.request.peer = c->peer;
    x->next = NULL;
    x->prev = c->last;
    *(c->last ? &c->last->next : &c->first) = x;
    c->last = x;
    if (!c->turn)
        c->turn = x;
    c->n_open++;
    return x;
}

apus_http_terms apus__exchange_terms(apus__exchange *x)
{
    const apus_http_server *s = x->c->server;
    apus_http_terms terms = { .body_max = s->limits.body_max };
    if (s->admission)
        s->admission(s->admission_ctx, &x->pub, &terms);
    return terms;
}

void apus__exchange_continue(apus__exchange *x)
{
    apus__connection *c = x->c;
    if (!x->wants_continue || c->turn != x)
        return;
    x->wants_continue = false;
    apus_str line = APUS_STR("HTTP/1.1 100 Continue\r\n\r\n");
    char *to = apus__output_room(&c->out, &c->server->blocks, line.len);
    if (!to)
        return; /* a client may not wait for it for ever (RFC 9110 section 10.1.1) */
    memcpy(to, line.ptr, line.len);
    apus__output_grew(&c->out, line.len);
}

void apus__exchange_pass_turn(apus__connection *c)
{
    for (;;) {
        apus__exchange *x = c->turn, *next = x->next;
        c->turn = next;
        c->n_open--;
        c->n_queued++;
        end_if_over(x);
        if (!next || next->answer_state != APUS__ANSWER_GIVEN || c->cut)
            break;
        if (apus__answer_queue(next, &next->reply)) {
            apus__connection_lose(c);
            return;
        }
    }
    if (c->turn)
        apus__exchange_continue(c->turn);
    apus__exchange_wake(c);
}

/* Queues the answer, if it is x's turn. */
static void give(apus__exchange *x, const apus_http_reply *reply)
{
    apus__connection *c = x->c;
    assert(x->answer_state == APUS__ANSWER_NONE);
    apus__body_pass_over(x);
    if (x->h2) {
        (void)apus__h2_reply(x, reply); /* the stream may be gone: nobody waits for it */
    } else if (c->turn != x) {
        x->reply = *reply;
        x->answer_state = APUS__ANSWER_GIVEN;
    } else if (apus__answer_queue(x, reply)) {
        apus__connection_lose(c);
    } else {
        apus__exchange_pass_turn(c);
    }
}

apus_rc apus_exchange_reply(apus_exchange *pub, const apus_http_reply *reply)
{
    apus__exchange *x = (apus__exchange *)(void *)pub;
    apus__connection *c = x->c;
    if (c->state == APUS__CONNECTION_GONE || (x->h2 && x->h2->is_closed))
        return APUS_IO;
    apus__connection_enter(c);
    give(x, reply);
    bool lost = c->state == APUS__CONNECTION_GONE;
    apus__connection_leave_later(c);
    return lost ? APUS_IO : APUS_OK;
}

/* Which limit speaks through a refusal; 408 is counted where the time is taken. */
static void count_refusal(uint16_t status)
{
    switch (status) {
    case 413:
        apus_metric_add(APUS_METRIC_limit_body, 1);
        break;
    case 414:
        apus_metric_add(APUS_METRIC_limit_target, 1);
        break;
    case 431:
        apus_metric_add(APUS_METRIC_limit_head, 1);
        break;
    case 503:
        apus_metric_add(APUS_METRIC_limit_memory, 1);
        break;
    default:
        break;
    }
}

/* headers: further lines, static. */
static void refuse(apus__exchange *x, uint16_t status, const char *detail, apus_str headers)
{
    apus_str body = apus__status_body(status);
    if (detail) {
        apus_str text = apus_arena_strf(&x->pub.arena, "{\"detail\":\"%s\"}", detail);
        body = text.ptr ? text : body;
    }
    apus_http_reply reply = { .status = status,
                              .content_type = APUS_STR("application/json"),
                              .headers = headers,
                              .body = body };
    const apus_http_server *s = x->c->server;
    if (s->refusal)
        s->refusal(s->refusal_ctx, &x->pub, detail, &reply);
    x->request_state = APUS__REQUEST_DONE;
    give(x, &reply);
}

void apus__exchange_refuse(apus__exchange *x, uint16_t status, const char *detail)
{
    count_refusal(status);
    refuse(x, status, detail, APUS_STR(""));
}

void apus__exchange_turn_away(apus__exchange *x)
{
    if (x->c->refusal == APUS__REFUSAL_ADDRESS)
        refuse(x, 429, "there are too many connections from this address",
               APUS_STR("Retry-After: 10\r\n"));
    else
        refuse(x, 503,
               x->c->refusal ? "there are too many connections, try again later"
                             : "there are too many requests under way, try again later",
               APUS_STR("Retry-After: 1\r\n"));
}

void apus__exchange_abandon(apus__exchange *x)
{
    apus__connection *c = x->c;
    assert(!x->next && x->request_state == APUS__REQUEST_ARRIVING);
    if (c->turn == x)
        c->turn = NULL;
    c->n_open--;
    x->request_state = APUS__REQUEST_DONE;
    apus__exchange_answer_over(x);
}

/* A part must not look whole: the connection ends behind it, once what there is has left.  Answers
 * before it are none of its business. */
static void cut(apus__connection *c)
{
    if (c->state == APUS__CONNECTION_UPGRADED) {
        apus__connection_lose(c);
        return;
    }
    c->cut = true;
    c->state = APUS__CONNECTION_CLOSING;
    apus__input_drop(c);
}

static void handler_over(apus__exchange *x)
{
    apus__connection *c = x->c;
    apus__connection_enter(c);
    c->server->n_handled--;
    x->fiber = NULL;
    x->request_state = APUS__REQUEST_DONE;
    if (x->answer_state == APUS__ANSWER_NONE)
        apus__exchange_refuse(x, 500, NULL);
    else if (x->answer_state == APUS__ANSWER_OPEN && x->h2)
        apus__h2_cut(x);
    else if (x->answer_state == APUS__ANSWER_OPEN)
        cut(c);
    else
        end_if_over(x);
    apus__connection_leave_later(c);
}

static void run_handler(void *arg)
{
    apus__exchange *x = arg;
    apus_http_server *s = x->c->server;
    s->handler(s->ctx, &x->pub);
    handler_over(x);
}

void apus_exchange_end(apus_exchange *pub)
{
    handler_over((apus__exchange *)(void *)pub);
    apus_fiber_exit();
}

void apus__exchange_start(apus__exchange *x)
{
    apus_http_server *s = x->c->server;
    apus_fiber *fiber = NULL;
    x->wants_continue = false; /* the body is here */
    if (APUS_UNLIKELY(s->n_handled >= s->requests_max)) {
        apus_metric_add(APUS_METRIC_limit_requests, 1);
        apus__exchange_turn_away(x);
        return;
    }
    x->request_state = APUS__REQUEST_HANDLED;
    s->n_handled++;
    if (apus_fiber_spawn(s->loop, run_handler, x, NULL, &fiber)) {
        s->n_handled--;
        apus__exchange_refuse(x, 503, NULL);
    } else if (fiber) {
        x->fiber = fiber; /* it has parked, so x is still there */
    }
}

/* --- waiting --- */

apus_rc apus__exchange_wait(apus__exchange *x, bool (*is_over)(const apus__exchange *x))
{
    apus__connection *c = x->c;
    apus__waiter w = { .fiber = apus_fiber_self(), .x = x, .is_over = is_over };
    apus_rc rc = APUS_OK;
    w.next = c->waiters;
    w.at = &c->waiters;
    if (w.next)
        w.next->at = &w.next;
    c->waiters = &w;
    while (c->state != APUS__CONNECTION_GONE && !is_over(x) && !rc)
        rc = apus_fiber_park(APUS_NEVER);
    *w.at = w.next;
    if (w.next)
        w.next->at = w.at;
    return rc;
}

void apus__exchange_wake(apus__connection *c)
{
    bool gone = c->state == APUS__CONNECTION_GONE;
    for (apus__waiter *w = c->waiters; w; w = w->next)
        if (gone || w->is_over(w->x))
            apus_fiber_wake(w->fiber);
}

static bool has_left(const apus__exchange *x)
{
    return x->answer_state >= APUS__ANSWER_QUEUED && x->c->out.sent >= x->sent_at;
}

void apus_exchange_flush(apus_exchange *pub)
{
    apus__exchange *x = (apus__exchange *)(void *)pub;
    if (x->answer_state > APUS__ANSWER_OPEN)
        (void)apus__exchange_wait(x, has_left);
}

/* --- the end of the connection --- */

void apus__exchange_lose(apus__exchange *x)
{
    bool answered = x->answer_state > APUS__ANSWER_OPEN;
    if (x->c->server->observer && x->answer_state != APUS__ANSWER_OVER)
        tell(x, true);
    if (!answered)
        atomic_store_explicit(&x->is_abandoned, true, memory_order_relaxed);
    x->answer_state = APUS__ANSWER_OVER; /* what was lent to the output is back */
    /* Without a fiber it may still be handled: right now, by who lost the connection. */
    if (x->request_state != APUS__REQUEST_HANDLED)
        x->request_state = APUS__REQUEST_DONE;
    else if (x->fiber && (!answered || x->c->server->draining))
        apus_fiber_cancel(x->fiber, APUS_CANCELLED);
    end_if_over(x); /* what follows the answer does not need the client */
}
