/* From the first worker to the last: start, reload, stop. */
#include "serve/supervisor.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apus/metric.h"
#include "apus/random.h"
#include "apus/reactor.h"
#include "serve/crew.h"
#include "serve/exit.h"
#include "serve/pidfile.h"
#include "serve/serving.h"
#include "serve/tell.h"
#include "serve/terminal.h"

extern char **environ;

#define TICK APUS_SECOND

/* --- versions --- */

/* A worker's: ours, without what was meant for us, and what a file said; room for its orders
 * in front. */
static char **make_environment(const apus__options *o)
{
    static const char *const ours[] = { "LISTEN_PID=",     "LISTEN_FDS=",    "LISTEN_FDNAMES=",
                                        "NOTIFY_SOCKET=",  "WATCHDOG_USEC=", "WATCHDOG_PID=",
                                        "APUS_LISTEN_FD=", "APUS_READY_FD=" };
    size_t n = 0, said = 0, kept = 1;
    while (environ[n])
        n++;
    while (o->from_file && o->from_file[said])
        said++;
    char **made = calloc(n + said + 2, sizeof(*made));
    for (size_t i = 0; made && i < n; i++) {
        bool is_ours = false;
        for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
            is_ours = is_ours || strncmp(environ[i], ours[k], strlen(ours[k])) == 0;
        if (!is_ours)
            made[kept++] = environ[i];
    }
    for (size_t i = 0; made && i < said; i++)
        made[kept++] = o->from_file[i];
    return made;
}

/* Everything of a version but its workers; on failure nothing is left of it. */
static apus_rc prepare(apus__crew *c, const apus__options *o, const apus__listeners *before,
                       apus__version *v, apus_err *err)
{
    *v = (apus__version){ .options = *o,
                          .environment = make_environment(o),
                          .program = -1,
                          .n_slots = (uint32_t)o->workers };
    if (!v->environment)
        return apus_err_set(err, APUS_NOMEM, "out of memory while starting");
    apus_rc rc = o->user ? apus_identity_find(o->user, &v->identity, err) : APUS_OK;
    v->has_identity = o->user != NULL;
    if (!rc)
        rc = apus_program_open(c->path, &v->program, err);
    if (!rc)
        rc = apus__listeners_open(o, v->n_slots, before, &v->listeners, err);
    if (rc && v->program >= 0)
        apus_program_close(v->program);
    if (rc)
        free(v->environment);
    return rc;
}

static void drop_version(apus__version *v, const apus__listeners *kept)
{
    apus_program_close(v->program);
    apus__listeners_close(&v->listeners, kept);
    free(v->environment);
    apus__options_finish(&v->options);
    v->program = -1;
}

void apus__version_accept(apus__crew *c)
{
    if (c->reloads) {
        uint32_t before = c->now.n_slots;
        apus__crew_take_back(c); /* listeners are counted anew */
        c->generation++;
        apus_metric_add(APUS_METRIC_reloads, 1);
        drop_version(&c->now, &c->next.listeners);
        c->now = c->next;
        c->reloads = false;
        for (uint32_t i = c->now.n_slots; i < before; i++) {
            apus__slot *s = &c->slots[i];
            apus_timer_stop(c->loop, &s->again);
            if (s->starts)
                apus__worker_dismiss(s->starts, APUS__VERB_retire);
            if (s->serves)
                apus__worker_dismiss(s->serves, APUS__VERB_retire);
            apus_metric_add(APUS_METRIC_workers, s->serves ? -1 : 0);
            s->starts = s->serves = s->neighbour = NULL;
        }
    }
    for (uint32_t i = 1; i < c->now.n_slots; i++) {
        apus__slot *s = &c->slots[i];
        if (s->starts) /* of the version before: it would be told to go in a moment */
            apus__worker_dismiss(s->starts, APUS__VERB_retire);
        (void)apus__slot_start(s, &c->now);
    }
}

void apus__version_give_up(apus__crew *c, const apus_process_end *end)
{
    char how[APUS_PROCESS_END_MAX];
    if (!c->reloads) {
        bool said = !end->by_signal && end->code; /* by itself, and why */
        c->code = said ? end->code : APUS__EXIT_NOT_STARTED;
        c->landing = true;
        if (said)
            return;
    }
    apus_process_end_print(end, how);
    if (c->landing) {
        apus__crew_say(c, "the first worker did not start: %s", how);
        return;
    }
    apus__crew_say(c, "the new version did not start (%s); the one before goes on", how);
    drop_version(&c->next, &c->now.listeners);
    c->reloads = false;
    apus_metric_add(APUS_METRIC_reloads_failed, 1);
    apus__tell_ready();
    if (!c->slots[0].serves)
        (void)apus__slot_start(&c->slots[0], &c->now);
}

void apus__crew_is_ready(apus__crew *c)
{
    if (c->announced || c->landing)
        return;
    for (uint32_t i = 0; i < c->now.n_slots; i++)
        if (!c->slots[i].serves || c->slots[i].starts)
            return;
    c->announced = true;
    apus__tell_ready();
    if (c->generation)
        apus__crew_say(c, "reloaded");
    else
        apus__listeners_announce(&c->now.listeners, c->app, stdout);
}

/* --- going over to the next one --- */

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void reload(apus__crew *c)
{
    apus__options options;
    apus_err err = { 0 };
    if (c->leaving) {
        apus__crew_say(c, "not reloaded: the service stops");
        return;
    }
    if (c->reloads || c->canary) {
        apus__crew_say(c, "a version is being started already");
        return;
    }
    apus_rc rc = apus__options_read(c->argc, c->argv, &options, &err);
    if (!rc && options.workers == 0)
        rc = apus_err_set(&err, APUS_INVALID, "--workers 0 needs a restart");
    if (!rc && !is_same(options.pid_file, c->now.options.pid_file))
        rc = apus_err_set(&err, APUS_INVALID, "another --pid-file needs a restart");
    if (!rc)
        rc = prepare(c, &options, &c->now.listeners, &c->next, &err);
    if (rc) {
        apus__options_finish(&options);
        apus__crew_say(c, "not reloaded: %s", err.msg);
        apus_metric_add(APUS_METRIC_reloads_failed, 1);
        return;
    }
    apus__crew_say(c, "reloading");
    apus__tell_reloading();
    c->reloads = true;
    c->announced = false;
    apus__slot *first = &c->slots[0];
    if (first->starts)
        apus__worker_dismiss(first->starts, APUS__VERB_retire);
    if (apus__slot_start(first, &c->next))
        c->canary = first->starts;
    else
        apus__version_give_up(c, &(apus_process_end){ .code = APUS__EXIT_NOT_STARTED });
}

/* --- stopping --- */

static void kill_all(const apus__crew *c)
{
    for (const apus__worker *w = c->workers; w; w = w->next)
        apus_process_signal(w->pid, SIGKILL);
}

static void stop_at_once(const apus__crew *c)
{
    fprintf(stderr, "stopping at once\n");
    kill_all(c);
    apus__pidfile_remove(c->now.options.pid_file);
    fflush(NULL);
    _Exit(APUS__EXIT_STOPPED);
}

static void land(void *ctx)
{
    apus__crew *c = ctx;
    c->landing = true;
    fprintf(stderr, "stopping: requests in flight have %" PRId64 " s to finish\n",
            c->now.options.drain);
    c->canary = NULL;
    if (c->reloads)
        drop_version(&c->next, &c->now.listeners);
    apus__listeners_close(&c->now.listeners, NULL);
    for (apus__worker *w = c->workers; w; w = w->next)
        apus__worker_dismiss(w, APUS__VERB_stop);
    for (uint32_t i = 0; i < APUS__WORKERS_MAX; i++)
        apus_timer_stop(c->loop, &c->slots[i].again);
    if (!c->workers)
        apus_loop_stop(c->loop);
}

static void stop(apus__crew *c)
{
    int64_t delay = c->now.options.drain_delay;
    if (c->leaving)
        stop_at_once(c);
    c->leaving = true;
    apus__crew_show_phase(c);
    apus__tell_stopping();
    if (!delay) {
        land(c);
        return;
    }
    fprintf(stderr, "stopping in %" PRId64 " s: not ready any more\n", delay);
    apus_timer_start(c->loop, &c->land, apus_loop_now(c->loop) + delay * APUS_SECOND);
}

/* --- signals --- */

static void on_signal(void *ctx, int number)
{
    apus__crew *c = ctx;
    if (number == SIGHUP && !c->leaving && !apus__terminal_is_gone())
        reload(c);
    else
        stop(c);
}

static void on_reopen(void *ctx, int number)
{
    apus__crew *c = ctx;
    (void)number;
    for (apus__worker *w = c->workers; w; w = w->next)
        (void)apus__link_send(w->control, APUS__VERB_reopen, 0); /* who ends logs no more */
}

static void on_child(void *ctx, int number)
{
    int pid;
    apus_process_end end;
    (void)number;
    while (apus_process_reap(&pid, &end) == APUS_OK)
        apus__crew_bury(ctx, pid, &end);
}

static void on_tick(void *ctx)
{
    apus__crew *c = ctx;
    apus__crew_look(c);
    apus__tell_alive();
    apus_timer_start(c->loop, &c->tick, apus_loop_now(c->loop) + TICK);
}

/* --- starting --- */

static apus_rc make_board(apus__crew *c, apus_err *err)
{
    void *at;
    apus_rc rc = apus_shared_create("apus-board", sizeof(apus__board), &c->board_fd, &at, err);
    if (rc)
        return rc;
    c->board = at;
    c->board->magic = APUS__BOARD_MAGIC;
    c->board->layout = APUS__LAYOUT;
    c->board->supervisor_pid = getpid();
    c->board->n_cells = APUS__CELLS_MAX;
    apus_metrics_move(&c->board->supervisor.metrics);
    return apus_random(c->board->ticket_secret, sizeof(c->board->ticket_secret), err);
}

static apus_rc watch_signals(apus__crew *c, apus_err *err)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
    apus_reactor *reactor = apus_loop_reactor(c->loop);
    apus_rc rc = apus_reactor_on_signal(reactor, SIGCHLD, on_child, c);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGUSR1, on_reopen, c);
    for (size_t i = 0; !rc && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        rc = apus_reactor_on_signal(reactor, numbers[i], on_signal, c);
    (void)apus__terminal_is_gone();
    return rc ? apus_err_set(err, rc, "cannot watch signals: %s", apus_rc_text(rc)) : APUS_OK;
}

static apus_rc start(apus__crew *c, const apus__options *o, apus_err *err)
{
    c->arguments = apus_program_arguments();
    if (!c->arguments)
        return apus_err_set(err, APUS_NOMEM, "out of memory while starting");
    apus_rc rc = apus_program_path(c->arguments[0], c->path, err);
    if (!rc)
        rc = apus_loop_create(&c->loop, err);
    if (!rc)
        rc = watch_signals(c, err);
    if (!rc)
        rc = make_board(c, err);
    if (!rc)
        rc = prepare(c, o, NULL, &c->now, err);
    if (!rc)
        rc = apus__pidfile_write(o->pid_file, err);
    if (rc)
        return rc;
    for (uint32_t i = 0; i < APUS__WORKERS_MAX; i++) {
        c->slots[i] = (apus__slot){ .crew = c, .index = i };
        c->slots[i].again = (apus_timer){ .fn = apus__slot_try_again, .ctx = &c->slots[i] };
    }
    if (!apus__slot_start(&c->slots[0], &c->now))
        return apus_err_set(err, APUS_IO, "no process can be started");
    c->canary = c->slots[0].starts;
    c->land = (apus_timer){ .fn = land, .ctx = c };
    c->tick = (apus_timer){ .fn = on_tick, .ctx = c };
    on_tick(c);
    return APUS_OK;
}

int apus__supervise(const apus__call *call, const apus_app *app, apus__options *options)
{
    static apus__crew c; /* a process has one; too large for a stack */
    apus_err err = { 0 };
    c.program = call->program;
    c.app = app;
    c.argc = call->argc;
    c.argv = call->argv;
    if (start(&c, options, &err)) {
        apus__pidfile_remove(options->pid_file);
        return apus__not_started(call->program, &err);
    }
    options->memory = (apus_arena){ 0 }; /* c.now's, which a reload gives back */
    apus_loop_run(c.loop);
    apus__pidfile_remove(c.now.options.pid_file);
    return c.code;
}
