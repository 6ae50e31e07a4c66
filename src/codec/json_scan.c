/* The scanner.  Text is checked for UTF-8 once, as a whole; within a string only
 * quotes, backslashes and control characters end a run (swar.h). */
#include "apus/json_scan.h"

#include "apus/text.h"
#include "codec/chars.h"
#include "codec/exact.h"
#include "codec/swar.h"

enum {
    DEPTH_DEFAULT = 128,
    SIZE_DEFAULT = 16 * 1024 * 1024,
};

static apus_rc fail_at(apus_scan *s, const char *at, const char *message)
{
    size_t offset = (size_t)(at - s->begin);
    *s->error = (apus_json_error){
        .offset = offset,
        .codepoints = apus_str_codepoints((apus_str){ s->begin, offset }),
        .message = message,
    };
    return APUS_SYNTAX;
}

apus_rc apus_scan_expecting_value(apus_scan *s)
{
    return fail_at(s, s->at, "Expecting value");
}

static void skip_run(apus_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

/* Compact text has none, which is seen by one look. */
static inline void skip_blanks(apus_scan *s)
{
    if (s->at < s->end && (unsigned char)*s->at <= ' ')
        skip_run(s);
}

apus_rc apus_scan_begin(apus_scan *s, apus_str text, const apus_json_limits *limits,
                        apus_json_error *error)
{
    size_t size = limits && limits->size ? limits->size : SIZE_DEFAULT;
    *error = (apus_json_error){ 0 };
    *s = (apus_scan){ .begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len };
    s->error = error;
    s->depth_max = limits && limits->depth ? limits->depth : DEPTH_DEFAULT;
    if (text.len > size)
        return APUS_LIMIT;
    if (!apus_str_is_utf8(text))
        return APUS_SYNTAX;
    skip_blanks(s);
    return APUS_OK;
}

apus_rc apus_scan_end(apus_scan *s)
{
    return s->at == s->end ? APUS_OK : fail_at(s, s->at, "Extra data");
}

/* --- strings --- */

static const char *plain_run(const char *p, const char *end)
{
    return p + apus__json_plain(p, (size_t)(end - p));
}

static int hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = apus__hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static size_t put_utf8(char *to, int c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* \uXXXX behind its 'u'; a pair of surrogates is one character, half of one is no
 * text at all. */
static apus_rc read_unicode(apus_scan *s, const char **p, char *to, size_t *n)
{
    const char *escape = *p - 2;
    int c = hex4(*p, s->end);
    if (c < 0)
        return fail_at(s, escape + 1, "Invalid \\uXXXX escape");
    *p += 4;
    if (c >= 0xd800 && c < 0xdc00 && s->end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        int low = hex4(*p + 2, s->end);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            *p += 6;
        }
    }
    if (c >= 0xd800 && c < 0xe000)
        return fail_at(s, escape, "Unpaired surrogate");
    *n += put_utf8(to + *n, c);
    return APUS_OK;
}

static apus_rc read_escape(apus_scan *s, const char **p, char *to, size_t *n)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    char c = **p;
    ++*p;
    if (c == 'u')
        return read_unicode(s, p, to, n);
    const char *at = c ? strchr(letters, c) : NULL;
    if (!at)
        return fail_at(s, *p - 2, "Invalid \\escape: ");
    to[(*n)++] = values[at - letters];
    return APUS_OK;
}

/* Where the string that begins at `quote` ends, not looking into its escapes. */
static apus_rc find_close(apus_scan *s, const char *quote, const char *p, const char **close)
{
    for (;;) {
        p = plain_run(p, s->end);
        if (p == s->end)
            return fail_at(s, quote, "Unterminated string starting at");
        if (*p == '"') {
            *close = p;
            return APUS_OK;
        }
        if (*p != '\\')
            return fail_at(s, p, "Invalid control character at");
        if (s->end - p < 2)
            return fail_at(s, quote, "Unterminated string starting at");
        p += 2;
    }
}

static apus_rc decode_string(apus_scan *s, apus_arena *a, const char *quote, const char *p,
                             apus_str *out)
{
    const char *close;
    apus_rc rc = find_close(s, quote, p, &close);
    if (rc)
        return rc;
    /* an escape is never shorter than what it stands for */
    char *to = apus_arena_alloc(a, (size_t)(close - quote), 1);
    if (!to)
        return APUS_NOMEM;
    size_t n = 0;
    for (p = quote + 1; p < close;) {
        const char *run = plain_run(p, close);
        memcpy(to + n, p, (size_t)(run - p));
        n += (size_t)(run - p);
        p = run;
        if (p < close) {
            p++;
            rc = read_escape(s, &p, to, &n);
            if (rc)
                return rc;
        }
    }
    to[n] = '\0';
    *out = (apus_str){ to, n };
    s->at = close + 1;
    skip_blanks(s);
    return APUS_OK;
}

apus_rc apus_scan_string(apus_scan *s, apus_arena *a, apus_str *out)
{
    const char *quote = s->at, *p = plain_run(quote + 1, s->end);
    if (p == s->end)
        return fail_at(s, quote, "Unterminated string starting at");
    if (*p == '\\')
        return decode_string(s, a, quote, p, out);
    if (*p != '"')
        return fail_at(s, p, "Invalid control character at");
    *out = (apus_str){ quote + 1, (size_t)(p - quote - 1) };
    s->at = p + 1;
    skip_blanks(s);
    return APUS_OK;
}

/* As reading, but nothing is kept, so escapes are only checked. */
static apus_rc skip_string(apus_scan *s)
{
    const char *quote = s->at, *close;
    apus_rc rc = find_close(s, quote, quote + 1, &close);
    for (const char *p = quote + 1; rc == APUS_OK && p < close;) {
        p = plain_run(p, close);
        if (p < close) {
            char unused[4];
            size_t n = 0;
            p++;
            rc = read_escape(s, &p, unused, &n);
        }
    }
    if (rc)
        return rc;
    s->at = close + 1;
    skip_blanks(s);
    return APUS_OK;
}

/* --- numbers and words --- */

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* What follows the integer digits, if anything, is passed.  The fraction's digits go on
 * in *mantissa; gives how many there are, or -1 where an exponent follows. */
static int pass_fraction(const char **at, const char *end, uint64_t *mantissa)
{
    const char *p = *at;
    int fraction = 0;
    if (*p == '.' && is_digit(p + 1, end)) {
        const char *digits = ++p;
        for (; is_digit(p, end); p++)
            *mantissa = *mantissa * 10 + (uint64_t)(*p - '0');
        fraction = p - digits <= INT16_MAX ? (int)(p - digits) : INT16_MAX;
    }
    if (p < end && (*p | 0x20) == 'e') {
        const char *e = p + 1;
        e += e < end && (*e == '+' || *e == '-');
        if (is_digit(e, end)) {
            for (p = e; is_digit(p, end);)
                p++;
            fraction = -1;
        }
    }
    *at = p;
    return fraction;
}

/* Nineteen digits may fit; the value did not wrap: it is below 10^19. */
static void fit_nineteen(apus_scan_number *out, uint64_t value, bool negative)
{
    uint64_t most = (uint64_t)INT64_MAX + negative;
    out->fits = value <= most;
    if (out->fits)
        out->integer = negative ? (int64_t)(0 - value) : (int64_t)value;
}

apus_rc apus_scan_number_read(apus_scan *s, apus_scan_number *out)
{
    enum { SMALL = 18 }; /* so many digits fit whatever they are */
    const char *p = s->at, *begin = p;
    bool negative = *p == '-';
    p += negative;
    if (!is_digit(p, s->end))
        return apus_scan_expecting_value(s);
    const char *digits = p;
    uint64_t value = 0;
    if (*p == '0')
        p++;
    else
        while (is_digit(p, s->end))
            value = value * 10 + (uint64_t)(*p++ - '0');
    const char *whole_end = p;
    uint64_t mantissa = value;
    int fraction = p < s->end ? pass_fraction(&p, s->end, &mantissa) : 0;
    out->text = (apus_str){ begin, (size_t)(p - begin) };
    out->is_integer = p == whole_end;
    out->fits = out->is_integer && whole_end - digits <= SMALL;
    out->integer = out->fits ? (negative ? -(int64_t)value : (int64_t)value) : 0;
    /* every digit is in the mantissa where they and the point are few; it is read once */
    double number = (double)value;
    if (out->fits ||
        (p - digits <= SMALL && fraction >= 0 && apus__double_exact(mantissa, -fraction, &number)))
        out->number = negative ? -number : number;
    else
        (void)apus_double_parse(out->text, &out->number);
    if (out->is_integer && whole_end - digits == SMALL + 1)
        fit_nineteen(out, value, negative);
    s->at = p;
    skip_blanks(s);
    return APUS_OK;
}

static bool take_word(apus_scan *s, const char *word, size_t len)
{
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    skip_blanks(s);
    return true;
}

apus_rc apus_scan_bool(apus_scan *s, bool *out)
{
    if (take_word(s, "true", 4))
        *out = true;
    else if (take_word(s, "false", 5))
        *out = false;
    else
        return apus_scan_expecting_value(s);
    return APUS_OK;
}

apus_rc apus_scan_null(apus_scan *s)
{
    return take_word(s, "null", 4) ? APUS_OK : apus_scan_expecting_value(s);
}

/* --- lists and objects --- */

static apus_rc enter(apus_scan *s)
{
    if (s->depth == s->depth_max)
        return APUS_LIMIT;
    s->depth++;
    s->at++;
    skip_blanks(s);
    return APUS_OK;
}

static void leave(apus_scan *s)
{
    s->depth--;
    s->at++;
    skip_blanks(s);
}

apus_rc apus_scan_enter_list(apus_scan *s)
{
    return enter(s);
}

apus_rc apus_scan_enter_object(apus_scan *s)
{
    return enter(s);
}

/* The comma between two, which the end must not follow: that is what `trailing` says. */
static inline apus_rc take_comma(apus_scan *s, char end, const char *trailing)
{
    const char *comma = s->at;
    if (apus_scan_peek(s) != ',')
        return fail_at(s, comma, "Expecting ',' delimiter");
    s->at++;
    skip_blanks(s);
    return apus_scan_peek(s) == end ? fail_at(s, comma, trailing) : APUS_OK;
}

apus_rc apus_scan_more_items(apus_scan *s, bool is_first, bool *more)
{
    *more = false;
    if (apus_scan_peek(s) == ']') {
        leave(s);
        return APUS_OK;
    }
    apus_rc rc =
        is_first ? APUS_OK : take_comma(s, ']', "Illegal trailing comma before end of array");
    if (rc)
        return rc;
    *more = true;
    return APUS_OK;
}

apus_rc apus_scan_more_members(apus_scan *s, bool is_first, apus_arena *a, apus_str *key,
                               bool *more)
{
    *more = false;
    if (apus_scan_peek(s) == '}') {
        leave(s);
        return APUS_OK;
    }
    apus_rc rc =
        is_first ? APUS_OK : take_comma(s, '}', "Illegal trailing comma before end of object");
    if (rc)
        return rc;
    if (apus_scan_peek(s) != '"')
        return fail_at(s, s->at, "Expecting property name enclosed in double quotes");
    rc = a ? apus_scan_string(s, a, key) : skip_string(s);
    if (rc)
        return rc;
    if (apus_scan_peek(s) != ':')
        return fail_at(s, s->at, "Expecting ':' delimiter");
    s->at++;
    skip_blanks(s);
    *more = true;
    return APUS_OK;
}

static apus_rc skip_list(apus_scan *s)
{
    bool more;
    apus_rc rc = apus_scan_enter_list(s);
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_items(s, first, &more);
        if (rc || !more)
            break;
        rc = apus_scan_skip(s);
    }
    return rc;
}

static apus_rc skip_object(apus_scan *s)
{
    bool more;
    apus_rc rc = apus_scan_enter_object(s);
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(s, first, NULL, NULL, &more);
        if (rc || !more)
            break;
        rc = apus_scan_skip(s);
    }
    return rc;
}

apus_rc apus_scan_skip(apus_scan *s)
{
    apus_scan_number number;
    bool truth;
    switch (apus_scan_peek(s)) {
    case '{':
        return skip_object(s);
    case '[':
        return skip_list(s);
    case '"':
        return skip_string(s);
    case 't':
    case 'f':
        return apus_scan_bool(s, &truth);
    case 'n':
        return apus_scan_null(s);
    default:
        return apus_scan_peek(s) ? apus_scan_number_read(s, &number) : apus_scan_expecting_value(s);
    }
}
