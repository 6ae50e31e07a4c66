/* Who is who: accounts in the database, and the tokens that stand for them. */
#include "accounts.h"

#include <apus/clock.h>
#include <inttypes.h>
#include <stdlib.h>

#define COLUMNS "SELECT id, email, name, password FROM users "

static account *next_account(apus_req *req, sqlite3_stmt *statement)
{
    if (!step(req, statement))
        return NULL;
    account *a = apus_new(req, account);
    a->public.id = sqlite3_column_int64(statement, 0);
    a->public.email.text = text_at(req, statement, 1);
    a->public.name = text_at(req, statement, 2);
    a->password = text_at(req, statement, 3);
    return a;
}

account *find_account(apus_req *req, sqlite3 *db, apus_str email)
{
    sqlite3_stmt *statement = prepare(req, db, COLUMNS "WHERE email = ?");
    bind_text(statement, 1, email);
    return next_account(req, statement);
}

static account *find_account_by_id(apus_req *req, sqlite3 *db, int64_t id)
{
    sqlite3_stmt *statement = prepare(req, db, COLUMNS "WHERE id = ?");
    sqlite3_bind_int64(statement, 1, id);
    return next_account(req, statement);
}

/* --- tokens: the number of an account and the time, sealed with the secret --- */

static int64_t seconds_now(void)
{
    return apus_clock_wall() / 1000000000;
}

/* To change the secret without throwing anybody out, put the new one in front of the old. */
static apus_strs keys_of(apus_req *req, const settings *s)
{
    return (apus_strs){ apus_some(req, apus_str, s->secret), 1 };
}

apus_str make_token(apus_req *req, const settings *s, const account *a)
{
    apus_str token;
    apus_buf b = apus_buf_in(apus_req_arena(req));
    if (apus_seal_write(&b, keys_of(req, s), APUS_STR("token"), seconds_now(),
                        apus_strf(req, "%" PRId64, a->public.id)) ||
        apus_buf_take(&b, &token))
        apus_abort(req, 503, NULL, "out of memory");
    return token;
}

const user *current_user(apus_req *req, user_token token, sqlite3 *db Depends(open_database),
                         const settings *s Depends(read_settings))
{
    apus_sealed sealed;
    if (apus_seal_read(apus_req_arena(req), keys_of(req, s), APUS_STR("token"), seconds_now(),
                       s->token_minutes * 60, token.value, &sealed))
        return apus_unauthorized(req, "Could not validate credentials");
    account *a = find_account_by_id(req, db, strtoll(sealed.text.ptr, NULL, 10));
    if (!a)
        return apus_unauthorized(req, "Could not validate credentials");
    apus_identify(req, &(apus_principal){ .id = sealed.text });
    return &a->public;
}
