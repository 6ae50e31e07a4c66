/* The allocator between the program and the C library: linked with --wrap (see sim.h). */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sys/sim/world.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *ptr, size_t size);
void __real_free(void *ptr);
void *__real_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void __wrap_free(void *ptr);
void *__real_mremap(void *at, size_t len, size_t new_len, int flags, ...);
int __real_munmap(void *at, size_t len);
void *__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_mremap(void *at, size_t len, size_t new_len, int flags, ...);
int __wrap_munmap(void *at, size_t len);

/* --- what is neither refused nor counted --- */

static void *resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    (void)ctx;
    (void)old_size;
    if (new_size == 0) {
        __real_free(ptr);
        return NULL;
    }
    void *taken = __real_realloc(ptr, new_size);
    if (!taken)
        abort(); /* the machine's memory is no part of the simulation */
    return taken;
}

const apus_alloc sim_alloc = { .resize = resize };

void *sim_take(size_t size)
{
    return memset(resize(NULL, NULL, 0, size), 0, size);
}

void sim_give(void *ptr)
{
    __real_free(ptr);
}

/* --- what is --- */

static bool is_refused(size_t size)
{
    if (!sim_chance(sim.faults.no_memory))
        return false;
    sim_note("no memory", (int64_t)size, 0);
    errno = ENOMEM;
    return true;
}

static void *counted(void *ptr)
{
    if (ptr) {
        sim.n_blocks++;
        sim.n_bytes += (int64_t)malloc_usable_size(ptr);
    }
    return ptr;
}

static void uncount(void *ptr)
{
    if (ptr) {
        sim.n_blocks--;
        sim.n_bytes -= (int64_t)malloc_usable_size(ptr);
    }
}

void *__wrap_malloc(size_t size)
{
    return is_refused(size) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_refused(size) ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *ptr, size_t size)
{
    if (is_refused(size))
        return NULL;
    uncount(ptr);
    return counted(__real_realloc(ptr, size));
}

void __wrap_free(void *ptr)
{
    uncount(ptr);
    __real_free(ptr);
}

/* --- mappings --- */

/* Those of a simulated file are its own memory: nobody looks at it in another way. */
void *__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (is_refused(len))
        return MAP_FAILED;
    if (fd >= SIM_FD_FIRST) {
        flags = MAP_PRIVATE | MAP_ANONYMOUS;
        fd = -1;
    }
    void *ptr = __real_mmap(at, len, protection, flags, fd, offset);
    if (ptr != MAP_FAILED)
        sim.n_mapped += (int64_t)len;
    return ptr;
}

void *__wrap_mremap(void *at, size_t len, size_t new_len, int flags, ...)
{
    if (is_refused(new_len))
        return MAP_FAILED;
    void *ptr = __real_mremap(at, len, new_len, flags);
    if (ptr != MAP_FAILED)
        sim.n_mapped += (int64_t)new_len - (int64_t)len;
    return ptr;
}

int __wrap_munmap(void *at, size_t len)
{
    sim.n_mapped -= (int64_t)len;
    return __real_munmap(at, len);
}
