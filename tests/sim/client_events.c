/* A listener to events that are numbered: whatever cuts it off, it comes back and says which was
 * the last; it must hear each event once and in order, to the end.  It speaks HTTP/1.0, so that
 * the stream stands in the connection as it is. */
#include <apus/value.h>

#include "client.h"

enum { EVENTS_MAX = 30, TRIES_MAX = 12 };

typedef struct listener {
    client base; /* first */
    int64_t n, pause;
    int64_t last;     /* that was heard */
    int64_t cuts_at;  /* when that one was heard it breaks off, and comes back */
    unsigned n_tries; /* connections */
    bool has_head;
} listener;

static void give(client *self)
{
    (void)self;
}

static void ask_for_more(client *self)
{
    listener *l = (listener *)self;
    apus_buf_addf(&l->base.out,
                  "GET /ticks/%lld?pause=%lld HTTP/1.0\r\nHost: sim\r\nLast-Event-ID: %lld\r\n\r\n",
                  (long long)l->n, (long long)l->pause, (long long)l->last);
    l->has_head = false;
    l->n_tries++;
}

/* --- what came --- */

/* Up to `end` and behind it; false when it is not all here. */
static bool take_up_to(apus_str *s, apus_str end, apus_str *part)
{
    for (size_t i = 0; i + end.len <= s->len; i++) {
        if (memcmp(s->ptr + i, end.ptr, end.len) != 0)
            continue;
        *part = apus_str_slice(*s, 0, i);
        *s = apus_str_slice(*s, i + end.len, s->len);
        return true;
    }
    return false;
}

static void take_head(listener *l, apus_str head)
{
    client *self = &l->base;
    apus_str code = apus_str_slice(head, sizeof("HTTP/1.1 ") - 1, 3);
    l->has_head = true;
    if (apus_str_eq(code, APUS_STR("200")))
        return;
    if (!apus_str_eq(code, APUS_STR("503")) || (!self->c->may_refuse && !self->c->may_break))
        client_fail(self, "events are answered with %.*s", APUS_FMT(code));
    l->n_tries = TRIES_MAX; /* so be it */
}

/* data: {"count":N,"sum":N * N}, and id: N; or a comment. */
static void take_event(listener *l, apus_str event)
{
    client *self = &l->base;
    char text[128] = "";
    long long id, count, sum;
    if (event.len && event.ptr[0] == ':')
        return;
    memcpy(text, event.ptr, event.len < sizeof(text) ? event.len : sizeof(text) - 1);
    if (sscanf(text, "data: {\"count\":%lld,\"sum\":%lld}\nid: %lld", &count, &sum, &id) != 3)
        client_fail(self, "no event: %s", text);
    sim_note("event", self->number, id);
    if (id != l->last + 1 || id > l->n || count != id || sum != id * id)
        client_fail(self, "event %lld, %lld, %lld behind %lld", id, count, sum, (long long)l->last);
    l->last = id;
    self->c->n_answers++;
}

static void receive(listener *l)
{
    client *self = &l->base;
    if (!client_read(self))
        return;
    apus_str s = { self->in.ptr, self->in.len }, part;
    if (!l->has_head && take_up_to(&s, APUS_STR("\r\n\r\n"), &part))
        take_head(l, part);
    while (l->has_head && l->n_tries < TRIES_MAX && take_up_to(&s, APUS_STR("\n\n"), &part))
        take_event(l, part);
    if (s.len)
        memmove(self->in.ptr, s.ptr, s.len);
    self->in.len = s.len;
}

/* --- step by step --- */

/* Its connection has ended. */
static void judge_end(listener *l)
{
    client *self = &l->base;
    bool is_whole = l->last == l->n;
    if (!is_whole && !self->c->may_break && l->n_tries < TRIES_MAX)
        client_fail(self, "%s after event %lld of %lld",
                    wire_is_reset(self->wire) ? "reset" : "ended", (long long)l->last,
                    (long long)l->n);
    if (is_whole || l->n_tries >= TRIES_MAX)
        client_end(self);
    else
        client_come_back_later(self);
}

static void step(client *self)
{
    listener *l = (listener *)self;
    receive(l);
    if (wire_is_over(self->wire)) {
        judge_end(l);
    } else if (l->cuts_at && l->last >= l->cuts_at) {
        l->cuts_at = 0;
        client_break_off(self);
    } else {
        (void)client_write(self, SIZE_MAX);
    }
}

void client_start_events(conditions *c)
{
    listener *l = sim_take(sizeof(*l));
    l->base.step = step;
    l->base.give = give;
    l->base.again = ask_for_more;
    client_begin(&l->base, c, "events", "http/1.1");
    bool is_slow = sim_chance(100); /* so that there are comments in between */
    l->n = sim_between(1, is_slow ? 3 : EVENTS_MAX);
    l->pause = is_slow ? 20000 : sim_between(0, 300); /* ms */
    l->cuts_at = sim_chance(500) ? sim_between(0, l->n - 1) : 0;
    ask_for_more(&l->base);
}
