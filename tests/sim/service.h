/* What the simulated service has seen, and what it answers. */
#ifndef TESTS_SIM_SERVICE_H
#define TESTS_SIM_SERVICE_H

#include <stdint.h>

#include <apus/route.h>

extern const apus_app simulated_app;

typedef struct service_counts {
    int64_t opened; /* sessions: a dependency of most handlers ... */
    int64_t closed; /* ... and its defer */
    int64_t finals, afters;
} service_counts;

/* Since the world began: the run sets it to zero. */
extern service_counts counts;

/* Where the files are that it gives away, and those that it was given. */
#define SITE_FOLDER  "/sim/site"
#define KEPT_FOLDER  "/sim/kept"
#define SPOOL_FOLDER "/sim/tmp" /* TMPDIR */

enum { LINE_LEN = 100 }; /* bytes of a line of /lines, with its end */

/* The byte of /bytes at that place. */
static inline char pattern_byte(int64_t i)
{
    return (char)('a' + (i * 7 + i / 251) % 26);
}

#endif
