#include "apus/expose.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "apus/accept.h"

apus_expose_form apus_expose_choose(apus_str accept)
{
    return apus_accept_weight(accept, APUS_STR("application/openmetrics-text")) > 0
               ? APUS_EXPOSE_openmetrics
               : APUS_EXPOSE_text;
}

apus_str apus_expose_type(apus_expose_form form)
{
    return form == APUS_EXPOSE_openmetrics
               ? APUS_STR("application/openmetrics-text; version=1.0.0; charset=utf-8")
               : APUS_STR("text/plain; version=0.0.4; charset=utf-8");
}

/* What stands in front of the samples of a family.  To OpenMetrics a counter's family has no
 * _total, only its sample has. */
static void put_family(const apus_expose *x, const char *family, const char *type, const char *help)
{
    size_t len = strlen(family), tail = strlen("_total");
    if (x->form == APUS_EXPOSE_openmetrics && strcmp(type, "counter") == 0)
        len -= tail;
    apus_buf_addf(x->to, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)len, family, help, (int)len,
                  family, type);
}

void apus_expose_metrics(const apus_expose *x, const apus_metrics *sums)
{
    put_family(x, "apus_build_info", "gauge", "The version of Apus that runs");
    apus_buf_addf(x->to, "apus_build_info{version=\"%s\"} 1\n", apus_version());
    const char *before = "";
    for (int i = 0; i < APUS_METRIC_COUNT; i++) {
        const apus_metric_about *row = apus_metric_of((apus_metric)i);
        if (strcmp(row->family, before) != 0)
            put_family(x, row->family, row->kind == APUS_METRIC_KIND_gauge ? "gauge" : "counter",
                       row->help);
        before = row->family;
        int64_t value = apus_metric_read(sums, (apus_metric)i);
        if (row->labels[0])
            apus_buf_addf(x->to, "%s{%s} %" PRId64 "\n", row->family, row->labels, value);
        else
            apus_buf_addf(x->to, "%s %" PRId64 "\n", row->family, value);
    }
}

/* --- processes --- */

static double cpu_of(const apus_process_usage *u)
{
    return u->cpu_seconds;
}

static double start_of(const apus_process_usage *u)
{
    return u->started;
}

static double resident_of(const apus_process_usage *u)
{
    return (double)u->resident;
}

static double space_of(const apus_process_usage *u)
{
    return (double)u->address_space;
}

static double descriptors_of(const apus_process_usage *u)
{
    return (double)u->descriptors;
}

static double most_descriptors_of(const apus_process_usage *u)
{
    return (double)u->descriptors_max;
}

void apus_expose_processes(const apus_expose *x, const apus_expose_process *list, size_t n)
{
    static const struct {
        const char *family, *type, *help;
        double (*value)(const apus_process_usage *u); /* below 0: it is not told */
    } rows[] = {
        { "process_cpu_seconds_total", "counter", "Processor time that was used", cpu_of },
        { "process_resident_memory_bytes", "gauge", "Memory that is taken", resident_of },
        { "process_virtual_memory_bytes", "gauge", "Address space that is taken", space_of },
        { "process_open_fds", "gauge", "Descriptors that are open", descriptors_of },
        { "process_max_fds", "gauge", "Descriptors that may be open", most_descriptors_of },
        { "process_start_time_seconds", "gauge", "When it began, since 1970", start_of },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put_family(x, rows[i].family, rows[i].type, rows[i].help);
        for (size_t k = 0; k < n; k++)
            if (rows[i].value(&list[k].usage) >= 0)
                apus_buf_addf(x->to, "%s{process=\"%s\"} %.15g\n", rows[i].family, list[k].name,
                              rows[i].value(&list[k].usage));
    }
}

/* --- traffic --- */

/* Rows of equal labels, one after the other. */
typedef struct group {
    const apus_traffic_row **rows;
    size_t n;
} group;

static int compare(const void *a, const void *b)
{
    const apus_traffic_row *const *x = a, *const *y = b;
    int by_route = strncmp((*x)->labels.route, (*y)->labels.route, sizeof((*x)->labels.route));
    return by_route ? by_route : memcmp(&(*x)->labels, &(*y)->labels, sizeof((*x)->labels));
}

static group collect(const apus_traffic *const *tables, size_t n, apus_arena *scratch)
{
    group all = { APUS_NEW(scratch, const apus_traffic_row *, n *APUS_TRAFFIC_ROWS), 0 };
    for (size_t i = 0; all.rows && i < n; i++)
        for (size_t k = 0; k < APUS_TRAFFIC_ROWS; k++)
            if (apus_traffic_row_is_used(&tables[i]->rows[k]))
                all.rows[all.n++] = &tables[i]->rows[k];
    if (all.n)
        qsort(all.rows, all.n, sizeof(const apus_traffic_row *), compare);
    return all;
}

/* Cuts the first group off. */
static group next_group(group *rest)
{
    group g = { rest->rows, 1 };
    while (g.n < rest->n && compare(&rest->rows[0], &rest->rows[g.n]) == 0)
        g.n++;
    rest->rows += g.n;
    rest->n -= g.n;
    return g;
}

static int64_t sum(const group *g, size_t offset)
{
    int64_t all = 0;
    for (size_t i = 0; i < g->n; i++)
        all += __atomic_load_n((const int64_t *)(const void *)((const char *)g->rows[i] + offset),
                               __ATOMIC_RELAXED);
    return all;
}

#define SUM(g, member) sum((g), offsetof(apus_traffic_row, member))

static int64_t sum_bucket(const group *g, size_t i)
{
    return sum(g, offsetof(apus_traffic_row, buckets) + i * sizeof(int64_t));
}

/* A label's value: what would end it is escaped. */
static void put_escaped(apus_buf *to, const char *text, size_t len)
{
    for (size_t i = 0; i < len && text[i]; i++) {
        if (text[i] == '\\' || text[i] == '"')
            apus_buf_addc(to, '\\');
        if (text[i] == '\n')
            apus_buf_lit(to, "\\n");
        else
            apus_buf_addc(to, text[i]);
    }
}

/* Names as OpenTelemetry's conventions have them, written as Prometheus does. */
static apus_str make_labels(const apus_traffic_labels *l, apus_buf *scratch)
{
    static const struct {
        uint8_t version;
        const char *text;
    } versions[] = { { 10, "1.0" }, { 11, "1.1" }, { 20, "2" } };
    apus_str method = apus_method_name((apus_method)l->method);
    const char *version = "";
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        if (versions[i].version == l->version)
            version = versions[i].text;
    apus_buf_clear(scratch);
    apus_buf_lit(scratch, "http_request_method=\"");
    apus_buf_add(scratch, method.len ? method : APUS_STR("_OTHER"));
    apus_buf_lit(scratch, "\",http_route=\"");
    put_escaped(scratch, l->route, sizeof(l->route));
    apus_buf_addf(scratch,
                  "\",http_response_status_code=\"%u\",network_protocol_version=\"%s\","
                  "url_scheme=\"%s\"",
                  (unsigned)l->status, version, l->is_encrypted ? "https" : "http");
    if (l->status >= 500)
        apus_buf_addf(scratch, ",error_type=\"%u\"", (unsigned)l->status);
    return (apus_str){ scratch->ptr, scratch->len };
}

static void put_durations(const apus_expose *x, const group *g, apus_str labels)
{
    static const char name[] = "http_server_request_duration_seconds";
    int64_t count = 0;
    for (size_t i = 0; i < APUS_TRAFFIC_BUCKETS; i++) {
        count += sum_bucket(g, i);
        apus_buf_addf(x->to, "%s_bucket{%.*s,le=\"", name, APUS_FMT(labels));
        if (i < APUS_TRAFFIC_BUCKETS - 1)
            apus_buf_addf(x->to, "%g\"} %" PRId64 "\n", (double)apus_traffic_bounds[i] / 1e9,
                          count);
        else
            apus_buf_addf(x->to, "+Inf\"} %" PRId64 "\n", count);
    }
    apus_buf_addf(x->to, "%s_sum{%.*s} %.9f\n%s_count{%.*s} %" PRId64 "\n", name, APUS_FMT(labels),
                  (double)SUM(g, duration) / 1e9, name, APUS_FMT(labels), count);
}

static int64_t count_of(const group *g)
{
    int64_t count = 0;
    for (size_t i = 0; i < APUS_TRAFFIC_BUCKETS; i++)
        count += sum_bucket(g, i);
    return count;
}

static void put_sizes(const apus_expose *x, const group *g, apus_str labels, const char *name,
                      int64_t bytes)
{
    apus_buf_addf(x->to, "%s_sum{%.*s} %" PRId64 "\n%s_count{%.*s} %" PRId64 "\n", name,
                  APUS_FMT(labels), bytes, name, APUS_FMT(labels), count_of(g));
}

static void put_request_sizes(const apus_expose *x, const group *g, apus_str labels)
{
    put_sizes(x, g, labels, "http_server_request_body_size_bytes", SUM(g, bytes_in));
}

static void put_response_sizes(const apus_expose *x, const group *g, apus_str labels)
{
    put_sizes(x, g, labels, "http_server_response_body_size_bytes", SUM(g, bytes_out));
}

apus_rc apus_expose_traffic(const apus_expose *x, const apus_traffic *const *tables, size_t n,
                            apus_arena *scratch)
{
    static const struct family {
        const char *name, *type, *help;
        void (*put)(const apus_expose *x, const group *g, apus_str labels);
    } families[] = {
        { "http_server_request_duration_seconds", "histogram",
          "From the end of a request's head to the end of its answer", put_durations },
        { "http_server_request_body_size_bytes", "summary", "Bytes of requests' bodies",
          put_request_sizes },
        { "http_server_response_body_size_bytes", "summary", "Bytes of answers' bodies",
          put_response_sizes },
    };
    group all = n ? collect(tables, n, scratch) : (group){ NULL, 0 };
    apus_buf labels = apus_buf_in(scratch);
    if (n && !all.rows)
        return APUS_NOMEM;
    for (size_t i = 0; all.n && i < sizeof(families) / sizeof(families[0]); i++) {
        put_family(x, families[i].name, families[i].type, families[i].help);
        for (group rest = all; rest.n;) {
            group g = next_group(&rest);
            families[i].put(x, &g, make_labels(&g.rows[0]->labels, &labels));
        }
    }
    return labels.failed;
}

void apus_expose_end(const apus_expose *x)
{
    if (x->form == APUS_EXPOSE_openmetrics)
        apus_buf_lit(x->to, "# EOF\n");
}
