/* The service that is simulated: one route for each way in which a handler may take its time,
 * its memory and its answer.  What is answered follows from the request alone. */
#include <stdio.h>

#include <apus/apus.h>

#include "service.h"

App(simulated, title = "Simulated", version = "1.0.0");

service_counts counts;

enum { TEXT_MAX = 64 };

/// What a handler holds and has to give back.
typedef struct session {
    int64_t number;
} session;

static void close_session(void *arg)
{
    (void)arg;
    counts.closed++;
}

static void commit(apus_req *req, void *arg)
{
    (void)req, (void)arg;
    counts.finals++;
}

/// Opened for each request, closed whatever becomes of it.
session *open_session(apus_req *req)
{
    session *s = apus_new(req, session);
    apus_defer(req, close_session, s);
    s->number = ++counts.opened;
    apus_finally(req, commit, s);
    return s;
}

typedef struct echo {
    int64_t n;
    apus_str text;
} echo;

Get("/echo/{n}")
echo *say_again(apus_req *req, int64_t n, apus_str text Query(default = ""),
                session *s Depends(open_session))
{
    (void)s;
    echo *out = apus_new(req, echo);
    *out = (echo){ .n = n, .text = text };
    return out;
}

typedef struct numbers {
    apus_ints numbers Field(max_items = 1000);
} numbers;

typedef struct total {
    int64_t count;
    int64_t sum;
} total;

static void count_after(apus_req *req, void *arg)
{
    (void)arg;
    counts.afters++;
    (void)apus_sleep(req, 50 * APUS_MILLISECOND);
}

Post("/sum")
total *add_up(apus_req *req, const numbers *body, session *s Depends(open_session))
{
    (void)s;
    total *out = apus_new(req, total);
    out->count = (int64_t)body->numbers.len;
    for (size_t i = 0; i < body->numbers.len; i++)
        out->sum += body->numbers.ptr[i];
    apus_after(req, count_after, NULL);
    return out;
}

Get("/sleep/{ms}")
echo *sleep_for(apus_req *req, int64_t ms Path(ge = 0, le = 60000),
                session *s Depends(open_session))
{
    (void)s;
    if (!apus_sleep(req, ms * APUS_MILLISECOND))
        return NULL;
    echo *out = apus_new(req, echo);
    out->n = ms;
    return out;
}

static void *square(apus_req *req, void *arg)
{
    (void)req;
    int64_t *n = arg;
    *n *= *n;
    return n;
}

Get("/square/{n}")
echo *square_elsewhere(apus_req *req, int64_t n, session *s Depends(open_session))
{
    (void)s;
    echo *out = apus_new(req, echo);
    out->n = n;
    return apus_offload(req, square, &out->n) ? out : NULL;
}

Get("/bytes/{size}", produces = "application/octet-stream")
apus_bytes give_bytes(apus_req *req, int64_t size Path(ge = 0, le = 1000000),
                      session *s Depends(open_session))
{
    (void)s;
    char *to = apus_new_n(req, char, (size_t)size + 1);
    for (int64_t i = 0; i < size; i++)
        to[i] = pattern_byte(i);
    return (apus_bytes){ (const uint8_t *)to, (size_t)size };
}

Get("/lines/{n}", produces = "text/plain")
void give_lines(apus_req *req, int64_t n Path(ge = 0, le = 10000), int64_t pause Query(default = 0),
                session *s Depends(open_session))
{
    (void)s;
    for (int64_t i = 0; i < n; i++) {
        char line[LINE_LEN + 1];
        snprintf(line, sizeof(line), "%-*lld\n", LINE_LEN - 1, (long long)i);
        if (!apus_write(req, (apus_str){ line, LINE_LEN }))
            return;
        if (pause && !apus_sleep(req, pause * APUS_MILLISECOND))
            return;
    }
}

Post("/length")
total *measure(apus_req *req, apus_bytes body Body(raw), session *s Depends(open_session))
{
    (void)s;
    total *out = apus_new(req, total);
    out->count = (int64_t)body.len;
    for (size_t i = 0; i < body.len; i++)
        out->sum += body.ptr[i];
    return out;
}

// The same files in two ways.
Static(site, "/site", .folder = SITE_FOLDER);

Get("/file/{name}")
Head("/file/{name}")
apus_response *give_file(apus_req *req, apus_str name, session *s Depends(open_session))
{
    (void)s;
    return apus_file(req, apus_strf(req, SITE_FOLDER "/%.*s", APUS_FMT(name)).ptr, NULL);
}

static const char *kept_path(apus_req *req, apus_str name)
{
    return apus_strf(req, KEPT_FOLDER "/%.*s", APUS_FMT(name)).ptr;
}

Put("/kept/{name}", status = 204)
void keep(apus_req *req, apus_str name, apus_body *body, session *s Depends(open_session))
{
    (void)s;
    apus_body_save(body, kept_path(req, name));
}

Post("/kept/{name}", status = 204)
void keep_upload(apus_req *req, apus_str name, const apus_upload *file File(),
                 session *s Depends(open_session))
{
    (void)s;
    apus_upload_save(req, file, kept_path(req, name));
}

static void send_back(apus_ws *ws)
{
    apus_ws_message m;
    while (apus_ws_recv_any(ws, &m)) {
        if (m.kind == APUS_WS_TEXT)
            apus_ws_send_text(ws, m.text);
        else
            apus_ws_send_bytes(ws, (apus_bytes){ (const uint8_t *)m.text.ptr, m.text.len });
    }
}

WebSocket("/socket")
void speak(apus_req *req, apus_ws *ws, session *s Depends(open_session))
{
    (void)req, (void)s;
    send_back(ws);
}

/// Says nothing of its own, so that what it says is known beforehand.
WebSocket("/tunnel", ping = false)
void speak_when_spoken_to(apus_req *req, apus_ws *ws, session *s Depends(open_session))
{
    (void)req, (void)s;
    send_back(ws);
}

Topic(news, total);

static void tell_news(apus_req *child, void *arg)
{
    apus_sub *sub = apus_subscribe(child, news, APUS_STR("all"));
    for (total *t; (t = apus_next(child, sub));)
        if (!apus_ws_send((apus_ws *)arg, total, t))
            return;
}

WebSocket("/room")
void meet(apus_req *req, apus_ws *ws, session *s Depends(open_session))
{
    (void)s;
    if (!apus_spawn(req, tell_news, ws))
        return;
    for (total *t; (t = apus_ws_recv(ws, total));)
        apus_publish(req, news, APUS_STR("all"), t);
}

/// Numbers, from the one on that the client has not heard.
Sse("/ticks/{n}", item = total)
void tick(apus_req *req, apus_sse *out, int64_t n Path(ge = 0, le = 1000),
          int64_t pause Query(default = 0), int64_t last_event_id Header(default = 0),
          session *s Depends(open_session))
{
    (void)s;
    for (int64_t i = last_event_id + 1; i <= n; i++) {
        char id[24];
        snprintf(id, sizeof(id), "%lld", (long long)i);
        total t = { .count = i, .sum = i * i };
        if (!apus_sse_send_as(out, total, &t, &(apus_sse_fields){ .id = id }))
            return;
        if (pause && !apus_sleep(req, pause * APUS_MILLISECOND))
            return;
    }
}

Sse("/news", item = total)
void read_news(apus_req *req, apus_sse *out, int64_t n Query(default = 10),
               session *s Depends(open_session))
{
    (void)s;
    apus_sub *sub = apus_subscribe(req, news, APUS_STR("all"));
    for (total *t; n > 0 && (t = apus_next(req, sub)); n--)
        if (!apus_sse_send(out, total, t))
            return;
}
