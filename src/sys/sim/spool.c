#include "apus/spool.h"

#include "sys/sim/world.h"

static bool is_full(size_t size)
{
    if (!sim_chance(sim.faults.no_disk))
        return false;
    sim_note("no disk", (int64_t)size, 0);
    return true;
}

apus_rc apus_spool_open(apus_spool *s, size_t size)
{
    *s = (apus_spool){ .fd = -1 };
    return apus_spool_grow(s, size);
}

apus_rc apus_spool_grow(apus_spool *s, size_t size)
{
    if (is_full(size))
        return APUS_IO;
    /* where it stood before is gone, as with mremap */
    char *ptr = sim_take(size);
    if (s->ptr)
        memcpy(ptr, s->ptr, s->size);
    sim_give(s->ptr);
    if (!s->ptr)
        sim.n_sockets++; /* it is a descriptor */
    s->ptr = ptr;
    s->size = size;
    return APUS_OK;
}

void apus_spool_close(apus_spool *s)
{
    sim_give(s->ptr);
    sim.n_sockets--;
    *s = (apus_spool){ .fd = -1 };
}
