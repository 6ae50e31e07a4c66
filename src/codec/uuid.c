/* RFC 9562: hyphenated, plain, braced, or as a URN. */
#include "apus/text.h"
#include "codec/chars.h"

static bool is_hyphen_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static const char *read_hex(apus_str s, apus_uuid *out)
{
    bool hyphens = s.len == 36;
    if (s.len != 32 && !hyphens)
        return "invalid length: expected length 32 for simple format";
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (hyphens && is_hyphen_at(i)) {
            if (s.ptr[i] != '-')
                return "invalid group length";
            continue;
        }
        int digit = apus__hex_digit(s.ptr[i]);
        if (digit < 0)
            return "invalid character: expected an optional prefix of `urn:uuid:` followed by "
                   "[0-9a-fA-F-]";
        uint8_t *byte = &out->bytes[n / 2];
        *byte = (uint8_t)(n % 2 ? *byte | digit : digit << 4);
        n++;
    }
    return NULL;
}

bool apus_uuid_parse(apus_str s, apus_uuid *out, const char **why)
{
    apus_uuid id;
    if (s.len == 45 && apus_str_eq_nocase(apus_str_slice(s, 0, 9), APUS_STR("urn:uuid:")))
        apus_str_cut(&s, 9);
    else if (s.len == 38 && s.ptr[0] == '{' && s.ptr[37] == '}')
        s = apus_str_slice(s, 1, 36);
    const char *reason = read_hex(s, &id);
    if (why)
        *why = reason;
    if (!reason)
        *out = id;
    return !reason;
}

size_t apus_uuid_print(apus_uuid id, char *to)
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof(id.bytes); i++) {
        if (is_hyphen_at(at))
            to[at++] = '-';
        to[at++] = hex[id.bytes[i] >> 4];
        to[at++] = hex[id.bytes[i] & 15];
    }
    return at;
}
