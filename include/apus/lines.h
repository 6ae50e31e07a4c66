/* apus/lines.h - lines to a file, from a thread of their own.
 *
 *     rc = apus_lines_open(&(apus_lines_options){ .path = "/var/log/shop.log" }, &l, &err);
 *     ...
 *     apus_lines_add(l, APUS_STR("a line\n"));
 *
 * Adding copies a line into memory and never waits: a disk or a pipe that takes nothing makes
 * the memory fill up, and lines that find no room are dropped and counted.  The thread writes
 * what there is a few times a second, and sooner when there is much.  Several processes may
 * write to one file: it is appended to, whole lines at a time.
 *
 * MEMORY is taken when it is opened.  THREADS: one adds; _reopen may be called by the same.
 * FIBERS: nothing suspends but _close, which waits for the thread. */
#ifndef APUS_LINES_H
#define APUS_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_lines apus_lines;

enum { APUS_LINES_MAX = 4096 }; /* bytes of a line: what a pipe takes as a whole */

typedef struct apus_lines_options {
    const char *path; /* "-" for standard output; must stay */
    size_t room;      /* bytes that may wait (1 MiB where it is 0); at least two lines */
    int64_t every;    /* ns between two looks (0.2 s where it is 0) */
    /* Called by the thread when lines are lost, once until it works again, and then.  NULL:
     * nobody hears of it. */
    void (*trouble)(void *ctx, const apus_err *err);
    void *ctx;
} apus_lines_options;

/* APUS_OK; APUS_IO when the file cannot be opened, APUS_NOMEM, with a sentence in *err. */
apus_rc apus_lines_open(const apus_lines_options *options, apus_lines **out, apus_err *err)
    APUS_NODISCARD;

/* One line, with its end, or several.  APUS_OK; APUS_LIMIT when there is no room, or it is over
 * APUS_LINES_MAX bytes: then it was dropped. */
apus_rc apus_lines_add(apus_lines *l, apus_str line);

/* Opens the path anew before what comes next is written: somebody has moved the file.  If
 * that fails the old one goes on.  Nothing is lost. */
void apus_lines_reopen(apus_lines *l);

/* Writes what is left, waiting for it at most `patience` ns; then what could not be written is
 * lost, and a thread that hangs in the system is left to it.  NULL is fine. */
void apus_lines_close(apus_lines *l, int64_t patience);

APUS_API_END

#endif
