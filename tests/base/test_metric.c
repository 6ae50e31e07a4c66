/* What is counted, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apus/metric.h"

static void counters_count(void **state)
{
    (void)state;
    int64_t before = apus_metric_read(NULL, APUS_METRIC_reloads);
    apus_metric_add(APUS_METRIC_reloads, 2);
    apus_metric_add(APUS_METRIC_reloads, 1);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_reloads), before + 3);
    before = apus_metric_read(NULL, APUS_METRIC_bytes_in);
    apus_metric_count(APUS_METRIC_bytes_in, 100);
    apus_metric_count(APUS_METRIC_bytes_in, 1);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_bytes_in), before + 101);
}

/* A worker goes on where the one before it stopped, but has none of its connections. */
static void who_takes_a_place_goes_on_counting(void **state)
{
    (void)state;
    static apus_metrics place;
    place.values[APUS_METRIC_accepted] = 1000;
    place.values[APUS_METRIC_connections] = 77;
    int64_t accepted = apus_metric_read(NULL, APUS_METRIC_accepted);
    int64_t open = apus_metric_read(NULL, APUS_METRIC_connections);
    apus_metrics_move(&place);
    assert_int_equal(apus_metric_read(&place, APUS_METRIC_accepted), accepted + 1000);
    assert_int_equal(apus_metric_read(&place, APUS_METRIC_connections), open);
    apus_metric_add(APUS_METRIC_connections, 2);
    assert_int_equal(place.values[APUS_METRIC_connections], open + 2);
    apus_metrics_move(&place); /* it is there already */
    assert_int_equal(place.values[APUS_METRIC_connections], open + 2);
    apus_metrics_move(NULL);
    assert_int_equal(apus_metric_read(NULL, APUS_METRIC_connections), open + 2);
    assert_int_equal(place.values[APUS_METRIC_accepted], 0); /* moved, not counted twice */
}

static void who_is_gone_has_nothing_open(void **state)
{
    (void)state;
    apus_metrics place = { { 0 } };
    place.values[APUS_METRIC_accepted] = 5;
    place.values[APUS_METRIC_connections] = 3;
    apus_metrics_forget(&place);
    assert_int_equal(place.values[APUS_METRIC_accepted], 5);
    assert_int_equal(place.values[APUS_METRIC_connections], 0);
}

static void is_a_name(const char *text)
{
    assert_true(strlen(text) > 0);
    assert_int_equal(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(text));
    assert_true(text[0] >= 'a' && text[0] <= 'z');
}

static const apus_metric_about *row(size_t i)
{
    return apus_metric_of((apus_metric)i);
}

/* What Prometheus refuses, or its lint warns of. */
static void the_table_is_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < APUS_METRIC_COUNT; i++) {
        is_a_name(row(i)->family);
        size_t len = strlen(row(i)->family);
        bool is_total = len > 6 && strcmp(row(i)->family + len - 6, "_total") == 0;
        assert_int_equal(is_total, row(i)->kind == APUS_METRIC_KIND_counter);
        bool continues = i > 0 && strcmp(row(i)->family, row(i - 1)->family) == 0;
        assert_int_equal(continues, row(i)->help[0] == '\0'); /* help stands once, first */
        if (continues)
            assert_int_equal(row(i)->kind, row(i - 1)->kind);
        for (size_t k = 0; k < i; k++) {
            bool same = strcmp(row(i)->family, row(k)->family) == 0;
            if (same && strcmp(row(i)->labels, row(k)->labels) == 0)
                fail_msg("%s{%s} stands twice", row(i)->family, row(i)->labels);
            if (same && !continues)
                fail_msg("rows of %s stand apart", row(i)->family);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_count),
        cmocka_unit_test(who_takes_a_place_goes_on_counting),
        cmocka_unit_test(who_is_gone_has_nothing_open),
        cmocka_unit_test(the_table_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
