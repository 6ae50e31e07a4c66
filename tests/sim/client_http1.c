/* A client of HTTP/1.1: some requests, pipelined as deep as the seed says, sent and read at its
 * pace, and one way to misbehave.  A good one gets every answer, in order and whole, unless
 * something else went wrong; the others may be refused, and must be ended in time. */
#include <apus/value.h>

#include "answer.h"
#include "client.h"
#include "service.h"

enum { ASKS_MAX = 8 };

typedef enum manner {
    GOOD,
    GOES_AWAY,      /* in the middle of whatever it is */
    HALF_CLOSES,    /* says at once that no more will come, and reads on */
    SAYS_NOTHING,   /* connects, and that was that */
    STOPS_WRITING,  /* somewhere within its requests */
    STOPS_READING,  /* all of a sudden */
    STAYS,          /* when all is answered, until it is thrown out */
    TALKS_NONSENSE, /* instead of a request */
    MANNERS,
} manner;

typedef struct http1 {
    client base; /* first */
    manner manner;
    ask asks[ASKS_MAX];
    unsigned n_asks, n_written, n_answered, depth;
    size_t write_most;   /* bytes at a time */
    int64_t write_pause; /* and ns between */
    int64_t write_at;    /* when it does so next */
    size_t mute_after;   /* STOPS_WRITING: bytes */
    size_t n_sent;       /* bytes */
    bool is_mute, has_finished, was_closed;
} http1;

static void give(client *self)
{
    http1 *h = (http1 *)self;
    for (unsigned i = 0; i < h->n_asks; i++)
        ask_finish(&h->asks[i]);
}

/* --- what came --- */

/* A refusal that the manner calls for, which ends the connection. */
static bool is_deserved(const http1 *h, unsigned status)
{
    return (h->manner == STOPS_WRITING && status == 408) ||
           (h->manner == TALKS_NONSENSE &&
            (status == 400 || (status == 503 && h->base.c->may_refuse)));
}

static void take_answer(http1 *h, const answer *a)
{
    client *self = &h->base;
    if (h->was_closed)
        client_fail(self, "an answer behind the last one");
    h->was_closed = a->closes;
    if (a->closes && is_deserved(h, a->status))
        return;
    if (h->n_answered == h->n_written)
        client_fail(self, "%u, and nothing was asked", a->status);
    client_judge(self, &h->asks[h->n_answered], a);
    h->n_answered++;
    if (a->closes && !self->c->may_break && !self->c->may_refuse)
        client_fail(self, "the connection is closed, and nobody asked for that");
}

/* What the next answer is to. */
static const char *next_method(const http1 *h)
{
    return h->n_answered < h->n_written ? h->asks[h->n_answered].method : "GET";
}

static void read_answers(http1 *h)
{
    client *self = &h->base;
    apus_str bytes = { self->in.ptr, self->in.len };
    answer a;
    answer_rc rc = ANSWER_WHOLE;
    /* who cannot know yet that it would have been HEAD says more than that calls for */
    if (h->was_closed && h->manner == STOPS_WRITING)
        bytes.len = 0;
    while (bytes.len && (rc = answer_read(&bytes, next_method(h), &a)) == ANSWER_WHOLE) {
        take_answer(h, &a);
        apus_buf_finish(&a.body);
    }
    if (bytes.len)
        apus_buf_finish(&a.body);
    if (rc == ANSWER_WRONG)
        client_fail(self, "this is no answer: %.*s", (int)(bytes.len < 200 ? bytes.len : 200),
                    bytes.ptr);
    if (bytes.len)
        memmove(self->in.ptr, bytes.ptr, bytes.len);
    self->in.len = bytes.len;
}

/* The connection is over: may it be? */
static void judge_end(http1 *h)
{
    const conditions *c = h->base.c;
    if (c->may_break || h->was_closed)
        return;
    /* a refusal in the middle of a body waits two seconds for who sends on and reads slowly */
    if (c->may_refuse && wire_is_reset(h->base.wire))
        return;
    if (h->n_answered < h->n_written && client_may_cut(&h->base, &h->asks[h->n_answered]))
        return;
    if (h->manner == TALKS_NONSENSE && !h->is_mute)
        client_fail(&h->base, "nonsense was not answered");
    if (h->manner == GOOD || h->manner == STAYS || h->manner == HALF_CLOSES) {
        if (h->n_answered < h->n_asks || h->base.in.len)
            client_fail(&h->base, "%s after %u of %u answers",
                        wire_is_reset(h->base.wire) ? "reset" : "ended", h->n_answered, h->n_asks);
    }
}

/* --- what is sent --- */

static void write_asks(http1 *h)
{
    if (h->manner == TALKS_NONSENSE && !h->n_sent && !h->base.out.len) {
        apus_buf_lit(&h->base.out, "HELO there \1\2\3\r\n\r\n");
        for (int64_t i = sim_between(0, 50000); i; i--)
            apus_buf_addc(&h->base.out, pattern_byte(i));
        return;
    }
    while (h->n_written < h->n_asks && h->n_written - h->n_answered < h->depth && !h->was_closed &&
           h->manner != TALKS_NONSENSE)
        ask_write(&h->asks[h->n_written++], "", &h->base.out);
}

/* Says no more, and the server has to do something about it. */
static void fall_silent(http1 *h)
{
    const apus_http_limits *l = &h->base.c->limits;
    int64_t most = l->head_timeout > l->body_timeout ? l->head_timeout : l->body_timeout;
    if (h->is_mute)
        return;
    h->is_mute = true;
    if (l->idle_timeout > most)
        most = l->idle_timeout;
    client_must_end_by(&h->base, sim_now() + most + h->base.c->slack);
}

static void send(http1 *h)
{
    client *self = &h->base;
    write_asks(h);
    if (h->is_mute || h->has_finished || self->out.len == 0)
        return;
    size_t most = h->write_most, at = self->out_at, len = self->out.len;
    if (h->manner == STOPS_WRITING && h->n_sent + most >= h->mute_after)
        most = h->mute_after - h->n_sent;
    bool all = most == 0 || client_write(self, most);
    h->n_sent += all && most ? len - at : self->out_at - at;
    if (h->manner == STOPS_WRITING && h->n_sent >= h->mute_after)
        fall_silent(h);
    if (!all && h->write_pause) {
        h->write_at = sim_now() + h->write_pause;
    } else if (h->manner == HALF_CLOSES && all && h->n_written == h->n_asks) {
        h->has_finished = true;
        wire_finish(self->wire);
    }
}

/* --- step by step --- */

/* Whether the client has no more to do here. */
static bool is_content(http1 *h)
{
    if (h->n_answered < h->n_asks || h->manner == TALKS_NONSENSE || h->manner == SAYS_NOTHING)
        return false;
    if (h->manner == STAYS || h->manner == HALF_CLOSES) {
        fall_silent(h);
        return false;
    }
    return true;
}

static void receive(http1 *h)
{
    if (!client_read(&h->base))
        return;
    read_answers(h);
    if (h->manner == STOPS_READING && sim_chance(300)) {
        h->base.is_deaf = true;
        fall_silent(h);
    }
}

static void step(client *self)
{
    http1 *h = (http1 *)self;
    if (client_leaves(self))
        return;
    receive(h);
    if (client_is_cut_off(self)) {
        judge_end(h);
        client_end(self);
        return;
    }
    if (is_content(h)) {
        client_end(self);
        return;
    }
    if (h->write_at <= sim_now())
        send(h);
    bool waits = !h->is_mute && self->out.len && h->write_at > sim_now();
    client_wait(self, waits ? h->write_at : INT64_MAX);
}

static size_t length_of_asks(const http1 *h)
{
    apus_buf all = apus_buf_with(&sim_alloc);
    for (unsigned i = 0; i < h->n_asks; i++)
        ask_write(&h->asks[i], "", &all);
    size_t n = all.len;
    apus_buf_finish(&all);
    return n;
}

static void choose_pace(http1 *h)
{
    h->write_most = SIZE_MAX;
    if (sim_chance(300)) {
        h->write_pause = sim_between(1, 50) * APUS_MILLISECOND;
        h->write_most = (size_t)sim_between(500, 5000);
    }
    client_choose_pace(&h->base);
}

void client_start_http1(conditions *c)
{
    http1 *h = sim_take(sizeof(*h));
    h->base.step = step;
    h->base.give = give;
    client_begin(&h->base, c, "http1", "http/1.1");
    h->manner = c->are_good || sim_chance(500) ? GOOD : (manner)sim_between(0, MANNERS - 1);
    h->n_asks = (unsigned)sim_between(1, ASKS_MAX);
    h->depth = sim_chance(500) ? 1 : (unsigned)sim_between(1, ASKS_MAX);
    for (unsigned i = 0; i < h->n_asks; i++)
        ask_make(&h->asks[i]);
    choose_pace(h);
    if (h->manner == GOES_AWAY)
        h->base.leaves_at = sim_now() + sim_between(0, 5000) * APUS_MILLISECOND;
    h->mute_after = (size_t)sim_between(0, (int64_t)length_of_asks(h));
    if (h->manner == SAYS_NOTHING || h->manner == TALKS_NONSENSE)
        client_must_end_by(&h->base, sim_now() + c->limits.head_timeout + c->slack);
    h->is_mute = h->manner == SAYS_NOTHING;
    if (h->is_mute && sim_chance(500))
        wire_stall(h->base.wire);
}
