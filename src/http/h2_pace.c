#include "http/h2.h"

#include "apus/metric.h"

static int64_t now_of(const apus__h2 *h)
{
    return apus_loop_now(h->c->server->loop);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void apus__h2_pace_start(apus__h2 *h, apus__h2_pace *p)
{
    p->by = now_of(h) + p->credit;
    h->due = earlier(h->due, p->by);
}

void apus__h2_pace_stop(const apus__h2 *h, apus__h2_pace *p)
{
    if (p->by != APUS_NEVER)
        p->credit = p->by - now_of(h);
    p->by = APUS_NEVER;
}

void apus__h2_pace_pay(const apus__h2 *h, apus__h2_pace *p, uint64_t bytes, uint32_t n_streams)
{
    int64_t paid = apus__connection_paid(h->c, bytes * (n_streams ? n_streams : 1));
    if (p->by == APUS_NEVER)
        p->credit = earlier(p->credit + paid, p->most);
    else
        p->by = earlier(p->by + paid, now_of(h) + p->most);
}

/* --- the time is over --- */

/* It is told, as far as that can be, and the others of the connection go on. */
static void give_up_answer(apus__exchange *x)
{
    apus__connection *c = x->c;
    apus_metric_add(APUS_METRIC_limit_write_time, 1);
    if (nghttp2_submit_rst_stream(c->h2->session, NGHTTP2_FLAG_NONE, x->h2->id, NGHTTP2_CANCEL))
        apus__connection_lose(c);
    else
        apus__h2_on_close(x);
}

static void give_up_body(apus__exchange *x)
{
    apus_metric_add(APUS_METRIC_limit_body_time, 1);
    if (x->request_state == APUS__REQUEST_ARRIVING)
        apus__h2_refuse(x, 408, "the request did not arrive in time");
    else
        apus__h2_give_up(x);
}

void apus__h2_pace_look(apus__connection *c)
{
    int64_t now = now_of(c->h2);
    c->h2->due = APUS_NEVER;
    for (apus__exchange *x = c->first, *next; x; x = next) {
        apus__h2_stream *s = x->h2;
        next = x->next;
        int64_t due = earlier(s->reads.by, s->writes.by);
        if (due > now)
            c->h2->due = earlier(c->h2->due, due);
        else if (s->writes.by <= now)
            give_up_answer(x);
        else
            give_up_body(x);
        if (c->state == APUS__CONNECTION_GONE)
            return;
    }
}
