/* Messages of topics from one worker to the others, by way of the supervisor.
 *
 *     worker ── batch ──> supervisor ── the same batch ──> each other worker that listens
 *
 * A worker gathers what it publishes in one turn of its loop and sends it in one piece; the
 * supervisor looks at no more than the places in its head.  Nobody waits for anybody: what
 * finds a full socket is lost and counted, as is what overflows a subscriber's queue. */
#ifndef APUS_SERVE_BUS_H
#define APUS_SERVE_BUS_H

#include "apus/loop.h"
#include "apus/main.h"
#include "apus/reactor.h"
#include "apus/bus.h"
#include "serve/crew.h"
#include "serve/link.h"

enum {
    APUS__BUS_BATCH_MAX = APUS_BUS_MESSAGE_MAX + 64, /* any one message, and what is around it */
    APUS__BUS_BATCH_ENOUGH = 32 * 1024,              /* sent before the turn is over */
};

/* In front of a batch; each message follows with its length in four bytes in front. */
typedef struct apus__bus_head {
    uint32_t n;      /* messages */
    uint32_t places; /* a bit for each that they are for */
} apus__bus_head;

/* --- a worker's --- */

typedef struct apus__bus_end {
    apus_loop *loop;
    apus_service *service;
    apus__board *board;
    uint32_t cell;
    int fd;
    apus_watch *watch;
    apus_timer flush; /* when the turn is over */
    apus__bus_head head;
    size_t len; /* of the batch, its head with it; 0: none was begun */
    char batch[APUS__BUS_BATCH_MAX];
    char heard[APUS__BUS_BATCH_MAX];
    apus_bus bus;
} apus__bus_end;

/* From now on the service's topics reach the other workers.  *end stays where it is. */
apus_rc apus__bus_open(apus__bus_end *end, apus_service *service, apus_loop *loop,
                       apus__board *board, uint32_t cell, int fd, apus_err *err) APUS_NODISCARD;

/* Nothing is heard any more; what was begun is sent. */
void apus__bus_close(apus__bus_end *end);

/* --- the supervisor's --- */

/* Passes on what the worker publishes; w->bus is our end of its pair. */
apus_rc apus__relay_open(apus__worker *w) APUS_NODISCARD;
void apus__relay_close(apus__worker *w);

#endif
