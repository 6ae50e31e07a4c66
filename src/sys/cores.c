/* How many processors there are for us.
 *
 * A container sees all of its host's; what it may use says a quota: so many microseconds
 * of processor time in each period.  It stands in the process's control group and in each
 * one above; the smallest counts. */
#include "apus/process.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, LINE_ROOM = 4096 };

/* The first line of a file; false if there is none. */
static bool read_line(const char *path, char *line, int room)
{
    FILE *f = fopen(path, "re");
    bool got = f && fgets(line, room, f);
    if (f)
        fclose(f);
    return got;
}

static unsigned cores_of(double quota, double period)
{
    double cores = quota / period;
    unsigned whole = (unsigned)cores;
    return (double)whole < cores || whole == 0 ? whole + 1 : whole;
}

/* What a group itself allows: v2 has "max 100000" or "150000 100000" in one file, v1 two
 * files with a number each, -1 for no limit.  UINT_MAX: no limit. */
static unsigned group_allows(const char *dir)
{
    char path[PATH_ROOM + 32], line[LINE_ROOM];
    double quota, period;
    snprintf(path, sizeof(path), "%s/cpu.max", dir);
    if (read_line(path, line, sizeof(line)))
        return sscanf(line, "%lf %lf", &quota, &period) == 2 && quota > 0 && period > 0
                   ? cores_of(quota, period)
                   : ~0U;
    snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", dir);
    if (!read_line(path, line, sizeof(line)) || sscanf(line, "%lf", &quota) != 1 || quota <= 0)
        return ~0U;
    snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", dir);
    if (!read_line(path, line, sizeof(line)) || sscanf(line, "%lf", &period) != 1 || period <= 0)
        return ~0U;
    return cores_of(quota, period);
}

/* The smallest of a group and those above, up to where they are mounted. */
static unsigned groups_allow(const char *mount, const char *group)
{
    char dir[PATH_ROOM];
    unsigned least = ~0U;
    if (snprintf(dir, sizeof(dir), "%s%s", mount, group) >= (int)sizeof(dir))
        return least;
    for (size_t len = strlen(dir); len >= strlen(mount); len--) {
        if (dir[len] != '/' && dir[len])
            continue;
        dir[len] = 0;
        unsigned allows = group_allows(dir);
        least = allows < least ? allows : least;
    }
    return least;
}

static bool names_cpu(const char *controllers, size_t len)
{
    for (const char *at = controllers, *end = at + len; at < end;) {
        size_t n = strcspn(at, ",:");
        if (n == 3 && strncmp(at, "cpu", 3) == 0)
            return true;
        at += n + 1;
    }
    return false;
}

unsigned apus_cores_allowed(const char *root, unsigned processors)
{
    char path[PATH_ROOM], line[LINE_ROOM];
    unsigned least = processors ? processors : 1;
    snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "re");
    /* "0::/group" is v2's; "4:cpu,cpuacct:/group" v1's */
    while (f && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group || group[1] != '/')
            continue;
        size_t len = (size_t)(group - controllers) - 1;
        if (len && !names_cpu(controllers + 1, len))
            continue;
        snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", root, len ? "/cpu" : "");
        unsigned allows = groups_allow(path, strcmp(group + 1, "/") == 0 ? "" : group + 1);
        least = allows < least ? allows : least;
    }
    if (f)
        fclose(f);
    return least;
}

unsigned apus_cores(void)
{
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return apus_cores_allowed("", (unsigned)CPU_COUNT(&set));
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return apus_cores_allowed("", online > 0 ? (unsigned)online : 1);
}
