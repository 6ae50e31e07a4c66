/* Rows are found by a hash of their labels, one place after the other.  Who takes a free
 * place writes the labels before it says that the row is used, and nobody waits for that: a
 * second row with the same labels does no harm, for whoever reads adds them up. */
#include "apus/traffic.h"

#include <string.h>

enum { FREE, TAKEN, USED };
enum { OTHER = 0 }; /* the row of what has none of its own */

_Static_assert(sizeof(apus_traffic_row) == 256, "rows begin with a cache line");

#define MS INT64_C(1000000)

const int64_t apus_traffic_bounds[APUS_TRAFFIC_BUCKETS - 1] = {
    5 * MS,   10 * MS,  25 * MS,   50 * MS,   75 * MS,   100 * MS,  250 * MS,
    500 * MS, 750 * MS, 1000 * MS, 2500 * MS, 5000 * MS, 7500 * MS, 10000 * MS,
};

bool apus_traffic_row_is_used(const apus_traffic_row *row)
{
    return __atomic_load_n(&row->state, __ATOMIC_ACQUIRE) == USED;
}

static apus_traffic_labels labels_of(const apus_traffic_event *e)
{
    apus_traffic_labels l = { .status = e->status,
                              .method = (uint8_t)e->method,
                              .version = e->version,
                              .is_encrypted = e->is_encrypted };
    size_t len = e->route.len < sizeof(l.route) ? e->route.len : sizeof(l.route);
    if (len)
        memcpy(l.route, e->route.ptr, len);
    return l;
}

/* The labels are whole, or somebody writes them just now and they are not ours. */
static bool is_row_of(const apus_traffic_row *row, const apus_traffic_labels *l)
{
    return apus_traffic_row_is_used(row) && memcmp(&row->labels, l, sizeof(*l)) == 0;
}

static bool take(apus_traffic_row *row, const apus_traffic_labels *l)
{
    uint32_t state = FREE;
    if (!__atomic_compare_exchange_n(&row->state, &state, TAKEN, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    row->labels = *l;
    __atomic_store_n(&row->state, USED, __ATOMIC_RELEASE);
    return true;
}

static apus_traffic_row *find(apus_traffic *t, const apus_traffic_labels *l)
{
    uint64_t at = apus_hash(l, sizeof(*l), 0);
    for (uint64_t i = 0; i < APUS_TRAFFIC_ROWS; i++) {
        apus_traffic_row *row = &t->rows[(at + i) % APUS_TRAFFIC_ROWS];
        if (row == &t->rows[OTHER])
            continue;
        if (is_row_of(row, l) || take(row, l))
            return row;
    }
    static const apus_traffic_labels other = { .route = "_OTHER" };
    (void)take(&t->rows[OTHER], &other);
    return &t->rows[OTHER];
}

/* All labels but the route, in one number. */
static uint64_t rest_of(const apus_traffic_event *e)
{
    return (uint64_t)e->status | (uint64_t)e->method << 16 | (uint64_t)e->version << 24 |
           (uint64_t)e->is_encrypted << 32 | UINT64_C(1) << 40;
}

static apus_traffic_row *row_of(apus_traffic_counter *c, const apus_traffic_event *e)
{
    uint64_t rest = rest_of(e);
    uint64_t mixed =
        ((uint64_t)(uintptr_t)e->route.ptr ^ rest << 20) * UINT64_C(0x9e3779b97f4a7c15);
    struct apus__traffic_known *known = &c->known[mixed >> 56 & (APUS__TRAFFIC_KNOWN - 1)];
    if (APUS_LIKELY(known->route == e->route.ptr && known->rest == rest))
        return known->row;
    apus_traffic_labels l = labels_of(e);
    *known = (struct apus__traffic_known){ e->route.ptr, rest, find(c->table, &l) };
    return known->row;
}

static size_t bucket_of(int64_t duration)
{
    size_t i = 0;
    while (i < APUS_TRAFFIC_BUCKETS - 1 && duration > apus_traffic_bounds[i])
        i++;
    return i;
}

static void add(int64_t *to, int64_t n)
{
    if (n)
        __atomic_fetch_add(to, n, __ATOMIC_RELAXED);
}

void apus_traffic_count(apus_traffic_counter *c, const apus_traffic_event *e)
{
    apus_traffic_row *row = row_of(c, e);
    add(&row->buckets[bucket_of(e->duration)], 1);
    add(&row->duration, e->duration);
    add(&row->bytes_in, (int64_t)e->bytes_in);
    add(&row->bytes_out, (int64_t)e->bytes_out);
}
