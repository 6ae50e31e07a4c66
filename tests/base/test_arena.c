#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "apus/arena.h"
#include "../support/failing.h"

static void memory_is_aligned_and_distinct(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    char *last = NULL;
    for (size_t align = 1; align <= 64; align *= 2) {
        char *p = apus_arena_alloc(&a, 3, align);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % align, 0);
        assert_ptr_not_equal(p, last);
        memset(p, 0xff, 3);
        last = p;
    }
    apus_arena_finish(&a);
    assert_int_equal(a.held, 0);
}

static void the_limit_is_exact(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 10000);
    assert_null(apus_arena_alloc(&a, 10000, 1)); /* our own bookkeeping counts too */
    assert_non_null(apus_arena_alloc(&a, 9000, 1));
    assert_null(apus_arena_alloc(&a, 2000, 1));
    assert_true(a.held <= 10000);
    assert_null(apus_arena_alloc(&a, SIZE_MAX - 8, 8));
    assert_null(APUS_NEW(&a, uint64_t, SIZE_MAX / 4));
    apus_arena_finish(&a);
}

static void rewinding_gives_back_what_came_after(void **state)
{
    (void)state;
    struct failing f = { 0 };
    apus_alloc alloc = failing_alloc(&f);
    apus_arena a;
    apus_arena_init(&a, &alloc, 1 << 24);
    char *kept = apus_arena_alloc(&a, 10, 1);
    memcpy(kept, "something", 10);
    apus_arena_mark mark = apus_arena_mark_take(&a);
    size_t held = f.held;
    char *first = apus_arena_alloc(&a, 16, 1);
    for (int i = 0; i < 100; i++)
        assert_non_null(apus_arena_alloc(&a, 5000, 8));
    assert_true(f.held > held);
    apus_arena_rewind(&a, mark);
    assert_int_equal(f.held, held);
    assert_string_equal(kept, "something");
    assert_ptr_equal(apus_arena_alloc(&a, 16, 1), first);
    apus_arena_finish(&a);
    assert_int_equal(f.held, 0);
}

static void reset_keeps_one_chunk_for_the_next_user(void **state)
{
    (void)state;
    struct failing f = { 0 };
    apus_alloc alloc = failing_alloc(&f);
    apus_arena a;
    apus_arena_init(&a, &alloc, 1 << 20);
    for (int request = 0; request < 50; request++) {
        assert_non_null(apus_arena_alloc(&a, 3000, 8));
        apus_arena_reset(&a);
    }
    assert_int_equal(f.calls, 1);
    apus_arena_finish(&a);
    assert_int_equal(f.held, 0);
}

/* Work that needs several chunks the first time has them in one piece from then on;
 * an unusually large one does not sit around. */
static void reset_keeps_what_the_next_user_will_need(void **state)
{
    (void)state;
    struct failing f = { 0 };
    apus_alloc alloc = failing_alloc(&f);
    apus_arena a;
    apus_arena_init(&a, &alloc, 1 << 20);
    for (int request = 0; request < 50; request++) {
        for (int i = 0; i < 10; i++)
            assert_non_null(apus_arena_alloc(&a, 1000, 8));
        apus_arena_reset(&a);
    }
    unsigned calls = f.calls;
    assert_true(calls <= 4);
    assert_non_null(apus_arena_alloc(&a, 1 << 18, 8));
    apus_arena_reset(&a);
    assert_true(f.held <= 32 * 1024);
    apus_arena_finish(&a);
    assert_int_equal(f.held, 0);
}

struct trace {
    char text[16];
    size_t n;
    apus_arena *arena;
};

static void note_a(void *ctx)
{
    struct trace *t = ctx;
    t->text[t->n++] = 'a';
}

static void note_b(void *ctx)
{
    struct trace *t = ctx;
    t->text[t->n++] = 'b';
}

static void defers_again(void *ctx)
{
    struct trace *t = ctx;
    t->text[t->n++] = 'c';
    assert_int_equal(apus_arena_defer(t->arena, note_a, t), APUS_OK);
}

static void deferred_calls_run_newest_first(void **state)
{
    (void)state;
    apus_arena a;
    struct trace t = { .arena = &a };
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    assert_int_equal(apus_arena_defer(&a, note_a, &t), APUS_OK);
    apus_arena_mark mark = apus_arena_mark_take(&a);
    assert_int_equal(apus_arena_defer(&a, note_b, &t), APUS_OK);
    assert_int_equal(apus_arena_defer(&a, defers_again, &t), APUS_OK);
    apus_arena_rewind(&a, mark);
    assert_string_equal(t.text, "cab");
    apus_arena_finish(&a);
    assert_string_equal(t.text, "caba");
}

static void growing_in_place_and_by_moving(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    char *p = apus_arena_alloc(&a, 8, 1);
    memcpy(p, "1234567", 8);
    assert_ptr_equal(apus_arena_grow(&a, p, 8, 100, 1), p);
    assert_non_null(apus_arena_alloc(&a, 1, 1));
    char *moved = apus_arena_grow(&a, p, 100, 200, 1);
    assert_ptr_not_equal(moved, p);
    assert_string_equal(moved, "1234567");
    apus_arena_finish(&a);
}

static void text_is_terminated(void **state)
{
    (void)state;
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_str s = apus_arena_strf(&a, "%d-%s", 7, "seven");
    assert_string_equal(s.ptr, "7-seven");
    assert_int_equal(s.len, 7);
    s = apus_arena_str(&a, (apus_str){ "abcdef", 3 });
    assert_string_equal(s.ptr, "abc");
    apus_arena_finish(&a);
}

/* Every allocation refused in turn: NULL, never a crash, nothing left held. */
static void survives_every_refusal(void **state)
{
    (void)state;
    for (unsigned k = 1;; k++) {
        struct failing f = { .fail_at = k };
        apus_alloc alloc = failing_alloc(&f);
        apus_arena a;
        struct trace t = { .arena = &a };
        apus_arena_init(&a, &alloc, 1 << 20);
        bool fine = apus_arena_alloc(&a, 5000, 8) && apus_arena_strf(&a, "%5000d", 1).ptr &&
                    apus_arena_defer(&a, note_a, &t) == APUS_OK && APUS_NEW(&a, int, 9000);
        apus_arena_finish(&a);
        assert_int_equal(f.held, 0);
        assert_int_equal(fine, f.calls < k);
        if (f.calls < k)
            break;
    }
}

static void what_was_given_back_is_told_from_what_was_not(void **state)
{
    (void)state;
    assert_false(apus_arena_finds_gone(APUS_STR("")));
    assert_false(apus_arena_finds_gone(APUS_STR("\xDB\xDB\xDBx\xDB")));
    assert_true(apus_arena_finds_gone(APUS_STR("x\xDB\xDB\xDB\xDB")));
#ifndef APUS__ARENA_IS_WATCHED /* AddressSanitizer tells of each such read */
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, 1 << 20);
    apus_arena_scribble();
    apus_str kept = apus_arena_strf(&a, "kept");
    apus_arena_mark mark = apus_arena_mark_take(&a);
    apus_str gone = apus_arena_strf(&a, "%s", "gone");
    apus_arena_rewind(&a, mark);
    assert_string_equal(kept.ptr, "kept");
    assert_true(apus_arena_finds_gone(gone));
    apus_arena_reset(&a);
    assert_true(apus_arena_finds_gone(kept));
    apus_arena_finish(&a);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_distinct),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(rewinding_gives_back_what_came_after),
        cmocka_unit_test(reset_keeps_one_chunk_for_the_next_user),
        cmocka_unit_test(reset_keeps_what_the_next_user_will_need),
        cmocka_unit_test(deferred_calls_run_newest_first),
        cmocka_unit_test(growing_in_place_and_by_moving),
        cmocka_unit_test(text_is_terminated),
        cmocka_unit_test(survives_every_refusal),
        cmocka_unit_test(what_was_given_back_is_told_from_what_was_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
