/* Hashes: made, matched, and refused.  Cheap ones, but for the one that has the default cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apus/password.h"

static const apus_password_cost cheap = { .memory_kib = 64, .passes = 1 };

static apus_arena arena;

static int begin(void **state)
{
    (void)state;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    apus_arena_finish(&arena);
    return 0;
}

static const char *hash(apus_str password)
{
    apus_str out;
    assert_int_equal(apus_password_make(&arena, password, &cheap, &out), APUS_OK);
    assert_int_equal(strlen(out.ptr), out.len);
    return out.ptr;
}

static void only_the_password_matches(void **state)
{
    (void)state;
    const char *h = hash(APUS_STR("correct horse"));
    assert_int_equal(strncmp(h, "$argon2id$v=19$m=64,t=1,p=1$", 28), 0);
    assert_null(strstr(h, "horse"));
    assert_true(apus_password_matches(APUS_STR("correct horse"), h));
    assert_false(apus_password_matches(APUS_STR("correct horsf"), h));
    assert_false(apus_password_matches(APUS_STR("correct hors"), h));
    assert_false(apus_password_matches(APUS_STR(""), h));
    assert_true(apus_password_matches(APUS_STR(""), hash(APUS_STR(""))));
    assert_string_not_equal(h, hash(APUS_STR("correct horse"))); /* another salt */
}

static void bytes_behind_a_nul_count(void **state)
{
    (void)state;
    const char *h = hash((apus_str){ "a\0b", 3 });
    assert_true(apus_password_matches((apus_str){ "a\0b", 3 }, h));
    assert_false(apus_password_matches((apus_str){ "a\0c", 3 }, h));
}

static void what_is_no_hash_matches_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "secret",
        "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$",
        "$2b$12$abc", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA!",
    };
    assert_false(apus_password_matches(APUS_STR("secret"), NULL));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(apus_password_matches(apus_str_of(texts[i]), texts[i]));
}

static void a_long_password_is_refused(void **state)
{
    (void)state;
    static char text[APUS_PASSWORD_MAX + 1];
    apus_str out;
    memset(text, 'x', sizeof(text));
    assert_int_equal(apus_password_make(&arena, (apus_str){ text, sizeof(text) }, &cheap, &out),
                     APUS_LIMIT);
    const char *h = hash((apus_str){ text, APUS_PASSWORD_MAX });
    assert_true(apus_password_matches((apus_str){ text, APUS_PASSWORD_MAX }, h));
    assert_false(apus_password_matches((apus_str){ text, sizeof(text) }, h));
}

static void a_cost_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    apus_str out;
    apus_password_cost none = { .memory_kib = 1, .lanes = 4 };
    assert_int_equal(apus_password_make(&arena, APUS_STR("x"), &none, &out), APUS_INVALID);
}

static void a_hash_knows_what_it_cost(void **state)
{
    (void)state;
    const char *h = hash(APUS_STR("x"));
    apus_password_cost dearer = { .memory_kib = 64, .passes = 2 };
    assert_false(apus_password_is_outdated(h, &cheap));
    assert_true(apus_password_is_outdated(h, &dearer));
    assert_true(apus_password_is_outdated(h, NULL));
    assert_true(apus_password_is_outdated("md5", &cheap));
    assert_false(apus_password_is_outdated("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_password_matches, begin, end),
        cmocka_unit_test_setup_teardown(bytes_behind_a_nul_count, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_hash_matches_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_long_password_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_cost_that_makes_no_sense_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_hash_knows_what_it_cost, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
