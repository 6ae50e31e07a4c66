/* Who writes lines: a thread that sleeps, writes what there is, and sleeps again. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "apus/value.h"
#include "sys/lines.h"

struct apus__lines_writer {
    apus_lines *lines;
    int64_t every;
    pthread_t thread;
    pthread_mutex_t lock; /* for who sleeps, and the end */
    pthread_cond_t news, over;
    bool ends; /* it writes what is left and ends; atomic */
    bool has_ended;
};

static struct timespec from_now(int64_t ns)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    ns += until.tv_nsec;
    until.tv_sec += ns / APUS_SECOND;
    until.tv_nsec = ns % APUS_SECOND;
    return until;
}

static bool is_to_end(apus__lines_writer *w)
{
    return __atomic_load_n(&w->ends, __ATOMIC_ACQUIRE);
}

static void rest(apus__lines_writer *w)
{
    struct timespec until = from_now(w->every);
    pthread_mutex_lock(&w->lock);
    if (!is_to_end(w))
        pthread_cond_timedwait(&w->news, &w->lock, &until);
    pthread_mutex_unlock(&w->lock);
}

static void *thread_main(void *writer)
{
    apus__lines_writer *w = writer;
    bool ends = false;
    while (!ends) {
        rest(w);
        ends = is_to_end(w); /* before the last look */
        apus__lines_write(w->lines);
    }
    pthread_mutex_lock(&w->lock);
    w->has_ended = true;
    pthread_cond_signal(&w->over);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* --- beginning and end --- */

static void init_waits(apus__lines_writer *w)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->news, &monotonic);
    pthread_cond_init(&w->over, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&w->lock, NULL);
}

static void destroy(apus__lines_writer *w)
{
    pthread_cond_destroy(&w->over);
    pthread_cond_destroy(&w->news);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

apus_rc apus__lines_writer_start(apus_lines *l, int64_t every, apus__lines_writer **out)
{
    apus__lines_writer *w = calloc(1, sizeof(*w));
    if (!w)
        return APUS_NOMEM;
    w->lines = l;
    w->every = every;
    init_waits(w);
    *out = w; /* before it runs: who adds may wake it */
    if (pthread_create(&w->thread, NULL, thread_main, w) == 0)
        return APUS_OK;
    destroy(w);
    return APUS_NOMEM;
}

void apus__lines_writer_wake(apus__lines_writer *w)
{
    pthread_cond_signal(&w->news);
}

/* Whether it has ended by then; under the lock. */
static bool wait_for_end(apus__lines_writer *w, int64_t patience)
{
    struct timespec until = from_now(patience);
    int rc = 0;
    while (!w->has_ended && rc == 0)
        rc = pthread_cond_timedwait(&w->over, &w->lock, &until);
    return w->has_ended;
}

bool apus__lines_writer_stop(apus__lines_writer *w, int64_t patience)
{
    pthread_mutex_lock(&w->lock);
    __atomic_store_n(&w->ends, true, __ATOMIC_RELEASE);
    pthread_cond_signal(&w->news);
    bool ended = wait_for_end(w, patience);
    apus__lines_give_up(w->lines);
    if (!ended)
        ended = wait_for_end(w, 3 * APUS__LINES_POLL_MS * APUS_MILLISECOND);
    pthread_mutex_unlock(&w->lock);
    if (!ended) {
        pthread_detach(w->thread);
        return false;
    }
    pthread_join(w->thread, NULL);
    destroy(w);
    return true;
}
