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
        if (!apus_sse_send(out, price, &((price){ symbol, 100.0 + i })))
            return; // nobody listens any more
        apus_sleep(req, APUS_SECOND / 100);
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
