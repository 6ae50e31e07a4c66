/* How long the answer took. */
#include "apus/timing.h"

#include "apus/clock.h"
#include "apus/middleware.h"
#include "apus/req.h"

void apus__timing_run(apus_req *req, apus_next *next)
{
    const apus_timing_options *o = apus_next_settings(next);
    int64_t begin = apus_clock_now();
    apus_next_run(next);
    double ms = (double)(apus_clock_now() - begin) / 1e6;
    if (o->header)
        apus_set_header(req, o->header, apus_strf(req, "%.6f", ms / 1e3).ptr);
    else
        apus_set_header(req, "server-timing",
                        apus_strf(req, "%s;dur=%.3f", o->metric ? o->metric : "app", ms).ptr);
}
