/* Networks and interfaces: an address, and how many of its bits are the network's. */
#include "apus/text.h"

static unsigned bits_of(const apus_ip *ip)
{
    return ip->version == 4 ? 32 : 128;
}

/* An address alone is a network of one. */
static bool parse(apus_str text, apus_ip *ip, uint8_t *prefix)
{
    size_t slash = apus_str_find(text, '/');
    unsigned bits = 0;
    if (!apus_ip_parse(apus_str_slice(text, 0, slash), ip, NULL))
        return false;
    apus_str digits = slash == SIZE_MAX ? APUS_STR("") : apus_str_slice(text, slash + 1, SIZE_MAX);
    if (slash != SIZE_MAX && (digits.len == 0 || digits.len > 3))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        bits = bits * 10 + (unsigned)(digits.ptr[i] - '0');
    }
    if (bits > bits_of(ip))
        return false;
    *prefix = (uint8_t)(slash == SIZE_MAX ? bits_of(ip) : bits);
    return true;
}

/* Whether any bit behind the prefix is set. */
static bool has_host_bits(const apus_ip *ip, unsigned prefix)
{
    for (unsigned i = prefix; i < bits_of(ip); i++) {
        if (ip->bytes[i / 8] >> (7 - i % 8) & 1)
            return true;
    }
    return false;
}

bool apus_ip_network_parse(apus_str text, apus_ip_network *out)
{
    apus_ip_network n;
    if (!parse(text, &n.address, &n.prefix) || has_host_bits(&n.address, n.prefix))
        return false;
    *out = n;
    return true;
}

bool apus_ip_interface_parse(apus_str text, apus_ip_interface *out)
{
    apus_ip_interface n;
    if (!parse(text, &n.address, &n.prefix))
        return false;
    *out = n;
    return true;
}

static size_t print(apus_ip ip, uint8_t prefix, char *to)
{
    size_t n = apus_ip_print(ip, to);
    to[n++] = '/';
    return n + apus_uint_print(prefix, to + n);
}

size_t apus_ip_network_print(apus_ip_network v, char *to)
{
    return print(v.address, v.prefix, to);
}

size_t apus_ip_interface_print(apus_ip_interface v, char *to)
{
    return print(v.address, v.prefix, to);
}
