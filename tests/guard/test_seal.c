/* What comes back unchanged, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "apus/seal.h"

static apus_str key_words[] = { APUS_STR_INIT("0123456789abcdef new"),
                                APUS_STR_INIT("0123456789abcdef old") };
static const apus_strs keys = { key_words, 2 };
static const apus_strs old_keys = { key_words + 1, 1 };
static const apus_str purpose = APUS_STR_INIT("session");

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

static apus_str sealed_with(apus_strs with, int64_t now, apus_str text)
{
    apus_buf b = apus_buf_in(&arena);
    apus_str out;
    assert_int_equal(apus_seal_write(&b, with, purpose, now, text), APUS_OK);
    assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    return out;
}

static apus_rc read_at(int64_t now, int64_t max_age, apus_str sealed, apus_sealed *out)
{
    return apus_seal_read(&arena, keys, purpose, now, max_age, sealed, out);
}

static void what_was_sealed_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "a", "ab", "abc", "{\"user\":\"ada\"}", "\xff\xfe?~" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        apus_str text = apus_str_of(texts[i]);
        apus_str sealed = sealed_with(keys, 1000, text);
        apus_sealed found;
        assert_int_equal(read_at(1005, 10, sealed, &found), APUS_OK);
        assert_true(apus_str_eq(found.text, text));
        assert_int_equal(found.at, 1000);
        assert_int_equal(found.key, 0);
        assert_int_equal(strspn(sealed.ptr, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789-_."),
                         sealed.len);
        assert_true(sealed.len <= (text.len + 2) / 3 * 4 + APUS_SEAL_OVERHEAD_MAX);
    }
}

/* The MAC of a text that Python's hmac and base64 agree on. */
static void the_form_is_fixed(void **state)
{
    (void)state;
    apus_str sealed = sealed_with(keys, 1767225600, APUS_STR("ada"));
    assert_string_equal(sealed.ptr,
                        "v1.1767225600.YWRh.BZREgNsAAaBDI4Afc-wYSORsHB3KUIhBCv7sfJHROVE");
}

static void a_changed_byte_is_refused(void **state)
{
    (void)state;
    apus_str sealed = sealed_with(keys, 1000, APUS_STR("{\"user\":\"ada\"}"));
    apus_sealed found;
    for (size_t i = 0; i < sealed.len; i++) {
        char copy[256];
        memcpy(copy, sealed.ptr, sealed.len);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        assert_int_equal(read_at(1000, 0, (apus_str){ copy, sealed.len }, &found), APUS_INVALID);
        assert_int_equal(read_at(1000, 0, apus_str_slice(sealed, 0, i), &found), APUS_INVALID);
    }
}

static void another_spelling_is_refused(void **state)
{
    (void)state;
    apus_str sealed = sealed_with(keys, 1000, APUS_STR("x"));
    apus_sealed found;
    const char *padded = apus_arena_strf(&arena, "%s=", sealed.ptr).ptr;
    assert_int_equal(read_at(1000, 0, apus_str_of(padded), &found), APUS_INVALID);
    assert_int_equal(read_at(1000, 0, APUS_STR("v1.01000.eA."), &found), APUS_INVALID);
    assert_int_equal(read_at(1000, 0, APUS_STR(""), &found), APUS_INVALID);
}

static void keys_are_changed_by_putting_a_new_one_in_front(void **state)
{
    (void)state;
    apus_sealed found;
    apus_str sealed = sealed_with(old_keys, 1000, APUS_STR("x"));
    assert_int_equal(read_at(1000, 0, sealed, &found), APUS_OK);
    assert_int_equal(found.key, 1);
    sealed = sealed_with(keys, 1000, APUS_STR("x"));
    assert_int_equal(apus_seal_read(&arena, old_keys, purpose, 1000, 0, sealed, &found),
                     APUS_INVALID);
}

static void a_purpose_is_not_another(void **state)
{
    (void)state;
    apus_sealed found;
    apus_str sealed = sealed_with(keys, 1000, APUS_STR("x"));
    assert_int_equal(apus_seal_read(&arena, keys, APUS_STR("reset"), 1000, 0, sealed, &found),
                     APUS_INVALID);
}

static void what_is_too_old_is_told_from_what_is_forged(void **state)
{
    (void)state;
    apus_sealed found;
    apus_str sealed = sealed_with(keys, 1000, APUS_STR("x"));
    assert_int_equal(read_at(1010, 10, sealed, &found), APUS_OK);
    assert_int_equal(read_at(1011, 10, sealed, &found), APUS_LIMIT);
    assert_int_equal(read_at(900, 10, sealed, &found), APUS_OK); /* a clock that runs behind */
}

static void short_keys_are_refused(void **state)
{
    (void)state;
    apus_err err = { 0 };
    apus_str word = APUS_STR("swordfish");
    apus_buf b = apus_buf_in(&arena);
    apus_sealed found;
    assert_int_equal(apus_seal_check_keys((apus_strs){ 0 }, &err), APUS_INVALID);
    assert_int_equal(apus_seal_check_keys((apus_strs){ &word, 1 }, &err), APUS_INVALID);
    assert_string_equal(err.msg, "key 1 has fewer than 16 bytes");
    assert_int_equal(apus_seal_check_keys(keys, &err), APUS_OK);
    assert_int_equal(apus_seal_write(&b, (apus_strs){ &word, 1 }, purpose, 1, word), APUS_INVALID);
    apus_str sealed = sealed_with(keys, 1000, APUS_STR("x"));
    assert_int_equal(apus_seal_read(&arena, (apus_strs){ &word, 1 }, purpose, 1, 0, sealed, &found),
                     APUS_INVALID);
}

static void a_long_text_is_not_looked_at(void **state)
{
    (void)state;
    static char text[APUS_SEAL_TEXT_MAX];
    apus_sealed found;
    memset(text, 'a', sizeof(text));
    apus_str sealed = sealed_with(keys, 1000, (apus_str){ text, sizeof(text) });
    assert_int_equal(read_at(1000, 0, sealed, &found), APUS_INVALID);
}

/* --- memory runs out --- */

struct countdown {
    long left; /* allocations that succeed */
};

static void *resize(void *ctx, void *ptr, size_t old_size, size_t new_size)
{
    struct countdown *c = ctx;
    if (new_size && c->left-- <= 0)
        return NULL;
    return apus_alloc_libc.resize(apus_alloc_libc.ctx, ptr, old_size, new_size);
}

static void without_memory_nothing_is_sealed_and_nothing_read(void **state)
{
    (void)state;
    static char text[5000];
    memset(text, 'a', sizeof(text));
    apus_str sealed = sealed_with(keys, 1000, (apus_str){ text, sizeof(text) });
    unsigned failed = 0;
    for (long n = 0;; n++) {
        apus_arena small;
        struct countdown left = { n };
        apus_arena_init(&small, &(apus_alloc){ resize, &left }, 1 << 20);
        apus_buf b = apus_buf_in(&small);
        apus_sealed found;
        apus_rc written = apus_seal_write(&b, keys, purpose, 1000, APUS_STR("ada"));
        apus_rc read = apus_seal_read(&small, keys, purpose, 1000, 0, sealed, &found);
        assert_true(written == APUS_OK || written == APUS_NOMEM);
        assert_true(read == APUS_OK || read == APUS_NOMEM);
        apus_arena_finish(&small);
        if (!written && !read)
            break;
        failed++;
    }
    assert_in_range(failed, 2, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_sealed_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(the_form_is_fixed, begin, end),
        cmocka_unit_test_setup_teardown(a_changed_byte_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(another_spelling_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(keys_are_changed_by_putting_a_new_one_in_front, begin, end),
        cmocka_unit_test_setup_teardown(a_purpose_is_not_another, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_old_is_told_from_what_is_forged, begin, end),
        cmocka_unit_test_setup_teardown(short_keys_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_long_text_is_not_looked_at, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_nothing_is_sealed_and_nothing_read, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
