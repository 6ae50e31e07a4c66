/* Server-sent events: lines of an answer in pieces, and a fiber that speaks up when the
 * handler is silent.
 *
 * That fiber lives no longer than the request: apus__sse_end cancels it and waits for
 * its end before the exchange goes. */
#include "apus/sse.h"

#include "apus/encode.h"
#include "apus/fiber.h"
#include "apus/value.h"
#include "app/service.h"
#include "app/sse.h"

#define KEEP_ALIVE_NS (15 * APUS_SECOND)

struct apus_sse {
    apus_req *req;
    apus_buf event;     /* being written; its room is used again */
    apus_fiber *keeper; /* NULL: none */
    int64_t keep_alive; /* ns; 0: never */
    int64_t spoke_at;   /* loop time of what was sent last */
    bool is_open, is_over;
};

apus_sse *apus_req_sse(apus_req *req)
{
    apus__rare *rare = apus__req_rare(req);
    if (!rare->sse) {
        apus_sse *out = apus_new(req, apus_sse);
        out->req = req;
        out->event = apus_buf_in(&req->x->arena);
        out->keep_alive = KEEP_ALIVE_NS;
        rare->sse = out;
    }
    return rare->sse;
}

void apus_sse_keep_alive(apus_sse *out, int64_t ns)
{
    out->keep_alive = ns;
}

/* --- against silence --- */

static void keep(void *arg)
{
    apus_sse *out = arg;
    apus_loop *loop = out->req->service->loop;
    apus_rc rc = APUS_OK;
    while (!rc && !out->is_over) {
        int64_t due = out->spoke_at + out->keep_alive, now = apus_loop_now(loop);
        if (now < due) {
            rc = apus_fiber_sleep(due);
        } else {
            out->spoke_at = now;
            rc = apus_exchange_write(out->req->x, APUS_STR(": keep-alive\n\n"));
        }
    }
    out->keeper = NULL;
    if (out->is_over)
        apus_fiber_wake(out->req->fiber);
}

void apus__sse_end(apus_req *req)
{
    apus_sse *out = req->has_rare ? req->rare.sse : NULL;
    if (!out)
        return;
    out->is_over = true;
    if (out->keeper)
        apus_fiber_cancel(out->keeper, APUS_CANCELLED);
    while (out->keeper)
        apus_fiber_park_firmly();
}

/* --- sending --- */

static bool begin(apus_sse *out)
{
    apus_req *req = out->req;
    apus_set_header(req, "cache-control", "no-cache");
    apus_set_header(req, "x-accel-buffering", "no");
    if (!apus_write(req, APUS_STR("")))
        return false;
    out->is_open = true;
    apus_exchange_end_on_drain(req->x);
    out->spoke_at = apus_loop_now(req->service->loop);
    if (out->keep_alive <= 0)
        return true;
    if (apus_fiber_spawn(req->service->loop, keep, out, "keep-alive of an event stream",
                         &out->keeper))
        apus_abort(req, 503, NULL, "out of memory");
    return true;
}

bool apus_sse_open(apus_sse *out)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(out->req, "apus_sse on a pool thread");
        return false;
    }
    return !apus_failed(out->req) && (out->is_open || begin(out));
}

/* What was written into out->event. */
static bool send(apus_sse *out)
{
    const apus_buf *b = &out->event;
    if (b->failed)
        apus_abort(out->req, 503, NULL, "out of memory");
    out->spoke_at = apus_loop_now(out->req->service->loop);
    return apus_write(out->req, (apus_str){ b->ptr, b->len });
}

/* Each line of text behind the name.  Lines end at CR, LF or both, as clients read them. */
static void add_lines(apus_buf *b, apus_str name, apus_str text)
{
    size_t at = 0;
    do {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
            end++;
        apus_buf_add(b, name);
        apus_buf_add(b, apus_str_slice(text, at, end - at));
        apus_buf_addc(b, '\n');
        if (end + 1 < text.len && text.ptr[end] == '\r' && text.ptr[end + 1] == '\n')
            end++;
        at = end + 1;
    } while (at <= text.len);
}

static bool is_one_line(const char *text)
{
    return !text || !text[strcspn(text, "\r\n")];
}

static bool start_event(apus_sse *out, const apus_sse_fields *fields)
{
    apus_buf *b = &out->event;
    if (!apus_sse_open(out))
        return false;
    apus_buf_clear(b);
    if (!fields || !fields->event)
        return true;
    if (!is_one_line(fields->event)) {
        apus__req_broken(out->req, "the type of an event has a line break");
        return false;
    }
    add_lines(b, APUS_STR("event: "), apus_str_of(fields->event));
    return true;
}

static bool end_event(apus_sse *out, const apus_sse_fields *fields)
{
    apus_buf *b = &out->event;
    if (fields && !is_one_line(fields->id)) {
        apus__req_broken(out->req, "the id of an event has a line break");
        return false;
    }
    if (fields && fields->id)
        add_lines(b, APUS_STR("id: "), apus_str_of(fields->id));
    if (fields && fields->retry > 0)
        apus_buf_addf(b, "retry: %lld\n", (long long)fields->retry);
    apus_buf_addc(b, '\n');
    return send(out);
}

bool apus__sse_send(apus_sse *out, const apus_model *m, const void *object,
                    const apus_sse_fields *fields)
{
    apus_buf *b = &out->event;
    if (!start_event(out, fields))
        return false;
    apus_buf_add(b, APUS_STR("data: "));
    apus_rc rc = apus_encode_model(b, m, object, (apus_omit)out->req->plan->route->omit);
    if (rc == APUS_INVALID) {
        apus__req_breaks_model(out->req, "apus_sse_send:", m->name, b);
        return false;
    }
    if (rc)
        apus_abort(out->req, 503, NULL, "out of memory");
    apus_buf_addc(b, '\n');
    return end_event(out, fields);
}

bool apus_sse_send_text(apus_sse *out, apus_str text, const apus_sse_fields *fields)
{
    if (!start_event(out, fields))
        return false;
    add_lines(&out->event, APUS_STR("data: "), text);
    return end_event(out, fields);
}

bool apus_sse_comment(apus_sse *out, apus_str text)
{
    if (!apus_sse_open(out))
        return false;
    apus_buf_clear(&out->event);
    add_lines(&out->event, APUS_STR(": "), text);
    apus_buf_addc(&out->event, '\n');
    return send(out);
}
