/* What a WebSocket takes from the allocator: nothing, from one message to the next; and
 * whatever it is refused, it ends in order, and nothing leaks.
 *
 * malloc itself is replaced, so that libraries are counted too.  Sanitizers bring a
 * malloc of their own; under them these tests are skipped. */
#include "tables.h"

#include <apus/fiber.h>
#include <apus/topic.h>
#include <apus/ws.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/counted_malloc.h"
#include "piped.h"

#if OWN_MALLOC

struct quote {
    apus_str symbol;
    double price;
};
static const apus_field quote_fields[] = {
    FIELD(quote, symbol, apus_type_str, REQUIRED),
    FIELD(quote, price, apus_type_double, REQUIRED),
};
static const apus_model quote_model = { .name = "quote",
                                        .size = sizeof(struct quote),
                                        .align = _Alignof(struct quote),
                                        .fields = quote_fields,
                                        .n_fields = COUNT(quote_fields) };

typedef struct quote quotes_topic_item;
static const apus_topic quotes_topic = { .name = "quotes", .model = &quote_model };

static void listen(apus_req *req, void *arg)
{
    apus_sub *sub = apus_subscribe(req, quotes, APUS_STR("BTC"));
    for (struct quote *q; (q = apus_next(req, sub));)
        apus__ws_send(arg, &quote_model, q);
}

/* Reads a model, publishes it, hears it in another fiber and sends it. */
static void relay(apus_req *req, apus_ws *ws)
{
    if (!apus_ws_accept(ws, NULL) || !apus_spawn(req, listen, ws))
        return;
    for (struct quote *q; (q = apus__ws_recv(ws, &quote_model, NULL));) {
        q->symbol = apus_strf(req, "%s", q->symbol.ptr);
        apus_publish(req, quotes, q->symbol, q);
    }
}

static void relay_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    (void)result;
    relay(req, apus_req_ws(req));
}

/* Accepted by the child, when it waits. */
static void hear_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    (void)fn;
    (void)args;
    (void)result;
    apus_str text;
    apus_ws *ws = apus_req_ws(req);
    if (apus_spawn(req, listen, ws))
        while (apus_ws_recv_text(ws, &text))
            ;
}

static const apus_ws_options options = { 0 };
static const apus_route routes[] = {
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/relay"),
      FN(relay),
      .status = 200,
      .ws = &options },
    { .method = APUS_METHOD_GET,
      .path = APUS_STR_INIT("/hear"),
      .name = "hear",
      .fn = (apus_fn *)listen,
      .call = hear_call,
      .status = 200,
      .ws = &options },
};
APP(app, routes, .n_slots = 0);

#define UPGRADE(path)                                                                              \
    APUS_STR_INIT("GET " path " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"                    \
                  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                            \
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                                \
                  "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
static const apus_str upgrade = UPGRADE("/relay"), upgrade_to_hear = UPGRADE("/hear");

/* masked with zeros */
static const apus_str message =
    APUS_STR_INIT("\x81\x9d\0\0\0\0{\"symbol\":\"BTC\",\"price\":12.5}");
static const apus_str goodbye = APUS_STR_INIT("\x88\x82\0\0\0\0\x03\xe8");

static bool came(const struct bench *b, const char *text)
{
    return b->out.len && memmem(b->out.ptr, b->out.len, text, strlen(text));
}

static void steady_messages_take_nothing(void **state)
{
    (void)state;
    struct bench b;
    long before = 0;
    start(&b, &app);
    assert_int_equal(apus_http_pipe_open(b.server, &b.out, &b.pipe), APUS_OK);
    apus_http_pipe_send(b.pipe, upgrade);
    turn(&b);
    assert_true(came(&b, "101 Switching Protocols"));
    for (int round = 0; round < 40; round++) {
        if (round == 20)
            before = taken;
        apus_buf_clear(&b.out);
        apus_http_pipe_send(b.pipe, message);
        turn(&b);
        assert_true(came(&b, "{\"symbol\":\"BTC\",\"price\":12.5}"));
    }
    if (taken != before)
        fail_msg("%ld allocations in 20 messages", taken - before);
    stop(&b);
}

/* A connection, a message and a goodbye, with the n-th allocation refused.  false when there
 * was no n-th one. */
static bool march(long n)
{
    long held = alive;
    struct bench b;
    start(&b, &app);
    if (apus_buf_room(&b.out, 65536) == NULL)
        fail_msg("no room for the answer");
    refused = false;
    refuse_at = n;
    if (apus_http_pipe_open(b.server, &b.out, &b.pipe)) {
        b.pipe = NULL;
    } else {
        const apus_str parts[] = { upgrade, message, goodbye };
        for (size_t i = 0; i < COUNT(parts); i++) {
            if (apus_http_pipe_send(b.pipe, parts[i]))
                break;
            turn(&b);
        }
    }
    refuse_at = -1;
    if (!refused)
        assert_true(came(&b, "12.5}"));
    stop(&b);
    if (alive != held)
        fail_msg("allocation %ld refused, and %ld blocks are lost", n, alive - held);
    return refused;
}

static void refused_memory_is_survived(void **state)
{
    (void)state;
    march(1000000); /* what is kept for ever is taken now */
    long n = 0;
    while (march(n))
        n++;
    assert_true(n > 12);
    assert_true(n < 200);
}

/* --- stacks --- */

static int refuse_mapping_at = -1; /* how many more succeed; -1: all */

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (refuse_mapping_at >= 0 && refuse_mapping_at-- == 0) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    long got = syscall(SYS_mmap, at, len, protection, flags, fd, offset);
    return (void *)got; /* -1 is MAP_FAILED */
}

/* The handler's fiber, its reader and its child: whichever gets no stack, the client is told
 * and nobody waits for ever. */
static void refused_stacks_are_survived(void **state)
{
    bool was_reached = true;
    const apus_str *begin = *state;
    for (int n = 0; was_reached; n++) {
        struct bench b;
        start(&b, &app);
        refuse_mapping_at = n;
        assert_int_equal(apus_http_pipe_open(b.server, &b.out, &b.pipe), APUS_OK);
        (void)apus_http_pipe_send(b.pipe, *begin);
        turn(&b);
        (void)apus_http_pipe_send(b.pipe, goodbye);
        turn(&b);
        was_reached = refuse_mapping_at < 0;
        refuse_mapping_at = -1;
        apus_http_pipe_finish(b.pipe);
        turn(&b);
        assert_true(apus_http_pipe_is_closed(b.pipe));
        assert_int_equal(apus_fiber_count(b.loop), 0);
        stop(&b);
    }
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_messages_take_nothing),
        cmocka_unit_test(refused_memory_is_survived),
        cmocka_unit_test_prestate(refused_stacks_are_survived, (void *)&upgrade),
        cmocka_unit_test_prestate(refused_stacks_are_survived, (void *)&upgrade_to_hear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    printf("skipped: malloc is not ours to replace here\n");
    return 0;
}

#endif
