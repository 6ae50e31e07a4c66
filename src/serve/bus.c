#include "serve/bus.h"

#include <stdio.h>
#include <string.h>

#include "apus/metric.h"
#include "apus/socket.h"

/* --- what is published here --- */

static void flush(void *ctx)
{
    apus__bus_end *e = ctx;
    size_t sent;
    if (!e->len)
        return;
    memcpy(e->batch, &e->head, sizeof(e->head));
    bool lost = e->fd < 0 ||
                apus_socket_writev(e->fd, &(struct iovec){ e->batch, e->len }, 1, &sent) != APUS_OK;
    apus_metric_count(lost ? APUS_METRIC_topic_lost : APUS_METRIC_topic_sent, e->head.n);
    e->head = (apus__bus_head){ 0 };
    e->len = 0;
}

static bool wants(void *ctx, uint32_t place)
{
    const apus__bus_end *e = ctx;
    uint32_t used = __atomic_load_n(&e->board->cells_used, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; e->fd >= 0 && i < used; i++)
        if (i != e->cell && __atomic_load_n(&e->board->ears[i].places[place], __ATOMIC_RELAXED))
            return true;
    return false;
}

static void publish(void *ctx, uint32_t place, apus_str message)
{
    apus__bus_end *e = ctx;
    uint32_t len = (uint32_t)message.len;
    if (e->len + sizeof(len) + len > sizeof(e->batch))
        flush(e);
    if (!e->len) {
        e->len = sizeof(e->head);
        apus_timer_start(e->loop, &e->flush, apus_loop_now(e->loop));
    }
    memcpy(e->batch + e->len, &len, sizeof(len));
    memcpy(e->batch + e->len + sizeof(len), message.ptr, len);
    e->len += sizeof(len) + len;
    e->head.n++;
    e->head.places |= UINT32_C(1) << place;
    if (e->len >= APUS__BUS_BATCH_ENOUGH)
        flush(e);
}

static void listens(void *ctx, uint32_t place, int change)
{
    const apus__bus_end *e = ctx;
    uint32_t *n = &e->board->ears[e->cell].places[place];
    __atomic_store_n(n, *n + (uint32_t)change, __ATOMIC_RELAXED);
}

static void refused(void *ctx, const apus_topic *topic)
{
    (void)ctx;
    apus_metric_count(APUS_METRIC_topic_lost, 1);
    fprintf(stderr, "topic %s: a message of over %d bytes stays in its worker\n", topic->name,
            APUS_BUS_MESSAGE_MAX);
}

/* --- what is published elsewhere --- */

static void hear(const apus__bus_end *e, apus_str batch)
{
    uint32_t len;
    if (batch.len < sizeof(apus__bus_head))
        return;
    apus_str_cut(&batch, sizeof(apus__bus_head));
    while (batch.len >= sizeof(len)) {
        memcpy(&len, apus_str_cut(&batch, sizeof(len)).ptr, sizeof(len));
        if (len > batch.len)
            return;
        apus_service_hear(e->service, apus_str_cut(&batch, len));
    }
}

static void on_bus(void *ctx, unsigned events)
{
    apus__bus_end *e = ctx;
    size_t got;
    apus_rc rc = events & APUS_WATCH_READ
                     ? apus_socket_read(e->fd, e->heard, sizeof(e->heard), &got)
                     : APUS_IO;
    if (rc == APUS_OK)
        hear(e, (apus_str){ e->heard, got });
    else if (rc != APUS_MORE)
        apus__bus_close(e); /* the supervisor is gone */
}

apus_rc apus__bus_open(apus__bus_end *e, apus_service *service, apus_loop *loop, apus__board *board,
                       uint32_t cell, int fd, apus_err *err)
{
    *e =
        (apus__bus_end){ .loop = loop, .service = service, .board = board, .cell = cell, .fd = fd };
    e->flush = (apus_timer){ .fn = flush, .ctx = e };
    e->bus = (apus_bus){
        .ctx = e, .wants = wants, .send = publish, .listens = listens, .refused = refused
    };
    apus_rc rc = apus_watch_open(apus_loop_reactor(loop), fd, on_bus, e, &e->watch);
    if (rc)
        return apus_err_set(err, rc, "cannot hear other workers: %s", apus_rc_text(rc));
    apus_watch_set(e->watch, APUS_WATCH_READ);
    apus_service_use_bus(service, &e->bus);
    return APUS_OK;
}

void apus__bus_close(apus__bus_end *e)
{
    if (e->fd < 0 || !e->watch)
        return;
    flush(e);
    apus_timer_stop(e->loop, &e->flush);
    apus_watch_close(e->watch);
    apus_socket_close(e->fd);
    e->watch = NULL;
    e->fd = -1;
}
