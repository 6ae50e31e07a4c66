/* Memory and descriptors, as the system counts them. */
#include "apus/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, LINE_ROOM = 4096 };

/* --- memory --- */

/* The number behind `key` at the beginning of a line; the first line's without a key. */
static bool read_number(const char *dir, const char *name, const char *key, uint64_t *out)
{
    char path[PATH_ROOM + 32], line[LINE_ROOM];
    size_t len = strlen(key);
    bool found = false;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = strncmp(line, key, len) == 0 && sscanf(line + len, "%" SCNu64, out) == 1;
    if (f)
        fclose(f);
    return found;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)((double)part * 100 / (double)whole) : 0;
}

/* Of a group and those above it, up to where they are mounted. */
static unsigned groups_percent(const char *mount, const char *group)
{
    char dir[PATH_ROOM];
    unsigned most = 0;
    if (snprintf(dir, sizeof(dir), "%s%s", mount, group) >= (int)sizeof(dir))
        return 0;
    for (size_t len = strlen(dir); len >= strlen(mount); len--) {
        uint64_t taken, allowed;
        if (dir[len] != '/' && dir[len])
            continue;
        dir[len] = '\0';
        if (!read_number(dir, "memory.max", "", &allowed) ||
            !read_number(dir, "memory.stat", "anon ", &taken))
            continue;
        unsigned here = percent(taken, allowed);
        most = here > most ? here : most;
    }
    return most;
}

unsigned apus_memory_percent_below(const char *root)
{
    char path[PATH_ROOM], line[LINE_ROOM];
    unsigned most = 0;
    snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) != 0)
            continue;
        snprintf(path, sizeof(path), "%s/sys/fs/cgroup", root);
        most = groups_percent(path, line[4] ? line + 3 : "");
    }
    if (f)
        fclose(f);
    return most;
}

unsigned apus_memory_percent(void)
{
    return apus_memory_percent_below("");
}

uint64_t apus_memory_taken(void)
{
    uint64_t resident = 0, of_files = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%*u %" SCNu64 " %" SCNu64, &resident, &of_files) != 2)
        resident = of_files = 0;
    fclose(f);
    return (resident - of_files) * (uint64_t)sysconf(_SC_PAGESIZE);
}

void apus_memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* --- descriptors --- */

void apus_descriptors_allow(uint64_t n)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= n)
        return;
    limit.rlim_cur = n < limit.rlim_max ? (rlim_t)n : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The system gives the lowest number that is free, so all below it are taken. */
unsigned apus_descriptor_percent(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    int free_one = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (free_one < 0)
        return errno == EMFILE ? 100 : 0;
    close(free_one);
    return percent((uint64_t)free_one, limit.rlim_cur);
}

int apus_descriptors_full_from(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
        return INT_MAX;
    return (int)((uint64_t)limit.rlim_cur * APUS_DESCRIPTORS_FULL / 100);
}
