/* Signing up, logging in, and who one is. */
#include "accounts.h"

Router(users, tags = ["users"]);

/// Somebody who signs up.
typedef struct new_user {
    apus_email email;
    apus_str name Field(min_length = 1, max_length = 100);
    apus_str password Field(secret, min_length = 8, max_length = 200);
} new_user;

/// What a client sends with each request from now on.
typedef struct token {
    apus_str access_token;
    apus_str token_type;
} token;

/// Makes an account.
Post("/users", status = 201,
     responses = { 403 : "Strangers may not.", 409 : "There is one with that address." })
user *sign_up(apus_req *req, const new_user *body, sqlite3 *db Depends(open_database),
              const settings *s Depends(read_settings))
{
    if (!s->sign_up)
        return apus_fail(req, 403, "closed", "new accounts are made by the operator");
    const char *hash = apus_password_hash(req, body->password, NULL); /* waits: no statement yet */
    if (!hash)
        return NULL;
    sqlite3_stmt *insert =
        prepare(req, db, "INSERT INTO users (email, name, password) VALUES (?, ?, ?)");
    bind_text(insert, 1, body->email.text);
    bind_text(insert, 2, body->name);
    bind_text(insert, 3, apus_str_of(hash));
    if (!step_unless_taken(req, insert))
        return apus_fail(req, 409, "taken", "there is an account with that address");
    return apus_some(req, user, { sqlite3_last_insert_rowid(db), body->email, body->name });
}

/// Gives a token for an address and a password.
Post("/token", responses = { 400 : "They do not belong to each other." })
token *log_in(apus_req *req, const apus_password_form *form Depends(apus_password_form_read),
              sqlite3 *db Depends(open_database), const settings *s Depends(read_settings))
{
    account *a = find_account(req, db, form->username);
    if (!apus_password_verify(req, form->password, a ? a->password.ptr : NULL))
        return apus_fail(req, 400, "unknown", "Incorrect username or password");
    return apus_some(req, token, { make_token(req, s, a), APUS_STR("bearer") });
}

/// Says who you are.
Get("/users/me")
const user *read_me(apus_req *req, const user *who Depends(current_user))
{
    return who;
}
