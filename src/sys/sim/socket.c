#include "apus/socket.h"

#include <stdio.h>

#include "sys/sim/link.h"

/* --- descriptors --- */

int sim_fd_give(sim_socket *s)
{
    for (int i = 0; i < SIM_FDS_MAX; i++) {
        if (sim.sockets[i])
            continue;
        sim.sockets[i] = s;
        sim.n_sockets++;
        return SIM_FD_FIRST + i;
    }
    return -1;
}

void sim_fd_take(int fd)
{
    sim_give(sim.sockets[fd - SIM_FD_FIRST]);
    sim.sockets[fd - SIM_FD_FIRST] = NULL;
    sim.n_sockets--;
}

static sim_socket *of(int fd)
{
    sim_socket *s = fd >= SIM_FD_FIRST && fd < SIM_FD_FIRST + SIM_FDS_MAX
                        ? sim.sockets[fd - SIM_FD_FIRST]
                        : NULL;
    if (!s || s->file)
        sim_fail("descriptor %d is no open socket", fd);
    return s;
}

unsigned sim_socket_events(const sim_socket *s, unsigned asked)
{
    if (s->listens)
        return s->waiting ? asked & APUS_WATCH_READ : 0;
    const sim_end_of_link *e = &s->link->ends[SIM_SERVER];
    if (e->is_reset || (!asked && e->has_ended && e->has_finished))
        return APUS_WATCH_GONE;
    unsigned events = 0;
    if (e->in.arrived || e->has_ended)
        events |= APUS_WATCH_READ;
    if (sim_end_room(s->link, SIM_SERVER))
        events |= APUS_WATCH_WRITE;
    return events & asked;
}

/* --- those that listen --- */

static sim_socket *listen_at(uint16_t port, int *fd)
{
    sim_socket *s = sim_take(sizeof(*s));
    s->listens = true;
    s->port = port;
    s->waiting_last = &s->waiting;
    *fd = sim_fd_give(s);
    sim_note("listen", *fd, port);
    return s;
}

apus_rc apus_socket_listen(const char *host, uint16_t port, apus_socket_share share, int *fd,
                           apus_err *err)
{
    (void)host, (void)share, (void)err;
    (void)listen_at(port, fd);
    return APUS_OK;
}

apus_rc apus_socket_listen_unix(const char *path, int *fd, apus_err *err)
{
    if (sim_find_listener(0, path))
        return apus_err_set(err, APUS_BUSY, "%s: somebody listens there", path);
    sim_socket *s = listen_at(0, fd);
    snprintf(s->path, sizeof(s->path), "%s", path);
    return APUS_OK;
}

uint16_t apus_socket_port(int fd)
{
    return of(fd)->port;
}

/* Addresses repeat, so that what counts per address has something to count. */
static void name_peer(const sim_link *l, char *to)
{
    if (l->path[0])
        snprintf(to, APUS_SOCKET_NAME_MAX, "unix");
    else
        snprintf(to, APUS_SOCKET_NAME_MAX, "10.0.0.%d:%d", (int)(1 + l->number % 50),
                 (int)(10000 + l->number % 50000));
}

apus_rc apus_socket_accept(int listener, int *fd, char *peer)
{
    sim_socket *s = of(listener);
    sim_link *l = s->waiting;
    if (!l)
        return APUS_MORE;
    if (sim_chance(sim.faults.no_accept)) {
        sim_note("no accept", l->number, 0);
        return APUS_LIMIT;
    }
    sim_socket *made = sim_take(sizeof(*made));
    made->link = l;
    *fd = sim_fd_give(made);
    if (*fd < 0) {
        sim_give(made);
        return APUS_LIMIT;
    }
    s->waiting = l->next;
    if (!s->waiting)
        s->waiting_last = &s->waiting;
    name_peer(l, peer);
    sim_note("accept", l->number, *fd);
    return APUS_OK;
}

/* --- those that are connected --- */

apus_rc apus_socket_read(int fd, char *to, size_t room, size_t *got)
{
    sim_link *l = of(fd)->link;
    const sim_end_of_link *e = &l->ends[SIM_SERVER];
    if (e->is_reset)
        return APUS_IO;
    if (sim_chance(sim.faults.again))
        return APUS_MORE;
    if (!e->in.arrived)
        return e->has_ended ? APUS_DONE : APUS_MORE;
    if (sim_chance(sim.faults.short_read)) {
        size_t most = room < e->in.arrived ? room : e->in.arrived;
        room = (size_t)sim_between(1, (int64_t)(most < 16 || sim_chance(500) ? most : 16));
    }
    *got = sim_end_read(l, SIM_SERVER, to, room);
    sim_note("read", l->number, (int64_t)*got);
    return APUS_OK;
}

static size_t write_piece(sim_link *l, const struct iovec *v, size_t most)
{
    size_t n = v->iov_len < most ? v->iov_len : most;
    return sim_end_write(l, SIM_SERVER, v->iov_base, n);
}

apus_rc apus_socket_writev(int fd, const struct iovec *iov, int n, size_t *sent)
{
    sim_link *l = of(fd)->link;
    const sim_end_of_link *e = &l->ends[SIM_SERVER];
    if (e->is_reset || e->has_finished)
        return APUS_IO;
    size_t most = sim_end_room(l, SIM_SERVER), done = 0;
    if (!most || sim_chance(sim.faults.again))
        return APUS_MORE;
    if (sim_chance(sim.faults.short_write))
        most = (size_t)sim_between(1, (int64_t)(most < 16 || sim_chance(500) ? most : 16));
    for (int i = 0; i < n && done < most; i++)
        done += write_piece(l, &iov[i], most - done);
    *sent = done;
    sim_note("write", l->number, (int64_t)done);
    return APUS_OK;
}

void apus_socket_no_delay(int fd)
{
    (void)of(fd);
}

void apus_socket_finish(int fd)
{
    sim_note("finish", of(fd)->link->number, 0);
    sim_end_finish(of(fd)->link, SIM_SERVER);
}

void apus_socket_close(int fd)
{
    sim_socket *s = of(fd);
    if (s->watch)
        sim_fail("descriptor %d is closed while it is watched", fd);
    sim_note("close", s->link ? s->link->number : 0, fd);
    while (s->waiting) {
        sim_link *l = s->waiting;
        s->waiting = l->next;
        sim_end_reset(l, SIM_SERVER);
        sim_end_close(l, SIM_SERVER);
    }
    if (s->link)
        sim_end_close(s->link, SIM_SERVER);
    sim_fd_take(fd);
}
