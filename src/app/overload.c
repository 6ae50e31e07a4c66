#include "app/overload.h"

#include <string.h>

#include "apus/clock.h"
#include "apus/fiber.h"
#include "apus/loop.h"
#include "apus/metric.h"
#include "apus/usage.h"
#include "app/request.h"
#include "app/service.h"

enum {
    LOOK_EVERY = 250000000, /* ns between two looks at memory and descriptors */
    RETRY_AFTER_MAX = 3,    /* seconds; from 1 */
    SLACK = 100000000,      /* ns that nobody minds */
    STUCK_TIMES = 10,       /* what is usual, without anybody's end */
};

/* Of the limit, in percent: what is left above is for those that matter more. */
static const uint8_t shares[] = {
    [APUS_SHED_unsaid] = 80, [APUS_SHED_never] = 100,    [APUS_SHED_critical] = 100,
    [APUS_SHED_normal] = 80, [APUS_SHED_sheddable] = 60,
};

/* --- settings --- */

static apus_overload with_defaults(const apus_overload *given)
{
    apus_overload o = given ? *given : (apus_overload){ 0 };
    o.queue_target = o.queue_target ? o.queue_target : 500 * APUS_MILLISECOND;
    o.queue_patience = o.queue_patience ? o.queue_patience : 250 * APUS_MILLISECOND;
    o.queue_interval = o.queue_interval ? o.queue_interval : APUS_SECOND;
    o.lag_max = o.lag_max ? o.lag_max : 200 * APUS_MILLISECOND;
    o.concurrency = o.concurrency ? o.concurrency : 100;
    o.concurrency_min = o.concurrency_min ? o.concurrency_min : APUS_CONCURRENCY_MIN;
    o.concurrency_max = o.concurrency_max ? o.concurrency_max : 4000;
    o.memory_percent = o.memory_percent ? o.memory_percent : 90;
    o.descriptor_percent = o.descriptor_percent ? o.descriptor_percent : 90;
    return o;
}

static double within(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

apus_rc apus_service_shed(apus_service *s, const apus_overload *settings, apus_err *err)
{
    apus_overload o = with_defaults(settings);
    if (o.concurrency_min > o.concurrency_max)
        return apus_err_set(err, APUS_INVALID, "at least %u requests at once, but at most %u",
                            o.concurrency_min, o.concurrency_max);
    apus__overload *v = APUS_NEW(&s->arena, apus__overload, 1);
    apus__flow *flows = APUS_NEW(&s->arena, apus__flow, s->plans.n);
    if (!v || !flows)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the limits");
    *v = (apus__overload){ .settings = o,
                           .codel = { .interval = o.queue_interval },
                           .flows = flows,
                           .scarce = APUS_METRIC_COUNT };
    memset(flows, 0, s->plans.n * sizeof(*flows));
    apus__newest_init(&v->newest, s->loop, o.queue_patience, o.queue_target);
    v->gradient =
        (apus__gradient){ .limit = within(o.concurrency, o.concurrency_min, o.concurrency_max),
                          .min = o.concurrency_min,
                          .max = o.concurrency_max,
                          .slack = SLACK };
    s->overload = v;
    return APUS_OK;
}

/* --- the layers --- */

/* Looked at now and then, and only while requests come. */
static apus_metric scarcity(apus__overload *v, int64_t now)
{
    if (now - v->looked_at < LOOK_EVERY)
        return v->scarce;
    v->looked_at = now;
    v->scarce = apus_memory_percent() >= v->settings.memory_percent ? APUS_METRIC_shed_memory
                : apus_descriptor_percent() >= v->settings.descriptor_percent
                    ? APUS_METRIC_shed_descriptors
                    : APUS_METRIC_COUNT;
    return v->scarce;
}

static bool is_within(const apus__overload *v, double limit, apus_shed class)
{
    return (v->in_flight + 1) * 100.0 <= limit * shares[class];
}

/* More than that are under way of this route alone, and none has ended for so long that those
 * to come would not either. */
static bool is_stuck(const apus__overload *v, const apus__flow *f, int64_t now)
{
    double longest = f->usual.ns * STUCK_TIMES;
    return f->in_flight >= v->gradient.limit && f->usual.n &&
           (double)(now - f->ended_at) > (longest > APUS_SECOND ? longest : APUS_SECOND);
}

/* Once the limit holds, it does until it has turned nobody away for a while. */
static bool has_room(apus__overload *v, const apus__flow *f, apus_shed class, int64_t now)
{
    v->gradient.holds = v->gradient.holds && now - v->refused_at < APUS_SECOND;
    if (is_within(v, v->gradient.limit, class))
        return true;
    v->gradient.holds = v->gradient.holds || apus__gradient_is_strained(&v->gradient) ||
                        is_stuck(v, f, now) || !is_within(v, v->settings.concurrency_max, class);
    v->refused_at = v->gradient.holds ? now : v->refused_at;
    return !v->gradient.holds;
}

static bool queue_stands(apus__overload *v, const apus_loop *loop)
{
    return apus__codel_stands(&v->codel, apus_clock_now(), apus_loop_idle_at(loop),
                              apus_loop_rested(loop));
}

/* The layer that turns away who has waited for so long, as its metric; APUS_METRIC_COUNT:
 * none. */
static apus_metric refusal(apus__overload *v, const apus__flow *f, apus_shed class, int64_t waited)
{
    int64_t now = apus_loop_now(v->newest.loop);
    if (class == APUS_SHED_critical ? waited > v->settings.lag_max
                                    : waited > v->settings.queue_target)
        return class == APUS_SHED_critical ? APUS_METRIC_shed_lag : APUS_METRIC_shed_queue;
    apus_metric scarce = scarcity(v, now);
    if (scarce != APUS_METRIC_COUNT)
        return scarce;
    return has_room(v, f, class, now) ? APUS_METRIC_COUNT : APUS_METRIC_shed_concurrency;
}

/* While a queue stands: how long the request has waited for its turn, ns.
 *
 * All that came while the turn before went on is found when a turn begins; what matters most
 * does not wait behind the others, but behind what was answered before it in this turn. */
static int64_t wait_for_turn(apus__overload *v, const apus_loop *loop, apus_shed class)
{
    if (!queue_stands(v, loop))
        return 0;
    if (class == APUS_SHED_critical)
        return apus_clock_now() - apus_loop_now(loop);
    return apus__newest_wait(&v->newest);
}

/* --- a request --- */

static void turn_away(apus_req *req, apus__overload *v, apus_metric layer)
{
    char after[2] = { (char)('1' + v->turned_away++ % RETRY_AFTER_MAX), '\0' };
    apus_metric_add(layer, 1);
    apus_fail(req, 503, "temporary-reduced-capacity", "Too much to do, try again later");
    apus_fail_header(req, "Retry-After", after);
    req->failure.unlogged = true; /* it is counted: a line for each would be one load more */
}

static apus__flow *flow_of(const apus_req *req)
{
    const apus_service *s = req->service;
    return &s->overload->flows[req->plan - s->plans.items];
}

/* No layer has anything to say, as nearly always.  By the clock of the turn: a queue that began
 * to stand within it is seen in the next. */
static bool is_calm(const apus__overload *v, const apus_loop *loop, apus_shed class)
{
    int64_t now = apus_loop_now(loop);
    return !v->codel.stands && now - apus_loop_idle_at(loop) <= v->codel.interval &&
           !v->gradient.holds && is_within(v, v->gradient.limit, class) &&
           v->scarce == APUS_METRIC_COUNT && now - v->looked_at < LOOK_EVERY;
}

static APUS_NOINLINE bool may_enter(apus_req *req, apus__overload *v, const apus__flow *f,
                                    apus_shed class)
{
    int64_t waited = wait_for_turn(v, req->service->loop, class);
    if (apus_fiber_cancelled(apus_fiber_self()))
        return false;
    apus_metric layer = refusal(v, f, class, waited);
    if (layer != APUS_METRIC_COUNT)
        turn_away(req, v, layer);
    return layer == APUS_METRIC_COUNT;
}

bool apus__overload_enter(apus_req *req)
{
    apus__overload *v = req->service->overload;
    apus__flow *f = flow_of(req);
    apus_shed class = (apus_shed)req->plan->limits.shed;
    if (class == APUS_SHED_never)
        return true;
    if (!is_calm(v, req->service->loop, class) && !may_enter(req, v, f, class))
        return false;
    req->entered_at = apus_loop_now(req->service->loop);
    req->beside = ++v->in_flight;
    if (!f->in_flight++)
        f->ended_at = req->entered_at;
    return true;
}

/* One that has not waited says nothing of how many may wait at once. */
void apus__overload_leave(apus_req *req)
{
    apus__overload *v = req->service->overload;
    if (!req->entered_at)
        return;
    apus__flow *f = flow_of(req);
    int64_t now = apus_loop_now(req->service->loop), took = now - req->entered_at;
    if (took > 0 && !req->begun)
        apus__gradient_sample(&v->gradient, &f->usual,
                              (apus__sample){ took, req->beside, v->in_flight });
    v->in_flight--;
    f->in_flight--;
    f->ended_at = now;
    req->entered_at = 0;
}
