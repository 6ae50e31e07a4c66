#include "apus/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK }; /* a FIFO must not hold us */

static apus_rc why_not(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP: /* a symbolic link where none may be */
    case ENAMETOOLONG:
    case ENXIO: /* a socket */
        return APUS_NOT_FOUND;
    case EMFILE:
    case ENFILE:
        return APUS_LIMIT;
    default:
        return APUS_IO;
    }
}

static int64_t modified_ns(const struct stat *s)
{
#ifdef __APPLE__
    return (int64_t)s->st_mtimespec.tv_sec * 1000000000 + s->st_mtimespec.tv_nsec;
#else
    return (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
#endif
}

/* What fd is; closes it where it is neither file nor folder. */
static apus_rc look_at(int fd, apus_disk_file *out)
{
    struct stat s;
    apus_rc rc = fstat(fd, &s) == 0 ? APUS_OK : APUS_IO;
    if (!rc && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode))
        rc = APUS_NOT_FOUND;
    if (rc) {
        close(fd);
        return rc;
    }
    *out = (apus_disk_file){
        .fd = fd,
        .is_folder = S_ISDIR(s.st_mode),
        .size = s.st_size > 0 ? (uint64_t)s.st_size : 0,
        .modified = modified_ns(&s),
    };
    return APUS_OK;
}

apus_rc apus_disk_open(const char *path, apus_disk_file *out)
{
    int fd = open(path, READ_FLAGS);
    return fd < 0 ? why_not(errno) : look_at(fd, out);
}

/* --- below a folder --- */

static bool may_be_named(apus_str part)
{
    if (part.len == 0 || part.len > NAME_MAX || memchr(part.ptr, '\0', part.len))
        return false;
    return part.ptr[0] != '.' || apus_str_eq(part, APUS_STR(".well-known"));
}

/* One step down; *fd is closed. */
static apus_rc step(int *fd, apus_str part, int flags)
{
    char name[NAME_MAX + 1];
    if (!may_be_named(part)) {
        close(*fd);
        return APUS_NOT_FOUND;
    }
    memcpy(name, part.ptr, part.len);
    name[part.len] = '\0';
    int next = openat(*fd, name, READ_FLAGS | O_NOFOLLOW | flags);
    int error = errno;
    close(*fd);
    *fd = next;
    return next < 0 ? why_not(error) : APUS_OK;
}

apus_rc apus_disk_open_below(const char *folder, apus_str path, apus_disk_file *out)
{
    int fd = open(folder, READ_FLAGS | O_DIRECTORY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? APUS_IO : why_not(errno);
    if (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    for (unsigned depth = 0; path.len; depth++) {
        size_t slash = apus_str_find(path, '/');
        bool is_last = slash == SIZE_MAX;
        apus_str part = apus_str_cut(&path, is_last ? path.len : slash + 1);
        if (!is_last)
            part.len--;
        apus_rc rc =
            step(&fd, depth < APUS_DISK_DEPTH_MAX ? part : APUS_STR(""), is_last ? 0 : O_DIRECTORY);
        if (rc)
            return rc;
        if (!is_last && path.len == 0) { /* "a//" */
            close(fd);
            return APUS_NOT_FOUND;
        }
    }
    return look_at(fd, out);
}

void apus_disk_close(apus_disk_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* --- reading --- */

/* Whether another try, which may wait, could do better. */
static bool may_be_waited_for(int error)
{
    return error == EAGAIN || error == EINTR || error == EOPNOTSUPP || error == ENOSYS;
}

static apus_rc settle(ssize_t n, size_t *got)
{
    if (n < 0)
        return may_be_waited_for(errno) ? APUS_MORE : APUS_IO;
    *got = (size_t)n;
    return n ? APUS_OK : APUS_DONE;
}

apus_rc apus_disk_read(const apus_disk_file *f, uint64_t at, char *to, size_t room, size_t *got)
{
    ssize_t n;
    do
        n = pread(f->fd, to, room, (off_t)at);
    while (n < 0 && errno == EINTR);
    apus_rc rc = settle(n, got);
    return rc == APUS_MORE ? APUS_IO : rc;
}

apus_rc apus_disk_read_now(const apus_disk_file *f, uint64_t at, char *to, size_t room, size_t *got)
{
#ifdef RWF_NOWAIT
    struct iovec v = { .iov_base = to, .iov_len = room };
    return settle(preadv2(f->fd, &v, 1, (off_t)at, RWF_NOWAIT), got);
#else
    (void)f, (void)at, (void)to, (void)room, (void)got;
    return APUS_MORE;
#endif
}
