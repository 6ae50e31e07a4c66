#include "apus/host.h"

apus_str apus_host_name(apus_str host)
{
    size_t from = host.len && host.ptr[0] == '[' ? apus_str_find(host, ']') : 0;
    if (from == SIZE_MAX)
        return host;
    size_t colon = apus_str_find(apus_str_slice(host, from, SIZE_MAX), ':');
    return colon == SIZE_MAX ? host : apus_str_slice(host, 0, from + colon);
}

bool apus_host_fits(apus_str pattern, apus_str name)
{
    if (!pattern.len || pattern.ptr[0] != '*')
        return apus_str_eq_nocase(pattern, name);
    apus_str end = apus_str_slice(pattern, 1, SIZE_MAX);
    return name.len >= end.len &&
           apus_str_eq_nocase(apus_str_slice(name, name.len - end.len, SIZE_MAX), end);
}

bool apus_host_is_pattern(apus_str text)
{
    bool has_star = text.len && text.ptr[0] == '*';
    apus_str rest = apus_str_slice(text, has_star, SIZE_MAX);
    if (has_star && rest.len && rest.ptr[0] != '.')
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.ptr[i] <= ' ' || (unsigned char)rest.ptr[i] > '~' ||
            strchr("*/@?#", rest.ptr[i]))
            return false;
    return text.len > 0;
}
