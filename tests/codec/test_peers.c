/* Who is meant by a list of networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include <apus/peers.h>

static apus_peers list_of(const char *list)
{
    apus_peers p = { .n = 0 };
    apus_err err = { 0 };
    if (apus_peers_add_list(&p, list, &err))
        fail_msg("%s: %s", list, err.msg);
    return p;
}

static bool has(const char *list, const char *peer)
{
    apus_peers p = list_of(list);
    return apus_peers_has(&p, apus_str_of(peer));
}

static void networks_take_their_addresses(void **state)
{
    (void)state;
    assert_true(has("10.0.0.0/8", "10.255.0.1:80"));
    assert_false(has("10.0.0.0/8", "11.0.0.1:80"));
    assert_true(has("192.168.7.128/25", "192.168.7.128"));
    assert_false(has("192.168.7.128/25", "192.168.7.127"));
    assert_true(has("192.0.2.1", "192.0.2.1:1"));
    assert_false(has("192.0.2.1", "192.0.2.2:1"));
    assert_true(has("0.0.0.0/0", "203.0.113.7:1"));
    assert_false(has("0.0.0.0/0", "[::1]:1"));
    assert_true(has("::/0", "[2001:db8::1]:1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("::1", "[::1]:50312"));
    assert_true(has("10.0.0.0/8", "[::ffff:10.1.1.1]:80"));
    assert_true(has(" 127.0.0.1, 10.0.0.0/8,,fd00::/8 ", "[fd12::1]:9"));
}

static void others_are_meant_by_name(void **state)
{
    (void)state;
    assert_true(has("unix", "unix"));
    assert_false(has("unix", "127.0.0.1:80"));
    assert_false(has("10.0.0.0/8", "unix"));
    assert_true(has("*", "unix"));
    assert_true(has("*", "pipe"));
    assert_false(has("unix", "pipe"));
    assert_false(has("", "127.0.0.1:80"));
    assert_false(has("0.0.0.0/0", ""));
    assert_false(has("0.0.0.0/0", "["));
}

static void hosts_stand_without_brackets_and_port(void **state)
{
    static const char *const cases[][2] = {
        { "203.0.113.7", "203.0.113.7" },
        { "203.0.113.7:80", "203.0.113.7" },
        { "[2001:db8::1]:80", "2001:db8::1" },
        { "2001:db8::1", "2001:db8::1" },
        { "[::1]", "::1" },
        { "unix", "unix" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_true(
            apus_str_eq(apus_peer_host(apus_str_of(cases[i][0])), apus_str_of(cases[i][1])));
}

static void what_names_no_one_is_refused(void **state)
{
    static const char *const wrong[] = { "10.0.0.1/8",  "10.0.0/8", "example.com",   "10.0.0.0/33",
                                         "10.0.0.0/-1", "Unix",     "10.0.0.0/8;::1" };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        apus_peers p = { .n = 0 };
        apus_err err = { 0 };
        assert_int_equal(apus_peers_add_list(&p, wrong[i], &err), APUS_INVALID);
        assert_non_null(strstr(err.msg, wrong[i]));
    }
}

static void lists_have_an_end(void **state)
{
    apus_peers p = { .n = 0 };
    apus_err err = { 0 };
    (void)state;
    for (int i = 0; i < APUS_PEERS_MAX; i++)
        assert_int_equal(apus_peers_add(&p, APUS_STR("10.0.0.0/8"), &err), APUS_OK);
    assert_int_equal(apus_peers_add(&p, APUS_STR("10.0.0.0/8"), &err), APUS_LIMIT);
    assert_int_equal(apus_peers_add(&p, APUS_STR("unix"), &err), APUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_take_their_addresses),
        cmocka_unit_test(others_are_meant_by_name),
        cmocka_unit_test(hosts_stand_without_brackets_and_port),
        cmocka_unit_test(what_names_no_one_is_refused),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
