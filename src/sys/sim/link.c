#include "sys/sim/link.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int64_t arrival(const sim_way *w)
{
    int64_t at = sim.now + sim_between(sim.faults.latency_min, sim.faults.latency_max);
    return at > w->last_at ? at : w->last_at;
}

static sim_side other(sim_side side)
{
    return side == SIM_SERVER ? SIM_CLIENT : SIM_SERVER;
}

/* --- ways --- */

static void set_timer(sim_way *w)
{
    int64_t next = w->n_pieces ? w->pieces[w->first_piece].at : w->end_at ? w->end_at : w->reset_at;
    if (next)
        sim_timer_start(&w->timer, next);
}

/* Forgets what is on its way and what has come. */
static void empty(sim_way *w)
{
    sim_timer_stop(&w->timer);
    w->len = w->arrived = 0;
    w->n_pieces = 0;
    w->end_at = w->reset_at = 0;
}

static void send_piece(sim_way *w, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        w->bytes[(w->begin + w->len + i) % w->room] = from[i];
    w->len += n;
    w->last_at = arrival(w);
    if (w->n_pieces == SIM_PIECES_MAX) {
        unsigned last = (w->first_piece + w->n_pieces - 1) % SIM_PIECES_MAX;
        w->pieces[last].at = w->last_at;
        w->pieces[last].len += n;
    } else {
        unsigned last = (w->first_piece + w->n_pieces++) % SIM_PIECES_MAX;
        w->pieces[last].at = w->last_at;
        w->pieces[last].len = n;
    }
    set_timer(w);
}

/* --- what arrives --- */

/* The client learns of it when the loop waits next: never within a call of the server's. */
static void tell_client(sim_link *l)
{
    if (!l->ends[SIM_CLIENT].is_closed && !l->peer.wake.order)
        sim_timer_start(&l->peer.wake, sim.now);
}

static void reset_arrives(sim_link *l, sim_side side)
{
    sim_end_of_link *e = &l->ends[side];
    e->is_reset = true;
    empty(&e->in);
    sim_note(side == SIM_SERVER ? "server reset" : "client reset", l->number, 0);
    if (side == SIM_CLIENT)
        tell_client(l);
}

static void send_reset(sim_link *l, sim_side from)
{
    sim_way *w = &l->ends[other(from)].in;
    if (l->ends[other(from)].is_reset || w->reset_at)
        return;
    w->end_at = 0;
    w->reset_at = w->last_at = arrival(w);
    set_timer(w);
}

static void piece_arrives(sim_link *l, sim_side side, size_t n)
{
    sim_end_of_link *e = &l->ends[side];
    sim_note(side == SIM_SERVER ? "up" : "down", l->number, (int64_t)n);
    if (sim_chance(sim.faults.reset)) {
        reset_arrives(l, side);
        send_reset(l, side);
    } else if (e->is_closed) {
        empty(&e->in);
        send_reset(l, side);
    } else {
        e->in.arrived += n;
    }
}

static void way_fired(void *ctx)
{
    sim_way *w = ctx;
    sim_link *l = w->link;
    sim_side side = w == &l->ends[SIM_SERVER].in ? SIM_SERVER : SIM_CLIENT;
    while (w->n_pieces && w->pieces[w->first_piece].at <= sim.now) {
        size_t n = w->pieces[w->first_piece].len;
        w->first_piece = (w->first_piece + 1) % SIM_PIECES_MAX;
        w->n_pieces--;
        piece_arrives(l, side, n);
    }
    if (!w->n_pieces && w->end_at && w->end_at <= sim.now) {
        w->end_at = 0;
        l->ends[side].has_ended = true;
        sim_note(side == SIM_SERVER ? "up ends" : "down ends", l->number, 0);
    }
    if (!w->n_pieces && w->reset_at && w->reset_at <= sim.now) {
        w->reset_at = 0;
        reset_arrives(l, side);
    }
    set_timer(w);
    if (side == SIM_CLIENT)
        tell_client(l);
}

/* --- what an end does --- */

size_t sim_end_read(sim_link *l, sim_side side, char *to, size_t room)
{
    sim_way *w = &l->ends[side].in;
    size_t n = w->arrived < room ? w->arrived : room;
    for (size_t i = 0; i < n; i++)
        to[i] = w->bytes[(w->begin + i) % w->room];
    w->begin = (w->begin + n) % w->room;
    w->len -= n;
    w->arrived -= n;
    if (n && side == SIM_SERVER)
        tell_client(l); /* there is room */
    return n;
}

size_t sim_end_room(const sim_link *l, sim_side side)
{
    const sim_way *w = &l->ends[other(side)].in;
    return w->room - w->len;
}

size_t sim_end_write(sim_link *l, sim_side side, const char *from, size_t n)
{
    assert(!l->ends[side].has_finished && !l->ends[side].is_closed);
    size_t room = sim_end_room(l, side);
    n = n < room ? n : room;
    if (l->ends[side].is_reset || n == 0)
        return 0;
    send_piece(&l->ends[other(side)].in, from, n);
    return n;
}

void sim_end_finish(sim_link *l, sim_side side)
{
    sim_end_of_link *e = &l->ends[side];
    sim_way *w = &l->ends[other(side)].in;
    if (e->has_finished || e->is_reset)
        return;
    e->has_finished = true;
    w->end_at = w->last_at = arrival(w);
    set_timer(w);
}

void sim_end_reset(sim_link *l, sim_side side)
{
    send_reset(l, side);
    empty(&l->ends[side].in);
    l->ends[side].is_reset = true;
}

void sim_end_close(sim_link *l, sim_side side)
{
    sim_end_of_link *e = &l->ends[side];
    if (e->in.arrived)
        sim_end_reset(l, side);
    else
        sim_end_finish(l, side);
    e->is_closed = true;
    if (side == SIM_SERVER)
        tell_client(l);
    if (side == SIM_CLIENT) {
        sim_timer_stop(&l->peer.wake);
        sim_timer_stop(&l->connect);
    }
    if (!l->ends[other(side)].is_closed)
        return;
    for (int i = 0; i < 2; i++) {
        empty(&l->ends[i].in);
        sim_give(l->ends[i].in.bytes);
    }
    sim_give(l);
}

/* --- the client's end --- */

sim_socket *sim_find_listener(uint16_t port, const char *path)
{
    for (int i = 0; i < SIM_FDS_MAX; i++) {
        sim_socket *s = sim.sockets[i];
        if (s && s->listens && s->port == port && strcmp(s->path, path) == 0)
            return s;
    }
    return NULL;
}

static void arrives_at_listener(void *ctx)
{
    sim_link *l = ctx;
    sim_socket *s = sim_find_listener(l->port, l->path);
    sim_note(s ? "connected" : "refused", l->number, 0);
    if (s) {
        *s->waiting_last = l;
        s->waiting_last = &l->next;
    } else {
        l->ends[SIM_SERVER].is_closed = true;
        l->ends[SIM_CLIENT].is_reset = true;
    }
    tell_client(l);
}

static void tell(void *ctx)
{
    sim_peer *p = ctx;
    p->ready(p->ctx);
}

static sim_peer *begin_link(uint16_t port, const char *path, void (*ready)(void *ctx), void *ctx)
{
    sim_link *l = sim_take(sizeof(*l));
    l->port = port;
    snprintf(l->path, sizeof(l->path), "%s", path);
    l->number = (int64_t)++sim.n_links;
    for (int i = 0; i < 2; i++) {
        sim_way *w = &l->ends[i].in;
        w->link = l;
        w->room = sim.faults.window;
        w->bytes = sim_take(w->room);
        w->timer = (sim_timer){ .fn = way_fired, .ctx = w };
    }
    l->peer = (sim_peer){
        .link = l, .ready = ready, .ctx = ctx, .wake = { .fn = tell, .ctx = &l->peer }
    };
    l->connect = (sim_timer){ .fn = arrives_at_listener, .ctx = l };
    /* what is sent at once arrives behind the connection itself */
    l->ends[SIM_SERVER].in.last_at = arrival(&l->ends[SIM_SERVER].in);
    sim_timer_start(&l->connect, l->ends[SIM_SERVER].in.last_at);
    return &l->peer;
}

sim_peer *sim_connect(uint16_t port, void (*ready)(void *ctx), void *ctx)
{
    return begin_link(port, "", ready, ctx);
}

sim_peer *sim_connect_unix(const char *path, void (*ready)(void *ctx), void *ctx)
{
    return begin_link(0, path, ready, ctx);
}

size_t sim_peer_write(sim_peer *p, apus_str bytes)
{
    return sim_end_write(p->link, SIM_CLIENT, bytes.ptr, bytes.len);
}

size_t sim_peer_read(sim_peer *p, char *to, size_t room)
{
    return sim_end_read(p->link, SIM_CLIENT, to, room);
}

bool sim_peer_is_over(const sim_peer *p)
{
    const sim_end_of_link *e = &p->link->ends[SIM_CLIENT];
    return e->is_reset || (e->has_ended && !e->in.arrived);
}

bool sim_peer_is_reset(const sim_peer *p)
{
    return p->link->ends[SIM_CLIENT].is_reset;
}

bool sim_peer_is_left(const sim_peer *p)
{
    return p->link->ends[SIM_SERVER].is_closed;
}

void sim_peer_finish(sim_peer *p)
{
    sim_end_finish(p->link, SIM_CLIENT);
}

void sim_peer_reset(sim_peer *p)
{
    sim_end_reset(p->link, SIM_CLIENT);
}

/* One whose connection has not arrived yet never does: nobody is at the other end. */
void sim_peer_close(sim_peer *p)
{
    if (p->link->connect.order)
        p->link->ends[SIM_SERVER].is_closed = true;
    sim_end_close(p->link, SIM_CLIENT);
}
