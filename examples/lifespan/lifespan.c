/* What a worker makes once: a table of exchange rates, read before the first request. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

/// How many euros one unit of a currency is worth.
typedef struct rate {
    char currency[4];
    double euros;
} rate;

typedef struct rate_table {
    rate items[32];
    int n;
} rate_table;

static void say_goodbye(void *arg)
{
    fprintf(stderr, "%s\n", (const char *)arg);
}

static char goodbye[] = "rates: closed";

/// The rates of the day.
rate_table *open_rates(apus_worker *w)
{
    static const rate known[] = { { "CHF", 1.05 }, { "USD", 0.92 } };
    rate_table *t = apus_worker_new(w, rate_table);
    if (!t)
        return NULL; // memory is out, and the worker has failed
    memcpy(t->items, known, sizeof(known));
    t->n = sizeof(known) / sizeof(known[0]);
    apus_worker_defer(w, say_goodbye, goodbye);
    return t;
}

/// Refuses to start on nonsense.
void check_rates(apus_worker *w, const rate_table *rates Depends(open_rates))
{
    for (int i = 0; i < rates->n; i++)
        if (rates->items[i].euros <= 0)
            apus_worker_fail(w, "%s is worth nothing", rates->items[i].currency);
}

App(money, title = "Money", version = "1.0.0", depends = [check_rates]);

/// What an amount is worth in euros.
Get("/euros")
double in_euros(apus_req *req, double amount Query(ge = 0), apus_str currency Query(max_length = 3),
                const rate_table *rates Depends(open_rates))
{
    for (int i = 0; i < rates->n; i++)
        if (strcmp(rates->items[i].currency, currency.ptr) == 0)
            return amount * rates->items[i].euros;
    apus_fail(req, 404, "unknown_currency", "there is no currency %s", currency.ptr);
    return 0;
}

static rate_table *fixed_rates(apus_worker *w)
{
    rate_table *t = apus_worker_new(w, rate_table);
    t->items[t->n++] = (rate){ "ZZZ", 2 };
    return t;
}

Test(rates_are_read_once)
{
    apus_test *t = apus_test_start(&money_app);
    apus_answer a = apus_test_get(t, "/euros?amount=10&currency=CHF");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", "10.5");
    apus_expect_status(apus_test_get(t, "/euros?amount=10&currency=DEM"), 404);
    apus_test_stop(t);
}

Test(other_rates)
{
    apus_test *t = apus_test_start(&money_app);
    apus_override(t, open_rates, fixed_rates);
    apus_answer a = apus_test_get(t, "/euros?amount=4&currency=ZZZ");
    apus_expect_json(a, "$", "8");
    apus_test_stop(t);
}
