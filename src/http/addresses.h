/* How many connections each address has.
 *
 * An address is one of IPv4, or a network of 64 bits of IPv6: whoever has one has all of it. */
#ifndef APUS_HTTP_ADDRESSES_H
#define APUS_HTTP_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/arena.h"
#include "apus/str.h"

/* What an address is counted under; 0: it is not. */
typedef uint64_t apus__address;

typedef struct apus__address_count {
    apus__address of;
    uint32_t n; /* 0: the slot is free */
} apus__address_count;

/* Slots by hash, one behind the other where they meet; zeroed, with alloc set, it is empty. */
typedef struct apus__addresses {
    apus_alloc alloc;
    apus__address_count *slots;
    uint32_t room, n; /* slots, a power of two, and how many are taken */
    uint64_t seed;    /* so that nobody can choose addresses that meet */
} apus__addresses;

/* 0 for what is no address of IP, such as "unix". */
apus__address apus__address_of(apus_str peer);

/* How many there are of it. */
uint32_t apus__addresses_count(const apus__addresses *a, apus__address of);

/* One more, or one less.  Without memory for one more, false: it is not counted. */
bool apus__addresses_add(apus__addresses *a, apus__address of);
void apus__addresses_drop(apus__addresses *a, apus__address of);

void apus__addresses_finish(apus__addresses *a);

#endif
