/* Weights in lists of what a client prefers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apus/accept.h>

static void weights_are_thousandths(void **state)
{
    (void)state;
    static const struct {
        const char *list, *item;
        int weight;
    } cases[] = {
        { "gzip", "gzip", 1000 },
        { "GZip", "gzip", 1000 },
        { "gzip;q=0.5", "gzip", 500 },
        { "br , gzip ; q=0.123 , zstd", "gzip", 123 },
        { "gzip;Q=0.25", "gzip", 250 },
        { "gzip;q=1.000", "gzip", 1000 },
        { "gzip;q=0", "gzip", 0 },
        { "gzip;q=0.000", "gzip", 0 },
        { "text/html;level=1;q=0.4", "text/html", 400 },
        { "gzip;q=0.5, gzip;q=1", "gzip", 500 },
        { "*;q=0.1", "*", 100 },
        { "", "gzip", -1 },
        { ",,;,", "gzip", -1 },
        { "gzipped, x-gzip", "gzip", -1 },
        /* what is no weight is a refusal */
        { "gzip;q=", "gzip", 0 },
        { "gzip;q=2", "gzip", 0 },
        { "gzip;q=1.1", "gzip", 0 },
        { "gzip;q=.5", "gzip", 0 },
        { "gzip;q=0.1234", "gzip", 0 },
        { "gzip;q=-1", "gzip", 0 },
        { "gzip;q=0x1", "gzip", 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int weight = apus_accept_weight(apus_str_of(cases[i].list), apus_str_of(cases[i].item));
        if (weight != cases[i].weight)
            fail_msg("\"%s\": %d, not %d", cases[i].list, weight, cases[i].weight);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(weights_are_thousandths) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
