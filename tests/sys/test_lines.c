/* Lines to a file from a thread of their own: whole, in order, and never waited for. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apus/clock.h"
#include "apus/lines.h"
#include "apus/metric.h"
#include "apus/value.h"

#define PATIENCE (30 * APUS_SECOND)

static char folder[] = "/tmp/apus-lines-XXXXXX";
static char path[64], moved[64];

static int64_t dropped(void)
{
    return apus_metric_read(NULL, APUS_METRIC_log_dropped);
}

static apus_lines *open_lines(const char *at, size_t room, int64_t every)
{
    apus_lines *l;
    apus_err err;
    apus_lines_options o = { .path = at, .room = room, .every = every };
    assert_int_equal(apus_lines_open(&o, &l, &err), APUS_OK);
    return l;
}

static apus_rc add_number(apus_lines *l, int n)
{
    char text[64];
    int len = snprintf(text, sizeof(text), "line %d, with some words behind it\n", n);
    return apus_lines_add(l, (apus_str){ text, (size_t)len });
}

/* The numbers in a file, one a line, from `first` on; how many. */
static int count_numbers(const char *at, int first)
{
    FILE *f = fopen(at, "r");
    assert_non_null(f);
    char text[128];
    int n = 0, number;
    while (fgets(text, sizeof(text), f)) {
        assert_int_equal(sscanf(text, "line %d, with some words behind it\n", &number), 1);
        assert_int_equal(number, first + n);
        n++;
    }
    fclose(f);
    return n;
}

static void all_are_written_in_their_order(void **state)
{
    (void)state;
    enum { N = 20000 };
    int64_t before = dropped();
    unlink(path);
    apus_lines *l = open_lines(path, 0, 0);
    for (int i = 0; i < N; i++)
        assert_int_equal(add_number(l, i), APUS_OK);
    apus_lines_close(l, PATIENCE);
    assert_int_equal(count_numbers(path, 0), N);
    assert_int_equal(dropped(), before);
}

/* Memory for two lines and a bit: it goes round and round, or drops; nothing is torn. */
static void little_memory_drops_whole_lines(void **state)
{
    (void)state;
    enum { N = 5000 };
    int64_t before = dropped(), added = 0;
    unlink(path);
    apus_lines *l = open_lines(path, 100, APUS_MICROSECOND);
    for (int i = 0; i < N; i++)
        added += apus_lines_add(l, APUS_STR("line of thirty-one characters.\n")) == APUS_OK;
    apus_lines_close(l, PATIENCE);
    assert_int_equal(dropped() - before, N - added);
    FILE *f = fopen(path, "r");
    char text[128];
    int64_t n = 0;
    while (fgets(text, sizeof(text), f)) {
        assert_string_equal(text, "line of thirty-one characters.\n");
        n++;
    }
    fclose(f);
    assert_int_equal(n, added);
    assert_true(added >= 2);
}

static void a_line_that_is_too_long_is_dropped(void **state)
{
    (void)state;
    static char text[APUS_LINES_MAX + 1];
    memset(text, 'a', sizeof(text));
    apus_lines *l = open_lines(path, 0, 0);
    int64_t before = dropped();
    assert_int_equal(apus_lines_add(l, (apus_str){ text, sizeof(text) }), APUS_LIMIT);
    assert_int_equal(apus_lines_add(l, APUS_STR("")), APUS_LIMIT);
    assert_int_equal(dropped(), before + 2);
    text[APUS_LINES_MAX - 1] = '\n';
    assert_int_equal(apus_lines_add(l, (apus_str){ text, APUS_LINES_MAX }), APUS_OK);
    apus_lines_close(l, PATIENCE);
}

static void a_file_that_was_moved_goes_on_anew(void **state)
{
    (void)state;
    unlink(path);
    unlink(moved);
    apus_lines *l = open_lines(path, 0, APUS_MILLISECOND);
    for (int i = 0; i < 100; i++)
        assert_int_equal(add_number(l, i), APUS_OK);
    assert_int_equal(rename(path, moved), 0);
    for (int i = 100; i < 200; i++)
        assert_int_equal(add_number(l, i), APUS_OK);
    apus_lines_reopen(l);
    while (access(path, F_OK) != 0)
        usleep(1000);
    for (int i = 200; i < 300; i++)
        assert_int_equal(add_number(l, i), APUS_OK);
    apus_lines_close(l, PATIENCE);
    int first = count_numbers(moved, 0);
    assert_in_range(first, 0, 200);
    assert_int_equal(first + count_numbers(path, first), 300);
}

/* --- what takes nothing --- */

struct heard {
    int n;
    char text[2][240];
};

/* Whoever adds is always ahead of who writes: a pipe takes a little at a time. */
static void what_is_never_empty_is_opened_anew_as_well(void **state)
{
    (void)state;
    char some[4096];
    int64_t last = apus_clock_now() + PATIENCE;
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int pipe = open(path, O_RDWR | O_NONBLOCK);
    assert_true(pipe >= 0);
    apus_lines *l = open_lines(path, 1 << 16, APUS_MICROSECOND);
    for (int i = 0; i < 20000; i++)
        (void)apus_lines_add(l, APUS_STR("a short line\n"));
    assert_int_equal(poll(&(struct pollfd){ .fd = pipe, .events = POLLIN }, 1, 30000), 1);
    assert_int_equal(rename(path, moved), 0);
    apus_lines_reopen(l);
    while (access(path, F_OK) && apus_clock_now() < last) {
        for (int i = 0; i < 1000; i++)
            (void)apus_lines_add(l, APUS_STR("a short line\n"));
        (void)!read(pipe, some, sizeof(some));
    }
    assert_int_equal(access(path, F_OK), 0);
    apus_lines_close(l, PATIENCE);
    close(pipe);
    unlink(moved);
}

static void hear(void *ctx, const apus_err *err)
{
    struct heard *h = ctx;
    if (h->n < 2)
        snprintf(h->text[h->n], sizeof(h->text[0]), "%s", err->msg);
    __atomic_fetch_add(&h->n, 1, __ATOMIC_RELEASE);
}

/* Files may not grow beyond that, as if the disk ended there. */
static void let_files_be(rlim_t most)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Two lines to a file that takes one and a half; then there is room again. */
static apus_lines *open_cut(struct heard *h)
{
    apus_lines *l;
    apus_lines_options o = { .path = path, .every = APUS_MILLISECOND, .trouble = hear, .ctx = h };
    unlink(path);
    assert_int_equal(apus_lines_open(&o, &l, NULL), APUS_OK);
    signal(SIGXFSZ, SIG_IGN);
    let_files_be(15);
    assert_int_equal(apus_lines_add(l, APUS_STR("line of 10\nline of 10\n")), APUS_OK);
    for (int64_t last = apus_clock_now() + PATIENCE; __atomic_load_n(&h->n, __ATOMIC_ACQUIRE) == 0;)
        assert_true(apus_clock_now() < last);
    let_files_be(RLIM_INFINITY);
    return l;
}

static void assert_content(const char *at, const char *text)
{
    char all[128] = "";
    FILE *f = fopen(at, "r");
    assert_non_null(f);
    (void)!fread(all, 1, sizeof(all) - 1, f);
    fclose(f);
    assert_string_equal(all, text);
}

static void a_line_that_was_cut_off_is_finished(void **state)
{
    (void)state;
    struct heard h = { .n = 0 };
    int64_t before = dropped();
    apus_lines *l = open_cut(&h);
    apus_lines_reopen(l); /* it is the same file still */
    assert_int_equal(apus_lines_add(l, APUS_STR("whole\n")), APUS_OK);
    apus_lines_close(l, PATIENCE);
    assert_content(path, "line of 10\nline of 10\nwhole\n");
    assert_int_equal(h.n, 2);
    assert_int_equal(dropped(), before);
}

/* By another process: then it is lost, and ended, so that theirs and ours stay whole. */
static void not_where_others_have_written_since(void **state)
{
    (void)state;
    struct heard h = { .n = 0 };
    int64_t before = dropped();
    apus_lines *l = open_cut(&h);
    FILE *other = fopen(path, "a");
    assert_non_null(other);
    fputs(" theirs", other);
    fclose(other);
    assert_int_equal(apus_lines_add(l, APUS_STR("whole\n")), APUS_OK);
    apus_lines_close(l, PATIENCE);
    assert_content(path, "line of 10\nline theirs\nwhole\n");
    assert_int_equal(dropped(), before + 1);
}

static void a_new_file_begins_with_a_line_whatever_was_cut_off_in_the_old_one(void **state)
{
    (void)state;
    struct heard h = { .n = 0 };
    apus_lines *l = open_cut(&h);
    assert_int_equal(rename(path, moved), 0);
    apus_lines_reopen(l);
    assert_int_equal(apus_lines_add(l, APUS_STR("whole\n")), APUS_OK);
    apus_lines_close(l, PATIENCE);
    assert_content(moved, "line of 10\nline");
    assert_content(path, "whole\n");
}

static void a_full_disk_is_told_once_and_costs_lines(void **state)
{
    (void)state;
    struct heard h = { .n = 0 };
    apus_lines *l;
    apus_lines_options o = {
        .path = "/dev/full", .every = APUS_MILLISECOND, .trouble = hear, .ctx = &h
    };
    if (apus_lines_open(&o, &l, NULL)) {
        printf("there is no /dev/full\n");
        skip();
    }
    int64_t before = dropped();
    for (int i = 0; i < 10; i++) {
        assert_int_equal(add_number(l, i), APUS_OK);
        usleep(2000);
    }
    apus_lines_close(l, PATIENCE);
    assert_int_equal(h.n, 1);
    assert_non_null(strstr(h.text[0], "/dev/full: No space left on device; lines are lost"));
    assert_int_equal(dropped(), before + 10);
}

static void a_stuck_pipe_is_given_up_in_time(void **state)
{
    (void)state;
    snprintf(moved, sizeof(moved), "%s/pipe", folder);
    unlink(moved);
    char command[128];
    snprintf(command, sizeof(command), "mkfifo '%s'", moved);
    assert_int_equal(system(command), 0);
    int reader = open(moved, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    apus_lines *l = open_lines(moved, 1 << 20, APUS_MILLISECOND);
    int64_t before = dropped();
    int added = 0;
    while (add_number(l, added) == APUS_OK) /* until pipe and memory are full */
        added++;
    assert_true(added > 10000);
    assert_int_equal(dropped(), before + 1);
    struct pollfd some = { .fd = reader, .events = POLLIN };
    assert_int_equal(poll(&some, 1, (int)(PATIENCE / APUS_MILLISECOND)), 1);
    apus_lines_close(l, APUS_MILLISECOND);
    int64_t lost = dropped() - before - 1;
    assert_true(lost > 0 && lost < added);
    /* what has been written is whole lines */
    static char all[1 << 20];
    ssize_t n = read(reader, all, sizeof(all));
    assert_true(n > 0 && all[n - 1] == '\n');
    close(reader);
    snprintf(moved, sizeof(moved), "%s/moved", folder);
}

static void what_cannot_be_opened_is_explained(void **state)
{
    (void)state;
    apus_lines *l;
    apus_err err;
    apus_lines_options o = { .path = "/no/such/folder/log" };
    assert_int_equal(apus_lines_open(&o, &l, &err), APUS_IO);
    assert_string_equal(err.msg,
                        "/no/such/folder/log: cannot be written: No such file or directory");
    apus_lines_close(NULL, 0);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/log", folder);
    snprintf(moved, sizeof(moved), "%s/moved", folder);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_written_in_their_order),
        cmocka_unit_test(little_memory_drops_whole_lines),
        cmocka_unit_test(a_line_that_is_too_long_is_dropped),
        cmocka_unit_test(a_file_that_was_moved_goes_on_anew),
        cmocka_unit_test(what_is_never_empty_is_opened_anew_as_well),
        cmocka_unit_test(a_new_file_begins_with_a_line_whatever_was_cut_off_in_the_old_one),
        cmocka_unit_test(a_full_disk_is_told_once_and_costs_lines),
        cmocka_unit_test(a_line_that_was_cut_off_is_finished),
        cmocka_unit_test(not_where_others_have_written_since),
        cmocka_unit_test(a_stuck_pipe_is_given_up_in_time),
        cmocka_unit_test(what_cannot_be_opened_is_explained),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
