/* src/codec/chars.h - classes of bytes, one bit each. */
#ifndef APUS_CODEC_CHARS_H
#define APUS_CODEC_CHARS_H

#include <stdint.h>

enum {
    APUS__CHAR_TOKEN = 1,       /* RFC 9110 tchar */
    APUS__CHAR_TARGET = 2,      /* in a request target: visible ASCII but # */
    APUS__CHAR_VALUE = 4,       /* in a header's value: visible, blank, tab, 80..FF */
    APUS__CHAR_HOST = 8,        /* in Host: RFC 3986 authority without userinfo */
    APUS__CHAR_UNRESERVED = 16, /* RFC 3986: needs no percent-encoding */
};

extern const uint8_t apus__chars[256];

static inline int apus__char_is(char c, int class)
{
    return apus__chars[(unsigned char)c] & class;
}

/* 0 to 15, or -1 when c is no hexadecimal digit. */
static inline int apus__hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
