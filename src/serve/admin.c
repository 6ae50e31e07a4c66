#include "serve/admin.h"

#include <stdio.h>
#include <unistd.h>

#include "apus/expose.h"

const char apus__admin_mark[] = "admin";

typedef void answer(const apus__admin *a, apus_exchange *x);

static void reply(apus_exchange *x, uint16_t status, apus_str type, apus_str body)
{
    apus_http_reply r = { .status = status,
                          .content_type = type,
                          .headers = APUS_STR("Cache-Control: no-store\r\n"),
                          .body = body };
    (void)apus_exchange_reply(x, &r); /* who has gone does not want it any more */
}

#define PLAIN APUS_STR("text/plain; charset=utf-8")

/* The process comes round: that is all that a restart could mend. */
static void answer_live(const apus__admin *a, apus_exchange *x)
{
    (void)a;
    reply(x, 200, PLAIN, APUS_STR("live\n"));
}

static void answer_ready(const apus__admin *a, apus_exchange *x)
{
    switch ((apus__phase)__atomic_load_n(a->phase, __ATOMIC_RELAXED)) {
    case APUS__PHASE_SERVES:
        reply(x, 200, PLAIN, APUS_STR("ready\n"));
        break;
    case APUS__PHASE_STARTS:
        reply(x, 503, PLAIN, APUS_STR("starting\n"));
        break;
    case APUS__PHASE_DRAINS:
        reply(x, 503, PLAIN, APUS_STR("draining\n"));
        break;
    }
}

/* --- numbers --- */

static void add(apus_metrics *to, const apus_metrics *from)
{
    for (int i = 0; i < APUS_METRIC_COUNT; i++)
        to->values[i] += apus_metric_read(from, (apus_metric)i);
}

static void sum_all(const apus__board *b, apus_metrics *to)
{
    *to = (apus_metrics){ { 0 } };
    if (!b) {
        add(to, NULL);
        return;
    }
    add(to, &b->supervisor.metrics);
    uint32_t n = __atomic_load_n(&b->cells_used, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n && i < APUS__CELLS_MAX; i++)
        add(to, &b->tallies[i].metrics);
}

static size_t find_tables(const apus__admin *a, const apus_traffic *tables[APUS__WORKERS_MAX])
{
    tables[0] = a->traffic;
    if (!a->board)
        return a->traffic != NULL;
    uint32_t n = __atomic_load_n(&a->board->slots_used, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n && i < APUS__WORKERS_MAX; i++)
        tables[i] = &a->board->traffic[i];
    return n < APUS__WORKERS_MAX ? n : APUS__WORKERS_MAX;
}

static void add_process(apus_expose_process *list, size_t *n, int pid)
{
    if (pid > 0 && apus_process_usage_of(pid, &list[*n].usage))
        ++*n;
}

/* Workers are called by their cells: no two that live have the same.  A name without a process is
 * written over. */
static size_t find_processes(const apus__board *b, uint32_t cells, apus_expose_process *list)
{
    size_t n = 0;
    snprintf(list[0].name, sizeof(list[0].name), "%s", b ? "supervisor" : "service");
    add_process(list, &n, b ? b->supervisor_pid : getpid());
    for (uint32_t i = 0; i < cells && i < APUS__CELLS_MAX; i++) {
        snprintf(list[n].name, sizeof(list[n].name), "worker-%u", i);
        add_process(list, &n, __atomic_load_n(&b->cells[i].pid, __ATOMIC_RELAXED));
    }
    return n;
}

static void put_processes(const apus__admin *a, const apus_expose *e, apus_arena *scratch)
{
    uint32_t cells = a->board ? __atomic_load_n(&a->board->cells_used, __ATOMIC_ACQUIRE) : 0;
    size_t most = 2 + (size_t)cells; /* the last one is only tried */
    apus_expose_process *list = APUS_NEW(scratch, apus_expose_process, most);
    if (!list)
        e->to->failed = APUS_NOMEM;
    else
        apus_expose_processes(e, list, find_processes(a->board, cells, list));
}

static void answer_metrics(const apus__admin *a, apus_exchange *x)
{
    const apus_traffic *tables[APUS__WORKERS_MAX];
    apus_metrics sums;
    const apus_http_header *accept = apus_http_header_find(&x->request, APUS_STR("accept"));
    apus_buf to = apus_buf_in(&x->arena);
    apus_expose e = { .to = &to,
                      .form = apus_expose_choose(accept ? accept->value : APUS_STR("")) };
    sum_all(a->board, &sums);
    apus_expose_metrics(&e, &sums);
    put_processes(a, &e, &x->arena);
    apus_rc rc = apus_expose_traffic(&e, tables, find_tables(a, tables), &x->arena);
    apus_expose_end(&e);
    apus_str text;
    if (rc || apus_buf_take(&to, &text))
        reply(x, 503, PLAIN, APUS_STR("out of memory\n"));
    else
        reply(x, 200, apus_expose_type(e.form), text);
}

/* --- which of them --- */

bool apus__admin_wants_traffic(const apus__options *o)
{
    return o->admin || o->metrics;
}

bool apus__admin_has_paths(const apus__options *o)
{
    return o->metrics || o->live || o->ready;
}

static bool is_at(const apus_exchange *x, const char *path)
{
    return path && apus_str_eq(x->request.path, apus_str_of(path));
}

static bool reads(const apus_exchange *x)
{
    return x->request.method == APUS_METHOD_GET || x->request.method == APUS_METHOD_HEAD;
}

bool apus__admin_answer(const apus__admin *a, apus_exchange *x)
{
    answer *fn = is_at(x, a->options->metrics) ? answer_metrics
                 : is_at(x, a->options->live)  ? answer_live
                 : is_at(x, a->options->ready) ? answer_ready
                                               : NULL;
    if (!fn || !reads(x))
        return false;
    x->app = (void *)(uintptr_t)apus__admin_mark;
    fn(a, x);
    return true;
}

void apus__admin_handle(void *admin, apus_exchange *x)
{
    answer *fn = is_at(x, "/metrics") ? answer_metrics
                 : is_at(x, "/live")  ? answer_live
                 : is_at(x, "/ready") ? answer_ready
                                      : NULL;
    if (!fn)
        reply(x, 404, PLAIN, APUS_STR("there are /metrics, /live and /ready\n"));
    else if (!reads(x))
        reply(x, 405, PLAIN, APUS_STR("GET it\n"));
    else
        fn(admin, x);
}
