#include "run.h"

#include <apus/apus.h>
#include <apus/fiber.h>
#include <apus/loop.h>
#include <apus/net.h>
#include <apus/overload.h>
#include <apus/socket.h>
#include <apus/tls.h>

#include <apus/metric.h>

#include "client.h"
#include "log.h"
#include "seeded_tls.h"
#include "service.h"
#include "shelf.h"
#include "sys/sim/world.h"

enum {
    PORT = 8000,
    TLS_PORT = 8443,
    CLIENTS_MAX = 16,
    GOOD_CLIENTS = 4,
    ARRIVE_WITHIN = 3000, /* ms */
    HANDLERS_TAKE = 60,   /* seconds, together, at most, on one connection */
    TURN_MAX = 4,         /* seconds that a turn may take, with what stalls it */
    CALM_MAX = 900,       /* seconds after which even a slow client is through */
    CHANGES_MAX = 20,     /* of what stands on the disk */
};

#define LOCAL "/run/simulated"

typedef struct run {
    apus_loop *loop;
    apus_service *service;
    apus_http_server *server;
    apus_tls *tls;
    conditions c;
    sim_timer arrivals[CLIENTS_MAX];
    sim_log log;
    sim_timer change;
    int64_t n_changes; /* that are left */
    int64_t ends_at;
    bool is_drained;
} run;

/* --- what goes wrong in this run --- */

/* Each kind of fault is in some runs and not in others, so that no one hides another. */
static unsigned some(unsigned most)
{
    return sim_chance(300) ? (unsigned)sim_between(1, most) : 0;
}

/* A limit that some runs meet. */
static uint32_t limit(int64_t least, int64_t most)
{
    return sim_chance(300) ? (uint32_t)sim_between(least, most) : 0;
}

static apus_http_limits choose_limits(void)
{
    return (apus_http_limits){ .head_timeout = 10 * APUS_SECOND,
                               .body_timeout = 20 * APUS_SECOND,
                               .idle_timeout = 75 * APUS_SECOND,
                               .write_timeout = 20 * APUS_SECOND,
                               .body_memory = (size_t)sim_between(1, 65536),
                               .pipeline_max = limit(1, 8),
                               .streams_max = limit(1, 8),
                               .stream_max = limit(1, 20000) };
}

static sim_faults no_faults(void)
{
    return (sim_faults){ .latency_min = 50000, .latency_max = 2000000, .window = 100000 };
}

static sim_faults choose_faults(void)
{
    sim_faults f = { .short_read = some(500),
                     .short_write = some(500),
                     .again = some(300),
                     .reset = some(20),
                     .no_accept = some(500),
                     .no_watch = some(100),
                     .no_memory = some(sim_chance(200) ? 200 : 30),
                     .no_disk = some(500),
                     .no_open = some(300),
                     .no_tmpfile = some(1000),
                     .disk_error = some(100),
                     .not_at_hand = some(1000),
                     .interrupted = some(300),
                     .pool_full = some(500),
                     .late_event = some(500),
                     .false_event = some(100),
                     .stall = some(20) };
    f.stall_max = sim_between(1, 1500) * APUS_MILLISECOND;
    f.latency_min = sim_between(0, 1000000);
    f.latency_max = f.latency_min + sim_between(0, 100) * APUS_MILLISECOND;
    f.work_max = sim_between(0, 2000) * APUS_MILLISECOND;
    f.window = (size_t)sim_between(4096, 200000);
    f.disk_room = sim_chance(100) ? (size_t)sim_between(1, 2000000) : 0;
    return f;
}

static void set_conditions(run *r, const sim_faults *f, bool are_good)
{
    bool is_disk_bad = f->no_disk || f->no_open || f->disk_error || f->disk_room;
    sim_set_faults(f);
    r->c.may_break = f->reset || f->no_memory || f->no_watch;
    r->c.may_refuse = f->no_memory || f->pool_full || is_disk_bad;
    r->c.may_fail = is_disk_bad;
    r->c.may_cut = f->disk_error || r->n_changes;
    r->c.are_good = are_good;
    r->c.slack = HANDLERS_TAKE * APUS_SECOND;
}

/* --- the server --- */

/* In some worlds whoever comes while others do waits for the end of the turn, the newest the
 * shortest; nobody is turned away. */
static apus_rc let_the_newest_go_first(apus_service *s, apus_err *err)
{
    enum { NEVER = 101 }; /* percent */
    static const apus_overload o = { .queue_interval = 1,
                                     .queue_patience = APUS_MILLISECOND,
                                     .queue_target = INT64_C(86400) * APUS_SECOND,
                                     .lag_max = INT64_C(86400) * APUS_SECOND,
                                     .concurrency = 100000,
                                     .concurrency_min = 100000,
                                     .concurrency_max = 100000,
                                     .memory_percent = NEVER,
                                     .descriptor_percent = NEVER };
    return sim_chance(300) ? apus_service_shed(s, &o, err) : APUS_OK;
}

static void serve(run *r)
{
    apus_err err = { 0 };
    int fd, local, encrypted;
    if (apus_http_server_create(r->loop, &r->c.limits, apus_service_handle, r->service, &r->server,
                                &err) ||
        apus_listen_tcp("127.0.0.1", PORT, APUS_SOCKET_ALONE, &fd, &err) ||
        apus_socket_listen_unix(LOCAL, &local, &err) ||
        apus_listen_tcp("127.0.0.1", TLS_PORT, APUS_SOCKET_ALONE, &encrypted, &err) ||
        apus_http_server_listen(r->server, fd, &err) ||
        apus_http_server_listen(r->server, local, &err) ||
        apus_http_server_listen_tls(r->server, encrypted, r->tls, &err))
        sim_fail("the server does not start: %s", err.msg);
    apus_http_server_on_refusal(r->server, apus_service_refuse, r->service);
    apus_http_server_on_body(r->server, apus_service_admit, r->service);
    apus_http_server_on_end(r->server, sim_log_note, &r->log);
}

static void open_tls(run *r)
{
    apus_err err = { 0 };
    apus_tls_certificate certificate = { seeded_tls_certificate(), seeded_tls_key(), NULL };
    apus_tls_options options = { .certificates = &certificate,
                                 .n_certificates = 1,
                                 .protocols = "h2,http/1.1" };
    if (apus_tls_create(&options, &r->tls, &err))
        sim_fail("TLS cannot be set up: %s", err.msg);
}

static void start(run *r)
{
    apus_err err = { 0 };
    if (apus_loop_create(&r->loop, &err) ||
        apus_service_create(&simulated_app, r->loop, &r->service, &err) ||
        let_the_newest_go_first(r->service, &err) || apus_service_start(r->service, &err))
        sim_fail("the service does not start: %s", err.msg);
    shelf_fill();
    sim_folder_make(KEPT_FOLDER);
    sim_folder_make(SPOOL_FOLDER);
    sim_log_open(&r->log);
    open_tls(r);
    r->c.server = (wire_addresses){ .port = PORT,
                                    .path = LOCAL,
                                    .tls_port = TLS_PORT,
                                    .keys = wire_keys_open(seeded_tls_certificate()) };
    r->c.limits = choose_limits();
    serve(r);
}

static void drained(void *ctx)
{
    ((run *)ctx)->is_drained = true;
}

static void turn_until(run *r, bool (*is_over)(const run *r), int64_t most, const char *what)
{
    int64_t until = sim_now() + most;
    while (!is_over(r)) {
        if (sim_now() > until)
            sim_fail("%s: not within %lld s", what, (long long)(most / APUS_SECOND));
        apus_loop_turn(r->loop, APUS_SECOND);
    }
}

static bool are_clients_over(const run *r)
{
    return r->c.n_alive == 0 && !sim_is_busy();
}

static bool is_quiet(const run *r)
{
    return apus_http_server_connections(r->server) == 0 && apus_fiber_count(r->loop) == 0;
}

static bool is_drained(const run *r)
{
    return r->is_drained;
}

/* Within the deadline, whoever is connected. */
static void drain(run *r, int64_t most)
{
    bool retires = sim_chance(300);
    r->is_drained = false;
    sim_note(retires ? "retire" : "drain", 0, most);
    (retires ? apus_http_server_retire
             : apus_http_server_drain)(r->server, apus_loop_now(r->loop) + most, drained, r);
    turn_until(r, is_drained, most + TURN_MAX * APUS_SECOND, "draining");
    apus_http_server_destroy(r->server);
    r->server = NULL;
}

static void stop(run *r)
{
    drain(r, 10 * APUS_SECOND);
    wire_keys_close(r->c.server.keys);
    apus_tls_destroy(r->tls);
    apus_service_destroy(r->service);
    apus_loop_destroy(r->loop);
    sim_log_end(&r->log);
    shelf_empty();
}

/* --- what others do to the disk --- */

static void change(void *ctx)
{
    run *r = ctx;
    if (sim_chance(200))
        sim_log_move(&r->log);
    else
        shelf_change();
    if (--r->n_changes)
        sim_timer_start(&r->change, sim_now() + sim_between(1, 500) * APUS_MILLISECOND);
}

static void begin_changes(run *r)
{
    r->n_changes = sim_chance(300) ? sim_between(1, CHANGES_MAX) : 0;
    r->change = (sim_timer){ .fn = change, .ctx = r };
    if (r->n_changes)
        sim_timer_start(&r->change, sim_now());
}

/* --- clients --- */

static void arrive(void *ctx)
{
    static void (*const kinds[])(conditions * c) = {
        client_start_http1,  client_start_http2,    client_start_socket,
        client_start_events, client_start_download, client_start_stranger,
    };
    const conditions *c = ctx;
    int64_t n = sizeof(kinds) / sizeof(kinds[0]);
    kinds[sim_between(0, c->are_good ? n - 2 : n - 1)](ctx);
}

static void send_clients(run *r, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        r->arrivals[i] = (sim_timer){ .fn = arrive, .ctx = &r->c };
        sim_timer_start(&r->arrivals[i],
                        sim_now() + sim_between(0, ARRIVE_WITHIN) * APUS_MILLISECOND);
    }
}

/* --- the run --- */

static bool is_time(const run *r)
{
    return sim_now() >= r->ends_at;
}

/* The server is drained under way, and another one takes its port. */
static void end_early(run *r)
{
    r->c.may_break = true;
    r->ends_at = sim_now() + sim_between(0, 2 * ARRIVE_WITHIN) * APUS_MILLISECOND;
    turn_until(r, is_time, ARRIVE_WITHIN * APUS_SECOND, "a moment");
    drain(r, sim_between(0, 30000) * APUS_MILLISECOND);
    sim_faults faults = sim.faults, calm = no_faults();
    sim_set_faults(&calm); /* a server that does not start is another matter */
    serve(r);
    sim_set_faults(&faults);
}

static void check_counts(void)
{
    if (counts.opened != counts.closed || counts.finals > counts.opened)
        sim_fail("%lld sessions were opened and %lld closed, %lld with an end",
                 (long long)counts.opened, (long long)counts.closed, (long long)counts.finals);
}

static void check_nothing_is_held(void)
{
    sim_held held = sim_count();
    if (held.descriptors || held.blocks || held.bytes || held.mapped)
        sim_fail("held after the end: %lld descriptors, %lld blocks of %lld bytes, %lld mapped",
                 (long long)held.descriptors, (long long)held.blocks, (long long)held.bytes,
                 (long long)held.mapped);
    int64_t connections = apus_metric_read(NULL, APUS_METRIC_connections),
            requests = apus_metric_read(NULL, APUS_METRIC_requests);
    if (connections || requests)
        sim_fail("counted after the end: %lld connections, %lld requests", (long long)connections,
                 (long long)requests);
}

static void check_disk(void)
{
    const char *wrong = kept_find_wrong();
    if (wrong)
        sim_fail("%s is not whole", wrong);
    for (const char *path = ""; (path = sim_file_after(path));)
        if (strncmp(path, SPOOL_FOLDER "/", sizeof(SPOOL_FOLDER "/") - 1) == 0)
            sim_fail("%s is left", path);
}

run_report run_seed(uint64_t seed, FILE *trace)
{
    run r = { 0 };
    sim_faults calm = no_faults();
    counts = (service_counts){ 0 };
    sim_begin(seed, &calm, trace);
    seeded_tls_set(seed);
    int64_t began = sim_now(), blocks = seeded_tls_blocks();
    start(&r);

    sim_faults faults = choose_faults();
    begin_changes(&r);
    set_conditions(&r, &faults, false);
    send_clients(&r, sim_between(1, CLIENTS_MAX));
    if (sim_chance(200))
        end_early(&r);
    turn_until(&r, are_clients_over, 2 * CALM_MAX * APUS_SECOND, "clients among faults");

    /* when nothing goes wrong any more, the server is as good as new */
    set_conditions(&r, &calm, true);
    turn_until(&r, is_quiet, CALM_MAX * APUS_SECOND, "connections and fibers after the faults");
    check_counts();
    send_clients(&r, GOOD_CLIENTS);
    turn_until(&r, are_clients_over, CALM_MAX * APUS_SECOND, "clients after the faults");
    turn_until(&r, is_quiet, CALM_MAX * APUS_SECOND, "connections and fibers after the clients");
    check_counts();

    stop(&r);
    check_disk();
    check_nothing_is_held();
    run_report report = { .n_clients = r.c.n_begun,
                          .n_answers = r.c.n_answers,
                          .openssl_blocks = seeded_tls_blocks() - blocks,
                          .seconds = (double)(sim_now() - began) / APUS_SECOND };
    report.hash = sim_end();
    return report;
}
