/* Copies of models stand alone: the original may go, or be in another process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/failing.h"
#include "apus/copy.h"
#include "apus/decode.h"
#include "apus/encode.h"
#include "animal.h"
#include "apus/pack.h"

/* Reads text in an arena of its own, copies what it came to into *a, and lets the original go. */
static struct animal *read_and_copy(apus_arena *a, apus_str text)
{
    apus_arena first;
    struct animal one;
    apus_problems problems;
    apus_arena_init(&first, &apus_alloc_libc, 1 << 20);
    apus_problems_init(&problems, &first);
    apus_decoder d = { .arena = &first, .problems = &problems };
    assert_int_equal(apus_decode_json(&d, &animal_type, NULL, text, NULL, &one), APUS_OK);
    struct animal *copy = apus_model_copy(a, &animal_model, &one);
    apus_arena_finish(&first);
    return copy;
}

static void copies_outlive_the_original(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        apus_arena a;
        apus_str out;
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        struct animal *copy = read_and_copy(&a, texts[i]);
        assert_non_null(copy);
        apus_buf b = apus_buf_in(&a);
        assert_int_equal(apus_encode_model(&b, &animal_model, copy, APUS_OMIT_nothing), APUS_OK);
        assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
        assert_string_equal(out.ptr, texts[i].ptr);
        apus_arena_finish(&a);
    }
}

/* Arenas that are full a little later each time. */
static void there_may_be_no_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        unsigned refused = 0;
        struct animal *copy = NULL;
        for (size_t limit = 64; !copy; limit += 16) {
            apus_arena a;
            assert_true(limit < 1 << 20);
            apus_arena_init(&a, &apus_alloc_libc, limit);
            copy = read_and_copy(&a, texts[i]);
            refused += !copy;
            apus_arena_finish(&a);
        }
        assert_true(refused > 4);
    }
}

static void reads_as(struct animal *one, apus_str text)
{
    apus_arena a;
    apus_str out;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_buf b = apus_buf_in(&a);
    assert_non_null(one);
    assert_int_equal(apus_encode_model(&b, &animal_model, one, APUS_OMIT_nothing), APUS_OK);
    assert_int_equal(apus_buf_take(&b, &out), APUS_OK);
    assert_string_equal(out.ptr, text.ptr);
    apus_arena_finish(&a);
}

/* What text comes to, packed in the arena; the model that was packed is gone. */
static apus_str packed_of(apus_arena *a, apus_str text)
{
    apus_arena first;
    apus_str packed = { 0 };
    apus_buf b = apus_buf_in(a);
    apus_arena_init(&first, &apus_alloc_libc, 1 << 20);
    struct animal *one = read_and_copy(&first, text);
    one->hidden = &one->kind;
    reads_as(apus_model_pack(&first, &animal_model, one, &b), text);
    assert_int_equal(apus_buf_take(&b, &packed), APUS_OK);
    apus_arena_finish(&first);
    return packed;
}

static void what_is_packed_comes_out_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        apus_arena a;
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        apus_str packed = packed_of(&a, texts[i]);
        struct animal *one = apus_model_unpack(&a, &animal_model, &packed);
        assert_int_equal(packed.len, 0);
        reads_as(one, texts[i]);
        assert_null(one->hidden); /* it led into a process that may be another one */
        apus_arena_finish(&a);
    }
}

/* Cut anywhere, and with a byte changed anywhere. */
static void broken_pieces_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        apus_arena a, each;
        apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
        apus_arena_init(&each, &apus_alloc_libc, 1 << 20);
        apus_str packed = packed_of(&a, texts[i]);
        for (size_t n = 0; n < packed.len; n++) {
            apus_str cut = { packed.ptr, n };
            assert_null(apus_model_unpack(&each, &animal_model, &cut));
            char *bent = (char *)(uintptr_t)packed.ptr + n, was = *bent;
            apus_str whole = packed;
            *bent = (char)~was;
            struct animal *one = apus_model_unpack(&each, &animal_model, &whole);
            assert_true(!one || whole.len < packed.len);
            *bent = was;
            apus_arena_reset(&each);
        }
        apus_arena_finish(&each);
        apus_arena_finish(&a);
    }
}

static void prints_tell_models_apart(void **state)
{
    apus_model other = animal_model;
    (void)state;
    assert_true(apus_model_print(&animal_model) == apus_model_print(&other));
    other.n_variants--;
    assert_true(apus_model_print(&animal_model) != apus_model_print(&other));
    assert_true(apus_model_print(&cat_model) != apus_model_print(&dog_model));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_outlive_the_original),
        cmocka_unit_test(there_may_be_no_room),
        cmocka_unit_test(what_is_packed_comes_out_the_same),
        cmocka_unit_test(broken_pieces_are_refused),
        cmocka_unit_test(prints_tell_models_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
