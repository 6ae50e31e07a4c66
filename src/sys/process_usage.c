/* What a process has taken, as /proc has it. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apus/usage.h"

enum { PATH_ROOM = 64, LINE_ROOM = 4096 };

/* What stands in front of a line's number, and that. */
static bool find_number(const char *path, const char *key, uint64_t *out)
{
    char line[LINE_ROOM];
    bool found = false;
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = strncmp(line, key, strlen(key)) == 0 &&
                sscanf(line + strlen(key), "%" SCNu64, out) == 1;
    if (f)
        fclose(f);
    return found;
}

/* Its one line; what the program is called stands in it within brackets, and may hold anything. */
static bool read_stat(int pid, apus_process_usage *u)
{
    char path[PATH_ROOM], line[LINE_ROOM] = "";
    uint64_t user, kernel, start, space, pages, booted = 0;
    long ticks = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *f = fopen(path, "re");
    bool is_read = f && fgets(line, sizeof(line), f);
    if (f)
        fclose(f);
    const char *behind = strrchr(line, ')');
    if (!is_read || !behind ||
        sscanf(behind,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
               " %*d %*d %*d %*d %*d %*d %" SCNu64 " %" SCNu64 " %" SCNu64,
               &user, &kernel, &start, &space, &pages) != 5 ||
        !find_number("/proc/stat", "btime ", &booted))
        return false;
    u->cpu_seconds = (double)(user + kernel) / (double)ticks;
    u->started = (double)booted + (double)start / (double)ticks;
    u->resident = pages * (uint64_t)page;
    u->address_space = space;
    return true;
}

/* The folder's size is their number with Linux 6.2 and later: else they are counted. */
static int64_t count_descriptors(int pid)
{
    char path[PATH_ROOM];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    bool is_told = fstat(dirfd(dir), &st) == 0 && st.st_size > 0;
    int64_t n = is_told ? (int64_t)st.st_size : 0;
    for (const struct dirent *e; !is_told && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    closedir(dir);
    return pid == getpid() && n > 0 ? n - 1 : n; /* but for the one that looked */
}

static int64_t most_descriptors(int pid)
{
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (int64_t)limit.rlim_cur;
}

bool apus_process_usage_of(int pid, apus_process_usage *out)
{
    *out = (apus_process_usage){ .descriptors = count_descriptors(pid),
                                 .descriptors_max = most_descriptors(pid) };
    return read_stat(pid, out);
}
