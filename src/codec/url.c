#include "apus/url.h"

#include "codec/chars.h"

static apus_rc decode(apus_arena *a, apus_str text, char plus, apus_str *out)
{
    char *to = apus_arena_alloc(a, text.len + 1, 1);
    if (!to)
        return APUS_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len) {
            int high = apus__hex_digit(text.ptr[i + 1]), low = apus__hex_digit(text.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                i += 2;
            }
        } else if (c == '+') {
            c = plus;
        }
        to[n++] = c;
    }
    to[n] = '\0';
    *out = (apus_str){ to, n };
    return APUS_OK;
}

apus_rc apus_url_decode(apus_arena *a, apus_str text, apus_str *out)
{
    return decode(a, text, '+', out);
}

apus_rc apus_form_decode(apus_arena *a, apus_str text, apus_str *out)
{
    return decode(a, text, ' ', out);
}

void apus_url_encode(apus_buf *to, apus_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (apus__char_is(text.ptr[i], APUS__CHAR_UNRESERVED))
            apus_buf_addc(to, text.ptr[i]);
        else
            apus_buf_addf(to, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
    }
}

/* The piece up to the separator, which is taken off too. */
static apus_str next_piece(apus_str *rest, char separator)
{
    size_t at = apus_str_find(*rest, separator);
    apus_str piece = apus_str_cut(rest, at == SIZE_MAX ? rest->len : at);
    if (rest->len)
        apus_str_cut(rest, 1);
    return piece;
}

static void split(apus_str piece, apus_str *name, apus_str *value)
{
    size_t at = apus_str_find(piece, '=');
    *name = apus_str_slice(piece, 0, at);
    *value = at == SIZE_MAX ? APUS_STR("") : apus_str_slice(piece, at + 1, SIZE_MAX);
}

bool apus_query_next(apus_str *rest, apus_str *name, apus_str *value)
{
    while (rest->len) {
        apus_str piece = next_piece(rest, '&');
        if (piece.len) {
            split(piece, name, value);
            return true;
        }
    }
    return false;
}

bool apus_cookie_next(apus_str *rest, apus_str *name, apus_str *value)
{
    while (rest->len) {
        apus_str piece = apus_str_trim(next_piece(rest, ';'));
        if (piece.len && apus_str_find(piece, '=') != SIZE_MAX) {
            split(piece, name, value);
            *name = apus_str_trim(*name);
            *value = apus_str_trim(*value);
            return true;
        }
    }
    return false;
}
