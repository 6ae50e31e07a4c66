/* Who is calling, and what they may do: a login form, tokens, scopes. */
#include <apus/apus.h>
#include <apus/clock.h>
#include <apus/random.h>
#include <string.h>

App(notes, title = "Notes", version = "1.0.0");

/// The token that `POST /token` gives.
Security(user_token, oauth2 = { password : "token" },
         scopes = { me : "Read who you are.", "notes:write" : "Write notes." });

/* --- accounts, made once per worker --- */

typedef struct account {
    apus_str name;
    const char *password; // its hash
    apus_strs scopes;     // what the account may be used for
    bool disabled;
} account;

/// What one has written down.
typedef struct note {
    int64_t id;
    apus_str text;
} note;

enum { NOTES_MAX = 100, NOTE_MAX = 200 };

typedef struct accounts {
    account list[3];
    struct kept_note {
        const account *owner;
        char text[NOTE_MAX * 4 + 1]; // so many characters
    } notes[NOTES_MAX];
    size_t n_notes;
    apus_strs keys; // that tokens are sealed with
    char key_bytes[32];
    apus_str key;
} accounts;

static apus_str all_scopes[] = { APUS_STR_INIT("me"), APUS_STR_INIT("notes:write") };

static bool add_account(apus_worker *w, account *a, const char *name, const char *password)
{
    apus_str hash;
    // cheap for the example: NULL has the default cost
    const apus_password_cost cost = { .memory_kib = 64, .passes = 1 };
    if (apus_password_make(apus_worker_arena(w), apus_str_of(password), &cost, &hash))
        return apus_worker_fail(w, "the password of %s cannot be hashed", name);
    *a = (account){ .name = apus_str_of(name), .password = hash.ptr };
    return true;
}

/// What a database would hold.  The key is new with each start, and old tokens end with it; keep
/// yours in a secret file, and read it with Settings().
static accounts *open_accounts(apus_worker *w)
{
    accounts *all = apus_worker_new(w, accounts);
    if (!all || !add_account(w, &all->list[0], "ada", "wonderland") ||
        !add_account(w, &all->list[1], "bob", "builder") ||
        !add_account(w, &all->list[2], "eve", "snake"))
        return NULL;
    all->list[0].scopes = (apus_strs){ all_scopes, 2 };
    all->list[1].scopes = (apus_strs){ all_scopes, 1 };
    all->list[2].scopes = (apus_strs){ all_scopes, 2 };
    if (apus_random(all->key_bytes, sizeof(all->key_bytes), NULL))
        return apus_worker_fail(w, "there are no random bytes");
    all->key = (apus_str){ all->key_bytes, sizeof(all->key_bytes) };
    all->keys = (apus_strs){ &all->key, 1 };
    return all;
}

static const account *find_account(const accounts *all, apus_str name)
{
    for (size_t i = 0; i < sizeof(all->list) / sizeof(all->list[0]); i++)
        if (apus_str_eq(all->list[i].name, name))
            return &all->list[i];
    return NULL;
}

/* --- who is calling --- */

enum { TOKEN_SECONDS = 30 * 60 };

static int64_t seconds_now(void)
{
    return apus_clock_wall() / 1000000000;
}

/// The words of a text, with one blank between them.
static apus_strs words_of(apus_req *req, apus_str text)
{
    apus_strs words = { .ptr = apus_new_n(req, apus_str, text.len / 2 + 1) };
    while (text.len) {
        size_t end = apus_str_find(text, ' ');
        words.ptr[words.len++] = apus_strdup(req, apus_str_slice(text, 0, end));
        text = end == SIZE_MAX ? APUS_STR("") : apus_str_slice(text, end + 1, SIZE_MAX);
    }
    return words;
}

/// The account behind the token, which says "ada me notes:write".
const account *current_account(apus_req *req, user_token token,
                               const accounts *all Depends(open_accounts))
{
    apus_sealed sealed;
    if (apus_seal_read(apus_req_arena(req), all->keys, APUS_STR("token"), seconds_now(),
                       TOKEN_SECONDS, token.value, &sealed))
        return apus_unauthorized(req, "Could not validate credentials");
    apus_strs words = words_of(req, sealed.text);
    const account *a = words.len ? find_account(all, words.ptr[0]) : NULL;
    if (!a)
        return apus_unauthorized(req, "Could not validate credentials");
    apus_identify(req,
                  &(apus_principal){ .id = a->name, .scopes = { words.ptr + 1, words.len - 1 } });
    return a;
}

const account *active_account(apus_req *req,
                              const account *a Depends(current_account, scopes = "me"))
{
    return a->disabled ? apus_fail(req, 403, "disabled", "This account is disabled") : a;
}

/* --- logging in --- */

/// What a client sends with each request from now on.
typedef struct token {
    apus_str access_token;
    apus_str token_type;
} token;

/// The scopes asked for that the account has; all of them where none are asked for.
static apus_str granted(apus_req *req, const account *a, apus_strs asked)
{
    apus_str text = a->name;
    for (size_t i = 0; i < a->scopes.len; i++) {
        bool is_asked = asked.len == 0;
        for (size_t k = 0; k < asked.len; k++)
            is_asked = is_asked || apus_str_eq(asked.ptr[k], a->scopes.ptr[i]);
        if (is_asked)
            text = apus_strf(req, "%s %s", text.ptr, a->scopes.ptr[i].ptr);
    }
    return text;
}

/// Gives a token for a name and a password.
Post("/token")
token *login(apus_req *req, const apus_password_form *form Depends(apus_password_form_read),
             const accounts *all Depends(open_accounts))
{
    const account *a = find_account(all, form->username);
    if (!apus_password_verify(req, form->password, a ? a->password : NULL))
        return apus_fail(req, 400, NULL, "Incorrect username or password");

    token *out = apus_new(req, token);
    apus_buf b = apus_buf_in(apus_req_arena(req));
    if (apus_seal_write(&b, all->keys, APUS_STR("token"), seconds_now(),
                        granted(req, a, form->scopes)) ||
        apus_buf_take(&b, &out->access_token))
        return apus_fail(req, 503, NULL, "out of memory");
    out->token_type = APUS_STR("bearer");
    return out;
}

/* --- what they may do --- */

/// Who one is.
typedef struct profile {
    apus_str name;
    apus_strs scopes;
} profile;

/// Says who you are.
Get("/me")
profile *read_me(apus_req *req, const account *who Depends(active_account))
{
    profile *out = apus_new(req, profile);
    *out = (profile){ who->name, apus_req_principal(req)->scopes };
    return out;
}

Router(writing, prefix = "/notes", scopes = "notes:write");
Include(notes_app, writing_router);

static note *note_of(apus_req *req, const accounts *all, size_t i)
{
    note *out = apus_new(req, note);
    *out = (note){ (int64_t)i + 1, apus_strdup(req, apus_str_of(all->notes[i].text)) };
    return out;
}

/// Keeps a note.
Post("", status = 201)
note *write_note(apus_req *req, apus_str text Body(embed, max_length = NOTE_MAX),
                 const account *who Depends(active_account), accounts *all Depends(open_accounts))
{
    if (all->n_notes == NOTES_MAX)
        return apus_fail(req, 507, "full", "this example keeps %d notes", NOTES_MAX);
    struct kept_note *kept = &all->notes[all->n_notes];
    kept->owner = who;
    memcpy(kept->text, text.ptr, text.len + 1);
    return note_of(req, all, all->n_notes++);
}

/// One of your notes.  Another's is not there: a scope says what one may do, not with what.
Get("/{id}")
note *read_note(apus_req *req, int64_t id, const account *who Depends(active_account),
                accounts *all Depends(open_accounts))
{
    bool is_there = id >= 1 && id <= (int64_t)all->n_notes;
    if (!is_there || all->notes[id - 1].owner != who)
        return apus_fail(req, 404, "unknown_note", "You have no such note");
    return note_of(req, all, (size_t)id - 1);
}

/* --- tests --- */

static apus_answer log_in(apus_test *t, const char *form)
{
    return apus_test_send(t, "POST", "/token", "application/x-www-form-urlencoded",
                          apus_str_of(form));
}

/* Logs in, and sends the token from now on. */
static void use_token(apus_test *t, const char *form)
{
    char value[300] = "Bearer ";
    apus_answer a = log_in(t, form);
    apus_expect_status(a, 200);
    const char *begin = strstr(a.body.ptr, "\"access_token\":\"") + 16;
    strncat(value, begin, (size_t)(strchr(begin, '"') - begin));
    apus_test_header(t, "Authorization", value);
}

Test(who_logs_in_is_known)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_expect_status(apus_test_get(t, "/me"), 401);
    use_token(t, "username=ada&password=wonderland");
    apus_expect_json(apus_test_get(t, "/me"), "$",
                     APUS_JSON({ "name" : "ada", "scopes" : [ "me", "notes:write" ] }));
    apus_expect_status(apus_test_post(t, "/notes", APUS_JSON({ "text" : "hello" })), 201);
    apus_test_stop(t);
}

Test(a_wrong_password_opens_nothing)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_answer a = log_in(t, "username=ada&password=Wonderland");
    apus_expect_status(a, 400);
    apus_expect_json(a, "$.detail", "\"Incorrect username or password\"");
    apus_expect_status(log_in(t, "username=mallory&password=wonderland"), 400);
    apus_expect_status(log_in(t, "username=ada"), 422);
    char form[64 + APUS_PASSWORD_MAX] = "username=ada&password=";
    memset(form + strlen(form), 'x', APUS_PASSWORD_MAX + 1); // longer than any that was hashed
    apus_expect_status(log_in(t, form), 400);
    apus_test_stop(t);
}

Test(scopes_are_required)
{
    apus_test *t = apus_test_start(&notes_app);
    use_token(t, "username=bob&password=builder");
    apus_expect_json(apus_test_get(t, "/me"), "$.scopes", "[\"me\"]");
    apus_answer a = apus_test_post(t, "/notes", APUS_JSON({ "text" : "hello" }));
    apus_expect_status(a, 403);
    apus_expect_header(a, "www-authenticate",
                       "Bearer error=\"insufficient_scope\", scope=\"notes:write me\"");
    use_token(t, "username=ada&password=wonderland&scope=notes:write");
    apus_expect_status(apus_test_get(t, "/me"), 403);
    apus_test_stop(t);
}

Test(notes_are_their_owners)
{
    apus_test *t = apus_test_start(&notes_app);
    use_token(t, "username=ada&password=wonderland");
    apus_expect_json(apus_test_post(t, "/notes", APUS_JSON({ "text" : "hello" })), "$",
                     APUS_JSON({ "id" : 1, "text" : "hello" }));
    apus_expect_json(apus_test_get(t, "/notes/1"), "$.text", "\"hello\"");
    use_token(t, "username=eve&password=snake");
    apus_expect_status(apus_test_get(t, "/notes/1"), 404);
    apus_expect_status(apus_test_get(t, "/notes/2"), 404);
    apus_test_stop(t);
}

Test(a_token_that_was_changed_is_none)
{
    apus_test *t = apus_test_start(&notes_app);
    apus_test_header(t, "Authorization",
                     "Bearer v1.1767225600.YWRhIG1l.BZREgNsAAaBDI4Afc-wYSORsHB3KUIhBCv7sfJHROVE");
    apus_answer a = apus_test_get(t, "/me");
    apus_expect_status(a, 401);
    apus_expect_header(a, "www-authenticate", "Bearer scope=\"me\"");
    apus_test_stop(t);
}
