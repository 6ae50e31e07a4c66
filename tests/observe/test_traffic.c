/* Requests in numbers, and how they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apus/arena.h"
#include "apus/expose.h"
#include "apus/traffic.h"

#define MS INT64_C(1000000)

static apus_traffic *new_table(void)
{
    apus_traffic *t = calloc(1, sizeof(*t));
    assert_non_null(t);
    return t;
}

static apus_traffic_event get_items(int64_t duration)
{
    return (apus_traffic_event){ .route = APUS_STR("/items/{id}"),
                                 .method = APUS_METHOD_GET,
                                 .status = 200,
                                 .version = 11,
                                 .duration = duration,
                                 .bytes_in = 3,
                                 .bytes_out = 50 };
}

static const apus_traffic_row *only_row(const apus_traffic *t)
{
    const apus_traffic_row *found = NULL;
    for (size_t i = 0; i < APUS_TRAFFIC_ROWS; i++) {
        if (!apus_traffic_row_is_used(&t->rows[i]))
            continue;
        assert_null(found);
        found = &t->rows[i];
    }
    assert_non_null(found);
    return found;
}

static void requests_fall_into_buckets(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    static const int64_t durations[] = { 0, 5 * MS, 5 * MS + 1, 10000 * MS, 10000 * MS + 1 };
    for (size_t i = 0; i < 5; i++) {
        apus_traffic_event e = get_items(durations[i]);
        apus_traffic_count(&c, &e);
    }
    const apus_traffic_row *row = only_row(c.table);
    assert_string_equal(row->labels.route, "/items/{id}");
    assert_int_equal(row->buckets[0], 2); /* a bound belongs to what is below it */
    assert_int_equal(row->buckets[1], 1);
    assert_int_equal(row->buckets[APUS_TRAFFIC_BUCKETS - 2], 1);
    assert_int_equal(row->buckets[APUS_TRAFFIC_BUCKETS - 1], 1);
    assert_int_equal(row->duration, 20010 * MS + 2);
    assert_int_equal(row->bytes_in, 15);
    assert_int_equal(row->bytes_out, 250);
    free(c.table);
}

static void each_combination_has_a_row(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    for (int i = 0; i < 3; i++) {
        apus_traffic_event e = get_items(0);
        apus_traffic_count(&c, &e);
        e.status = 404;
        apus_traffic_count(&c, &e);
        e.method = APUS_METHOD_PUT;
        apus_traffic_count(&c, &e);
        e.version = 20;
        apus_traffic_count(&c, &e);
        e.is_encrypted = true;
        apus_traffic_count(&c, &e);
    }
    int n = 0;
    for (size_t i = 0; i < APUS_TRAFFIC_ROWS; i++)
        if (apus_traffic_row_is_used(&c.table->rows[i])) {
            assert_int_equal(c.table->rows[i].buckets[0], 3);
            n++;
        }
    assert_int_equal(n, 5);
    free(c.table);
}

static void a_full_table_counts_the_rest_together(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    enum { MORE = 100 };
    static char routes[APUS_TRAFFIC_ROWS + MORE][16];
    for (int i = 0; i < APUS_TRAFFIC_ROWS - 1 + MORE; i++) {
        apus_traffic_event e = get_items(0);
        snprintf(routes[i], sizeof(routes[i]), "/r/%d", i);
        e.route = apus_str_of(routes[i]);
        apus_traffic_count(&c, &e);
        apus_traffic_count(&c, &e);
    }
    int64_t rest = 0;
    for (size_t i = 0; i < APUS_TRAFFIC_ROWS; i++) {
        assert_true(apus_traffic_row_is_used(&c.table->rows[i]));
        if (strcmp(c.table->rows[i].labels.route, "_OTHER") == 0)
            rest += c.table->rows[i].buckets[0];
        else
            assert_int_equal(c.table->rows[i].buckets[0], 2);
    }
    assert_int_equal(rest, 2 * MORE);
    free(c.table);
}

static void long_routes_are_cut(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    static char route[300];
    memset(route, 'a', sizeof(route));
    apus_traffic_event e = get_items(0);
    e.route = (apus_str){ route, sizeof(route) };
    apus_traffic_count(&c, &e);
    const apus_traffic_row *row = only_row(c.table);
    assert_memory_equal(row->labels.route, route, APUS_TRAFFIC_ROUTE_MAX);
    free(c.table);
}

/* --- how it is shown --- */

struct page {
    apus_arena arena;
    apus_str text;
};

static struct page show(apus_expose_form form, const apus_traffic *const *tables, size_t n)
{
    struct page p;
    apus_metrics sums = { { 0 } };
    sums.values[APUS_METRIC_accepted] = 7;
    sums.values[APUS_METRIC_tls_resumed] = 3;
    apus_arena_init(&p.arena, &apus_alloc_libc, (size_t)16 << 20);
    apus_buf b = apus_buf_in(&p.arena);
    apus_expose x = { .to = &b, .form = form };
    apus_expose_metrics(&x, &sums);
    assert_int_equal(apus_expose_traffic(&x, tables, n, &p.arena), APUS_OK);
    apus_expose_end(&x);
    assert_int_equal(apus_buf_take(&b, &p.text), APUS_OK);
    return p;
}

static void has(const struct page *p, const char *line)
{
    if (!strstr(p->text.ptr, line))
        fail_msg("\"%s\" is not in:\n%s", line, p->text.ptr);
}

static void has_not(const struct page *p, const char *line)
{
    if (strstr(p->text.ptr, line))
        fail_msg("\"%s\" is in:\n%s", line, p->text.ptr);
}

static void tables_are_added_up(void **state)
{
    (void)state;
    static apus_traffic_counter a, b;
    a.table = new_table();
    b.table = new_table();
    apus_traffic_event e = get_items(30 * MS);
    apus_traffic_count(&a, &e);
    apus_traffic_count(&a, &e);
    apus_traffic_count(&b, &e);
    e.status = 503;
    apus_traffic_count(&b, &e);
    const apus_traffic *const tables[] = { a.table, b.table };
    struct page p = show(APUS_EXPOSE_text, tables, 2);
#define GET_200                                                                                    \
    "{http_request_method=\"GET\",http_route=\"/items/{id}\",http_response_status_code=\"200\","   \
    "network_protocol_version=\"1.1\",url_scheme=\"http\""
    has(&p, "# TYPE apus_connections_total counter\napus_connections_total 7\n");
    has(&p, "apus_tls_handshakes_total{result=\"resumed\"} 3\n");
    has(&p, "# TYPE http_server_request_duration_seconds histogram\n");
    has(&p, "http_server_request_duration_seconds_bucket" GET_200 ",le=\"0.025\"} 0\n");
    has(&p, "http_server_request_duration_seconds_bucket" GET_200 ",le=\"0.05\"} 3\n");
    has(&p, "http_server_request_duration_seconds_bucket" GET_200 ",le=\"+Inf\"} 3\n");
    has(&p, "http_server_request_duration_seconds_sum" GET_200 "} 0.090000000\n");
    has(&p, "http_server_request_duration_seconds_count" GET_200 "} 3\n");
    has(&p, "http_server_request_body_size_bytes_sum" GET_200 "} 9\n");
    has(&p, "http_server_response_body_size_bytes_sum" GET_200 "} 150\n");
    has(&p,
        "http_response_status_code=\"503\",network_protocol_version=\"1.1\",url_scheme=\"http\","
        "error_type=\"503\"} 1\n");
    has_not(&p, "# EOF");
    apus_arena_finish(&p.arena);
    free(a.table);
    free(b.table);
}

static void labels_are_escaped(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    apus_traffic_event e = get_items(0);
    e.route = APUS_STR("/a\"b\\c\nd");
    e.method = APUS_METHOD_other;
    apus_traffic_count(&c, &e);
    const apus_traffic *const tables[] = { c.table };
    struct page p = show(APUS_EXPOSE_text, tables, 1);
    has(&p, "{http_request_method=\"_OTHER\",http_route=\"/a\\\"b\\\\c\\nd\",");
    apus_arena_finish(&p.arena);
    free(c.table);
}

static void openmetrics_is_given_to_those_who_ask(void **state)
{
    (void)state;
    struct page p = show(APUS_EXPOSE_openmetrics, NULL, 0);
    has(&p, "# TYPE apus_connections counter\napus_connections_total 7\n");
    assert_true(apus_str_ends(p.text, APUS_STR("\n# EOF\n")));
    apus_arena_finish(&p.arena);
    assert_int_equal(apus_expose_choose(APUS_STR("")), APUS_EXPOSE_text);
    assert_int_equal(apus_expose_choose(APUS_STR("text/plain;version=0.0.4;q=1,*/*;q=0.1")),
                     APUS_EXPOSE_text);
    /* what Prometheus 2 sends */
    assert_int_equal(apus_expose_choose(APUS_STR(
                         "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3")),
                     APUS_EXPOSE_openmetrics);
}

/* Any moment may be the one without memory. */
static void without_memory_it_says_so(void **state)
{
    (void)state;
    static apus_traffic_counter c;
    c.table = new_table();
    apus_traffic_event e = get_items(0);
    apus_traffic_count(&c, &e);
    const apus_traffic *const tables[] = { c.table };
    apus_arena tight;
    apus_arena_init(&tight, &apus_alloc_libc, 1024); /* for all of it */
    apus_buf b = apus_buf_in(&tight);
    apus_expose x = { .to = &b };
    assert_int_equal(apus_expose_traffic(&x, tables, 1, &tight), APUS_NOMEM);
    apus_arena_finish(&tight);
    free(c.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_fall_into_buckets),
        cmocka_unit_test(each_combination_has_a_row),
        cmocka_unit_test(a_full_table_counts_the_rest_together),
        cmocka_unit_test(long_routes_are_cut),
        cmocka_unit_test(tables_are_added_up),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(openmetrics_is_given_to_those_who_ask),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
