/* apus/metric.h - what the engine counts of itself.
 *
 * One row in the table, and one line where it happens:
 *
 *     X(counter, limit_connections, "apus_limit_hits_total", "limit=\"connections_max\"",
 *       "Times that a limit took effect")
 *
 *     apus_metric_add(APUS_METRIC_limit_connections, 1);
 *
 * A counter only grows; a gauge goes up and down (add -1) and begins at 0 with each
 * process.  What is counted is shown by GET /metrics (see --admin) in Prometheus' text
 * format, summed over all workers of the service.  Rows of one family stand together, and
 * the first one's help counts; names follow Prometheus: a unit in the name, _total behind a
 * counter, never what a client chose in a label.
 *
 * MEMORY: a process counts in one block, its own at first; a worker's stands in memory that
 * all workers share.  THREADS: apus_metric_add may be called from any and costs an atomic
 * addition (6 ns); apus_metric_count is for what each request or each read does (1 ns), and
 * only the loop's thread may call it.  A metric is counted with one of them, not with both. */
#ifndef APUS_METRIC_H
#define APUS_METRIC_H

#include <stdint.h>

#include "apus/api.h"

APUS_API_BEGIN

/* kind, name, family, labels, help */
#define APUS_METRIC_TABLE(X)                                                                       \
    X(gauge, connections, "apus_connections_open", "", "Connections of clients that are open")     \
    X(gauge, requests, "http_server_active_requests", "",                                          \
      "Requests that are under way, where requests are measured")                                  \
    X(counter, accepted, "apus_connections_total", "", "Connections that were accepted")           \
    X(counter, bytes_in, "apus_received_bytes_total", "",                                          \
      "Bytes read from clients, behind decryption")                                                \
    X(counter, bytes_out, "apus_sent_bytes_total", "", "Bytes sent to clients, before encryption") \
    X(counter, tls_done, "apus_tls_handshakes_total", "result=\"done\"", "TLS handshakes")         \
    X(counter, tls_resumed, "apus_tls_handshakes_total", "result=\"resumed\"", "")                 \
    X(counter, tls_failed, "apus_tls_handshakes_total", "result=\"failed\"", "")                   \
    X(counter, proxied_read, "apus_proxied_connections_total", "result=\"read\"",                  \
      "Connections that had to begin with a head of the PROXY protocol, or must not")              \
    X(counter, proxied_refused, "apus_proxied_connections_total", "result=\"refused\"", "")        \
    X(counter, limit_connections, "apus_limit_hits_total", "limit=\"connections_max\"",            \
      "Times that a limit took effect")                                                            \
    X(counter, limit_address, "apus_limit_hits_total", "limit=\"connections_per_address\"", "")    \
    X(counter, limit_requests, "apus_limit_hits_total", "limit=\"requests_max\"", "")              \
    X(counter, limit_worker_memory, "apus_limit_hits_total", "limit=\"worker_memory\"", "")        \
    X(counter, limit_descriptors, "apus_limit_hits_total", "limit=\"descriptors\"", "")            \
    X(counter, limit_target, "apus_limit_hits_total", "limit=\"target_max\"", "")                  \
    X(counter, limit_head, "apus_limit_hits_total", "limit=\"head_max\"", "")                      \
    X(counter, limit_body, "apus_limit_hits_total", "limit=\"body_max\"", "")                      \
    X(counter, limit_pipeline, "apus_limit_hits_total", "limit=\"pipeline_max\"", "")              \
    X(counter, limit_memory, "apus_limit_hits_total", "limit=\"memory_max\"", "")                  \
    X(counter, limit_offload, "apus_limit_hits_total", "limit=\"offload_queue\"", "")              \
    X(counter, limit_h2_patience, "apus_limit_hits_total", "limit=\"h2_patience\"", "")            \
    X(counter, limit_head_time, "apus_limit_hits_total", "limit=\"head_timeout\"", "")             \
    X(counter, limit_body_time, "apus_limit_hits_total", "limit=\"body_timeout\"", "")             \
    X(counter, limit_idle_time, "apus_limit_hits_total", "limit=\"idle_timeout\"", "")             \
    X(counter, limit_proxied_time, "apus_limit_hits_total", "limit=\"proxied_timeout\"", "")       \
    X(counter, limit_write_time, "apus_limit_hits_total", "limit=\"write_timeout\"", "")           \
    X(counter, shed_queue, "apus_shed_total", "layer=\"queue\"",                                   \
      "Requests that were turned away because there was too much to do")                           \
    X(counter, shed_concurrency, "apus_shed_total", "layer=\"concurrency\"", "")                   \
    X(counter, shed_lag, "apus_shed_total", "layer=\"lag\"", "")                                   \
    X(counter, shed_memory, "apus_shed_total", "layer=\"memory\"", "")                             \
    X(counter, shed_descriptors, "apus_shed_total", "layer=\"descriptors\"", "")                   \
    X(counter, topic_sent, "apus_topic_messages_total", "result=\"sent\"",                         \
      "Messages of topics that went to other workers")                                             \
    X(counter, topic_lost, "apus_topic_messages_total", "result=\"lost\"", "")                     \
    X(gauge, workers, "apus_workers", "", "Worker processes that serve")                           \
    X(counter, worker_starts, "apus_worker_starts_total", "",                                      \
      "Worker processes that were started")                                                        \
    X(counter, worker_crashes, "apus_worker_ends_total", "why=\"crash\"",                          \
      "Worker processes that ended by themselves, or had to be replaced")                          \
    X(counter, worker_exits, "apus_worker_ends_total", "why=\"exit\"", "")                         \
    X(counter, worker_kills, "apus_worker_ends_total", "why=\"killed\"", "")                       \
    X(counter, worker_stuck, "apus_worker_ends_total", "why=\"stuck\"", "")                        \
    X(counter, worker_memory, "apus_worker_ends_total", "why=\"memory\"", "")                      \
    X(counter, reloads, "apus_reloads_total", "result=\"done\"", "Reloads of the service")         \
    X(counter, reloads_failed, "apus_reloads_total", "result=\"failed\"", "")                      \
    X(counter, log_lines, "apus_access_log_lines_total", "result=\"written\"",                     \
      "Lines of the access log")                                                                   \
    X(counter, log_dropped, "apus_access_log_lines_total", "result=\"dropped\"", "")

typedef enum apus_metric {
#define X(kind, name, family, labels, help) APUS_METRIC_##name,
    APUS_METRIC_TABLE(X)
#undef X
        APUS_METRIC_COUNT
} apus_metric;

typedef enum apus_metric_kind { APUS_METRIC_KIND_counter, APUS_METRIC_KIND_gauge } apus_metric_kind;

/* A row of the table; texts are static. */
typedef struct apus_metric_about {
    apus_metric_kind kind;
    const char *family, *labels, *help;
} apus_metric_about;

/* What a process counts in. */
typedef struct apus_metrics {
    int64_t values[APUS_METRIC_COUNT];
} apus_metrics;

/* Adds n; from any thread. */
void apus_metric_add(apus_metric m, int64_t n);

/* The same, for what is counted by the loop's thread alone, and often. */
void apus_metric_count(apus_metric m, int64_t n);

/* The value in a block, or in the one that this process counts in (NULL). */
int64_t apus_metric_read(const apus_metrics *at, apus_metric m);

/* From now on this process counts in *at, which goes on from what stands there: a worker
 * that takes another one's place goes on counting.  Gauges begin with what they are here.
 * Before there are other threads.  NULL: in its own block again. */
void apus_metrics_move(apus_metrics *at);

/* Sets the gauges of a block to 0: whose they were is gone. */
void apus_metrics_forget(apus_metrics *at);

/* Never NULL. */
const apus_metric_about *apus_metric_of(apus_metric m);

APUS_API_END

#endif
