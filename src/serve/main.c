/* apus_main: from the command line to a service that runs until it is told to stop. */
#include "apus/main.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/fiber.h"
#include "apus/metric.h"
#include "apus/process.h"
#include "apus/reactor.h"
#include "apus/socket.h"
#include "apus/test.h"
#include "apus/tls.h"
#include "serve/exit.h"
#include "serve/help.h"
#include "serve/listeners.h"
#include "serve/openapi.h"
#include "serve/options.h"
#include "serve/pidfile.h"
#include "serve/serving.h"
#include "serve/supervisor.h"
#include "serve/tell.h"
#include "serve/terminal.h"
#include "serve/worker.h"

int apus__not_started(const char *program, const apus_err *err)
{
    fprintf(stderr, "%s: %s\n", program, err->msg);
    return APUS__EXIT_NOT_STARTED;
}

/* --- one process that serves by itself --- */

typedef struct alone {
    apus__serving serving;
    const apus__listeners *listeners;
    apus_timer delay, last_look;
} alone;

static void look_last(void *ctx)
{
    alone *a = ctx;
    apus__serving_stop(&a->serving);
}

static void stop(void *ctx)
{
    alone *a = ctx;
    apus_loop *loop = a->serving.loop;
    fprintf(stderr, "stopping: requests in flight have %" PRId64 " s to finish\n",
            a->serving.options->drain);
    for (uint32_t i = 0; i < a->listeners->n; i++)
        if (a->listeners->items[i].slot >= 0) /* one that was inherited may be used again */
            apus_socket_admit_no_more(a->listeners->items[i].fd);
    apus_timer_start(loop, &a->last_look, apus_loop_now(loop) + APUS__LAST_LOOK);
}

static void on_signal(void *ctx, int number)
{
    alone *a = ctx;
    apus__serving *s = &a->serving;
    int64_t delay = s->options->drain_delay;
    (void)number;
    if (s->own_phase == APUS__PHASE_DRAINS) {
        fprintf(stderr, "stopping at once\n");
        apus__pidfile_remove(s->options->pid_file);
        fflush(NULL);
        _Exit(APUS__EXIT_STOPPED);
    }
    s->own_phase = APUS__PHASE_DRAINS;
    apus__tell_stopping();
    if (delay)
        fprintf(stderr, "stopping in %" PRId64 " s: not ready any more\n", delay);
    apus_timer_start(s->loop, &a->delay, apus_loop_now(s->loop) + delay * APUS_SECOND);
}

/* What can be read again while this process goes on. */
static void on_hangup(void *ctx, int number)
{
    alone *a = ctx;
    apus__serving *s = &a->serving;
    apus_err err = { 0 };
    if (apus__terminal_is_gone()) {
        on_signal(ctx, number);
        return;
    }
    apus__tell_reloading();
    apus__serving_reopen(s);
    apus_rc rc = s->tls ? apus_tls_reload(s->tls, &err) : APUS_OK;
    apus_metric_add(rc ? APUS_METRIC_reloads_failed : APUS_METRIC_reloads, 1);
    if (rc)
        fprintf(stderr, "not reloaded: %s\n", err.msg);
    else
        fprintf(stderr, "reloaded: certificates and logs; another program or other settings need a "
                        "restart, or --workers\n");
    apus__tell_ready();
}

static void on_reopen(void *ctx, int number)
{
    alone *a = ctx;
    (void)number;
    apus__serving_reopen(&a->serving);
}

static apus_rc become(const char *user, apus_err *err)
{
    apus_identity who;
    apus_rc rc = user ? apus_identity_find(user, &who, err) : APUS_OK;
    return rc || !user ? rc : apus_identity_assume(&who, err);
}

static apus_rc accept_on(alone *a, const apus__listeners *l, apus_err *err)
{
    apus__serving *s = &a->serving;
    apus_reactor *reactor = apus_loop_reactor(s->loop);
    a->listeners = l;
    a->delay = (apus_timer){ .fn = stop, .ctx = a };
    a->last_look = (apus_timer){ .fn = look_last, .ctx = a };
    apus_rc rc = apus_reactor_on_signal(reactor, SIGTERM, on_signal, a);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGINT, on_signal, a);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGUSR1, on_reopen, a);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGHUP, on_hangup, a);
    (void)apus__terminal_is_gone();
    for (uint32_t i = 0; !rc && i < l->n; i++)
        if (l->items[i].slot != APUS__EVERY_ADMIN)
            rc = apus__serving_listen(s, l->items[i].fd, err);
    s->own_phase = APUS__PHASE_SERVES;
    return rc;
}

static int serve_alone(const char *program, const apus_app *app, const apus__options *options)
{
    static alone a; /* a process has one; too large for a stack */
    apus__serving *s = &a.serving;
    apus__listeners listeners;
    apus_err err = { 0 };
    apus_rc rc = apus__listeners_open(options, 0, NULL, &listeners, &err);
    if (rc)
        return apus__not_started(program, &err);
    rc = apus__pidfile_write(options->pid_file, &err);
    if (!rc)
        rc = become(options->user, &err);
    if (!rc)
        rc = apus__serving_open(
            s, app, options, &(apus__common){ .shares = listeners.items, .n_shares = listeners.n },
            &err);
    if (!rc)
        rc = accept_on(&a, &listeners, &err);
    if (!rc) {
        apus__listeners_announce(&listeners, app, stdout);
        apus__tell_ready();
        apus_metric_add(APUS_METRIC_workers, 1);
        apus__serving_run(s);
    }
    apus__serving_close(s);
    apus__listeners_close(&listeners, &listeners); /* the server has closed the sockets */
    apus__pidfile_remove(options->pid_file);
    return rc ? apus__not_started(program, &err) : APUS__EXIT_STOPPED;
}

/* What a file sets for Settings(), which are read in the environment.  Not in a supervisor's own,
 * which would keep them from changing at a reload. */
static void hand_on(const apus__options *options)
{
    for (char **each = options->from_file; each && *each; each++) {
        char *equals = strchr(*each, '=');
        *equals = '\0';
        setenv(*each, equals + 1, 0);
        *equals = '=';
    }
}

static int serve(const char *program, int argc, char **argv, const apus_app *app,
                 apus__options *options)
{
    /* without it a crash ends the process all the same, only unexplained */
    apus_rc ignored = apus_fiber_report_faults();
    (void)ignored;
    signal(SIGUSR1, SIG_IGN); /* until there is a log to reopen */
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to end */
    if (apus__worker_is_this()) {
        hand_on(options);
        return apus__worker_run(program, app, options);
    }
    if (options->workers == 0) {
        hand_on(options);
        return serve_alone(program, app, options);
    }
    return apus__supervise(&(apus__call){ program, argc, argv }, app, options);
}

static int run(const char *program, int argc, char **argv, const apus_app *app,
               apus__options *options)
{
    apus_err err = { 0 };
    switch (options->command) {
    case APUS__COMMAND_test:
        hand_on(options);
        return apus_test_main(app, options->filter);
    case APUS__COMMAND_openapi:
        hand_on(options);
        return apus__openapi_print(app, options, &err) ? apus__not_started(program, &err) : 0;
    case APUS__COMMAND_help:
        apus__help_text(stdout, program, app);
        return 0;
    case APUS__COMMAND_markdown:
        apus__help_markdown(stdout);
        return 0;
    case APUS__COMMAND_man:
        apus__help_man(stdout, program, app);
        return 0;
    case APUS__COMMAND_version:
        printf("%s %s (Apus %s)\n", app->name, app->version ? app->version : "", apus_version());
        return 0;
    case APUS__COMMAND_serve:
        break;
    }
    return serve(program, argc, argv, app, options);
}

int apus_main(int argc, char **argv, const apus_app *app)
{
    const char *program = argc > 0 && argv[0] ? argv[0] : "apus";
    apus__options options;
    apus_err err = { 0 };
    if (apus__options_read(argc, argv, &options, &err)) {
        fprintf(stderr, "%s: %s (--help lists the options)\n", program, err.msg);
        return APUS__EXIT_USAGE;
    }
    int code = run(program, argc, argv, app, &options);
    apus__options_finish(&options);
    return code;
}
