/* src/sys/sim/sim.h - the system, answered from a seed.
 *
 * The files of this folder define the functions of apus/clock.h, random.h, reactor.h and
 * socket.h, and what writes lines (sys/lines.h).  A program that links them ahead of libapus gets
 * them in place of the kernel's and runs the production code, unchanged, in a world of its own:
 * time passes when nothing can happen before, bytes take as long as the seed says, and whatever a
 * kernel may refuse is refused now and then.  One thread, no descriptor, no real clock: a seed
 * replays exactly.
 *
 * Files are one step further down: the code of src/sys for them runs as it is, and what it calls
 * (open, pread, rename, ...) is wrapped by the linker and finds a disk in memory below SIM_DISK.
 *
 *     sim_begin(seed, &faults, NULL);
 *     ... a loop, a server that listens on a port ...
 *     sim_peer *p = sim_connect(port, ready, ctx);
 *     while (...)
 *         apus_loop_turn(loop, APUS_SECOND);
 *     sim_end();
 *
 * There is one world at a time, because the functions that it stands behind take none.
 *
 * The functions that are wrapped are listed in tests/sim/CMakeLists.txt.
 *
 * MEMORY: allocations and mappings are counted, and refused at no_memory; what this folder and
 * simulated clients take with sim_alloc is neither. */
#ifndef APUS_SYS_SIM_H
#define APUS_SYS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "apus/arena.h"
#include "apus/str.h"

/* What goes wrong, in parts of a thousand of the calls concerned; 0: never. */
typedef struct sim_faults {
    unsigned short_read;  /* a read gives less than there is */
    unsigned short_write; /* a write takes less than there is room for */
    unsigned again;       /* a read or a write says: not now */
    unsigned reset;       /* of pieces that arrive: the connection breaks instead */
    unsigned no_accept;   /* descriptors run out at accept */
    unsigned no_watch;    /* a descriptor cannot be watched */
    unsigned no_memory;   /* the allocator, and mmap, say no */
    unsigned no_disk;     /* what takes room on the disk finds it full */
    unsigned no_open;     /* descriptors run out where a file is opened */
    unsigned no_tmpfile;  /* the disk knows no files without a name */
    unsigned disk_error;  /* EIO */
    unsigned not_at_hand; /* a read that must not wait for the disk would have to */
    unsigned interrupted; /* EINTR, of files */
    unsigned pool_full;   /* work is refused by the pool */
    unsigned late_event;  /* a ready descriptor is told a turn later */
    unsigned false_event; /* a descriptor that is not ready is told */
    unsigned stall;       /* a turn takes up to stall_max */
    int64_t stall_max;    /* ns */
    int64_t latency_min;  /* ns that a piece of bytes is on its way, from ... */
    int64_t latency_max;  /* ... to */
    int64_t work_max;     /* ns that work on a pool thread takes, at most */
    size_t window;        /* bytes that a direction of a connection holds; at least 1 */
    size_t disk_room;     /* bytes on the disk; 0: without end */
} sim_faults;

/* A new world.  *faults is copied; trace, or NULL, gets a line for each thing that happens. */
void sim_begin(uint64_t seed, const sim_faults *faults, FILE *trace);

/* From now on something else goes wrong. */
void sim_set_faults(const sim_faults *faults);

/* Ends the world; every descriptor must have been closed and every timer have run out or been
 * stopped.  Returns the hash of all that has happened. */
uint64_t sim_end(void);

int64_t sim_now(void); /* ns, apus_clock_now */

/* --- chance, all of it from the seed --- */

uint64_t sim_random(void);
int64_t sim_between(int64_t least, int64_t most); /* both included */
bool sim_chance(unsigned per_mille);

/* Writes to the trace and adds to its hash: what happened, to whom, how much. */
void sim_note(const char *what, int64_t who, int64_t how_much);

/* --- what is still held --- */

typedef struct sim_held {
    int64_t descriptors;
    int64_t blocks; /* of memory, but for sim_alloc's */
    int64_t bytes;  /* that these have */
    int64_t mapped; /* bytes, by mmap */
} sim_held;

sim_held sim_count(void);

/* Memory that is neither refused nor counted. */
extern const apus_alloc sim_alloc;
void *sim_take(size_t size); /* zeroed; ends the program rather than give NULL */
void sim_give(void *ptr);

/* --- time --- */

/* Set fn and ctx once; the rest is private. */
typedef struct sim_timer {
    void (*fn)(void *ctx);
    void *ctx;
    int64_t at;
    bool is_background; /* nobody waits for it; may be set, too */
    uint64_t order;     /* 0: it does not run */
    size_t place;
} sim_timer;

/* fn(ctx) once, at that moment or when the loop waits next.  A running one is moved. */
void sim_timer_start(sim_timer *t, int64_t at);
void sim_timer_stop(sim_timer *t);

bool sim_is_busy(void); /* whether any runs that is not in the background */

/* --- the disk --- */

#define SIM_DISK "/sim" /* is a folder; nothing else is there when a world begins */

typedef struct sim_file_view {
    apus_str bytes; /* until the file changes */
    int64_t modified;
} sim_file_view;

void sim_folder_make(const char *path);

/* Nothing of this fails, whatever the faults. */
void sim_file_put(const char *path, apus_str bytes); /* a new one, in the place of what was there */
void sim_file_cut(const char *path, size_t len);     /* the one that is there, also for readers */
void sim_file_drop(const char *path);                /* readers go on */
void sim_file_move(const char *from, const char *to);
bool sim_file_read(const char *path, sim_file_view *to); /* false: there is none */

/* The next path by name, without folders; "" begins, NULL ends. */
const char *sim_file_after(const char *path);

/* --- the other ends of connections --- */

typedef struct sim_peer sim_peer;

/* Connects to a port that a socket listens on.  ready(ctx) runs whenever something may have
 * changed: connected or refused, bytes or the end or a reset have come, there is room again. */
sim_peer *sim_connect(uint16_t port, void (*ready)(void *ctx), void *ctx);
sim_peer *sim_connect_unix(const char *path, void (*ready)(void *ctx), void *ctx);

/* How many bytes were taken: what the window has room for. */
size_t sim_peer_write(sim_peer *p, apus_str bytes);

/* How many bytes came; 0: none now, see sim_peer_is_over. */
size_t sim_peer_read(sim_peer *p, char *to, size_t room);

/* Whether nothing more will come: the end was read, or the connection was reset or refused. */
bool sim_peer_is_over(const sim_peer *p);
bool sim_peer_is_reset(const sim_peer *p); /* or refused */

bool sim_peer_is_left(const sim_peer *p); /* the server has closed its end, or never had one */

void sim_peer_finish(sim_peer *p); /* sends the end; reading goes on */
void sim_peer_reset(sim_peer *p);  /* breaks the connection */

/* Ends p: as close does, so a connection with bytes that were not read breaks. */
void sim_peer_close(sim_peer *p);

#endif
