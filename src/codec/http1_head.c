/* The head of a request.
 *
 * First its end is found, line by line: each LF must stand behind a CR, so that a
 * head that another parser would end elsewhere is refused as soon as it is seen.
 * Then the lines are read.  Decisions where the RFC leaves one:
 *
 *   - one empty line before the request line is skipped (RFC 9112 2.2), more are not;
 *   - Content-Length together with Transfer-Encoding is refused, as is any
 *     Transfer-Encoding but exactly "chunked", or one in HTTP/1.0;
 *   - Content-Length is digits; repeated or in a list it is refused, even when equal;
 *   - a request has exactly one Host (HTTP/1.0: at most one), without userinfo;
 *   - a folded line, a blank before a colon, and '_' in the names that frame a
 *     message are refused. */
#include "apus/http1.h"
#include "apus/step.h"
#include "codec/chars.h"
#include "codec/http1_head.h"

enum { LENGTH_DIGITS_MAX = 18 }; /* below 2^63 without looking at the value */

static apus_rc refuse(apus_http1_refusal *why, apus_rc rc, uint16_t status, const char *detail)
{
    *why = (apus_http1_refusal){ .status = status, .detail = detail };
    return rc;
}

static apus_rc bad(apus_http1_refusal *why, const char *detail)
{
    return refuse(why, APUS_SYNTAX, 400, detail);
}

/* --- the end --- */

static apus_rc check_sizes(const apus_http1_scan *s, const apus_http1_limits *limits, size_t len,
                           apus_http1_refusal *why)
{
    /* a method and a version fit in the slack beside a target of its own limit */
    enum { METHOD_AND_VERSION = 64 };
    if (s->lines == 0 && len - s->start > (size_t)limits->target_max + METHOD_AND_VERSION)
        return refuse(why, APUS_LIMIT, 414, "the request target is too long");
    if (len - s->start > limits->head_max)
        return refuse(why, APUS_LIMIT, 431, "the request's headers are too large");
    if (s->lines > limits->headers_max + 1)
        return refuse(why, APUS_LIMIT, 431, "the request has too many headers");
    return APUS_OK;
}

apus_rc apus_http1_head_find(apus_http1_scan *s, const apus_http1_limits *limits, apus_str bytes,
                             apus_http1_refusal *why)
{
    while (s->at < bytes.len) {
        const char *lf = memchr(bytes.ptr + s->at, '\n', bytes.len - s->at);
        if (s->at == s->start && s->lines == 0 && bytes.ptr[s->at] != '\r' &&
            !apus__char_is(bytes.ptr[s->at], APUS__CHAR_TOKEN))
            return bad(why, "this is not an HTTP/1.1 request");
        if (!lf) {
            s->at = bytes.len;
            break;
        }
        size_t at = (size_t)(lf - bytes.ptr);
        /* sizes first: a line is refused alike whether it came whole or in pieces */
        apus_rc rc = check_sizes(s, limits, at, why);
        if (rc)
            return rc;
        if (at == s->line || bytes.ptr[at - 1] != '\r')
            return bad(why, "a line ends with LF alone");
        bool is_empty = at == s->line + 1;
        s->at = s->line = at + 1;
        if (is_empty && s->lines == 0) {
            if (s->start)
                return bad(why, "empty lines stand before the request");
            s->start = s->at;
            continue;
        }
        if (is_empty) {
            s->end = s->at;
            return check_sizes(s, limits, s->end, why);
        }
        s->lines++;
        rc = check_sizes(s, limits, s->at, why);
        if (rc)
            return rc;
    }
    apus_rc rc = check_sizes(s, limits, bytes.len, why);
    return rc ? rc : APUS_MORE;
}

/* --- classes of text --- */

static bool all_are(apus_str s, int class)
{
    int in = class;
    size_t i = 0;
    for (; i + 4 <= s.len; i += 4)
        in &= apus__char_is(s.ptr[i], class) & apus__char_is(s.ptr[i + 1], class) &
              apus__char_is(s.ptr[i + 2], class) & apus__char_is(s.ptr[i + 3], class);
    for (; i < s.len; i++)
        in &= apus__char_is(s.ptr[i], class);
    return in;
}

bool apus_http1_is_token(apus_str s)
{
    return s.len && all_are(s, APUS__CHAR_TOKEN);
}

/* Eight bytes at a time: a control character makes its byte's top bit appear in
 * (word - 0x20...) & ~word, DEL in (word ^ 0x7f...) - 0x01....  A hit is looked at
 * again byte by byte, since a tab is fine. */
bool apus_http1_is_value(apus_str s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;
        memcpy(&word, s.ptr + i, 8);
        uint64_t del = word ^ ones * 0x7f;
        uint64_t hit = ((word - ones * 0x20) & ~word & tops) | ((del - ones) & ~del & tops);
        if (hit && !all_are(apus_str_slice(s, i, 8), APUS__CHAR_VALUE))
            return false;
    }
    return all_are(apus_str_slice(s, i, 8), APUS__CHAR_VALUE);
}

/* --- the request line --- */

static apus_rc read_version(apus_str text, apus_http1_head *out, apus_http1_refusal *why)
{
    if (apus_str_eq(text, APUS_STR("HTTP/1.1")))
        out->version = 11;
    else if (apus_str_eq(text, APUS_STR("HTTP/1.0")))
        out->version = 10;
    else if (text.len == 8 && apus_str_starts(text, APUS_STR("HTTP/")) && text.ptr[6] == '.' &&
             text.ptr[5] >= '0' && text.ptr[5] <= '9' && text.ptr[7] >= '0' && text.ptr[7] <= '9')
        return refuse(why, APUS_UNSUPPORTED, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    else
        return bad(why, "the request line has no HTTP version");
    return APUS_OK;
}

static bool is_host(apus_str s)
{
    return all_are(s, APUS__CHAR_HOST);
}

/* http://host/path?query: the authority counts as Host (RFC 9112 3.2.2). */
static apus_rc read_absolute(apus_str rest, apus_http1_head *out, apus_http1_refusal *why)
{
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
        end++;
    out->host = apus_str_slice(rest, 0, end);
    if (end == 0 || !is_host(out->host))
        return bad(why, "the request target has no valid host");
    out->path = apus_str_slice(rest, end, rest.len);
    if (out->path.len == 0 || out->path.ptr[0] == '?') {
        out->query = out->path.len ? apus_str_slice(out->path, 1, out->path.len) : APUS_STR("");
        out->path = APUS_STR("/");
    }
    return APUS_OK;
}

static apus_rc read_target(apus_http1_head *out, apus_http1_refusal *why)
{
    apus_str t = out->target;
    if (t.len == 0 || !all_are(t, APUS__CHAR_TARGET))
        return bad(why, "the request target has characters that may not stand there");
    apus_rc rc = APUS_OK;
    if (apus_str_eq(out->method, APUS_STR("CONNECT")))
        return refuse(why, APUS_UNSUPPORTED, 501, "CONNECT is not offered here");
    if (t.ptr[0] == '/')
        out->path = t;
    else if (t.len >= 7 && apus_str_eq_nocase(apus_str_slice(t, 0, 7), APUS_STR("http://")))
        rc = read_absolute(apus_str_slice(t, 7, t.len), out, why);
    else if (t.len >= 8 && apus_str_eq_nocase(apus_str_slice(t, 0, 8), APUS_STR("https://")))
        rc = read_absolute(apus_str_slice(t, 8, t.len), out, why);
    else if (apus_str_eq(out->method, APUS_STR("OPTIONS")) && apus_str_eq(t, APUS_STR("*")))
        out->path = t;
    else
        return bad(why, "the request target is neither a path nor a URL");
    size_t mark = rc == APUS_OK ? apus_str_find(out->path, '?') : SIZE_MAX;
    if (mark != SIZE_MAX) {
        out->query = apus_str_slice(out->path, mark + 1, out->path.len);
        out->path.len = mark;
    }
    return rc;
}

static apus_rc read_request_line(apus_str line, const apus_http1_limits *limits,
                                 apus_http1_head *out, apus_http1_refusal *why)
{
    size_t first = apus_str_find(line, ' ');
    if (first == SIZE_MAX)
        return bad(why, "the request line is not METHOD TARGET VERSION");
    out->method = apus_str_slice(line, 0, first);
    apus_str rest = apus_str_slice(line, first + 1, line.len);
    size_t second = apus_str_find(rest, ' ');
    if (second == SIZE_MAX)
        return bad(why, "the request line is not METHOD TARGET VERSION");
    out->target = apus_str_slice(rest, 0, second);
    if (!apus_http1_is_token(out->method))
        return bad(why, "the method has characters that may not stand there");
    if (out->target.len > limits->target_max)
        return refuse(why, APUS_LIMIT, 414, "the request target is too long");
    apus_rc rc = read_version(apus_str_slice(rest, second + 1, rest.len), out, why);
    return rc ? rc : read_target(out, why);
}

/* --- headers that frame the message --- */

struct framing {
    bool has_host, has_encoding, close, keep_alive;
};

static apus_rc read_length(apus_str v, apus_http1_head *out, apus_http1_refusal *why)
{
    if (out->has_length)
        return bad(why, "Content-Length was sent twice");
    if (v.len == 0)
        return bad(why, "Content-Length is not a number");
    uint64_t n = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < '0' || v.ptr[i] > '9')
            return bad(why, "Content-Length is not a number");
        n = n * 10 + (uint64_t)(v.ptr[i] - '0');
        if (i >= LENGTH_DIGITS_MAX)
            return bad(why, "Content-Length is too large a number");
    }
    out->has_length = true;
    out->length = n;
    return APUS_OK;
}

static apus_rc read_encoding(apus_str v, struct framing *f, apus_http1_head *out,
                             apus_http1_refusal *why)
{
    if (f->has_encoding)
        return bad(why, "Transfer-Encoding was sent twice");
    f->has_encoding = true;
    if (!apus_str_eq_nocase(v, APUS_STR("chunked"))) {
        bool known = apus_str_find(v, ',') == SIZE_MAX && apus_http1_is_token(v);
        return known ? refuse(why, APUS_UNSUPPORTED, 501,
                              "no Transfer-Encoding but chunked is offered")
                     : bad(why, "Transfer-Encoding is not exactly chunked");
    }
    out->chunked = true;
    return APUS_OK;
}

static apus_rc read_host(apus_str v, struct framing *f, apus_http1_head *out,
                         apus_http1_refusal *why)
{
    if (f->has_host)
        return bad(why, "Host was sent twice");
    if (!is_host(v) || (v.len == 0 && out->version == 11 && out->host.len == 0))
        return bad(why, "Host is not a host");
    f->has_host = true;
    if (out->host.len == 0)
        out->host = v;
    return APUS_OK;
}

static void read_connection(apus_str v, struct framing *f)
{
    while (v.len) {
        size_t comma = apus_str_find(v, ',');
        size_t len = comma == SIZE_MAX ? v.len : comma;
        apus_str option = apus_str_trim(apus_str_cut(&v, len));
        if (v.len)
            apus_str_cut(&v, 1);
        f->close = f->close || apus_str_eq_nocase(option, APUS_STR("close"));
        f->keep_alive = f->keep_alive || apus_str_eq_nocase(option, APUS_STR("keep-alive"));
    }
}

/* Mostly written as the RFC writes it. */
static inline bool is_named(const apus_http_header *h, apus_str name)
{
    return apus_str_eq(h->name, name) || apus_str_eq_nocase(h->name, name);
}

/* Names by length first: most headers are none of these. */
static apus_rc read_special(const apus_http_header *h, struct framing *f, apus_http1_head *out,
                            apus_http1_refusal *why)
{
    switch (h->name.len) {
    case 4:
        if (is_named(h, APUS_STR("Host")))
            return read_host(h->value, f, out, why);
        break;
    case 6:
        if (is_named(h, APUS_STR("Expect"))) {
            out->expects_continue = apus_str_eq_nocase(h->value, APUS_STR("100-continue"));
            out->expects_other = !out->expects_continue;
        }
        break;
    case 10:
        if (is_named(h, APUS_STR("Connection")))
            read_connection(h->value, f);
        break;
    case 14:
        if (is_named(h, APUS_STR("Content-Length")))
            return read_length(h->value, out, why);
        if (is_named(h, APUS_STR("Content_Length")))
            return bad(why, "a header's name could be taken for Content-Length");
        break;
    case 17:
        if (is_named(h, APUS_STR("Transfer-Encoding")))
            return read_encoding(h->value, f, out, why);
        if (is_named(h, APUS_STR("Transfer_Encoding")))
            return bad(why, "a header's name could be taken for Transfer-Encoding");
        break;
    default:
        break;
    }
    return APUS_OK;
}

/* --- all lines --- */

static apus_str trim_blanks(apus_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        apus_str_cut(&s, 1);
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static apus_rc read_header(apus_str line, apus_http_header *h, apus_http1_refusal *why)
{
    size_t colon = 0;
    while (colon < line.len && apus__char_is(line.ptr[colon], APUS__CHAR_TOKEN))
        colon++;
    if (colon == 0 || colon == line.len || line.ptr[colon] != ':')
        return bad(why, "a header's name has characters that may not stand there");
    h->name = apus_str_slice(line, 0, colon);
    h->value = trim_blanks(apus_str_slice(line, colon + 1, line.len));
    if (!apus_http1_is_value(h->value))
        return bad(why, "a header's value has characters that may not stand there");
    return APUS_OK;
}

static apus_rc check_framing(const struct framing *f, apus_http1_head *out, apus_http1_refusal *why)
{
    if (!f->has_host && out->version == 11)
        return bad(why, "the request has no Host");
    if (out->chunked && out->has_length)
        return bad(why, "both Content-Length and Transfer-Encoding were sent");
    if (f->has_encoding && out->version == 10)
        return bad(why, "HTTP/1.0 has no Transfer-Encoding");
    out->keep_alive = !f->close && (out->version == 11 || f->keep_alive);
    if (out->version == 10) /* RFC 9110 10.1.1: not for HTTP/1.0 */
        out->expects_continue = out->expects_other = false;
    return APUS_OK;
}

/* The line up to its CRLF, which is taken off *rest too; a CR within stays in the
 * line and is refused with its other characters. */
static apus_str next_line(apus_str *rest)
{
    apus_str line = apus_str_cut(rest, apus_str_find(*rest, '\n') + 1);
    line.len -= 2;
    return line;
}

/* --- heads as nearly all clients write them, in one pass --- */

/* How many bytes from p on come before the first that may not stand in a target; *mark is the
 * first question mark among them, if there is one. */
static const char *pass_target(const char *p, const char *end, const char **mark)
{
    for (; end - p >= APUS_STEP; p += APUS_STEP) {
        apus_step s = apus_step_load(p);
        unsigned in =
            apus_step_marks(apus_step_within(s, '!', '~')) & ~apus_step_marks(apus_step_is(s, '#'));
        size_t n = apus_step_first(~in & 0xffff),
               at = apus_step_first(apus_step_marks(apus_step_is(s, '?')));
        if (at < n && !*mark)
            *mark = p + at;
        if (n < APUS_STEP)
            return p + n;
    }
    for (; p < end && apus__char_is(*p, APUS__CHAR_TARGET); p++)
        if (*p == '?' && !*mark)
            *mark = p;
    return p;
}

/* METHOD /TARGET HTTP/1.1; behind it, or NULL. */
static const char *read_usual_line(const char *p, const char *end, const apus_http1_limits *limits,
                                   apus_http1_head *out)
{
    static const char version[] = " HTTP/1.1\r\n";
    enum { VERSION_LEN = sizeof(version) - 1, METHOD_MAX = 16 };
    const char *method = p, *mark = NULL;
    while (p < end && apus__char_is(*p, APUS__CHAR_TOKEN))
        p++;
    if (p == method || p - method > METHOD_MAX || end - p < 2 || p[0] != ' ' || p[1] != '/')
        return NULL;
    out->method = (apus_str){ method, (size_t)(p - method) };
    const char *target = ++p;
    p = pass_target(p, end, &mark);
    size_t len = (size_t)(p - target);
    if (len > limits->target_max || end - p < VERSION_LEN || memcmp(p, version, VERSION_LEN) != 0 ||
        apus_str_eq(out->method, APUS_STR("CONNECT")))
        return NULL;
    out->version = 11;
    out->target = out->path = (apus_str){ target, len };
    if (mark) {
        out->query = (apus_str){ mark + 1, (size_t)(p - mark - 1) };
        out->path.len = (size_t)(mark - target);
    }
    return p + VERSION_LEN;
}

/* The first byte from p on that stands in no token. */
static const char *pass_token(const char *p, const char *end)
{
    for (; end - p >= APUS_STEP; p += APUS_STEP) { /* letters, digits and hyphens */
        apus_step s = apus_step_load(p);
        apus_step in = apus_step_or(apus_step_within(s, 'a', 'z'), apus_step_within(s, 'A', 'Z'));
        in = apus_step_or(in, apus_step_or(apus_step_within(s, '0', '9'), apus_step_is(s, '-')));
        size_t n = apus_step_first(~apus_step_marks(in) & 0xffff);
        if (n < APUS_STEP) {
            p += n;
            break;
        }
    }
    while (p < end && apus__char_is(*p, APUS__CHAR_TOKEN))
        p++;
    return p;
}

/* The first control character from p on, or end. */
static const char *pass_value(const char *p, const char *end)
{
    for (; end - p >= APUS_STEP; p += APUS_STEP) {
        apus_step s = apus_step_load(p);
        size_t n = apus_step_first(
            apus_step_marks(apus_step_or(apus_step_below(s, ' '), apus_step_is(s, 0x7f))));
        if (n < APUS_STEP)
            return p + n;
    }
    while (p < end && (unsigned char)*p >= 0x20 && *p != 0x7f)
        p++;
    return p;
}

/* A header without tabs; behind it, or NULL. */
static const char *read_usual_header(const char *p, const char *end, apus_http_header *h)
{
    const char *name = p;
    p = pass_token(p, end);
    if (p == name || p == end || *p != ':')
        return NULL;
    h->name = (apus_str){ name, (size_t)(p - name) };
    for (p++; p < end && *p == ' ';)
        p++;
    const char *value = p;
    p = pass_value(p, end);
    if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
        return NULL;
    size_t len = (size_t)(p - value);
    while (len && value[len - 1] == ' ')
        len--;
    h->value = (apus_str){ value, len };
    return p + 2;
}

static void begin_head(apus_http1_head *out, apus_http_header *headers)
{
    *out = (apus_http1_head){ .headers = headers };
    out->query = out->host = APUS_STR("");
}

size_t apus_http1_head_usual(apus_str bytes, const apus_http1_limits *limits,
                             apus_http_header *headers, uint32_t room, apus_http1_head *out)
{
    struct framing f = { 0 };
    apus_http1_refusal untold;
    const char *end = bytes.ptr + bytes.len;
    begin_head(out, headers);
    const char *p = read_usual_line(bytes.ptr, end, limits, out);
    while (p && (end - p < 2 || p[0] != '\r' || p[1] != '\n')) {
        if (out->n_headers == room || out->n_headers == limits->headers_max)
            return 0;
        apus_http_header *h = &headers[out->n_headers++];
        p = read_usual_header(p, end, h);
        if (p && read_special(h, &f, out, &untold))
            return 0;
    }
    size_t len = p ? (size_t)(p + 2 - bytes.ptr) : 0;
    return len <= limits->head_max && p && check_framing(&f, out, &untold) == APUS_OK ? len : 0;
}

apus_rc apus__http1_head_any(apus_str head, const apus_http1_limits *limits,
                             apus_http_header *headers, apus_http1_head *out,
                             apus_http1_refusal *why)
{
    struct framing f = { 0 };
    begin_head(out, headers);
    apus_str rest = head;
    apus_rc rc = read_request_line(next_line(&rest), limits, out, why);
    while (rc == APUS_OK && rest.len > 2) {
        if (out->n_headers == limits->headers_max)
            return refuse(why, APUS_LIMIT, 431, "the request has too many headers");
        apus_http_header *h = &headers[out->n_headers++];
        rc = read_header(next_line(&rest), h, why);
        if (rc == APUS_OK)
            rc = read_special(h, &f, out, why);
    }
    return rc ? rc : check_framing(&f, out, why);
}

apus_rc apus_http1_head_parse(apus_str head, const apus_http1_limits *limits,
                              apus_http_header *headers, apus_http1_head *out,
                              apus_http1_refusal *why)
{
    return apus_http1_head_usual(head, limits, headers, UINT32_MAX, out) == head.len
               ? APUS_OK
               : apus__http1_head_any(head, limits, headers, out, why);
}
