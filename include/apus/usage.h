/* apus/usage.h - how much of what the system gives a process it has taken.
 *
 * Each call asks the system anew, some tens of microseconds: not for each request. */
#ifndef APUS_USAGE_H
#define APUS_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"

APUS_API_BEGIN

/* Percent of the memory that its control groups (v2) allow, of the one that is nearest to its
 * limit; what the system can drop again, such as cached files, does not count.  0 without a
 * limit, or where the system does not tell. */
unsigned apus_memory_percent(void);

/* The same from what files say: `root` stands for "/".  For tests. */
unsigned apus_memory_percent_below(const char *root);

/* Bytes of memory that this process has and shares with no file (anonymous, resident), or 0 where
 * the system does not tell. */
uint64_t apus_memory_taken(void);

/* Has the C library give back what it keeps for later, where it can; some milliseconds. */
void apus_memory_give_back(void);

/* Percent of the descriptors that this process may open (RLIMIT_NOFILE). */
unsigned apus_descriptor_percent(void);

/* From here on connections leave what is free to the requests of those that are open: to files,
 * databases, other services.  In percent, and as the first descriptor beyond, INT_MAX where
 * there is no limit. */
enum { APUS_DESCRIPTORS_FULL = 87 };
int apus_descriptors_full_from(void);

/* Allows this process, and those that it starts, n descriptors at once, or as many as the system
 * lets it without asking (the hard limit); never fewer than before. */
void apus_descriptors_allow(uint64_t n);

/* What a process has taken of the machine. */
typedef struct apus_process_usage {
    double cpu_seconds;      /* of processors, in the program and in the system */
    double started;          /* seconds since 1970 */
    uint64_t resident;       /* bytes in memory */
    uint64_t address_space;  /* bytes, whether there is memory behind them or not */
    int64_t descriptors;     /* that are open; -1: another user's, and not told ... */
    int64_t descriptors_max; /* ... or without a limit */
} apus_process_usage;

/* Of the process with that number.  false: there is none, or the system does not tell. */
bool apus_process_usage_of(int pid, apus_process_usage *out);

APUS_API_END

#endif
