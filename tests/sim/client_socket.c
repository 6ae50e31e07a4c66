/* A client of WebSockets over HTTP/1.1: messages out, the same messages back, in order.
 *
 * At /socket they are its own.  At /room everybody gets what anybody says; nobody waits for who
 * is slow, so that messages may be missing, but they never come out of order or twice. */
#include <apus/value.h>

#include "answer.h"
#include "client.h"
#include "frame.h"

enum { MESSAGES_MAX = 12, CLOSE_NORMAL = 1000 };

typedef enum manner {
    GOOD,
    GOES_AWAY,     /* in the middle of whatever it is */
    SAYS_NOTHING,  /* does not even answer pings */
    STOPS_READING, /* all of a sudden */
    BREAKS_RULES,  /* a frame that is not masked */
    MANNERS,
} manner;

typedef struct message {
    unsigned kind; /* FRAME_TEXT or FRAME_BINARY */
    apus_buf bytes;
} message;

typedef struct wsclient {
    client base; /* first */
    manner manner;
    message messages[MESSAGES_MAX];
    unsigned n_messages, n_sent, n_back, depth;
    int64_t enough_at; /* /room: when it has heard enough */
    int64_t heard;     /* /room: the last of its own that came, or -1 */
    bool is_room;
    bool is_open, has_closed, was_closed;
} wsclient;

static void give(client *self)
{
    wsclient *w = (wsclient *)self;
    for (unsigned i = 0; i < w->n_messages; i++)
        apus_buf_finish(&w->messages[i].bytes);
}

/* --- what is sent --- */

/* In one frame or in two with a ping between. */
static void put_message(apus_buf *to, const message *m)
{
    apus_str bytes = { m->bytes.ptr, m->bytes.len };
    if (bytes.len && sim_chance(300)) {
        size_t cut = (size_t)sim_between(0, (int64_t)bytes.len);
        frame_put(to, m->kind, apus_str_slice(bytes, 0, cut));
        frame_put(to, FRAME_FINAL | FRAME_PING, APUS_STR("hey"));
        frame_put(to, FRAME_FINAL, apus_str_slice(bytes, cut, bytes.len));
    } else {
        frame_put(to, FRAME_FINAL | m->kind, bytes);
    }
}

/* --- what came --- */

/* {"count":CLIENT,"sum":NUMBER} */
static void take_news(wsclient *w, apus_str bytes)
{
    client *self = &w->base;
    long long who, number;
    char text[64] = "";
    memcpy(text, bytes.ptr, bytes.len < sizeof(text) ? bytes.len : sizeof(text) - 1);
    if (sscanf(text, "{\"count\":%lld,\"sum\":%lld}", &who, &number) != 2)
        client_fail(self, "no news: %s", text);
    sim_note("news", self->number, number);
    if (who != self->number)
        return;
    if (number <= w->heard || number >= (long long)w->n_sent)
        client_fail(self, "news %lld behind %lld", number, (long long)w->heard);
    w->heard = number;
    w->n_back = (unsigned)number + 1;
    self->c->n_answers++;
}

static void take_message(wsclient *w, unsigned kind, apus_str bytes)
{
    client *self = &w->base;
    if (w->is_room) {
        take_news(w, bytes);
        return;
    }
    if (w->n_back == w->n_sent)
        client_fail(self, "a message, and none is due");
    const message *m = &w->messages[w->n_back++];
    sim_note("message", self->number, (int64_t)bytes.len);
    self->c->n_answers++;
    if (kind != m->kind || !apus_str_eq(bytes, (apus_str){ m->bytes.ptr, m->bytes.len }))
        client_fail(self, "message %u came back as another", w->n_back);
}

static void take_close(wsclient *w, apus_str bytes)
{
    client *self = &w->base;
    unsigned code =
        bytes.len < 2 ? 0 : (unsigned char)bytes.ptr[0] * 256u + (unsigned char)bytes.ptr[1];
    bool is_due = w->manner != GOOD || (w->has_closed && code == CLOSE_NORMAL);
    w->was_closed = true;
    sim_note("closed", self->number, code);
    if (!is_due && !self->c->may_break && !self->c->may_refuse)
        client_fail(self, "closed with %u", code);
    if (!w->has_closed && w->manner != SAYS_NOTHING)
        frame_put(&self->out, FRAME_FINAL | FRAME_CLOSE, apus_str_slice(bytes, 0, 2));
    w->has_closed = true;
}

static void take_frame(wsclient *w, unsigned first, apus_str bytes)
{
    client *self = &w->base;
    if (w->was_closed)
        client_fail(self, "a frame behind the close");
    switch (first) {
    case FRAME_FINAL | FRAME_TEXT:
    case FRAME_FINAL | FRAME_BINARY:
        take_message(w, first & 15, bytes);
        break;
    case FRAME_FINAL | FRAME_PING:
        if (w->manner != SAYS_NOTHING && !w->has_closed)
            frame_put(&self->out, FRAME_FINAL | FRAME_PONG, bytes);
        break;
    case FRAME_FINAL | FRAME_PONG:
        break;
    case FRAME_FINAL | FRAME_CLOSE:
        take_close(w, bytes);
        break;
    default:
        client_fail(self, "a frame that begins with %02x", first);
    }
}

/* One frame off the front of *s; false when it is not whole. */
static bool next_frame(wsclient *w, apus_str *s)
{
    if (s->len < 2)
        return false;
    const unsigned char *b = (const unsigned char *)s->ptr;
    size_t head = 2, len = b[1];
    if (len == 126) {
        head = 4;
        if (s->len < head)
            return false;
        len = b[2] * 256u + b[3];
    } else if (len > 126) {
        client_fail(&w->base, "a frame that is masked or too long");
    }
    if (s->len < head + len)
        return false;
    take_frame(w, b[0], apus_str_slice(*s, head, len));
    *s = apus_str_slice(*s, head + len, s->len);
    return true;
}

static void take_handshake(wsclient *w, apus_str *s)
{
    client *self = &w->base;
    answer a;
    answer_rc rc = answer_read(s, "GET", &a);
    if (rc == ANSWER_WRONG)
        client_fail(self, "this is no answer");
    if (rc == ANSWER_WHOLE && a.status == 101 &&
        apus_str_eq(answer_header(&a, APUS_STR("sec-websocket-accept")),
                    APUS_STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")))
        w->is_open = true;
    else if (rc == ANSWER_WHOLE &&
             (a.status != 503 || (!self->c->may_refuse && !self->c->may_break)))
        client_fail(self, "the handshake is answered with %u", a.status);
    else if (rc == ANSWER_WHOLE)
        w->has_closed = w->was_closed = true;
    apus_buf_finish(&a.body);
}

static void receive(wsclient *w)
{
    client *self = &w->base;
    if (!client_read(self))
        return;
    apus_str s = { self->in.ptr, self->in.len };
    if (!w->is_open && !w->was_closed)
        take_handshake(w, &s);
    while (w->is_open && next_frame(w, &s))
        ;
    if (s.len)
        memmove(self->in.ptr, s.ptr, s.len);
    self->in.len = s.len;
    if (w->manner == STOPS_READING && sim_chance(300))
        self->is_deaf = true;
}

/* --- step by step --- */

static void write_messages(wsclient *w)
{
    client *self = &w->base;
    if (!w->is_open || w->has_closed || w->manner == SAYS_NOTHING)
        return;
    if (w->manner == BREAKS_RULES && w->n_sent == w->n_messages / 2) {
        apus_buf_lit(&self->out, "\x81\x02hi");
        w->has_closed = true;
        return;
    }
    while (w->n_sent < w->n_messages && w->n_sent - w->n_back < w->depth)
        put_message(&self->out, &w->messages[w->n_sent++]);
    bool is_enough = w->is_room && sim_now() >= w->enough_at;
    if (w->n_back == w->n_messages || is_enough) {
        frame_put(&self->out, FRAME_FINAL | FRAME_CLOSE, APUS_STR("\x03\xe8"));
        w->has_closed = true;
    }
}

static void judge_end(wsclient *w)
{
    const conditions *c = w->base.c;
    if (w->manner == GOOD && !w->was_closed && !c->may_break && !c->may_refuse)
        client_fail(&w->base, "%s after %u of %u messages",
                    wire_is_reset(w->base.wire) ? "reset" : "ended", w->n_back, w->n_messages);
}

static void step(client *self)
{
    wsclient *w = (wsclient *)self;
    if (client_leaves(self))
        return;
    receive(w);
    if (client_is_cut_off(self)) {
        judge_end(w);
        client_end(self);
        return;
    }
    write_messages(w);
    (void)client_write(self, SIZE_MAX);
    client_wait(self, sim_now() < w->enough_at ? w->enough_at : INT64_MAX);
}

static void make_message(wsclient *w, unsigned i)
{
    message *m = &w->messages[i];
    *m = (message){ .kind = w->is_room || sim_chance(500) ? FRAME_TEXT : FRAME_BINARY,
                    .bytes = apus_buf_with(&sim_alloc) };
    if (w->is_room) {
        apus_buf_addf(&m->bytes, "{\"count\":%lld,\"sum\":%u}", (long long)w->base.number, i);
        return;
    }
    int64_t len = sim_between(0, sim_chance(200) ? 60000 : 300), first = sim_between(0, 25);
    for (int64_t k = 0; k < len; k++)
        apus_buf_addc(&m->bytes, (char)('a' + (first + k * 5) % 26));
}

void client_start_socket(conditions *c)
{
    wsclient *w = sim_take(sizeof(*w));
    w->base.step = step;
    w->base.give = give;
    client_begin(&w->base, c, "socket", "http/1.1");
    w->manner = c->are_good || sim_chance(500) ? GOOD : (manner)sim_between(0, MANNERS - 1);
    w->n_messages = (unsigned)sim_between(1, MESSAGES_MAX);
    w->depth = (unsigned)sim_between(1, MESSAGES_MAX);
    w->is_room = sim_chance(400);
    w->heard = -1;
    for (unsigned i = 0; i < w->n_messages; i++)
        make_message(w, i);
    apus_buf_addf(&w->base.out,
                  "GET %s HTTP/1.1\r\nHost: sim\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                  w->is_room ? "/room" : "/socket");
    w->enough_at = sim_now() + sim_between(0, 5000) * APUS_MILLISECOND;
    if (w->manner == GOES_AWAY)
        w->base.leaves_at = w->enough_at;
    client_must_end_by(&w->base, sim_now() + 120 * APUS_SECOND + c->slack);
}
