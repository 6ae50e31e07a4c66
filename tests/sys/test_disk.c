/* Files on disk, and folders that nothing gets out of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apus/disk.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char root[] = "/tmp/apus-disk-XXXXXX";
static char secret[sizeof(root) + 16], folder[sizeof(root) + 16];

static void write_file(const char *in, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", in, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    char path[512];
    (void)state;
    if (!mkdtemp(root))
        return -1;
    snprintf(folder, sizeof(folder), "%s/public", root);
    snprintf(secret, sizeof(secret), "%s/secret", root);
    mkdir(folder, 0700);
    write_file(root, "secret", "secret");
    write_file(folder, "a.txt", "0123456789");
    write_file(folder, ".env", "secret");
    snprintf(path, sizeof(path), "%s/sub", folder);
    mkdir(path, 0700);
    write_file(path, "b.txt", "b");
    snprintf(path, sizeof(path), "%s/.well-known", folder);
    mkdir(path, 0700);
    write_file(path, "security.txt", "c");
    snprintf(path, sizeof(path), "%s/link", folder);
    assert_int_equal(symlink(secret, path), 0);
    snprintf(path, sizeof(path), "%s/up", folder);
    assert_int_equal(symlink(root, path), 0);
    snprintf(path, sizeof(path), "%s/fifo", folder);
    return mkfifo(path, 0700);
}

static int tear_down(void **state)
{
    static const char *const files[] = {
        "public/a.txt",       "public/.env", "public/sub/b.txt", "public/.well-known/security.txt",
        "public/link",        "public/up",   "public/fifo",      "public/sub",
        "public/.well-known", "public",      "secret",           "",
    };
    char path[512];
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", root, files[i]);
        remove(path);
    }
    return 0;
}

static void nothing_outside_is_opened(void **state)
{
    static const struct {
        const char *path;
        apus_rc rc;
    } rows[] = {
        { "a.txt", APUS_OK },
        { "sub/b.txt", APUS_OK },
        { "sub", APUS_OK },
        { "sub/", APUS_OK },
        { "", APUS_OK },
        { ".well-known/security.txt", APUS_OK },
        { "b.txt", APUS_NOT_FOUND },
        { "a.txt/b", APUS_NOT_FOUND },
        { ".env", APUS_NOT_FOUND },
        { "..", APUS_NOT_FOUND },
        { "../secret", APUS_NOT_FOUND },
        { "sub/../a.txt", APUS_NOT_FOUND },
        { "sub/../../secret", APUS_NOT_FOUND },
        { "./a.txt", APUS_NOT_FOUND },
        { "/etc/passwd", APUS_NOT_FOUND },
        { "sub//b.txt", APUS_NOT_FOUND },
        { "sub//", APUS_NOT_FOUND },
        { "//", APUS_NOT_FOUND },
        { "link", APUS_NOT_FOUND },
        { "up/secret", APUS_NOT_FOUND },
        { "fifo", APUS_NOT_FOUND },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_disk_file f = { .fd = -1 };
        apus_rc rc = apus_disk_open_below(folder, apus_str_of(rows[i].path), &f);
        if (rc != rows[i].rc)
            print_error("\"%s\"\n", rows[i].path);
        assert_int_equal(rc, rows[i].rc);
        apus_disk_close(&f);
    }
}

static void odd_names_are_not_there(void **state)
{
    static char deep[4 * APUS_DISK_DEPTH_MAX], wide[400];
    apus_disk_file f;
    (void)state;
    apus_str nul = { "a.txt\0.png", 10 };
    assert_int_equal(apus_disk_open_below(folder, nul, &f), APUS_NOT_FOUND);
    memset(wide, 'a', sizeof(wide) - 1);
    assert_int_equal(apus_disk_open_below(folder, apus_str_of(wide), &f), APUS_NOT_FOUND);
    for (size_t i = 0; i < sizeof(deep) - 2; i += 2)
        memcpy(deep + i, "x/", 2);
    assert_int_equal(apus_disk_open_below(folder, apus_str_of(deep), &f), APUS_NOT_FOUND);
}

static void a_folder_that_is_gone_is_no_404(void **state)
{
    apus_disk_file f;
    (void)state;
    assert_int_equal(apus_disk_open_below("/nowhere/at/all", APUS_STR("a"), &f), APUS_IO);
    assert_int_equal(apus_disk_open("/nowhere/at/all", &f), APUS_NOT_FOUND);
}

static void files_are_read_from_anywhere(void **state)
{
    apus_disk_file f;
    char to[16];
    size_t got;
    (void)state;
    assert_int_equal(apus_disk_open_below(folder, APUS_STR("a.txt"), &f), APUS_OK);
    assert_int_equal(f.size, 10);
    assert_false(f.is_folder);
    assert_true(f.modified > 0);
    assert_int_equal(apus_disk_read(&f, 7, to, sizeof(to), &got), APUS_OK);
    assert_int_equal(got, 3);
    assert_memory_equal(to, "789", 3);
    assert_int_equal(apus_disk_read(&f, 10, to, sizeof(to), &got), APUS_DONE);
    apus_rc rc = apus_disk_read_now(&f, 0, to, 4, &got); /* just written: it is at hand */
    assert_true(rc == APUS_MORE || (rc == APUS_OK && got == 4 && memcmp(to, "0123", 4) == 0));
    apus_disk_close(&f);
    apus_disk_close(&f);
    assert_int_equal(apus_disk_read(&f, 0, to, 4, &got), APUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_outside_is_opened),
        cmocka_unit_test(odd_names_are_not_there),
        cmocka_unit_test(a_folder_that_is_gone_is_no_404),
        cmocka_unit_test(files_are_read_from_anywhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
