/* A service to be killed, stuck, broken and reloaded by test_supervisor.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <apus/apus.h>
#include <apus/clock.h>
#include <apus/fiber.h>

#ifndef SERVED_VERSION
#define SERVED_VERSION 1
#endif

static int64_t version(apus_req *req)
{
    (void)req;
    return SERVED_VERSION;
}

static int64_t process(apus_req *req)
{
    (void)req;
    return getpid();
}

static int64_t setting(apus_req *req)
{
    const char *text = getenv("SERVED_SETTING");
    (void)req;
    return text ? atoi(text) : 0;
}

static int64_t slow(apus_req *req)
{
    return apus_sleep(req, 300 * APUS_MILLISECOND) ? 1 : 0;
}

static int64_t crash(apus_req *req)
{
    (void)req;
    volatile uintptr_t nowhere = 16; /* which no sanitizer takes for NULL */
    return *(int *)nowhere;
}

static void *crash_there(apus_req *req, void *arg)
{
    volatile uintptr_t nowhere = 16;
    (void)req, (void)arg;
    *(int *)nowhere = 1;
    return NULL;
}

static int64_t offload(apus_req *req)
{
    void *arg = NULL;
    return apus_offload(req, crash_there, arg) ? 1 : 0;
}

static volatile int64_t turns;

static int64_t spin(apus_req *req)
{
    (void)req;
    while (turns >= 0)
        turns = (turns + 1) & INT32_MAX;
    return turns;
}

static void call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    *(int64_t *)result = ((int64_t(*)(apus_req *))fn)(req);
}

#define ROUTE(path_, fn_)                                                                          \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = call, .result = &apus_type_int64,                            \
        .result_size = sizeof(int64_t), .status = 200                                              \
    }

static const apus_route routes[] = { ROUTE("/version", version), ROUTE("/process", process),
                                     ROUTE("/slow", slow),       ROUTE("/crash", crash),
                                     ROUTE("/offload", offload), ROUTE("/spin", spin),
                                     ROUTE("/setting", setting) };

/* SERVED_WAITS names a file; while it is there, workers have not started. */
static void wait_for_start(apus_worker *w, apus_fn *fn, const void *args, void *result)
{
    const char *waits = getenv("SERVED_WAITS");
    (void)w, (void)fn, (void)args, (void)result;
    while (waits && access(waits, F_OK) == 0)
        (void)apus_fiber_sleep(apus_clock_now() + 20 * APUS_MILLISECOND);
}

static const apus_dependency started = { .name = "started", .start = wait_for_start };
static const apus_dependency *const needs[] = { &started };
static const apus_router root = { .name = "served",
                                  .prefix = APUS_STR_INIT(""),
                                  .routes = routes,
                                  .n_routes = sizeof(routes) / sizeof(routes[0]),
                                  .depends = needs,
                                  .n_depends = 1 };
static const apus_app app = { .name = "served", .title = "Served", .root = &root };

/* SERVED_FALLS names a file; while it is there, workers do not come up. */
int main(int argc, char **argv)
{
    const char *falls = getenv("SERVED_FALLS");
    if (falls && access(falls, F_OK) == 0 && getenv("APUS_WORKER"))
        return 3;
    return apus_main(argc, argv, &app);
}
