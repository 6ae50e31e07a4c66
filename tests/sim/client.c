#include "client.h"

#include <stdarg.h>

#include <apus/value.h>

#include "sys/sim/world.h"

enum { LIFE_MAX = 600 }; /* seconds after which any client must be over */

/* A session that was offered must be taken, when nothing goes wrong. */
static void judge_session(const client *self)
{
    const wire *w = self->wire;
    if (self->c->are_good && wire_has_met(w) && wire_was_offered(w) && !wire_was_resumed(w))
        client_fail(self, "its session was not resumed");
}

static void connect_again(client *self);

static void step(void *ctx)
{
    client *self = ctx;
    if (sim_now() < self->back_at)
        return;
    if (self->back_at)
        connect_again(self);
    const char *wrong = wire_go_on(self->wire);
    if (wrong && !self->c->may_break)
        client_fail(self, "TLS: %s", wrong);
    judge_session(self);
    self->step(self);
}

static void is_late(void *ctx)
{
    client_fail(ctx, "the server should have ended this by now");
}

static void connect_to(client *self)
{
    self->wire = wire_open(&self->c->server, self->kind_of_wire, self->protocol, step, self);
}

void client_begin(client *self, conditions *c, const char *kind, const char *protocol)
{
    self->protocol = protocol;
    client_begin_on(self, c, kind, wire_choose(&c->server));
}

void client_begin_on(client *self, conditions *c, const char *kind, wire_kind on)
{
    self->c = c;
    self->kind = kind;
    self->number = ++c->n_begun;
    self->in = apus_buf_with(&sim_alloc);
    self->out = apus_buf_with(&sim_alloc);
    self->read_most = SIZE_MAX;
    self->leaves_at = INT64_MAX;
    self->timer = (sim_timer){ .fn = step, .ctx = self };
    self->deadline = (sim_timer){ .fn = is_late, .ctx = self };
    sim_timer_start(&self->deadline, sim_now() + LIFE_MAX * APUS_SECOND);
    self->kind_of_wire = on;
    connect_to(self);
    c->n_alive++;
    sim_note(kind, self->number, 0);
}

static void connect_again(client *self)
{
    self->back_at = 0;
    wire_close(self->wire);
    apus_buf_clear(&self->in);
    apus_buf_clear(&self->out);
    self->out_at = 0;
    connect_to(self);
    self->again(self);
}

void client_come_back_later(client *self)
{
    self->back_at = sim_now() + sim_between(1, 2000) * APUS_MILLISECOND;
    sim_timer_start(&self->timer, self->back_at);
}

void client_break_off(client *self)
{
    if (sim_chance(500))
        wire_reset(self->wire);
    client_come_back_later(self);
}

void client_end(client *self)
{
    wire_close(self->wire);
    sim_timer_stop(&self->timer);
    sim_timer_stop(&self->deadline);
    apus_buf_finish(&self->in);
    apus_buf_finish(&self->out);
    self->c->n_alive--;
    self->give(self);
    sim_give(self);
}

void client_must_end_by(client *self, int64_t at)
{
    sim_timer_start(&self->deadline, at);
}

void client_fail(const client *self, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    sim_fail("%s client %lld: %s", self->kind, (long long)self->number, text);
}

/* --- its pace --- */

void client_choose_pace(client *self)
{
    if (!sim_chance(300))
        return;
    self->read_most = (size_t)sim_between(1000, 8000);
    self->read_pause = sim_between(1, 100) * APUS_MILLISECOND;
}

bool client_leaves(client *self)
{
    if (sim_now() < self->leaves_at)
        return false;
    if (sim_chance(500))
        wire_reset(self->wire);
    client_end(self);
    return true;
}

bool client_is_cut_off(const client *self)
{
    return wire_is_over(self->wire) || (self->is_deaf && wire_is_left(self->wire));
}

void client_wait(client *self, int64_t next)
{
    if (!self->is_deaf && self->read_at > sim_now() && self->read_at < next)
        next = self->read_at;
    if (self->leaves_at < next)
        next = self->leaves_at;
    if (next != INT64_MAX)
        sim_timer_start(&self->timer, next);
}

bool client_read(client *self)
{
    char bytes[4096];
    size_t all = 0, got, most = self->read_most;
    if (self->is_deaf || self->read_at > sim_now())
        return false;
    while (all < most &&
           (got = wire_read(self->wire, bytes,
                            most - all < sizeof(bytes) ? most - all : sizeof(bytes)))) {
        apus_buf_add(&self->in, (apus_str){ bytes, got });
        all += got;
    }
    if (all && self->read_pause)
        self->read_at = sim_now() + self->read_pause;
    return all > 0;
}

bool client_write(client *self, size_t most)
{
    apus_str left = { self->out.ptr + self->out_at, self->out.len - self->out_at };
    if (left.len)
        self->out_at += wire_write(self->wire, apus_str_slice(left, 0, most));
    if (self->out_at < self->out.len)
        return false;
    apus_buf_clear(&self->out);
    self->out_at = 0;
    return true;
}

/* --- what comes back --- */

bool client_may_cut(const client *self, const ask *a)
{
    return a->touches_disk && self->c->may_cut;
}

void client_judge(client *self, const ask *a, const answer *got)
{
    apus_str body = { got->body.ptr ? got->body.ptr : "", got->body.len };
    sim_note("answer", self->number, got->status);
    self->c->n_answers++;
    if (body.len && strcmp(a->method, "HEAD") == 0)
        client_fail(self, "%s: HEAD is answered with a body", a->path);
    if ((got->status == 503 && self->c->may_refuse) ||
        (got->status == 500 && a->touches_disk && self->c->may_fail))
        return;
    const char *wrong = NULL;
    if (a->judge)
        wrong = a->judge(a, got);
    else if (got->status != a->status)
        wrong = "another status than it should have";
    else if (got->status == 200 && !apus_str_eq(body, (apus_str){ a->answer.ptr, a->answer.len }))
        wrong = "another body than it should have";
    if (wrong)
        client_fail(self, "%s %s: %u, %s: %zu bytes: %.*s", a->method, a->path, got->status, wrong,
                    body.len, (int)(body.len < 200 ? body.len : 200), body.ptr);
}
