/* apus/traffic.h - requests in numbers: how many, how long, how large, by route and answer.
 *
 *     apus_traffic_count(&counter, &(apus_traffic_event){ .route = APUS_STR("/items/{id}"),
 *                                                         .method = APUS_METHOD_GET,
 *                                                         .status = 200, .version = 11,
 *                                                         .duration = ns });
 *
 * A table has a row for each combination of route template, method, status, version and
 * scheme that was met, up to APUS_TRAFFIC_ROWS; what comes beyond is counted together in one
 * row whose route is "_OTHER", so that no client can make it grow.
 *
 * MEMORY: a table is zeroed memory of the caller's, which several processes may share:
 * rows are taken and counted by atomic operations.  A counter finds its rows in a table again
 * without comparing texts; it belongs to one thread.  Nothing suspends; counting costs some
 * 30 ns. */
#ifndef APUS_TRAFFIC_H
#define APUS_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/http.h"
#include "apus/str.h"

APUS_API_BEGIN

enum {
    APUS_TRAFFIC_ROWS = 512,
    APUS_TRAFFIC_BUCKETS = 15,    /* of durations; the last has no bound */
    APUS_TRAFFIC_ROUTE_MAX = 103, /* bytes of a route template; a longer one is cut */
};

/* The upper bounds of all buckets but the last: 5 ms, 10 ms, ... 10 s, as OpenTelemetry's
 * conventions for HTTP have them; in nanoseconds. */
extern const int64_t apus_traffic_bounds[APUS_TRAFFIC_BUCKETS - 1];

/* A request that is over. */
typedef struct apus_traffic_event {
    apus_str route; /* the template, a pointer that stays the same; "" where none was found */
    apus_method method;
    uint16_t status;              /* as sent, or 499 for a client that left before */
    uint8_t version;              /* 10, 11 or 20 */
    bool is_encrypted;            /* came by https */
    int64_t duration;             /* ns */
    uint64_t bytes_in, bytes_out; /* of the bodies */
} apus_traffic_event;

/* What they have in common. */
typedef struct apus_traffic_labels {
    uint16_t status;
    uint8_t method; /* apus_method */
    uint8_t version;
    uint8_t is_encrypted;
    char route[APUS_TRAFFIC_ROUTE_MAX]; /* NUL-terminated unless it is full */
} apus_traffic_labels;

typedef struct apus_traffic_row {
    uint32_t state; /* not for callers */
    apus_traffic_labels labels;
    int64_t buckets[APUS_TRAFFIC_BUCKETS]; /* how many in each */
    int64_t duration;                      /* of all, in ns */
    int64_t bytes_in, bytes_out;           /* of all */
} apus_traffic_row;

typedef struct apus_traffic {
    apus_traffic_row rows[APUS_TRAFFIC_ROWS];
} apus_traffic;

/* Whether the row counts something: then its labels do not change any more. */
bool apus_traffic_row_is_used(const apus_traffic_row *row);

enum { APUS__TRAFFIC_KNOWN = 256 };

/* Private fields; zeroed but for the table. */
typedef struct apus_traffic_counter {
    apus_traffic *table;
    struct apus__traffic_known {
        const char *route;
        uint64_t rest;
        apus_traffic_row *row;
    } known[APUS__TRAFFIC_KNOWN];
} apus_traffic_counter;

/* Counts one request, in the row that it belongs to. */
void apus_traffic_count(apus_traffic_counter *c, const apus_traffic_event *e);

APUS_API_END

#endif
