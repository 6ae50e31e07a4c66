/* An answer's head is put together from pieces that are ready: what it begins with, status,
 * date and type, is mostly what another answer of this second began with; the rest are
 * names and what the handler said.  What is left is copying some 130 bytes.  A small body is copied
 * behind them, because a second piece in the writev costs more than that; a larger one is lent to
 * the output. */
#include "http/connection.h"
#include "http/status.h"

enum {
    COPY_MAX = 1024, /* bytes of a body that are copied */
    FRAME_MAX = 160, /* bytes of all that the http floor writes, but for the status line */
    DIGITS_MAX = 20, /* of a Content-Length */
};

static inline char *put(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

#define PUT_LIT(to, literal) put((to), "" literal, sizeof(literal) - 1)

static char *put_str(char *to, apus_str s)
{
    return s.len ? put(to, s.ptr, s.len) : to;
}

static char *put_number(char *to, uint64_t n)
{
    char digits[DIGITS_MAX];
    size_t at = DIGITS_MAX;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    return put(to, digits + at, DIGITS_MAX - at);
}

/* RFC 9110 section 6.4.1: these have no content, and 204 no length either
 * (section 8.6); a 304 may have the length that a 200 would have had, which we do
 * not know. */
static bool status_has_content(unsigned status)
{
    return status != 204 && status != 304;
}

bool apus__answer_has_content(const apus__exchange *x, unsigned status)
{
    return status_has_content(status) && x->pub.request.method != APUS_METHOD_HEAD;
}

static char *write_opening(char *to, const char *date, unsigned status, apus_str type)
{
    char scratch[APUS__STATUS_LINE_MAX];
    to = put_str(to, apus__status_line(status, scratch));
    to = put(to, date, APUS__DATE_LINE_LEN);
    if (type.len) {
        to = PUT_LIT(to, "Content-Type: ");
        to = put_str(to, type);
        to = PUT_LIT(to, "\r\n");
    }
    return to;
}

/* The same, from memory where it was written before. */
static char *put_opening(char *to, apus_http_server *s, unsigned status, apus_str type)
{
    const char *date = apus__server_date(s);
    apus__opening *o = &s->openings[status % APUS__OPENINGS];
    if (type.len > APUS__OPENING_TYPE_MAX)
        return write_opening(to, date, status, type);
    if (o->status != status || o->until != s->date_until || o->type_len != type.len ||
        (type.len && memcmp(o->type, type.ptr, type.len) != 0)) {
        o->status = (uint16_t)status;
        o->until = s->date_until;
        o->type_len = (uint16_t)type.len;
        put_str(o->type, type);
        o->len = (uint32_t)(write_opening(o->bytes, date, status, type) - o->bytes);
    }
    return put(to, o->bytes, o->len);
}

static char *put_head(char *to, const apus__exchange *x, const apus_http_reply *reply,
                      apus__framing framing, uint64_t length)
{
    unsigned status = reply->status >= 200 && reply->status <= 999 ? reply->status : 500;
    to = put_opening(to, x->c->server, status, reply->content_type);
    if (status_has_content(status) && framing == APUS__FRAMING_LENGTH) {
        to = PUT_LIT(to, "Content-Length: ");
        to = put_number(to, length);
        to = PUT_LIT(to, "\r\n");
    } else if (status_has_content(status) && framing == APUS__FRAMING_CHUNKED) {
        to = PUT_LIT(to, "Transfer-Encoding: chunked\r\n");
    }
    if (x->closes)
        to = PUT_LIT(to, "Connection: close\r\n");
    else if (x->keeps_alive)
        to = PUT_LIT(to, "Connection: keep-alive\r\n");
    to = put_str(to, reply->headers);
    return PUT_LIT(to, "\r\n");
}

/* How much room a head may take; 0 when that cannot be counted. */
static size_t head_room(const apus_http_reply *reply)
{
    size_t most = APUS__STATUS_LINE_MAX + FRAME_MAX + reply->content_type.len;
    return reply->headers.len > SIZE_MAX / 2 - most ? 0 : most + reply->headers.len;
}

apus_rc apus__answer_begin(apus__exchange *x, const apus_http_reply *reply)
{
    apus__output *out = &x->c->out;
    size_t most = head_room(reply);
    char *begin = most ? apus__output_room(out, &x->c->server->blocks, most) : NULL;
    if (!begin)
        return APUS_NOMEM;
    char *end = put_head(begin, x, reply, (apus__framing)x->framing, x->left);
    apus__output_grew(out, (size_t)(end - begin));
    x->sent_at = out->queued;
    x->status = reply->status;
    return APUS_OK;
}

static void body_released(apus__piece *p)
{
    apus__exchange *x =
        (apus__exchange *)(void *)((char *)(void *)p - offsetof(apus__exchange, body));
    apus__exchange_answer_over(x);
}

apus_rc apus__answer_queue(apus__exchange *x, const apus_http_reply *reply)
{
    apus__connection *c = x->c;
    apus_str body = reply->body;
    if (!apus__answer_has_content(x, reply->status))
        body.len = 0;
    bool copies = body.len <= COPY_MAX;

    size_t most = head_room(reply);
    char *begin =
        most ? apus__output_room(&c->out, &c->server->blocks, most + (copies ? body.len : 0))
             : NULL;
    if (!begin)
        return APUS_NOMEM;
    char *end = put_head(begin, x, reply, APUS__FRAMING_LENGTH, reply->body.len);
    if (copies)
        end = put_str(end, body);
    apus__output_grew(&c->out, (size_t)(end - begin));

    x->status = reply->status;
    x->body_bytes = body.len;
    if (copies) {
        apus__exchange_set_over(x);
    } else {
        x->answer_state = APUS__ANSWER_QUEUED;
        x->body = (apus__piece){ .ptr = body.ptr, .len = body.len, .released = body_released };
        apus__output_lend(&c->out, &x->body);
    }
    x->sent_at = c->out.queued;
    return APUS_OK;
}
