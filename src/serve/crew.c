/* Slots and their workers: start, ready, lent, stuck, ended, and again. */
#include "serve/crew.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/metric.h"
#include "apus/socket.h"
#include "serve/bus.h"
#include "serve/serving.h"

#define LATE      APUS_SECOND /* a neighbour accepts for who is silent for so long */
#define LAST_WORD APUS_SECOND /* between SIGABRT, which makes it say where it is, and SIGKILL */

void apus__crew_say(const apus__crew *c, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    fprintf(stderr, "%s: %s\n", c->program, text);
}

/* --- neighbours --- */

static void tell_of_listeners(const apus__slot *s, apus__worker *w, apus__verb verb)
{
    const apus__listeners *l = &s->crew->now.listeners;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->items[i].slot == (int)s->index)
            (void)apus__link_send(w->control, verb, i);
}

static void take_back(apus__slot *s)
{
    if (s->neighbour)
        tell_of_listeners(s, s->neighbour, APUS__VERB_release);
    s->neighbour = NULL;
}

void apus__crew_take_back(apus__crew *c)
{
    for (uint32_t i = 0; i < c->now.n_slots; i++)
        take_back(&c->slots[i]);
}

static bool is_late(const apus__crew *c, const apus__worker *w)
{
    int64_t since = __atomic_load_n(&c->board->cells[w->cell].busy_since, __ATOMIC_RELAXED);
    return since && apus_loop_now(c->loop) - since > LATE;
}

/* While s has nobody who accepts, the next slot that has does it. */
static void lend(apus__slot *s)
{
    apus__crew *c = s->crew;
    for (uint32_t i = 1; !s->neighbour && i < c->now.n_slots; i++) {
        apus__worker *w = c->slots[(s->index + i) % c->now.n_slots].serves;
        if (!w || w->generation != c->generation || is_late(c, w))
            continue;
        s->neighbour = w;
        tell_of_listeners(s, w, APUS__VERB_adopt);
    }
}

/* w accepts for nobody any more: who counted on it looks for another. */
static void lend_again(const apus__worker *w)
{
    apus__crew *c = w->crew;
    for (uint32_t i = 0; i < APUS__WORKERS_MAX; i++) {
        apus__slot *s = &c->slots[i];
        if (s->neighbour != w)
            continue;
        s->neighbour = NULL;
        if (i < c->now.n_slots && !c->landing)
            lend(s);
    }
}

void apus__crew_show_phase(const apus__crew *c)
{
    apus__phase phase = APUS__PHASE_STARTS;
    for (uint32_t i = 0; i < c->now.n_slots; i++)
        if (c->slots[i].serves)
            phase = APUS__PHASE_SERVES;
    if (c->leaving || c->landing)
        phase = APUS__PHASE_DRAINS;
    __atomic_store_n(&c->board->phase, phase, __ATOMIC_RELAXED);
}

/* --- a worker's end --- */

void apus__worker_dismiss(apus__worker *w, apus__verb how)
{
    const apus__crew *c = w->crew;
    int64_t drain = c->now.options.drain * APUS_SECOND;
    w->state = APUS__WORKER_LEAVES;
    w->kill_at = apus_loop_now(c->loop) + drain + APUS__CLEANUP + LAST_WORD;
    if (apus__link_send(w->control, how, 0))
        apus_process_signal(w->pid, SIGTERM);
}

static void close_links(apus__worker *w)
{
    apus__relay_close(w);
    if (w->control < 0)
        return;
    if (w->watch)
        apus_watch_close(w->watch);
    apus_socket_close(w->control);
    w->control = -1;
}

static void note_process(const apus__crew *c, uint32_t cell, int pid)
{
    __atomic_store_n(&c->board->cells[cell].pid, pid, __ATOMIC_RELAXED);
}

static void give_cell(apus__crew *c, uint32_t cell)
{
    note_process(c, cell, 0);
    c->cells[cell] = 0;
}

static void drop_worker(apus__worker *w)
{
    apus__crew *c = w->crew;
    apus__worker **at = &c->workers;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    close_links(w);
    memset(&c->board->ears[w->cell], 0, sizeof(apus__ears));
    apus_metrics_forget(&c->board->tallies[w->cell].metrics);
    give_cell(c, w->cell);
    free(w);
}

void apus__slot_try_again(void *slot)
{
    apus__slot *s = slot;
    (void)apus__slot_start(s, &s->crew->now);
}

/* The slot has lost a worker: another one, now or after a rest. */
static void replace(apus__slot *s, int64_t rest)
{
    apus__crew *c = s->crew;
    if (s->starts || c->landing || s->index >= c->now.n_slots)
        return;
    if (rest <= 0) {
        (void)apus__slot_start(s, &c->now);
        return;
    }
    apus_timer_start(c->loop, &s->again, apus_loop_now(c->loop) + rest);
    if (!s->serves)
        lend(s);
}

static void count_ended(const apus__worker *w, const apus_process_end *end)
{
    apus_metric why = w->doomed                                      ? APUS_METRIC_worker_stuck
                      : !end->by_signal                              ? APUS_METRIC_worker_exits
                      : end->code == SIGKILL || end->code == SIGTERM ? APUS_METRIC_worker_kills
                                                                     : APUS_METRIC_worker_crashes;
    apus_metric_add(why, 1);
}

static void say_ended(const apus__worker *w, const apus_process_end *end, int64_t rest)
{
    char how[APUS_PROCESS_END_MAX], when[48] = "another one starts";
    apus_process_end_print(end, how);
    if (rest > 0)
        snprintf(when, sizeof(when), "another one starts in %" PRId64 " ms",
                 rest / APUS_MILLISECOND);
    apus__crew_say(w->crew, "worker %" PRIu32 " (process %d) %s with %s; %s", w->slot, w->pid,
                   w->ready ? "ended" : "did not start", how, when);
}

void apus__crew_bury(apus__crew *c, int pid, const apus_process_end *end)
{
    apus__worker *w = c->workers;
    while (w && w->pid != pid)
        w = w->next;
    if (!w)
        return;
    apus__slot *s = &c->slots[w->slot];
    bool served = s->serves == w, started = s->starts == w, canary = c->canary == w;
    apus_metric_add(APUS_METRIC_workers, -served);
    s->serves = served ? NULL : s->serves;
    s->starts = started ? NULL : s->starts;
    apus__crew_show_phase(c);
    lend_again(w);
    if (canary) {
        c->canary = NULL;
        apus__version_give_up(c, end);
    } else if ((served || started) && !c->landing) {
        int64_t life = w->ready ? apus_loop_now(c->loop) - w->ready : -1;
        bool killed = end->by_signal && (end->code == SIGKILL || w->doomed);
        int64_t rest = apus__backoff_after(&s->backoff, life, killed);
        count_ended(w, end);
        say_ended(w, end, rest);
        replace(s, rest);
    }
    drop_worker(w);
    if (c->landing && !c->workers)
        apus_loop_stop(c->loop);
}

/* --- a worker's beginning --- */

static void is_ready(apus__worker *w)
{
    apus__crew *c = w->crew;
    apus__slot *s = &c->slots[w->slot];
    if (w->state != APUS__WORKER_STARTS)
        return;
    w->state = APUS__WORKER_SERVES;
    w->ready = apus_loop_now(c->loop);
    if (c->canary == w) {
        c->canary = NULL;
        apus__version_accept(c);
    }
    apus__worker *old = s->serves;
    apus_metric_add(APUS_METRIC_workers, s->serves == NULL);
    s->serves = w;
    s->starts = NULL;
    apus__crew_show_phase(c);
    take_back(s);
    if (old) {
        lend_again(old);
        apus__worker_dismiss(old, APUS__VERB_retire);
    }
    apus__crew_is_ready(c);
}

/* Its memory does not come back.  It is told to go when the other one serves. */
static void succeed(const apus__worker *w)
{
    apus__crew *c = w->crew;
    apus__slot *s = &c->slots[w->slot];
    if (s->serves != w || s->starts || c->canary || c->leaving || c->landing)
        return;
    apus__crew_say(c, "worker %" PRIu32 " (process %d) has too much memory; another one starts",
                   w->slot, w->pid);
    apus_metric_add(APUS_METRIC_worker_memory, 1);
    (void)apus__slot_start(s, &c->now);
}

static void on_control(void *ctx, unsigned events)
{
    apus__worker *w = ctx;
    apus__message m;
    apus_rc rc = events & APUS_WATCH_GONE ? APUS_IO : APUS_OK;
    while (!rc && (rc = apus__link_recv(w->control, &m)) == APUS_OK)
        if (m.verb == APUS__VERB_ready)
            is_ready(w);
        else if (m.verb == APUS__VERB_exhausted)
            succeed(w);
    if (rc == APUS_IO)
        apus_watch_set(w->watch, 0); /* its end is told by a signal */
}

static bool take_cell(apus__crew *c, uint32_t *cell)
{
    for (uint32_t i = 0; i < APUS__CELLS_MAX; i++) {
        if (c->cells[i])
            continue;
        c->cells[i] = 1;
        __atomic_store_n(&c->board->cells[i].busy_since, 0, __ATOMIC_RELAXED);
        if (i >= c->board->cells_used)
            __atomic_store_n(&c->board->cells_used, i + 1, __ATOMIC_RELEASE);
        *cell = i;
        return true;
    }
    return false;
}

/* From its orders to a process. */
static apus_rc launch(apus__worker *w, const apus__version *v, int its_control, int its_bus,
                      apus_err *err)
{
    static apus__orders orders; /* one at a time, and too large for a stack */
    static char text[sizeof(APUS__ORDERS_VARIABLE "=") + APUS__ORDERS_TEXT_MAX];
    static int keep[APUS__LISTENERS_MAX + 3];
    const apus__crew *c = w->crew;
    orders = (apus__orders){ .control = its_control,
                             .bus = its_bus,
                             .board = c->board_fd,
                             .cell = w->cell,
                             .slot = w->slot,
                             .n_shares = v->listeners.n };
    keep[0] = its_control;
    keep[1] = its_bus;
    keep[2] = c->board_fd;
    for (uint32_t i = 0; i < v->listeners.n; i++) {
        orders.shares[i] = v->listeners.items[i];
        keep[i + 3] = v->listeners.items[i].fd;
    }
    int n = snprintf(text, sizeof(text), "%s=", APUS__ORDERS_VARIABLE);
    apus__orders_print(&orders, text + n);
    v->environment[0] = text;
    return apus_process_start(
        &(apus_process_options){ .program = v->program,
                                 .argv = c->arguments,
                                 .env = v->environment,
                                 .keep = keep,
                                 .n_keep = v->listeners.n + 3U,
                                 .as = v->has_identity ? &v->identity : NULL },
        &w->pid, err);
}

static apus_rc make_links(int control[2], int bus[2], apus_err *err)
{
    apus_rc rc = apus_socket_pair(control, err);
    if (!rc && (rc = apus_socket_pair(bus, err))) {
        apus_socket_close(control[0]);
        apus_socket_close(control[1]);
    }
    return rc;
}

static apus_rc start(apus__slot *s, const apus__version *v, apus__worker *w, apus_err *err)
{
    apus__crew *c = s->crew;
    int control[2], bus[2];
    if (!take_cell(c, &w->cell))
        return apus_err_set(err, APUS_LIMIT, "over %d processes", APUS__CELLS_MAX);
    apus_rc rc = make_links(control, bus, err);
    if (rc) {
        give_cell(c, w->cell);
        return rc;
    }
    w->control = control[0];
    w->bus = bus[0];
    rc = apus__relay_open(w);
    if (!rc)
        rc = launch(w, v, control[1], bus[1], err);
    apus_socket_close(control[1]);
    apus_socket_close(bus[1]);
    note_process(c, w->cell, w->pid);
    if (!rc)
        rc = apus_watch_open(apus_loop_reactor(c->loop), w->control, on_control, w, &w->watch);
    if (!rc) {
        apus_watch_set(w->watch, APUS_WATCH_READ);
        return APUS_OK;
    }
    close_links(w);
    give_cell(c, w->cell);
    if (w->pid)
        apus_process_signal(w->pid, SIGKILL); /* buried as one that nobody knows */
    return rc;
}

bool apus__slot_start(apus__slot *s, const apus__version *v)
{
    apus__crew *c = s->crew;
    apus_err err = { .msg = "out of memory" };
    apus__worker *w = calloc(1, sizeof(*w));
    apus_timer_stop(c->loop, &s->again);
    if (w) {
        *w = (apus__worker){ .crew = c,
                             .control = -1,
                             .bus = -1,
                             .slot = s->index,
                             .generation = c->generation + (v == &c->next),
                             .started = apus_loop_now(c->loop),
                             .kill_at = APUS_NEVER };
        if (start(s, v, w, &err) == APUS_OK) {
            w->next = c->workers;
            c->workers = w;
            s->starts = w;
            apus_metric_add(APUS_METRIC_worker_starts, 1);
            if (s->index >= c->board->slots_used)
                __atomic_store_n(&c->board->slots_used, s->index + 1, __ATOMIC_RELEASE);
            return true;
        }
    }
    free(w);
    int64_t rest = apus__backoff_after(&s->backoff, -1, false);
    apus__crew_say(c, "worker %" PRIu32 " cannot be started: %s; trying again in %" PRId64 " ms",
                   s->index, err.msg, rest / APUS_MILLISECOND);
    if (v == &c->now)
        replace(s, rest);
    return false;
}

/* --- looking after them --- */

/* Its backtrace says where it is. */
static void doom(apus__worker *w)
{
    w->doomed = true;
    w->kill_at = apus_loop_now(w->crew->loop) + LAST_WORD;
    apus_process_signal(w->pid, SIGABRT);
}

static void look_at(apus__crew *c, apus__worker *w)
{
    int64_t now = apus_loop_now(c->loop);
    int64_t since = __atomic_load_n(&c->board->cells[w->cell].busy_since, __ATOMIC_RELAXED);
    int64_t stuck = c->now.options.stuck * APUS_SECOND;
    if (w->kill_at <= now) {
        apus_process_signal(w->pid, SIGKILL);
    } else if (w->doomed) {
        return; /* it has been told */
    } else if (w->state == APUS__WORKER_STARTS) {
        if (now - w->started > c->now.options.start * APUS_SECOND) {
            apus__crew_say(c, "worker %" PRIu32 " (process %d) takes over %" PRId64 " s to start",
                           w->slot, w->pid, c->now.options.start);
            doom(w);
        }
    } else if (stuck && since && now - since > stuck) {
        apus__crew_say(
            c, "worker %" PRIu32 " (process %d) is stuck: its loop is silent for %" PRId64 " s",
            w->slot, w->pid, (now - since) / APUS_SECOND);
        doom(w);
    }
}

void apus__crew_look(apus__crew *c)
{
    for (apus__worker *w = c->workers; w; w = w->next)
        look_at(c, w);
    for (uint32_t i = 0; i < c->now.n_slots && !c->landing; i++) {
        apus__slot *s = &c->slots[i];
        if (!s->serves)
            continue;
        if (is_late(c, s->serves))
            lend(s);
        else
            take_back(s);
    }
}
