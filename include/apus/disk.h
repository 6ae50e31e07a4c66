/* apus/disk.h - files on disk, to be read and sent, and such that came.
 *
 * THREADS: what opens or reads may wait for the disk: call it on a pool thread.
 * apus_disk_read_now never waits and may be called anywhere. */
#ifndef APUS_DISK_H
#define APUS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/rc.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_DISK_PATH_MAX = 4096, /* bytes of a path, with the NUL */
    APUS_DISK_DEPTH_MAX = 64,  /* folders of a path below another */
};

typedef struct apus_disk_file {
    int fd;
    bool is_folder;
    uint64_t size;
    int64_t modified; /* ns since 1970 */
} apus_disk_file;

/* Opens a file or folder for reading; the caller closes it.  APUS_OK; APUS_NOT_FOUND
 * (not there, or neither file nor folder); APUS_LIMIT (out of descriptors); APUS_IO
 * (not readable, and whatever else). */
apus_rc apus_disk_open(const char *path, apus_disk_file *out) APUS_NODISCARD;

/* The same for a path below a folder, which it cannot leave: "..", absolute and empty
 * parts and symbolic links are APUS_NOT_FOUND, as are hidden names (".env"), but for
 * .well-known (RFC 8615).  "" is the folder itself. */
apus_rc apus_disk_open_below(const char *folder, apus_str path, apus_disk_file *out) APUS_NODISCARD;

void apus_disk_close(apus_disk_file *f); /* fine when it is closed */

/* At most `room` bytes from `at` on.  APUS_OK and *got > 0; APUS_DONE at the end;
 * APUS_IO. */
apus_rc apus_disk_read(const apus_disk_file *f, uint64_t at, char *to, size_t room, size_t *got)
    APUS_NODISCARD;

/* The same, but APUS_MORE where the disk would have to be waited for. */
apus_rc apus_disk_read_now(const apus_disk_file *f, uint64_t at, char *to, size_t room, size_t *got)
    APUS_NODISCARD;

/* --- writing --- */

/* A file on its way: written under a name of its own, in the folder where it is to stand, so that
 * nobody ever sees a part of it.  Private. */
typedef struct apus_disk_draft {
    int fd; /* -1: none */
    const char *path;
    char own[APUS_DISK_PATH_MAX];
} apus_disk_draft;

/* Begins one for `path`, which must live as long as it; its rights are those of a new file.
 * APUS_OK; APUS_IO, with a sentence in *err and d->fd -1. */
apus_rc apus_disk_draft_open(const char *path, apus_disk_draft *d, apus_err *err) APUS_NODISCARD;

/* Adds all of it.  APUS_OK or APUS_IO. */
apus_rc apus_disk_draft_write(apus_disk_draft *d, const void *bytes, size_t len, apus_err *err)
    APUS_NODISCARD;

/* It is whole: from here on it stands at its path, in the place of what stood there, also when the
 * machine stops.  APUS_OK or APUS_IO; then only apus_disk_draft_drop is left. */
apus_rc apus_disk_draft_keep(apus_disk_draft *d, apus_err *err) APUS_NODISCARD;

/* Takes away what was not kept; fine when it was, and where there is none. */
void apus_disk_draft_drop(apus_disk_draft *d);

APUS_API_END

#endif
