/* The C library's functions about files: what lies below SIM_DISK is answered from the seed,
 * everything else goes on to the system.  Linked with --wrap (see sim.h), so that src/sys's own
 * code for files runs above. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/sim/disk.h"

int __real_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *name, int flags, ...);
int __real_close(int fd);
int __real_fstat(int fd, struct stat *to);
ssize_t __real_pread(int fd, void *to, size_t room, off_t at);
ssize_t __real_preadv2(int fd, const struct iovec *iov, int n, off_t at, int flags);
ssize_t __real_write(int fd, const void *from, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __real_posix_fallocate(int fd, off_t at, off_t len);
int __real_mkostemp(char *pattern, int flags);
int __wrap_open(const char *path, int flags, ...);
int __wrap___open_2(const char *path, int flags);
int __wrap_openat(int folder, const char *name, int flags, ...);
int __wrap___openat_2(int folder, const char *name, int flags);
int __wrap_close(int fd);
int __wrap_fstat(int fd, struct stat *to);
ssize_t __wrap_pread(int fd, void *to, size_t room, off_t at);
ssize_t __wrap___pread_chk(int fd, void *to, size_t room, off_t at, size_t size);
ssize_t __wrap_preadv2(int fd, const struct iovec *iov, int n, off_t at, int flags);
ssize_t __wrap_write(int fd, const void *from, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __wrap_posix_fallocate(int fd, off_t at, off_t len);
int __wrap_mkostemp(char *pattern, int flags);

/* What stands behind a descriptor, or NULL: it is none of a file of ours. */
static sim_socket *of(int fd)
{
    sim_socket *s = fd >= SIM_FD_FIRST && fd < SIM_FD_FIRST + SIM_FDS_MAX
                        ? sim.sockets[fd - SIM_FD_FIRST]
                        : NULL;
    return s && s->file ? s : NULL;
}

static int refuse(int error, const char *what)
{
    sim_note(what, error, 0);
    errno = error;
    return -1;
}

/* What may befall any call; 0: nothing does. */
static int trouble(const char *what)
{
    if (sim_chance(sim.faults.disk_error))
        return refuse(EIO, what);
    return sim_chance(sim.faults.interrupted) ? refuse(EINTR, what) : 0;
}

static bool is_full(size_t more)
{
    return sim_disk_room() < more || sim_chance(sim.faults.no_disk);
}

/* --- opening --- */

static int open_it(sim_file *f, int flags)
{
    sim_socket *s = sim_take(sizeof(*s));
    s->file = f;
    s->appends = flags & O_APPEND;
    int fd = sim_fd_give(s);
    if (fd < 0) {
        sim_give(s);
        return refuse(EMFILE, "no open");
    }
    f->n_open++;
    return fd;
}

static int open_new(const char *path, int flags)
{
    if (is_full(0))
        return refuse(ENOSPC, "no file");
    return open_it(sim_file_make(path), flags);
}

static int open_path(const char *path, int flags)
{
    sim_file *f = sim_file_find(path);
    bool is_nameless = (flags & O_TMPFILE) == O_TMPFILE;
    if (sim_chance(sim.faults.no_open))
        return refuse(sim_chance(500) ? EMFILE : ENFILE, "no open");
    if (sim_chance(sim.faults.disk_error))
        return refuse(EIO, "no open");
    if (f && flags & O_DIRECTORY && !f->is_folder)
        return refuse(ENOTDIR, "no open");
    if (f && is_nameless)
        return sim_chance(sim.faults.no_tmpfile) ? refuse(EOPNOTSUPP, "no tmpfile")
                                                 : open_new(NULL, flags);
    if (f && flags & O_CREAT && flags & O_EXCL)
        return refuse(EEXIST, "no open");
    if (f)
        return open_it(f, flags);
    if (is_nameless || !(flags & O_CREAT) || !sim_file_has_folder(path))
        return refuse(ENOENT, "no open");
    return open_new(path, flags);
}

static int open_at(const sim_file *folder, const char *name, int flags)
{
    char path[512];
    if (!folder->path)
        return refuse(ENOENT, "no open");
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    return open_path(path, flags);
}

#define MODE_OF(mode, flags)                                                                       \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        (mode) = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                       \
        va_end(args);                                                                              \
    } while (0)

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode;
    MODE_OF(mode, flags);
    return sim_disk_has(path) ? open_path(path, flags) : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *name, int flags, ...)
{
    mode_t mode;
    MODE_OF(mode, flags);
    const sim_socket *s = of(folder);
    return s ? open_at(s->file, name, flags) : __real_openat(folder, name, flags, mode);
}

/* What they are called with _FORTIFY_SOURCE. */
int __wrap___open_2(const char *path, int flags)
{
    return __wrap_open(path, flags);
}

int __wrap___openat_2(int folder, const char *name, int flags)
{
    return __wrap_openat(folder, name, flags);
}

int __wrap_mkostemp(char *pattern, int flags)
{
    if (!sim_disk_has(pattern))
        return __real_mkostemp(pattern, flags);
    for (char *p = pattern + strlen(pattern) - 6; *p; p++)
        *p = (char)('a' + sim_random() % 26);
    return open_path(pattern, flags | O_CREAT | O_EXCL);
}

int __wrap_close(int fd)
{
    sim_socket *s = of(fd);
    if (!s)
        return __real_close(fd);
    sim_file_leave(s->file);
    sim_fd_take(fd);
    return 0;
}

/* --- reading --- */

int __wrap_fstat(int fd, struct stat *to)
{
    const sim_socket *s = of(fd);
    if (!s)
        return __real_fstat(fd, to);
    if (sim_chance(sim.faults.disk_error))
        return refuse(EIO, "no stat");
    const sim_file *f = s->file;
    *to = (struct stat){ .st_mode = f->is_folder ? S_IFDIR : S_IFREG,
                         .st_size = (off_t)f->len,
                         .st_ino = f->number };
    to->st_mtim.tv_sec = f->modified / 1000000000;
    to->st_mtim.tv_nsec = f->modified % 1000000000;
    return 0;
}

static ssize_t read_at(const sim_file *f, void *to, size_t room, off_t at)
{
    if (trouble("no read"))
        return -1;
    size_t from = (size_t)at < f->len ? (size_t)at : f->len;
    size_t n = f->len - from < room ? f->len - from : room;
    if (n && sim_chance(sim.faults.short_read))
        n = (size_t)sim_between(1, (int64_t)n);
    if (n)
        memcpy(to, f->bytes + from, n);
    sim_note("file read", (int64_t)from, (int64_t)n);
    return (ssize_t)n;
}

ssize_t __wrap_pread(int fd, void *to, size_t room, off_t at)
{
    const sim_socket *s = of(fd);
    return s ? read_at(s->file, to, room, at) : __real_pread(fd, to, room, at);
}

ssize_t __wrap___pread_chk(int fd, void *to, size_t room, off_t at, size_t size)
{
    if (room > size)
        sim_fail("a read of %zu bytes into %zu", room, size);
    return __wrap_pread(fd, to, room, at);
}

ssize_t __wrap_preadv2(int fd, const struct iovec *iov, int n, off_t at, int flags)
{
    const sim_socket *s = of(fd);
    if (!s)
        return __real_preadv2(fd, iov, n, at, flags);
    if (sim_chance(sim.faults.not_at_hand))
        return refuse(sim_chance(900) ? EAGAIN : EOPNOTSUPP, "not at hand");
    return read_at(s->file, iov[0].iov_base, iov[0].iov_len, at);
}

/* --- writing --- */

static ssize_t write_at(sim_socket *s, const void *from, size_t n)
{
    sim_file *f = s->file;
    size_t at = s->appends ? f->len : s->at;
    if (trouble("no write"))
        return -1;
    if (is_full(1))
        return refuse(ENOSPC, "no write");
    n = n < sim_disk_room() ? n : sim_disk_room();
    if (sim_chance(sim.faults.short_write))
        n = (size_t)sim_between(1, (int64_t)n);
    if (at + n > f->len)
        sim_file_resize(f, at + n);
    memcpy(f->bytes + at, from, n);
    s->at = at + n;
    sim_note("file write", (int64_t)at, (int64_t)n);
    return (ssize_t)n;
}

ssize_t __wrap_write(int fd, const void *from, size_t n)
{
    sim_socket *s = of(fd);
    return s && n ? write_at(s, from, n) : __real_write(fd, from, n);
}

int __wrap_fsync(int fd)
{
    if (!of(fd))
        return __real_fsync(fd);
    if (sim_chance(sim.faults.no_disk))
        return refuse(ENOSPC, "no sync");
    return trouble("no sync");
}

int __wrap_posix_fallocate(int fd, off_t at, off_t len)
{
    const sim_socket *s = of(fd);
    if (!s)
        return __real_posix_fallocate(fd, at, len);
    if (trouble("no room"))
        return errno;
    size_t to = (size_t)(at + len);
    if (is_full(to > s->file->len ? to - s->file->len : 0)) {
        refuse(ENOSPC, "no room");
        return ENOSPC;
    }
    if (to > s->file->len)
        sim_file_resize(s->file, to);
    return 0;
}

/* --- names --- */

int __wrap_rename(const char *from, const char *to)
{
    if (!sim_disk_has(from))
        return __real_rename(from, to);
    sim_file *f = sim_file_find(from);
    if (!f)
        return refuse(ENOENT, "no rename");
    if (sim_chance(sim.faults.disk_error))
        return refuse(EIO, "no rename");
    if (sim_chance(sim.faults.no_disk))
        return refuse(ENOSPC, "no rename");
    sim_file_name(f, to);
    return 0;
}

/* Always works: what would stay then is nobody's mistake. */
int __wrap_unlink(const char *path)
{
    if (!sim_disk_has(path))
        return __real_unlink(path);
    sim_file *f = sim_file_find(path);
    if (!f)
        return refuse(ENOENT, "no unlink");
    sim_file_name(f, NULL);
    return 0;
}
