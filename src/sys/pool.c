/* Threads for what blocks: a bounded queue in, a list of ended pieces out. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "apus/metric.h"
#include "apus/reactor.h"

struct apus_pool {
    apus_reactor *reactor;
    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t work;
    apus_work *first, **last; /* waiting, oldest first */
    apus_work *ended;         /* newest first */
    unsigned n_waiting, queue_max;
    unsigned n_idle;
    unsigned n_threads, threads_max;
    bool ending;
    pthread_t threads[];
};

apus_rc apus_pool_create(apus_reactor *r, unsigned threads, unsigned queue_max, apus_pool **out)
{
    apus_pool *p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
    if (!p)
        return APUS_NOMEM;
    p->reactor = r;
    p->last = &p->first;
    p->threads_max = threads;
    p->queue_max = queue_max;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    *out = p;
    return APUS_OK;
}

/* The next piece, or NULL when the pool ends.  Called and returns with the lock. */
static apus_work *take(apus_pool *p)
{
    while (!p->first && !p->ending) {
        p->n_idle++;
        pthread_cond_wait(&p->work, &p->lock);
        p->n_idle--;
    }
    if (p->ending)
        return NULL;
    apus_work *w = p->first;
    p->first = w->next;
    if (!p->first)
        p->last = &p->first;
    p->n_waiting--;
    return w;
}

static void *thread_main(void *arg)
{
    apus_pool *p = arg;
    pthread_mutex_lock(&p->lock);
    for (apus_work *w; (w = take(p));) {
        pthread_mutex_unlock(&p->lock);
        w->run(w);
        pthread_mutex_lock(&p->lock);
        w->next = p->ended;
        p->ended = w;
        apus_reactor_wake(p->reactor);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void start_thread(apus_pool *p)
{
    if (p->n_threads == p->threads_max)
        return;
    if (pthread_create(&p->threads[p->n_threads], NULL, thread_main, p) == 0)
        p->n_threads++;
}

apus_rc apus_pool_add(apus_pool *p, apus_work *w)
{
    apus_rc rc = APUS_OK;
    pthread_mutex_lock(&p->lock);
    if (p->n_waiting >= p->queue_max) {
        rc = APUS_BUSY;
        apus_metric_add(APUS_METRIC_limit_offload, 1);
    } else {
        if (p->n_idle <= p->n_waiting)
            start_thread(p);
        if (p->n_threads == 0)
            rc = APUS_NOMEM;
    }
    if (rc == APUS_OK) {
        w->next = NULL;
        *p->last = w;
        p->last = &w->next;
        p->n_waiting++;
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

void apus_pool_collect(apus_pool *p)
{
    pthread_mutex_lock(&p->lock);
    apus_work *ended = p->ended;
    p->ended = NULL;
    pthread_mutex_unlock(&p->lock);
    while (ended) {
        apus_work *w = ended;
        ended = w->next;
        w->done(w);
    }
}

void apus_pool_destroy(apus_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
