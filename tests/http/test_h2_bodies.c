/* HTTP/2: bodies that their handler reads. */
#include "peer.h"

/* /all counts what it reads, /wait waits before, /none does not read; the answer says how many
 * bytes there were, and what it came to. */
static void read_body(struct client *t, apus_exchange *x)
{
    static char room[20000];
    uint64_t n = 0;
    size_t got;
    apus_rc rc = APUS_OK;
    if (apus_str_eq(x->request.path, APUS_STR("/wait")))
        wait_for_release(t);
    while (!rc && !apus_str_eq(x->request.path, APUS_STR("/none"))) {
        rc = apus_exchange_read(x, room, sizeof(room), &got);
        n += rc ? 0 : got;
    }
    t->n_cancelled += apus_exchange_is_abandoned(x);
    apus_http_reply r =
        text_reply(200, apus_arena_strf(&x->arena, "%llu %s", (unsigned long long)n,
                                        rc == APUS_DONE ? "whole" : apus_rc_text(rc)));
    t->reply_rc = apus_exchange_reply(x, &r);
}

static void streamed(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx, (void)x;
    terms->is_streamed = true;
}

static struct peer *peer_streamed(const apus_http_limits *limits)
{
    struct peer *p = peer_open(limits);
    p->t->own = read_body;
    apus_http_server_on_body(p->t->server, streamed, NULL);
    return p;
}

static void bodies_are_read_as_they_come(void **state)
{
    (void)state;
    apus_http_limits limits = { .memory_max = 400000, .body_max = 10 << 20 };
    struct peer *p = peer_streamed(&limits);
    char *bytes = calloc(1, 8 << 20);
    struct answer *large = ask(p, "POST", "/all", NULL, bytes, 8 << 20);
    struct answer *small = ask(p, "POST", "/all", NULL, "abc", 3);
    struct answer *none = get(p, "/all");
    for (int i = 0; i < 20 && !large->ended; i++)
        pump(p);
    assert_string_equal(large->body, "8388608 whole");
    assert_string_equal(small->body, "3 whole");
    assert_string_equal(none->body, "0 whole");
    const char *expect[] = { "expect", "100-continue", NULL };
    struct answer *asks = ask(p, "POST", "/all", expect, "abcd", 4);
    pump(p);
    assert_int_equal(asks->interim, 100);
    assert_string_equal(asks->body, "4 whole");
    struct answer *unread = ask(p, "POST", "/none", expect, "abcd", SIZE_MAX);
    pump(p);
    assert_int_equal(unread->interim, 0);
    assert_string_equal(unread->body, "0 success");
    assert_true(unread->closed);
    free(bytes);
    peer_close(p);
}

/* Handlers that do not read hold a window each, and are in nobody's way. */
static void what_is_not_read_stays_with_the_client(void **state)
{
    enum { N = 40 };
    (void)state;
    apus_http_limits limits = { .body_max = 1 << 20 };
    struct peer *p = peer_streamed(&limits);
    struct answer *slow[N], *other;
    char *bytes = calloc(1, 200000);
    for (int i = 0; i < N; i++)
        slow[i] = ask(p, "POST", "/wait", NULL, bytes, 200000);
    pump(p);
    assert_int_equal(slow[0]->left, 200000 - 65535);
    assert_int_equal(slow[N - 1]->left, 200000 - 65535);
    other = ask(p, "POST", "/all", NULL, bytes, 150000);
    pump(p);
    assert_string_equal(other->body, "150000 whole");
    release(p->t);
    for (int i = 0; i < 20; i++)
        pump(p);
    for (int i = 0; i < N; i++)
        assert_string_equal(slow[i]->body, "200000 whole");
    free(bytes);
    peer_close(p);
}

static void what_is_wrong_with_bodies_is_told(void **state)
{
    (void)state;
    apus_http_limits limits = { .body_max = 1000, .body_timeout = 20 * APUS_MILLISECOND };
    struct peer *p = peer_streamed(&limits);
    char *bytes = calloc(1, 4000);
    struct answer *large = ask(p, "POST", "/all", NULL, bytes, 1001);
    struct answer *slow = ask(p, "POST", "/all", NULL, bytes, SIZE_MAX);
    pump(p);
    assert_non_null(strstr(large->body, apus_rc_text(APUS_LIMIT)));
    turn_for(p->t, 60 * APUS_MILLISECOND);
    pump(p);
    assert_non_null(strstr(slow->body, apus_rc_text(APUS_TIMEOUT)));
    struct answer *reset = ask(p, "POST", "/all", NULL, bytes, SIZE_MAX);
    pump(p);
    nghttp2_submit_rst_stream(p->session, 0, reset->id, NGHTTP2_CANCEL);
    pump(p);
    assert_int_equal(p->t->n_cancelled, 1);
    assert_int_equal(p->t->reply_rc, APUS_IO);
    struct answer *after = ask(p, "POST", "/all", NULL, bytes, 1000);
    pump(p);
    assert_string_equal(after->body, "1000 whole");
    free(bytes);
    peer_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_read_as_they_come),
        cmocka_unit_test(what_is_not_read_stays_with_the_client),
        cmocka_unit_test(what_is_wrong_with_bodies_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
