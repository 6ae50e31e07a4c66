#include "serve/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "apus/process.h"
#include "apus/reactor.h"
#include "apus/socket.h"
#include "serve/bus.h"
#include "serve/exit.h"
#include "serve/link.h"
#include "serve/serving.h"

struct worker {
    apus__serving serving;
    apus_timer last_look, delay;
    const char *program;
    apus__orders orders;
    int adopted[APUS__LISTENERS_MAX]; /* our own number for one that we adopted, or -1 */
    apus__board *board;
    apus_watch *control;
    apus__bus_end bus;
};

bool apus__worker_is_this(void)
{
    return getenv(APUS__ORDERS_VARIABLE) != NULL;
}

static bool is_ours(const struct worker *w, uint32_t i)
{
    int slot = w->orders.shares[i].slot;
    return slot < 0 || slot == (int)w->orders.slot;
}

/* --- listeners --- */

static apus_rc listen_on_ours(struct worker *w, apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < w->orders.n_shares; i++)
        if (is_ours(w, i) && w->orders.shares[i].slot != APUS__EVERY_ADMIN)
            rc = apus__serving_listen(&w->serving, w->orders.shares[i].fd, err);
    return rc;
}

/* Without descriptors its clients wait for its own worker to come back. */
static void adopt(struct worker *w, uint32_t i)
{
    int fd;
    if (i >= w->orders.n_shares || is_ours(w, i) || w->adopted[i] >= 0 || w->serving.retires ||
        w->serving.stops || apus_socket_duplicate(w->orders.shares[i].fd, &fd))
        return;
    if (apus__serving_listen(&w->serving, fd, NULL))
        apus_socket_close(fd);
    else
        w->adopted[i] = fd;
}

static void release(struct worker *w, uint32_t i)
{
    if (i >= w->orders.n_shares || w->adopted[i] < 0)
        return;
    apus_http_server_unlisten(w->serving.server, w->adopted[i]);
    w->adopted[i] = -1;
}

/* The last one who holds a socket keeps it open: that must not be us. */
static void let_go_of_others(struct worker *w)
{
    for (uint32_t i = 0; i < w->orders.n_shares; i++) {
        release(w, i);
        if (!is_ours(w, i))
            apus_socket_close(w->orders.shares[i].fd);
    }
    w->orders.n_shares = 0;
}

/* --- what we are told --- */

static void stop_serving(void *ctx)
{
    struct worker *w = ctx;
    apus__serving_stop(&w->serving);
}

static void stop(struct worker *w)
{
    apus_loop *loop = w->serving.loop;
    for (uint32_t i = 0; i < w->orders.n_shares; i++)
        if (w->orders.shares[i].slot == (int)w->orders.slot) /* others go on with the rest */
            apus_socket_admit_no_more(w->orders.shares[i].fd);
    let_go_of_others(w);
    apus_timer_start(loop, &w->last_look, apus_loop_now(loop) + APUS__LAST_LOOK);
}

static void retire(struct worker *w)
{
    let_go_of_others(w);
    apus__serving_retire(&w->serving);
}

static void obey(struct worker *w, const apus__message *m)
{
    switch ((apus__verb)m->verb) {
    case APUS__VERB_stop:
        stop(w);
        break;
    case APUS__VERB_retire:
        retire(w);
        break;
    case APUS__VERB_adopt:
        adopt(w, m->number);
        break;
    case APUS__VERB_release:
        release(w, m->number);
        break;
    case APUS__VERB_reopen:
        apus__serving_reopen(&w->serving);
        break;
    case APUS__VERB_ready:
    case APUS__VERB_exhausted:
    case APUS__VERB_COUNT:
        break;
    }
}

static void on_control(void *ctx, unsigned events)
{
    struct worker *w = ctx;
    apus__message m;
    apus_rc rc = events & APUS_WATCH_GONE ? APUS_IO : APUS_OK;
    while (!rc && (rc = apus__link_recv(w->orders.control, &m)) == APUS_OK)
        obey(w, &m);
    if (rc != APUS_IO)
        return;
    apus_watch_set(w->control, 0);
    retire(w); /* the supervisor is gone, and with it who would start another */
}

static void stop_now(void *ctx)
{
    stop(ctx);
}

static void ask_for_another(void *ctx)
{
    struct worker *w = ctx;
    if (!w->serving.retires && !w->serving.stops)
        (void)apus__link_send(w->orders.control, APUS__VERB_exhausted, 0); /* or the next time */
}

/* Whoever ends all processes at once wants what the supervisor would have told us. */
static void on_signal(void *ctx, int number)
{
    struct worker *w = ctx;
    const apus_loop *loop = w->serving.loop;
    (void)number;
    apus_timer_start(w->serving.loop, &w->delay,
                     apus_loop_now(loop) + w->serving.options->drain_delay * APUS_SECOND);
}

static void on_reopen(void *ctx, int number)
{
    struct worker *w = ctx;
    (void)number;
    apus__serving_reopen(&w->serving);
}

/* --- from orders to service --- */

static apus_rc take_orders(struct worker *w, apus_err *err)
{
    void *at;
    apus_rc rc = apus__orders_parse(getenv(APUS__ORDERS_VARIABLE), &w->orders, err);
    if (!rc)
        rc = apus_shared_open(w->orders.board, sizeof(*w->board), &at, err);
    if (rc)
        return rc;
    w->board = at;
    unsetenv(APUS__ORDERS_VARIABLE); /* what we start is no worker */
    for (uint32_t i = 0; i < APUS__LISTENERS_MAX; i++)
        w->adopted[i] = -1;
    rc = apus_socket_adopt(w->orders.control);
    if (!rc)
        rc = apus_socket_adopt(w->orders.bus);
    for (uint32_t i = 0; !rc && i < w->orders.n_shares; i++)
        rc = apus_socket_adopt(w->orders.shares[i].fd);
    if (rc || w->board->magic != APUS__BOARD_MAGIC || w->board->layout != APUS__LAYOUT)
        return apus_err_set(err, APUS_INVALID, APUS__ORDERS_VARIABLE " is for Apus itself");
    apus_metrics_move(&w->board->tallies[w->orders.cell].metrics);
    return APUS_OK;
}

/* Ctrl-C and a closed terminal reach the whole group of processes; what follows from them
 * is the supervisor's business. */
static apus_rc watch(struct worker *w, apus_err *err)
{
    apus_reactor *reactor = apus_loop_reactor(w->serving.loop);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    apus_rc rc = apus_reactor_on_signal(reactor, SIGTERM, on_signal, w);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGUSR1, on_reopen, w);
    if (!rc)
        rc = apus_watch_open(reactor, w->orders.control, on_control, w, &w->control);
    if (rc)
        return apus_err_set(err, rc, "cannot hear the supervisor: %s", apus_rc_text(rc));
    apus_watch_set(w->control, APUS_WATCH_READ);
    return APUS_OK;
}

static apus_rc start(struct worker *w, const apus_app *app, const apus__options *options,
                     apus_err *err)
{
    apus_rc rc = take_orders(w, err);
    if (!rc) {
        apus__common common = { .board = w->board,
                                .cell = w->orders.cell,
                                .slot = w->orders.slot,
                                .shares = w->orders.shares,
                                .n_shares = w->orders.n_shares };
        w->serving.limiting.exhausted = ask_for_another;
        w->serving.limiting.exhausted_ctx = w;
        rc = apus__serving_open(&w->serving, app, options, &common, err);
    }
    if (!rc)
        rc = watch(w, err);
    if (!rc)
        rc = apus__bus_open(&w->bus, w->serving.service, w->serving.loop, w->board, w->orders.cell,
                            w->orders.bus, err);
    if (!rc)
        rc = listen_on_ours(w, err);
    if (!rc)
        rc = apus__link_send(w->orders.control, APUS__VERB_ready, 0);
    return rc;
}

int apus__worker_run(const char *program, const apus_app *app, const apus__options *options)
{
    static struct worker w; /* one process, one worker; too large for a stack */
    apus_err err = { .msg = "the supervisor is gone" };
    w.program = program;
    w.last_look = (apus_timer){ .fn = stop_serving, .ctx = &w };
    w.delay = (apus_timer){ .fn = stop_now, .ctx = &w };
    apus_process_set_name(program);
    apus_rc rc = start(&w, app, options, &err);
    if (rc)
        return apus__not_started(program, &err);
    apus__serving_run(&w.serving);
    if (w.control)
        apus_watch_close(w.control);
    apus__bus_close(&w.bus);
    apus__serving_close(&w.serving);
    return APUS__EXIT_STOPPED;
}
