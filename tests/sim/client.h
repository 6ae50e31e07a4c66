/* Simulated clients: each makes a few requests, behaves as the seed says, well or badly, and
 * holds every answer to what it must be.  What is wrong ends the program with the seed. */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <apus/buf.h>
#include <apus/http.h>

#include "answer.h"
#include "ask.h"
#include "sys/sim/sim.h"
#include "wire.h"

/* What clients may count on; the run's, for as long as its clients. */
typedef struct conditions {
    wire_addresses server;
    apus_http_limits limits;
    bool may_break;  /* connections may end for no fault of the client's */
    bool may_refuse; /* memory, disk or the pool may say no: 503 */
    bool may_fail;   /* files may not be read or written: 500 */
    bool may_cut;    /* ... or no further: the answer ends with its connection or stream */
    bool are_good;   /* clients do nothing wrong */
    int64_t slack;   /* ns by which a limit of time may be overrun */
    int64_t n_begun; /* clients; */
    int64_t n_alive; /* and those that are not over */
    int64_t n_answers;
} conditions;

typedef struct client {
    conditions *c;
    const char *kind, *protocol;
    int64_t number;
    wire *wire;
    wire_kind kind_of_wire; /* it connects to the Unix socket */
    sim_timer timer;        /* for the client's own pace */
    sim_timer deadline;     /* when it must be over */
    apus_buf in, out;
    size_t out_at;
    size_t read_most;                  /* bytes at a time, ... */
    int64_t read_pause;                /* ... ns between, ... */
    int64_t read_at;                   /* ... and when it does so next */
    bool is_deaf;                      /* it reads no more */
    int64_t leaves_at;                 /* in the middle of whatever it is; INT64_MAX: it does not */
    int64_t back_at;                   /* it is away, and comes back then; 0: it is there */
    void (*step)(struct client *self); /* does what can be done now */
    void (*again)(struct client *self); /* it has come back, and connected */
    void (*give)(struct client *self);  /* gives back what it holds beyond this */
} client;

/* Connects; step runs at every event.  The client gives itself back when it is over.  `protocol` is
 * what it speaks, as TLS calls it. */
void client_begin(client *self, conditions *c, const char *kind, const char *protocol);
void client_begin_on(client *self, conditions *c, const char *kind, wire_kind on);
void client_end(client *self);

/* Leaves its connection, if that is not over, and comes back some time later with another one:
 * until then step does not run, and first of all `again` does. */
void client_come_back_later(client *self);
void client_break_off(client *self); /* or resets it; and then the same */

/* It must be over by then (sim time), by the server's doing. */
void client_must_end_by(client *self, int64_t at);

void client_fail(const client *self, const char *fmt, ...) APUS_NORETURN APUS_PRINTF(2, 3);

/* Reads into `in` at its pace; whether there was anything. */
bool client_read(client *self);
void client_choose_pace(client *self); /* at first it reads whatever there is */

/* Whether it leaves now: then it has ended. */
bool client_leaves(client *self);
bool client_is_cut_off(const client *self); /* nothing more will come, or it does not hear of it */

/* Runs `step` at that time at the latest, and when its pace calls for it. */
void client_wait(client *self, int64_t next);

/* Sends at most `most` bytes of `out`; whether all of it is gone. */
bool client_write(client *self, size_t most);

/* Whether what was asked may be answered so, ... */
void client_judge(client *self, const ask *a, const answer *got);
/* ... and whether it may be cut off, if the connection otherwise may not. */
bool client_may_cut(const client *self, const ask *a);

void client_start_http1(conditions *c);
void client_start_http2(conditions *c);
void client_start_socket(conditions *c);
void client_start_events(conditions *c);
void client_start_download(conditions *c);
void client_start_stranger(conditions *c); /* to the port of TLS */

#endif
