/* Files that are there whole, or not at all. */
#include "apus/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apus/random.h"

static apus_rc say(apus_err *err, const char *path)
{
    return apus_err_set(err, APUS_IO, "%s: %s", path, strerror(errno));
}

/* A name that nobody else has; what is there already is not touched. */
static int create(apus_disk_draft *d)
{
    uint64_t number;
    if (apus_random(&number, sizeof(number), NULL))
        return -1;
    int n = snprintf(d->own, sizeof(d->own), "%s.%016" PRIx64, d->path, number);
    if (n < 0 || (size_t)n >= sizeof(d->own)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(d->own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
}

apus_rc apus_disk_draft_open(const char *path, apus_disk_draft *d, apus_err *err)
{
    d->path = path;
    d->fd = create(d);
    return d->fd < 0 ? say(err, path) : APUS_OK;
}

apus_rc apus_disk_draft_write(apus_disk_draft *d, const void *bytes, size_t len, apus_err *err)
{
    const char *at = bytes;
    while (len) {
        ssize_t n = write(d->fd, at, len);
        if (n < 0 && errno != EINTR)
            return say(err, d->path);
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return APUS_OK;
}

static int sync_it(int fd)
{
    int rc;
    do
        rc = fsync(fd);
    while (rc && errno == EINTR);
    return rc;
}

apus_rc apus_disk_draft_keep(apus_disk_draft *d, apus_err *err)
{
    if (sync_it(d->fd) || rename(d->own, d->path))
        return say(err, d->path);
    close(d->fd);
    d->fd = -1;
    return APUS_OK;
}

void apus_disk_draft_drop(apus_disk_draft *d)
{
    if (d->fd < 0)
        return;
    close(d->fd);
    unlink(d->own);
    d->fd = -1;
}
