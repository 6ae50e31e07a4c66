#include "market/ledger.h"

#include "market/db.h"

int64_t market_ledger_refused(const market_ledger *l)
{
    int64_t n = 0;
    for (int i = 1; i < MARKET_REFUSALS; i++)
        n += l->refused[i];
    return n;
}

void market_ledger_refuse(market_ledger *l, int64_t line, market_refusal why)
{
    l->refused[why]++;
    if (l->n_shown < MARKET_LEDGER_SHOWN)
        l->shown[l->n_shown++] = (market_refused){ line, why };
}

static sqlite3_stmt *take_with_key(market_store *store, enum market__sql which,
                                   const market_ledger_key *key)
{
    sqlite3_stmt *s = market__db_take(store, which);
    sqlite3_bind_int64(s, 1, key->hash);
    sqlite3_bind_int64(s, 2, key->size);
    market__db_bind_str(s, 3, key->source);
    sqlite3_bind_int64(s, 4, key->interval_ms);
    market__db_bind_str(s, 5, key->quote);
    return s;
}

static apus_rc read_reasons(market_store *store, market_ledger *l, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_REASON_LIST);
    sqlite3_bind_int64(s, 1, l->id);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK)
        l->refused[market_refusal_find(market__db_str(s, 0))] = sqlite3_column_int64(s, 1);
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

static apus_rc read_shown(market_store *store, market_ledger *l, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_REFUSED_LIST);
    sqlite3_bind_int64(s, 1, l->id);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK && l->n_shown < MARKET_LEDGER_SHOWN)
        l->shown[l->n_shown++] = (market_refused){ sqlite3_column_int64(s, 0),
                                                   market_refusal_find(market__db_str(s, 1)) };
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}

apus_rc market_ledger_find(market_store *store, const market_ledger_key *key, market_ledger *out,
                           apus_err *err)
{
    market_ledger l = { 0 };
    sqlite3_stmt *s = take_with_key(store, SQL_IMPORT_FIND, key);
    apus_rc rc = market__db_step(store, s, err);
    if (rc == APUS_OK) {
        l.id = sqlite3_column_int64(s, 0);
        l.done = sqlite3_column_int(s, 1) != 0;
        l.at = sqlite3_column_int64(s, 2);
        l.line = sqlite3_column_int64(s, 3);
        l.rows = sqlite3_column_int64(s, 4);
        l.added = sqlite3_column_int64(s, 5);
        l.changed = sqlite3_column_int64(s, 6);
    }
    market__db_give(s);
    if (rc)
        return rc == APUS_DONE ? APUS_NOT_FOUND : rc;
    rc = read_reasons(store, &l, err);
    if (!rc)
        rc = read_shown(store, &l, err);
    if (!rc)
        *out = l;
    return rc;
}

static apus_rc begin_record(market_store *store, const market_ledger_key *key, market_ledger *l,
                            apus_err *err)
{
    apus_rc rc = market__db_run(store, take_with_key(store, SQL_IMPORT_ADD, key), err);
    if (rc)
        return rc;
    sqlite3_stmt *s = take_with_key(store, SQL_IMPORT_FIND, key);
    rc = market__db_step(store, s, err);
    if (rc == APUS_OK)
        l->id = sqlite3_column_int64(s, 0);
    market__db_give(s);
    return rc == APUS_DONE ? market__db_fail(store, err) : rc;
}

static apus_rc save_refused(market_store *store, const market_ledger *l, apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (int i = 1; i < MARKET_REFUSALS && !rc; i++) {
        if (!l->refused[i])
            continue;
        sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_REASON_SET);
        sqlite3_bind_int64(s, 1, l->id);
        market__db_bind_str(s, 2, apus_str_of(market_refusal_word((market_refusal)i)));
        sqlite3_bind_int64(s, 3, l->refused[i]);
        rc = market__db_run(store, s, err);
    }
    for (int i = 0; i < l->n_shown && !rc; i++) {
        sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_REFUSED_ADD);
        sqlite3_bind_int64(s, 1, l->id);
        sqlite3_bind_int64(s, 2, l->shown[i].line);
        market__db_bind_str(s, 3, apus_str_of(market_refusal_word(l->shown[i].why)));
        rc = market__db_run(store, s, err);
    }
    return rc;
}

apus_rc market_ledger_save(market_store *store, const market_ledger_key *key, market_ledger *l,
                           apus_err *err)
{
    apus_rc rc = l->id ? APUS_OK : begin_record(store, key, l, err);
    if (rc)
        return rc;
    sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_SET);
    sqlite3_bind_int64(s, 1, l->id);
    sqlite3_bind_int(s, 2, l->done);
    sqlite3_bind_int64(s, 3, l->at);
    sqlite3_bind_int64(s, 4, l->line);
    sqlite3_bind_int64(s, 5, l->rows);
    sqlite3_bind_int64(s, 6, l->added);
    sqlite3_bind_int64(s, 7, l->changed);
    rc = market__db_run(store, s, err);
    return rc ? rc : save_refused(store, l, err);
}

apus_rc market_ledger_save_symbol(market_store *store, const market_ledger *l, apus_str symbol,
                                  int64_t series, int64_t last_ms, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_SERIES_SET);
    sqlite3_bind_int64(s, 1, l->id);
    market__db_bind_str(s, 2, symbol);
    sqlite3_bind_int64(s, 3, series);
    sqlite3_bind_int64(s, 4, last_ms);
    return market__db_run(store, s, err);
}

apus_rc market_ledger_symbols(market_store *store, const market_ledger *l,
                              apus_rc (*fn)(void *ctx, apus_str symbol, int64_t series,
                                            int64_t last_ms),
                              void *ctx, apus_err *err)
{
    sqlite3_stmt *s = market__db_take(store, SQL_IMPORT_SERIES_LIST);
    sqlite3_bind_int64(s, 1, l->id);
    apus_rc rc;
    while ((rc = market__db_step(store, s, err)) == APUS_OK) {
        rc = fn(ctx, market__db_str(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2));
        if (rc) {
            rc = apus_err_set(err, rc, "the ledger of imports: %s", apus_rc_text(rc));
            break;
        }
    }
    market__db_give(s);
    return rc == APUS_DONE ? APUS_OK : rc;
}
