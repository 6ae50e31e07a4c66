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
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <signal.h>

/* ThreadSanitizer keeps a signal with the fiber that runs, begins or ends when it comes until that
 * calls a function it knows, and forgets it with the fiber.  So a thread takes signals only where
 * it runs none; those of faults, which are the fiber's own, it takes everywhere. */
static inline sigset_t apus__tsan_hold_signals(void)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
    sigset_t held, before;
    sigfillset(&held);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigdelset(&held, faults[i]);
    pthread_sigmask(SIG_SETMASK, &held, &before);
    return before;
}

static inline void apus__tsan_let_signals(sigset_t before)
{
    pthread_sigmask(SIG_SETMASK, &before, NULL);
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
