/* base64 (RFC 4648): written with the standard alphabet and padding, read from
 * either alphabet with or without padding. */
#include "apus/text.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void apus_base64_write(apus_buf *to, apus_bytes bytes)
{
    if (bytes.len > SIZE_MAX / 4 * 3 - 4) {
        to->failed = APUS_NOMEM;
        return;
    }
    char *p = apus_buf_room(to, (bytes.len + 2) / 3 * 4);
    if (!p)
        return;
    char *begin = p;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.ptr[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.ptr[i + 1] << 8 : 0;
        group |= left > 2 ? bytes.ptr[i + 2] : 0;
        *p++ = letters[group >> 18];
        *p++ = letters[group >> 12 & 63];
        *p++ = left > 1 ? letters[group >> 6 & 63] : '=';
        *p++ = left > 2 ? letters[group & 63] : '=';
    }
    apus_buf_grew(to, (size_t)(p - begin));
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool apus_base64_read(apus_buf *to, apus_str text)
{
    for (int padding = 0; padding < 2 && text.len % 4 == 0 && text.len; padding++) {
        if (text.ptr[text.len - 1] != '=')
            break;
        text.len--;
        if (padding == 0 && text.len && text.ptr[text.len - 1] == '=') {
            text.len--;
            break;
        }
    }
    if (text.len % 4 == 1)
        return false;
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            apus_buf_addc(to, (char)(group >> bits & 0xff));
        }
    }
    return (group & ((1U << bits) - 1)) == 0; /* nothing may hide in the bits left over */
}
