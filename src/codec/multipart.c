#include "apus/multipart.h"

#include "codec/chars.h"

/* --- parameters of a header --- */

static void skip_blanks(apus_str *s)
{
    while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
        apus_str_cut(s, 1);
}

static apus_str take_token(apus_str *s)
{
    size_t n = 0;
    while (n < s->len && apus__char_is(s->ptr[n], APUS__CHAR_TOKEN))
        n++;
    return apus_str_cut(s, n);
}

/* Up to the closing quote, which is taken off too; *escaped: a backslash is in it. */
static apus_rc take_quoted(apus_str *s, apus_str *out, bool *escaped)
{
    apus_str_cut(s, 1);
    size_t n = 0;
    *escaped = false;
    while (n < s->len && s->ptr[n] != '"') {
        /* browsers escape quotes as %22 and send other backslashes as they are */
        bool escape =
            s->ptr[n] == '\\' && n + 1 < s->len && (s->ptr[n + 1] == '"' || s->ptr[n + 1] == '\\');
        *escaped = *escaped || escape;
        n += escape ? 2 : 1;
    }
    if (n >= s->len)
        return APUS_SYNTAX;
    *out = apus_str_cut(s, n);
    apus_str_cut(s, 1);
    return APUS_OK;
}

static apus_rc unescape(apus_arena *a, apus_str quoted, apus_str *out)
{
    char *to = apus_arena_alloc(a, quoted.len + 1, 1);
    if (!to)
        return APUS_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < quoted.len; i++) {
        bool escape = quoted.ptr[i] == '\\' && i + 1 < quoted.len &&
                      (quoted.ptr[i + 1] == '"' || quoted.ptr[i + 1] == '\\');
        to[n++] = quoted.ptr[escape ? ++i : i];
    }
    to[n] = '\0';
    *out = (apus_str){ to, n };
    return APUS_OK;
}

apus_rc apus_header_param(apus_arena *a, apus_str header, apus_str name, apus_str *out)
{
    apus_str s = header;
    while (s.len && s.ptr[0] != ';')
        apus_str_cut(&s, 1);
    while (s.len) {
        if (*apus_str_cut(&s, 1).ptr != ';')
            return APUS_SYNTAX;
        skip_blanks(&s);
        if (s.len == 0)
            break; /* a ';' at the end is common */
        apus_str key = take_token(&s), value;
        if (key.len == 0 || s.len == 0 || *apus_str_cut(&s, 1).ptr != '=')
            return APUS_SYNTAX;
        bool escaped = false;
        apus_rc rc = APUS_OK;
        if (s.len && s.ptr[0] == '"')
            rc = take_quoted(&s, &value, &escaped);
        else
            value = take_token(&s);
        if (rc)
            return rc;
        if (apus_str_eq_nocase(key, name)) {
            if (escaped)
                return unescape(a, value, out);
            *out = value;
            return APUS_OK;
        }
        skip_blanks(&s);
    }
    return APUS_NOT_FOUND;
}

/* --- parts --- */

/* Where needle begins in s, or SIZE_MAX. */
static size_t find(apus_str s, apus_str needle)
{
    for (size_t at = 0; at + needle.len <= s.len;) {
        const char *first = memchr(s.ptr + at, needle.ptr[0], s.len - needle.len - at + 1);
        if (!first)
            break;
        at = (size_t)(first - s.ptr);
        if (memcmp(first, needle.ptr, needle.len) == 0)
            return at;
        at++;
    }
    return SIZE_MAX;
}

static bool is_boundary(apus_str b)
{
    if (b.len == 0 || b.len > APUS_MULTIPART_BOUNDARY_MAX || b.ptr[b.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < b.len; i++) {
        if (!apus__char_is(b.ptr[i], APUS__CHAR_TOKEN) && !strchr("()/:=?, ", b.ptr[i]))
            return false;
    }
    return true;
}

static bool take(apus_str *s, apus_str expected)
{
    if (!apus_str_starts(*s, expected))
        return false;
    apus_str_cut(s, expected.len);
    return true;
}

/* Behind a delimiter: CRLF and another part, or "--" and the end. */
static apus_rc pass_delimiter(apus_multipart *m)
{
    if (take(&m->rest, APUS_STR("--"))) {
        m->ended = true; /* what follows is an epilogue nobody reads */
        return APUS_OK;
    }
    skip_blanks(&m->rest);
    return take(&m->rest, APUS_STR("\r\n")) ? APUS_OK : APUS_SYNTAX;
}

apus_rc apus_multipart_begin(apus_multipart *m, apus_str content_type, apus_str body)
{
    static const char form[] = "multipart/form-data";
    apus_arena scratch; /* a boundary has no escapes: nothing is taken */
    apus_str boundary;
    *m = (apus_multipart){ .rest = body, .parts_max = APUS_MULTIPART_PARTS_MAX };
    apus_arena_init(&scratch, &apus_alloc_libc, 0);
    if (content_type.len < sizeof(form) ||
        !apus_str_eq_nocase(apus_str_slice(content_type, 0, sizeof(form) - 1),
                            APUS_STR("multipart/form-data")) ||
        apus_header_param(&scratch, content_type, APUS_STR("boundary"), &boundary) ||
        !is_boundary(boundary))
        return APUS_SYNTAX;
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.ptr, boundary.len);
    m->delimiter_len = boundary.len + 4;
    /* the first delimiter has no line before it; a preamble is allowed and skipped */
    apus_str delimiter = { m->delimiter, m->delimiter_len };
    if (take(&m->rest, apus_str_slice(delimiter, 2, delimiter.len)))
        return pass_delimiter(m);
    size_t at = find(m->rest, delimiter);
    if (at == SIZE_MAX)
        return APUS_SYNTAX;
    apus_str_cut(&m->rest, at + delimiter.len);
    return pass_delimiter(m);
}

static apus_rc read_disposition(apus_arena *a, apus_str value, apus_part *out)
{
    if (value.len < 9 || !apus_str_eq_nocase(apus_str_slice(value, 0, 9), APUS_STR("form-data")) ||
        out->name.ptr)
        return APUS_SYNTAX;
    apus_rc rc = apus_header_param(a, value, APUS_STR("name"), &out->name);
    if (rc)
        return rc == APUS_NOT_FOUND ? APUS_SYNTAX : rc;
    rc = apus_header_param(a, value, APUS_STR("filename"), &out->filename);
    return rc == APUS_NOT_FOUND ? APUS_OK : rc;
}

static apus_rc read_header(apus_arena *a, apus_str line, apus_part *out)
{
    apus_str name = take_token(&line);
    if (name.len == 0 || line.len == 0 || *apus_str_cut(&line, 1).ptr != ':')
        return APUS_SYNTAX;
    apus_str value = apus_str_trim(line);
    if (apus_str_eq_nocase(name, APUS_STR("Content-Disposition")))
        return read_disposition(a, value, out);
    if (apus_str_eq_nocase(name, APUS_STR("Content-Type")))
        out->content_type = value;
    return APUS_OK;
}

static apus_rc read_headers(apus_multipart *m, apus_arena *a, apus_part *out)
{
    size_t read = 0;
    for (;;) {
        size_t end = find(m->rest, APUS_STR("\r\n"));
        if (end == SIZE_MAX)
            return m->rest.len > APUS_MULTIPART_HEAD_MAX ? APUS_LIMIT : APUS_SYNTAX;
        apus_str line = apus_str_cut(&m->rest, end);
        apus_str_cut(&m->rest, 2);
        if (line.len == 0)
            return out->name.ptr ? APUS_OK : APUS_SYNTAX;
        read += end + 2;
        if (read > APUS_MULTIPART_HEAD_MAX)
            return APUS_LIMIT;
        apus_rc rc = read_header(a, line, out);
        if (rc)
            return rc;
    }
}

apus_rc apus_multipart_next(apus_multipart *m, apus_arena *a, apus_part *out)
{
    if (m->ended)
        return APUS_DONE;
    if (++m->n_parts > m->parts_max)
        return APUS_LIMIT;
    *out = (apus_part){ .content_type = { "", 0 } };
    apus_rc rc = read_headers(m, a, out);
    if (rc)
        return rc;
    apus_str delimiter = { m->delimiter, m->delimiter_len };
    /* an empty body's delimiter uses the CRLF that ended the headers */
    if (apus_str_starts(m->rest, apus_str_slice(delimiter, 2, delimiter.len))) {
        out->body = apus_str_slice(m->rest, 0, 0);
        apus_str_cut(&m->rest, delimiter.len - 2);
        return pass_delimiter(m);
    }
    size_t end = find(m->rest, delimiter);
    if (end == SIZE_MAX)
        return APUS_SYNTAX;
    out->body = apus_str_cut(&m->rest, end);
    apus_str_cut(&m->rest, delimiter.len);
    return pass_delimiter(m);
}
