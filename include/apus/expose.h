/* apus/expose.h - numbers as Prometheus reads them.
 *
 *     apus_expose x = { .to = &buf, .form = APUS_EXPOSE_text };
 *     apus_expose_metrics(&x, &sums);
 *     rc = apus_expose_traffic(&x, tables, n, arena);
 *     apus_expose_end(&x);
 *
 * The text format 0.0.4, which everything that scrapes can read, or OpenMetrics 1.0 for those
 * who ask for it.  Nothing suspends; a buffer that fails says so at its end. */
#ifndef APUS_EXPOSE_H
#define APUS_EXPOSE_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/metric.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "apus/traffic.h"
#include "apus/usage.h"

APUS_API_BEGIN

typedef enum apus_expose_form { APUS_EXPOSE_text, APUS_EXPOSE_openmetrics } apus_expose_form;

typedef struct apus_expose {
    apus_buf *to;
    apus_expose_form form;
} apus_expose;

/* What a client wants that sends this Accept header ("" for none). */
apus_expose_form apus_expose_choose(apus_str accept);

/* Its Content-Type; static. */
apus_str apus_expose_type(apus_expose_form form);

/* All rows of the table of apus/metric.h, and apus_build_info. */
void apus_expose_metrics(const apus_expose *x, const apus_metrics *sums);

/* What stands in n tables, those of equal labels added up: http_server_request_duration_seconds,
 * http_server_request_body_size_bytes and http_server_response_body_size_bytes.  APUS_OK, or
 * APUS_NOMEM when *scratch has no room for one pointer a row. */
apus_rc apus_expose_traffic(const apus_expose *x, const apus_traffic *const *tables, size_t n,
                            apus_arena *scratch) APUS_NODISCARD;

/* A process of the service. */
typedef struct apus_expose_process {
    char name[24]; /* the value of the label `process`; nothing in it is escaped */
    apus_process_usage usage;
} apus_expose_process;

/* process_cpu_seconds_total and its like, a row for each of n processes. */
void apus_expose_processes(const apus_expose *x, const apus_expose_process *list, size_t n);

/* What ends a page of that form. */
void apus_expose_end(const apus_expose *x);

APUS_API_END

#endif
