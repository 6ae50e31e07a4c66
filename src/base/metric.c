#include "apus/metric.h"

#include <stddef.h>

static const apus_metric_about rows[APUS_METRIC_COUNT] = {
#define X(kind, name, family, labels, help)                                                        \
    [APUS_METRIC_##name] = { APUS_METRIC_KIND_##kind, family, labels, help },
    APUS_METRIC_TABLE(X)
#undef X
};

/* For the whole process: declared as such in metric.h. */
static apus_metrics own;
static apus_metrics *here = &own;

void apus_metric_add(apus_metric m, int64_t n)
{
    __atomic_fetch_add(&here->values[m], n, __ATOMIC_RELAXED);
}

void apus_metric_count(apus_metric m, int64_t n)
{
    int64_t *at = &here->values[m];
    __atomic_store_n(at, __atomic_load_n(at, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

int64_t apus_metric_read(const apus_metrics *at, apus_metric m)
{
    return __atomic_load_n(&(at ? at : here)->values[m], __ATOMIC_RELAXED);
}

void apus_metrics_move(apus_metrics *at)
{
    apus_metrics *to = at ? at : &own;
    if (to == here)
        return;
    apus_metrics_forget(to);
    for (size_t i = 0; i < APUS_METRIC_COUNT; i++) {
        __atomic_fetch_add(&to->values[i], here->values[i], __ATOMIC_RELAXED);
        here->values[i] = 0;
    }
    here = to;
}

void apus_metrics_forget(apus_metrics *at)
{
    for (size_t i = 0; i < APUS_METRIC_COUNT; i++)
        if (rows[i].kind == APUS_METRIC_KIND_gauge)
            __atomic_store_n(&at->values[i], 0, __ATOMIC_RELAXED);
}

const apus_metric_about *apus_metric_of(apus_metric m)
{
    return &rows[m];
}
