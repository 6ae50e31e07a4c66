#include "market/symbol.h"

enum { SIDE_MAX = 15 };

static const struct known {
    apus_str base, name, kind;
} known[] = {
#define ROW(base, name, kind)                                                                      \
    {                                                                                              \
        APUS_STR_INIT(base), APUS_STR_INIT(name), APUS_STR_INIT(kind)                              \
    }
    ROW("AAVE", "Aave", "crypto"),       ROW("ADA", "Cardano", "crypto"),
    ROW("AVAX", "Avalanche", "crypto"),  ROW("BNB", "BNB", "crypto"),
    ROW("BTC", "Bitcoin", "crypto"),     ROW("DAI", "Dai", "stablecoin"),
    ROW("DOGE", "Dogecoin", "crypto"),   ROW("DOT", "Polkadot", "crypto"),
    ROW("ETH", "Ether", "crypto"),       ROW("LINK", "Chainlink", "crypto"),
    ROW("LTC", "Litecoin", "crypto"),    ROW("SOL", "Solana", "crypto"),
    ROW("UNI", "Uniswap", "crypto"),     ROW("USDC", "USD Coin", "stablecoin"),
    ROW("USDT", "Tether", "stablecoin"), ROW("WBTC", "Wrapped Bitcoin", "wrapped"),
    ROW("XLM", "Stellar", "crypto"),     ROW("XRP", "XRP", "crypto"),
#undef ROW
};

static const struct known *find_known(apus_str base)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (apus_str_eq(known[i].base, base))
            return &known[i];
    return NULL;
}

apus_str market_symbol_name(apus_str base)
{
    const struct known *k = find_known(base);
    return k ? k->name : APUS_STR("");
}

apus_str market_symbol_kind(apus_str base)
{
    const struct known *k = find_known(base);
    return k ? k->kind : APUS_STR("crypto");
}

/* c in capitals, '-' for a separator, or 0. */
static char normal_char(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.')
        return c;
    return c == '-' || c == '/' || c == '_' ? '-' : 0;
}

static bool side_fits(size_t len)
{
    return len >= 1 && len <= SIDE_MAX;
}

static void add_quote(market_symbol *s, apus_str quote)
{
    s->text[s->len++] = '-';
    memcpy(s->text + s->len, quote.ptr, quote.len);
    s->len += quote.len;
}

bool market_symbol_parse(apus_str from, apus_str quote, market_symbol *out)
{
    market_symbol s = { .len = from.len };
    size_t dash = SIZE_MAX;
    if (from.len == 0 || from.len >= sizeof s.text || quote.len > SIDE_MAX)
        return false;
    for (size_t i = 0; i < from.len; i++) {
        s.text[i] = normal_char(from.ptr[i]);
        if (s.text[i] == 0 || (s.text[i] == '-' && dash != SIZE_MAX))
            return false;
        if (s.text[i] == '-')
            dash = i;
    }
    s.base_len = dash == SIZE_MAX ? s.len : dash;
    if (!side_fits(s.base_len) || (dash != SIZE_MAX && !side_fits(s.len - dash - 1)))
        return false;
    if (dash == SIZE_MAX && quote.len > 0)
        add_quote(&s, quote);
    s.text[s.len] = 0;
    *out = s;
    return true;
}

apus_str market_symbol_quote_of_file(apus_str path)
{
    static const apus_str quotes[] = { APUS_STR_INIT("USD"),  APUS_STR_INIT("USDT"),
                                       APUS_STR_INIT("USDC"), APUS_STR_INIT("EUR"),
                                       APUS_STR_INIT("GBP"),  APUS_STR_INIT("JPY") };
    size_t from = 0;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/')
            from = i + 1;
    for (size_t i = from; i <= path.len; i++) {
        if (i < path.len && !strchr("_-. ", path.ptr[i]))
            continue;
        apus_str word = apus_str_slice(path, from, i - from);
        for (size_t q = 0; q < sizeof quotes / sizeof *quotes; q++)
            if (apus_str_eq_nocase(word, quotes[q]))
                return quotes[q];
        from = i + 1;
    }
    return APUS_STR("");
}
