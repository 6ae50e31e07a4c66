/* IPv4 in four decimal parts, IPv6 as RFC 4291 reads and RFC 5952 writes it. */
#include <arpa/inet.h>

#include "apus/text.h"

bool apus_ip_parse(apus_str text, apus_ip *out, const char **why)
{
    char copy[APUS_TEXT_IP_MAX + 1];
    apus_ip ip = { .version = 0 };
    if (text.len < sizeof(copy) && apus_str_find(text, '\0') == SIZE_MAX) {
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        if (inet_pton(AF_INET, copy, ip.bytes) == 1)
            ip.version = 4;
        else if (inet_pton(AF_INET6, copy, ip.bytes) == 1)
            ip.version = 6;
    }
    if (why)
        *why = ip.version ? NULL : "value is not a valid IPv4 or IPv6 address";
    if (!ip.version)
        return false;
    *out = ip;
    return true;
}

size_t apus_ip_print(apus_ip value, char *to)
{
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(value.version == 4 ? AF_INET : AF_INET6, value.bytes, text, sizeof(text)))
        return 0;
    size_t len = 0;
    for (; text[len]; len++)
        to[len] = text[len];
    return len;
}
