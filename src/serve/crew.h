/* What the files of the supervisor know of each other: versions, slots, workers.
 *
 *     version   a program, its settings and its sockets; `now` serves, `next` is tried
 *     slot      a place that has one worker that serves, and perhaps one that starts
 *     worker    a process: STARTS -> SERVES -> LEAVES (told to stop or to retire) -> ended
 *
 * The first worker of a version is its canary: the others start when it is ready, and if
 * it does not come up, the version is given up: at the start with the service, later with
 * the old one going on. */
#ifndef APUS_SERVE_CREW_H
#define APUS_SERVE_CREW_H

#include <stdbool.h>

#include "apus/loop.h"
#include "apus/process.h"
#include "serve/backoff.h"
#include "serve/link.h"
#include "serve/listeners.h"
#include "serve/options.h"

typedef struct apus__crew apus__crew;
typedef struct apus__worker apus__worker;

typedef struct apus__version {
    apus__options options;
    char **environment; /* of its workers; the first is their orders */
    int program;        /* a descriptor, or -1 */
    uint32_t n_slots;
    apus__listeners listeners;
    apus_identity identity;
    bool has_identity;
} apus__version;

typedef enum apus__worker_state {
    APUS__WORKER_STARTS,
    APUS__WORKER_SERVES,
    APUS__WORKER_LEAVES,
} apus__worker_state;

struct apus__worker {
    apus__worker *next;
    apus__crew *crew;
    int pid, control, bus; /* our ends; -1 once they were closed */
    apus_watch *watch, *bus_watch;
    uint32_t slot, cell, generation;
    apus__worker_state state;
    int64_t started, ready; /* loop time */
    int64_t kill_at;        /* SIGKILL then, or APUS_NEVER */
    bool doomed;            /* was sent a signal that ends it */
};

typedef struct apus__slot {
    apus__crew *crew;
    uint32_t index;
    apus__worker *serves, *starts; /* or NULL */
    apus__worker *neighbour;       /* accepts for us meanwhile, or NULL */
    apus__backoff backoff;
    apus_timer again; /* the next try */
} apus__slot;

struct apus__crew {
    const char *program; /* as it was called, in front of what we say */
    const apus_app *app;
    int argc;
    char **argv;      /* main's */
    char **arguments; /* what the process was started with: a worker's, too */
    char path[APUS_PROGRAM_PATH_MAX];
    apus_loop *loop;
    apus__board *board;
    int board_fd;
    unsigned char cells[APUS__CELLS_MAX]; /* which are taken */
    apus__version now, next;
    bool reloads;        /* next is being tried */
    uint32_t generation; /* how many versions there were */
    bool leaving;        /* to be landing soon: --drain-delay */
    bool landing;        /* all are to end */
    bool announced;
    int code; /* to end with */
    apus__worker *workers, *canary;
    apus__slot slots[APUS__WORKERS_MAX];
    apus_timer tick, land;
};

/* --- crew.c --- */

/* One line on standard error, with the program's name in front. */
void apus__crew_say(const apus__crew *c, const char *fmt, ...) APUS_PRINTF(2, 3);

/* Starts a worker of that version; when that fails the slot tries again later.  Whether
 * there is one. */
bool apus__slot_start(apus__slot *s, const apus__version *v);

/* The timer's function of a slot. */
void apus__slot_try_again(void *slot);

/* Tells a worker to go, and sees to it that it does. */
void apus__worker_dismiss(apus__worker *w, apus__verb how);

/* Tells all what the service is at, if that has changed. */
void apus__crew_show_phase(const apus__crew *c);

/* Nobody accepts for another one any more. */
void apus__crew_take_back(apus__crew *c);

/* A child has ended. */
void apus__crew_bury(apus__crew *c, int pid, const apus_process_end *end);

/* Once a second: who is stuck, who is late, who has to be killed. */
void apus__crew_look(apus__crew *c);

/* --- supervisor.c --- */

/* The canary is ready, or will never be. */
void apus__version_accept(apus__crew *c);
void apus__version_give_up(apus__crew *c, const apus_process_end *end);

/* A worker serves; perhaps it was the last that was missing. */
void apus__crew_is_ready(apus__crew *c);

#endif
