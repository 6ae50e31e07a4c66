#include "apus/process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static apus_rc map(int fd, size_t size, void **at, apus_err *err)
{
    void *m = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (m == MAP_FAILED)
        return apus_err_set(err, errno == ENOMEM ? APUS_NOMEM : APUS_IO, "shared memory: %s",
                            strerror(errno));
    *at = m;
    return APUS_OK;
}

apus_rc apus_shared_create(const char *name, size_t size, int *fd, void **at, apus_err *err)
{
    int made = memfd_create(name, MFD_CLOEXEC);
    if (made < 0 || ftruncate(made, (off_t)size)) {
        int why = errno;
        if (made >= 0)
            close(made);
        return apus_err_set(err, why == ENOMEM ? APUS_NOMEM : APUS_IO, "shared memory: %s",
                            strerror(why));
    }
    apus_rc rc = map(made, size, at, err);
    if (rc)
        close(made);
    else
        *fd = made;
    return rc;
}

apus_rc apus_shared_open(int fd, size_t size, void **at, apus_err *err)
{
    struct stat st;
    if (fstat(fd, &st) || st.st_size < (off_t)size)
        return apus_err_set(err, APUS_INVALID, "shared memory of another layout");
    return map(fd, size, at, err);
}

void apus_shared_close(void *at, size_t size)
{
    if (at)
        munmap(at, size);
}
