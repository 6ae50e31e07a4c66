/* The C side of docs/from-fastapi.md, in the page's order: one small shop. */
#include <apus/apus.h>
#include <stdio.h>

App(shop, title = "Shop", version = "1.0.0");

/* --- first steps --- */

/// What we say.
typedef struct message {
    apus_str message;
} message;

/// Says hello.
Get("/")
message *root(apus_req *req)
{
    message *out = apus_new(req, message);
    out->message = APUS_STR("Hello World");
    return out;
}

/* --- path parameters --- */

typedef enum color { COLOR_RED, COLOR_DEEP_BLUE } color; // "red", "deep_blue"

/// A colour and a number, both from the path.
Get("/colors/{shade}/{n}")
apus_str read_color(apus_req *req, color shade, int n Path(title = "Which", ge = 1))
{
    return apus_strf(req, "%s %d", shade == COLOR_RED ? "red" : "blue", n);
}

/* --- query parameters --- */

/// What was asked for.
typedef struct asked {
    int skip, limit;
    apus_str *q;
    apus_strs tags;
} asked;

/// Pages, an optional text and a list.
Get("/asked")
asked *read_asked(apus_req *req, int skip Query(default = 0),
                  int limit Query(default = 10, le = 100),
                  apus_str *q Query(max_length = 50, pattern = "^[a-z]+$"),
                  apus_strs tags Query(alias = "tag", default = []))
{
    asked *out = apus_new(req, asked);
    *out = (asked){ skip, limit, q, tags };
    return out;
}

/* --- bodies --- */

/// An image of an item.
typedef struct image {
    apus_url url;
    apus_str name Field(min_length = 1);
} image;
List(image);

/// Something to sell.
typedef struct item {
    apus_str name;                                 ///< As the customer sees it.
    apus_str *description Field(max_length = 300); ///< None by default.
    apus_decimal price Field(gt = 0);              ///< Exact: it is money.
    double tax Field(default = 0.19);              ///< A part of the price.
    apus_strs tags Field(default = [], set);       ///< Without repeats.
    image_list images Field(default = []);         ///< Models in models.
} item;
List(item);

/// Takes an item and gives it back.
Post("/items", status = 201)
const item *create_item(apus_req *req, const item *body)
{
    return body;
}

/// Who pays.
typedef struct buyer {
    apus_str name;
    apus_email email;
} buyer;

/// Two models and a number in one body: {"item": {...}, "buyer": {...}, "importance": 3}
Put("/items/{item_id}")
const item *replace_item(apus_req *req, int64_t item_id, const item *item, const buyer *buyer,
                         int importance Body(gt = 0))
{
    return item;
}

/* --- partial updates --- */

static item stored = { .name = APUS_STR_INIT("Foo"), .tax = 0.19 };

/// Changes what was sent, keeps the rest.
Patch("/items/{item_id}")
item *update_item(apus_req *req, int64_t item_id, const item *body Body(partial))
{
    item *now = apus_merge(req, item, &stored, body);
    if (apus_sent(req, &body->tax) && now->tax > 1)
        return apus_fail(req, 400, NULL, "a tax above the price");
    return now;
}

/* --- headers and cookies --- */

/// What the client says of itself.
typedef struct visit {
    apus_str *user_agent;
    apus_str *ads_id;
} visit;

/// A header (user_agent is User-Agent) and a cookie.
Get("/visit")
visit *read_visit(apus_req *req, apus_str *user_agent Header(), apus_str *ads_id Cookie())
{
    visit *out = apus_new(req, visit);
    *out = (visit){ user_agent, ads_id };
    return out;
}

/* --- forms and files --- */

/// A form with a field and a file.
Post("/photos")
apus_str upload(apus_req *req, apus_str title Form(max_length = 40),
                const apus_upload *photo File())
{
    return apus_strf(req, "%s: %zu bytes of %s", title.ptr, photo->content.len,
                     photo->filename.ptr);
}

/* --- streams --- */

/// JSON Lines.
Get("/items/stream", item = item)
void stream_items(apus_req *req)
{
    for (int i = 0; i < 3; i++)
        apus_write_line(req, item, &stored);
}

/// Events.
Sse("/items/events", item = item)
void item_events(apus_req *req, apus_sse *out)
{
    for (int i = 0; i < 3 && !apus_failed(req); i++)
        apus_sse_send(out, item, &stored);
}

/* --- answers --- */

/// What everybody may see of a user.
typedef struct user {
    apus_str name;
    apus_email email;
} user;

/// What a user sends.
typedef struct new_user {
    user base Flatten();
    apus_str password Field(min_length = 8, secret);
} new_user;

/// The smaller model goes out: the password stays here.
Post("/users", status = 201)
const user *create_user(apus_req *req, const new_user *body)
{
    apus_set_header(req, "X-Cat", "alone in the world");
    apus_set_cookie(req, "session", "fake", &(apus_cookie){ .http_only = true });
    return &body->base;
}

/// Another model with another status.
Get("/items/{item_id}", responses = { 404 : message })
const item *read_item(apus_req *req, int64_t item_id)
{
    if (item_id != 1) {
        message *m = apus_new(req, message);
        m->message = APUS_STR("no such item");
        return apus_respond(req, 404, message, m);
    }
    return &stored;
}

/// A page.
Get("/page", produces = "text/html")
apus_str page(apus_req *req)
{
    return APUS_STR("<h1>Shop</h1>");
}

/// Any JSON.
Get("/anything/{n}")
apus_json *anything(apus_req *req, int n, apus_str q Query())
{
    return apus_jsonf(req, "{'n': %d, 'q': %s}", n, q.ptr);
}

/* --- failing --- */

/// Fails with a status, a code of ours and a text.
Get("/unicorns/{name}")
message *read_unicorn(apus_req *req, apus_str name)
{
    if (apus_str_eq(name, APUS_STR("yolo")))
        return apus_fail(req, 418, "yolo", "Oops! %s did something.", name.ptr);
    message *out = apus_new(req, message);
    out->message = name;
    return out;
}

/// Rewrites that failure wherever it comes from.
OnFail("yolo")
void on_yolo(apus_req *req)
{
    apus_fail_header(req, "X-Error", "There goes a rainbow...");
}

/* --- dependencies --- */

/// Common query parameters.
typedef struct paging {
    int skip Field(default = 0, ge = 0);
    int limit Field(default = 100, le = 100);
} paging;

/// Any function can be a dependency; its parameters join the route's.
const paging *common(apus_req *req, const paging *page Query())
{
    return page;
}

/// A session with the database, for the length of the request.
typedef struct session {
    int changes;
} session;

static void commit(apus_req *req, void *arg)
{
    session *db = arg;
    if (!apus_failed(req))
        db->changes = 0; // what is before the answer: it may still fail
}

static void close_session(void *arg)
{
    session *db = arg;
    db->changes = -1; // what is behind the answer
}

session *open_session(apus_req *req)
{
    session *db = apus_new(req, session);
    apus_finally(req, commit, db);
    apus_defer(req, close_session, db);
    return db;
}

/// Both at once.
Get("/items")
item_list list_items(apus_req *req, const paging *page Depends(common),
                     session *db Depends(open_session))
{
    db->changes++;
    return (item_list){ &stored, page->limit > 0 };
}

/* --- security --- */

Security(api_key, header = "X-API-Key");

/// Who is behind the key: 401 without one.
const user *current_user(apus_req *req, api_key key)
{
    if (!apus_str_eq(key.value, APUS_STR("s3cret")))
        return apus_fail(req, 401, NULL, "Invalid key");
    user *who = apus_new(req, user);
    *who = (user){ APUS_STR("ada"), { APUS_STR("ada@example.org") } };
    return who;
}

/// The user itself.
Get("/me")
const user *read_me(apus_req *req, const user *me Depends(current_user))
{
    return me;
}

/* --- after the answer --- */

static void write_log(apus_req *req, void *arg)
{
    fprintf(stderr, "notification for %s\n", (const char *)arg);
}

/// Answers first, writes then.
Post("/notify/{email}", status = 202)
message *notify(apus_req *req, apus_email email)
{
    apus_after(req, write_log, (void *)email.text.ptr);
    message *out = apus_new(req, message);
    out->message = APUS_STR("sent in the background");
    return out;
}

/* --- middleware --- */

/// Around every request.
void add_version(apus_req *req, apus_next *next)
{
    apus_next_run(next);
    apus_set_header(req, "X-Shop", "1");
}

/* --- lifespan and settings --- */

/// What an operator decides.
typedef struct config {
    apus_str app_name Field(default = "Awesome API");
    apus_email admin_email Field(default = "admin@example.org");
    int items_per_user Field(default = 50);
} config;
Settings(config, .prefix = "SHOP_", .env_file = ".env");

/// Something that is slow to make.
typedef struct model {
    double weight;
} model;

static void forget_model(void *m)
{
    ((model *)m)->weight = 0;
}

/// Made before the first request, ended behind the last.
model *load_model(apus_worker *w, const config *c Depends(read_config))
{
    model *m = apus_worker_new(w, model);
    m->weight = c->items_per_user * 2.0;
    apus_worker_defer(w, forget_model, m);
    return m;
}

/// Uses it.
Get("/predict")
double predict(apus_req *req, double x, const model *m Depends(load_model))
{
    return m->weight * x;
}

/* --- waiting, and work that blocks --- */

/// Waits: other requests go on meanwhile.
Get("/slow")
message *slow(apus_req *req)
{
    if (!apus_sleep(req, 10 * APUS_MILLISECOND))
        return NULL; // the client has gone
    return root(req);
}

/// Code that blocks or computes: on a thread of the pool.
Get("/heavy", blocking)
message *heavy(apus_req *req)
{
    return root(req);
}

/* --- WebSockets --- */

/// What somebody said.
typedef struct line {
    apus_str text Field(min_length = 1);
} line;
Topic(rooms, line);

/* Beside the handler: what the others say. */
static void listen(apus_req *req, void *ws)
{
    apus_sub *said = apus_subscribe(req, rooms, APUS_STR("lobby"));
    for (line *l; (l = apus_next(req, said));)
        apus_ws_send(ws, line, l);
}

WebSocket("/ws")
void talk(apus_req *req, apus_ws *ws, const user *me Depends(current_user))
{
    apus_spawn(req, listen, ws);
    for (line *l; (l = apus_ws_recv(ws, line));)
        apus_publish(req, rooms, APUS_STR("lobby"), l);
}

/* --- bigger applications --- */

Router(admin, prefix = "/admin", tags = "admin", depends = [only_admins],
       middleware = [add_version]);
Include(shop_app, admin_router, prefix = "/v1");

/// 403 for everybody but ada.
void only_admins(apus_req *req, const user *me Depends(current_user))
{
    if (!apus_str_eq(me->name, APUS_STR("ada")))
        apus_fail(req, 403, NULL, "Admins only");
}

/// Behind the router's prefix and dependencies.
Delete("/items/{item_id}", status = 204)
void delete_item(apus_req *req, int64_t item_id)
{
}

/* --- testing --- */

static const user *test_user(apus_req *req, api_key key)
{
    user *who = apus_new(req, user);
    who->name = APUS_STR("eve");
    return who;
}

Test(only_admins_delete)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "X-API-Key", "s3cret");
    apus_expect_status(apus_test_delete(t, "/v1/admin/items/1"), 204);
    apus_override(t, current_user, test_user);
    apus_answer a = apus_test_delete(t, "/v1/admin/items/1");
    apus_expect_status(a, 403);
    apus_expect_json(a, "$.detail", "\"Admins only\"");
    apus_test_stop(t);
}

Test(sockets_hear_one_another)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_test_header(t, "X-API-Key", "s3cret");
    apus_test_socket *s = apus_test_ws(t, "/ws");
    apus_test_ws_send(s, APUS_JSON({ "text" : "hello" }));
    apus_expect_ws_text(s, "{\"text\":\"hello\"}");
    apus_test_ws_send(s, APUS_JSON({ "text" : "" }));
    apus_expect_ws_close(s, 1008);
    apus_test_stop(t);
}

Test(answers_as_the_page_says)
{
    apus_test *t = apus_test_start(&shop_app);
    static const struct {
        const char *path, *where, *what;
    } rows[] = {
        { "/", "$.message", "\"Hello World\"" },
        { "/colors/deep_blue/3", "$", "\"blue 3\"" },
        { "/asked?tag=a&tag=b", "$",
          "{\"skip\":0,\"limit\":10,\"q\":null,\"tags\":[\"a\",\"b\"]}" },
        { "/asked?limit=101", "$.detail[0].type", "\"less_than_equal\"" },
        { "/visit", "$.ads_id", "null" },
        { "/items/2", "$.message", "\"no such item\"" },
        { "/anything/3?q=a%22b", "$", "{\"n\":3,\"q\":\"a\\\"b\"}" },
        { "/unicorns/yolo", "$.code", "\"yolo\"" },
        { "/items?limit=1", "$[0].name", "\"Foo\"" },
        { "/me", "$.detail", "\"Not authenticated\"" },
        { "/predict?x=2", "$", "200.0" },
        { "/heavy", "$.message", "\"Hello World\"" },
        { "/slow", "$.message", "\"Hello World\"" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        apus_expect_json(apus_test_get(t, rows[i].path), rows[i].where, rows[i].what);
    apus_answer a = apus_test_patch(t, "/items/1", "{\"tax\": 0.5}");
    apus_expect_json(a, "$.tax", "0.5");
    apus_expect_json(a, "$.name", "\"Foo\"");
    a = apus_test_post(t, "/users",
                       "{\"name\":\"ada\",\"email\":\"a@b.org\",\"password\":\"12345678\"}");
    apus_expect_json(a, "$", "{\"name\":\"ada\",\"email\":\"a@b.org\"}");
    a = apus_test_post(t, "/users",
                       "{\"name\":\"ada\",\"email\":\"a@b.org\",\"password\":\"1234\"}");
    apus_expect_status(a, 422);
    a = apus_test_put(t, "/items/1",
                      "{\"item\":{\"name\":\"a\",\"price\":\"1.10\"},"
                      "\"buyer\":{\"name\":\"b\",\"email\":\"b@c.org\"},\"importance\":0}");
    apus_expect_json(a, "$.detail[0].loc", "[\"body\",\"importance\"]");
    apus_expect_status(apus_test_post(t, "/notify/a@b.org", NULL), 202);
    apus_test_stop(t);
}
