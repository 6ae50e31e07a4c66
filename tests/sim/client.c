#include "client.h"

#include <stdarg.h>

#include <apus/value.h>

#include "sys/sim/world.h"

enum { LIFE_MAX = 600 }; /* seconds after which any client must be over */

static void step(void *ctx)
{
    client *self = ctx;
    self->step(self);
}

static void is_late(void *ctx)
{
    client_fail(ctx, "the server should have ended this by now");
}

void client_begin(client *self, conditions *c, const char *kind)
{
    self->c = c;
    self->kind = kind;
    self->number = ++c->n_begun;
    self->in = apus_buf_with(&sim_alloc);
    self->out = apus_buf_with(&sim_alloc);
    self->timer = (sim_timer){ .fn = step, .ctx = self };
    self->deadline = (sim_timer){ .fn = is_late, .ctx = self };
    sim_timer_start(&self->deadline, sim_now() + LIFE_MAX * APUS_SECOND);
    self->peer = sim_connect(c->port, step, self);
    c->n_alive++;
    sim_note(kind, self->number, 0);
}

void client_connect_again(client *self)
{
    sim_peer_close(self->peer);
    apus_buf_clear(&self->in);
    apus_buf_clear(&self->out);
    self->out_at = 0;
    self->peer = sim_connect(self->c->port, step, self);
}

void client_end(client *self)
{
    sim_peer_close(self->peer);
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

bool client_read(client *self, size_t most)
{
    char bytes[4096];
    size_t all = 0, got;
    while (all < most &&
           (got = sim_peer_read(self->peer, bytes,
                                most - all < sizeof(bytes) ? most - all : sizeof(bytes)))) {
        apus_buf_add(&self->in, (apus_str){ bytes, got });
        all += got;
    }
    return all > 0;
}

bool client_write(client *self, size_t most)
{
    apus_str left = { self->out.ptr + self->out_at, self->out.len - self->out_at };
    if (left.len)
        self->out_at += sim_peer_write(self->peer, apus_str_slice(left, 0, most));
    if (self->out_at < self->out.len)
        return false;
    apus_buf_clear(&self->out);
    self->out_at = 0;
    return true;
}

void client_judge(client *self, const ask *a, unsigned status, apus_str body)
{
    sim_note("answer", self->number, status);
    self->c->n_answers++;
    if (status == 503 && self->c->may_refuse)
        return;
    if (status != a->status)
        client_fail(self, "%s %s: %u instead of %u: %.*s", a->method, a->path, status, a->status,
                    (int)(body.len < 200 ? body.len : 200), body.ptr);
    if (status == 200 && !apus_str_eq(body, (apus_str){ a->answer.ptr, a->answer.len }))
        client_fail(self, "%s %s: another body than it should have: %zu bytes for %zu: %.*s",
                    a->method, a->path, body.len, a->answer.len,
                    (int)(body.len < 200 ? body.len : 200), body.ptr);
}
