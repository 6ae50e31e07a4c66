/* What the kit of server-sent events is served: counted ticks that go on behind the last that
 * a client saw. */
#include <apus/apus.h>
#include <stdio.h>

App(sse, title = "Events", version = "1.0.0");

enum { TICKS = 100000 };

/// One tick.
typedef struct tick {
    int64_t number;
    apus_str text;
} tick;

/* Where to go on; an id of nobody's begins anew. */
static int64_t number_behind(apus_str id)
{
    int64_t n = 0;
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] < '0' || id.ptr[i] > '9' || n > TICKS)
            return 0;
        n = n * 10 + (id.ptr[i] - '0');
    }
    return n > TICKS ? 0 : n;
}

/// Ticks, five a second.
Sse("/events", item = tick)
void send_ticks(apus_req *req, apus_sse *out, apus_str last_event_id Header(default = ""))
{
    for (int64_t n = number_behind(last_event_id) + 1; n <= TICKS; n++) {
        char id[24];
        snprintf(id, sizeof(id), "%" PRId64, n);
        tick one = { n, APUS_STR("t\303\255ck") };
        apus_sse_fields fields = { .id = id, .event = "tick", .retry = 3000 };
        if (!apus_sse_send_as(out, tick, &one, &fields))
            return;
        if (!apus_sleep(req, APUS_SECOND / 5))
            return;
    }
}
