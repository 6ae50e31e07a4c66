/* src/run/sanitize.h - telling the sanitizers which stack runs.
 *
 * Each switch is announced: to AddressSanitizer before and after (it keeps a fake
 * stack per real one), to ThreadSanitizer before.  Valgrind is told of each stack
 * once, when it is mapped (APUS_VALGRIND: builds with tests, where its header is
 * installed).  Plain builds see nothing. */
#ifndef APUS_RUN_SANITIZE_H
#define APUS_RUN_SANITIZE_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define APUS__RUN_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define APUS__RUN_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define APUS__RUN_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define APUS__RUN_TSAN 1
#endif

#ifdef APUS__RUN_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef APUS__RUN_TSAN
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

/* A signal that comes while a fiber runs is kept with the fiber until it calls a function that
 * ThreadSanitizer knows, and lost when it ends before that: so each calls one. */
static inline void apus__tsan_take_signals(void)
{
    void *volatile some = malloc(1);
    free(some);
}
#endif
#ifdef APUS_VALGRIND
#include <valgrind/valgrind.h>
#endif

#if defined(APUS__RUN_ASAN) || defined(APUS__RUN_TSAN)
enum { APUS__STACK_FACTOR = 4 }; /* instrumented frames are larger */
#else
enum { APUS__STACK_FACTOR = 1 };
#endif

#endif
