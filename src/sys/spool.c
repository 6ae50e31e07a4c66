#include "apus/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where O_TMPFILE is not to be had, a file is made and its name taken away at once. */
static int open_nameless(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    int n = snprintf(path, sizeof(path), "%s/apus-XXXXXX", folder);
    fd = n > 0 && (size_t)n < sizeof(path) ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd >= 0)
        unlink(path);
    return fd;
}

apus_rc apus_spool_open(apus_spool *s, size_t size)
{
    const char *folder = getenv("TMPDIR");
    *s = (apus_spool){ .fd = open_nameless(folder && *folder ? folder : "/tmp") };
    if (s->fd < 0)
        return APUS_IO;
    if (apus_spool_grow(s, size) == APUS_OK)
        return APUS_OK;
    close(s->fd);
    return APUS_IO;
}

static int reserve(int fd, size_t size)
{
    int error;
    do
        error = posix_fallocate(fd, 0, (off_t)size);
    while (error == EINTR); /* tmpfs has it so */
    return error;
}

apus_rc apus_spool_grow(apus_spool *s, size_t size)
{
    if (reserve(s->fd, size) != 0)
        return APUS_IO;
    void *ptr = s->ptr ? mremap(s->ptr, s->size, size, MREMAP_MAYMOVE)
                       : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (ptr == MAP_FAILED)
        return APUS_IO;
    s->ptr = ptr;
    s->size = size;
    return APUS_OK;
}

void apus_spool_close(apus_spool *s)
{
    munmap(s->ptr, s->size);
    close(s->fd);
    *s = (apus_spool){ .fd = -1 };
}
