#include "market/cursor.h"

#include <stdio.h>

enum { NUMBERS = 4, DIGITS = 16, CHECK_DIGITS = 4, LENGTH = NUMBERS * DIGITS + CHECK_DIGITS };

/* Keeps typing errors out, not people. */
static unsigned check_of(const char *text)
{
    return (unsigned)(apus_hash(text, NUMBERS * DIGITS, 0x6d6b7431) & 0xffff);
}

size_t market_cursor_print(const market_cursor *c, char to[MARKET_CURSOR_MAX])
{
    snprintf(to, MARKET_CURSOR_MAX, "%016llx%016llx%016llx%016llx", (unsigned long long)c->series,
             (unsigned long long)c->interval_ms, (unsigned long long)c->next_ms,
             (unsigned long long)c->to_ms);
    snprintf(to + NUMBERS * DIGITS, CHECK_DIGITS + 1, "%04x", check_of(to));
    return LENGTH;
}

static bool parse_hex(const char *text, size_t n, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (unsigned)(c - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

bool market_cursor_parse(apus_str text, market_cursor *out)
{
    uint64_t v[NUMBERS], check;
    if (text.len != LENGTH)
        return false;
    for (size_t i = 0; i < NUMBERS; i++)
        if (!parse_hex(text.ptr + i * DIGITS, DIGITS, &v[i]))
            return false;
    if (!parse_hex(text.ptr + NUMBERS * DIGITS, CHECK_DIGITS, &check) ||
        check != check_of(text.ptr))
        return false;
    *out = (market_cursor){ (int64_t)v[0], (int64_t)v[1], (int64_t)v[2], (int64_t)v[3] };
    return true;
}
