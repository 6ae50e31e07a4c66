/* src/sys/sim/link.h - a connection: two ways for bytes, and what each end has been told.
 *
 *     client's end  -- up: pieces on their way, each with its moment -->  server's end
 *                  <-- down ------------------------------------------
 *
 * Bytes arrive in order; the end and a reset travel behind them.  What arrives at an end that
 * is closed, or is left unread by it, breaks the connection, as TCP has it. */
#ifndef APUS_SYS_SIM_LINK_H
#define APUS_SYS_SIM_LINK_H

#include "apus/socket.h"
#include "sys/sim/world.h"

enum { SIM_PIECES_MAX = 64 }; /* on one way; further bytes travel with the last of them */

typedef enum sim_side { SIM_SERVER, SIM_CLIENT } sim_side;

/* What travels to one end. */
typedef struct sim_way {
    char *bytes; /* a ring */
    size_t room, begin, len;
    size_t arrived; /* of len */
    struct {
        int64_t at;
        size_t len;
    } pieces[SIM_PIECES_MAX];
    unsigned first_piece, n_pieces;
    int64_t last_at;          /* nothing arrives before what was sent before it */
    int64_t end_at, reset_at; /* when these arrive; 0: not sent */
    sim_timer timer;
    struct sim_link *link;
} sim_way;

typedef struct sim_end {
    sim_way in;
    bool has_ended; /* all was read that will come: the end is behind `in` */
    bool is_reset;
    bool has_finished; /* it sends no more */
    bool is_closed;
} sim_end_of_link;

struct sim_peer {
    struct sim_link *link;
    void (*ready)(void *ctx);
    void *ctx;
    sim_timer wake;
};

typedef struct sim_link {
    sim_end_of_link ends[2]; /* by sim_side */
    sim_peer peer;
    sim_timer connect;
    uint16_t port; /* or 0, and a path */
    char path[64];
    int64_t number;        /* in the trace */
    struct sim_link *next; /* in the listener's queue */
} sim_link;

/* Whoever stands at an end. */
size_t sim_end_read(sim_link *l, sim_side side, char *to, size_t room);
size_t sim_end_write(sim_link *l, sim_side side, const char *from, size_t n);
void sim_end_finish(sim_link *l, sim_side side);
void sim_end_reset(sim_link *l, sim_side side);
void sim_end_close(sim_link *l, sim_side side); /* l is gone when both ends are */

/* Who listens there, or NULL. */
sim_socket *sim_find_listener(uint16_t port, const char *path);

/* How many bytes an end may write. */
size_t sim_end_room(const sim_link *l, sim_side side);

#endif
