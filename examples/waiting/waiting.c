/* Waiting without blocking: a sleep suspends one handler, heavy work goes to a thread. */
#include <apus/apus.h>

App(waiting, title = "Waiting", version = "1.0.0");

/// What was waited for.
typedef struct nap {
    int64_t milliseconds;
} nap;

/// Sleeps, and lets everyone else be served meanwhile.
Get("/nap/{milliseconds}", timeout = "2s")
nap *take_nap(apus_req *req, int64_t milliseconds Path(ge = 0, le = 5000))
{
    if (!apus_sleep(req, milliseconds * APUS_MILLISECOND))
        return NULL; // the failure is set: 504 past the deadline
    nap *out = apus_new(req, nap);
    out->milliseconds = milliseconds;
    return out;
}

/// How many primes there are.
typedef struct primes {
    int64_t below, count;
} primes;

static void *count_primes(apus_req *req, void *arg)
{
    int64_t below = *(int64_t *)arg;
    primes *out = apus_new(req, primes);
    out->below = below;
    for (int64_t n = 2; n < below; n++) {
        bool prime = true;
        for (int64_t d = 2; d * d <= n && prime; d++)
            prime = n % d != 0;
        out->count += prime;
    }
    return out;
}

/// Counts primes on the thread pool.
Get("/primes/{below}")
primes *get_primes(apus_req *req, int64_t below Path(ge = 0, le = 100000))
{
    return apus_offload(req, count_primes, &below); // CPU-heavy or blocking code
}

Test(naps_end)
{
    apus_test *t = apus_test_start(&waiting_app);
    apus_expect_json(apus_test_get(t, "/nap/20"), "$.milliseconds", "20");
    apus_test_stop(t);
}

Test(naps_have_a_deadline)
{
    apus_test *t = apus_test_start(&waiting_app);
    apus_expect_status(apus_test_get(t, "/nap/5000"), 504);
    apus_test_stop(t);
}

Test(primes_are_counted)
{
    apus_test *t = apus_test_start(&waiting_app);
    apus_expect_json(apus_test_get(t, "/primes/100"), "$.count", "25");
    apus_test_stop(t);
}
