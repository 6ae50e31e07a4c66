/* dev: serve, watch, rebuild, keep serving the last good build.
 *
 * `apus dev` owns the listening socket; every build inherits it (APUS_LISTEN_FD)
 * and says when it is ready (APUS_READY_FD), so a rebuild refuses no connection.
 * While nothing good has been built yet, dev answers itself, with the compiler's
 * words; later a bad build leaves its words in the file named by APUS_DEV_STATUS,
 * which the docs page shows over whatever it shows.
 *
 *     BUILDING --ok--> START new, wait until ready, SIGTERM old --> WATCHING
 *        |                                                            |
 *        +--error--> print, write the status file --> WATCHING        |
 *        +<------------------------- a file changed -----------------+ */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "development_certificate.h"
#include "error_page.h"
#include "process.h"
#include "project.h"

enum {
    TICK_MS = 100,           /* how often files are looked at */
    READY_MS = 5000,         /* how long a new build may take to start */
    FARTHEST_STOP_MS = 6000, /* how long the last one may take to stop */
};

static volatile sig_atomic_t stopping; /* set by the signal handler */

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

struct dev {
    const struct options *options;
    int listener;
    const struct development_certificate *certificate; /* or NULL: no --tls */
    struct error_page *page;                           /* while there is no child; or NULL */
    pid_t child;                                       /* the last good build, or 0 */
    const char *status_path;
    const char *errors; /* of the last build, "" if it was good */
    struct project project;
    struct timespec newest; /* of the watched files, at the last build */
};

/* --- files --- */

static bool later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static struct timespec newest_of(const char **files)
{
    struct timespec newest = { 0 };
    struct stat st;
    for (; files && *files; files++) {
        if (stat(*files, &st) == 0 && later(st.st_mtim, newest))
            newest = st.st_mtim;
    }
    return newest;
}

static void write_status(const struct dev *dev)
{
    FILE *f = fopen(dev->status_path, "w");
    if (!f)
        return; /* only the browser misses it: the terminal has it */
    fputs(dev->errors, f);
    fclose(f);
}

/* --- the service --- */

static void stop_child(struct dev *dev)
{
    if (!dev->child)
        return;
    kill(dev->child, SIGTERM);
    for (int waited = 0; waited < FARTHEST_STOP_MS; waited += 10) {
        if (waitpid(dev->child, NULL, WNOHANG) != 0) {
            dev->child = 0;
            return;
        }
        poll(NULL, 0, 10);
    }
    kill(dev->child, SIGKILL);
    waitpid(dev->child, NULL, 0);
    dev->child = 0;
}

/* Waits for the byte that says "ready", or for the child's end. */
static bool is_ready(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char byte;
    int n;
    do
        n = poll(&p, 1, READY_MS);
    while (n < 0 && errno == EINTR && !stopping);
    return n == 1 && read(fd, &byte, 1) == 1;
}

static pid_t start_child(struct dev *dev, apus_arena *arena)
{
    int ready[2];
    if (pipe(ready))
        return -1;
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    setenv("APUS_LISTEN_FD", textf(arena, "%d", dev->listener), 1);
    setenv("APUS_READY_FD", textf(arena, "%d", ready[1]), 1);
    setenv("APUS_WORKERS", "0", 1);
    setenv("APUS_DEV_STATUS", dev->status_path, 1);
    if (dev->certificate) {
        setenv("APUS_TLS_CERT", dev->certificate->chain, 1);
        setenv("APUS_TLS_KEY", dev->certificate->key, 1);
    }
    struct argv a = { .arena = arena };
    argv_add(&a, dev->project.program);
    for (const char **word = dev->options->rest; word && *word; word++)
        argv_add(&a, *word);
    pid_t child = process_start(&a);
    close(ready[1]);
    if (child > 0 && !is_ready(ready[0])) {
        int status;
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        child = -1;
    }
    close(ready[0]);
    return child;
}

static void replace_child(struct dev *dev, apus_arena *arena)
{
    pid_t fresh = start_child(dev, arena);
    if (fresh <= 0) {
        dev->errors = "The new build did not start; its own words are on the terminal.\n";
        complain("the new build did not start%s",
                 dev->child ? "; the last good one still serves" : "");
        return;
    }
    stop_child(dev);
    error_page_close(dev->page);
    dev->page = NULL;
    dev->child = fresh;
}

/* --- one build --- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void rebuild(struct dev *dev, apus_arena *arena)
{
    int64_t began = now_ms();
    dev->errors = "";
    bool good = project_find(arena, dev->options, BUILD_DEV, &dev->project) &&
                project_build(&dev->project, &dev->errors);
    if (*dev->errors)
        fputs(dev->errors, stderr);
    if (good) {
        dev->errors = "";
        replace_child(dev, arena);
        if (!*dev->errors)
            fprintf(stderr, "apus: built in %lld ms\n", (long long)(now_ms() - began));
    } else {
        if (!*dev->errors)
            dev->errors = "The build failed; the terminal says why.\n";
        complain("the build failed%s", dev->child ? "; the last good one still serves" : "");
    }
    write_status(dev);
}

/* --- the socket --- */

static int listen_on(const char *host, const char *port)
{
    char *end;
    long number = strtol(port, &end, 10);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
    if (*end || number < 0 || number > 65535 || inet_pton(AF_INET, host, &at.sin_addr) != 1) {
        complain("cannot listen on %s:%s: an IPv4 address and a port from 0 to 65535 are needed",
                 host, port);
        return -1;
    }
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, SOMAXCONN)) {
        complain("%s:%s: %s%s", host, port, strerror(errno),
                 errno == EADDRINUSE ? "; is another server running?  --port chooses another" : "");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* --- the loop --- */

/* A child that ended by itself is news; the next change starts another. */
static void look_after_child(struct dev *dev)
{
    int status;
    if (!dev->child || waitpid(dev->child, &status, WNOHANG) != dev->child)
        return;
    dev->child = 0;
    dev->errors = "The service ended by itself; save a file to start it again.\n";
    complain("the service ended with exit code %d; save a file to start it again",
             process_code(status));
}

static void wait_a_tick(struct dev *dev)
{
    if (!dev->child && !dev->page)
        dev->page = error_page_open(dev->listener, dev->certificate);
    if (dev->page)
        error_page_answer(dev->page, dev->errors, TICK_MS);
    else
        poll(NULL, 0, TICK_MS);
}

static void watch(struct dev *dev)
{
    apus_arena arena; /* one build's words: given back at the next */
    apus_arena_init(&arena, &apus_alloc_libc, (size_t)1 << 30);
    struct timespec seen = { 0 };
    struct options looking = *dev->options;
    looking.quiet = true;
    while (!stopping) {
        apus_arena_mark mark = apus_arena_mark_take(&arena);
        struct project probe;
        const char **files = project_find(&arena, &looking, BUILD_DEV, &probe)
                                 ? project_watched(&probe, &arena)
                                 : NULL;
        struct timespec newest = newest_of(files);
        apus_arena_rewind(&arena, mark);
        if (later(newest, seen)) {
            seen = newest;
            apus_arena_reset(&arena);
            rebuild(dev, &arena);
        }
        look_after_child(dev);
        wait_a_tick(dev);
    }
    stop_child(dev);
    error_page_close(dev->page);
    apus_arena_finish(&arena);
}

static int serve(apus_arena *arena, const struct options *options)
{
    const char *host = options->host ? options->host : "127.0.0.1";
    const char *port = options->port ? options->port : "8000";
    const char *scheme = options->tls ? "https" : "http";
    struct development_certificate certificate;
    struct dev dev = { .options = options, .errors = "" };
    if (!project_find(arena, options, BUILD_DEV, &dev.project))
        return EXIT_FAILED;
    if (options->tls && !development_certificate_find(arena, &certificate))
        return EXIT_FAILED;
    dev.certificate = options->tls ? &certificate : NULL;
    dev.status_path = textf(arena, "%s/status", dev.project.work);
    dev.listener = listen_on(host, port);
    if (dev.listener < 0)
        return EXIT_FAILED;
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    fprintf(stderr, "apus: %s://%s:%s  docs: %s://%s:%s/docs  (Ctrl-C stops)\n", scheme, host, port,
            scheme, host, port);
    if (options->tls)
        fprintf(stderr, "apus: the certificate is %s%s; `apus dev --help` says how to trust it\n",
                certificate.chain, certificate.is_new ? ", which is new" : "");
    watch(&dev);
    close(dev.listener);
    return EXIT_FINE;
}

static const manual_row rows[] = {
    ROW_FILES,
    ROW_HOST,
    ROW_PORT,
    { "--tls", NULL, "serve HTTPS and HTTP/2, with a certificate for localhost", PLACE(tls) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END
};

const struct command command_dev = {
    .name = "dev",
    .page = { .name = "apus dev",
              .usage = "[FILE...|DIR] [--host ADDRESS] [--port PORT] [--tls] [-- ARG...]",
              .summary = "serve, watch, rebuild on every save",
              .heading = "Options",
              .rows = rows,
              .about =
                  "While a change does not compile, the last good build goes on serving; the "
                  "terminal and the docs page show the compiler's words. What follows -- goes to "
                  "the program.\n"
                  "\n"
                  "--tls makes a certificate that signs itself, for localhost, 127.0.0.1 and ::1, "
                  "and "
                  "keeps it in ~/.cache/apus for all projects, until a week before its end. "
                  "Browsers "
                  "ask once whether they may go on. To trust it, for curl, for Chromium and for "
                  "the "
                  "whole system:\n"
                  "\n"
                  "    curl --cacert ~/.cache/apus/localhost.crt https://localhost:8000/\n"
                  "    certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n apus \\\n"
                  "        -i ~/.cache/apus/localhost.crt\n"
                  "    sudo cp ~/.cache/apus/localhost.crt /usr/local/share/ca-certificates/ \\\n"
                  "        && sudo update-ca-certificates",
              .also = (const char *const[]){ "apus", "apus run", NULL } },
    .run = serve,
};
