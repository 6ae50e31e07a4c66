/* HTTP/2 when memory runs out: whoever waits for something is told, or disconnected. */
#include "peer.h"

#include "../support/failing.h"
#include "http/connection.h"

static const char *const expect[] = { "expect", "100-continue", NULL };

static void reply(struct client *t, apus_exchange *x, apus_str body)
{
    apus_http_reply r = text_reply(200, body);
    t->reply_rc = apus_exchange_reply(x, &r);
}

static void write_pieces(struct client *t, apus_exchange *x)
{
    apus_http_reply r = text_reply(200, APUS_STR(""));
    apus_rc rc = apus_exchange_begin(x, &r, APUS_LENGTH_UNKNOWN);
    for (int i = 0; !rc && i < 4; i++) {
        rc = apus_exchange_write(x, (apus_str){ t->big, 30000 });
        (void)apus_fiber_sleep(0);
    }
    (void)apus_exchange_finish(x);
}

static void read_body(struct client *t, apus_exchange *x)
{
    static char room[20000];
    size_t got;
    apus_rc rc;
    while (!(rc = apus_exchange_read(x, room, sizeof(room), &got)))
        ;
    reply(t, x, rc == APUS_DONE ? APUS_STR("whole") : APUS_STR("in part"));
}

static void handle_any(struct client *t, apus_exchange *x)
{
    apus_str path = x->request.path;
    if (apus_str_eq(path, APUS_STR("/pieces")))
        write_pieces(t, x);
    else if (apus_str_eq(path, APUS_STR("/read")))
        read_body(t, x);
    else if (apus_str_eq(path, APUS_STR("/slow")))
        wait_for_release(t);
    else
        reply(t, x,
              apus_str_eq(path, APUS_STR("/big")) ? (apus_str){ t->big, BIG } : x->request.body);
}

static void some_are_read(void *ctx, apus_exchange *x, apus_http_terms *terms)
{
    (void)ctx;
    terms->is_streamed = apus_str_eq(x->request.path, APUS_STR("/read")) ||
                         apus_str_eq(x->request.path, APUS_STR("/early"));
}

/* A peer of a server whose memory comes from f. */
static struct peer *peer_failing(struct failing *f, const apus_http_limits *limits)
{
    struct peer *p = peer_open(NULL);
    apus_alloc alloc = failing_alloc(f);
    apus_http_pipe_close(p->t->pipe);
    apus_http_server_destroy(p->t->server);
    assert_int_equal(apus__http_server_create_with(&alloc, p->t->loop, limits, handle, p->t,
                                                   &p->t->server, NULL),
                     APUS_OK);
    p->t->own = handle_any;
    apus_http_server_on_body(p->t->server, some_are_read, NULL);
    assert_int_equal(apus_http_pipe_open(p->t->server, &p->t->out, &p->t->pipe), APUS_OK);
    return p;
}

static bool is_closed(const struct peer *p)
{
    return apus_http_pipe_is_closed(p->t->pipe);
}

/* Nothing comes any more, and yet somebody waits. */
static void expect_nobody_waits(const struct peer *p, unsigned k)
{
    for (int i = 0; i < p->n && !is_closed(p) && !p->unsent; i++)
        if (!p->answers[i].closed && p->answers[i].id > 0)
            fail_msg("allocation %u refused, and request %d waits for ever", k, i);
}

/* false when there was no k-th allocation. */
static bool march(unsigned k, bool stays)
{
    struct failing f = { 0 };
    struct peer *p = peer_failing(&f, NULL);
    if (stays) { /* else nothing more would reach the server */
        ask(p, "POST", "/echo", NULL, p->t->big, 100000);
        pump(p);
    }
    f.fail_at = f.calls + k;
    f.stays = stays;
    ask(p, "POST", "/echo", NULL, p->t->big, 100000);
    ask(p, "POST", "/echo", expect, p->t->big, 100000);
    ask(p, "POST", "/read", expect, p->t->big, 100000);
    ask(p, "POST", "/early", NULL, p->t->big, SIZE_MAX);
    get(p, "/pieces");
    get(p, "/big");
    get(p, "/ok");
    pump(p);
    bool was_refused = f.calls >= f.fail_at;
    f.fail_at = 0;
    pump(p);
    expect_nobody_waits(p, k);
    peer_close(p);
    assert_int_equal(f.held, 0);
    return was_refused;
}

static void it_may_run_out_anywhere(void **state)
{
    (void)state;
    for (int stays = 0; stays < 2; stays++) {
        unsigned k = 1;
        while (march(k, stays))
            k++;
        assert_true(k > 20);
    }
}

/* --- tunnels --- */

static struct failing *memory;
static apus_rc heard;
static bool has_heard;

static void hear(void *exchange)
{
    char bytes[16];
    size_t got;
    heard = apus_exchange_recv(exchange, bytes, sizeof(bytes), APUS_NEVER, &got);
    has_heard = true;
}

/* One fiber waits for the client while the other has no memory for what it says. */
static void speak(struct client *t, apus_exchange *x)
{
    if (apus_exchange_upgrade(x, APUS_STR("")) || apus_fiber_spawn(t->loop, hear, x, "hears", NULL))
        return;
    memory->fail_at = memory->calls + 1;
    t->reply_rc = apus_exchange_write(x, (apus_str){ t->big, 60000 });
    memory->fail_at = 0;
    for (int i = 0; i < 100 && !has_heard; i++)
        (void)apus_fiber_sleep(0);
}

static void who_hears_a_tunnel_is_told_of_its_end(void **state)
{
    (void)state;
    struct failing f = { 0 };
    struct peer *p = peer_failing(&f, NULL);
    memory = &f;
    heard = APUS_OK;
    has_heard = false;
    p->t->own = speak;
    ask_tunnel(p);
    pump(p);
    assert_int_equal(p->t->reply_rc, APUS_IO);
    assert_true(has_heard);
    assert_int_equal(heard, APUS_IO);
    peer_close(p);
    assert_int_equal(f.held, 0);
}

/* --- bodies that are too large for memory --- */

enum { LARGE = 40 << 20 };
static const struct failing *watched;
static size_t held_by_handler;

static void weigh(struct client *t, apus_exchange *x)
{
    uint64_t sum = 0;
    held_by_handler = watched->held;
    for (size_t i = 0; i < x->request.body.len; i++)
        sum += (unsigned char)x->request.body.ptr[i];
    reply(t, x,
          apus_arena_strf(&x->arena, "%zu %llu", x->request.body.len, (unsigned long long)sum));
}

/* Whether its length was told or not. */
static void large_bodies_stand_on_disk(void **state)
{
    const char *told[] = { "content-length", "41943040", NULL }, *const * rows[] = { NULL, told };
    char *bytes = malloc(LARGE), expected[64];
    uint64_t sum = 0;
    (void)state;
    for (size_t i = 0; i < LARGE; i++)
        sum += (unsigned char)(bytes[i] = (char)(i * 7 % 251));
    snprintf(expected, sizeof(expected), "%d %llu", LARGE, (unsigned long long)sum);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        apus_http_limits limits = { .body_max = LARGE, .body_memory = 1 << 20 };
        struct failing f = { 0 };
        struct peer *p = peer_failing(&f, &limits);
        p->t->own = weigh;
        watched = &f;
        struct answer *a = ask(p, "POST", "/", rows[i], bytes, LARGE);
        for (int k = 0; k < 100 && !a->ended; k++)
            pump(p);
        assert_string_equal(a->body, expected);
        assert_in_range(held_by_handler, 1, 4 << 20);
        peer_close(p);
        assert_int_equal(f.held, 0);
    }
    free(bytes);
}

/* --- ends --- */

static void note_drained(void *ctx)
{
    ((struct client *)ctx)->drained = true;
}

/* A client that cannot be sent away would go on asking. */
static void a_goodbye_that_cannot_be_said(void **state)
{
    (void)state;
    struct failing f = { 0 };
    struct peer *p = peer_failing(&f, NULL);
    get(p, "/slow");
    pump(p);
    f.fail_at = f.calls + 1;
    f.stays = true;
    apus_http_server_drain(p->t->server, apus_loop_now(p->t->loop) + 10 * APUS_SECOND, note_drained,
                           p->t);
    assert_true(f.calls >= f.fail_at);
    assert_true(is_closed(p));
    turn_for(p->t, 0);
    assert_true(p->t->drained);
    peer_close(p);
    assert_int_equal(f.held, 0);
}

static void idle_ones_end_without_a_goodbye(void **state)
{
    (void)state;
    apus_http_limits limits = { .idle_timeout = 10 * APUS_MILLISECOND };
    struct failing f = { 0 };
    struct peer *p = peer_failing(&f, &limits);
    get(p, "/ok");
    pump(p);
    assert_int_equal(p->answers[0].status, 200);
    f.fail_at = f.calls + 1;
    f.stays = true;
    for (int i = 0; i < 1000 && !is_closed(p); i++)
        turn_for(p->t, APUS_MILLISECOND);
    assert_true(f.calls >= f.fail_at);
    assert_true(is_closed(p));
    peer_close(p);
    assert_int_equal(f.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_may_run_out_anywhere),
        cmocka_unit_test(large_bodies_stand_on_disk),
        cmocka_unit_test(who_hears_a_tunnel_is_told_of_its_end),
        cmocka_unit_test(a_goodbye_that_cannot_be_said),
        cmocka_unit_test(idle_ones_end_without_a_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
