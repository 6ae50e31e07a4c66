/* Fibers: pooled stacks, parked and resumed by the loop.
 *
 *     low                                                          high
 *     | guard, 1 MiB, no access | stack, 256 KiB, grows down | struct |
 *
 * A fiber's own data stands above its stack in the same mapping, so that a fiber
 * is one piece of memory and costs no malloc.  The guard is wide because a frame
 * with a large array could step over a narrow one; code is compiled with
 * -fstack-clash-protection, which touches every page on the way.
 *
 *     spawn ---> RUNNING ---park---> PARKED ---wake---> READY ---loop---> RUNNING
 *                   |                                                       |
 *                   +---------------- return or exit: back to the pool <---+
 *
 * Resuming remembers who resumed, and parking returns there: the loop, or a fiber
 * that spawned another. */
#include "apus/fiber.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "apus/fault.h"
#include "run/loop.h"
#include "run/sanitize.h"
#include "run/switch.h"

enum {
    STACK_SIZE = 256 * 1024 * APUS__STACK_FACTOR,
    GUARD_SIZE = 1024 * 1024,
    MAPPING_SIZE = GUARD_SIZE + STACK_SIZE,
    STRUCT_ROOM = 512,  /* of the stack's top end */
    WARM_MAX = 64,      /* idle stacks that keep their pages */
    POOL_MAX = 1024,    /* idle stacks that keep their mapping */
    WARM_BYTES = 16384, /* of a cold stack's top that is kept: the next user needs it at once */
};

enum state {
    RUNNING,
    PARKED,
    READY, /* woken, in the loop's list */
    ENDED,
};

struct apus_fiber {
    apus__context context;
    apus__context *resumer; /* where parking returns to; that of a fiber or of the thread */
    apus_fiber *resumer_fiber;
    apus_loop *loop;
    apus_fiber *next; /* in the list of the ready or of the idle */
    void (*fn)(void *arg);
    void *arg;
    const char *label;
    apus_timer park_timer;     /* the deadline of one park */
    apus_timer deadline_timer; /* that of the fiber */
    apus_rc woken_with;
    apus_rc reason; /* of cancellation, or APUS_OK */
    unsigned char state;
    unsigned char firm; /* parked firmly */
#ifdef APUS__RUN_ASAN
    void *fake_stack;
    const void *from_bottom; /* the stack we came from ... */
    size_t from_size;        /* ... and its size */
#endif
#ifdef APUS__RUN_TSAN
    void *tsan, *tsan_resumer;
#endif
#ifdef APUS_VALGRIND
    unsigned valgrind; /* of the stack: kept from fiber to fiber */
#endif
};

_Static_assert(sizeof(struct apus_fiber) <= STRUCT_ROOM, "STRUCT_ROOM is too small");

/* Who runs on this thread.  The one thread-local of Apus. */
static _Thread_local apus_fiber *running;

apus_fiber *apus_fiber_self(void)
{
    return running;
}

apus_loop *apus_fiber_loop(const apus_fiber *f)
{
    return f->loop;
}

void apus_fiber_set_label(apus_fiber *f, const char *label)
{
    f->label = label;
}

static char *mapping_of(const apus_fiber *f)
{
    return (char *)(uintptr_t)f + STRUCT_ROOM - MAPPING_SIZE;
}

static char *stack_bottom(const apus_fiber *f)
{
    return mapping_of(f) + GUARD_SIZE;
}

/* --- stacks --- */

static apus_fiber *map_stack(void)
{
    char *m =
        mmap(NULL, MAPPING_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED)
        return NULL;
    if (mprotect(m + GUARD_SIZE, STACK_SIZE, PROT_READ | PROT_WRITE)) {
        munmap(m, MAPPING_SIZE);
        return NULL;
    }
    apus_fiber *f = (apus_fiber *)(uintptr_t)(m + MAPPING_SIZE - STRUCT_ROOM);
#ifdef APUS_VALGRIND
    f->valgrind = VALGRIND_STACK_REGISTER(stack_bottom(f), f);
#endif
    return f;
}

static void release_stack(apus_fiber *f)
{
#ifdef APUS_VALGRIND
    VALGRIND_STACK_DEREGISTER(f->valgrind);
#endif
    munmap(mapping_of(f), MAPPING_SIZE);
}

static void give_back(apus_loop *l, apus_fiber *f)
{
    if (l->n_idle >= POOL_MAX) {
        release_stack(f);
        return;
    }
    if (l->n_idle >= WARM_MAX)
        (void)madvise(stack_bottom(f), STACK_SIZE - WARM_BYTES, MADV_DONTNEED);
    f->next = l->idle;
    l->idle = f;
    l->n_idle++;
}

static apus_fiber *take_stack(apus_loop *l)
{
    apus_fiber *f = l->idle;
    if (!f)
        return map_stack();
    l->idle = f->next;
    l->n_idle--;
#ifdef APUS__RUN_ASAN
    /* frames that were left by apus_fiber_exit are still poisoned */
    __asan_unpoison_memory_region(stack_bottom(f), STACK_SIZE - STRUCT_ROOM);
#endif
    return f;
}

void apus__fibers_release(apus_loop *l)
{
    while (l->idle) {
        apus_fiber *f = l->idle;
        l->idle = f->next;
        release_stack(f);
    }
    l->n_idle = 0;
}

/* --- switching --- */

/* Arrived in a fiber, for the first time or again. */
static void arrive(apus_fiber *f)
{
#ifdef APUS__RUN_ASAN
    __sanitizer_finish_switch_fiber(f->fake_stack, &f->from_bottom, &f->from_size);
#else
    (void)f;
#endif
}

/* Goes from whoever runs into f; returns when f has parked or ended: whether it
 * is still there. */
static bool resume(apus_fiber *f)
{
    apus__context here;
    f->resumer = &here;
    f->resumer_fiber = running;
    f->state = RUNNING;
    running = f;
#ifdef APUS__RUN_TSAN
    sigset_t signals = apus__tsan_hold_signals();
    if (!f->tsan)
        f->tsan = __tsan_create_fiber(0);
    f->tsan_resumer = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(f->tsan, 0);
#endif
#ifdef APUS__RUN_ASAN
    void *fake;
    __sanitizer_start_switch_fiber(&fake, stack_bottom(f), STACK_SIZE - STRUCT_ROOM);
#endif
    apus__context_switch(&here, &f->context);
#ifdef APUS__RUN_ASAN
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
    running = f->resumer_fiber;
#ifdef APUS__RUN_TSAN
    if (f->state == ENDED)
        __tsan_destroy_fiber(f->tsan);
    apus__tsan_let_signals(signals);
#endif
    if (f->state != ENDED)
        return true;
    f->loop->n_alive--;
    give_back(f->loop, f);
    return false;
}

/* Goes from the running fiber back to who resumed it. */
static void leave(apus_fiber *f)
{
#ifdef APUS__RUN_TSAN
    __tsan_switch_to_fiber(f->tsan_resumer, 0);
#endif
#ifdef APUS__RUN_ASAN
    __sanitizer_start_switch_fiber(f->state == ENDED ? NULL : &f->fake_stack, f->from_bottom,
                                   f->from_size);
#endif
    apus__context_switch(&f->context, f->resumer);
    arrive(f);
}

void apus_fiber_exit(void)
{
    apus_fiber *f = running;
    assert(f);
    apus_timer_stop(f->loop, &f->park_timer);
    apus_timer_stop(f->loop, &f->deadline_timer);
    f->state = ENDED;
    leave(f);
    abort(); /* nobody resumes what has ended */
}

static void entry(void)
{
    apus_fiber *f = running;
    arrive(f);
    f->fn(f->arg);
    apus_fiber_exit();
}

/* --- waking and cancelling --- */

static void make_ready(apus_fiber *f, apus_rc rc)
{
    if (f->state != PARKED)
        return;
    apus_loop *l = f->loop;
    apus_timer_stop(l, &f->park_timer);
    f->woken_with = rc;
    f->state = READY;
    f->next = NULL;
    *l->ready_last = f;
    l->ready_last = &f->next;
}

void apus_fiber_wake(apus_fiber *f)
{
    make_ready(f, APUS_OK);
}

void apus_fiber_cancel(apus_fiber *f, apus_rc reason)
{
    assert(reason != APUS_OK);
    if (f->reason)
        return;
    f->reason = reason;
    if (!f->firm)
        make_ready(f, reason);
}

apus_rc apus_fiber_cancelled(const apus_fiber *f)
{
    return f->reason;
}

static void on_park_timer(void *ctx)
{
    make_ready(ctx, APUS_TIMEOUT);
}

static void on_deadline(void *ctx)
{
    apus_fiber_cancel(ctx, APUS_TIMEOUT);
}

void apus_fiber_set_deadline(apus_fiber *f, int64_t deadline)
{
    if (deadline == APUS_NEVER)
        apus_timer_stop(f->loop, &f->deadline_timer);
    else
        apus_timer_start(f->loop, &f->deadline_timer, deadline);
}

void apus_fiber_shield(int64_t deadline)
{
    running->reason = APUS_OK;
    apus_fiber_set_deadline(running, deadline);
}

/* --- parking --- */

apus_rc apus_fiber_park(int64_t deadline)
{
    apus_fiber *f = running;
    assert(f);
    if (f->reason)
        return f->reason;
    f->state = PARKED;
    if (deadline != APUS_NEVER)
        apus_timer_start(f->loop, &f->park_timer, deadline);
    leave(f);
    return f->woken_with;
}

void apus_fiber_park_firmly(void)
{
    apus_fiber *f = running;
    assert(f);
    f->state = PARKED;
    f->firm = 1;
    leave(f);
    f->firm = 0;
}

apus_rc apus_fiber_sleep(int64_t deadline)
{
    apus_rc rc = apus_fiber_park(deadline);
    /* the park's own deadline is what sleeping waits for */
    return rc == APUS_TIMEOUT && !running->reason ? APUS_OK : rc;
}

/* --- spawning and the loop's part --- */

apus_rc apus_fiber_spawn(apus_loop *l, void (*fn)(void *arg), void *arg, const char *label,
                         apus_fiber **out)
{
    apus_fiber *f = take_stack(l);
    if (!f)
        return APUS_NOMEM;
    *f = (apus_fiber){
        .loop = l,
        .fn = fn,
        .arg = arg,
        .label = label,
        .park_timer = { .fn = on_park_timer, .ctx = f },
        .deadline_timer = { .fn = on_deadline, .ctx = f },
#ifdef APUS_VALGRIND
        .valgrind = f->valgrind,
#endif
    };
    char *top = (char *)f - ((uintptr_t)f & 15);
    apus__context_make(&f->context, top, (unsigned long)(top - stack_bottom(f)), entry);
    l->n_alive++;
    l->n_spawned++;
    bool alive = resume(f);
    if (out)
        *out = alive ? f : NULL;
    return APUS_OK;
}

void apus__fibers_run(apus_loop *l)
{
    while (l->ready) {
        apus_fiber *f = l->ready;
        l->ready = f->next;
        if (!l->ready)
            l->ready_last = &l->ready;
        (void)resume(f);
    }
}

size_t apus_fiber_count(const apus_loop *l)
{
    return l->n_alive;
}

size_t apus_fiber_pooled(const apus_loop *l)
{
    return l->n_idle;
}

/* --- a crash says where --- */

/* Of a pool thread: what the fiber is called that waits for it. */
static _Thread_local const char *offloaded;

void apus__fiber_lend_label(const char *label)
{
    offloaded = label;
}

const char *apus__fiber_label(const apus_fiber *f)
{
    return f->label;
}

static const char *doing(void)
{
    return running ? running->label : offloaded;
}

static bool overflows(const void *addr)
{
    const char *guard = running ? mapping_of(running) : NULL;
    return guard && (const char *)addr >= guard && (const char *)addr < guard + GUARD_SIZE;
}

apus_rc apus_fiber_report_faults(void)
{
    static const apus_fault_witness witness = { .doing = doing, .overflows = overflows };
    return apus_fault_report(&witness);
}
