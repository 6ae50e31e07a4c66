/* Orders, messages, and how long a slot rests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apus/socket.h"
#include "serve/backoff.h"
#include "serve/link.h"

static apus__orders given, read;
static char text[APUS__ORDERS_TEXT_MAX];

static void orders_are_read_as_they_were_given(void **state)
{
    (void)state;
    given =
        (apus__orders){ .control = 5, .bus = 4, .board = 6, .cell = 7, .slot = 1, .n_shares = 3 };
    given.shares[0] = (apus__share){ 8, 0 };
    given.shares[1] = (apus__share){ 9, 1 };
    given.shares[2] = (apus__share){ 10, APUS__EVERY_SLOT };
    apus__orders_print(&given, text);
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "%d 5 4 6 7 1 8:0 9:1 10:-1", APUS__LAYOUT);
    assert_string_equal(text, wanted);
    assert_int_equal(apus__orders_parse(text, &read, NULL), APUS_OK);
    assert_memory_equal(&read, &given, sizeof(given));
    given.n_shares = APUS__LISTENERS_MAX; /* the most there can be */
    for (uint32_t i = 0; i < given.n_shares; i++)
        given.shares[i] = (apus__share){ 60000, APUS__WORKERS_MAX - 1 };
    apus__orders_print(&given, text);
    assert_int_equal(apus__orders_parse(text, &read, NULL), APUS_OK);
    assert_memory_equal(&read, &given, sizeof(given));
}

static void orders_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",
                                         "x",
                                         " 5",
                                         " 5 4 6",
                                         " 5 4 6 7",
                                         " 5 4 6 -1 0",
                                         " 5 4 6 2048 0",
                                         " 5 4 6 7 256",
                                         " 5 4 6 7 1 8",
                                         " 5 4 6 7 1 8:-3",
                                         " 5 4 6 7 1 8:1x" };
    apus_err err;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (wrong[i][0] == ' ')
            snprintf(text, sizeof(text), "%d%s", APUS__LAYOUT, wrong[i]);
        else
            snprintf(text, sizeof(text), "%s", wrong[i]);
        if (apus__orders_parse(text, &read, &err) != APUS_INVALID)
            fail_msg("\"%s\" was taken", text);
    }
    assert_int_equal(apus__orders_parse("1 what was before", &read, &err), APUS_UNSUPPORTED);
    assert_non_null(strstr(err.msg, "restart it"));
}

static void messages_arrive_one_by_one(void **state)
{
    (void)state;
    int ends[2];
    apus__message m;
    size_t sent;
    assert_int_equal(apus_socket_pair(ends, NULL), APUS_OK);
    assert_int_equal(apus__link_recv(ends[1], &m), APUS_MORE);
    assert_int_equal(apus__link_send(ends[0], APUS__VERB_adopt, 258), APUS_OK);
    assert_int_equal(apus__link_send(ends[0], APUS__VERB_stop, 0), APUS_OK);
    assert_int_equal(apus__link_recv(ends[1], &m), APUS_OK);
    assert_int_equal(m.verb, APUS__VERB_adopt);
    assert_int_equal(m.number, 258);
    assert_int_equal(apus__link_recv(ends[1], &m), APUS_OK);
    assert_int_equal(m.verb, APUS__VERB_stop);
    assert_int_equal(apus_socket_writev(ends[0], &(struct iovec){ text, 3 }, 1, &sent), APUS_OK);
    assert_int_equal(apus__link_recv(ends[1], &m), APUS_IO); /* not one of ours */
    apus_socket_close(ends[0]);
    assert_int_equal(apus__link_recv(ends[1], &m), APUS_IO);
    assert_int_equal(apus__link_send(ends[1], APUS__VERB_ready, 0), APUS_IO);
    apus_socket_close(ends[1]);
}

static void who_does_not_come_up_rests_twice_as_long_each_time(void **state)
{
    (void)state;
    apus__backoff b = { 0 };
    int64_t expected = APUS__REST_FIRST;
    for (int i = 0; i < 20; i++) {
        assert_true(apus__backoff_after(&b, -1, false) == expected);
        expected = expected * 2 < APUS__REST_MAX ? expected * 2 : APUS__REST_MAX;
    }
    /* once one has served well it begins anew */
    assert_true(apus__backoff_after(&b, APUS__LIFE_GOOD, false) == 0);
}

static void who_serves_and_falls_rests_little(void **state)
{
    (void)state;
    apus__backoff b = { 0 };
    assert_true(apus__backoff_after(&b, 0, false) == 0); /* the first one is free */
    assert_true(apus__backoff_after(&b, 0, false) == 2 * APUS__REST_FIRST);
    for (int i = 0; i < 20; i++)
        (void)apus__backoff_after(&b, 0, false);
    assert_true(apus__backoff_after(&b, 0, false) == APUS__REST_READY);
    assert_true(apus__backoff_after(&b, 0, true) == 0); /* that was somebody else's doing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_read_as_they_were_given),
        cmocka_unit_test(orders_that_are_none_are_refused),
        cmocka_unit_test(messages_arrive_one_by_one),
        cmocka_unit_test(who_does_not_come_up_rests_twice_as_long_each_time),
        cmocka_unit_test(who_serves_and_falls_rests_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
