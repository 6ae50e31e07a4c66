/* docs_src/middleware/tutorial001. */
#include <apus/apus.h>
#include <apus/clock.h>

void middleware1_add_process_time(apus_req *req, apus_next *next)
{
    int64_t begin = apus_clock_now();
    apus_next_run(next);
    double seconds = (double)(apus_clock_now() - begin) / 1e9;
    apus_set_header(req, "X-Process-Time", apus_strf(req, "%.6f", seconds).ptr);
}

App(middleware1, title = "FastAPI", version = "0.1.0", middleware = [middleware1_add_process_time]);
