#include "market/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/moment.h"

enum { COLUMNS_PLAIN = 7, COLUMNS_CAP = 8, NUMBER_MAX = 40, VALUES_MAX = 6 };

static const struct {
    const char *word, *text;
} refusals[MARKET_REFUSALS] = {
#define X(name, word, text) [MARKET_REFUSED_##name] = { (word), (text) },
    MARKET_REFUSAL_TABLE(X)
#undef X
};

const char *market_refusal_word(market_refusal r)
{
    return refusals[r].word;
}

const char *market_refusal_text(market_refusal r)
{
    return refusals[r].text;
}

market_refusal market_refusal_find(apus_str word)
{
    for (int i = 1; i < MARKET_REFUSALS; i++)
        if (apus_str_eq(word, apus_str_of(refusals[i].word)))
            return (market_refusal)i;
    return MARKET_REFUSED_NONE;
}

unsigned market_row_columns(apus_str header)
{
    if (apus_str_eq(header, APUS_STR("symbol,timestamp,open,high,low,close,volume")))
        return COLUMNS_PLAIN;
    if (apus_str_eq(header, APUS_STR("symbol,timestamp,open,high,low,close,volume,market_cap")))
        return COLUMNS_CAP;
    return 0;
}

static apus_str take_column(apus_str *line)
{
    const char *comma = line->len ? memchr(line->ptr, ',', line->len) : NULL;
    if (!comma)
        return apus_str_cut(line, line->len);
    apus_str column = apus_str_cut(line, (size_t)(comma - line->ptr));
    apus_str_cut(line, 1);
    return column;
}

static unsigned count_columns(apus_str line)
{
    unsigned n = 1;
    for (size_t i = 0; i < line.len; i++)
        n += line.ptr[i] == ',';
    return n;
}

/* "-12.5", as prices are mostly written: up to 15 digits and 22 behind the point.  Both
 * halves are then exact doubles and one division rounds once, so the result is the
 * nearest double (Clinger 1990).  false: let strtod do it. */
static bool parse_short(apus_str text, double *out)
{
    static const double tens[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    int64_t digits = 0;
    size_t n = 0, behind = 0;
    bool point = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.' && !point && i > 0) {
            point = true;
        } else if (c >= '0' && c <= '9' && n < 15) {
            digits = digits * 10 + (c - '0');
            n++;
            behind += point;
        } else {
            return false;
        }
    }
    if (n == 0 || text.ptr[text.len - 1] == '.')
        return false;
    *out = (double)digits / tens[behind];
    return true;
}

static bool is_word(apus_str text, const char *word)
{
    if (text.len > 0 && (*text.ptr == '-' || *text.ptr == '+'))
        apus_str_cut(&text, 1);
    return apus_str_eq_nocase(text, apus_str_of(word));
}

/* Decimal digits with an optional sign, point and exponent; nothing else that strtod takes
 * (spaces, hexadecimal). */
static market_refusal parse_number(apus_str text, double *out)
{
    if (parse_short(text, out))
        return MARKET_REFUSED_NONE;
    if (is_word(text, "nan") || is_word(text, "inf") || is_word(text, "infinity"))
        return MARKET_REFUSED_FINITE;
    char copy[NUMBER_MAX + 1], *end;
    if (text.len == 0 || text.len > NUMBER_MAX)
        return MARKET_REFUSED_NUMBER;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    if (strspn(copy, "0123456789+-.eE") != text.len || copy[0] == '+')
        return MARKET_REFUSED_NUMBER;
    *out = strtod(copy, &end);
    if (*end)
        return MARKET_REFUSED_NUMBER;
    return isfinite(*out) ? MARKET_REFUSED_NONE : MARKET_REFUSED_FINITE;
}

static market_refusal parse_values(apus_str line, unsigned n, double values[VALUES_MAX])
{
    for (unsigned i = 0; i < n; i++) {
        apus_str column = take_column(&line);
        if (i == VALUES_MAX - 1 && column.len == 0)
            continue; /* no market cap is a market cap that is not known */
        market_refusal refused = parse_number(column, &values[i]);
        if (refused)
            return refused;
    }
    return MARKET_REFUSED_NONE;
}

static market_refusal check_bar(const market_bar *b)
{
    if (!(b->open > 0 && b->high > 0 && b->low > 0 && b->close > 0))
        return MARKET_REFUSED_PRICE;
    if (b->volume < 0 || b->market_cap < 0)
        return MARKET_REFUSED_NEGATIVE;
    if (b->high < b->open || b->high < b->close || b->high < b->low)
        return MARKET_REFUSED_HIGH;
    if (b->low > b->open || b->low > b->close)
        return MARKET_REFUSED_LOW;
    return MARKET_REFUSED_NONE;
}

market_refusal market_row_parse(apus_str line, unsigned columns, market_row *out)
{
    double values[VALUES_MAX] = { 0 };
    int64_t start_ms;
    if (line.len > 0 && memchr(line.ptr, 0, line.len))
        return MARKET_REFUSED_NUL;
    if (count_columns(line) != columns)
        return MARKET_REFUSED_COLUMNS;
    apus_str symbol = take_column(&line);
    if (symbol.len == 0)
        return MARKET_REFUSED_SYMBOL;
    if (!market_moment_parse(take_column(&line), &start_ms))
        return MARKET_REFUSED_TIME;
    if (start_ms < MARKET_TIME_MIN || start_ms > MARKET_TIME_MAX)
        return MARKET_REFUSED_TIME_RANGE;
    market_refusal refused = parse_values(line, columns - 2, values);
    if (refused)
        return refused;
    out->symbol = symbol;
    /* -0 would be written as "-0": adding 0 makes it 0. */
    out->bar = (market_bar){ .start_ms = start_ms,
                             .open = values[0],
                             .high = values[1],
                             .low = values[2],
                             .close = values[3],
                             .volume = values[4] + 0.0,
                             .market_cap = values[5] + 0.0 };
    return check_bar(&out->bar);
}

bool market_row_peek(apus_str line, apus_str *symbol, int64_t *start_ms)
{
    *symbol = take_column(&line);
    return symbol->len > 0 && market_moment_parse(take_column(&line), start_ms) &&
           *start_ms >= MARKET_TIME_MIN && *start_ms <= MARKET_TIME_MAX;
}
