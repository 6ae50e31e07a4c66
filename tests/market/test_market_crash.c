/* An import that is killed, and a disk that is full: whole batches stay, nothing else does. */
#include "market/market_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "market/candles.h"

enum { HOURS = 20000, BATCH = 500 };

/* Two symbols, some bad rows, one gap; HOURS rows in all. */
static const char *write_history(struct fixture *f, const char *name)
{
    const char *path = fixture_path(f, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("symbol,timestamp,open,high,low,close,volume\n", file);
    int64_t start = fixture_time("2020-01-01");
    for (int i = 0; i < HOURS; i++) {
        char at[MARKET_MOMENT_MAX];
        int of = i % (HOURS / 2);
        market_moment_print(start + (of + (of > 3000 ? 7 : 0)) * MARKET_HOUR, at);
        int price = 100 + of % 37;
        if (i % 997 == 5)
            fprintf(file, "%s,%s,broken\n", i < HOURS / 2 ? "AAA-USD" : "BBB-USD", at);
        else
            fprintf(file, "%s,%s,%d,%d,%d,%d,%d.25\n", i < HOURS / 2 ? "AAA-USD" : "BBB-USD", at,
                    price, price + 3, price - 3, price + 1, of % 11);
    }
    assert_int_equal(fclose(file), 0);
    return path;
}

/* When the child is to die. */
struct death {
    int after_batches; /* 0: by the clock */
    int seen;
};

static void die_at_batch(void *ctx, const market_import_progress *p)
{
    struct death *d = ctx;
    (void)p;
    if (d->after_batches && ++d->seen == d->after_batches)
        kill(getpid(), SIGKILL);
}

/* Imports in a process of its own, which is killed after so many batches or microseconds.
 * true if it finished before it died. */
static bool import_and_kill(const char *store_path, const char *file, int after_batches,
                            useconds_t after_us)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        market_store *store;
        market_import_report r;
        apus_err err;
        struct death death = { .after_batches = after_batches };
        market_import_options o = {
            .now_ms = FIXTURE_NOW, .batch_rows = BATCH, .progress = die_at_batch, .ctx = &death
        };
        if (market_store_open(store_path, &store, &err) ||
            market_import_file(store, file, &o, &r, &err))
            _exit(1);
        _exit(0);
    }
    int status;
    if (!after_batches) {
        usleep(after_us);
        kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFEXITED(status);
}

static uint64_t digest_at(struct fixture *f, const char *path, market_totals *totals)
{
    market_store *store;
    uint64_t digest;
    assert_ok(f, market_store_open(path, &store, &f->err));
    assert_ok(f, market_store_digest(store, &digest, &f->err));
    assert_ok(f, market_store_totals(store, totals, &f->err));
    market_store_close(store);
    return digest;
}

static void killed_between_batches_it_goes_on_to_the_same_store(void **state)
{
    struct fixture *f = *state;
    const char *file = write_history(f, "history.csv");
    market_totals whole, torn;
    fixture_import(f, file);
    uint64_t wanted = digest_at(f, f->path, &whole);
    assert_int_equal(whole.bars, HOURS - 21);

    for (int batches = 1; batches <= HOURS / BATCH; batches += 7) {
        char name[32];
        snprintf(name, sizeof name, "torn%d.db", batches);
        const char *path = fixture_path(f, name);
        assert_false(import_and_kill(path, file, batches, 0));
        digest_at(f, path, &torn);
        assert_true(torn.bars >= batches * (BATCH - 1) && torn.bars <= batches * BATCH);
        assert_true(import_and_kill(path, file, 1 << 30, 0));
        assert_true(digest_at(f, path, &torn) == wanted);
    }
}

static void killed_at_any_moment_it_goes_on_to_the_same_store(void **state)
{
    struct fixture *f = *state;
    const char *file = write_history(f, "history.csv");
    const char *path = fixture_path(f, "torn.db");
    market_totals whole, torn;
    fixture_import(f, file);
    uint64_t wanted = digest_at(f, f->path, &whole);

    int64_t had = 0;
    int kills = 0;
    for (useconds_t us = 300; !import_and_kill(path, file, 0, us); kills++) {
        us = us < 200000 ? us + 700 : 300;
        digest_at(f, path, &torn); /* every block that is there is whole */
        assert_true(torn.bars >= had);
        had = torn.bars;
    }
    assert_true(kills > 0);
    assert_true(digest_at(f, path, &torn) == wanted);
    assert_int_equal(torn.bars, whole.bars);
}

static void a_resumed_import_counts_as_one(void **state)
{
    struct fixture *f = *state;
    const char *file = write_history(f, "history.csv");
    const char *path = fixture_path(f, "torn.db");
    assert_false(import_and_kill(path, file, 9, 0));
    market_store *store;
    assert_ok(f, market_store_open(path, &store, &f->err));
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW };
    assert_ok(f, market_import_file(store, file, &o, &r, &f->err));
    market_store_close(store);
    assert_int_equal(r.resumed_line, 9 * BATCH + 1);
    assert_int_equal(r.ledger.rows, HOURS);
    assert_int_equal(r.ledger.added, HOURS - 21);
    assert_int_equal(r.ledger.refused[MARKET_REFUSED_COLUMNS], 21);
    assert_int_equal(r.ledger.shown[0].line, 5 + 2);
    assert_int_equal(r.ledger.shown[1].line, 997 + 5 + 2);
}

static void a_full_disk_is_said_and_survived(void **state)
{
    struct fixture *f = *state;
    const char *file = write_history(f, "history.csv");
    market_import_report r;
    market_import_options o = { .now_ms = FIXTURE_NOW, .batch_rows = BATCH };
    assert_ok(f, market_store_limit(f->store, 200 * 1024, &f->err));
    assert_int_equal(market_import_file(f->store, file, &o, &r, &f->err), APUS_LIMIT);
    assert_non_null(strstr(f->err.msg, "no room left"));
    assert_non_null(strstr(f->err.msg, "market.db"));

    /* Still usable at once: what was committed can be read, and nothing else is there. */
    market_totals totals;
    assert_ok(f, market_store_totals(f->store, &totals, &f->err));
    assert_true(totals.bars > 0 && totals.bars < HOURS / 2);
    fixture_digest(f);
    market_query q = { .symbol = APUS_STR("AAA-USD"),
                       .interval_ms = MARKET_HOUR,
                       .from_ms = MARKET_OPEN,
                       .to_ms = MARKET_OPEN,
                       .limit = 10 };
    market_page page;
    assert_ok(f, market_candles_read(f->store, &f->arena, &q, &page, &f->err));
    assert_int_equal(page.n_candles, 10);

    /* With room again it goes on where it stood. */
    assert_ok(f, market_store_limit(f->store, 0, &f->err));
    assert_ok(f, market_import_file(f->store, file, &o, &r, &f->err));
    assert_true(r.resumed_line > 0);
    assert_int_equal(r.ledger.added, HOURS - 21);
    uint64_t after = fixture_digest(f);

    const char *clean = fixture_path(f, "clean.db");
    assert_true(import_and_kill(clean, file, 1 << 30, 0));
    assert_true(digest_at(f, clean, &totals) == after);
}

/* SQLite gets more and more memory, at first not even enough to open the store: each time an
 * error that says so, and in the end the same store as ever. */
static void too_little_memory_is_said_and_survived(void **state)
{
    struct fixture *f = *state;
    const char *file = write_history(f, "history.csv");
    const char *path = fixture_path(f, "poor.db");
    market_totals totals;
    fixture_import(f, file);
    uint64_t wanted = fixture_digest(f);
    int refused = 0, went = 0;
    for (int64_t room = 8192; room <= 4 << 20; room += room / 3) {
        market_store *store = NULL;
        market_import_report r;
        market_import_options o = { .now_ms = FIXTURE_NOW, .batch_rows = BATCH };
        sqlite3_hard_heap_limit64(sqlite3_memory_used() + room);
        apus_rc rc = market_store_open(path, &store, &f->err);
        if (!rc)
            rc = market_import_file(store, file, &o, &r, &f->err);
        market_store_close(store);
        sqlite3_hard_heap_limit64(0);
        went += rc == APUS_OK;
        refused += rc == APUS_NOMEM;
        if (rc && rc != APUS_NOMEM)
            fail_msg("%lld bytes: %s: %s", (long long)room, apus_rc_text(rc), f->err.msg);
        digest_at(f, path, &totals);
    }
    assert_true(went > 0 && refused > 0);
    assert_true(digest_at(f, path, &totals) == wanted);
}

static void a_second_writer_is_told_to_wait_not_let_in(void **state)
{
    struct fixture *f = *state;
    market_store *other;
    assert_ok(f, market_store_open(f->path, &other, &f->err));
    assert_ok(f, market_store_begin(f->store, &f->err));
    /* Readers go on meanwhile. */
    market_totals totals;
    assert_ok(f, market_store_totals(other, &totals, &f->err));
    assert_int_equal(market_store_begin(other, &f->err), APUS_BUSY);
    assert_non_null(strstr(f->err.msg, "another program is writing"));
    market_store_rollback(f->store);
    assert_ok(f, market_store_begin(other, &f->err));
    market_store_close(other);
}

static void what_is_not_a_store_is_left_alone(void **state)
{
    struct fixture *f = *state;
    market_store *store = NULL;
    sqlite3 *db;
    const char *path = fixture_file(f, "text.db", "this is no database at all, just text\n", 38);
    assert_int_equal(market_store_open(path, &store, &f->err), APUS_SYNTAX);
    assert_non_null(strstr(f->err.msg, "not a market store"));

    path = fixture_path(f, "foreign.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(market_store_open(path, &store, &f->err), APUS_SYNTAX);
    assert_non_null(strstr(f->err.msg, "not a market store"));

    market_store_close(f->store);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    f->store = NULL;
    assert_int_equal(market_store_open(f->path, &store, &f->err), APUS_UNSUPPORTED);
    assert_non_null(strstr(f->err.msg, "newer program"));
    assert_int_equal(market_store_open("/nowhere/market.db", &store, &f->err), APUS_IO);
    assert_null(store);
}

static void a_damaged_block_is_an_error_not_a_price(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db;
    fixture_import(f, write_history(f, "history.csv"));
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE block SET data = CAST(substr(data, 1, 500) ||"
                                  " x'ff' || substr(data, 502) AS BLOB)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    market_query q = { .symbol = APUS_STR("AAA-USD"),
                       .interval_ms = MARKET_HOUR,
                       .from_ms = MARKET_OPEN,
                       .to_ms = MARKET_OPEN,
                       .limit = 10 };
    market_page page;
    assert_int_equal(market_candles_read(f->store, &f->arena, &q, &page, &f->err), APUS_SYNTAX);
    assert_non_null(strstr(f->err.msg, "checksum"));
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(killed_between_batches_it_goes_on_to_the_same_store),
        in_a_store(killed_at_any_moment_it_goes_on_to_the_same_store),
        in_a_store(a_resumed_import_counts_as_one),
        in_a_store(a_full_disk_is_said_and_survived),
        in_a_store(too_little_memory_is_said_and_survived),
        in_a_store(a_second_writer_is_told_to_wait_not_let_in),
        in_a_store(what_is_not_a_store_is_left_alone),
        in_a_store(a_damaged_block_is_an_error_not_a_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
