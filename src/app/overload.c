#include "app/overload.h"

#include <string.h>

#include "apus/clock.h"
#include "apus/loop.h"
#include "apus/metric.h"
#include "apus/usage.h"
#include "app/request.h"
#include "app/service.h"

enum {
    LOOK_EVERY = 250000000, /* ns between two looks at memory and descriptors */
    RETRY_AFTER_MAX = 3,    /* seconds; from 1 */
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
    o.queue_target = o.queue_target ? o.queue_target : 5 * APUS_MILLISECOND;
    o.queue_interval = o.queue_interval ? o.queue_interval : 100 * APUS_MILLISECOND;
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
    if (!v)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the limits");
    v->settings = o;
    v->codel = (apus__codel){ o.queue_target, o.queue_interval };
    v->gradient =
        (apus__gradient){ .limit = within(o.concurrency, o.concurrency_min, o.concurrency_max),
                          .min = o.concurrency_min,
                          .max = o.concurrency_max };
    v->scarce = APUS_METRIC_COUNT;
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

static bool has_room(const apus__overload *v, apus_shed class)
{
    return (v->in_flight + 1) * 100.0 <= v->gradient.limit * shares[class];
}

/* The layer that turns the request away, as its metric; APUS_METRIC_COUNT: none.
 *
 * All that came while the turn before went on is found when a turn begins; what is answered
 * later in it has waited for what was answered before. */
static apus_metric refusal(apus__overload *v, const apus_loop *loop, apus_shed class)
{
    int64_t now = apus_clock_now(), waited = now - apus_loop_now(loop);
    if (waited > v->settings.lag_max)
        return APUS_METRIC_shed_lag;
    int64_t longest = apus__codel_longest(&v->codel, now, apus_loop_idle_at(loop));
    if (waited > longest && class != APUS_SHED_critical)
        return APUS_METRIC_shed_queue;
    apus_metric scarce = scarcity(v, now);
    if (scarce != APUS_METRIC_COUNT)
        return scarce;
    return has_room(v, class) ? APUS_METRIC_COUNT : APUS_METRIC_shed_concurrency;
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

bool apus__overload_enter(apus_req *req)
{
    apus__overload *v = req->service->overload;
    apus_shed class = (apus_shed)req->plan->limits.shed;
    if (class == APUS_SHED_never)
        return true;
    apus_metric layer = refusal(v, req->service->loop, class);
    if (layer != APUS_METRIC_COUNT) {
        turn_away(req, v, layer);
        return false;
    }
    req->entered_at = apus_loop_now(req->service->loop);
    v->in_flight++;
    return true;
}

/* One that has not waited says nothing of how many may wait at once. */
void apus__overload_leave(apus_req *req)
{
    apus__overload *v = req->service->overload;
    if (!req->entered_at)
        return;
    int64_t took = apus_loop_now(req->service->loop) - req->entered_at;
    if (took > 0 && !req->begun)
        apus__gradient_sample(&v->gradient, took, v->in_flight);
    v->in_flight--;
    req->entered_at = 0;
}
