/* What a supervisor and its workers have in common.
 *
 * A worker is the same program with the same arguments, and APUS_WORKER in its
 * environment: its orders.  Over a pair of sockets go messages of one verb and one
 * number; when the supervisor's end closes, the worker retires.  Over another pair go
 * messages of topics, which the supervisor passes on (serve/bus.h).  In shared memory each
 * process has a cell where its loop shows that it comes round, and counts (apus/metric.h). */
#ifndef APUS_SERVE_LINK_H
#define APUS_SERVE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/bus.h"
#include "apus/metric.h"
#include "apus/rc.h"
#include "apus/traffic.h"

/* --- messages --- */

typedef enum apus__verb {
    APUS__VERB_ready,     /* from a worker: it accepts */
    APUS__VERB_exhausted, /* from a worker: another should take its place */
    APUS__VERB_stop,      /* to a worker, like all others: drain */
    APUS__VERB_retire,    /* drain, but wait for idle clients' next requests */
    APUS__VERB_adopt,     /* accept on listener `number` as well ... */
    APUS__VERB_release,   /* ... and no more */
    APUS__VERB_reopen,    /* its logs: they were moved */
    APUS__VERB_COUNT
} apus__verb;

typedef struct apus__message {
    uint8_t verb;
    uint8_t unused;
    uint16_t number;
} apus__message;

/* Never waits.  APUS_OK; APUS_IO or APUS_MORE when the other end is gone or does not read. */
apus_rc apus__link_send(int fd, apus__verb verb, uint32_t number);

/* APUS_OK; APUS_MORE: nothing has come; APUS_IO: the other end is gone. */
apus_rc apus__link_recv(int fd, apus__message *out) APUS_NODISCARD;

/* --- orders --- */

enum {
    APUS__WORKERS_MAX = 256,
    APUS__ADDRESSES_MAX = 8, /* listened on at once */
    APUS__LISTENERS_MAX = APUS__WORKERS_MAX * APUS__ADDRESSES_MAX,
    APUS__EVERY_SLOT = -1,
    APUS__EVERY_ADMIN = -2, /* every slot, for those who look after the service */
    APUS__ORDERS_TEXT_MAX = 80 + APUS__LISTENERS_MAX * 12,
};

/* A listening socket and whose it is. */
typedef struct apus__share {
    int fd;
    int slot; /* or APUS__EVERY_SLOT, APUS__EVERY_ADMIN */
} apus__share;

typedef struct apus__orders {
    int control;   /* the worker's end of the pair ... */
    int bus;       /* ... and of the one for topics */
    int board;     /* shared memory */
    uint32_t cell; /* its place there */
    uint32_t slot;
    uint32_t n_shares;
    apus__share shares[APUS__LISTENERS_MAX];
} apus__orders;

#define APUS__ORDERS_VARIABLE "APUS_WORKER"

/* "LAYOUT CONTROL BUS BOARD CELL SLOT FD:SLOT FD:SLOT ..." */
void apus__orders_print(const apus__orders *o, char to[APUS__ORDERS_TEXT_MAX]);

/* APUS_OK; APUS_UNSUPPORTED when they are those of another layout; APUS_INVALID. */
apus_rc apus__orders_parse(const char *text, apus__orders *out, apus_err *err) APUS_NODISCARD;

/* --- the board --- */

#define APUS__BOARD_MAGIC UINT64_C(0x6472616f62737061)

enum {
    APUS__LAYOUT = 5200 + APUS_METRIC_COUNT, /* of all that stands in this header */
    APUS__CELLS_MAX = 2048                   /* processes at once, those that retire among them */
};

typedef struct apus__cell {
    int64_t busy_since; /* see apus_loop_show_busy */
    int32_t pid;        /* 0: it has no process */
    char unused[52];    /* a cache line of its own */
} apus__cell;

/* How many listen in each place of the bus; a process's own. */
typedef struct apus__ears {
    _Alignas(64) uint32_t places[APUS_BUS_PLACES];
} apus__ears;

/* What a process counts, beside its cell: who has the cell next goes on from there, so that
 * the sum over all cells never falls. */
typedef struct apus__tally {
    _Alignas(64) apus_metrics metrics;
} apus__tally;

/* The whole service's. */
typedef enum apus__phase {
    APUS__PHASE_STARTS, /* nobody serves yet, or any more */
    APUS__PHASE_SERVES,
    APUS__PHASE_DRAINS, /* it was told to stop */
} apus__phase;

typedef struct apus__board {
    uint64_t magic;
    uint32_t layout;
    uint32_t n_cells;
    uint8_t ticket_secret[32]; /* so that a client resumes its TLS session with any worker */
    uint32_t cells_used;       /* those from here on never had a process ... */
    uint32_t slots_used;       /* ... nor those slots a worker */
    apus__phase phase;
    int32_t supervisor_pid;
    apus__cell cells[APUS__CELLS_MAX];
    apus__ears ears[APUS__CELLS_MAX];
    apus__tally supervisor;
    apus__tally tallies[APUS__CELLS_MAX];
    apus_traffic traffic[APUS__WORKERS_MAX]; /* of a slot, whoever serves there */
} apus__board;

#endif
