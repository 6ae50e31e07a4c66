#include "apus/str.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

bool apus_str_eq_nocase(apus_str a, apus_str b)
{
    size_t i = 0;
    if (a.len != b.len)
        return false;
    for (uint64_t x, y; i + 8 <= a.len; i += 8) { /* most are even the same */
        memcpy(&x, a.ptr + i, 8);
        memcpy(&y, b.ptr + i, 8);
        if (x != y)
            break;
    }
    for (; i < a.len; i++) {
        if (a.ptr[i] != b.ptr[i] && lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    }
    return true;
}

int apus_str_cmp(apus_str a, apus_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool apus_str_starts(apus_str s, apus_str prefix)
{
    return s.len >= prefix.len && apus_str_eq((apus_str){ s.ptr, prefix.len }, prefix);
}

bool apus_str_ends(apus_str s, apus_str suffix)
{
    return s.len >= suffix.len &&
           apus_str_eq((apus_str){ s.ptr + s.len - suffix.len, suffix.len }, suffix);
}

size_t apus_str_find(apus_str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

apus_str apus_str_trim(apus_str s)
{
    while (s.len && is_blank(s.ptr[0]))
        apus_str_cut(&s, 1);
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}
