#include "http/addresses.h"

#include <assert.h>
#include <string.h>

#include "apus/peers.h"

enum { ROOM_FIRST = 64 };

/* IPv4 stands where IPv6 has multicast, from which nobody connects. */
#define IPV4 UINT64_C(0xffffffff00000000)

apus__address apus__address_of(apus_str peer)
{
    apus_ip ip;
    uint64_t of = 0;
    if (!apus_peer_ip(peer, &ip))
        return 0;
    for (int i = 0; i < (ip.version == 4 ? 4 : 8); i++)
        of = of << 8 | ip.bytes[i];
    if (ip.version == 4)
        return IPV4 | of;
    return of ? of : 1; /* ::1, which must not be 0 */
}

static uint32_t home_of(const apus__addresses *a, apus__address of)
{
    return (uint32_t)apus_hash(&of, sizeof(of), a->seed) & (a->room - 1);
}

/* Its slot, or the free one where it would be. */
static apus__address_count *find(const apus__addresses *a, apus__address of)
{
    uint32_t i = home_of(a, of);
    while (a->slots[i].n && a->slots[i].of != of)
        i = (i + 1) & (a->room - 1);
    return &a->slots[i];
}

uint32_t apus__addresses_count(const apus__addresses *a, apus__address of)
{
    return a->n ? find(a, of)->n : 0;
}

/* At most half of the slots are taken. */
static bool grow(apus__addresses *a)
{
    apus__addresses more = *a;
    more.room = a->room ? a->room * 2 : ROOM_FIRST;
    more.slots = a->alloc.resize(a->alloc.ctx, NULL, 0, more.room * sizeof(*more.slots));
    if (!more.slots)
        return false;
    memset(more.slots, 0, more.room * sizeof(*more.slots));
    for (uint32_t i = 0; i < a->room; i++)
        if (a->slots[i].n)
            *find(&more, a->slots[i].of) = a->slots[i];
    apus__addresses_finish(a);
    *a = more;
    return true;
}

bool apus__addresses_add(apus__addresses *a, apus__address of)
{
    if (a->n >= a->room / 2 && !grow(a))
        return false;
    apus__address_count *slot = find(a, of);
    a->n += slot->n == 0;
    slot->of = of;
    slot->n++;
    return true;
}

/* Those behind a slot that gets free move up, so that they are found. */
static void close_gap(apus__addresses *a, uint32_t gap)
{
    uint32_t mask = a->room - 1;
    for (uint32_t i = (gap + 1) & mask; a->slots[i].n; i = (i + 1) & mask) {
        uint32_t home = home_of(a, a->slots[i].of);
        if (((i - home) & mask) < ((i - gap) & mask))
            continue; /* it would stand in front of its home */
        a->slots[gap] = a->slots[i];
        a->slots[i].n = 0;
        gap = i;
    }
}

void apus__addresses_drop(apus__addresses *a, apus__address of)
{
    apus__address_count *slot = find(a, of);
    assert(slot->n > 0);
    if (--slot->n > 0)
        return;
    a->n--;
    close_gap(a, (uint32_t)(slot - a->slots));
}

void apus__addresses_finish(apus__addresses *a)
{
    a->alloc.resize(a->alloc.ctx, a->slots, a->room * sizeof(*a->slots), 0);
    a->slots = NULL;
    a->room = a->n = 0;
}
