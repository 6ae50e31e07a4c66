#include <string.h>

#include "apus/metric.h"
#include "apus/socket.h"
#include "serve/bus.h"

enum { READS_MAX = 32 }; /* in a row: others have something to say as well */

static bool listens(const apus__worker *w, uint32_t places)
{
    const uint32_t *n = w->crew->board->ears[w->cell].places;
    for (uint32_t i = 0; i < APUS_BUS_PLACES; i++)
        if (places >> i & 1 && __atomic_load_n(&n[i], __ATOMIC_RELAXED))
            return true;
    return false;
}

static void pass_on(const apus__worker *from, apus_str batch)
{
    apus__bus_head head;
    size_t sent;
    if (batch.len < sizeof(head))
        return;
    memcpy(&head, batch.ptr, sizeof(head));
    for (const apus__worker *w = from->crew->workers; w; w = w->next) {
        if (w == from || w->bus < 0 || !listens(w, head.places))
            continue;
        struct iovec iov = { (char *)(uintptr_t)batch.ptr, batch.len };
        if (apus_socket_writev(w->bus, &iov, 1, &sent))
            apus_metric_add(APUS_METRIC_topic_lost, head.n);
    }
}

static void on_bus(void *ctx, unsigned events)
{
    static char batch[APUS__BUS_BATCH_MAX]; /* one at a time */
    apus__worker *w = ctx;
    apus_rc rc = events & APUS_WATCH_READ ? APUS_OK : APUS_IO;
    for (int i = 0; !rc && i < READS_MAX; i++) {
        size_t got;
        rc = apus_socket_read(w->bus, batch, sizeof(batch), &got);
        if (!rc)
            pass_on(w, (apus_str){ batch, got });
    }
    if (rc && rc != APUS_MORE)
        apus__relay_close(w); /* its end is told by a signal */
}

apus_rc apus__relay_open(apus__worker *w)
{
    memset(&w->crew->board->ears[w->cell], 0, sizeof(apus__ears));
    apus_rc rc =
        apus_watch_open(apus_loop_reactor(w->crew->loop), w->bus, on_bus, w, &w->bus_watch);
    if (!rc)
        apus_watch_set(w->bus_watch, APUS_WATCH_READ);
    return rc;
}

void apus__relay_close(apus__worker *w)
{
    if (w->bus < 0)
        return;
    if (w->bus_watch)
        apus_watch_close(w->bus_watch);
    apus_socket_close(w->bus);
    w->bus_watch = NULL;
    w->bus = -1;
}
