/* Answers that go on: prices, as they change. */
#include <apus/apus.h>

App(streams, title = "Streams", version = "1.0.0");

/// What something costs.
typedef struct price {
    apus_str symbol;
    double value;
} price;

/// The next prices of a symbol, one event each.
Sse("/v1/prices/stream", item = price)
void stream_prices(apus_req *req, apus_sse *out, apus_str symbol Query(),
                   int count Query(default = 3, ge = 1, le = 100))
{
    for (int i = 0; i < count; i++) {
        if (!apus_sse_send(out, price, &(price){ symbol, 100.0 + i }))
            return; // nobody listens any more
        apus_sleep(req, APUS_SECOND / 100);
    }
}

Topic(prices, price);

/// A price that somebody has seen.
Post("/v1/prices", status = 204)
void post_price(apus_req *req, const price *body)
{
    apus_publish(req, prices, body->symbol, body);
}

/// The prices of a symbol, as they come in.
Sse("/v1/prices/live", item = price)
void live_prices(apus_req *req, apus_sse *out, apus_str symbol Query())
{
    apus_sub *ticks = apus_subscribe(req, prices, symbol);
    for (price *p; (p = apus_next(req, ticks));) // ends when the client goes away
        apus_sse_send(out, price, p);
}

/// Which symbols a client wants to hear of.
typedef struct subscribe {
    apus_str symbol Field(pattern = "^[A-Z]+$");
} subscribe;

/* One symbol that a client hears of, in a fiber of its own. */
typedef struct feed {
    apus_ws *ws;
    apus_str symbol;
} feed;

static void send_prices(apus_req *req, void *arg)
{
    const feed *f = arg;
    apus_sub *ticks = apus_subscribe(req, prices, f->symbol);
    for (price *p; (p = apus_next(req, ticks));)
        apus_ws_send(f->ws, price, p);
}

/// Prices of as many symbols as the client asks for.
WebSocket("/v1/ticks")
void ticks(apus_req *req, apus_ws *ws)
{
    enum { FEEDS_MAX = 8 };
    feed *feeds = apus_new_n(req, feed, FEEDS_MAX); // longer than a message lives
    int n = 0;
    for (subscribe *m; (m = apus_ws_recv(ws, subscribe));) {
        if (n == FEEDS_MAX) {
            apus_ws_close(ws, 1008, "too many symbols");
            return;
        }
        feeds[n] = (feed){ ws, apus_keep(req, subscribe, m)->symbol };
        apus_spawn(req, send_prices, &feeds[n++]);
    }
}

/// Counts, and goes on behind the number that the client saw last.
Sse("/v1/count")
void count_events(apus_req *req, apus_sse *out,
                  int last_event_id Header(default = 0, ge = 0, le = 3))
{
    for (int i = last_event_id + 1; i <= 3; i++) {
        apus_str number = apus_strf(req, "%d", i);
        if (!apus_sse_send_text(out, number,
                                &(apus_sse_fields){ .id = number.ptr, .event = "tick" }))
            return;
    }
}

/// What to talk about.
typedef struct prompt {
    apus_str text Field(min_length = 1);
} prompt;

/// Says it again, word for word.
Sse("/v1/echo", method = post)
void echo_words(apus_req *req, apus_sse *out, const prompt *body)
{
    apus_str rest = body->text;
    while (rest.len) {
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != ' ')
            end++;
        if (!apus_sse_send_text(out, apus_strf(req, "%.*s", (int)end, rest.ptr), NULL))
            return;
        rest = apus_str_slice(rest, end < rest.len ? end + 1 : end, rest.len);
    }
}

Test(prices_come_as_events)
{
    apus_test *t = apus_test_start(&streams_app);
    apus_answer a = apus_test_get(t, "/v1/prices/stream?symbol=BTC&count=2");
    apus_expect_status(a, 200);
    apus_expect_header(a, "content-type", "text/event-stream; charset=utf-8");
    apus_expect_header(a, "cache-control", "no-cache");
    apus_expect(apus_str_eq(a.body, APUS_STR("data: {\"symbol\":\"BTC\",\"value\":100.0}\n\n"
                                             "data: {\"symbol\":\"BTC\",\"value\":101.0}\n\n")));
    apus_expect_status(apus_test_get(t, "/v1/prices/stream"), 422); // no symbol: no stream
    apus_test_stop(t);
}

Test(the_client_goes_on_where_it_was)
{
    apus_test *t = apus_test_start(&streams_app);
    apus_test_header(t, "Last-Event-ID", "2");
    apus_answer a = apus_test_get(t, "/v1/count");
    apus_expect(apus_str_eq(a.body, APUS_STR("event: tick\ndata: 3\nid: 3\n\n")));
    apus_test_stop(t);
}

Test(post_streams_as_well)
{
    apus_test *t = apus_test_start(&streams_app);
    apus_answer a = apus_test_post(t, "/v1/echo", APUS_JSON({ "text" : "well said" }));
    apus_expect(apus_str_eq(a.body, APUS_STR("data: well\n\ndata: said\n\n")));
    apus_test_stop(t);
}

Test(prices_go_to_who_asked)
{
    apus_test *t = apus_test_start(&streams_app);
    apus_test_socket *s = apus_test_ws(t, "/v1/ticks");
    apus_test_ws_send(s, APUS_JSON({ "symbol" : "BTC" }));
    apus_test_ws_send(s, APUS_JSON({ "symbol" : "ETH" }));
    apus_test_post(t, "/v1/prices", APUS_JSON({ "symbol" : "DOGE", "value" : 1 }));
    apus_test_post(t, "/v1/prices", APUS_JSON({ "symbol" : "ETH", "value" : 2 }));
    apus_expect_ws_text(s, "{\"symbol\":\"ETH\",\"value\":2.0}");
    apus_test_ws_send(s, APUS_JSON({ "symbol" : "no" }));
    apus_expect_ws_close(s, 1008);
    apus_test_stop(t);
}
