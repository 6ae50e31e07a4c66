/* Values of cookies: what RFC 6265 has no octets for travels quoted, as Python's http.cookies and
 * others before it do. */
#include "apus/buf.h"
#include "apus/url.h"

static bool is_octet(unsigned char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\",;\\", c);
}

static bool is_plain(apus_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!is_octet((unsigned char)value.ptr[i]))
            return false;
    return true;
}

void apus_cookie_write(apus_buf *to, apus_str value)
{
    if (is_plain(value)) {
        apus_buf_add(to, value);
        return;
    }
    apus_buf_addc(to, '"');
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (is_octet(c) || c == ' ')
            apus_buf_addc(to, (char)c);
        else if (c == '"' || c == '\\')
            apus_buf_addf(to, "\\%c", c);
        else
            apus_buf_addf(to, "\\%03o", c);
    }
    apus_buf_addc(to, '"');
}

static bool is_octal(apus_str at)
{
    if (at.len < 4 || at.ptr[1] > '3')
        return false;
    for (size_t i = 1; i < 4; i++)
        if (at.ptr[i] < '0' || at.ptr[i] > '7')
            return false;
    return true;
}

apus_rc apus_cookie_read(apus_arena *a, apus_str value, apus_str *out)
{
    bool is_quoted = value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
    if (is_quoted)
        value = apus_str_slice(value, 1, value.len - 2);
    if (!is_quoted || apus_str_find(value, '\\') == SIZE_MAX) {
        *out = value;
        return APUS_OK;
    }
    char *text = apus_arena_alloc(a, value.len + 1, 1), *to = text;
    if (!text)
        return APUS_NOMEM;
    for (apus_str rest = value; rest.len;) {
        if (rest.ptr[0] == '\\' && is_octal(rest)) {
            *to++ =
                (char)((rest.ptr[1] - '0') << 6 | (rest.ptr[2] - '0') << 3 | (rest.ptr[3] - '0'));
            apus_str_cut(&rest, 4);
            continue;
        }
        if (rest.ptr[0] == '\\' && rest.len > 1)
            apus_str_cut(&rest, 1);
        *to++ = rest.ptr[0];
        apus_str_cut(&rest, 1);
    }
    *out = (apus_str){ text, (size_t)(to - text) };
    return APUS_OK;
}
