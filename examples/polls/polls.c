/* Polls: voters open them, vote once, and watch the counts as they change.  Kept in memory, so it
 * is served by one worker: POLLS_ADMIN_TOKEN=... ./polls --workers 0 */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

typedef struct settings {
    int max_choices Field(default = 4, ge = 2, le = 8);
    apus_secret admin_token Field(min_length = 8); ///< Who may close polls.
} settings;
Settings(settings, .prefix = "POLLS_");

/// Who asks, as the middleware found it.
typedef struct caller {
    apus_str language;
    int polls_seen;
} caller;
State(caller);

void hello(apus_req *req, apus_next *next)
{
    apus_state(req, caller)->language = apus_req_header(req, "Accept-Language");
    apus_next_run(next);
    apus_set_header(req, "X-Polls-Seen",
                    apus_strf(req, "%d", apus_state(req, caller)->polls_seen).ptr);
}

App(polls, title = "Polls", version = "1.0.0", middleware = [hello],
    tags = [ { name : "polls", description : "Open and answer polls." } ]);

#define TAG_POLLS "polls"

typedef enum phase { PHASE_OPEN, PHASE_CLOSED } phase;

typedef struct choice {
    apus_str text Field(min_length = 1, max_length = 60, strip);
    int votes Field(read_only);
} choice;
List(choice);

typedef struct new_poll {
    apus_str question Field(min_length = 5, max_length = 200);
    choice_list choices Field(min_items = 2, max_items = 8);
} Model(extra = forbid) new_poll;

typedef struct poll {
    int64_t id;
    new_poll what Flatten();
    phase phase Field(default = "open");
} poll;
List(poll);

typedef struct vote_count {
    int64_t poll;
    int choice, votes;
} vote_count;
Topic(counts, vote_count);

enum { POLLS_MAX = 100, VOTERS_MAX = 1000 };
typedef struct store {
    poll polls[POLLS_MAX];
    int n;
    apus_arena *arena;
    int max_choices;
    struct {
        int64_t poll;
        char who[40];
    } voted[VOTERS_MAX];
    int n_voted;
} store;

store *open_store(apus_worker *w, const settings *s Depends(read_settings))
{
    store *st = apus_worker_new(w, store);
    if (!st)
        return NULL;
    st->arena = apus_worker_arena(w);
    st->max_choices = s->max_choices;
    return st;
}

Security(token, bearer, description = "Any name is a voter.");

typedef struct voter {
    apus_str name;
    bool is_admin;
} voter;

const voter *current_voter(apus_req *req, token t, const settings *s Depends(read_settings))
{
    voter *v = apus_new(req, voter);
    v->name = t.value;
    v->is_admin = apus_equal_secret(t.value, s->admin_token.text);
    if (!v->is_admin && t.value.len >= 40)
        return apus_unauthorized(req, "that is no name");
    return v;
}

void any_voter(apus_req *req, const voter *who Depends(current_voter))
{
}

void only_admins(apus_req *req, const voter *who Depends(current_voter))
{
    if (!who->is_admin)
        apus_fail(req, 403, "no_admin", "Admins only");
}

poll *find_poll(apus_req *req, int64_t poll_id Path(ge = 1), store *db Depends(open_store))
{
    for (int i = 0; i < db->n; i++)
        if (db->polls[i].id == poll_id) {
            apus_state(req, caller)->polls_seen++;
            return &db->polls[i];
        }
    return apus_fail(req, 404, "no_poll", "there is no poll %lld", (long long)poll_id);
}

const poll *read_poll(apus_req *req, const poll *p); // apus_path_for knows it by its name

Router(polls_v1, prefix = "/v1/polls", tags = [TAG_POLLS],
       responses = { 404 : "There is no such poll.", 401 : "Who are you?" });
Include(polls_app, polls_v1_router);

typedef struct listing {
    int offset Field(default = 0, ge = 0);
    int limit Field(default = 10, ge = 1, le = 50);
    phase *phase;
} Model(extra = forbid) listing;

/// Polls, oldest first.
Get("")
poll_list list_polls(apus_req *req, const listing *q Query(), store *db Depends(open_store))
{
    poll_list out = { apus_new_n(req, poll, (size_t)db->n), 0 };
    for (int i = q->offset; i < db->n && (int)out.len < q->limit; i++)
        if (!q->phase || *q->phase == db->polls[i].phase)
            out.ptr[out.len++] = db->polls[i];
    return out;
}

/// Opens a poll.
Post("", status = 201, depends = [any_voter], responses = { 503 : "No room for another poll." })
const poll *open_poll(apus_req *req, const new_poll *body, store *db Depends(open_store))
{
    if ((int)body->choices.len > db->max_choices)
        return apus_fail(req, 422, "too_many", "at most %d choices", db->max_choices);
    if (db->n == POLLS_MAX)
        return apus_fail(req, 503, "full", "no room for another poll");
    new_poll *kept = apus_copy(db->arena, new_poll, body);
    if (!kept)
        return apus_fail(req, 503, NULL, "no memory");
    poll *p = &db->polls[db->n++];
    *p = (poll){ .id = db->n, .what = *kept };
    apus_set_header(req, "Location",
                    apus_path_for(req, read_poll, "poll_id", apus_strf(req, "%d", db->n).ptr).ptr);
    return p;
}

/// One poll with its counts.
Get("/{poll_id}")
const poll *read_poll(apus_req *req, const poll *p Depends(find_poll))
{
    return p;
}

typedef struct ballot {
    int choice Field(ge = 0);
} ballot;

/// Votes, once.
Post("/{poll_id}/votes", status = 204, responses = { 409 : "Closed, or voted already." })
void vote(apus_req *req, const ballot *body, poll *p Depends(find_poll),
          const voter *who Depends(current_voter), store *db Depends(open_store))
{
    if (p->phase == PHASE_CLOSED) {
        apus_fail(req, 409, "closed", "the poll is closed");
        return;
    }
    if ((size_t)body->choice >= p->what.choices.len) {
        apus_fail(req, 404, "no_choice", "there is no choice %d", body->choice);
        return;
    }
    for (int i = 0; i < db->n_voted; i++)
        if (db->voted[i].poll == p->id && strcmp(db->voted[i].who, who->name.ptr) == 0) {
            apus_fail(req, 409, "voted", "%s has voted", who->name.ptr);
            return;
        }
    if (db->n_voted < VOTERS_MAX) {
        db->voted[db->n_voted].poll = p->id;
        snprintf(db->voted[db->n_voted++].who, 40, "%s", who->name.ptr);
    }
    choice *c = &p->what.choices.ptr[body->choice];
    c->votes++;
    apus_publish(req, counts, apus_strf(req, "%lld", (long long)p->id),
                 &(vote_count){ p->id, body->choice, c->votes });
}

/// Closes a poll, or opens it again.
Put("/{poll_id}/phase", depends = [only_admins], responses = { 403 : "Not for voters." })
const poll *set_phase(apus_req *req, phase phase Body(embed), poll *p Depends(find_poll))
{
    p->phase = phase;
    return p;
}

Sse("/{poll_id}/counts", item = vote_count)
void watch(apus_req *req, apus_sse *out, const poll *p Depends(find_poll))
{
    apus_sub *sub = apus_subscribe(req, counts, apus_strf(req, "%lld", (long long)p->id));
    for (vote_count *c; (c = apus_next(req, sub));)
        apus_sse_send(out, vote_count, c);
}

OnFail("no_poll")
void on_no_poll(apus_req *req)
{
    if (apus_str_starts(apus_state(req, caller)->language, APUS_STR("de")))
        apus_fail(req, 404, "no_poll", "diese Umfrage gibt es nicht");
}

static const settings *test_settings(apus_worker *w)
{
    static const settings s = { 4, { APUS_STR_INIT("let-me-in") } };
    return &s;
}

static apus_test *begin(void)
{
    apus_test *t = apus_test_start(&polls_app);
    apus_override(t, read_settings, test_settings);
    apus_test_header(t, "Authorization", "Bearer ada");
    apus_expect_status(
        apus_test_post(t, "/v1/polls", APUS_JSON({
                           "question" : "Tea or coffee?",
                           "choices" : [ { "text" : " tea " }, { "text" : "coffee" } ]
                       })),
        201);
    return t;
}

Test(votes_count_once)
{
    apus_test *t = begin();
    apus_expect_status(apus_test_post(t, "/v1/polls/1/votes", APUS_JSON({ "choice" : 1 })), 204);
    apus_answer a = apus_test_post(t, "/v1/polls/1/votes", APUS_JSON({ "choice" : 1 }));
    apus_expect_status(a, 409);
    apus_expect_json(a, "$.code", "\"voted\"");
    a = apus_test_get(t, "/v1/polls/1");
    apus_expect_json(a, "$.choices[1].votes", "1");
    apus_expect_json(a, "$.choices[0].text", "\"tea\"");
    apus_expect_header(a, "X-Polls-Seen", "1");
    apus_test_stop(t);
}

Test(strangers_and_admins)
{
    apus_test *t = begin();
    apus_expect_status(apus_test_put(t, "/v1/polls/1/phase", APUS_JSON({ "phase" : "closed" })),
                       403);
    apus_test_header(t, "Authorization", "Bearer let-me-in");
    apus_expect_status(apus_test_put(t, "/v1/polls/1/phase", APUS_JSON({ "phase" : "closed" })),
                       200);
    apus_expect_status(apus_test_post(t, "/v1/polls/1/votes", APUS_JSON({ "choice" : 1 })), 409);
    apus_test_header(t, "Accept-Language", "de");
    apus_expect_json(apus_test_get(t, "/v1/polls/9"), "$.detail",
                     "\"diese Umfrage gibt es nicht\"");
    apus_test_header(t, "Authorization", NULL);
    apus_expect_status(apus_test_post(t, "/v1/polls", "{}"), 401);
    apus_expect_json(apus_test_get(t, "/v1/polls?phase=closed&limit=1"), "$[0].id", "1");
    apus_test_stop(t);
}
