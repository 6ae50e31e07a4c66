/* Tells AddressSanitizer which bytes of a chunk are nobody's. */
#ifndef APUS_BASE_POISON_H
#define APUS_BASE_POISON_H

#if defined(__SANITIZE_ADDRESS__)
#define APUS__ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define APUS__ASAN 1
#endif
#endif

#ifdef APUS__ASAN
#include <sanitizer/asan_interface.h>
#define APUS_POISON(p, n)   __asan_poison_memory_region((p), (n))
#define APUS_UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define APUS_POISON(p, n)   ((void)(p), (void)(n))
#define APUS_UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#endif
