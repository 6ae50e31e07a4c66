/* src/sys/sim/disk.h - the disk of a world: files in memory, in one list. */
#ifndef APUS_SYS_SIM_DISK_H
#define APUS_SYS_SIM_DISK_H

#include <sys/types.h>

#include "sys/sim/world.h"

typedef struct sim_file {
    char *path; /* NULL: it has no name any more, or never had one */
    char *bytes;
    size_t len;
    ino_t number;
    int64_t modified; /* ns since 1970; no two files have the same */
    bool is_folder;
    unsigned n_open;
    struct sim_file *next;
} sim_file;

bool sim_disk_has(const char *path); /* whether it lies below SIM_DISK */
sim_file *sim_file_find(const char *path);

/* A new one, named or not (NULL), that nobody has opened. */
sim_file *sim_file_make(const char *path);

/* Whether a file may be made at that path: its folder is there. */
bool sim_file_has_folder(const char *path);

/* NULL takes its name away, and the file where nobody has opened it; another name takes the place
 * of who had it. */
void sim_file_name(sim_file *f, const char *path);

void sim_file_resize(sim_file *f, size_t len); /* new bytes are zero */

/* How many further bytes the disk takes. */
size_t sim_disk_room(void);

/* One who had opened it has not any more. */
void sim_file_leave(sim_file *f);

void sim_disk_end(void);

#endif
