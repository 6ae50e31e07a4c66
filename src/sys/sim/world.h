/* src/sys/sim/world.h - what the files of this folder know of each other. */
#ifndef APUS_SYS_SIM_WORLD_H
#define APUS_SYS_SIM_WORLD_H

#include "apus/reactor.h"
#include "apus/rc.h"
#include "sys/sim/sim.h"

enum {
    SIM_FD_FIRST = 1000, /* so that they are nobody's by mistake */
    SIM_FDS_MAX = 4096,
    SIM_TIMERS_MAX = 16384,
};

/* What stands behind a descriptor. */
typedef struct sim_socket {
    struct sim_link *link; /* of a connection, or NULL */
    bool listens;
    uint16_t port; /* of one that listens on TCP, or 0; ... */
    char path[64]; /* ... and of one on a Unix socket */
    struct sim_link *waiting, **waiting_last;
    apus_watch *watch;
    struct sim_file *file; /* of an open file, or NULL; ... */
    size_t at;             /* ... where it is written next, ... */
    bool appends;          /* ... unless that is the end */
} sim_socket;

struct sim_world {
    uint64_t random;
    int64_t now;
    sim_faults faults;
    FILE *trace;
    uint64_t hash;
    uint64_t n_notes, n_links;

    sim_timer *timers[SIM_TIMERS_MAX]; /* a binary heap */
    size_t n_timers, n_background;
    uint64_t n_started;

    sim_socket *sockets[SIM_FDS_MAX];
    int64_t n_sockets;
    int64_t n_blocks, n_bytes, n_mapped;

    struct sim_file *files;
    uint64_t n_files; /* that were ever made */
    size_t disk_used;
    int64_t last_modified;
};

extern struct sim_world sim;

/* Ends the program: what the world was asked for cannot be. */
void sim_fail(const char *fmt, ...) APUS_NORETURN APUS_PRINTF(1, 2);

/* --- timers.c --- */
int64_t sim_timers_next(void); /* INT64_MAX: none runs */
void sim_timers_fire(void);    /* those that are due */

/* --- socket.c --- */

int sim_fd_give(sim_socket *s); /* the lowest that is free, as a kernel gives them; -1: none is */
void sim_fd_take(int fd);       /* and what stood behind it */

/* What a socket is ready for, as APUS_WATCH_ bits; GONE where `asked` or the kernel tell it. */
unsigned sim_socket_events(const sim_socket *s, unsigned asked);

#endif
