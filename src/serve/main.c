/* apus_main: from the command line to a service that runs until it is told to stop. */
#include "apus/main.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/loop.h"
#include "apus/net.h"
#include "apus/proxy.h"
#include "apus/test.h"
#include "apus/value.h"
#include "serve/inherit.h"
#include "serve/openapi.h"
#include "serve/options.h"

#define CLEANUP_NS (6 * APUS_SECOND) /* a second more than a request has */

enum { PROXIES_LIST_MAX = 2048 }; /* bytes of --trusted-proxies */
enum { EXIT_STOPPED = 0, EXIT_NOT_STARTED = 1, EXIT_USAGE = 2 };

struct serving {
    const apus_app *app;
    const apus__options *options;
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    bool draining;
};

static int fail(const char *program, const apus_err *err)
{
    fprintf(stderr, "%s: %s\n", program, err->msg);
    return EXIT_NOT_STARTED;
}

/* --- stopping --- */

static void stop(void *ctx)
{
    struct serving *s = ctx;
    apus_loop_stop(s->loop);
}

static void on_signal(void *ctx, int number)
{
    struct serving *s = ctx;
    (void)number;
    if (s->draining) {
        fprintf(stderr, "stopping at once\n");
        fflush(NULL);
        _Exit(EXIT_STOPPED);
    }
    s->draining = true;
    fprintf(stderr, "stopping: requests in flight have %lld s to finish\n",
            (long long)s->options->drain);
    int64_t deadline = apus_loop_now(s->loop) + s->options->drain * APUS_SECOND;
    apus_http_server_drain(s->server, deadline, stop, s);
}

/* --- starting --- */

/* What to do where the port is taken is worth a line of its own. */
static apus_rc listen_on(const apus__options *o, int *fd, apus_err *err)
{
    *fd = apus__inherited_listener();
    if (*fd >= 0)
        return APUS_OK;
    if (o->unix_path)
        return apus_socket_listen_unix(o->unix_path, fd, err);
    apus_rc rc = apus_listen_tcp(o->host, (uint16_t)o->port, APUS_SOCKET_ALONE, fd, err);
    if (rc == APUS_BUSY)
        return apus_err_set(err, rc,
                            "port %lld of %s is in use: stop the program that has it, or choose "
                            "another one with --port",
                            (long long)o->port, o->host);
    return rc;
}

static void announce(const struct serving *s, int fd)
{
    const apus_app *app = s->app;
    char where[APUS_SOCKET_NAME_MAX + 32];
    if (s->options->unix_path)
        snprintf(where, sizeof(where), "%s", s->options->unix_path);
    else
        snprintf(where, sizeof(where),
                 strchr(s->options->host, ':') ? "http://[%s]:%u" : "http://%s:%u",
                 s->options->host, (unsigned)apus_socket_port(fd));
    printf("serving %s on %s", app->title ? app->title : app->name, where);
    if (app->openapi && app->openapi_path && app->docs_path && !s->options->unix_path)
        printf("  docs %s%s", where, app->docs_path);
    printf("\n");
    fflush(stdout);
}

/* What the command line says of proxies in front of us. */
static apus_rc set_proxies(const struct serving *s, apus_err *err)
{
    static apus_proxies_options trusted;
    static const apus_middleware proxies = { .name = "--trusted-proxies",
                                             .run = apus__proxies_run,
                                             .prepare = apus__proxies_prepare,
                                             .settings = &trusted };
    static char list[PROXIES_LIST_MAX];
    const char *text = s->options->trusted_proxies;
    if (!text)
        return APUS_OK;
    size_t len = strlen(text), n = 0;
    if (len >= sizeof(list))
        return apus_err_set(err, APUS_LIMIT, "--trusted-proxies: over %d bytes", PROXIES_LIST_MAX);
    memcpy(list, text, len + 1);
    for (char *at = list; *(at += strspn(at, ", "));) {
        if (n == APUS_PROXIES_MAX)
            return apus_err_set(err, APUS_LIMIT, "--trusted-proxies: over %d", APUS_PROXIES_MAX);
        trusted.trusted[n++] = at;
        at += strcspn(at, ", ");
        if (*at)
            *at++ = '\0';
    }
    return apus_service_put_around(s->service, &proxies, err);
}

static apus_rc start(struct serving *s, apus_err *err)
{
    apus_http_limits limits = { .body_max = (uint64_t)s->options->body_max };
    int fd;
    apus_rc rc = apus_loop_create(&s->loop, err);
    if (!rc)
        rc = apus_service_create(s->app, s->loop, &s->service, err);
    if (!rc)
        rc = set_proxies(s, err);
    if (!rc)
        rc = apus_service_start(s->service, err);
    if (!rc)
        rc = apus_http_server_create(s->loop, &limits, apus_service_handle, s->service, &s->server,
                                     err);
    if (!rc)
        apus_http_server_on_refusal(s->server, apus_service_refuse, s->service);
    apus_reactor *reactor = rc ? NULL : apus_loop_reactor(s->loop);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGTERM, on_signal, s);
    if (!rc)
        rc = apus_reactor_on_signal(reactor, SIGINT, on_signal, s);
    if (rc)
        return rc == APUS_NOMEM ? apus_err_set(err, rc, "out of memory while starting") : rc;
    rc = listen_on(s->options, &fd, err);
    if (rc)
        return rc;
    rc = apus_http_server_listen(s->server, fd, err);
    if (rc)
        apus_socket_close(fd);
    else
        announce(s, fd);
    if (!rc)
        apus__tell_ready();
    return rc;
}

/* What was cancelled still runs its cleanup.  Work on a pool thread cannot be hurried;
 * what waits for it is left to the end of the process. */
static void finish(struct serving *s)
{
    if (s->server)
        apus_http_server_destroy(s->server);
    int64_t until = apus_clock_now() + CLEANUP_NS;
    while (s->loop && apus_fiber_count(s->loop) > 0 && apus_clock_now() < until)
        apus_loop_turn(s->loop, APUS_SECOND / 10);
    if (s->loop && apus_fiber_count(s->loop) > 0)
        return;
    apus_service_destroy(s->service);
    apus_loop_destroy(s->loop);
}

static int serve(const char *program, const apus_app *app, const apus__options *options)
{
    struct serving s = { .app = app, .options = options };
    apus_err err = { 0 };
    if (options->workers > 1) {
        fprintf(stderr, "%s: --workers %lld: this version serves from one process\n", program,
                (long long)options->workers);
        return EXIT_USAGE;
    }
    /* Without it a stack overflow is still caught, only not explained. */
    apus_rc ignored = apus_fiber_report_overflow();
    (void)ignored;
    apus_rc rc = start(&s, &err);
    if (!rc)
        apus_loop_run(s.loop);
    finish(&s);
    return rc ? fail(program, &err) : EXIT_STOPPED;
}

/* The app floor reads these two itself, wherever services are made. */
static void hand_on(const apus__options *options)
{
    if (options->root_path && *options->root_path)
        setenv("APUS_ROOT_PATH", options->root_path, 1);
    if (options->docs)
        setenv("APUS_DOCS", options->docs, 1);
}

int apus_main(int argc, char **argv, const apus_app *app)
{
    const char *program = argc > 0 && argv[0] ? argv[0] : "apus";
    apus__options options;
    apus_err err = { 0 };
    if (apus__options_read(argc, argv, &options, &err)) {
        fprintf(stderr, "%s: %s (--help lists the options)\n", program, err.msg);
        return EXIT_USAGE;
    }
    hand_on(&options);
    switch (options.command) {
    case APUS__COMMAND_test:
        return apus_test_main(app, options.filter);
    case APUS__COMMAND_openapi:
        return apus__openapi_print(app, &err) ? fail(program, &err) : 0;
    case APUS__COMMAND_help:
        apus__options_help(stdout, program, app);
        return 0;
    case APUS__COMMAND_version:
        printf("%s %s (Apus %s)\n", app->name, app->version ? app->version : "", apus_version());
        return 0;
    case APUS__COMMAND_serve:
        break;
    }
    return serve(program, app, &options);
}
