/* Deadlines, cancellation, and work on pool threads.
 *
 * When the client goes away, the deadline passes or the service drains, the fiber's
 * wait ends early.  The request then has that as its failure, and the handler falls
 * through its own error path.
 *
 * Work on a pool thread cannot be ended, and may be using the request's memory until
 * it is done.  If the deadline passes meanwhile, the client gets its 504 at once, made
 * of bytes that the thread does not touch; what the work comes to is then dropped. */
#include "app/wait.h"

#include "apus/fiber.h"
#include "app/service.h"

/* What cleanup may take (finally, defer). */
#define CLEANUP_NS (5 * APUS_SECOND)

static const char *reason_text(apus_rc reason)
{
    return reason == APUS_TIMEOUT ? "The request took too long" : "The request was cancelled";
}

void apus__wait_cut(apus_req *req, apus_rc reason)
{
    req->cut_short = req->cut_short || !req->failure.status;
    apus_fail(req, apus_rc_status(reason), NULL, "%s", reason_text(reason));
}

bool apus__req_cancelled(const apus_req *req)
{
    return !apus__req_is_on_thread() && apus_fiber_cancelled(req->fiber) != APUS_OK;
}

void apus__wait_begin(apus_req *req)
{
    int64_t timeout = req->plan->route->timeout;
    if (timeout <= 0)
        return;
    int64_t now = apus_loop_now(req->service->loop);
    req->deadline = timeout < APUS_NEVER - now ? now + timeout : APUS_NEVER;
    apus_fiber_set_deadline(req->fiber, req->deadline);
}

void apus__wait_end(apus_req *req)
{
    apus_rc reason = apus_fiber_cancelled(req->fiber);
    if (reason)
        apus__wait_cut(req, reason);
    if (req->finally)
        apus__wait_shield(req);
}

void apus__wait_shield(apus_req *req)
{
    apus_fiber_shield(apus_loop_now(req->service->loop) + CLEANUP_NS);
}

bool apus_req_is_disconnected(apus_req *req)
{
    if (!apus__req_is_on_thread() && !apus_fiber_cancelled(apus_fiber_self()))
        (void)apus_fiber_sleep(apus_loop_now(req->service->loop));
    return apus_exchange_is_abandoned(req->x);
}

bool apus_sleep(apus_req *req, int64_t ns)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_sleep on a pool thread");
        return false;
    }
    int64_t now = apus_loop_now(req->service->loop);
    apus_rc rc = apus_fiber_sleep(ns < APUS_NEVER - now ? now + ns : APUS_NEVER);
    if (rc)
        apus__wait_cut(req, rc);
    return rc == APUS_OK;
}

/* --- pool threads --- */

struct job {
    apus_req *req;
    void *(*fn)(apus_req *req, void *arg);
    void *arg;
    void *result;
};

static void run_guarded(apus_req *req, void *arg)
{
    struct job *j = arg;
    j->result = j->fn(req, j->arg);
}

/* On the thread; an abort in here lands here. */
static void *run_job(void *arg)
{
    struct job *j = arg;
    apus__req_guard(j->req, run_guarded, j);
    return j->result;
}

/* The deadline passed while a thread works. */
static void answer_late(void *arg)
{
    apus_req *req = arg;
    static const apus_str body = APUS_STR_INIT("{\"detail\":\"The request took too long\"}");
    if (req->begun)
        return;
    req->answered = true;
    apus_exchange_reply(req->x, &(apus_http_reply){
                                    .status = 504,
                                    .content_type = APUS_STR("application/json"),
                                    .headers = apus__req_id_line(req),
                                    .body = body,
                                });
}

static void *offload(apus_req *req, void *(*fn)(apus_req *req, void *arg), void *arg)
{
    struct job j = { .req = req, .fn = fn, .arg = arg };
    apus_timer late = { .fn = answer_late, .ctx = req };
    if (req->deadline)
        apus_timer_start(req->service->loop, &late, req->deadline);
    void *result = NULL;
    apus_rc rc = apus_offload_run(run_job, &j, &result);
    apus_timer_stop(req->service->loop, &late);
    if (rc == APUS_BUSY)
        apus_fail(req, 503, NULL, "The service is busy");
    else if (rc == APUS_NOMEM)
        apus__req_no_memory(req);
    else if (rc)
        apus__wait_cut(req, rc);
    return rc || req->failure.status ? NULL : result;
}

void *apus_offload(apus_req *req, void *(*fn)(apus_req *req, void *arg), void *arg)
{
    if (!apus__req_is_on_thread())
        return offload(req, fn, arg);
    apus__req_broken(req, "apus_offload on a pool thread");
    return NULL;
}

struct blocking {
    void (*fn)(apus_req *req, uint32_t index);
    uint32_t index;
};

static void *run_blocking(apus_req *req, void *arg)
{
    const struct blocking *b = arg;
    b->fn(req, b->index);
    return NULL;
}

void apus__wait_blocking(apus_req *req, void (*fn)(apus_req *req, uint32_t index), uint32_t index)
{
    struct blocking b = { fn, index };
    offload(req, run_blocking, &b);
}
