/* From a request to a line.  The usual value has nothing to escape and is copied whole. */
#include <stdio.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/conditional.h"
#include "apus/json_plain.h"
#include "apus/text.h"
#include "apus/value.h"
#include "observe/access_log.h"

enum { NAME_MAX_DECODED = 64 }; /* bytes of a name that are compared */

#define MASK APUS_STR("***")

/* --- when --- */

static void print_second(apus__access_format *f, int64_t second)
{
    char date[APUS_HTTP_DATE_LEN]; /* "Sat, 28 Nov 2026 05:49:21 GMT" */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    apus_http_date_print(second, date);
    int month = 1;
    while (month < 12 && memcmp(months + (month - 1) * 3, date + 8, 3) != 0)
        month++;
    snprintf(f->iso, sizeof(f->iso), "%.4s-%02d-%.2sT%.8s.", date + 12, month, date + 5, date + 17);
    snprintf(f->common, sizeof(f->common), "%.2s/%.3s/%.4s:%.8s +0000", date + 5, date + 8,
             date + 12, date + 17);
    f->second = second;
    f->has_second = true;
}

/* Has the nanoseconds of the second, whose text is ready then. */
static int64_t tell_time(apus__access_format *f, int64_t ended)
{
    int64_t wall = ended + f->wall_minus_monotonic;
    if (APUS_UNLIKELY(!f->has_second || wall / APUS_SECOND != f->second)) {
        f->wall_minus_monotonic = apus_clock_wall() - apus_clock_now();
        wall = ended + f->wall_minus_monotonic;
        print_second(f, wall / APUS_SECOND);
    }
    return wall % APUS_SECOND;
}

/* --- values --- */

static void put_number(apus_buf *to, uint64_t n)
{
    char *p = apus_buf_room(to, APUS_TEXT_INT_MAX);
    if (p)
        apus_buf_grew(to, apus_uint_print(n, p));
}

/* Bytes that are no UTF-8 would make the line no JSON. */
static void quote_odd(apus_buf *to, apus_str text)
{
    apus_buf_addc(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80)
            apus_buf_lit(to, "\\ufffd");
        else if (c < 0x20 || c == '"' || c == '\\')
            apus_buf_addf(to, "\\u%04x", c);
        else
            apus_buf_addc(to, (char)c);
    }
    apus_buf_addc(to, '"');
}

/* Not in the middle of a character. */
static apus_str cut(const apus__access_format *f, apus_str text)
{
    if (APUS_LIKELY(text.len <= f->value_max))
        return text;
    size_t len = f->value_max;
    while (len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return (apus_str){ text.ptr, len };
}

/* Fewer than APUS_STEP bytes. */
static inline void copy_few(char *to, apus_str text)
{
    uint64_t first, last;
    uint32_t head, tail;
    if (text.len >= 8) {
        memcpy(&first, text.ptr, 8);
        memcpy(&last, text.ptr + text.len - 8, 8); /* overlaps */
        memcpy(to, &first, 8);
        memcpy(to + text.len - 8, &last, 8);
    } else if (text.len >= 4) {
        memcpy(&head, text.ptr, 4);
        memcpy(&tail, text.ptr + text.len - 4, 4);
        memcpy(to, &head, 4);
        memcpy(to + text.len - 4, &tail, 4);
    } else {
        for (size_t i = 0; i < text.len; i++)
            to[i] = text.ptr[i];
    }
}

static inline bool is_plain(apus_str text)
{
    if (text.len < APUS_STEP) {
        char few[APUS_STEP] = "                ";
        copy_few(few, text);
        return apus__step_is_plain_ascii(apus_step_load(few));
    }
    for (size_t i = 0; i < text.len - APUS_STEP; i += APUS_STEP)
        if (!apus__step_is_plain_ascii(apus_step_load(text.ptr + i)))
            return false;
    return apus__step_is_plain_ascii(apus_step_load(text.ptr + text.len - APUS_STEP));
}

/* What is too long, or has to be escaped: that is in f->odd. */
static APUS_NOINLINE apus_str escape(apus__access_format *f, apus_str text)
{
    text = cut(f, text);
    if (is_plain(text))
        return text;
    size_t from = f->odd.len;
    if (apus_str_is_utf8(text))
        apus_json_quote(&f->odd, text);
    else
        quote_odd(&f->odd, text);
    if (f->odd.failed)
        return APUS_STR("");
    return (apus_str){ f->odd.ptr + from + 1, f->odd.len - from - 2 };
}

/* A value as it stands between quotes. */
static inline apus_str escaped(apus__access_format *f, apus_str text)
{
    return !text.len || (text.len <= f->value_max && is_plain(text)) ? text : escape(f, text);
}

static void put_json(apus__access_format *f, apus_buf *to, apus_str text)
{
    apus_buf_addc(to, '"');
    apus_buf_add(to, escaped(f, text));
    apus_buf_addc(to, '"');
}

/* As nginx and Apache do it: \xHH. */
static void put_combined(const apus__access_format *f, apus_buf *to, apus_str text)
{
    static const char hex[] = "0123456789ABCDEF";
    text = cut(f, text);
    while (text.len) {
        size_t n = 0;
        while (n < text.len && text.ptr[n] >= 0x20 && text.ptr[n] < 0x7f && text.ptr[n] != '"' &&
               text.ptr[n] != '\\')
            n++;
        apus_buf_add(to, apus_str_cut(&text, n));
        if (!text.len)
            break;
        unsigned char c = (unsigned char)*apus_str_cut(&text, 1).ptr;
        char escaped[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
        apus_buf_add(to, (apus_str){ escaped, sizeof(escaped) });
    }
}

static void put_combined_or_dash(const apus__access_format *f, apus_buf *to, apus_str text)
{
    apus_buf_addc(to, '"');
    put_combined(f, to, text.len ? text : APUS_STR("-"));
    apus_buf_addc(to, '"');
}

/* --- secrets --- */

bool apus__access_is_secret(const apus__access_format *f, apus_str name)
{
    for (uint32_t i = 0; i < f->secrets.n; i++)
        if (f->secrets.items[i].len == name.len && apus_str_eq_nocase(f->secrets.items[i], name))
            return true;
    return false;
}

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A parameter's name as the service reads it: "t%6fken" is "token". */
static bool is_secret_name(const apus__access_format *f, apus_str name)
{
    char plain[NAME_MAX_DECODED];
    size_t n = 0;
    if (!memchr(name.ptr, '%', name.len))
        return apus__access_is_secret(f, name);
    for (size_t i = 0; i < name.len && n < sizeof(plain); i++) {
        int high = i + 2 < name.len ? hex_of(name.ptr[i + 1]) : -1;
        int low = i + 2 < name.len ? hex_of(name.ptr[i + 2]) : -1;
        bool is_coded = name.ptr[i] == '%' && high >= 0 && low >= 0;
        plain[n++] = (char)(is_coded ? high << 4 | low : name.ptr[i]);
        i += is_coded ? 2 : 0;
    }
    return apus__access_is_secret(f, (apus_str){ plain, n });
}

/* The length of what begins at `at` and ends in front of an '&' or the text's end. */
static size_t pair_len(apus_str text, size_t at)
{
    size_t end = at;
    while (end < text.len && text.ptr[end] != '&' && text.ptr[end] != '#')
        end++;
    return end - at;
}

/* Where the value of the next secret parameter from *at on stands; false when there is none. */
static bool next_secret(const apus__access_format *f, apus_str text, size_t *at, size_t *len)
{
    while (*at < text.len) {
        apus_str pair = apus_str_slice(text, *at, pair_len(text, *at));
        size_t equals = apus_str_find(pair, '=');
        if (equals != SIZE_MAX && is_secret_name(f, apus_str_slice(pair, 0, equals))) {
            *at += equals + 1;
            *len = pair.len - equals - 1;
            return true;
        }
        *at += pair.len + 1;
    }
    return false;
}

/* As much of it as there is room; whether that was all. */
static bool put_some(apus_buf *to, apus_str text)
{
    apus_str fits = apus_str_slice(text, 0, to->cap - to->len);
    memcpy(to->ptr + to->len, fits.ptr, fits.len);
    to->len += fits.len;
    return fits.len == text.len;
}

/* A target or a URL with its secrets masked: itself where it has none, else written to room,
 * and cut where that ends. */
static apus_str masked(const apus__access_format *f, apus_str url, char room[APUS_ACCESS_VALUE_MAX])
{
    size_t at = url.len ? apus_str_find(url, '?') : SIZE_MAX, len = 0, done = 0;
    if (APUS_LIKELY(at == SIZE_MAX))
        return url;
    apus_buf to = { .ptr = room, .cap = APUS_ACCESS_VALUE_MAX };
    for (at++; next_secret(f, url, &at, &len); at += len, done = at) {
        if (!put_some(&to, apus_str_slice(url, done, at - done)) || !put_some(&to, MASK))
            return (apus_str){ room, to.len };
    }
    if (done == 0)
        return url;
    (void)put_some(&to, apus_str_slice(url, done, url.len));
    return (apus_str){ room, to.len };
}

/* --- what a request was --- */

struct seen {
    apus_str agent, referer, upgrade;
};

static struct seen look(const apus_http_request *r)
{
    struct seen s = { APUS_STR(""), APUS_STR(""), APUS_STR("") };
    for (uint32_t i = 0; i < r->n_headers; i++) {
        const apus_http_header *h = &r->headers[i];
        if (h->name.len == 10 && apus_str_eq_nocase(h->name, APUS_STR("user-agent")))
            s.agent = h->value;
        else if (h->name.len == 7 && apus_str_eq_nocase(h->name, APUS_STR("referer")))
            s.referer = h->value;
        else if (h->name.len == 7 && apus_str_eq_nocase(h->name, APUS_STR("upgrade")))
            s.upgrade = h->value;
    }
    return s;
}

static apus_str protocol_of(const apus_http_request *r)
{
    return r->version == 20   ? APUS_STR("HTTP/2.0")
           : r->version == 10 ? APUS_STR("HTTP/1.0")
                              : APUS_STR("HTTP/1.1");
}

/* "h1", "h2", or "ws" for one that became a WebSocket. */
static apus_str kind_of(const apus_access_entry *e, const struct seen *s)
{
    bool switched = e->status == 101 || (e->request->version == 20 && e->status == 200);
    if (switched && apus_str_eq_nocase(s->upgrade, APUS_STR("websocket")))
        return APUS_STR("ws");
    return e->request->version == 20 ? APUS_STR("h2") : APUS_STR("h1");
}

/* Without the port. */
static apus_str client_of(const apus_http_request *r)
{
    apus_str peer = r->peer;
    if (peer.len && peer.ptr[0] == '[') {
        size_t end = apus_str_find(peer, ']');
        return apus_str_slice(peer, 1, end == SIZE_MAX ? peer.len : end - 1);
    }
    size_t colon = peer.len ? apus_str_find(peer, ':') : SIZE_MAX;
    return colon == SIZE_MAX ? peer : apus_str_slice(peer, 0, colon);
}

/* --- JSON --- */

static void put_headers(apus__access_format *f, const apus_http_request *r, apus_buf *to)
{
    bool any = false;
    for (uint32_t i = 0; i < f->headers.n; i++) {
        apus_str name = f->headers.items[i];
        const apus_http_header *h = apus_http_header_find(r, name);
        if (!h)
            continue;
        if (any)
            apus_buf_addc(to, ',');
        else
            apus_buf_lit(to, ",\"headers\":{");
        any = true;
        put_json(f, to, name);
        apus_buf_addc(to, ':');
        put_json(f, to, apus__access_is_secret(f, name) ? MASK : h->value);
    }
    if (any)
        apus_buf_addc(to, '}');
}

/* What lines have beside their values: names, quotes, the time, numbers, and what may be written
 * behind the end. */
enum { FIXED_ROOM = 320 };

/* The texts of a line, as they stand between their quotes. */
struct texts {
    apus_str id, client, method, target, route, protocol, scheme, host, agent, referer;
};

static size_t room_for(const struct texts *t)
{
    return FIXED_ROOM + t->id.len + t->client.len + t->method.len + t->target.len + t->route.len +
           t->protocol.len + t->scheme.len + t->host.len + t->agent.len + t->referer.len;
}

static APUS_INLINE char *put(char *to, apus_str text)
{
    memcpy(to, text.ptr, text.len);
    return to + text.len;
}

static char *put_text(char *to, apus_str text)
{
    if (text.len < APUS_STEP) {
        copy_few(to, text);
        return to + text.len;
    }
    for (size_t i = 0; i < text.len - APUS_STEP; i += APUS_STEP)
        apus_step_store(to + i, apus_step_load(text.ptr + i));
    apus_step_store(to + text.len - APUS_STEP, apus_step_load(text.ptr + text.len - APUS_STEP));
    return to + text.len;
}

/* Nothing where there is no value; `name` ends with the quote that opens it.  Inline, so that the
 * lengths of names are known. */
static APUS_INLINE char *put_member(char *to, apus_str name, apus_str value)
{
    if (!value.len)
        return to;
    to = put_text(put(to, name), value);
    *to = '"';
    return to + 1;
}

/* Two digits. */
static inline void put_two(char *to, uint32_t n)
{
    to[0] = (char)('0' + n / 10);
    to[1] = (char)('0' + n % 10);
}

/* Six digits. */
static inline char *put_micros(char *to, uint32_t n)
{
    put_two(to, n / 10000);
    put_two(to + 2, n / 100 % 100);
    put_two(to + 4, n % 100);
    return to + 6;
}

static char *put_line(char *to, const apus__access_format *f, const apus_access_entry *e,
                      const struct texts *t, uint32_t micros)
{
    to = put(to, APUS_STR("{\"time\":\""));
    to = put(to, (apus_str){ f->iso, APUS__ACCESS_ISO_LEN });
    to = put(put_micros(to, micros), APUS_STR("Z\""));
    to = put_member(to, APUS_STR(",\"request_id\":\""), t->id);
    to = put_member(to, APUS_STR(",\"client\":\""), t->client);
    to = put_member(to, APUS_STR(",\"method\":\""), t->method);
    to = put_member(to, APUS_STR(",\"target\":\""), t->target);
    to = put_member(to, APUS_STR(",\"route\":\""), t->route);
    to = put(to, APUS_STR(",\"status\":"));
    to += apus_uint_print(e->status, to);
    to = put(to, APUS_STR(",\"bytes\":"));
    to += apus_uint_print(e->bytes, to);
    to = put(to, APUS_STR(",\"duration\":"));
    to += apus_uint_print((uint64_t)(e->duration / APUS_SECOND), to);
    *to = '.';
    to = put_micros(to + 1, (uint32_t)((uint64_t)(e->duration % APUS_SECOND) / 1000));
    to = put_member(to, APUS_STR(",\"protocol\":\""), t->protocol);
    to = put_member(to, APUS_STR(",\"scheme\":\""), t->scheme);
    to = put_member(to, APUS_STR(",\"host\":\""), t->host);
    to = put_member(to, APUS_STR(",\"user_agent\":\""), t->agent);
    return put_member(to, APUS_STR(",\"referer\":\""), t->referer);
}

void apus__access_json(apus__access_format *f, const apus_access_entry *e, apus_buf *to)
{
    char room[APUS_ACCESS_VALUE_MAX], referer[APUS_ACCESS_VALUE_MAX];
    const apus_http_request *r = e->request;
    struct seen s = look(r);
    int64_t ns = tell_time(f, e->ended);
    apus_buf_clear(&f->odd);
    struct texts t = {
        .id = e->id, /* held to an alphabet that has nothing to escape */
        .client = escaped(f, client_of(r)),
        .method = escaped(f, r->method_text),
        .target = escaped(f, masked(f, r->target, room)),
        .route = escaped(f, e->route),
        .protocol = kind_of(e, &s),
        .scheme = r->scheme, /* ours */
        .host = escaped(f, r->host),
        .agent = escaped(f, s.agent),
        .referer = escaped(f, masked(f, s.referer, referer)),
    };
    char *begin = apus_buf_room(to, room_for(&t));
    if (begin)
        apus_buf_grew(to, (size_t)(put_line(begin, f, e, &t, (uint32_t)(ns / 1000)) - begin));
    if (f->headers.n && f->value_max > APUS__ACCESS_VALUE_SMALL)
        put_headers(f, r, to);
    apus_buf_lit(to, "}\n");
    if (f->odd.failed)
        to->failed = f->odd.failed;
}

/* --- combined --- */

/* client - - [28/Nov/2026:05:49:21 +0000] "GET /x HTTP/1.1" 200 17 "referer" "agent" */
void apus__access_combined(apus__access_format *f, const apus_access_entry *e, apus_buf *to)
{
    char room[APUS_ACCESS_VALUE_MAX];
    const apus_http_request *r = e->request;
    struct seen s = look(r);
    apus_str client = client_of(r);
    (void)tell_time(f, e->ended);
    apus_buf_add(to, client.len ? client : APUS_STR("-"));
    apus_buf_lit(to, " - - [");
    apus_buf_add(to, apus_str_of(f->common));
    apus_buf_lit(to, "] \"");
    if (r->method_text.len) {
        put_combined(f, to, r->method_text);
        apus_buf_addc(to, ' ');
        put_combined(f, to, masked(f, r->target, room));
        apus_buf_addc(to, ' ');
        apus_buf_add(to, protocol_of(r));
    } else {
        apus_buf_addc(to, '-');
    }
    apus_buf_lit(to, "\" ");
    put_number(to, e->status);
    apus_buf_addc(to, ' ');
    put_number(to, e->bytes);
    apus_buf_addc(to, ' ');
    put_combined_or_dash(f, to, masked(f, s.referer, room));
    apus_buf_addc(to, ' ');
    put_combined_or_dash(f, to, s.agent);
    apus_buf_addc(to, '\n');
}
