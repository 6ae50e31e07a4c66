#pragma once
#include "database.h"

/// The token that `POST /token` gives.
Security(user_token, oauth2 = { password : "token" });

/// Somebody.
typedef struct user {
    int64_t id;
    apus_email email;
    apus_str name;
} user;

/* What is kept of somebody: only `public` leaves the house. */
typedef struct account {
    user public;
    apus_str password; /* its hash */
} account;

/* The account with that address, or NULL. */
account *find_account(apus_req *req, sqlite3 *db, apus_str email);

/* A token for it, which ends by itself. */
apus_str make_token(apus_req *req, const settings *s, const account *a);

/* Who is calling; 401 for everybody else. */
const user *current_user(apus_req *req, user_token token, sqlite3 *db Depends(open_database),
                         const settings *s Depends(read_settings));
