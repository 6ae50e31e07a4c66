/* docs_src/server_sent_events/tutorial002. */
#include <apus/apus.h>

App(events_sent2, title = "FastAPI", version = "0.1.0");

typedef struct events_sent2_item {
    apus_str name;
    double price;
} events_sent2_item;

Sse("/items/stream", operation_id = "stream_items_items_stream_get", summary = "Stream Items")
void events_sent2_stream_items(apus_req *req, apus_sse *out)
{
    static const events_sent2_item items[] = {
        { APUS_STR_INIT("Plumbus"), 32.99 },
        { APUS_STR_INIT("Portal Gun"), 999.99 },
        { APUS_STR_INIT("Meeseeks Box"), 49.99 },
    };
    apus_sse_comment(out, APUS_STR("stream of item updates"));
    for (int i = 0; i < 3; i++) {
        apus_str id = apus_strf(req, "%d", i + 1);
        apus_sse_fields fields = { .event = "item_update", .id = id.ptr, .retry = 5000 };
        if (!apus_sse_send_as(out, events_sent2_item, &items[i], &fields))
            return;
    }
}
