/* Sizes as people write them: "10MB", "1.5 GiB", "100 kbit". */
#include "apus/text.h"

static const struct unit {
    const char *name; /* in lower case */
    double bytes;
} units[] = {
    { "b", 1 },
    { "kb", 1e3 },
    { "mb", 1e6 },
    { "gb", 1e9 },
    { "tb", 1e12 },
    { "pb", 1e15 },
    { "eb", 1e18 },
    { "kib", 1024.0 },
    { "mib", 1048576.0 },
    { "gib", 1073741824.0 },
    { "tib", 1099511627776.0 },
    { "pib", 1125899906842624.0 },
    { "eib", 1152921504606846976.0 },
    { "bit", 1.0 / 8 },
    { "kbit", 1e3 / 8 },
    { "mbit", 1e6 / 8 },
    { "gbit", 1e9 / 8 },
    { "tbit", 1e12 / 8 },
    { "pbit", 1e15 / 8 },
    { "ebit", 1e18 / 8 },
    { "kibit", 1024.0 / 8 },
    { "mibit", 1048576.0 / 8 },
    { "gibit", 1073741824.0 / 8 },
    { "tibit", 1099511627776.0 / 8 },
    { "pibit", 1125899906842624.0 / 8 },
    { "eibit", 1152921504606846976.0 / 8 },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes digits with a point among or before them. */
static bool take_number(apus_str *s, double *out)
{
    double value = 0, place = 1;
    bool point = false, any = false;
    while (s->len && (is_digit(s->ptr[0]) || (s->ptr[0] == '.' && !point))) {
        char c = *apus_str_cut(s, 1).ptr;
        point = point || c == '.';
        if (c == '.')
            continue;
        any = true;
        value = value * 10 + (c - '0');
        place *= point ? 10 : 1;
    }
    *out = value / place;
    return any;
}

apus_rc apus_byte_size_parse(apus_str text, int64_t *out, apus_str *unit)
{
    apus_str s = apus_str_trim(text);
    double number;
    if (!take_number(&s, &number))
        return APUS_SYNTAX;
    s = apus_str_trim(s);
    *unit = s;
    double bytes = s.len ? 0 : 1;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (apus_str_eq_nocase(s, apus_str_of(units[i].name)))
            bytes = units[i].bytes;
    }
    if (bytes <= 0)
        return APUS_NOT_FOUND;
    number *= bytes;
    if (!(number < 9223372036854775808.0))
        return APUS_LIMIT;
    *out = (int64_t)number;
    return APUS_OK;
}
