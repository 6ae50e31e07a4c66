/* tests/market/market_fixture.h - a store and files in a directory that goes away again. */
#ifndef TESTS_MARKET_FIXTURE_H
#define TESTS_MARKET_FIXTURE_H

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "market/import.h"
#include "market/moment.h"
#include "market/store.h"

/* 2026-01-01: all files are older. */
#define FIXTURE_NOW INT64_C(1767225600000)

struct fixture {
    char dir[64];
    char path[128]; /* of the store */
    market_store *store;
    apus_arena arena;
    apus_err err;
};

/* A failed call, with what it said. */
#define assert_ok(f, call)                                                                         \
    do {                                                                                           \
        apus_rc rc_ = (call);                                                                      \
        if (rc_)                                                                                   \
            fail_msg("%s: %s: %s", #call, apus_rc_text(rc_), (f)->err.msg);                        \
    } while (0)

static inline int fixture_start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const char *tmp = getenv("TMPDIR");
    assert_non_null(f);
    snprintf(f->dir, sizeof f->dir, "%.40s/market.XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/market.db", f->dir);
    apus_arena_init(&f->arena, &apus_alloc_libc, 64 << 20);
    assert_ok(f, market_store_open(f->path, &f->store, &f->err));
    *state = f;
    return 0;
}

static inline int fixture_stop(void **state)
{
    struct fixture *f = *state;
    market_store_close(f->store);
    apus_arena_finish(&f->arena);
    DIR *dir = opendir(f->dir);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        unlinkat(dirfd(dir), e->d_name, 0);
    closedir(dir);
    rmdir(f->dir);
    free(f);
    return 0;
}

/* The path of a name in the fixture's directory; in the arena. */
static inline const char *fixture_path(struct fixture *f, const char *name)
{
    apus_str path = apus_arena_strf(&f->arena, "%s/%s", f->dir, name);
    assert_non_null(path.ptr);
    return path.ptr;
}

/* Writes a file of that name and returns its path. */
static inline const char *fixture_file(struct fixture *f, const char *name, const char *bytes,
                                       size_t len)
{
    const char *path = fixture_path(f, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline market_import_report fixture_import(struct fixture *f, const char *path)
{
    market_import_report report;
    market_import_options options = { .now_ms = FIXTURE_NOW };
    assert_ok(f, market_import_file(f->store, path, &options, &report, &f->err));
    return report;
}

static inline uint64_t fixture_digest(struct fixture *f)
{
    uint64_t digest = 0;
    assert_ok(f, market_store_digest(f->store, &digest, &f->err));
    return digest;
}

static inline int64_t fixture_time(const char *text)
{
    int64_t ms = 0;
    assert_true(market_moment_parse(apus_str_of(text), &ms));
    return ms;
}

/* A file of the shared data, or the test is skipped with a message. */
static inline const char *fixture_real_file(struct fixture *f, const char *name)
{
    const char *shared = getenv("APUS_SHARED_DIR");
    apus_str path = apus_arena_strf(&f->arena, "%s/data/market/%s", shared ? shared : "", name);
    assert_non_null(path.ptr);
    if (!shared || access(path.ptr, R_OK) != 0) {
        print_message("skipped: APUS_SHARED_DIR has no data/market/%s\n", name);
        skip();
    }
    return path.ptr;
}

#endif
