/* URLs and mail addresses: enough of a check to refuse what cannot work, no more. */
#include "apus/text.h"

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A name of labels, or an address; what a host may look like. */
static const char *check_host(apus_str host)
{
    if (host.len == 0)
        return "empty host";
    if (host.ptr[0] == '[') {
        apus_ip ip;
        bool fine = host.len > 2 && host.ptr[host.len - 1] == ']' &&
                    apus_ip_parse(apus_str_slice(host, 1, host.len - 2), &ip, NULL) &&
                    ip.version == 6;
        return fine ? NULL : "invalid IPv6 address";
    }
    bool numeric = true;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (c == '%' ||
            !((unsigned char)c >= 0x80 || is_alpha(c) || is_digit(c) || strchr("-._~", c)))
            return "invalid domain character";
        numeric = numeric && (is_digit(c) || c == '.');
    }
    apus_ip ip;
    return numeric && !apus_ip_parse(host, &ip, NULL) ? "invalid IPv4 address" : NULL;
}

static const char *check_port(apus_str port)
{
    unsigned value = 0;
    for (size_t i = 0; i < port.len; i++) {
        if (!is_digit(port.ptr[i]) || (value = value * 10 + (unsigned)(port.ptr[i] - '0')) > 65535)
            return "invalid port number";
    }
    return NULL;
}

static const char *check_authority(apus_str authority)
{
    size_t at = authority.len;
    while (at && authority.ptr[at - 1] != '@')
        at--;
    apus_str host = apus_str_slice(authority, at, authority.len);
    size_t colon = host.len;
    while (colon && host.ptr[colon - 1] != ':' && host.ptr[colon - 1] != ']')
        colon--;
    if (colon && host.ptr[colon - 1] == ':') {
        const char *why = check_port(apus_str_slice(host, colon, host.len));
        if (why)
            return why;
        host.len = colon - 1;
    }
    return check_host(host);
}

static const char *check_url(apus_str s)
{
    if (s.len == 0)
        return "input is empty";
    size_t scheme = 0;
    while (scheme < s.len &&
           (is_alpha(s.ptr[scheme]) ||
            (scheme && (is_digit(s.ptr[scheme]) || strchr("+-.", s.ptr[scheme])))))
        scheme++;
    if (scheme == 0 || scheme == s.len || s.ptr[scheme] != ':')
        return "relative URL without a base";
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] <= 0x20 || s.ptr[i] == 0x7f)
            return "invalid domain character";
    }
    apus_str rest = apus_str_slice(s, scheme + 1, s.len);
    if (!apus_str_starts(rest, APUS_STR("//")))
        return NULL; /* mailto:, urn: and so on have no host */
    apus_str_cut(&rest, 2);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    bool file = apus_str_eq_nocase(apus_str_slice(s, 0, scheme), APUS_STR("file"));
    return file && end == 0 ? NULL : check_authority(apus_str_slice(rest, 0, end));
}

bool apus_url_check(apus_str text, const char **why)
{
    const char *reason = check_url(text);
    if (why)
        *why = reason;
    return !reason;
}

apus_str apus_url_scheme(apus_str url)
{
    return apus_str_slice(url, 0, apus_str_find(url, ':'));
}

apus_str apus_url_host(apus_str url)
{
    apus_str rest = apus_str_slice(url, apus_url_scheme(url).len + 1, url.len);
    if (!apus_str_starts(rest, APUS_STR("//")))
        return APUS_STR("");
    apus_str_cut(&rest, 2);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    size_t from = end;
    while (from && rest.ptr[from - 1] != '@')
        from--;
    apus_str host = apus_str_slice(rest, from, end - from);
    size_t bracket = apus_str_starts(host, APUS_STR("[")) ? apus_str_find(host, ']') : SIZE_MAX;
    return apus_str_slice(host, 0, bracket == SIZE_MAX ? apus_str_find(host, ':') : bracket + 1);
}

static const char *check_domain(apus_str domain)
{
    size_t label = 0;
    bool dot = false;
    for (size_t i = 0; i <= domain.len; i++) {
        char c = i < domain.len ? domain.ptr[i] : '.';
        if (c == '.') {
            if (label == 0 || label > 63 || domain.ptr[i - 1] == '-')
                return "The part after the @-sign is not valid. It has an empty or misshapen "
                       "label.";
            dot = dot || i < domain.len;
            label = 0;
        } else if ((unsigned char)c >= 0x80 || is_alpha(c) || is_digit(c) || (c == '-' && label)) {
            label++;
        } else {
            return "The part after the @-sign contains invalid characters.";
        }
    }
    return dot ? NULL : "The part after the @-sign is not valid. It should have a period.";
}

static const char *check_email(apus_str s)
{
    size_t at = s.len;
    while (at && s.ptr[at - 1] != '@')
        at--;
    if (at == 0)
        return "An email address must have an @-sign.";
    apus_str local = apus_str_slice(s, 0, at - 1);
    if (local.len == 0 || local.len > 64)
        return "There must be 1 to 64 characters before the @-sign.";
    for (size_t i = 0; i < local.len; i++) {
        char c = local.ptr[i];
        bool dot_fine = i && i + 1 < local.len && local.ptr[i - 1] != '.';
        if (!((unsigned char)c >= 0x80 || is_alpha(c) || is_digit(c) ||
              (c && strchr("!#$%&'*+-/=?^_`{|}~", c)) || (c == '.' && dot_fine)))
            return "The email address contains invalid characters before the @-sign.";
    }
    apus_str domain = apus_str_slice(s, at, s.len);
    return domain.len > 253 ? "The part after the @-sign is too long." : check_domain(domain);
}

bool apus_email_check(apus_str text, const char **why)
{
    const char *reason = check_email(text);
    if (why)
        *why = reason;
    return !reason;
}

bool apus_name_email_parse(apus_str text, apus_name_email *out, const char **why)
{
    apus_str s = apus_str_trim(text), name = { 0 }, email = s;
    size_t open = apus_str_find(s, '<');
    if (open != SIZE_MAX && s.ptr[s.len - 1] == '>') {
        name = apus_str_trim(apus_str_slice(s, 0, open));
        email = apus_str_slice(s, open + 1, s.len - open - 2);
    }
    if (name.len >= 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
        name = apus_str_slice(name, 1, name.len - 2);
    if (!apus_email_check(email, why))
        return false;
    if (name.len == 0)
        name = apus_str_slice(email, 0, apus_str_find(email, '@'));
    *out = (apus_name_email){ name, email };
    return true;
}
