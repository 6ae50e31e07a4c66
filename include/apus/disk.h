/* apus/disk.h - files on disk, to be read and sent.
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

APUS_API_END

#endif
