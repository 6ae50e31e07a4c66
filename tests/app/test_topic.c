/* Topics: who gets what, what is dropped, and how listening ends; fibers beside a handler's. */
#include "tables.h"

#include <apus/bus.h>
#include <apus/fiber.h>
#include <apus/loop.h>
#include <apus/topic.h>
#include <apus/ws.h>
#include <string.h>

#include "app/service.h"
#include "app/test_client.h"

struct news {
    apus_str text;
    int32_t n;
};
static const apus_field news_fields[] = {
    FIELD(news, text, apus_type_str, REQUIRED),
    FIELD(news, n, apus_type_int32, REQUIRED),
};
static const apus_model news_model = { .name = "news",
                                       .size = sizeof(struct news),
                                       .align = _Alignof(struct news),
                                       .fields = news_fields,
                                       .n_fields = COUNT(news_fields) };

typedef struct news city_topic_item;
static const apus_topic city_topic = { .name = "city", .model = &news_model, .queue = 4 };
typedef struct news strict_topic_item;
static const apus_topic strict_topic = {
    .name = "strict", .model = &news_model, .queue = 2, .overflow = APUS_OVERFLOW_disconnect
};

static struct {
    unsigned n, dropped;
    size_t listeners;
    bool joined, child_waits;
    int order[8];
} seen;

/* --- handlers --- */

static void publish_n(apus_req *req, const char *key, int n)
{
    for (int i = 1; i <= n; i++) {
        struct news news = { apus_strf(req, "%s %d", key, i), i };
        seen.listeners = apus_publish(req, city, apus_str_of(key), &news);
    }
}

static void publish(apus_req *req)
{
    publish_n(req, apus_req_header(req, "key").ptr, atoi(apus_req_header(req, "n").ptr));
}

static void publish_large(apus_req *req)
{
    char *text = apus_new_n(req, char, APUS_BUS_MESSAGE_MAX + 1);
    memset(text, 'x', APUS_BUS_MESSAGE_MAX);
    struct news news = { { text, APUS_BUS_MESSAGE_MAX }, 1 };
    apus_publish(req, city, APUS_STR(""), &news);
}

static void publish_strictly(apus_req *req)
{
    struct news news = { APUS_STR("x"), 1 };
    for (int i = 0; i < 3; i++)
        apus_publish(req, strict, APUS_STR(""), &news);
}

static void listen_to(apus_req *req, apus_ws *ws, apus_sub *sub)
{
    for (struct news *news; (news = apus_next(req, sub));) {
        seen.n++;
        seen.dropped += (unsigned)apus_sub_dropped(sub);
        apus_ws_send_text(ws, apus_strf(req, "%s/%s", apus_sub_key(sub).ptr, news->text.ptr));
    }
}

static void listen(apus_req *req, apus_ws *ws)
{
    listen_to(req, ws, apus_subscribe(req, city, apus_req_header(req, "key")));
}

static void listen_all(apus_req *req, apus_ws *ws)
{
    listen_to(req, ws, apus_subscribe_all(req, city));
}

static void listen_strictly(apus_req *req, apus_ws *ws)
{
    listen_to(req, ws, apus_subscribe(req, strict, APUS_STR("")));
}

/* Listens to one room after the other. */
static void move(apus_req *req, apus_ws *ws)
{
    apus_str room;
    apus_sub *sub = NULL;
    while (apus_ws_recv_text(ws, &room)) {
        apus_unsubscribe(req, sub);
        sub = apus_subscribe(req, city, room);
        publish_n(req, room.ptr, 1);
        struct news *news = apus_next(req, sub);
        if (news)
            apus_ws_send_text(ws, news->text);
    }
}

static void keep_talk(apus_req *child, void *arg)
{
    apus_ws *ws = arg;
    listen_to(child, ws, apus_subscribe(child, city, APUS_STR("chat")));
    seen.child_waits = apus_sleep(child, 0);
}

/* Waits for either: what the client says, and what others do. */
static void chat(apus_req *req, apus_ws *ws)
{
    apus_str text;
    if (!apus_spawn(req, keep_talk, ws))
        return;
    while (apus_ws_recv_text(ws, &text)) {
        struct news news = { text, 0 };
        apus_publish(req, city, APUS_STR("chat"), &news);
    }
}

static void events(apus_req *req, apus_sse *out)
{
    apus_sub *sub = apus_subscribe(req, city, APUS_STR("a"));
    for (struct news *news; (news = apus_next(req, sub));) {
        apus__sse_send(out, &news_model, news, NULL);
        if (news->n == 2)
            return;
    }
}

static void second(apus_req *child, void *arg)
{
    (void)child;
    struct news *kept = arg;
    seen.order[0] = kept->n;
}

/* What is kept outlives the turn; what is not, does not have to. */
static void keeps(apus_req *req, apus_ws *ws)
{
    struct news *first = NULL;
    apus_sub *sub = apus_subscribe(req, city, APUS_STR("k"));
    apus_ws_accept(ws, NULL);
    publish_n(req, "k", 3);
    for (int i = 0; i < 3; i++) {
        struct news *news = apus_next(req, sub);
        if (!first)
            first = apus__keep(req, &news_model, news);
        memset(apus_new_n(req, char, 3000), 'x', 3000);
    }
    apus_ws_send_text(ws, first->text);
}

static void sleeps(apus_req *child, void *arg)
{
    int *n = arg;
    apus_sleep(child, *n * APUS_MILLISECOND);
    seen.order[seen.n++] = *n;
}

static void fails(apus_req *child, void *arg)
{
    (void)arg;
    apus_fail(child, 503, NULL, "alone");
}

static void aborts(apus_req *child, void *arg)
{
    apus_sleep(child, APUS_MILLISECOND);
    apus_abort(arg, 503, NULL, "with the parent's request, on the child's stack");
}

static void count_end(void *arg)
{
    ++*(unsigned *)arg;
}

static void defers(apus_req *child, void *arg)
{
    apus_defer(child, count_end, arg);
    apus_spawn(child, second, &(struct news){ APUS_STR(""), 9 });
    apus_sleep(child, 60 * APUS_SECOND);
}

static void together(apus_req *req)
{
    int times[] = { 9, 1, 5 };
    for (size_t i = 0; i < COUNT(times); i++)
        apus_spawn(req, sleeps, &times[i]);
    apus_spawn(req, fails, NULL);
    apus_spawn(req, aborts, req);
    seen.joined = apus_join(req);
}

static unsigned ended;

static void leaves(apus_req *req)
{
    apus_spawn(req, defers, &ended);
}

static void crowd(apus_req *req)
{
    for (int i = 0; i < 100; i++)
        if (!apus_spawn(req, defers, &ended))
            return;
}

/* A child waits while the parent is on a pool thread. */
static void *work(apus_req *req, void *arg)
{
    return apus_failed(req) ? NULL : arg;
}

static void offloads(apus_req *req)
{
    int n = 1;
    apus_spawn(req, sleeps, &n);
    seen.joined = apus_offload(req, work, &n) == &n;
    apus_join(req);
}

/* --- the app --- */

static void void_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *))fn)(req);
}

static void ws_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *, apus_ws *))fn)(req, apus_req_ws(req));
}

static void sse_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)args;
    (void)result;
    ((void (*)(apus_req *, apus_sse *))fn)(req, apus_req_sse(req));
}

static const apus_ws_options plain = { 0 };

#define PLAIN(path_, fn_)                                                                          \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = void_call, .status = 200                                     \
    }
#define SOCKET(path_, fn_)                                                                         \
    {                                                                                              \
        .method = APUS_METHOD_GET, .path = APUS_STR_INIT(path_), .name = #fn_,                     \
        .fn = (apus_fn *)fn_, .call = ws_call, .status = 200, .ws = &plain                         \
    }

static const apus_route routes[] = {
    PLAIN("/publish", publish),
    PLAIN("/strict", publish_strictly),
    PLAIN("/large", publish_large),
    PLAIN("/together", together),
    PLAIN("/leaves", leaves),
    PLAIN("/crowd", crowd),
    PLAIN("/offloads", offloads),
    SOCKET("/listen", listen),
    SOCKET("/listen-all", listen_all),
    SOCKET("/listen-strictly", listen_strictly),
    SOCKET("/move", move),
    SOCKET("/chat", chat),
    SOCKET("/keeps", keeps),
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/events"),
      .name = "events",
      .fn = (apus_fn *)events,
      .call = sse_call,
      .produces = APUS_STR_INIT("text/event-stream"),
      .status = 200 },
};

APP(app, routes, .n_slots = 0);

static apus_test *start(void)
{
    memset(&seen, 0, sizeof(seen));
    ended = 0;
    return apus_test_start(&app);
}

static void publish_to(apus_test *t, const char *key, const char *n)
{
    apus_test_header(t, "key", key);
    apus_test_header(t, "n", n);
    apus_expect_status(apus_test_get(t, "/publish"), 200);
}

static apus_test_socket *listen_at(apus_test *t, const char *path, const char *key)
{
    apus_test_header(t, "key", key);
    return apus_test_ws(t, path);
}

static void wait_for_end(apus_test *t)
{
    for (int i = 0; i < 200 && t->service->live; i++)
        apus_loop_turn(t->loop, APUS_MILLISECOND);
    assert_int_equal(t->service->live, 0);
}

/* --- tests --- */

static void rooms_hear_their_own(void **state)
{
    (void)state;
    apus_test *t = start();
    publish_to(t, "a", "1"); /* nobody is there */
    assert_int_equal(seen.listeners, 0);
    apus_test_socket *a1 = listen_at(t, "/listen", "a"), *a2 = listen_at(t, "/listen", "a");
    apus_test_socket *b = listen_at(t, "/listen", "b"), *all = listen_at(t, "/listen-all", "-");
    publish_to(t, "a", "2");
    assert_int_equal(seen.listeners, 3);
    publish_to(t, "b", "1");
    assert_int_equal(seen.listeners, 2);
    apus_expect_ws_text(a1, "a/a 1");
    apus_expect_ws_text(a1, "a/a 2");
    apus_expect_ws_text(a2, "a/a 1");
    apus_expect_ws_text(a2, "a/a 2");
    apus_expect_ws_text(b, "b/b 1");
    apus_expect_ws_text(all, "a/a 1");
    apus_expect_ws_text(all, "a/a 2");
    apus_expect_ws_text(all, "b/b 1");
    apus_test_ws_close(a1, 1000);
    apus_test_ws_close(a2, 0);
    for (int i = 0; i < 20; i++)
        apus_loop_turn(t->loop, 0);
    publish_to(t, "a", "1");
    assert_int_equal(seen.listeners, 1);
    apus_test_stop(t);
}

/* Rooms go with their last listener, and the table grows. */
static void rooms_come_and_go(void **state)
{
    apus_test_socket *s[100];
    char key[16];
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(s); i++) {
        snprintf(key, sizeof(key), "room %zu", i);
        s[i] = listen_at(t, "/listen", key);
    }
    assert_int_equal(t->service->hub.n_rooms, COUNT(s));
    publish_to(t, "room 77", "1");
    apus_expect_ws_text(s[77], "room 77/room 77 1");
    for (size_t i = 0; i < COUNT(s); i++)
        apus_test_ws_close(s[i], 0);
    wait_for_end(t);
    assert_int_equal(t->service->hub.n_rooms, 0);
    apus_test_stop(t);
}

/* --- another process --- */

static struct {
    bool wanted;
    int listeners, n_sent, n_refused;
    size_t len;
    char sent[4096];
} beyond;

static bool is_wanted(void *ctx, uint32_t place)
{
    (void)ctx;
    assert_true(place < APUS_BUS_PLACES);
    return beyond.wanted;
}

static void send_beyond(void *ctx, uint32_t place, apus_str message)
{
    (void)ctx;
    (void)place;
    assert_true(message.len <= sizeof(beyond.sent));
    memcpy(beyond.sent, message.ptr, message.len);
    beyond.len = message.len;
    beyond.n_sent++;
}

static void count_listeners(void *ctx, uint32_t place, int change)
{
    (void)ctx;
    (void)place;
    beyond.listeners += change;
}

static void refuse(void *ctx, const apus_topic *topic)
{
    (void)ctx;
    assert_ptr_equal(topic, &city_topic);
    beyond.n_refused++;
}

static const apus_bus bus = {
    .wants = is_wanted, .send = send_beyond, .listens = count_listeners, .refused = refuse
};

/* The same service stands for both processes: what it sent, it hears. */
static void the_bus_carries_messages(void **state)
{
    (void)state;
    apus_test *t = start();
    memset(&beyond, 0, sizeof(beyond));
    apus_service_use_bus(t->service, &bus);
    publish_to(t, "a", "1");
    assert_int_equal(beyond.n_sent, 0); /* nobody wants it */
    beyond.wanted = true;
    publish_to(t, "a", "1");
    assert_int_equal(beyond.n_sent, 1);
    apus_str message = { beyond.sent, beyond.len };
    apus_service_hear(t->service, message); /* nobody listens */
    beyond.wanted = false;
    apus_test_socket *a = listen_at(t, "/listen", "a"), *all = listen_at(t, "/listen-all", "-");
    apus_test_socket *b = listen_at(t, "/listen", "b");
    assert_int_equal(beyond.listeners, 3);
    apus_service_hear(t->service, message);
    apus_expect_ws_text(a, "a/a 1");
    apus_expect_ws_text(all, "a/a 1");
    for (size_t len = 0; len < message.len; len++)
        apus_service_hear(t->service, (apus_str){ message.ptr, len }); /* cut: none of ours */
    beyond.sent[0] = (char)~beyond.sent[0];
    apus_service_hear(t->service, message); /* of a topic, or a model, that we do not know */
    publish_to(t, "b", "1");
    apus_expect_ws_text(b, "b/b 1");
    apus_expect_ws_text(all, "b/b 1");
    apus_test_ws_close(a, 0);
    apus_test_ws_close(b, 0);
    apus_test_ws_close(all, 0);
    wait_for_end(t);
    assert_int_equal(beyond.listeners, 0);
    apus_test_stop(t);
}

static void the_bus_refuses_what_is_too_large(void **state)
{
    (void)state;
    apus_test *t = start();
    memset(&beyond, 0, sizeof(beyond));
    apus_service_use_bus(t->service, &bus);
    beyond.wanted = true;
    apus_test_socket *s = apus_test_ws(t, "/listen-all");
    apus_test_header(t, "n", "1");
    apus_expect_status(apus_test_get(t, "/large"), 200);
    assert_int_equal(beyond.n_sent, 0);
    assert_int_equal(beyond.n_refused, 1);
    assert_true(apus_test_ws_recv(s).body.len > APUS_BUS_MESSAGE_MAX); /* at home it is heard */
    apus_test_stop(t);
}

static void slow_listeners_miss_the_oldest(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = listen_at(t, "/listen", "a");
    publish_to(t, "a", "10"); /* within one turn: a queue of 4 */
    for (int i = 7; i <= 10; i++) {
        char text[16];
        snprintf(text, sizeof(text), "a/a %d", i);
        apus_expect_ws_text(s, text);
    }
    assert_int_equal(seen.dropped, 6);
    assert_int_equal(seen.n, 4);
    apus_test_stop(t);
}

static void strict_topics_disconnect_them(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/listen-strictly");
    apus_expect_status(apus_test_get(t, "/strict"), 200);
    apus_expect_ws_close(s, 1013);
    assert_string_equal(apus_test_ws_reason(s).ptr, "too slow");
    apus_test_stop(t);
}

static void handlers_change_rooms(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = apus_test_ws(t, "/move");
    for (int i = 0; i < 3; i++) {
        apus_test_ws_send(s, "x");
        apus_expect_ws_text(s, "x 1");
        apus_test_ws_send(s, "y");
        apus_expect_ws_text(s, "y 1");
    }
    assert_int_equal(t->service->hub.n_rooms, 1);
    apus_test_stop(t);
}

static void a_chat_waits_for_either(void **state)
{
    apus_test_socket *s[3];
    (void)state;
    apus_test *t = start();
    for (size_t i = 0; i < COUNT(s); i++)
        s[i] = apus_test_ws(t, "/chat");
    apus_test_ws_send(s[0], "hello");
    apus_test_ws_send(s[2], "you");
    for (size_t i = 0; i < COUNT(s); i++) {
        apus_expect_ws_text(s[i], "chat/hello");
        apus_expect_ws_text(s[i], "chat/you");
    }
    seen.child_waits = true;
    for (size_t i = 0; i < COUNT(s); i++)
        apus_test_ws_close(s[i], i == 1 ? 0 : 1000);
    wait_for_end(t);
    assert_false(seen.child_waits);
    apus_test_stop(t);
}

static void events_of_a_topic(void **state)
{
    apus_buf out = apus_buf_with(&apus_alloc_libc);
    apus_http_pipe *pipe;
    apus_err err;
    (void)state;
    apus_test *t = start();
    assert_int_equal(apus_service_start(t->service, &err), APUS_OK);
    assert_int_equal(apus_http_pipe_open(t->server, &out, &pipe), APUS_OK);
    apus_http_pipe_send(pipe, APUS_STR("GET /events HTTP/1.1\r\nHost: a\r\n\r\n"));
    apus_loop_turn(t->loop, 0);
    assert_true(out.len > 0); /* it has begun, though there is nothing to say */
    publish_to(t, "a", "2");
    apus_buf_addc(&out, 0);
    assert_non_null(strstr(out.ptr, "data: {\"text\":\"a 1\",\"n\":1}\n\n"));
    assert_non_null(strstr(out.ptr, "data: {\"text\":\"a 2\",\"n\":2}\n\n"));
    apus_http_pipe_close(pipe);
    apus_test_stop(t);
    apus_buf_finish(&out);
}

static void drain_ends_listening(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_test_socket *s = listen_at(t, "/listen", "a");
    apus_http_server_drain(t->server, apus_loop_now(t->loop) + APUS_SECOND, NULL, NULL);
    apus_expect_ws_close(s, 1001);
    wait_for_end(t);
    apus_test_stop(t);
}

static void what_is_kept_stays(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_expect_ws_text(apus_test_ws(t, "/keeps"), "k 1");
    apus_test_stop(t);
}

static void children_run_side_by_side(void **state)
{
    static const int expected[] = { 1, 5, 9 };
    (void)state;
    apus_test *t = start();
    apus_expect_status(apus_test_get(t, "/together"), 200);
    assert_true(seen.joined);
    assert_int_equal(seen.n, 3);
    assert_memory_equal(seen.order, expected, sizeof(expected));
    apus_test_stop(t);
}

static void children_end_with_their_parent(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_expect_status(apus_test_get(t, "/leaves"), 200);
    assert_int_equal(ended, 1);
    assert_int_equal(seen.order[0], 9); /* the grandchild */
    apus_test_stop(t);
}

static void there_may_be_too_many(void **state)
{
    (void)state;
    apus_test *t = start();
    seen.n = 0;
    apus_answer a = apus_test_get(t, "/crowd");
    apus_expect_status(a, 500);
    assert_int_equal(ended, 64);
    apus_test_stop(t);
}

static void children_and_pool_threads(void **state)
{
    (void)state;
    apus_test *t = start();
    apus_expect_status(apus_test_get(t, "/offloads"), 200);
    assert_true(seen.joined);
    assert_int_equal(seen.n, 1);
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_hear_their_own),
        cmocka_unit_test(rooms_come_and_go),
        cmocka_unit_test(the_bus_carries_messages),
        cmocka_unit_test(the_bus_refuses_what_is_too_large),
        cmocka_unit_test(slow_listeners_miss_the_oldest),
        cmocka_unit_test(strict_topics_disconnect_them),
        cmocka_unit_test(handlers_change_rooms),
        cmocka_unit_test(a_chat_waits_for_either),
        cmocka_unit_test(events_of_a_topic),
        cmocka_unit_test(drain_ends_listening),
        cmocka_unit_test(what_is_kept_stays),
        cmocka_unit_test(children_run_side_by_side),
        cmocka_unit_test(children_end_with_their_parent),
        cmocka_unit_test(there_may_be_too_many),
        cmocka_unit_test(children_and_pool_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
