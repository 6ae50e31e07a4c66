#include "apus/json_plain.h"

#include "codec/swar.h"

const double apus__powers_of_ten[23] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

const char *apus__plain_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

const char *apus__plain_long_text(const char *p, const char *end, apus_str *out)
{
    size_t n = apus__json_plain(p, (size_t)(end - p));
    if (p + n == end || p[n] != '"')
        return NULL;
    *out = (apus_str){ p, n };
    return apus__plain_rest(p + n + 1, end);
}

const char *apus__plain_long_string(const char *p, const char *end, apus_arena *a, apus_str *out)
{
    apus_str slice;
    const char *rest = apus__plain_long_text(p, end, &slice);
    if (!rest)
        return NULL;
    *out = apus_arena_str(a, slice);
    return out->ptr ? rest : NULL;
}
