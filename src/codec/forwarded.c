#include "apus/forwarded.h"

static bool is_token_char(char c)
{
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alnum || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static void skip_blanks(apus_str *rest)
{
    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
        *rest = apus_str_slice(*rest, 1, SIZE_MAX);
}

static apus_str take_token(apus_str *rest)
{
    size_t n = 0;
    while (n < rest->len && is_token_char(rest->ptr[n]))
        n++;
    return apus_str_cut(rest, n);
}

/* Of those in quotes no backslash is taken: addresses and names need none. */
static bool take_value(apus_str *rest, apus_str *value)
{
    if (!rest->len || rest->ptr[0] != '"') {
        *value = take_token(rest);
        return value->len > 0;
    }
    apus_str inside = apus_str_slice(*rest, 1, SIZE_MAX);
    size_t end = apus_str_find(inside, '"');
    if (end == SIZE_MAX)
        return false;
    *value = apus_str_slice(inside, 0, end);
    *rest = apus_str_slice(inside, end + 1, SIZE_MAX);
    return apus_str_find(*value, '\\') == SIZE_MAX;
}

static bool take_pair(apus_str *rest, apus_forwarded *out)
{
    apus_str name = take_token(rest), value;
    if (!name.len || !rest->len || rest->ptr[0] != '=')
        return false;
    apus_str_cut(rest, 1);
    if (!take_value(rest, &value))
        return false;
    if (apus_str_eq_nocase(name, APUS_STR("for")))
        out->client = value;
    else if (apus_str_eq_nocase(name, APUS_STR("proto")))
        out->proto = value;
    else if (apus_str_eq_nocase(name, APUS_STR("host")))
        out->host = value;
    return true;
}

apus_rc apus_forwarded_next(apus_str *rest, apus_forwarded *out)
{
    *out = (apus_forwarded){ APUS_STR(""), APUS_STR(""), APUS_STR("") };
    skip_blanks(rest);
    if (!rest->len)
        return APUS_DONE;
    for (;;) {
        if (!take_pair(rest, out))
            return APUS_SYNTAX;
        skip_blanks(rest);
        char c = rest->len ? apus_str_cut(rest, 1).ptr[0] : ',';
        skip_blanks(rest);
        if (c == ',')
            return APUS_OK;
        if (c != ';')
            return APUS_SYNTAX;
    }
}
