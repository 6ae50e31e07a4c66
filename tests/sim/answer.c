#include "answer.h"

#include "sys/sim/sim.h"

static size_t find(apus_str in, apus_str what)
{
    for (size_t i = 0; i + what.len <= in.len; i++)
        if (memcmp(in.ptr + i, what.ptr, what.len) == 0)
            return i;
    return SIZE_MAX;
}

apus_str answer_header(const answer *a, apus_str name)
{
    apus_str left = a->head;
    while (left.len) {
        size_t end = find(left, APUS_STR("\r\n"));
        apus_str line = apus_str_slice(left, 0, end);
        left = apus_str_slice(left, end == SIZE_MAX ? left.len : end + 2, left.len);
        size_t colon = apus_str_find(line, ':');
        if (colon != SIZE_MAX && apus_str_eq_nocase(apus_str_slice(line, 0, colon), name))
            return apus_str_trim(apus_str_slice(line, colon + 1, line.len));
    }
    return APUS_STR("");
}

/* Digits at the front of *s, in base 10 or 16. */
static bool take_number(apus_str *s, unsigned base, size_t *n)
{
    size_t i = 0;
    *n = 0;
    for (; i < s->len && i < 9; i++) {
        char c = s->ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit >= base)
            break;
        *n = *n * base + digit;
    }
    *s = apus_str_slice(*s, i, s->len);
    return i > 0;
}

static answer_rc take_line_end(apus_str *s)
{
    if (s->len < 2)
        return s->len && s->ptr[0] != '\r' ? ANSWER_WRONG : ANSWER_PART;
    bool is_end = s->ptr[0] == '\r' && s->ptr[1] == '\n';
    *s = apus_str_slice(*s, 2, s->len);
    return is_end ? ANSWER_WHOLE : ANSWER_WRONG;
}

static answer_rc take_chunk(apus_str *s, apus_buf *body, size_t *n)
{
    if (!s->len)
        return ANSWER_PART;
    if (!take_number(s, 16, n))
        return ANSWER_WRONG;
    answer_rc rc = take_line_end(s);
    if (rc)
        return rc;
    if (s->len < *n)
        return ANSWER_PART;
    if (*n)
        apus_buf_add(body, apus_str_slice(*s, 0, *n));
    *s = apus_str_slice(*s, *n, s->len);
    return take_line_end(s);
}

static answer_rc read_chunked(apus_str *s, apus_buf *body)
{
    size_t n = 1;
    answer_rc rc = ANSWER_WHOLE;
    while (!rc && n)
        rc = take_chunk(s, body, &n);
    return rc;
}

static bool has_no_body(const answer *a, const char *method)
{
    if (a->status == 204 || a->status == 304 || a->status == 101)
        return true;
    return strcmp(method, "HEAD") == 0;
}

static answer_rc read_body(apus_str *s, const char *method, answer *a)
{
    apus_str length = answer_header(a, APUS_STR("content-length"));
    size_t n;
    if (has_no_body(a, method))
        return ANSWER_WHOLE;
    if (apus_str_eq(answer_header(a, APUS_STR("transfer-encoding")), APUS_STR("chunked")))
        return read_chunked(s, &a->body);
    if (!take_number(&length, 10, &n) || length.len)
        return ANSWER_WRONG;
    if (s->len < n)
        return ANSWER_PART;
    apus_buf_add(&a->body, apus_str_slice(*s, 0, n));
    *s = apus_str_slice(*s, n, s->len);
    return ANSWER_WHOLE;
}

bool answer_take_head(apus_str *bytes, apus_str *head)
{
    size_t end = find(*bytes, APUS_STR("\r\n\r\n"));
    if (end == SIZE_MAX)
        return false;
    *head = apus_str_slice(*bytes, 0, end + 2);
    *bytes = apus_str_slice(*bytes, end + 4, bytes->len);
    return true;
}

static answer_rc read_head(apus_str *s, answer *a)
{
    static const apus_str begin = APUS_STR_INIT("HTTP/1.1 ");
    size_t n = s->len < begin.len ? s->len : begin.len, status;
    if (n && memcmp(s->ptr, begin.ptr, n) != 0)
        return ANSWER_WRONG;
    if (!answer_take_head(s, &a->head))
        return ANSWER_PART;
    apus_str code = apus_str_slice(a->head, begin.len, 3);
    if (!take_number(&code, 10, &status) || code.len)
        return ANSWER_WRONG;
    a->status = (unsigned)status;
    a->closes = apus_str_eq(answer_header(a, APUS_STR("connection")), APUS_STR("close"));
    return ANSWER_WHOLE;
}

answer_rc answer_read_head(apus_str *bytes, answer *a)
{
    apus_str s = *bytes;
    *a = (answer){ .body = apus_buf_with(&sim_alloc) };
    answer_rc rc = read_head(&s, a);
    while (!rc && a->status < 200 && a->status != 101)
        rc = read_head(&s, a);
    if (!rc)
        *bytes = s;
    return rc;
}

answer_rc answer_read(apus_str *bytes, const char *method, answer *a)
{
    apus_str s = *bytes;
    answer_rc rc = answer_read_head(&s, a);
    if (!rc)
        rc = read_body(&s, method, a);
    if (!rc)
        *bytes = s;
    return rc;
}
