#include "log.h"

#include <stdio.h>
#include <string.h>

#include <apus/main.h>
#include <apus/metric.h>
#include <apus/stream.h>

#include "sys/sim/world.h"

#define LOG_FOLDER "/sim/log"
#define LOG_PATH   LOG_FOLDER "/access"

static void hear(void *ctx, const apus_err *err)
{
    (void)ctx;
    sim_note("log", err->rc, 0);
}

void sim_log_open(sim_log *l)
{
    apus_err err = { 0 };
    apus_access_log_options o = { .path = LOG_PATH, .form = APUS_ACCESS_json, .trouble = hear };
    *l = (sim_log){ .written = apus_metric_read(NULL, APUS_METRIC_log_lines),
                    .dropped = apus_metric_read(NULL, APUS_METRIC_log_dropped) };
    sim_folder_make(LOG_FOLDER);
    if (apus_access_log_open(&o, &l->log, &err))
        sim_fail("the access log does not open: %s", err.msg);
}

void sim_log_note(void *log, const apus_exchange *x, const apus_http_outcome *o)
{
    sim_log *l = log;
    apus_request_facts facts;
    apus_service_describe(x, &facts);
    l->n_noted++;
    if (x->request.security) /* also when its connection is gone */
        sim_note("secured", x->request.version, (int64_t)x->request.security->protocol.len);
    apus_access_log_add(l->log, &(apus_access_entry){ .request = &x->request,
                                                      .route = facts.route,
                                                      .id = facts.id,
                                                      .status = o->status,
                                                      .bytes = o->body_bytes,
                                                      .duration = o->duration,
                                                      .ended = o->ended });
}

void sim_log_move(sim_log *l)
{
    char path[64];
    sim_file_view f;
    snprintf(path, sizeof(path), LOG_PATH ".%lld", (long long)++l->n_moved);
    if (sim_file_read(LOG_PATH, &f))
        sim_file_move(LOG_PATH, path);
    if (sim_chance(700))
        apus_access_log_reopen(l->log);
}

/* --- what stands there --- */

static bool is_whole(apus_str line)
{
    static const apus_str first = APUS_STR_INIT("{\"time\":");
    return apus_str_eq(apus_str_slice(line, 0, first.len), first) && line.ptr[line.len - 1] == '}';
}

static int64_t count_lines(const char *path)
{
    sim_file_view f;
    int64_t n = 0;
    bool has = sim_file_read(path, &f);
    for (apus_str left = has ? f.bytes : APUS_STR(""); left.len;) {
        size_t end = apus_str_find(left, '\n');
        apus_str line = apus_str_slice(left, 0, end);
        if (end == SIZE_MAX) /* cut off, and nothing came behind */
            return n;
        if (!line.len)
            sim_fail("%s: an empty line", path);
        n += is_whole(line);
        left = apus_str_slice(left, end + 1, left.len);
    }
    return n;
}

/* A line whose end alone was cut off, and mended, is one more. */
void sim_log_end(sim_log *l)
{
    int64_t n = 0;
    apus_access_log_close(l->log, 0);
    int64_t written = apus_metric_read(NULL, APUS_METRIC_log_lines) - l->written;
    int64_t dropped = apus_metric_read(NULL, APUS_METRIC_log_dropped) - l->dropped;
    for (const char *path = LOG_FOLDER; (path = sim_file_after(path));)
        if (strncmp(path, LOG_PATH, sizeof(LOG_PATH) - 1) == 0)
            n += count_lines(path);
    if (written + dropped != l->n_noted || n < written || n > l->n_noted)
        sim_fail("of %lld requests %lld lines were written and %lld dropped; %lld are there",
                 (long long)l->n_noted, (long long)written, (long long)dropped, (long long)n);
}
