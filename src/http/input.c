/* From bytes to requests.
 *
 * One read per wakeup, into a pooled block; heads are parsed where they stand and
 * their slices keep the block.  A body that came with its head stays there too; any
 * other goes into the exchange's arena, a counted one straight from the socket.
 *
 *     in:    | requests, done with | a head, maybe not whole | room to read into |
 *            0                     in_at                     used             room
 *
 * A connection that waits in the middle of a head keeps just those bytes; one that
 * waits between requests keeps nothing.
 *
 * When pipeline_max requests are under way or answered and not sent, the rest is
 * `held`: neither parsed nor read, until answers have left. */
#include <assert.h>

#include "apus/metric.h"
#include "http/connection.h"
#include "http/h2.h"

enum {
    READ_MIN = 1024, /* room worth a read */
    STASH_MIN = 512, /* room of a block for a piece of a head */
    METHOD_MAX = 16, /* bytes of a method that may mean something */
};

static const char no_memory[] = "the request needs too much memory";

static size_t unparsed(const apus__connection *c)
{
    return c->in ? c->in->used - c->in_at : 0;
}

bool apus__input_is_partial(const apus__connection *c)
{
    return unparsed(c) > 0;
}

static void drop_block(apus__connection *c)
{
    apus__block_drop(&c->server->blocks, c->in);
    c->in = NULL;
    c->in_at = 0;
    c->scan = (apus_http1_scan){ 0 };
}

void apus__input_drop(apus__connection *c)
{
    drop_block(c);
    c->held = false;
    if (c->streamed) {
        c->streamed->body_rc = APUS_IO;
        c->streamed = NULL;
    }
    if (c->incoming) {
        apus__exchange *x = c->incoming;
        c->incoming = NULL;
        apus__exchange_abandon(x);
    }
}

/* --- refusing --- */

/* For what is refused unread: HEAD is answered without a body, whatever is wrong with it. */
static void note_method(apus__exchange *x, apus_str head)
{
    size_t end = apus_str_find(apus_str_slice(head, 0, METHOD_MAX + 1), ' ');
    if (end != SIZE_MAX)
        x->pub.request.method = apus__method_of(apus_str_slice(head, 0, end));
}

void apus__input_refuse(apus__connection *c, uint16_t status, const char *detail)
{
    apus__exchange *x = c->incoming ? c->incoming : apus__exchange_begin(c);
    if (!x) {
        c->incoming = NULL;
        apus__connection_lose(c);
        return;
    }
    if (!c->incoming && c->in)
        note_method(x, (apus_str){ c->in->bytes + c->in_at, unparsed(c) });
    c->incoming = NULL;
    c->state = APUS__CONNECTION_CLOSING;
    c->lingers = true;
    x->closes = true;
    apus__input_drop(c);
    apus__exchange_refuse(x, status, detail);
}

/* The request of a connection that is not served. */
static void turn_away(apus__connection *c, apus__exchange *x)
{
    c->state = APUS__CONNECTION_CLOSING;
    c->lingers = true;
    x->closes = true;
    apus__input_drop(c);
    apus__exchange_turn_away(x);
}

static void refuse_because(apus__connection *c, apus__exchange *x, const apus_http1_refusal *why)
{
    c->incoming = x;
    apus__input_refuse(c, why->status, why->detail);
}

/* --- bodies --- */

/* Room for at least `more` bytes, or the request is refused. */
static bool body_room(apus__connection *c, size_t more)
{
    if (!apus__body_room(&c->body, c->incoming, more))
        return true;
    apus__input_refuse(c, 503, no_memory);
    return false;
}

/* The request is whole: its handler's turn. */
static void request_is_complete(apus__connection *c, apus__exchange *x)
{
    c->incoming = NULL;
    c->wait = APUS__WAIT_NONE; /* what comes now is another wait, even if it is of its kind */
    if (x->closes) {
        c->state = APUS__CONNECTION_CLOSING;
        c->lingers = unparsed(c) > 0;
        drop_block(c);
    }
    apus__exchange_start(x);
}

static void body_is_complete(apus__connection *c)
{
    apus__exchange *x = c->incoming;
    apus__body_end(&c->body, x);
    request_is_complete(c, x);
}

static void take_chunks(apus__connection *c)
{
    apus__body *b = &c->body;
    apus_str in = { c->in->bytes + c->in_at, unparsed(c) }, data;
    bool too_large = false;
    apus_rc rc;
    while ((rc = apus_http1_chunked_next(&b->decoder, &in, &data)) == APUS_OK) {
        too_large = data.len > b->max - b->len;
        if (too_large)
            break;
        if (!body_room(c, data.len))
            return;
        memcpy(b->ptr + b->len, data.ptr, data.len);
        b->len += data.len;
    }
    c->in_at = (uint32_t)(in.ptr - c->in->bytes);
    if (rc == APUS_DONE)
        body_is_complete(c);
    else if (too_large)
        apus__input_refuse(c, 413, "the body is too large");
    else if (rc != APUS_MORE)
        apus__input_refuse(c, 400, "the body's chunked coding is malformed");
}

static void take_counted(apus__connection *c)
{
    apus__body *b = &c->body;
    size_t n = unparsed(c) < b->left ? unparsed(c) : (size_t)b->left;
    if (!body_room(c, n))
        return;
    memcpy(b->ptr + b->len, c->in->bytes + c->in_at, n);
    c->in_at += (uint32_t)n;
    b->len += n;
    b->left -= n;
    if (b->left == 0)
        body_is_complete(c);
}

/* A counted body's bytes go where they belong without a stop in a block. */
static apus_rc read_counted(apus__connection *c)
{
    apus__body *b = &c->body;
    if (!body_room(c, 1))
        return APUS_OK;
    size_t room = b->room - b->len, got;
    assert(room <= b->left); /* body_room sees to it: what follows is another request's */
    apus_rc rc = apus_stream_read(c->stream, b->ptr + b->len, room, &got);
    if (rc)
        return rc;
    apus_metric_count(APUS_METRIC_bytes_in, (int64_t)got);
    b->len += got;
    b->left -= got;
    c->arrived += (uint32_t)got;
    if (b->left == 0)
        body_is_complete(c);
    return APUS_OK;
}

/* --- heads --- */

apus_rc apus__input_describe(apus__exchange *x, const apus_http1_head *head)
{
    apus__connection *c = x->c;
    apus_http_request *r = &x->pub.request;
    const apus_stream_security *security = apus_stream_security_of(c->stream);
    apus_rc rc = security && !c->security ? apus__caller_keep_security(c, security) : APUS_OK;
    r->security = c->security ? &c->security->pub : NULL;
    r->method = apus__method_of(head->method);
    r->method_text = head->method;
    r->target = head->target;
    r->path = head->path;
    r->query = head->query;
    r->scheme = security ? APUS_STR("https") : APUS_STR("http");
    r->host = head->host;
    r->headers = head->headers;
    r->n_headers = head->n_headers;
    r->version = head->version;
    r->has_body = head->has_length || head->chunked;
    r->body = APUS_STR("");
    return rc;
}

/* The body begins behind the head: all of it is here, or it is waited for. */
static void begin_body(apus__connection *c, apus__exchange *x, const apus_http1_head *head)
{
    apus_http_terms terms = { 0 };
    if (head->chunked || head->length)
        terms = apus__exchange_terms(x);
    x->is_streamed = terms.is_streamed;
    if (!head->chunked && head->length > terms.body_max) {
        refuse_because(c, x, &(apus_http1_refusal){ 413, "the body is too large" });
        return;
    }
    if (!terms.is_streamed && !head->chunked && head->length <= unparsed(c)) {
        x->pub.request.body = (apus_str){ c->in->bytes + c->in_at, (size_t)head->length };
        c->in_at += (uint32_t)head->length;
        request_is_complete(c, x);
        return;
    }
    c->credit = c->server->limits.body_timeout;
    bool must_ask = head->expects_continue && unparsed(c) == 0;
    c->wait = APUS__WAIT_NONE;
    c->body = (apus__body){ .chunked = head->chunked, .left = head->length, .max = terms.body_max };
    if (terms.is_streamed) {
        apus__body_stream(x, must_ask);
        return;
    }
    c->incoming = x;
    if (must_ask) {
        x->wants_continue = true;
        apus__exchange_continue(x);
    }
}

static void begin_request(apus__connection *c, apus__exchange *x, const apus_http1_head *head)
{
    apus_rc rc = apus__input_describe(x, head);
    x->closes = !head->keep_alive || c->server->draining;
    x->keeps_alive = head->keep_alive && head->version == 10;
    if (rc)
        refuse_because(c, x, &(apus_http1_refusal){ 503, no_memory });
    else if (c->refusal)
        turn_away(c, x);
    else if (head->expects_other)
        refuse_because(c, x, &(apus_http1_refusal){ 417, "only 100-continue can be expected" });
    else
        begin_body(c, x, head);
}

/* An exchange for the next n bytes, whose head begins with `line`, and memory for its headers;
 * NULL: it has been refused. */
static apus__exchange *begin_exchange(apus__connection *c, apus_str line, size_t n,
                                      uint32_t n_headers, apus_http_header **headers)
{
    apus__exchange *x = apus__exchange_begin(c);
    if (!x) {
        apus__connection_lose(c);
        return NULL;
    }
    x->input = apus__block_ref(c->in);
    c->in_at += (uint32_t)n;
    c->had_request = true;
    *headers =
        apus_arena_alloc(&x->pub.arena, n_headers * sizeof(**headers), _Alignof(apus_http_header));
    if (*headers)
        return x;
    note_method(x, line);
    refuse_because(c, x, &(apus_http1_refusal){ 503, no_memory });
    return NULL;
}

/* Takes one head that is here and as most are; false: look again. */
static bool take_usual_head(apus__connection *c)
{
    enum { HEADERS = 32 };
    apus_http_header found[HEADERS], *headers;
    apus_http1_head head;
    apus_str bytes = { c->in->bytes + c->in_at, unparsed(c) };
    size_t n = apus_http1_head_usual(bytes, &c->server->head_limits, found, HEADERS, &head);
    if (!n)
        return false;
    apus__exchange *x = begin_exchange(c, bytes, n, head.n_headers, &headers);
    if (x) {
        memcpy(headers, found, head.n_headers * sizeof(*headers));
        head.headers = headers;
        begin_request(c, x, &head);
    }
    return true;
}

/* Takes one head; false when it is not whole yet. */
static bool take_head(apus__connection *c)
{
    if (c->scan.at == 0 && take_usual_head(c))
        return true;
    apus_str bytes = { c->in->bytes + c->in_at, unparsed(c) };
    apus_http1_refusal why;
    apus_rc rc = apus_http1_head_find(&c->scan, &c->server->head_limits, bytes, &why);
    if (rc == APUS_MORE)
        return false;
    if (rc) {
        apus__input_refuse(c, why.status, why.detail);
        return true;
    }
    apus_str text = apus_str_slice(bytes, c->scan.start, c->scan.end - c->scan.start);
    uint32_t n_headers = c->scan.lines - 1;
    size_t n = c->scan.end;
    c->scan = (apus_http1_scan){ 0 };
    apus_http_header *headers;
    apus_http1_head head;
    apus__exchange *x = begin_exchange(c, text, n, n_headers, &headers);
    if (x && apus_http1_head_parse(text, &c->server->head_limits, headers, &head, &why)) {
        note_method(x, text);
        refuse_because(c, x, &why);
    } else if (x) {
        begin_request(c, x, &head);
    }
    return true;
}

/* Whether a connection begins with the preface of HTTP/2; APUS_MORE: maybe. */
static apus_rc look_for_h2(const apus__connection *c)
{
    apus_str preface = APUS__H2_PREFACE;
    size_t n = unparsed(c) < preface.len ? unparsed(c) : preface.len;
    if (c->had_request || memcmp(c->in->bytes + c->in_at, preface.ptr, n) != 0)
        return APUS_NOT_FOUND;
    return n < preface.len ? APUS_MORE : APUS_OK;
}

static void feed_h2(apus__connection *c)
{
    apus_str bytes = { c->in->bytes + c->in_at, unparsed(c) };
    c->in_at = c->in->used;
    apus__h2_feed(c, bytes);
}

/* Handles what is there. */
static void advance(apus__connection *c)
{
    const apus_http_limits *l = &c->server->limits;
    c->held = false;
    if (APUS_UNLIKELY(!c->had_request && unparsed(c) && c->in->bytes[c->in_at] == 'P')) {
        apus_rc rc = look_for_h2(c);
        if (rc == APUS_MORE)
            return;
        if (rc == APUS_OK && apus__h2_begin(c)) {
            apus__connection_lose(c);
            return;
        }
    }
    if (c->h2) {
        feed_h2(c);
        return;
    }
    while (c->state == APUS__CONNECTION_OPEN && unparsed(c) && !c->streamed) {
        if (c->incoming) {
            if (c->body.chunked)
                take_chunks(c);
            else
                take_counted(c);
        } else if (c->n_open + c->n_queued >= l->pipeline_max) {
            c->held = true;
            apus_metric_add(APUS_METRIC_limit_pipeline, 1);
            return;
        } else if (!take_head(c)) {
            return;
        }
    }
}

void apus__input_resume(apus__connection *c)
{
    advance(c);
}

size_t apus__input_take(apus__connection *c, char *to, size_t room)
{
    size_t n = unparsed(c) < room ? unparsed(c) : room;
    if (n)
        memcpy(to, c->in->bytes + c->in_at, n);
    c->in_at += (uint32_t)n;
    return n;
}

/* --- reading --- */

/* Gives c->in at least READ_MIN bytes of room behind what is unparsed. */
static bool make_room(apus__connection *c)
{
    if (c->in && c->in->room - c->in->used >= READ_MIN)
        return true;
    size_t have = unparsed(c);
    /* The second block for one head is large enough for any head. */
    size_t room = have < APUS__BLOCK_ROOM / 2 ? APUS__BLOCK_ROOM
                                              : have + c->server->limits.head_max + READ_MIN;
    apus__block *b = apus__block_take(&c->server->blocks, room);
    if (!b)
        return false;
    if (have)
        memcpy(b->bytes, c->in->bytes + c->in_at, have);
    b->used = (uint32_t)have;
    apus__block_drop(&c->server->blocks, c->in);
    c->in = b;
    c->in_at = 0;
    return true;
}

apus_rc apus__input_fill(apus__connection *c)
{
    size_t got;
    if (!make_room(c))
        return APUS_NOMEM;
    apus_rc rc =
        apus_stream_read(c->stream, c->in->bytes + c->in->used, c->in->room - c->in->used, &got);
    if (rc)
        return rc;
    apus_metric_count(APUS_METRIC_bytes_in, (int64_t)got);
    c->in->used += (uint32_t)got;
    c->arrived += (uint32_t)got;
    return APUS_OK;
}

static apus_rc read_block(apus__connection *c)
{
    apus_rc rc = apus__input_fill(c);
    if (!rc)
        advance(c);
    return rc;
}

void apus__input_receive(apus__connection *c)
{
    assert(!c->held && !c->streamed);
    bool direct = c->incoming && !c->body.chunked && unparsed(c) == 0;
    switch (direct ? read_counted(c) : read_block(c)) {
    case APUS_OK:
    case APUS_MORE:
        break;
    case APUS_DONE:
        c->state = APUS__CONNECTION_CLOSING;
        apus__input_drop(c);
        if (c->h2)
            apus__h2_on_input_end(c);
        break;
    default:
        apus__connection_lose(c);
        break;
    }
}

void apus__input_trim(apus__connection *c)
{
    size_t have = unparsed(c);
    if (have == 0) {
        apus__block_drop(&c->server->blocks, c->in);
        c->in = NULL;
        c->in_at = 0;
        return;
    }
    if (c->held || have > c->in->room / 2 || c->in->room <= STASH_MIN)
        return;
    size_t room = STASH_MIN;
    while (room < have)
        room *= 2;
    if (room == c->in->room)
        return;
    apus__block *b = apus__block_take_small(&c->server->blocks, room);
    if (!b)
        return; /* then it keeps more than it needs */
    memcpy(b->bytes, c->in->bytes + c->in_at, have);
    b->used = (uint32_t)have;
    apus__block_drop(&c->server->blocks, c->in);
    c->in = b;
    c->in_at = 0;
}
