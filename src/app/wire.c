#include "app/wire.h"

#include "apus/json.h"

/* Copies text, with one U+FFFD for each byte that begins no valid character. */
static void add_lossy(apus_buf *to, apus_str text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t n = 1;
        while (n < 4 && n < text.len - at && !apus_str_is_utf8(apus_str_slice(text, at, n)))
            n++;
        apus_str one = apus_str_slice(text, at, n);
        if (apus_str_is_utf8(one)) {
            apus_buf_add(to, one);
            at += one.len;
        } else {
            apus_buf_lit(to, "\xEF\xBF\xBD");
            at++;
        }
    }
}

void apus__json_text_add(apus_buf *to, apus_str text)
{
    apus_json value = { .kind = APUS_JSON_string, .text = text };
    if (apus_str_is_utf8(text)) {
        apus_json_write(to, &value);
        return;
    }
    apus_buf clean = to->arena ? apus_buf_in(to->arena) : apus_buf_with(&to->alloc);
    add_lossy(&clean, text);
    if (apus_buf_take(&clean, &value.text))
        to->failed = APUS_NOMEM;
    else
        apus_json_write(to, &value);
    if (!to->arena)
        apus_buf_finish(&clean);
}

apus_str apus__text_valid(apus_arena *a, apus_str text)
{
    if (apus_str_is_utf8(text))
        return text;
    apus_buf clean = apus_buf_in(a);
    apus_str out;
    add_lossy(&clean, text);
    return apus_buf_take(&clean, &out) ? (apus_str){ 0 } : out;
}

apus_str apus__json_text(apus_arena *a, apus_str text)
{
    apus_buf b = apus_buf_in(a);
    apus_str out;
    apus__json_text_add(&b, text);
    return apus_buf_take(&b, &out) ? (apus_str){ 0 } : out;
}

static bool is_token(apus_str name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == 0 || !strchr(others, c)))
            return false;
    }
    return name.len > 0;
}

bool apus__header_is_safe(apus_str name, apus_str value)
{
    static const apus_str framing[] = {
        APUS_STR_INIT("content-length"), APUS_STR_INIT("transfer-encoding"),
        APUS_STR_INIT("connection"),     APUS_STR_INIT("date"),
        APUS_STR_INIT("trailer"),        APUS_STR_INIT("upgrade"),
    };
    for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
        if (apus_str_eq_nocase(name, framing[i]))
            return false;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return is_token(name);
}

void apus__header_add(apus_buf *to, apus_arena *a, apus_str name, apus_str value)
{
    if (!to->arena)
        *to = apus_buf_in(a);
    apus_buf_add(to, name);
    apus_buf_lit(to, ": ");
    apus_buf_add(to, value);
    apus_buf_lit(to, "\r\n");
}
