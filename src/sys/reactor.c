/* libuv behind apus/reactor.h.
 *
 * A watch that asks for nothing would drop out of epoll, and the end of its peer
 * would go unnoticed; so it asks for priority data, which nobody sends, and hears
 * of errors and hang-ups all the same.  A half-close is neither.
 *
 * libuv aborts the process when its table of watchers cannot grow, so the table
 * is grown once, at the start, to APUS_REACTOR_FD_MAX or the descriptor limit. */
#include "apus/reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "apus/value.h"

enum { SIGNALS_MAX = 8 };

struct apus_watch {
    uv_poll_t poll; /* first: its address is ours */
    apus_reactor *reactor;
    void (*fn)(void *ctx, unsigned events);
    void *ctx;
    int asked;        /* of libuv; it would make two system calls of asking again */
    apus_watch *next; /* in the pool */
};

struct signal_watch {
    uv_signal_t handle;
    apus_reactor *reactor;
    void (*fn)(void *ctx, int number);
    void *ctx;
};

struct apus_reactor {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_async_t async;
    apus_watch *free;
    struct signal_watch signals[SIGNALS_MAX];
    unsigned n_signals;
    int fd_max;
    bool awake; /* this turn's wait is over */
    void (*on_wake)(void *ctx);
    void *wake_ctx;
};

static void wake_up(apus_reactor *r)
{
    if (r->awake)
        return;
    r->awake = true;
    if (r->on_wake)
        r->on_wake(r->wake_ctx);
}

/* Ends the wait; or, since libuv runs timers first, keeps it from beginning when its time
 * was over before: without a timer that is left it would have no end. */
static void on_timer(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void on_async(uv_async_t *async)
{
    (void)async; /* as above */
}

/* Makes libuv's table as large as it will ever be. */
static apus_rc size_table(apus_reactor *r, apus_err *err)
{
    struct rlimit limit;
    r->fd_max = APUS_REACTOR_FD_MAX;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < APUS_REACTOR_FD_MAX)
        r->fd_max = (int)limit.rlim_cur;
    int ends[2];
    if (pipe(ends))
        return apus_err_set(err, APUS_IO, "pipe: %s", strerror(errno));
    int high = fcntl(ends[0], F_DUPFD_CLOEXEC, r->fd_max - 1);
    uv_poll_t probe;
    if (high >= 0 && uv_poll_init(&r->loop, &probe, high) == 0) {
        uv_poll_start(&probe, UV_READABLE, NULL);
        uv_poll_stop(&probe);
        uv_close((uv_handle_t *)&probe, NULL);
        uv_run(&r->loop, UV_RUN_NOWAIT);
    }
    if (high >= 0)
        close(high);
    close(ends[0]);
    close(ends[1]);
    return APUS_OK;
}

apus_rc apus_reactor_create(apus_reactor **out, apus_err *err)
{
    apus_reactor *r = calloc(1, sizeof(*r));
    if (!r)
        return apus_err_set(err, APUS_NOMEM, "no memory for an event loop");
    int why = uv_loop_init(&r->loop);
    if (why) {
        free(r);
        return apus_err_set(err, APUS_IO, "no event loop: %s", uv_strerror(why));
    }
    uv_timer_init(&r->loop, &r->timer);
    why = uv_async_init(&r->loop, &r->async, on_async);
    apus_rc rc = APUS_OK;
    if (why)
        rc = apus_err_set(err, APUS_IO, "no wake-up: %s", uv_strerror(why));
    else
        rc = size_table(r, err);
    if (rc) {
        apus_reactor_destroy(r);
        return rc;
    }
    *out = r;
    return APUS_OK;
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void apus_reactor_destroy(apus_reactor *r)
{
    if (!r)
        return;
    uv_walk(&r->loop, close_handle, NULL);
    uv_run(&r->loop, UV_RUN_DEFAULT); /* lets libuv forget them */
    uv_loop_close(&r->loop);
    while (r->free) {
        apus_watch *w = r->free;
        r->free = w->next;
        free(w);
    }
    free(r);
}

void apus_reactor_on_wake(apus_reactor *r, void (*fn)(void *ctx), void *ctx)
{
    r->on_wake = fn;
    r->wake_ctx = ctx;
}

void apus_reactor_turn(apus_reactor *r, int64_t wait_ns)
{
    r->awake = false;
    if (wait_ns <= 0) {
        uv_run(&r->loop, UV_RUN_NOWAIT);
        return;
    }
    if (wait_ns != INT64_MAX) {
        /* libuv counts in milliseconds; a timer must not fire early */
        uint64_t ms = (uint64_t)(wait_ns / APUS_MILLISECOND) + 1;
        uv_timer_start(&r->timer, on_timer, ms, 0);
    }
    uv_run(&r->loop, UV_RUN_ONCE);
    if (wait_ns != INT64_MAX)
        uv_timer_stop(&r->timer);
}

void apus_reactor_wake(apus_reactor *r)
{
    uv_async_send(&r->async);
}

/* --- watches --- */

static void on_poll(uv_poll_t *poll, int status, int events)
{
    apus_watch *w = (apus_watch *)poll;
    wake_up(w->reactor);
    if (status < 0 || events & UV_PRIORITIZED) {
        uv_poll_stop(poll);
        w->asked = 0;
        w->fn(w->ctx, APUS_WATCH_GONE);
        return;
    }
    unsigned told = (events & UV_READABLE ? (unsigned)APUS_WATCH_READ : 0U) |
                    (events & UV_WRITABLE ? (unsigned)APUS_WATCH_WRITE : 0U);
    if (told)
        w->fn(w->ctx, told);
}

apus_rc apus_watch_open(apus_reactor *r, int fd, void (*fn)(void *ctx, unsigned events), void *ctx,
                        apus_watch **out)
{
    if (fd >= r->fd_max)
        return APUS_LIMIT;
    apus_watch *w = r->free;
    if (w)
        r->free = w->next;
    else
        w = malloc(sizeof(*w));
    if (!w)
        return APUS_NOMEM;
    if (uv_poll_init(&r->loop, &w->poll, fd)) {
        w->next = r->free;
        r->free = w;
        return APUS_IO;
    }
    w->reactor = r;
    w->fn = fn;
    w->ctx = ctx;
    w->asked = 0;
    *out = w;
    return APUS_OK;
}

void apus_watch_set(apus_watch *w, unsigned events)
{
    int asked = (events & APUS_WATCH_READ ? UV_READABLE : 0) |
                (events & APUS_WATCH_WRITE ? UV_WRITABLE : 0);
    if (!asked)
        asked = UV_PRIORITIZED;
    if (asked == w->asked)
        return;
    w->asked = asked;
    uv_poll_start(&w->poll, asked, on_poll);
}

static void on_closed(uv_handle_t *handle)
{
    apus_watch *w = (apus_watch *)handle;
    w->next = w->reactor->free;
    w->reactor->free = w;
}

void apus_watch_close(apus_watch *w)
{
    uv_poll_stop(&w->poll);
    uv_close((uv_handle_t *)&w->poll, on_closed);
}

/* --- signals --- */

static void on_signal(uv_signal_t *handle, int number)
{
    struct signal_watch *s = (struct signal_watch *)handle;
    wake_up(s->reactor);
    s->fn(s->ctx, number);
}

apus_rc apus_reactor_on_signal(apus_reactor *r, int number, void (*fn)(void *ctx, int number),
                               void *ctx)
{
    if (r->n_signals == SIGNALS_MAX)
        return APUS_LIMIT;
    struct signal_watch *s = &r->signals[r->n_signals];
    if (uv_signal_init(&r->loop, &s->handle))
        return APUS_IO;
    r->n_signals++;
    s->reactor = r;
    s->fn = fn;
    s->ctx = ctx;
    uv_unref((uv_handle_t *)&s->handle);
    return uv_signal_start(&s->handle, on_signal, number) ? APUS_IO : APUS_OK;
}
