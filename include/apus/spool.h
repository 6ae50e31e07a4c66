/* apus/spool.h - bytes that are too many for memory: in a file without a name, seen as memory.
 *
 * The file is made where TMPDIR says (/tmp), can be opened by nobody else and goes with the
 * process.  Room is reserved before it is given, so that a full disk is a result code.
 *
 * THREADS: one at a time.  Opening and growing may wait for the disk, shortly. */
#ifndef APUS_SPOOL_H
#define APUS_SPOOL_H

#include <stddef.h>

#include "apus/api.h"
#include "apus/rc.h"

APUS_API_BEGIN

/* ptr is where the bytes are seen; it moves when the spool grows. */
typedef struct apus_spool {
    char *ptr;
    size_t size;
    int fd;
} apus_spool;

/* A spool of so many bytes, at least 1, which the caller closes.  APUS_OK, or APUS_IO (no
 * file, or no room on the disk) with nothing to close. */
apus_rc apus_spool_open(apus_spool *s, size_t size) APUS_NODISCARD;

/* More room; what is there stays.  APUS_OK, or APUS_IO, and then nothing has changed. */
apus_rc apus_spool_grow(apus_spool *s, size_t size) APUS_NODISCARD;

/* Gives its memory and its file back; it is as it was before it was opened. */
void apus_spool_close(apus_spool *s);

APUS_API_END

#endif
